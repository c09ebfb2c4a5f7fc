//! Tables of texts and what becomes of them: `TEXT ==> JSON`, or `TEXT ==> ! words of the error`.

use gennaker_core::expression::ExpressionError;
use serde_json::Value;

/// A text and what becomes of it.
pub(crate) struct Row {
    /// Where it stands in its table, from 1.
    pub(crate) line: usize,
    pub(crate) text: String,
    pub(crate) expected: Expected,
}

/// What becomes of a text.
#[derive(Debug)]
pub(crate) enum Expected {
    /// This value; 3 is another one than 3.0.
    Value(Value),
    /// An error with these words in it.
    Error(String),
}

/// The rows of a table. Lines that begin with `# ` or `## ` are remarks; a line without an arrow is an error of any words.
pub(crate) fn rows(table: &str) -> impl Iterator<Item = Row> {
    let numbered = (1..).zip(table.lines());
    let is_row = |line: &str| !line.is_empty() && !line.starts_with("# ") && !line.starts_with("## ");
    numbered.filter(move |(_, line)| is_row(line)).map(|(line, row)| {
        let (text, expected) = row.rsplit_once(" ==> ").unwrap_or((row, "!"));
        Row { line, text: text.to_owned(), expected: Expected::parse(line, expected) }
    })
}

impl Expected {
    fn parse(line: usize, text: &str) -> Self {
        match text.strip_prefix('!') {
            Some(words) => Self::Error(words.trim().to_owned()),
            None => Self::Value(serde_json::from_str(text).unwrap_or_else(|error| panic!("line {line}: {error}"))),
        }
    }

    fn is_met_by(&self, found: &Result<Value, ExpressionError>) -> bool {
        match (self, found) {
            (Self::Value(value), Ok(found)) => value == found,
            (Self::Error(words), Err(error)) => error.to_string().contains(words) && error.missing().is_none(),
            (Self::Value(_), Err(_)) | (Self::Error(_), Ok(_)) => false,
        }
    }
}

/// Checks all rows of a table, and tells of all that are not met.
pub(crate) fn check(rows: impl Iterator<Item = Row>, evaluate: impl Fn(&str) -> Result<Value, ExpressionError>) {
    let mut wrong = Vec::new();
    for Row { line, text, expected } in rows {
        let found = evaluate(&text);
        if !expected.is_met_by(&found) {
            let found = found.map_or_else(|error| format!("! {error}"), |value| value.to_string());
            wrong.push(format!("line {line}: {text}\n    expected {expected:?}\n    found    {found}"));
        }
    }
    assert!(wrong.is_empty(), "{} rows are not met:\n{}", wrong.len(), wrong.join("\n"));
}
