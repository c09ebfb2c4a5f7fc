//! Methods of `LocalDate` and `LocalDateTime`.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike};

use super::{
    beyond, counted, is_after, is_before, is_equal, later, minus, plus, to_string, truncated_to, until, wrong_type,
};
use crate::expression::Problem;
use crate::expression::builtin::{Builtin, Call, Outcome, row};
use crate::expression::time::{Time, Unit};

pub(in crate::expression::methods) static LOCAL: [Builtin; 29] = [
    row("getYear", "", "The year.", "T(LocalDate).now().getYear()", "2026", |call| Ok(date(call)?.year().into())),
    row("getMonthValue", "", "The month, from 1.", "T(LocalDate).now().getMonthValue()", "3", |call| {
        counted(date(call)?.month())
    }),
    row("getDayOfMonth", "", "The day of the month.", "T(LocalDate).now().getDayOfMonth()", "1", |call| {
        counted(date(call)?.day())
    }),
    row("getDayOfYear", "", "The day of the year.", "T(LocalDate).now().getDayOfYear()", "60", |call| {
        counted(date(call)?.ordinal())
    }),
    row("getDayOfWeek", "", "The day of the week.", "T(LocalDate).now().getDayOfWeek()", r#""SUNDAY""#, |call| {
        Ok(Time::DayOfWeek(date(call)?.weekday()).into())
    }),
    row(
        "isLeapYear",
        "",
        "Whether its year has 366 days.",
        "T(LocalDate).of(2024, 1, 1).isLeapYear()",
        "true",
        |call| Ok(date(call)?.leap_year().into()),
    ),
    row(
        "lengthOfMonth",
        "",
        "How many days its month has.",
        "T(LocalDate).of(2024, 2, 1).lengthOfMonth()",
        "29",
        length_of_month,
    ),
    row(
        "plus",
        "amount, unit?",
        "Later, by a number of units or a Duration.",
        "T(LocalDate).of(2024, 1, 31).plus(1, T(ChronoUnit).MONTHS)",
        r#""2024-02-29""#,
        plus,
    ),
    row(
        "minus",
        "amount, unit?",
        "Earlier, by a number of units or a Duration.",
        "T(LocalDate).of(2024, 3, 1).minus(1, T(ChronoUnit).DAYS)",
        r#""2024-02-29""#,
        minus,
    ),
    row(
        "plusDays",
        "amount",
        "So many days later.",
        "T(LocalDate).of(2024, 2, 28).plusDays(2)",
        r#""2024-03-01""#,
        |call| later(call, 1, Unit::Days),
    ),
    row(
        "minusDays",
        "amount",
        "So many days earlier.",
        "T(LocalDate).of(2024, 3, 1).minusDays(1)",
        r#""2024-02-29""#,
        |call| later(call, -1, Unit::Days),
    ),
    row(
        "plusWeeks",
        "amount",
        "So many weeks later.",
        "T(LocalDate).of(2024, 1, 1).plusWeeks(1)",
        r#""2024-01-08""#,
        |call| later(call, 1, Unit::Weeks),
    ),
    row(
        "minusWeeks",
        "amount",
        "So many weeks earlier.",
        "T(LocalDate).of(2024, 1, 8).minusWeeks(1)",
        r#""2024-01-01""#,
        |call| later(call, -1, Unit::Weeks),
    ),
    row(
        "plusMonths",
        "amount",
        "So many months later.",
        "T(LocalDate).of(2024, 1, 31).plusMonths(1)",
        r#""2024-02-29""#,
        |call| later(call, 1, Unit::Months),
    ),
    row(
        "minusMonths",
        "amount",
        "So many months earlier.",
        "T(LocalDate).of(2024, 3, 31).minusMonths(1)",
        r#""2024-02-29""#,
        |call| later(call, -1, Unit::Months),
    ),
    row(
        "plusYears",
        "amount",
        "So many years later.",
        "T(LocalDate).of(2024, 2, 29).plusYears(1)",
        r#""2025-02-28""#,
        |call| later(call, 1, Unit::Years),
    ),
    row(
        "minusYears",
        "amount",
        "So many years earlier.",
        "T(LocalDate).of(2024, 2, 29).minusYears(4)",
        r#""2020-02-29""#,
        |call| later(call, -1, Unit::Years),
    ),
    row(
        "withDayOfMonth",
        "day",
        "With another day of the month.",
        "T(LocalDate).of(2024, 2, 29).withDayOfMonth(1)",
        r#""2024-02-01""#,
        |call| with(call, |time, value| time.with_day(value)),
    ),
    row(
        "withDayOfYear",
        "day",
        "With another day of the year.",
        "T(LocalDate).of(2024, 2, 29).withDayOfYear(1)",
        r#""2024-01-01""#,
        |call| with(call, |time, value| time.with_ordinal(value)),
    ),
    row(
        "withMonth",
        "month",
        "With another month.",
        "T(LocalDate).of(2024, 2, 1).withMonth(12)",
        r#""2024-12-01""#,
        |call| with(call, |time, value| within_month(time, time.year(), value)),
    ),
    row(
        "withYear",
        "year",
        "With another year.",
        "T(LocalDate).of(2024, 2, 1).withYear(2020)",
        r#""2020-02-01""#,
        |call| with(call, |time, value| within_month(time, i32::try_from(value).ok()?, time.month())),
    ),
    row(
        "isBefore",
        "other",
        "Whether it is before another.",
        "T(LocalDate).of(2024, 1, 1).isBefore(T(LocalDate).now())",
        "true",
        is_before,
    ),
    row(
        "isAfter",
        "other",
        "Whether it is after another.",
        "T(LocalDate).of(2024, 1, 1).isAfter(T(LocalDate).now())",
        "false",
        is_after,
    ),
    row(
        "isEqual",
        "other",
        "Whether it is the same.",
        "T(LocalDate).of(2024, 1, 1).isEqual(T(LocalDate).of(2024, 1, 1))",
        "true",
        is_equal,
    ),
    row(
        "until",
        "other, unit",
        "How many whole units there are to another.",
        "T(LocalDate).of(2024, 2, 28).until(T(LocalDate).of(2024, 3, 1), T(ChronoUnit).DAYS)",
        "2",
        until,
    ),
    row(
        "toEpochDay",
        "",
        "Days since the beginning of 1970.",
        "T(LocalDate).of(1970, 2, 1).toEpochDay()",
        "31",
        to_epoch_day,
    ),
    row(
        "atStartOfDay",
        "",
        "The beginning of the day, as a LocalDateTime.",
        "T(LocalDate).of(2024, 1, 1).atStartOfDay()",
        r#""2024-01-01T00:00""#,
        at_start_of_day,
    ),
    row(
        "atTime",
        "hour, minute",
        "The day with a time, as a LocalDateTime.",
        "T(LocalDate).of(2024, 1, 1).atTime(8, 30)",
        r#""2024-01-01T08:30""#,
        at_time,
    ),
    row("toString", "", "In ISO 8601.", "T(LocalDate).of(2024, 1, 1).toString()", r#""2024-01-01""#, to_string),
];

