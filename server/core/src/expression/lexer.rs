//! The words of an expression, read one at a time: where a name may stand, a hyphen can be part of it.

use std::borrow::Cow;

use super::error::Fault;
use super::number::Number;
use super::{MAX_EXPRESSION, Problem};

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'s> {
    Number(Number),
    Text(Cow<'s, str>),
    Name(&'s str),
    Symbol(Symbol),
    /// What leads from a value to something inside it.
    Step {
        safe: bool,
        step: StepKind,
    },
    /// The text is over.
    End,
}

/// Where a step leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepKind {
    /// `.`: a property or a method.
    Member,
    /// `[`: an element.
    Index,
    /// `.?[`: the elements that match.
    All,
    /// `.^[`: the first that matches.
    First,
    /// `.$[`: the last that matches.
    Last,
    /// `.![`: something of each element.
    Project,
}

/// A sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Symbol {
    OpenParenthesis,
    CloseParenthesis,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    Comma,
    Colon,
    Question,
    Elvis,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Caret,
    Not,
    And,
    Or,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Hash,
}

/// Signs by their spelling; a longer one before those it begins with.
const SYMBOLS: [(&str, Symbol); 25] = [
    ("?:", Symbol::Elvis),
    ("&&", Symbol::And),
    ("||", Symbol::Or),
    ("==", Symbol::Equal),
    ("!=", Symbol::NotEqual),
    ("<=", Symbol::LessOrEqual),
    (">=", Symbol::GreaterOrEqual),
    ("<", Symbol::Less),
    (">", Symbol::Greater),
    ("!", Symbol::Not),
    ("(", Symbol::OpenParenthesis),
    (")", Symbol::CloseParenthesis),
    ("]", Symbol::CloseBracket),
    ("{", Symbol::OpenBrace),
    ("}", Symbol::CloseBrace),
    (",", Symbol::Comma),
    (":", Symbol::Colon),
    ("?", Symbol::Question),
    ("+", Symbol::Plus),
    ("-", Symbol::Minus),
    ("*", Symbol::Star),
    ("/", Symbol::Slash),
    ("%", Symbol::Percent),
    ("^", Symbol::Caret),
    ("#", Symbol::Hash),
];

/// Steps by their spelling, with whether null is let through.
const STEPS: [(&str, bool, StepKind); 12] = [
    ("?.?[", true, StepKind::All),
    ("?.^[", true, StepKind::First),
    ("?.$[", true, StepKind::Last),
    ("?.![", true, StepKind::Project),
    (".?[", false, StepKind::All),
    (".^[", false, StepKind::First),
    (".$[", false, StepKind::Last),
    (".![", false, StepKind::Project),
    ("?.[", true, StepKind::Index),
    ("?[", true, StepKind::Index),
    ("[", false, StepKind::Index),
    (".", false, StepKind::Member),
];

/// Reads words from a text, of which the expression is the beginning.
#[derive(Clone)]
pub(super) struct Lexer<'s> {
    text: &'s str,
    /// The byte after the last word taken.
    end: usize,
    /// The word looked at, where it begins and ends.
    peeked: Option<(Token<'s>, usize, usize)>,
}

impl<'s> Lexer<'s> {
    pub(super) const fn new(text: &'s str) -> Self {
        Self { text, end: 0, peeked: None }
    }

    /// The byte after the last word taken.
    pub(super) const fn end(&self) -> usize {
        self.end
    }

