//! `Boolean`, `Byte`, `Integer`, `Long` and `Double`.

use super::Type;
use crate::expression::Problem;
use crate::expression::builtin::{Call, Outcome, row};
use crate::expression::functions::decimal;
use crate::expression::number::{Arithmetic, Number};
use crate::expression::operators::order;
use crate::expression::value::Value;

pub(super) const BOOLEAN: Type = Type {
    name: "java.lang.Boolean",
    constants: &[
        row("TRUE", "-", "True.", "T(Boolean).TRUE", "true", |_| Ok(true.into())),
        row("FALSE", "-", "False.", "T(Boolean).FALSE", "false", |_| Ok(false.into())),
    ],
    methods: &[
        row(
            "parseBoolean",
            "text",
            "Whether a text is `true`, in any case of letters.",
            "T(Boolean).parseBoolean('TRUE')",
            "true",
            parse_boolean,
        ),
        row(
            "valueOf",
            "text",
            "The same as `parseBoolean`.",
            "T(java.lang.Boolean).valueOf('yes')",
            "false",
            parse_boolean,
        ),
        row("toString", "value", "`true` or `false`.", "T(Boolean).toString(1 < 2)", r#""true""#, written),
        row("logicalAnd", "a, b", "Whether both are true.", "T(Boolean).logicalAnd(true, false)", "false", |call| {
            logical(call, |a, b| a & b)
        }),
        row("logicalOr", "a, b", "Whether one is true.", "T(Boolean).logicalOr(true, false)", "true", |call| {
            logical(call, |a, b| a | b)
        }),
        row(
            "logicalXor",
            "a, b",
            "Whether just one of two is true.",
            "T(Boolean).logicalXor(true, true)",
            "false",
            |call| logical(call, |a, b| a ^ b),
        ),
    ],
    constructor: None,
};

pub(super) const BYTE: Type = Type {
    name: "java.lang.Byte",
    constants: &[
        row("MIN_VALUE", "-", "The least byte.", "T(Byte).MIN_VALUE", "-128", |_| Ok((-128).into())),
        row("MAX_VALUE", "-", "The greatest byte.", "T(Byte).MAX_VALUE", "127", |_| Ok(127.into())),
    ],
    methods: &[
        row(
            "parseByte",
            "text, radix?",
            "A text as a number within the range of a byte.",
            "T(Byte).parseByte('7f', 16)",
            "127",
            parse_byte,
        ),
        row("valueOf", "value, radix?", "The same as `parseByte`.", "T(Byte).valueOf('12')", "12", parse_byte),
        row("toString", "value", "The number as a text.", "T(Byte).toString(12)", r#""12""#, written),
    ],
    constructor: None,
};

pub(super) const INTEGER: Type = Type {
    name: "java.lang.Integer",
    constants: &[
        row("MIN_VALUE", "-", "The least int.", "T(Integer).MIN_VALUE", "-2147483648", |_| Ok(i32::MIN.into())),
        row("MAX_VALUE", "-", "The greatest int.", "T(java.lang.Integer).MAX_VALUE", "2147483647", |_| {
            Ok(i32::MAX.into())
        }),
    ],
    methods: &[
        row("parseInt", "text, radix?", "A text as an int.", "T(java.lang.Integer).parseInt('42')", "42", parse_int),
        row(
            "valueOf",
            "value, radix?",
            "The same as `parseInt`; an int stays one.",
            "T(Integer).valueOf('ff', 16)",
            "255",
            parse_int,
        ),
        row("toString", "value, radix?", "The number as a text.", "T(Integer).toString(255, 16)", r#""ff""#, to_string),
        row("toHexString", "value", "The number in base 16.", "T(Integer).toHexString(255)", r#""ff""#, to_hex),
        row("toBinaryString", "value", "The number in base 2.", "T(Integer).toBinaryString(5)", r#""101""#, to_binary),
        row("toOctalString", "value", "The number in base 8.", "T(Integer).toOctalString(8)", r#""10""#, to_octal),
        row("max", "a, b", "The greater of two.", "T(Integer).max(1, 2)", "2", |call| greater(call, int)),
        row("min", "a, b", "The lesser of two.", "T(Integer).min(1, 2)", "1", |call| lesser(call, int)),
        row("sum", "a, b", "The sum of two.", "T(Integer).sum(1, 2)", "3", |call| sum(call, int)),
        row(
            "compare",
            "a, b",
            "-1, 0 or 1 as the first is less, the same or greater.",
            "T(Integer).compare(1, 2)",
            "-1",
            compare,
        ),
        row(
            "signum",
            "value",
            "-1, 0 or 1 as the number is negative, zero or positive.",
            "T(Integer).signum(-5)",
            "-1",
            signum,
        ),
    ],
    constructor: Some(row("new Integer", "value", "The same as `parseInt`.", "new Integer('42')", "42", parse_int)),
};

pub(super) const LONG: Type =
    Type {
        name: "java.lang.Long",
        constants: &[
            row("MIN_VALUE", "-", "The least long.", "T(Long).MIN_VALUE", "-9223372036854775808", |_| {
                Ok(i64::MIN.into())
            }),
            row("MAX_VALUE", "-", "The greatest long.", "T(Long).MAX_VALUE", "9223372036854775807", |_| {
                Ok(i64::MAX.into())
            }),
        ],
        methods: &[
            row(
                "parseLong",
                "text, radix?",
                "A text as a long.",
                "T(java.lang.Long).parseLong('4200000000')",
                "4200000000",
                parse_long,
            ),
            row(
                "valueOf",
                "value, radix?",
                "The same as `parseLong`; a whole number becomes a long.",
                "T(Long).valueOf('42')",
                "42",
                parse_long,
            ),
            row("toString", "value, radix?", "The number as a text.", "T(Long).toString(42)", r#""42""#, to_string),
            row("toHexString", "value", "The number in base 16.", "T(Long).toHexString(255)", r#""ff""#, to_hex),
            row("max", "a, b", "The greater of two.", "T(Long).max(1, 2)", "2", |call| greater(call, long)),
            row("min", "a, b", "The lesser of two.", "T(Long).min(1, 2)", "1", |call| lesser(call, long)),
            row("sum", "a, b", "The sum of two.", "T(Long).sum(2147483647, 1)", "2147483648", |call| sum(call, long)),
            row(
                "compare",
                "a, b",
                "-1, 0 or 1 as the first is less, the same or greater.",
                "T(Long).compare(2, 1)",
                "1",
                compare,
            ),
        ],
        constructor: Some(row(
            "new Long",
            "value",
            "The same as `parseLong`.",
            "new Long('42') * 100000000",
            "4200000000",
            parse_long,
        )),
    };

pub(super) const DOUBLE: Type = Type {
    name: "java.lang.Double",
    constants: &[
        row("MIN_VALUE", "-", "The least double above zero.", "T(Double).MIN_VALUE > 0", "true", |_| Ok(5e-324.into())),
        row("MAX_VALUE", "-", "The greatest double.", "T(Double).MAX_VALUE", "1.7976931348623157e308", |_| {
            Ok(f64::MAX.into())
        }),
    ],
    methods: &[
        row(
            "parseDouble",
            "text",
            "A text as a double.",
            "T(java.lang.Double).parseDouble('2.50')",
            "2.5",
            parse_double,
        ),
        row(
            "valueOf",
            "value",
            "The same as `parseDouble`; a number becomes a double.",
            "T(Double).valueOf('1e3')",
            "1000.0",
            parse_double,
        ),
        row("toString", "value", "The number as a text.", "T(Double).toString(2)", r#""2.0""#, double_to_string),
        row("max", "a, b", "The greater of two.", "T(Double).max(1.5, 2)", "2.0", |call| greater(call, double)),
        row("min", "a, b", "The lesser of two.", "T(Double).min(1.5, 2)", "1.5", |call| lesser(call, double)),
        row("sum", "a, b", "The sum of two.", "T(Double).sum(1.5, 2)", "3.5", |call| sum(call, double)),
        row(
            "compare",
            "a, b",
            "-1, 0 or 1 as the first is less, the same or greater.",
            "T(Double).compare(1.5, 2)",
            "-1",
            compare,
        ),
        row("isNaN", "value", "Whether it is not a number.", "T(Double).isNaN(0.0 / 0)", "true", is_nan),
    ],
    constructor: Some(row(
        "new Double",
        "value",
        "The same as `parseDouble`.",
        "new Double('2.5')",
        "2.5",
        parse_double,
    )),
};

fn parse_boolean<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(match call.value(0) {
        Value::Bool(value) => value,
        Value::Text(text) => text.eq_ignore_ascii_case("true"),
        Value::Null => false,
        other => return Err(call.mismatch("a text", &other)),
    }
    .into())
}

fn written<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    call.written(0).map(Value::Text)
}

fn logical<'a>(call: &Call<'_, 'a>, of: fn(bool, bool) -> bool) -> Outcome<'a> {
    let truth = |place| crate::expression::operators::truth(&call.value(place));
    Ok(of(truth(0)?, truth(1)?).into())
}

/// A whole number from a text, in some base, or from a number that is one.
fn parse(call: &Call<'_, '_>) -> Result<i64, Problem> {
    let radix = if call.has(1) { call.int(1)? } else { 10 };
    let radix = u32::try_from(radix).ok().filter(|radix| (2..=36).contains(radix));
    let Some(radix) = radix else { return call.failed("the base must be from 2 to 36") };
    match call.value(0) {
        Value::Text(text) => i64::from_str_radix(&text, radix)
            .map_err(|_| call.mismatch("a whole number as text", &Value::Text(text.clone()))),
        _ => call.whole(0),
    }
}

fn within<'a>(call: &Call<'_, 'a>, low: i64, high: i64, kind: &'static str) -> Outcome<'a> {
    let value = parse(call)?;
    if (low..=high).contains(&value) {
        return Ok(Number::whole(value).into());
    }
    Err(Problem::Overflow { what: value.to_string(), kind })
}

fn parse_byte<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    within(call, i8::MIN.into(), i8::MAX.into(), "a byte")
}

fn parse_int<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    within(call, i32::MIN.into(), i32::MAX.into(), "an int")
}

fn parse_long<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(parse(call)?.into())
}

fn parse_double<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    match call.value(0) {
        Value::Text(text) => {
            decimal(&text).map(Value::from).ok_or_else(|| call.mismatch("a number as text", &Value::Text(text)))
        }
        _ => Ok(call.number(0)?.as_f64().into()),
    }
}

fn to_string<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let value = call.whole(0)?;
    let radix = if call.has(1) { call.int(1)? } else { 10 };
    match u64::try_from(radix) {
        Ok(radix) if (2..=36).contains(&radix) => {
            let sign = if value < 0 { "-" } else { "" };
            Ok(format!("{sign}{}", in_base(value.unsigned_abs(), radix)).into())
        }
        _ => call.failed("the base must be from 2 to 36"),
    }
}

