//! Writing values into texts.

use serde_json::Value as Json;

use super::value::Value;

/// A text that grows up to a limit.
pub(super) struct Writer {
    text: String,
    limit: usize,
}

/// The text has reached its limit; what was written so far is its beginning.
#[derive(Debug)]
pub(super) struct Full;

impl Writer {
    pub(super) const fn new(limit: usize) -> Self {
        Self { text: String::new(), limit }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    pub(super) fn push(&mut self, text: &str) -> Result<(), Full> {
        let room = self.limit - self.text.len();
        if text.len() <= room {
            self.text.push_str(text);
            return Ok(());
        }
        self.text.push_str(&text[..text.floor_char_boundary(room)]);
        self.limit = self.text.len();
        Err(Full)
    }

    /// A value within a text: texts as they are, numbers as Java writes them, lists and maps as JSON.
    pub(super) fn plain(&mut self, value: &Value<'_>) -> Result<(), Full> {
        match value {
            Value::Text(text) => self.push(text),
            Value::Number(number) => self.push(&number.to_string()),
            Value::Time(time) => self.push(&time.to_string()),
            Value::Format(format) => self.push(format.pattern()),
            Value::Random => self.push("java.util.Random"),
            Value::Null
            | Value::Bool(_)
            | Value::Array(_)
            | Value::Object(_)
            | Value::List(_)
            | Value::Map(_)
            | Value::Entry(_)
            | Value::View(_) => self.json(value),
        }
    }

    pub(super) fn json(&mut self, value: &Value<'_>) -> Result<(), Full> {
        match value {
            Value::Null => self.push("null"),
            Value::Bool(value) => self.push(if *value { "true" } else { "false" }),
            Value::Number(number) => match number.to_json() {
                Some(number) => self.push(&number.to_string()),
                None => self.quoted(&number.to_string()),
            },
            Value::Text(text) => self.quoted(text),
            Value::Array(list) => self.list(list.iter().map(Value::from)),
            Value::List(list) => self.list(list.iter().cloned()),
            Value::Object(object) => self.map(object.iter().map(|(key, value)| (key, value.into()))),
            Value::Map(map) => self.map(map.iter().map(|(key, value)| (key, value.clone()))),
            Value::View(view) => self.map(view.entries().into_iter()),
            Value::Entry(entry) => {
                self.push("{\"key\":")?;
                self.quoted(&entry.0)?;
                self.push(",\"value\":")?;
                self.json(&entry.1)?;
                self.push("}")
            }
            Value::Time(_) | Value::Format(_) | Value::Random => {
                let mut text = Self::new(self.limit);
                text.plain(value)?;
                self.quoted(&text.text)
            }
        }
    }

    fn list<'a>(&mut self, elements: impl Iterator<Item = Value<'a>>) -> Result<(), Full> {
        self.push("[")?;
        for (place, element) in elements.enumerate() {
            if place > 0 {
                self.push(",")?;
            }
            self.json(&element)?;
        }
        self.push("]")
    }

    fn map<'a, K: AsRef<str>>(&mut self, entries: impl Iterator<Item = (K, Value<'a>)>) -> Result<(), Full> {
        self.push("{")?;
        for (place, (key, value)) in entries.enumerate() {
            if place > 0 {
                self.push(",")?;
            }
            self.quoted(key.as_ref())?;
            self.push(":")?;
            self.json(&value)?;
        }
        self.push("}")
    }

    fn quoted(&mut self, text: &str) -> Result<(), Full> {
        let room = self.limit - self.text.len();
        let head = &text[..text.floor_char_boundary(room)];
        self.push(&Json::from(head).to_string())?;
        if head.len() < text.len() { Err(Full) } else { Ok(()) }
    }
}
