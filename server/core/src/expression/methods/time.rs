//! Methods of dates, times, durations and their units.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};

use crate::expression::Problem;
use crate::expression::builtin::{Builtin, Call, Outcome, row};
use crate::expression::number::Number;
use crate::expression::time::{Time, Unit};
use crate::expression::value::Value;

pub(super) static DATE: [Builtin; 4] = [
    row("getTime", "", "Milliseconds since the beginning of 1970.", "new Date(5).getTime()", "5", epoch_millis),
    row("toInstant", "", "As an Instant.", "new Date(0).toInstant()", r#""1970-01-01T00:00:00Z""#, to_instant),
    row("before", "date", "Whether it is before another.", "new Date(0).before(new Date())", "true", is_before),
    row("after", "date", "Whether it is after another.", "new Date(0).after(new Date())", "false", is_after),
];

pub(super) static FORMAT: [Builtin; 3] = [
    row(
        "format",
        "date",
        "A Date written in this way.",
        "new SimpleDateFormat('yyyyMMdd-HHmm').format(new Date())",
        r#""20260301-1200""#,
        format,
    ),
    row(
        "parse",
        "text",
        "The Date that a text written in this way stands for.",
        "new SimpleDateFormat('yyyyMMdd').parse('19700102').getTime()",
        "86400000",
        parse,
    ),
    row("toPattern", "", "The pattern.", "new SimpleDateFormat('yyyy').toPattern()", r#""yyyy""#, to_pattern),
];

pub(super) static INSTANT: [Builtin; 15] = [
    row(
        "toEpochMilli",
        "",
        "Milliseconds since the beginning of 1970.",
        "T(Instant).now().toEpochMilli()",
        "1772366400000",
        epoch_millis,
    ),
    row(
        "getEpochSecond",
        "",
        "Seconds since the beginning of 1970.",
        "T(Instant).now().getEpochSecond()",
        "1772366400",
        epoch_second,
    ),
    row(
        "plus",
        "amount, unit?",
        "A time later, by a number of units or a Duration.",
        "T(Instant).EPOCH.plus(T(Duration).ofHours(1))",
        r#""1970-01-01T01:00:00Z""#,
        plus,
    ),
    row(
        "minus",
        "amount, unit?",
        "A time earlier, by a number of units or a Duration.",
        "T(Instant).EPOCH.minus(1, T(ChronoUnit).DAYS)",
        r#""1969-12-31T00:00:00Z""#,
        minus,
    ),
    row(
        "plusSeconds",
        "amount",
        "So many seconds later.",
        "T(Instant).EPOCH.plusSeconds(90)",
        r#""1970-01-01T00:01:30Z""#,
        |call| later(call, 1, Unit::Seconds),
    ),
    row(
        "minusSeconds",
        "amount",
        "So many seconds earlier.",
        "T(Instant).EPOCH.minusSeconds(60)",
        r#""1969-12-31T23:59:00Z""#,
        |call| later(call, -1, Unit::Seconds),
    ),
    row(
        "plusMillis",
        "amount",
        "So many milliseconds later.",
        "T(Instant).EPOCH.plusMillis(20)",
        r#""1970-01-01T00:00:00.020Z""#,
        |call| later(call, 1, Unit::Millis),
    ),
    row(
        "minusMillis",
        "amount",
        "So many milliseconds earlier.",
        "T(Instant).EPOCH.minusMillis(1000)",
        r#""1969-12-31T23:59:59Z""#,
        |call| later(call, -1, Unit::Millis),
    ),
    row(
        "isBefore",
        "other",
        "Whether it is before another.",
        "T(Instant).EPOCH.isBefore(T(Instant).now())",
        "true",
        is_before,
    ),
    row(
        "isAfter",
        "other",
        "Whether it is after another.",
        "T(Instant).EPOCH.isAfter(T(Instant).now())",
        "false",
        is_after,
    ),
    row(
        "truncatedTo",
        "unit",
        "Without what is smaller than a unit.",
        "T(Instant).parse('2024-05-05T14:31:00Z').truncatedTo(T(ChronoUnit).HOURS)",
        r#""2024-05-05T14:00:00Z""#,
        truncated_to,
    ),
    row(
        "until",
        "other, unit",
        "How many whole units there are to another.",
        "T(Instant).EPOCH.until(T(Instant).ofEpochSecond(150), T(ChronoUnit).MINUTES)",
        "2",
        until,
    ),
    row(
        "getNano",
        "",
        "The nanoseconds within its second.",
        "T(Instant).ofEpochMilli(1500).getNano()",
        "500000000",
        get_nano,
    ),
    row(
        "plusNanos",
        "amount",
        "So many nanoseconds later.",
        "T(Instant).EPOCH.plusNanos(1000000)",
        r#""1970-01-01T00:00:00.001Z""#,
        plus_nanos,
    ),
    row("toString", "", "In ISO 8601.", "T(Instant).EPOCH.toString()", r#""1970-01-01T00:00:00Z""#, to_string),
];

pub(super) static LOCAL: [Builtin; 29] = [
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
        |call| with(call, |time, value| time.with_month(value)),
    ),
    row(
        "withYear",
        "year",
        "With another year.",
        "T(LocalDate).of(2024, 2, 1).withYear(2020)",
        r#""2020-02-01""#,
        |call| with(call, |time, value| time.with_year(i32::try_from(value).ok()?)),
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

pub(super) static LOCAL_TIME: [Builtin; 15] = [
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

pub(super) static DURATION: [Builtin; 11] = [
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

pub(super) static ENUMS: [Builtin; 6] = [
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

fn counted<'a>(value: u32) -> Outcome<'a> {
    Ok(Number::whole(value.into()).into())
}

fn wrong_type(call: &Call<'_, '_>, found: Time) -> Problem {
    call.mismatch("another type of time", &found.into())
}

fn beyond<T>(call: &Call<'_, '_>, found: Option<T>) -> Result<T, Problem> {
    found.map_or_else(|| call.failed("there is no such date or time, or the type has no such unit"), Ok)
}

fn instant(call: &Call<'_, '_>) -> Result<DateTime<Utc>, Problem> {
    match call.this_time()? {
        Time::Date(time) | Time::Instant(time) => Ok(time),
        other => Err(wrong_type(call, other)),
    }
}

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

fn length(call: &Call<'_, '_>) -> Result<TimeDelta, Problem> {
    match call.this_time()? {
        Time::Duration(length) => Ok(length),
        other => Err(wrong_type(call, other)),
    }
}

fn unit(call: &Call<'_, '_>, place: usize) -> Result<Unit, Problem> {
    match call.time(place)? {
        Time::Unit(unit) => Ok(unit),
        other => Err(call.mismatch("a ChronoUnit", &other.into())),
    }
}

fn to_string<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(call.this_time()?.to_string().into())
}

fn epoch_millis<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(instant(call)?.timestamp_millis().into())
}

fn epoch_second<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(instant(call)?.timestamp().into())
}

fn get_nano<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    counted(instant(call)?.timestamp_subsec_nanos())
}

fn plus_nanos<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let time = instant(call)?.checked_add_signed(TimeDelta::nanoseconds(call.whole(0)?));
    Ok(Time::Instant(beyond(call, time)?).into())
}

fn to_instant<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(Time::Instant(instant(call)?).into())
}

fn order(call: &Call<'_, '_>) -> Result<std::cmp::Ordering, Problem> {
    let (this, other) = (call.this_time()?, call.time(0)?);
    this.order(other).ok_or_else(|| call.mismatch("a time of the same type", &other.into()))
}

fn is_before<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(order(call)?.is_lt().into())
}

