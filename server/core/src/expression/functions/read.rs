//! Reading JSON, YAML and properties.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::expression::Problem;
use crate::expression::builtin::{Builtin, Call, Outcome, row};
use crate::expression::text::Text;
use crate::expression::value::Value;

pub(super) static ROWS: [Builtin; 3] = [
    row(
        "readJson",
        "text",
        "The value that a JSON text stands for.",
        "#readJson('{\"size\": 3}').size",
        "3",
        read_json,
    ),
    row(
        "readYaml",
        "text",
        "The value that a YAML document stands for.",
        "#readYaml('sizes: [1, 2]').sizes[1]",
        "2",
        read_yaml,
    ),
    row(
        "readAllYaml",
        "text",
        "The values of all YAML documents in a text.",
        "#readAllYaml('a: 1\n---\na: 2').![a]",
        "[1,2]",
        read_all_yaml,
    ),
];

/// What parsing costs beyond one look at each byte: values take more memory than their text.
const PARSING: usize = 4;
/// The same for YAML, which takes several times as long to read: 200 KB are the most.
const PARSING_YAML: usize = 4 * PARSING;

/// How deep the values of a YAML document may lie within each other.
const MAX_YAML_DEPTH: usize = 64;

fn read_json<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let text = call.text(0)?;
    json(call, &text)
}

fn read_yaml<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let text = call.text(0)?;
    yaml(call, &text)
}

fn read_all_yaml<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let text = call.text(0)?;
    Ok(documents(call, &text)?.into_iter().map(Value::owned).collect::<Vec<_>>().into())
}

pub(super) fn json<'a>(call: &mut Call<'_, 'a>, text: &str) -> Outcome<'a> {
    call.session.budget.bytes(text.len() * PARSING)?;
    match serde_json::from_str(text) {
        Ok(json) => Ok(Value::owned(json)),
        Err(error) => call.failed(format!("the text is not JSON: {error}")),
    }
}

pub(super) fn yaml<'a>(call: &mut Call<'_, 'a>, text: &str) -> Outcome<'a> {
    let mut documents = documents(call, text)?;
    match documents.len() {
        0 => Ok(Value::Null),
        1 => Ok(Value::owned(documents.swap_remove(0))),
        several => call.failed(format!("there are {several} documents; readAllYaml reads them all")),
    }
}

fn documents(call: &mut Call<'_, '_>, text: &str) -> Result<Vec<Json>, Problem> {
    call.session.budget.bytes(text.len() * PARSING_YAML)?;
    let options = serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
        budget: serde_saphyr::budget! { max_depth: MAX_YAML_DEPTH, flow_nesting_limit: MAX_YAML_DEPTH },
        // Aliases may make as much of a document as it is long.
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: text.len() },
    };
    match serde_saphyr::from_multiple_with_options::<Json>(text, options) {
        Ok(documents) => {
            // Aliases may make more of it than the text was.
            call.session.budget.bytes(documents.iter().map(crate::expression::output::size).sum())?;
            Ok(documents)
        }
        Err(error) => {
            let error = error.to_string();
            call.failed(format!("the text is not YAML: {}", error.lines().next().unwrap_or_default()))
        }
    }
}

/// Java's properties: `key=value`, `key: value` or `key value`, one a line; `#` and `!` begin comments, `\` at the end of a
/// line goes on with the next.
pub(super) fn properties<'a>(call: &mut Call<'_, 'a>, text: &str) -> Outcome<'a> {
    call.session.budget.bytes(text.len() * PARSING)?;
    let mut properties = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let mut line = line.trim_start().to_owned();
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        while ends_open(&line) {
            line.pop();
            let Some(next) = lines.next() else { break };
            line.push_str(next.trim_start());
        }
        let (key, value) = property(&line);
        properties.insert(Text::from(key), Value::from(value));
    }
    Ok(properties.into())
}

fn ends_open(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

/// The key and the value of a line, without escapes.
fn property(line: &str) -> (String, String) {
    let mut escaped = false;
    let end = line.find(|c: char| {
        let found = !escaped && (c == '=' || c == ':' || c.is_whitespace());
        escaped = c == '\\' && !escaped;
        found
    });
    let (key, rest) = line.split_at(end.unwrap_or(line.len()));
    let rest = rest.trim_start();
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start();
    (unescaped(key), unescaped(value))
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        plain.push_str(before);
        let mut characters = escape.chars();
        match characters.next() {
            Some('n') => plain.push('\n'),
            Some('t') => plain.push('\t'),
            Some('r') => plain.push('\r'),
            Some('u') => match code_point(characters.as_str()) {
                Some(c) => {
                    plain.push(c);
                    characters = characters.as_str()[4..].chars();
                }
                None => plain.push('u'),
            },
            Some(other) => plain.push(other),
            None => {}
        }
        rest = characters.as_str();
    }
    plain.push_str(rest);
    plain
}

/// The character of four hexadecimal digits at the beginning of a text.
fn code_point(text: &str) -> Option<char> {
    let digits = text.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_split_as_java_does() {
        let split = ["a=1", "a : 1", "a 1", "a\\=b = c", "a", "a=", "k=\\u00e9\\n"].map(property);
        let expected = [("a", "1"), ("a", "1"), ("a", "1"), ("a=b", "c"), ("a", ""), ("a", ""), ("k", "é\n")];
        assert_eq!(split, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
        assert!(ends_open("a\\") && !ends_open("a\\\\"));
    }
}
