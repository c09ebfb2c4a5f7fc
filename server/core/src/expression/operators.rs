//! What the operators do.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::ast::Comparison;
use super::budget::Budget;
use super::evaluate::Session;
use super::number::{Arithmetic, Number};
use super::text::Text;
use super::value::Value;
use super::write::Writer;
use super::{MAX_OUTPUT, Problem};

fn mismatch(what: &str, expected: &'static str, found: &Value<'_>) -> Problem {
    Problem::Type { what: format!("`{what}`"), expected, found: found.describe() }
}

/// A truth value, or a text that Spring takes for one.
pub(super) fn truth(value: &Value<'_>) -> Result<bool, Problem> {
    let wrong = || Problem::Type { what: "a condition".to_owned(), expected: "true or false", found: value.describe() };
    match value {
        Value::Bool(value) => Ok(*value),
        Value::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "on" | "yes" | "1" => Ok(true),
            "false" | "off" | "no" | "0" => Ok(false),
            _ => Err(wrong()),
        },
        _ => Err(wrong()),
    }
}

pub(super) fn negate<'a>(value: &Value<'a>) -> Result<Value<'a>, Problem> {
    match value {
        Value::Number(number) => Ok(number.negate()?.into()),
        other => Err(mismatch("-", "a number", other)),
    }
}

pub(super) fn positive<'a>(value: &Value<'a>) -> Result<Value<'a>, Problem> {
    match value {
        Value::Number(_) => Ok(value.clone()),
        other => Err(mismatch("+", "a number", other)),
    }
}

pub(super) fn arithmetic<'a>(
    operator: Arithmetic,
    left: &Value<'a>,
    right: &Value<'a>,
    budget: &mut Budget,
) -> Result<Value<'a>, Problem> {
    match (operator, left, right) {
        (_, Value::Number(left), Value::Number(right)) => Ok(left.compute(operator, *right)?.into()),
        (Arithmetic::Add, Value::Text(_), _) | (Arithmetic::Add, _, Value::Text(_)) => {
            let mut writer = Writer::new(MAX_OUTPUT);
            writer.plain(left).and_then(|()| writer.plain(right)).map_err(|_| too_long())?;
            budget.bytes(writer.len())?;
            Ok(writer.into_text().into())
        }
        (Arithmetic::Multiply, Value::Text(text), Value::Number(Number::Int(times))) => repeat(text, *times, budget),
        (Arithmetic::Add, Value::Number(_), other) | (Arithmetic::Add, other, _) => {
            Err(mismatch(operator.symbol(), "numbers, or a text", other))
        }
        (_, Value::Number(_), other) | (_, other, _) => Err(mismatch(operator.symbol(), "numbers", other)),
    }
}

/// A text several times over.
pub(super) fn repeat<'a>(text: &str, times: i32, budget: &mut Budget) -> Result<Value<'a>, Problem> {
    let count =
        usize::try_from(times).map_err(|_| Problem::Failed(format!("a text can't be repeated {times} times")))?;
    let length = text.len().checked_mul(count).filter(|length| *length <= MAX_OUTPUT).ok_or_else(too_long)?;
    budget.bytes(length)?;
    Ok(text.repeat(count).into())
}

const fn too_long() -> Problem {
    Problem::TooLong { what: "the text that comes out", limit: MAX_OUTPUT }
}

/// A value written out as `String.valueOf` does, but for lists and maps, which are JSON.
pub(super) fn written<'a>(value: &Value<'a>, budget: &mut Budget) -> Result<Text<'a>, Problem> {
    if let Value::Text(text) = value {
        return Ok(text.clone());
    }
    let mut writer = Writer::new(MAX_OUTPUT);
    writer.plain(value).map_err(|_| too_long())?;
    budget.bytes(writer.len())?;
    Ok(writer.into_text().into())
}