fn is_after<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(order(call)?.is_gt().into())
}

fn is_equal<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(order(call)?.is_eq().into())
}

/// So many units later, where the argument says how many and `sign` whether it is earlier.
fn later<'a>(call: &Call<'_, 'a>, sign: i64, unit: Unit) -> Outcome<'a> {
    let amount = beyond(call, call.whole(0)?.checked_mul(sign))?;
    Ok(beyond(call, call.this_time()?.plus(amount, unit))?.into())
}

/// Later by a Duration, or by a number of units.
fn moved<'a>(call: &Call<'_, 'a>, sign: i64) -> Outcome<'a> {
    if call.has(1) {
        return later(call, sign, unit(call, 1)?);
    }
    let Time::Duration(length) = call.time(0)? else {
        return Err(call.mismatch("a Duration, or a number and a ChronoUnit", &call.value(0)));
    };
    let amount = beyond(call, length.num_milliseconds().checked_mul(sign))?;
    Ok(beyond(call, call.this_time()?.plus(amount, Unit::Millis))?.into())
}

fn plus<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    moved(call, 1)
}

fn minus<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    moved(call, -1)
}

fn truncated_to<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(beyond(call, call.this_time()?.truncated(unit(call, 0)?))?.into())
}

fn until<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(beyond(call, call.this_time()?.until(call.time(0)?, unit(call, 1)?))?.into())
}

fn units_between<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    match call.this_time()? {
        Time::Unit(unit) => Ok(beyond(call, call.time(0)?.until(call.time(1)?, unit))?.into()),
        other => Err(wrong_type(call, other)),
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

fn format<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let Value::Format(format) = call.this.clone() else { return Err(call.mismatch("a format", &call.this)) };
    match call.value(0) {
        Value::Time(Time::Date(time)) => Ok(format.format(&time).into()),
        Value::Number(number) => {
            let time = beyond(call, DateTime::from_timestamp_millis(number.to_long()))?;
            Ok(format.format(&time).into())
        }
        other => Err(call.mismatch("a Date or milliseconds", &other)),
    }
}

fn parse<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let Value::Format(format) = call.this.clone() else { return Err(call.mismatch("a format", &call.this)) };
    match format.read(&call.text(0)?) {
        Ok(time) => Ok(Time::Date(time).into()),
        Err(error) => call.failed(error),
    }
}

fn to_pattern<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let Value::Format(format) = &call.this else { return Err(call.mismatch("a format", &call.this)) };
    Ok(format.pattern().to_owned().into())
}
