//! `URLEncoder`, `UUID`, `Random`, `Date` and `SimpleDateFormat`.

use std::rc::Rc;

use chrono::DateTime;

use super::Type;
use crate::expression::builtin::{Call, Outcome, row};
use crate::expression::time::{DateFormat, Time};
use crate::expression::value::Value;

pub(super) const URL_ENCODER: Type = Type {
    name: "java.net.URLEncoder",
    constants: &[],
    methods: &[row(
        "encode",
        "text, charset?",
        "A text as it stands in the query of a URL: UTF-8, with `+` for spaces.",
        "T(java.net.URLEncoder).encode('a b&c', 'UTF-8')",
        r#""a+b%26c""#,
        encode,
    )],
    constructor: None,
};

pub(super) const UUID: Type = Type {
    name: "java.util.UUID",
    constants: &[],
    methods: &[
        row(
            "randomUUID",
            "",
            "A random UUID, as a text.",
            "T(java.util.UUID).randomUUID().toString().length()",
            "36",
            random_uuid,
        ),
        row(
            "fromString",
            "text",
            "A UUID from a text, as a text in small letters.",
            "T(UUID).fromString('123E4567-E89B-12D3-A456-426614174000')",
            r#""123e4567-e89b-12d3-a456-426614174000""#,
            uuid_from_string,
        ),
    ],
    constructor: None,
};

pub(super) const RANDOM: Type = Type {
    name: "java.util.Random",
    constants: &[],
    methods: &[],
    constructor: Some(row(
        "new Random",
        "seed?",
        "A source of random numbers; a seed makes no difference.",
        "new java.util.Random().nextInt(1)",
        "0",
        |_| Ok(Value::Random),
    )),
};

pub(super) const DATE: Type = Type {
    name: "java.util.Date",
    constants: &[],
    methods: &[row(
        "from",
        "instant",
        "An Instant as a Date.",
        "T(java.util.Date).from(T(Instant).ofEpochMilli(1000)).getTime()",
        "1000",
        date_from,
    )],
    constructor: Some(row(
        "new Date",
        "millis?",
        "The time now, or so many milliseconds after the beginning of 1970.",
        "new java.util.Date(0).toString()",
        r#""Thu Jan 01 00:00:00 UTC 1970""#,
        new_date,
    )),
};

pub(super) const SIMPLE_DATE_FORMAT: Type = Type {
    name: "java.text.SimpleDateFormat",
    constants: &[],
    methods: &[],
    constructor: Some(row(
        "new SimpleDateFormat",
        "pattern, locale?",
        "A way of writing dates, in UTC and English.",
        "new java.text.SimpleDateFormat('yyyy-MM-dd').format(new java.util.Date(0))",
        r#""1970-01-01""#,
        new_format,
    )),
};

fn encode<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let text = call.text(0)?;
    if call.has(1) && !call.text(1)?.eq_ignore_ascii_case("utf-8") {
        return call.failed("the only character set is UTF-8");
    }
    call.make_text(text.len() * 3)?;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => encoded.push('+'),
            b'.' | b'-' | b'*' | b'_' => encoded.push(byte.into()),
            byte if byte.is_ascii_alphanumeric() => encoded.push(byte.into()),
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(encoded.into())
}

/// Version 4, variant 1, of RFC 9562.
fn random_uuid<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let bits = (u128::from(call.draw()) << 64) | u128::from(call.draw());
    let bits = (bits & !(0xF << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let digits = format!("{bits:032x}");
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    Ok(parts.join("-").into())
}

fn uuid_from_string<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let text = call.text(0)?;
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    if lengths != [8, 4, 4, 4, 12] || !text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()) {
        return Err(call.mismatch("a UUID as text", &Value::Text(text)));
    }
    Ok(text.to_ascii_lowercase().into())
}

fn date_from<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    match call.time(0)? {
        Time::Instant(time) => Ok(Time::Date(time).into()),
        other => Err(call.mismatch("an Instant", &other.into())),
    }
}

fn new_date<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    if !call.has(0) {
        return Ok(Time::Date(call.environment.now().to_utc()).into());
    }
    match DateTime::from_timestamp_millis(call.whole(0)?) {
        Some(time) => Ok(Time::Date(time).into()),
        None => call.failed("the time is beyond the calendar"),
    }
}

fn new_format<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let pattern = call.text(0)?;
    match DateFormat::parse(&pattern) {
        Ok(format) => Ok(Value::Format(Rc::new(format))),
        Err(error) => call.failed(error),
    }
}
