//! Converting values.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use crate::expression::MAX_OUTPUT;
use crate::expression::Problem;
use crate::expression::builtin::{Builtin, Call, Outcome, row};
use crate::expression::number::Number;
use crate::expression::value::Value;
use crate::expression::write::Writer;

pub(super) static ROWS: [Builtin; 8] = [
    row(
        "toInt",
        "value",
        "A text as an int; a number stays one where it is whole and fits.",
        "#toInt('42') * 2",
        "84",
        to_int,
    ),
    row("toFloat", "value", "A text as a double.", "#toFloat('2.5') + 1", "3.5", to_float),
    row(
        "toBoolean",
        "value",
        "Whether a text is `true`, in any case of letters.",
        "#toBoolean('True')",
        "true",
        to_boolean,
    ),
    row("toBase64", "text", "A text in base 64.", "#toBase64('ship it')", r#""c2hpcCBpdA==""#, to_base64),
    row(
        "fromBase64",
        "text",
        "The text that is written in base 64.",
        "#fromBase64('c2hpcCBpdA==')",
        r#""ship it""#,
        from_base64,
    ),
    row(
        "alphanumerical",
        "text",
        "A text without all that is neither a letter of A to Z nor a digit.",
        "#alphanumerical('feature/a-1')",
        r#""featurea1""#,
        alphanumerical,
    ),
    row(
        "toJson",
        "value",
        "A value as JSON text.",
        "#toJson({name: 'shop', sizes: {1, 2}})",
        r#""{\"name\":\"shop\",\"sizes\":[1,2]}""#,
        to_json,
    ),
    row(
        "doNotEval",
        "value",
        "The value as it is: whatever comes out of an expression is never evaluated again.",
        "#doNotEval('$' + '{x}')",
        r#""${x}""#,
        do_not_eval,
    ),
];

fn to_int<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let value = match call.value(0) {
        Value::Text(text) => text.trim().parse::<i64>().ok(),
        Value::Number(number) => number.as_whole().or_else(|| {
            let double = number.as_f64();
            (double.fract() == 0.0).then(|| number.to_long())
        }),
        _ => None,
    };
    match value.map(i32::try_from) {
        Some(Ok(value)) => Ok(value.into()),
        Some(Err(_)) => {
            Err(Problem::Overflow { what: format!("{} for toInt", call.value(0).describe()), kind: "an int" })
        }
        None => Err(call.mismatch("a whole number as text", &call.value(0))),
    }
}

fn to_float<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let value = match call.value(0) {
        Value::Text(text) => decimal(&text),
        Value::Number(number) => Some(number.as_f64()),
        _ => None,
    };
    value.map(Value::from).ok_or_else(|| call.mismatch("a number as text", &call.value(0)))
}

/// A decimal number as Java reads it; words such as `inf` are none.
pub(in crate::expression) fn decimal(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.contains(|c: char| c.is_ascii_digit());
    text.parse().ok().filter(|_: &f64| digits)
}

fn to_boolean<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    match call.value(0) {
        Value::Bool(value) => Ok(value.into()),
        Value::Text(text) => Ok(text.eq_ignore_ascii_case("true").into()),
        Value::Null => Ok(false.into()),
        other => Err(call.mismatch("a text", &other)),
    }
}

fn to_base64<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let text = call.text(0)?;
    call.make_text(text.len() / 3 * 4 + 4)?;
    Ok(STANDARD.encode(text.as_bytes()).into())
}

fn from_base64<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let text = call.text(0)?;
    call.make_text(text.len())?;
    let decoded = STANDARD.decode(text.as_bytes()).or_else(|_| STANDARD_NO_PAD.decode(text.as_bytes()));
    match decoded.map(String::from_utf8) {
        Ok(Ok(text)) => Ok(text.into()),
        Ok(Err(_)) => call.failed("what is encoded is no text in UTF-8"),
        Err(error) => call.failed(format!("the text is not base 64: {error}")),
    }
}

fn alphanumerical<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let text = call.text(0)?;
    call.make_text(text.len())?;
    Ok(text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().into())
}

fn to_json<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    if let Value::Number(Number::Double(value)) = call.value(0)
        && !value.is_finite()
    {
        return call.failed(format!("{value} has no form in JSON"));
    }
    let mut writer = Writer::new(MAX_OUTPUT);
    let full = writer.json(&call.value(0)).is_err();
    call.make_text(if full { MAX_OUTPUT + 1 } else { writer.len() })?;
    Ok(writer.into_text().into())
}

fn do_not_eval<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(call.value(0))
}
