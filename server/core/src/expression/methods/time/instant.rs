//! Methods of `Date`, `SimpleDateFormat` and `Instant`.

use chrono::{DateTime, TimeDelta, Utc};

use super::{beyond, counted, is_after, is_before, later, minus, plus, to_string, truncated_to, until, wrong_type};
use crate::expression::Problem;
use crate::expression::builtin::{Builtin, Call, Outcome, row};
use crate::expression::time::{Time, Unit};
use crate::expression::value::Value;

pub(in crate::expression::methods) static DATE: [Builtin; 4] = [
    row("getTime", "", "Milliseconds since the beginning of 1970.", "new Date(5).getTime()", "5", epoch_millis),
    row("toInstant", "", "As an Instant.", "new Date(0).toInstant()", r#""1970-01-01T00:00:00Z""#, to_instant),
    row("before", "date", "Whether it is before another.", "new Date(0).before(new Date())", "true", is_before),
    row("after", "date", "Whether it is after another.", "new Date(0).after(new Date())", "false", is_after),
];

pub(in crate::expression::methods) static FORMAT: [Builtin; 3] = [
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

pub(in crate::expression::methods) static INSTANT: [Builtin; 15] = [
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

fn instant(call: &Call<'_, '_>) -> Result<DateTime<Utc>, Problem> {
    match call.this_time()? {
        Time::Date(time) | Time::Instant(time) => Ok(time),
        other => Err(wrong_type(call, other)),
    }
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
