//! Puts the values of variables into a template, in one pass: what was put in is not looked at again.

use serde_json::{Map, Value as Json};

use super::variables::ROOT;
use crate::document::LONGEST;

/// An object with the values of variables in its texts.
pub(super) fn object(object: Map<String, Json>, values: &Map<String, Json>) -> Result<Map<String, Json>, String> {
    let mut filling = Filling { values, size: 0 };
    match filling.value(Json::Object(object), false)? {
        Json::Object(object) => Ok(object),
        _ => unreachable!("an object stays an object"),
    }
}

struct Filling<'a> {
    values: &'a Map<String, Json>,
    /// The bytes of texts and values so far.
    size: usize,
}

impl Filling<'_> {
    fn value(&mut self, value: Json, is_expression: bool) -> Result<Json, String> {
        match value {
            Json::String(text) => {
                let value = if is_expression && !text.contains("${") {
                    Json::String(self.expression(&text)?)
                } else {
                    self.text(text)?
                };
                self.count(&value)?;
                Ok(value)
            }
            Json::Array(elements) => elements.into_iter().map(|element| self.value(element, false)).collect(),
            Json::Object(object) => {
                let fill = |(key, value): (String, Json)| {
                    // Conditions and preconditions are expressions without a `${ }` around them.
                    let is_expression = key == "expression";
                    Ok((key, self.value(value, is_expression)?))
                };
                object.into_iter().map(fill).collect::<Result<Map<_, _>, String>>().map(Json::Object)
            }
            other => Ok(other),
        }
    }

    fn count(&mut self, value: &Json) -> Result<(), String> {
        self.size += match value {
            Json::String(text) => text.len(),
            other => other.to_string().len(),
        };
        if self.size > LONGEST {
            return Err(format!("what the template makes has more than {LONGEST} bytes"));
        }
        Ok(())
    }

    /// A text with `${ }` in it. One that is a variable and nothing else becomes its value.
    fn text(&mut self, text: String) -> Result<Json, String> {
        if !text.contains(ROOT) {
            return Ok(Json::String(text));
        }
        let (mut made, mut rest) = (String::new(), text.as_str());
        while let Some(start) = rest.find("${") {
            let Some(length) = inside(&rest[start + 2..]) else { break };
            let (inner, after) = (&rest[start + 2..start + 2 + length], &rest[start + 3 + length..]);
            made.push_str(&rest[..start]);
            match self.variable(inner.trim()) {
                Some((value, "")) if made.is_empty() && after.is_empty() => return Ok(value.clone()),
                Some((value, "")) => made.push_str(&plain(value)),
                _ => made.push_str(&format!("${{{}}}", self.expression(inner)?)),
            }
            if made.len() > LONGEST {
                return Err(format!("what the template makes has more than {LONGEST} bytes"));
            }
            rest = after;
        }
        made.push_str(rest);
        Ok(Json::String(made))
    }

    /// An expression in which variables are replaced by literals.
    fn expression(&self, text: &str) -> Result<String, String> {
        let (mut made, mut rest, mut quote) = (String::new(), text, None);
        while let Some(letter) = rest.chars().next() {
            if quote.is_none() && !made.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.') {
                if let Some((value, after)) = self.variable(rest) {
                    literal(value, &mut made);
                    rest = after;
                    if made.len() > LONGEST {
                        return Err(format!("what the template makes has more than {LONGEST} bytes"));
                    }
                    continue;
                }
                if let Some(name) = rest.strip_prefix(ROOT).filter(|after| after.starts_with(['.', '['])) {
                    let name: String = name.chars().take(60).collect();
                    return Err(format!("the template reads `{ROOT}{name}`, and has no such variable"));
                }
            }
            quote = match (quote, letter) {
                (None, '\'' | '"') => Some(letter),
                (Some(open), letter) if open == letter => None,
                (quote, _) => quote,
            };
            made.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
        Ok(made)
    }

    /// The value that a text begins with a reference to, and what comes after the reference.
    fn variable<'t>(&self, text: &'t str) -> Option<(&Json, &'t str)> {
        let (name, mut rest) = step(text.strip_prefix(ROOT)?)?;
        let mut value = self.values.get(name)?;
        while let Some((key, after)) = step(rest) {
            let part = match value {
                Json::Object(object) => object.get(key),
                Json::Array(elements) => key.parse::<usize>().ok().and_then(|place| elements.get(place)),
                _ => None,
            };
            // What is no part of the value is a method of it.
            let Some(part) = part.filter(|_| !after.starts_with('(')) else { break };
            (value, rest) = (part, after);
        }
        Some((value, rest))
    }
}

/// One step at the beginning of a text: `.name`, `['name']`, `["name"]` or `[0]`.
fn step(text: &str) -> Option<(&str, &str)> {
    if let Some(name) = text.strip_prefix("?.").or_else(|| text.strip_prefix('.')) {
        let length = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
        return (length > 0).then(|| name.split_at(length));
    }
    let (key, after) = text.strip_prefix('[')?.split_once(']')?;
    let key = key.trim();
    let quoted = |quote: char| key.strip_prefix(quote)?.strip_suffix(quote);
    Some((quoted('\'').or_else(|| quoted('"')).unwrap_or(key), after))
}

/// The length of an expression up to the brace that ends it.
fn inside(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0_usize, None);
    for (place, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), letter) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(letter),
            (None, '{') => depth += 1,
            (None, '}') if depth == 0 => return Some(place),
            (None, '}') => depth -= 1,
            (None, _) => {}
        }
    }
    None
}

/// A value within a text.
fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A value within an expression.
fn literal(value: &Json, made: &mut String) {
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => made.push_str(&value.to_string()),
        Json::String(text) => quoted(text, made),
        Json::Array(elements) => {
            made.push('{');
            for (number, element) in elements.iter().enumerate() {
                made.push_str(if number == 0 { "" } else { ", " });
                literal(element, made);
            }
            made.push('}');
        }
        Json::Object(object) if object.is_empty() => made.push_str("{:}"),
        Json::Object(object) => {
            made.push('{');
            for (number, (key, value)) in object.iter().enumerate() {
                made.push_str(if number == 0 { "" } else { ", " });
                quoted(key, made);
                made.push_str(": ");
                literal(value, made);
            }
            made.push('}');
        }
    }
}

fn quoted(text: &str, made: &mut String) {
    made.push('\'');
    made.push_str(&text.replace('\'', "''"));
    made.push('\'');
}