fn in_base(mut value: u64, radix: u64) -> String {
    let mut digits = Vec::new();
    loop {
        let digit = u32::try_from(value % radix).ok().and_then(|digit| char::from_digit(digit, 36));
        digits.extend(digit);
        value /= radix;
        if value == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

/// The bits of a number as an unsigned one, of its own width.
fn bits(call: &Call<'_, '_>) -> Result<u64, Problem> {
    Ok(match call.number(0)? {
        Number::Int(value) => value.cast_unsigned().into(),
        _ => call.whole(0)?.cast_unsigned(),
    })
}

fn to_hex<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(format!("{:x}", bits(call)?).into())
}

fn to_binary<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(format!("{:b}", bits(call)?).into())
}

fn to_octal<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(format!("{:o}", bits(call)?).into())
}

/// What a type takes an argument for.
type Read = fn(&Call<'_, '_>, usize) -> Result<Number, Problem>;

fn int(call: &Call<'_, '_>, place: usize) -> Result<Number, Problem> {
    call.int(place).map(Number::Int)
}

fn long(call: &Call<'_, '_>, place: usize) -> Result<Number, Problem> {
    call.whole(place).map(Number::Long)
}

fn double(call: &Call<'_, '_>, place: usize) -> Result<Number, Problem> {
    Ok(Number::Double(call.number(place)?.as_f64()))
}

fn greater<'a>(call: &Call<'_, 'a>, read: Read) -> Outcome<'a> {
    Ok(read(call, 0)?.greater(read(call, 1)?).into())
}

fn lesser<'a>(call: &Call<'_, 'a>, read: Read) -> Outcome<'a> {
    Ok(read(call, 0)?.lesser(read(call, 1)?).into())
}

fn sum<'a>(call: &Call<'_, 'a>, read: Read) -> Outcome<'a> {
    Ok(read(call, 0)?.compute(Arithmetic::Add, read(call, 1)?)?.into())
}

fn compare<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let order = order("compare", &call.number(0)?.into(), &call.number(1)?.into())?;
    Ok(order.map_or(0, |order| order as i32).into())
}

fn signum<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(Number::whole(call.whole(0)?.signum()).into())
}

fn double_to_string<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(Number::Double(call.number(0)?.as_f64()).to_string().into())
}

fn is_nan<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(call.number(0)?.as_f64().is_nan().into())
}
