//! Values as they come out of an expression.

use serde_json::{Map, Value as Json};

use super::budget::Budget;
use super::text::Text;
use super::value::Value;
use super::{MAX_OUTPUT, Problem};

/// What a value costs besides its content, in bytes.
const EMPTY: usize = 4;

/// The value of a whole text that is one expression.
pub(super) fn to_json(value: &Value<'_>, budget: &mut Budget) -> Result<Json, Problem> {
    Output { budget, size: 0 }.json(value)
}

struct Output<'b> {
    budget: &'b mut Budget,
    size: usize,
}

impl Output<'_> {
    fn grow(&mut self, bytes: usize) -> Result<(), Problem> {
        self.size += bytes;
        if self.size > MAX_OUTPUT {
            return Err(Problem::TooLong { what: "the value that comes out", limit: MAX_OUTPUT });
        }
        self.budget.bytes(bytes)
    }

    fn json(&mut self, value: &Value<'_>) -> Result<Json, Problem> {
        Ok(match value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(number) => {
                let problem = || Problem::Failed(format!("{number} is not a number that can come out"));
                Json::Number(number.to_json().ok_or_else(problem)?)
            }
            Value::Text(text) => {
                self.grow(text.len())?;
                Json::String((**text).to_owned())
            }
            Value::Array(list) => {
                self.grow(list.iter().map(size).sum())?;
                Json::Array(list.to_vec())
            }
            Value::Object(object) => {
                self.grow(object.iter().map(|(key, value)| key.len() + size(value)).sum())?;
                Json::Object((*object).clone())
            }
            Value::List(list) => {
                self.grow(list.len() * EMPTY)?;
                Json::Array(list.iter().map(|value| self.json(value)).collect::<Result<_, _>>()?)
            }
            Value::Map(map) => self.object(map.iter().map(|(key, value)| (key.clone(), value.clone())))?,
            Value::View(view) => self.object(view.entries().into_iter())?,
            Value::Entry(entry) => {
                let parts = [("key".into(), Value::Text(entry.0.clone())), ("value".into(), entry.1.clone())];
                self.object(parts.into_iter())?
            }
            Value::Time(time) => Json::String(time.to_string()),
            Value::Format(format) => Json::String(format.pattern().to_owned()),
            Value::Random => return Err(Problem::Failed("a Random is not a value that can come out".to_owned())),
        })
    }

    fn object<'a>(&mut self, entries: impl Iterator<Item = (Text<'a>, Value<'a>)>) -> Result<Json, Problem> {
        let mut object = Map::new();
        for (key, value) in entries {
            self.grow(key.len() + EMPTY)?;
            object.insert((*key).to_owned(), self.json(&value)?);
        }
        Ok(Json::Object(object))
    }
}

/// About how long a value is as JSON.
pub(super) fn size(json: &Json) -> usize {
    let content = match json {
        Json::Null | Json::Bool(_) | Json::Number(_) => 0,
        Json::String(text) => text.len(),
        Json::Array(list) => list.iter().map(size).sum(),
        Json::Object(object) => object.iter().map(|(key, value)| key.len() + size(value)).sum(),
    };
    EMPTY + content
}
