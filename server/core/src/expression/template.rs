//! Texts with expressions in them.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::ast::Node;
use super::environment::Environment;
use super::error::{Fault, SHOWN, cut};
use super::evaluate::{Evaluator, Session};
use super::output::to_json;
use super::parser::{Closing, parse};
use super::trace::Trace;
use super::value::Value;
use super::write::Writer;
use super::{ExpressionError, MAX_EXPRESSIONS, MAX_LENGTH, MAX_OUTPUT, Problem};
use crate::Timestamp;
use crate::execution::{Execution, Stage};

const OPEN: &str = "${";
/// How much of an expression is parsed again for one step.
const BYTES_PARSED_PER_STEP: usize = 8;

/// A text taken apart into plain parts and expressions: parsed once, evaluated as often as needed.
#[derive(Clone, Debug)]
pub struct Template {
    parts: Vec<Part>,
    looks_up: bool,
}

#[derive(Clone, Debug)]
enum Part {
    Text(Box<str>),
    Expression(Expression),
}

#[derive(Clone, Debug)]
struct Expression {
    source: Box<str>,
    /// The place of the first character of `source` in the text, from 1.
    position: usize,
    root: Node,
}

/// The value of a text and what it was made of.
#[derive(Clone, Debug)]
pub struct Traced {
    /// The value, or what is wrong.
    pub value: Result<Json, ExpressionError>,
    /// What was read of the execution: each path with its value. Long values are cut to a text of
    /// [`MAX_TRACED`](super::MAX_TRACED) bytes that ends in `…`.
    pub inputs: BTreeMap<String, Json>,
}

/// The value of a text with expressions.
///
/// # Errors
/// As [`Template::parse`] and [`Template::evaluate`].
pub fn evaluate<'a>(text: &str, environment: impl Into<Environment<'a>>) -> Result<Json, ExpressionError> {
    Template::parse(text)?.evaluate(&environment.into())
}

/// The value of a text with expressions, as an execution, and a stage if there is one, sees it at a time.
///
/// # Errors
/// As [`Template::parse`] and [`Template::evaluate`].
pub fn evaluate_in(
    text: &str,
    execution: &Execution,
    stage: Option<&Stage>,
    now: Timestamp,
    random: u64,
) -> Result<Json, ExpressionError> {
    let environment = Environment::new(execution, now, random);
    evaluate(
        text,
        match stage {
            Some(stage) => environment.with_stage(stage),
            None => environment,
        },
    )
}

/// The value of a text with expressions, with what was read for it.
pub fn evaluate_traced(text: &str, environment: &Environment<'_>) -> Traced {
    match Template::parse(text) {
        Ok(template) => template.evaluate_traced(environment),
        Err(error) => Traced { value: Err(error), inputs: BTreeMap::new() },
    }
}

impl Template {
    /// Takes a text apart. Functions, types and the numbers of arguments are checked here.
    ///
    /// # Errors
    /// Where an expression is not well formed or a limit is passed, with the place.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        if text.len() > MAX_LENGTH {
            return Err(whole(Problem::TooLong { what: "the text", limit: MAX_LENGTH }));
        }
        let mut taken = Taken { text, at: 0, characters: 0, counted: 0, parts: Vec::new(), looks_up: false };
        taken.apart()?;
        Ok(Self { parts: taken.parts, looks_up: taken.looks_up })
    }

    /// Takes an expression without `${` and `}` around it. A text that has them is taken as [`Template::parse`] does.
    ///
    /// # Errors
    /// As [`Template::parse`].
    pub fn parse_expression(text: &str) -> Result<Self, ExpressionError> {
        if text.contains(OPEN) {
            return Self::parse(text);
        }
        let parsed = parse(text, Closing::EndOfText, &[]).map_err(|fault| error(fault, text, 1))?;
        let expression = Expression { source: text.into(), position: 1, root: parsed.root };
        Ok(Self { parts: vec![Part::Expression(expression)], looks_up: parsed.looks_up })
    }

    /// Whether there are expressions at all.
    pub fn has_expressions(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Expression(_)))
    }

    /// Whether a function is called that may need an answer from outside the execution.
    pub const fn looks_up(&self) -> bool {
        self.looks_up
    }

    /// The value of the text.
    ///
    /// # Errors
    /// Where an expression has no value, an answer from outside is missing, or a limit is passed, with the place.
    pub fn evaluate(&self, environment: &Environment<'_>) -> Result<Json, ExpressionError> {
        self.run(environment, &mut Session::new(None))
    }

    /// The value of the text, with what was read for it.
    pub fn evaluate_traced(&self, environment: &Environment<'_>) -> Traced {
        let mut session = Session::new(Some(Trace::default()));
        let value = self.run(environment, &mut session);
        Traced { value, inputs: session.trace.unwrap_or_default().into_inputs() }
    }

    fn run(&self, environment: &Environment<'_>, session: &mut Session) -> Result<Json, ExpressionError> {
        if let [Part::Expression(expression)] = self.parts.as_slice() {
            return expression.evaluate(environment, session, |value, session| to_json(value, &mut session.budget));
        }
        let mut writer = Writer::new(MAX_OUTPUT);
        for part in &self.parts {
            match part {
                Part::Text(plain) => writer.push(plain).map_err(|_| whole(too_long()))?,
                Part::Expression(expression) => expression.evaluate(environment, session, |value, session| {
                    if matches!(value, Value::Null) {
                        return Err(Problem::NullInText { owner: cut(expression.source.trim(), SHOWN) });
                    }
                    let before = writer.len();
                    writer.plain(value).map_err(|_| too_long())?;
                    session.budget.bytes(writer.len() - before)
                })?,
            }
        }
        Ok(Json::String(writer.into_text()))
    }
}