pub(super) fn compare(
    comparison: Comparison,
    left: &Value<'_>,
    right: &Value<'_>,
    session: &mut Session,
) -> Result<bool, Problem> {
    let budget = &mut session.budget;
    let ordered = |accept: fn(Ordering) -> bool| Ok(order(comparison.symbol(), left, right)?.is_some_and(accept));
    match comparison {
        Comparison::Equal => equal(left, right, budget),
        Comparison::NotEqual => Ok(!equal(left, right, budget)?),
        Comparison::Less => ordered(Ordering::is_lt),
        Comparison::LessOrEqual => ordered(Ordering::is_le),
        Comparison::Greater => ordered(Ordering::is_gt),
        Comparison::GreaterOrEqual => ordered(Ordering::is_ge),
        Comparison::Between => between(left, right),
        Comparison::Matches => {
            let Value::Text(pattern) = right else { return Err(mismatch("matches", "a text as its pattern", right)) };
            if !matches!(left, Value::Text(_) | Value::Number(_) | Value::Bool(_)) {
                return Err(mismatch("matches", "a text", left));
            }
            let text = written(left, budget)?;
            let pattern = session.patterns.compile(pattern, true, budget)?;
            pattern.pay(&text, budget)?;
            Ok(pattern.regex.is_match(&text))
        }
    }
}

fn between(value: &Value<'_>, bounds: &Value<'_>) -> Result<bool, Problem> {
    let (Some(low), Some(high), Some(2)) = (bounds.element(0), bounds.element(1), bounds.length()) else {
        return Err(mismatch("between", "a list of two bounds", bounds));
    };
    let above = order("between", value, &low)?.is_some_and(Ordering::is_ge);
    Ok(above && order("between", value, &high)?.is_some_and(Ordering::is_le))
}

/// Whether two values are the same: numbers by their value whatever their types, lists and maps by what is in them. Values
/// of different sorts are different.
pub(super) fn equal(left: &Value<'_>, right: &Value<'_>, budget: &mut Budget) -> Result<bool, Problem> {
    budget.steps(1)?;
    for value in [left, right] {
        if let Value::View(view) = value {
            budget.steps(view.effort_for_all())?;
        }
    }
    match (left, right) {
        (Value::Null, Value::Null) => return Ok(true),
        (Value::Bool(a), Value::Bool(b)) => return Ok(a == b),
        (Value::Number(a), Value::Number(b)) => return Ok(a.compare(*b) == Some(Ordering::Equal)),
        (Value::Text(a), Value::Text(b)) => {
            budget.bytes(a.len().min(b.len()))?;
            return Ok(a == b);
        }
        (Value::Entry(a), Value::Entry(b)) => return Ok(a.0 == b.0 && equal(&a.1, &b.1, budget)?),
        (Value::Time(a), Value::Time(b)) => return Ok(a == b),
        (Value::Format(a), Value::Format(b)) => return Ok(a.pattern() == b.pattern()),
        _ => {}
    }
    if let (Some(a), Some(b)) = (left.elements(), right.elements()) {
        return same_elements(a, b, budget);
    }
    if left.kind() != right.kind() {
        return Ok(false);
    }
    same_entries(left, right, budget)
}

fn same_elements<'a, 'b>(
    left: impl ExactSizeIterator<Item = Value<'a>>,
    right: impl ExactSizeIterator<Item = Value<'b>>,
    budget: &mut Budget,
) -> Result<bool, Problem> {
    if left.len() != right.len() {
        return Ok(false);
    }
    for (a, b) in left.zip(right) {
        if !equal(&a, &b, budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn same_entries(left: &Value<'_>, right: &Value<'_>, budget: &mut Budget) -> Result<bool, Problem> {
    let (Some(left), Some(right)) = (left.entries(), right.entries()) else { return Ok(false) };
    budget.steps(left.len() + right.len())?;
    if left.len() != right.len() {
        return Ok(false);
    }
    let right: BTreeMap<_, _> = right.into_iter().collect();
    for (key, a) in left {
        match right.get(&key) {
            Some(b) if equal(&a, b, budget)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

/// The order of two values; null comes before everything, as in Spring. `None` with a NaN.
pub(super) fn order(what: &str, left: &Value<'_>, right: &Value<'_>) -> Result<Option<Ordering>, Problem> {
    let order = match (left, right) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::Number(a), Value::Number(b)) => return Ok(a.compare(*b)),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) if a.kind() == b.kind() => return Ok(a.order(*b)),
        (Value::Number(_), other) => return Err(mismatch(what, "a number to compare with a number", other)),
        (Value::Text(_), other) => return Err(mismatch(what, "a text to compare with a text", other)),
        (Value::Bool(_), other) => return Err(mismatch(what, "true or false to compare with", other)),
        (Value::Time(_), other) => return Err(mismatch(what, "a time of the same type", other)),
        (other, _) => return Err(mismatch(what, "numbers, texts or times", other)),
    };
    Ok(Some(order))
}
