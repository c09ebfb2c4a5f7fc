//! Methods of texts with regular expressions.

use regex::Captures;

use super::text::this;
use crate::expression::Problem;
use crate::expression::builtin::{Call, Outcome};
use crate::expression::patterns::Pattern;
use crate::expression::value::Value;

pub(super) fn matches<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let (text, pattern) = (this(call)?, call.text(0)?);
    Ok(call.pattern(&pattern, true, &text)?.regex.is_match(&text).into())
}

pub(super) fn replace_all<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    replace(call, usize::MAX)
}

pub(super) fn replace_first<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    replace(call, 1)
}

fn replace<'a>(call: &mut Call<'_, 'a>, limit: usize) -> Outcome<'a> {
    let (text, pattern, by) = (this(call)?, call.text(0)?, call.text(1)?);
    let pattern = call.pattern(&pattern, false, &text)?;
    let by = Replacement::parse(&by, pattern.regex.captures_len()).or_else(|problem| call.failed(problem))?;
    let mut replaced = String::new();
    let mut last = 0;
    for captures in pattern.regex.captures_iter(&text).take(limit) {
        let Some(found) = captures.get(0) else { continue };
        let before = replaced.len();
        replaced.push_str(&text[last..found.start()]);
        by.write(&captures, &mut replaced);
        last = found.end();
        Pattern::pay_again(text.len() - last, call.budget())?;
        call.make_text(replaced.len() - before)?;
    }
    replaced.push_str(&text[last..]);
    call.make_text(replaced.len())?;
    Ok(replaced.into())
}

/// What stands in the place of a match, in Java's way: `$1` is a group, `\\` makes the next character plain.
struct Replacement(Vec<Piece>);

enum Piece {
    Plain(char),
    Group(usize),
}

impl Replacement {
    fn parse(text: &str, groups: usize) -> Result<Self, &'static str> {
        let mut pieces = Vec::new();
        let mut characters = text.chars().peekable();
        while let Some(c) = characters.next() {
            pieces.push(match c {
                '\\' => Piece::Plain(characters.next().ok_or("the text to put in ends with a backslash")?),
                '$' => {
                    let digit =
                        characters.next().and_then(|c| c.to_digit(10)).ok_or("a `$` must have a number after it")?;
                    let mut group = digit as usize;
                    if group >= groups {
                        return Err("the pattern has no group with the number after `$`");
                    }
                    while let Some(digit) = characters.peek().and_then(|c| c.to_digit(10)) {
                        let longer = group * 10 + digit as usize;
                        if longer >= groups {
                            break;
                        }
                        group = longer;
                        characters.next();
                    }
                    Piece::Group(group)
                }
                plain => Piece::Plain(plain),
            });
        }
        Ok(Self(pieces))
    }

    fn write(&self, captures: &Captures<'_>, text: &mut String) {
        for piece in &self.0 {
            match piece {
                Piece::Plain(c) => text.push(*c),
                Piece::Group(group) => text.push_str(captures.get(*group).map_or("", |found| found.as_str())),
            }
        }
    }
}

pub(super) fn split<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let (text, pattern) = (this(call)?, call.text(0)?);
    let limit = if call.has(1) { call.int(1)? } else { 0 };
    let pattern = call.pattern(&pattern, false, &text)?;
    let most = usize::try_from(limit).ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    let (mut parts, mut last) = (Vec::new(), 0);
    for found in pattern.regex.find_iter(&text) {
        Pattern::pay_again(text.len() - found.end(), call.budget())?;
        if parts.len() + 1 >= most {
            break;
        }
        // As Java: what an empty match at the beginning would leave is no part.
        if found.end() > 0 {
            parts.push(&text[last..found.start()]);
            last = found.end();
        }
    }
    parts.push(&text[last..]);
    let split = parts.len() > 1;
    if limit == 0 {
        while split && parts.last().is_some_and(|part| part.is_empty()) {
            parts.pop();
        }
    }
    pay_for(call, &parts)?;
    Ok(parts.into_iter().map(|part| Value::from(part.to_owned())).collect::<Vec<_>>().into())
}

fn pay_for(call: &mut Call<'_, '_>, parts: &[&str]) -> Result<(), Problem> {
    call.session.budget.steps(parts.len())?;
    call.session.budget.bytes(parts.iter().map(|part| part.len()).sum())
}
