//! `String`.

use super::Type;
use super::format::format;
use crate::expression::builtin::{Call, Outcome, row};
use crate::expression::operators::written;
use crate::expression::value::Value;

pub(super) const STRING: Type = Type {
    name: "java.lang.String",
    constants: &[],
    methods: &[
        row(
            "valueOf",
            "value",
            "A value written out; a list or a map as JSON.",
            "T(java.lang.String).valueOf(42)",
            r#""42""#,
            value_of,
        ),
        row(
            "format",
            "pattern, values...",
            "A text from a pattern with `%s`, `%d`, `%05d`, `%.2f`, `%x`, `%b`, `%c`, `%n` and `%%`.",
            "T(String).format('%s-%03d', 'v', 7)",
            r#""v-007""#,
            formatted,
        ),
        row(
            "join",
            "separator, values...",
            "Texts with a separator between them; a list counts as its elements.",
            "T(String).join(', ', {'a', 'b'})",
            r#""a, b""#,
            join,
        ),
    ],
    constructor: Some(row("new String", "value?", "A value written out.", "new String('a')", r#""a""#, new)),
};

fn value_of<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    call.written(0).map(Value::Text)
}

fn new<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    if call.has(0) { value_of(call) } else { Ok("".into()) }
}

fn formatted<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let pattern = call.text(0)?;
    format(call, &pattern, 1)
}

fn join<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let separator = call.text(0)?;
    let mut joined = String::new();
    let mut first = true;
    for place in 1..call.arguments.len() {
        let values = match call.value(place) {
            value if value.elements().is_some() => call.list(place)?,
            value => vec![value],
        };
        for value in values {
            let value = written(&value, call.budget())?;
            call.session.budget.bytes(separator.len() + value.len())?;
            if !first {
                joined.push_str(&separator);
            }
            joined.push_str(&value);
            first = false;
        }
    }
    call.make_text(joined.len())?;
    Ok(joined.into())
}