impl Expression {
    /// Evaluates it and hands on the value. A hyphen that turns out to be a minus sign makes it start again.
    fn evaluate<T>(
        &self,
        environment: &Environment<'_>,
        session: &mut Session,
        mut consume: impl FnMut(&Value<'_>, &mut Session) -> Result<T, Problem>,
    ) -> Result<T, ExpressionError> {
        let mut minus = Vec::new();
        let mut parsed;
        let mut root = &self.root;
        loop {
            let found = Evaluator::new(session, environment, &self.source).result(root);
            let found =
                found.and_then(|value| consume(&value, session).map_err(|problem| Fault::new(root.start, problem)));
            match found {
                Ok(value) => return Ok(value),
                Err(Fault::Minus(at)) if !minus.contains(&at) => {
                    minus.push(at);
                    let paid = session.budget.steps(self.source.len() / BYTES_PARSED_PER_STEP);
                    paid.map_err(|problem| error(Fault::new(at, problem), &self.source, self.position))?;
                    let again = parse(&self.source, Closing::EndOfText, &minus);
                    parsed = again.map_err(|fault| error(fault, &self.source, self.position))?;
                    root = &parsed.root;
                }
                Err(fault) => return Err(error(fault, &self.source, self.position)),
            }
        }
    }
}

/// A text while it is taken apart.
struct Taken<'t> {
    text: &'t str,
    /// The byte up to which it is taken.
    at: usize,
    /// How many characters the bytes up to `counted` are.
    characters: usize,
    counted: usize,
    parts: Vec<Part>,
    looks_up: bool,
}

impl Taken<'_> {
    fn apart(&mut self) -> Result<(), ExpressionError> {
        let mut plain = String::new();
        let mut expressions = 0;
        while let Some(found) = self.find_open() {
            if self.text[self.at..found].ends_with('$') {
                plain.push_str(&self.text[self.at..found - 1]);
                plain.push_str(OPEN);
                self.at = found + OPEN.len();
                continue;
            }
            plain.push_str(&self.text[self.at..found]);
            if !plain.is_empty() {
                self.parts.push(Part::Text(std::mem::take(&mut plain).into()));
            }
            expressions += 1;
            if expressions > MAX_EXPRESSIONS {
                return Err(whole(Problem::TooLong { what: "the list of expressions", limit: MAX_EXPRESSIONS }));
            }
            self.expression(found + OPEN.len())?;
        }
        plain.push_str(&self.text[self.at..]);
        if !plain.is_empty() {
            self.parts.push(Part::Text(plain.into()));
        }
        Ok(())
    }

    /// Where the next `${` is. Looking for the one character is a scan of many bytes at a time.
    fn find_open(&self) -> Option<usize> {
        let mut from = self.at;
        loop {
            let dollar = from + self.text[from..].find('$')?;
            if self.text[dollar..].starts_with(OPEN) {
                return Some(dollar);
            }
            from = dollar + 1;
        }
    }

    fn expression(&mut self, start: usize) -> Result<(), ExpressionError> {
        self.characters += self.text[self.counted..start].chars().count();
        self.counted = start;
        let position = self.characters + 1;
        let rest = &self.text[start..];
        let parsed = parse(rest, Closing::Brace, &[]).map_err(|fault| unparsed(fault, rest, position))?;
        self.looks_up |= parsed.looks_up;
        self.at = start + parsed.after;
        let source = rest[..parsed.end].into();
        self.parts.push(Part::Expression(Expression { source, position, root: parsed.root }));
        Ok(())
    }
}

const fn too_long() -> Problem {
    Problem::TooLong { what: "the text that comes out", limit: MAX_OUTPUT }
}

/// A mistake of the text as a whole.
const fn whole(problem: Problem) -> ExpressionError {
    ExpressionError { position: 1, expression: String::new(), problem }
}

/// A mistake in an expression that is not well formed: nobody knows where it ends, so it is shown up to the next brace.
fn unparsed(fault: Fault, rest: &str, position: usize) -> ExpressionError {
    let at = fault.at();
    let end = rest[at..].find('}').map_or(rest.len(), |found| at + found);
    let mut error = error(fault, rest, position);
    error.expression = cut(&rest[..end], SHOWN);
    error
}

/// A mistake in an expression that begins at a place of the text.
fn error(fault: Fault, source: &str, position: usize) -> ExpressionError {
    let position = position + source[..fault.at()].chars().count();
    ExpressionError { position, expression: cut(source, SHOWN), problem: fault.into_problem() }
}
