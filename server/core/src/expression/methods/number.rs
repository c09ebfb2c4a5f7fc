//! Methods of numbers, truth values and sources of random numbers.

use crate::expression::Problem;
use crate::expression::builtin::{Builtin, Call, Outcome, row};
use crate::expression::number::Number;
use crate::expression::value::Value;

pub(super) static ROWS: [Builtin; 8] = [
    row("intValue", "", "The number as an int, without what follows the point.", "2.9.intValue()", "2", int_value),
    row(
        "longValue",
        "",
        "The number as a long, without what follows the point.",
        "(7).longValue() * 1000000000",
        "7000000000",
        long_value,
    ),
    row("doubleValue", "", "The number as a double.", "(7).doubleValue() / 2", "3.5", double_value),
    row("floatValue", "", "The same as `doubleValue`.", "(7).floatValue() / 2", "3.5", double_value),
    row("shortValue", "", "The number as an int within the range of a short.", "(7).shortValue()", "7", short_value),
    row("byteValue", "", "The number as an int within the range of a byte.", "(7).byteValue()", "7", byte_value),
    row("isNaN", "", "Whether it is not a number.", "(0.0 / 0).isNaN()", "true", is_nan),
    row("isInfinite", "", "Whether it is infinite.", "(1.0 / 0).isInfinite()", "true", is_infinite),
];

pub(super) static BOOLEAN: [Builtin; 1] =
    [row("booleanValue", "", "The truth value.", "true.booleanValue()", "true", boolean_value)];

pub(super) static RANDOM: [Builtin; 4] = [
    row(
        "nextInt",
        "bound?",
        "A random int: from 0 up to, but without, the bound.",
        "new Random().nextInt(1)",
        "0",
        next_int,
    ),
    row("nextLong", "", "A random long.", "new Random().nextLong() == null", "false", next_long),
    row(
        "nextDouble",
        "",
        "A random double from 0 up to, but without, 1.",
        "new Random().nextDouble() < 1",
        "true",
        next_double,
    ),
    row("nextBoolean", "", "A random truth value.", "new Random().nextBoolean() == null", "false", next_boolean),
];

fn within<'a>(call: &Call<'_, 'a>, low: i64, high: i64, kind: &'static str) -> Outcome<'a> {
    let number = call.this_number()?;
    let value = number.to_long();
    if !(low..=high).contains(&value) {
        return Err(Problem::Overflow { what: number.to_string(), kind });
    }
    Ok(Number::whole(value).into())
}

fn int_value<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    within(call, i32::MIN.into(), i32::MAX.into(), "an int")
}

fn short_value<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    within(call, i16::MIN.into(), i16::MAX.into(), "a short")
}

fn byte_value<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    within(call, i8::MIN.into(), i8::MAX.into(), "a byte")
}

fn long_value<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(call.this_number()?.to_long().into())
}

fn double_value<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(call.this_number()?.as_f64().into())
}

fn is_nan<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(call.this_number()?.as_f64().is_nan().into())
}

fn is_infinite<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(call.this_number()?.as_f64().is_infinite().into())
}

fn boolean_value<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(call.this.clone())
}

/// The higher half of a draw, which is as random as the whole.
fn half(draw: u64) -> i32 {
    i32::from_be_bytes([0, 1, 2, 3].map(|place| draw.to_be_bytes()[place]))
}

fn next_int<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    if !call.has(0) {
        return Ok(half(call.draw()).into());
    }
    let bound = call.int(0)?;
    match u64::try_from(bound) {
        Ok(bound) if bound > 0 => {
            let value = call.draw() % bound;
            Ok(Value::count(usize::try_from(value).unwrap_or(0)))
        }
        _ => call.failed(format!("the bound must be above 0; it is {bound}")),
    }
}

fn next_long<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(call.draw().cast_signed().into())
}

fn next_double<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(call.draw_fraction().into())
}

fn next_boolean<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok((call.draw() & 1 == 1).into())
}