pub(in crate::expression::methods) static LOCAL_TIME: [Builtin; 15] = [
    row("getHour", "", "The hour, from 0.", "T(LocalDateTime).now().getHour()", "12", |call| {
        counted(date_time(call)?.hour())
    }),
    row("getMinute", "", "The minute.", "T(LocalDateTime).now().getMinute()", "0", |call| {
        counted(date_time(call)?.minute())
    }),
    row("getSecond", "", "The second.", "T(LocalDateTime).now().getSecond()", "0", |call| {
        counted(date_time(call)?.second())
    }),
    row(
        "plusHours",
        "amount",
        "So many hours later.",
        "T(LocalDateTime).now().plusHours(13)",
        r#""2026-03-02T01:00""#,
        |call| later(call, 1, Unit::Hours),
    ),
    row(
        "minusHours",
        "amount",
        "So many hours earlier.",
        "T(LocalDateTime).now().minusHours(1)",
        r#""2026-03-01T11:00""#,
        |call| later(call, -1, Unit::Hours),
    ),
    row(
        "plusMinutes",
        "amount",
        "So many minutes later.",
        "T(LocalDateTime).now().plusMinutes(5)",
        r#""2026-03-01T12:05""#,
        |call| later(call, 1, Unit::Minutes),
    ),
    row(
        "minusMinutes",
        "amount",
        "So many minutes earlier.",
        "T(LocalDateTime).now().minusMinutes(5)",
        r#""2026-03-01T11:55""#,
        |call| later(call, -1, Unit::Minutes),
    ),
    row(
        "plusSeconds",
        "amount",
        "So many seconds later.",
        "T(LocalDateTime).now().plusSeconds(5)",
        r#""2026-03-01T12:00:05""#,
        |call| later(call, 1, Unit::Seconds),
    ),
    row(
        "minusSeconds",
        "amount",
        "So many seconds earlier.",
        "T(LocalDateTime).now().minusSeconds(5)",
        r#""2026-03-01T11:59:55""#,
        |call| later(call, -1, Unit::Seconds),
    ),
    row(
        "withHour",
        "hour",
        "With another hour.",
        "T(LocalDateTime).now().withHour(0)",
        r#""2026-03-01T00:00""#,
        |call| with(call, |time, value| time.with_hour(value)),
    ),
    row(
        "withMinute",
        "minute",
        "With another minute.",
        "T(LocalDateTime).now().withMinute(30)",
        r#""2026-03-01T12:30""#,
        |call| with(call, |time, value| time.with_minute(value)),
    ),
    row(
        "withSecond",
        "second",
        "With another second.",
        "T(LocalDateTime).now().withSecond(1)",
        r#""2026-03-01T12:00:01""#,
        |call| with(call, |time, value| time.with_second(value)),
    ),
    row(
        "withNano",
        "nano",
        "With another part of the second.",
        "T(LocalDateTime).now().withNano(0)",
        r#""2026-03-01T12:00""#,
        |call| with(call, |time, value| time.with_nanosecond(value)),
    ),
    row(
        "truncatedTo",
        "unit",
        "Without what is smaller than a unit.",
        "T(LocalDateTime).now().truncatedTo(T(ChronoUnit).DAYS)",
        r#""2026-03-01T00:00""#,
        truncated_to,
    ),
    row("toLocalDate", "", "The date.", "T(LocalDateTime).now().toLocalDate()", r#""2026-03-01""#, |call| {
        Ok(Time::LocalDate(date(call)?).into())
    }),
];