    /// The next word, without taking it.
    pub(super) fn peek(&mut self) -> Result<&Token<'s>, Fault> {
        if self.peeked.is_none() {
            self.peeked = Some(self.read()?);
        }
        Ok(self.peeked.as_ref().map_or(&Token::End, |(token, ..)| token))
    }

    /// Where the next word begins.
    pub(super) fn next_start(&mut self) -> Result<usize, Fault> {
        self.peek()?;
        Ok(self.peeked.as_ref().map_or(self.text.len(), |(_, start, _)| *start))
    }

    /// Takes the next word.
    pub(super) fn next(&mut self) -> Result<Token<'s>, Fault> {
        let (token, _, end) = match self.peeked.take() {
            Some(peeked) => peeked,
            None => self.read()?,
        };
        self.end = end;
        Ok(token)
    }

    /// Takes the next word if it is this sign.
    pub(super) fn next_if(&mut self, symbol: Symbol) -> Result<bool, Fault> {
        let found = *self.peek()? == Token::Symbol(symbol);
        if found {
            self.next()?;
        }
        Ok(found)
    }

    /// Takes the name after a dot, without hyphens, and its place. It may begin with a digit.
    pub(super) fn member(&mut self) -> Result<(&'s str, usize), Fault> {
        debug_assert!(self.peeked.is_none(), "a name after a dot is not looked at as a word");
        let start = self.skip_space(self.end);
        let end = self.name_end(start);
        if end == start {
            return Err(self.unexpected_at(start, "a name after the dot"));
        }
        self.end = end;
        Ok((&self.text[start..end], start))
    }

    /// Takes the name after a dot and its place. Hyphens between its characters belong to it, but for those at `minus` and
    /// one before the name of a method.
    pub(super) fn hyphenated_member(&mut self, minus: &[usize]) -> Result<(&'s str, usize), Fault> {
        let (_, start) = self.member()?;
        let mut shorter = self.end;
        while self.text[self.end..].starts_with('-') && !minus.contains(&self.end) {
            let next = self.name_end(self.end + 1);
            if next == self.end + 1 {
                break;
            }
            shorter = self.end;
            self.end = next;
        }
        if self.text[self.skip_space(self.end)..].starts_with('(') {
            self.end = shorter;
        }
        Ok((&self.text[start..self.end], start))
    }

    /// The mistake that something else should stand here.
    pub(super) fn unexpected(&mut self, expected: &'static str) -> Fault {
        match self.next_start() {
            Ok(start) => self.unexpected_at(start, expected),
            Err(fault) => fault,
        }
    }

    pub(super) fn unexpected_at(&self, at: usize, expected: &'static str) -> Fault {
        let rest = &self.text[at..];
        let found = match rest.chars().next() {
            None => "the end of the text".to_owned(),
            Some('$') if rest.starts_with("${") => "'${'; expressions don't lie within each other".to_owned(),
            Some(c) if is_name(c) => format!("{:?}", &rest[..self.name_end(at) - at]),
            Some(c) => format!("{c:?}"),
        };
        Fault::new(at, Problem::Unexpected { expected, found })
    }

    fn skip_space(&self, at: usize) -> usize {
        let rest = &self.text[at..];
        at + rest.len() - rest.trim_start().len()
    }

    fn name_end(&self, start: usize) -> usize {
        let rest = &self.text[start..];
        start + rest.find(|c| !is_name(c)).unwrap_or(rest.len())
    }

    fn read(&self) -> Result<(Token<'s>, usize, usize), Fault> {
        let start = self.skip_space(self.end);
        if start > MAX_EXPRESSION {
            return Err(Fault::new(0, Problem::TooLong { what: "an expression", limit: MAX_EXPRESSION }));
        }
        let rest = &self.text[start..];
        let (token, length) = match rest.chars().next() {
            None => (Token::End, 0),
            Some(quote @ ('\'' | '"')) => self.quoted(start, quote)?,
            Some(c) if c.is_ascii_digit() => self.number(start)?,
            Some(c) if is_name(c) && !rest.starts_with("${") => {
                let length = self.name_end(start) - start;
                (Token::Name(&rest[..length]), length)
            }
            Some(_) => self.sign(start)?,
        };
        Ok((token, start, start + length))
    }

    fn sign(&self, start: usize) -> Result<(Token<'s>, usize), Fault> {
        let rest = &self.text[start..];
        if let Some((spelling, safe, step)) = STEPS.iter().find(|(spelling, ..)| rest.starts_with(spelling)) {
            return Ok((Token::Step { safe: *safe, step: *step }, spelling.len()));
        }
        // `?.5` would be a choice, not a step, but numbers don't begin with a point.
        if rest.starts_with("?.") {
            return Ok((Token::Step { safe: true, step: StepKind::Member }, 2));
        }
        if let Some((spelling, symbol)) = SYMBOLS.iter().find(|(spelling, _)| rest.starts_with(spelling)) {
            return Ok((Token::Symbol(*symbol), spelling.len()));
        }
        let left_out = match rest.chars().next() {
            Some('=') => "an expression can't assign; `==` compares",
            Some('@') => "there are no beans to refer to with `@`",
            Some('&' | '|') => "`&` and `|` are written twice",
            _ => return Err(self.unexpected_at(start, "a value or an operator")),
        };
        Err(Fault::new(start, Problem::NotAllowed(left_out.to_owned())))
    }

    /// A text between quotes; the quote itself is written twice.
    fn quoted(&self, start: usize, quote: char) -> Result<(Token<'s>, usize), Fault> {
        let body = &self.text[start + 1..];
        let mut at = 0;
        let mut doubled = false;
        loop {
            let Some(found) = body[at..].find(quote) else {
                return Err(self.unexpected_at(self.text.len(), "the closing quote"));
            };
            at += found + 1;
            if !body[at..].starts_with(quote) {
                break;
            }
            doubled = true;
            at += 1;
        }
        let raw = &body[..at - 1];
        let text = if doubled {
            let once = quote.to_string();
            Cow::Owned(raw.replace(&once.repeat(2), &once))
        } else {
            Cow::Borrowed(raw)
        };
        Ok((Token::Text(text), at + 1))
    }

    fn number(&self, start: usize) -> Result<(Token<'s>, usize), Fault> {
        let rest = &self.text[start..];
        let wrong = |problem: &str| Fault::new(start, Problem::NotAllowed(problem.to_owned()));
        let too_large = || wrong("the number is beyond what a long can hold");
        if let Some(hex) = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X")) {
            let digits = hex.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(hex.len());
            if digits == 0 {
                return Err(wrong("digits are missing after `0x`"));
            }
            let value = i64::from_str_radix(&hex[..digits], 16).map_err(|_| too_large())?;
            let long = hex[digits..].starts_with(['l', 'L']);
            let number = if long { Number::Long(value) } else { Number::whole(value) };
            return self.ended(start, number, 2 + digits + usize::from(long));
        }
        let digits = count_digits(rest);
        let mut length = digits;
        if rest[length..].starts_with('.') && count_digits(&rest[length + 1..]) > 0 {
            length += 1 + count_digits(&rest[length + 1..]);
        }
        length += exponent(&rest[length..]);
        match rest[length..].chars().next() {
            Some('l' | 'L') if length == digits => {
                let value = rest[..digits].parse().map_err(|_| too_large())?;
                self.ended(start, Number::Long(value), length + 1)
            }
            suffix if length > digits || matches!(suffix, Some('f' | 'F' | 'd' | 'D')) => {
                let value = rest[..length].parse().map_err(|_| wrong("the number can't be read"))?;
                let suffix = usize::from(matches!(suffix, Some('f' | 'F' | 'd' | 'D')));
                self.ended(start, Number::Double(value), length + suffix)
            }
            _ => {
                let value = rest[..digits].parse().map_err(|_| too_large())?;
                self.ended(start, Number::whole(value), length)
            }
        }
    }

    fn ended(&self, start: usize, number: Number, length: usize) -> Result<(Token<'s>, usize), Fault> {
        if self.text[start + length..].starts_with(is_name) {
            return Err(self.unexpected_at(start + length, "an operator after the number"));
        }
        Ok((Token::Number(number), length))
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn count_digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// The length of an exponent: `e5`, `E-3`.
fn exponent(text: &str) -> usize {
    let Some(rest) = text.strip_prefix(['e', 'E']) else { return 0 };
    let sign = usize::from(rest.starts_with(['+', '-']));
    match count_digits(&rest[sign..]) {
        0 => 0,
        digits => 1 + sign + digits,
    }
}
