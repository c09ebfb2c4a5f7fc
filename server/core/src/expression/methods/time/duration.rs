//! Methods of `Duration`, `DayOfWeek` and `ChronoUnit`.

use chrono::TimeDelta;

use super::{beyond, counted, later, minus, plus, to_string, wrong_type};
use crate::expression::Problem;
use crate::expression::builtin::{Builtin, Call, Outcome, row};
use crate::expression::time::{Time, Unit};

pub(in crate::expression::methods) static DURATION: [Builtin; 11] = [
    row("toMillis", "", "In milliseconds.", "T(Duration).ofSeconds(2).toMillis()", "2000", |call| {
        Ok(length(call)?.num_milliseconds().into())
    }),
    row("getSeconds", "", "In whole seconds.", "T(Duration).ofMinutes(2).getSeconds()", "120", |call| {
        Ok(length(call)?.num_seconds().into())
    }),
    row("toSeconds", "", "In whole seconds.", "T(Duration).ofMinutes(2).toSeconds()", "120", |call| {
        Ok(length(call)?.num_seconds().into())
    }),
    row("toMinutes", "", "In whole minutes.", "T(Duration).ofSeconds(150).toMinutes()", "2", |call| {
        Ok(length(call)?.num_minutes().into())
    }),
    row("toHours", "", "In whole hours.", "T(Duration).ofMinutes(150).toHours()", "2", |call| {
        Ok(length(call)?.num_hours().into())
    }),
    row("toDays", "", "In whole times of 24 hours.", "T(Duration).ofHours(50).toDays()", "2", |call| {
        Ok(length(call)?.num_days().into())
    }),
    row(
        "plus",
        "amount, unit?",
        "Longer, by a number of units or a Duration.",
        "T(Duration).ofMinutes(1).plus(T(Duration).ofSeconds(1))",
        r#""PT1M1S""#,
        plus,
    ),
    row(
        "minus",
        "amount, unit?",
        "Shorter, by a number of units or a Duration.",
        "T(Duration).ofMinutes(1).minus(1, T(ChronoUnit).SECONDS)",
        r#""PT59S""#,
        minus,
    ),
    row("isNegative", "", "Whether it is below zero.", "T(Duration).ofMinutes(-1).isNegative()", "true", |call| {
        Ok((length(call)? < TimeDelta::zero()).into())
    }),
    row("isZero", "", "Whether it is zero.", "T(Duration).ZERO.isZero()", "true", |call| {
        Ok(length(call)?.is_zero().into())
    }),
    row("toString", "", "In ISO 8601.", "T(Duration).ofMinutes(90).toString()", r#""PT1H30M""#, to_string),
];

pub(in crate::expression::methods) static ENUMS: [Builtin; 6] = [
    row("getValue", "", "The number of the day, from 1 for Monday.", "T(DayOfWeek).FRIDAY.getValue()", "5", day_value),
    row("name", "", "The name of the constant.", "T(ChronoUnit).DAYS.name()", r#""DAYS""#, name),
    row("plus", "amount", "So many days later.", "T(DayOfWeek).FRIDAY.plus(3)", r#""MONDAY""#, |call| {
        later(call, 1, Unit::Days)
    }),
    row("minus", "amount", "So many days earlier.", "T(DayOfWeek).MONDAY.minus(1)", r#""SUNDAY""#, |call| {
        later(call, -1, Unit::Days)
    }),
    row(
        "between",
        "from, to",
        "How many whole units there are from one to another.",
        "T(ChronoUnit).HOURS.between(T(Instant).EPOCH, T(Instant).ofEpochSecond(7300))",
        "2",
        units_between,
    ),
    row("toString", "", "The name.", "T(DayOfWeek).FRIDAY.toString()", r#""FRIDAY""#, to_string),
];

fn length(call: &Call<'_, '_>) -> Result<TimeDelta, Problem> {
    match call.this_time()? {
        Time::Duration(length) => Ok(length),
        other => Err(wrong_type(call, other)),
    }
}

fn units_between<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    match call.this_time()? {
        Time::Unit(unit) => Ok(beyond(call, call.time(0)?.until(call.time(1)?, unit))?.into()),
        other => Err(wrong_type(call, other)),
    }
}

fn day_value<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    match call.this_time()? {
        Time::DayOfWeek(day) => counted(day.number_from_monday()),
        other => Err(wrong_type(call, other)),
    }
}

fn name<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    match call.this_time()? {
        Time::Unit(unit) => Ok(unit.name().into()),
        other => Ok(other.to_string().into()),
    }
}
