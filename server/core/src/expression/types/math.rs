//! `Math`.

use super::Type;
use crate::expression::Problem;
use crate::expression::builtin::{Call, Outcome, row};
use crate::expression::number::{Arithmetic, Number};
use crate::expression::value::Value;

pub(super) const MATH: Type = Type {
    name: "java.lang.Math",
    constants: &[
        row("PI", "-", "The ratio of a circle's circumference to its diameter.", "T(Math).PI > 3.14", "true", |_| {
            Ok(std::f64::consts::PI.into())
        }),
        row(
            "E",
            "-",
            "The base of natural logarithms.",
            "T(Math).E < 2.72",
            "true",
            |_| Ok(std::f64::consts::E.into()),
        ),
    ],
    methods: &[
        row("max", "a, b", "The greater of two numbers.", "T(java.lang.Math).max(3, 2 * 2)", "4", |call| {
            Ok(call.number(0)?.greater(call.number(1)?).into())
        }),
        row("min", "a, b", "The lesser of two numbers.", "T(Math).min(3, 2.5)", "2.5", |call| {
            Ok(call.number(0)?.lesser(call.number(1)?).into())
        }),
        row("abs", "value", "The number without its sign.", "T(Math).abs(-3)", "3", abs),
        row(
            "ceil",
            "value",
            "The next whole number from it upwards, as a double.",
            "T(Math).ceil(2.1)",
            "3.0",
            |call| double(call, f64::ceil),
        ),
        row(
            "floor",
            "value",
            "The next whole number from it downwards, as a double.",
            "T(Math).floor(2.9)",
            "2.0",
            |call| double(call, f64::floor),
        ),
        row("round", "value", "The nearest whole number as a long; halves go up.", "T(Math).round(2.5)", "3", round),
        row(
            "rint",
            "value",
            "The nearest whole number as a double; halves go to the even one.",
            "T(Math).rint(2.5)",
            "2.0",
            |call| double(call, f64::round_ties_even),
        ),
        row("pow", "base, exponent", "A power, as a double.", "T(Math).pow(2, 10)", "1024.0", pow),
        row("sqrt", "value", "The square root.", "T(Math).sqrt(16)", "4.0", |call| double(call, f64::sqrt)),
        row("cbrt", "value", "The cube root.", "T(Math).cbrt(27)", "3.0", |call| double(call, f64::cbrt)),
        row("exp", "value", "A power of e.", "T(Math).exp(0)", "1.0", |call| double(call, f64::exp)),
        row("log", "value", "The natural logarithm.", "T(Math).log(1)", "0.0", |call| double(call, f64::ln)),
        row("log10", "value", "The logarithm to the base 10.", "T(Math).log10(1000)", "3.0", |call| {
            double(call, f64::log10)
        }),
        row(
            "signum",
            "value",
            "-1.0, 0.0 or 1.0 as the number is negative, zero or positive.",
            "T(Math).signum(-2)",
            "-1.0",
            signum,
        ),
        row("hypot", "a, b", "The length of the diagonal of a rectangle.", "T(Math).hypot(3, 4)", "5.0", hypot),
        row("floorDiv", "a, b", "The quotient, rounded down.", "T(Math).floorDiv(-7, 2)", "-4", floor_div),
        row(
            "floorMod",
            "a, b",
            "What is left of `floorDiv`; it has the sign of the divisor.",
            "T(Math).floorMod(-7, 3)",
            "2",
            floor_mod,
        ),
        row("addExact", "a, b", "The sum.", "T(Math).addExact(1, 2)", "3", |call| exact(call, Arithmetic::Add)),
        row("subtractExact", "a, b", "The difference.", "T(Math).subtractExact(1, 2)", "-1", |call| {
            exact(call, Arithmetic::Subtract)
        }),
        row("multiplyExact", "a, b", "The product.", "T(Math).multiplyExact(3, 2)", "6", |call| {
            exact(call, Arithmetic::Multiply)
        }),
        row("toIntExact", "value", "A long as an int.", "T(Math).toIntExact(5L)", "5", |call| Ok(call.int(0)?.into())),
        row("random", "", "A random double from 0 up to, but without, 1.", "T(Math).random() < 1", "true", |call| {
            Ok(call.draw_fraction().into())
        }),
    ],
    constructor: None,
};

fn double<'a>(call: &Call<'_, 'a>, of: fn(f64) -> f64) -> Outcome<'a> {
    Ok(of(call.number(0)?.as_f64()).into())
}

fn abs<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let number = call.number(0)?;
    match number {
        Number::Double(value) => Ok(value.abs().into()),
        _ if number.compare(Number::Int(0)).is_some_and(std::cmp::Ordering::is_lt) => Ok(number.negate()?.into()),
        _ => Ok(number.into()),
    }
}

fn round<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let number = call.number(0)?;
    Ok(match number {
        Number::Double(value) => Number::Double((value + 0.5).floor()).to_long().into(),
        _ => Value::from(call.whole(0)?),
    })
}

fn pow<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(call.number(0)?.as_f64().powf(call.number(1)?.as_f64()).into())
}

fn hypot<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(call.number(0)?.as_f64().hypot(call.number(1)?.as_f64()).into())
}

fn signum<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let value = call.number(0)?.as_f64();
    Ok(if value == 0.0 { value } else { value.signum() }.into())
}

/// Two whole numbers, of which the second is not zero.
fn divided(call: &Call<'_, '_>) -> Result<(i64, i64), Problem> {
    let (a, b) = (call.whole(0)?, call.whole(1)?);
    if b == 0 { Err(Problem::DivisionByZero { what: format!("{}({a}, {b})", call.name) }) } else { Ok((a, b)) }
}

fn floor_div<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let (a, b) = divided(call)?;
    let quotient =
        a.checked_div(b).map(|quotient| if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient });
    let overflow = || Problem::Overflow { what: format!("{a} / {b}"), kind: "a long" };
    Ok(Number::whole(quotient.ok_or_else(overflow)?).into())
}

fn floor_mod<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let (a, b) = divided(call)?;
    let rest = a.wrapping_rem(b);
    Ok(Number::whole(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest }).into())
}

fn exact<'a>(call: &Call<'_, 'a>, operator: Arithmetic) -> Outcome<'a> {
    let (Number::Int(_) | Number::Long(_), Number::Int(_) | Number::Long(_)) = (call.number(0)?, call.number(1)?)
    else {
        return call.failed("both numbers must be whole");
    };
    Ok(call.number(0)?.compute(operator, call.number(1)?)?.into())
}