fn date(call: &Call<'_, '_>) -> Result<NaiveDate, Problem> {
    match call.this_time()? {
        Time::LocalDate(date) => Ok(date),
        Time::LocalDateTime(time) => Ok(time.date()),
        other => Err(wrong_type(call, other)),
    }
}

/// The date with its time; the beginning of the day where it has none.
fn date_time(call: &Call<'_, '_>) -> Result<NaiveDateTime, Problem> {
    match call.this_time()? {
        Time::LocalDateTime(time) => Ok(time),
        _ => beyond(call, date(call)?.and_hms_opt(0, 0, 0)),
    }
}

/// With one part changed; a date stays a date.
fn with<'a>(call: &Call<'_, 'a>, change: fn(NaiveDateTime, u32) -> Option<NaiveDateTime>) -> Outcome<'a> {
    let value = u32::try_from(call.count(0)?).unwrap_or(u32::MAX);
    let changed = beyond(call, change(date_time(call)?, value))?;
    Ok(match call.this_time()? {
        Time::LocalDate(_) => Time::LocalDate(changed.date()),
        _ => Time::LocalDateTime(changed),
    }
    .into())
}

/// In another month, on the same day or, where the month has no such, on its last.
fn within_month(time: NaiveDateTime, year: i32, month: u32) -> Option<NaiveDateTime> {
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    let day = time.day().min(first.num_days_in_month().into());
    Some(first.with_day(day)?.and_time(time.time()))
}

fn length_of_month<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    counted(date(call)?.num_days_in_month().into())
}

fn to_epoch_day<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let days = date(call)?.signed_duration_since(DateTime::UNIX_EPOCH.date_naive()).num_days();
    Ok(days.into())
}

fn at_start_of_day<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(Time::LocalDateTime(beyond(call, date(call)?.and_hms_opt(0, 0, 0))?).into())
}

fn at_time<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let part = |place| call.count(place).map(|value| u32::try_from(value).unwrap_or(u32::MAX));
    Ok(Time::LocalDateTime(beyond(call, date(call)?.and_hms_opt(part(0)?, part(1)?, 0))?).into())
}
