//! `java.time`.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Utc, Weekday};

use super::Type;
use crate::expression::Problem;
use crate::expression::builtin::{Builtin, Call, Outcome, row};
use crate::expression::time::{DAYS, Time, Unit, day_name};

pub(super) const INSTANT: Type = Type {
    name: "java.time.Instant",
    constants: &[row("EPOCH", "-", "The beginning of 1970.", "T(Instant).EPOCH", r#""1970-01-01T00:00:00Z""#, |_| {
        Ok(Time::Instant(DateTime::UNIX_EPOCH).into())
    })],
    methods: &[
        row("now", "", "The time now.", "T(java.time.Instant).now()", r#""2026-03-01T12:00:00Z""#, |call| {
            Ok(Time::Instant(now(call)).into())
        }),
        row(
            "parse",
            "text",
            "A time in ISO 8601.",
            "T(Instant).parse('2024-05-05T14:00:00Z').toEpochMilli()",
            "1714917600000",
            parse_instant,
        ),
        row(
            "ofEpochMilli",
            "millis",
            "So many milliseconds after the beginning of 1970.",
            "T(Instant).ofEpochMilli(1500)",
            r#""1970-01-01T00:00:01.500Z""#,
            of_epoch_milli,
        ),
        row(
            "ofEpochSecond",
            "seconds",
            "So many seconds after the beginning of 1970.",
            "T(Instant).ofEpochSecond(60)",
            r#""1970-01-01T00:01:00Z""#,
            of_epoch_second,
        ),
    ],
    constructor: None,
};

pub(super) const LOCAL_DATE: Type = Type {
    name: "java.time.LocalDate",
    constants: &[],
    methods: &[
        row("now", "", "Today, in UTC.", "T(java.time.LocalDate).now()", r#""2026-03-01""#, |call| {
            Ok(Time::LocalDate(now(call).date_naive()).into())
        }),
        row("of", "year, month, day", "A date.", "T(LocalDate).of(2024, 2, 29)", r#""2024-02-29""#, date_of),
        row(
            "parse",
            "text",
            "A date in ISO 8601.",
            "T(LocalDate).parse('2024-02-29').getDayOfWeek()",
            r#""THURSDAY""#,
            parse_date,
        ),
        row(
            "ofEpochDay",
            "days",
            "So many days after the beginning of 1970.",
            "T(LocalDate).ofEpochDay(31)",
            r#""1970-02-01""#,
            of_epoch_day,
        ),
    ],
    constructor: None,
};

pub(super) const LOCAL_DATE_TIME: Type = Type {
    name: "java.time.LocalDateTime",
    constants: &[],
    methods: &[
        row("now", "", "The time now, in UTC.", "T(java.time.LocalDateTime).now()", r#""2026-03-01T12:00""#, |call| {
            Ok(Time::LocalDateTime(now(call).naive_utc()).into())
        }),
        row(
            "of",
            "year, month, day, hour, minute, second?",
            "A date with a time.",
            "T(LocalDateTime).of(2024, 2, 29, 8, 30)",
            r#""2024-02-29T08:30""#,
            date_time_of,
        ),
        row(
            "parse",
            "text",
            "A date with a time in ISO 8601.",
            "T(LocalDateTime).parse('2024-02-29T08:30:00').getHour()",
            "8",
            parse_date_time,
        ),
    ],
    constructor: None,
};

pub(super) const DURATION: Type = Type {
    name: "java.time.Duration",
    constants: &[row("ZERO", "-", "No time.", "T(Duration).ZERO", r#""PT0S""#, |_| {
        Ok(Time::Duration(TimeDelta::zero()).into())
    })],
    methods: &[
        row("ofMillis", "amount", "So many milliseconds.", "T(Duration).ofMillis(1500)", r#""PT1.5S""#, |call| {
            duration(call, Unit::Millis)
        }),
        row("ofSeconds", "amount", "So many seconds.", "T(Duration).ofSeconds(90)", r#""PT1M30S""#, |call| {
            duration(call, Unit::Seconds)
        }),
        row("ofMinutes", "amount", "So many minutes.", "T(Duration).ofMinutes(5).toMillis()", "300000", |call| {
            duration(call, Unit::Minutes)
        }),
        row("ofHours", "amount", "So many hours.", "T(Duration).ofHours(2).getSeconds()", "7200", |call| {
            duration(call, Unit::Hours)
        }),
        row("ofDays", "amount", "So many times 24 hours.", "T(java.time.Duration).ofDays(1)", r#""PT24H""#, |call| {
            duration(call, Unit::Days)
        }),
        row(
            "between",
            "from, to",
            "The time from one to another.",
            "T(Duration).between(T(Instant).EPOCH, T(Instant).ofEpochSecond(90))",
            r#""PT1M30S""#,
            between,
        ),
        row(
            "parse",
            "text",
            "A duration in ISO 8601.",
            "T(Duration).parse('PT1H30M').toMinutes()",
            "90",
            parse_duration,
        ),
    ],
    constructor: None,
};

pub(super) const DAY_OF_WEEK: Type = Type {
    name: "java.time.DayOfWeek",
    constants: &[
        row("MONDAY", "-", "Monday.", "T(java.time.DayOfWeek).MONDAY.getValue()", "1", |_| {
            Ok(Time::DayOfWeek(Weekday::Mon).into())
        }),
        row("TUESDAY", "-", "Tuesday.", "T(DayOfWeek).TUESDAY.getValue()", "2", |_| {
            Ok(Time::DayOfWeek(Weekday::Tue).into())
        }),
        row("WEDNESDAY", "-", "Wednesday.", "T(DayOfWeek).WEDNESDAY.getValue()", "3", |_| {
            Ok(Time::DayOfWeek(Weekday::Wed).into())
        }),
        row("THURSDAY", "-", "Thursday.", "T(DayOfWeek).THURSDAY.getValue()", "4", |_| {
            Ok(Time::DayOfWeek(Weekday::Thu).into())
        }),
        row("FRIDAY", "-", "Friday.", "T(DayOfWeek).FRIDAY.getValue()", "5", |_| {
            Ok(Time::DayOfWeek(Weekday::Fri).into())
        }),
        row("SATURDAY", "-", "Saturday.", "T(DayOfWeek).SATURDAY.getValue()", "6", |_| {
            Ok(Time::DayOfWeek(Weekday::Sat).into())
        }),
        row("SUNDAY", "-", "Sunday.", "T(DayOfWeek).SUNDAY.getValue()", "7", |_| {
            Ok(Time::DayOfWeek(Weekday::Sun).into())
        }),
    ],
    methods: &[
        row("of", "number", "The day with a number, from 1 for Monday.", "T(DayOfWeek).of(7)", r#""SUNDAY""#, day_of),
        row("valueOf", "name", "The day with a name.", "T(DayOfWeek).valueOf('SUNDAY').getValue()", "7", day_value_of),
    ],
    constructor: None,
};

pub(super) const CHRONO_UNIT: Type = Type {
    name: "java.time.temporal.ChronoUnit",
    constants: &UNITS,
    methods: &[row(
        "valueOf",
        "name",
        "The unit with a name.",
        "T(ChronoUnit).valueOf('DAYS')",
        r#""Days""#,
        unit_value_of,
    )],
    constructor: None,
};

static UNITS: [Builtin; 9] = [
    row("MILLIS", "-", "Milliseconds.", "T(java.time.temporal.ChronoUnit).MILLIS.name()", r#""MILLIS""#, |_| {
        Ok(Time::Unit(Unit::Millis).into())
    }),
    row(
        "SECONDS",
        "-",
        "Seconds.",
        "T(Instant).EPOCH.plus(5, T(ChronoUnit).SECONDS)",
        r#""1970-01-01T00:00:05Z""#,
        |_| Ok(Time::Unit(Unit::Seconds).into()),
    ),
    row(
        "MINUTES",
        "-",
        "Minutes.",
        "T(Instant).EPOCH.plus(5, T(ChronoUnit).MINUTES)",
        r#""1970-01-01T00:05:00Z""#,
        |_| Ok(Time::Unit(Unit::Minutes).into()),
    ),
    row("HOURS", "-", "Hours.", "T(Instant).EPOCH.plus(5, T(ChronoUnit).HOURS)", r#""1970-01-01T05:00:00Z""#, |_| {
        Ok(Time::Unit(Unit::Hours).into())
    }),
    row(
        "HALF_DAYS",
        "-",
        "Times of 12 hours.",
        "T(Instant).EPOCH.plus(1, T(ChronoUnit).HALF_DAYS)",
        r#""1970-01-01T12:00:00Z""#,
        |_| Ok(Time::Unit(Unit::HalfDays).into()),
    ),
    row(
        "DAYS",
        "-",
        "Days.",
        "T(ChronoUnit).DAYS.between(T(LocalDate).of(2024, 2, 28), T(LocalDate).of(2024, 3, 1))",
        "2",
        |_| Ok(Time::Unit(Unit::Days).into()),
    ),
    row("WEEKS", "-", "Weeks.", "T(LocalDate).of(2024, 1, 1).plus(2, T(ChronoUnit).WEEKS)", r#""2024-01-15""#, |_| {
        Ok(Time::Unit(Unit::Weeks).into())
    }),
    row(
        "MONTHS",
        "-",
        "Months.",
        "T(LocalDate).of(2024, 1, 31).plus(1, T(ChronoUnit).MONTHS)",
        r#""2024-02-29""#,
        |_| Ok(Time::Unit(Unit::Months).into()),
    ),
    row(
        "YEARS",
        "-",
        "Years.",
        "T(ChronoUnit).YEARS.between(T(LocalDate).of(2020, 5, 1), T(LocalDate).of(2024, 4, 30))",
        "3",
        |_| Ok(Time::Unit(Unit::Years).into()),
    ),
];

fn now(call: &Call<'_, '_>) -> DateTime<Utc> {
    call.environment.now().to_utc()
}

fn beyond<T>(call: &Call<'_, '_>, found: Option<T>) -> Result<T, Problem> {
    found.map_or_else(|| call.failed("there is no such date or time"), Ok)
}

fn parsed<T, E: std::fmt::Display>(call: &Call<'_, '_>, found: Result<T, E>) -> Result<T, Problem> {
    found.or_else(|error| call.failed(format!("{} can't be read: {error}", call.value(0).describe())))
}

fn parse_instant<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let time = parsed(call, DateTime::parse_from_rfc3339(&call.text(0)?))?;
    Ok(Time::Instant(time.to_utc()).into())
}

fn of_epoch_milli<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let time = beyond(call, DateTime::from_timestamp_millis(call.whole(0)?))?;
    Ok(Time::Instant(time).into())
}

fn of_epoch_second<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let time = beyond(call, DateTime::from_timestamp(call.whole(0)?, 0))?;
    Ok(Time::Instant(time).into())
}

/// A part of a calendar from an argument; what is no number from 0 on becomes one that no calendar has.
fn part(call: &Call<'_, '_>, place: usize) -> Result<u32, Problem> {
    Ok(u32::try_from(call.int(place)?).unwrap_or(u32::MAX))
}

fn date(call: &Call<'_, '_>) -> Result<NaiveDate, Problem> {
    beyond(call, NaiveDate::from_ymd_opt(call.int(0)?, part(call, 1)?, part(call, 2)?))
}

fn date_of<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(Time::LocalDate(date(call)?).into())
}

fn parse_date<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(Time::LocalDate(parsed(call, call.text(0)?.parse())?).into())
}

fn of_epoch_day<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let days = call.int(0)?;
    let first = DateTime::UNIX_EPOCH.date_naive().num_days_from_ce();
    let date = first.checked_add(days).and_then(NaiveDate::from_num_days_from_ce_opt);
    Ok(Time::LocalDate(beyond(call, date)?).into())
}

fn date_time_of<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let second = if call.has(5) { part(call, 5)? } else { 0 };
    let time = date(call)?.and_hms_opt(part(call, 3)?, part(call, 4)?, second);
    Ok(Time::LocalDateTime(beyond(call, time)?).into())
}

fn parse_date_time<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let text = call.text(0)?;
    let with_seconds = NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f");
    let time = with_seconds.or_else(|_| NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M"));
    Ok(Time::LocalDateTime(parsed(call, time)?).into())
}

fn duration<'a>(call: &Call<'_, 'a>, unit: Unit) -> Outcome<'a> {
    Ok(beyond(call, Time::Duration(TimeDelta::zero()).plus(call.whole(0)?, unit))?.into())
}

fn between<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let (from, to) = (call.time(0)?, call.time(1)?);
    match from.until(to, Unit::Millis) {
        Some(millis) => Ok(beyond(call, TimeDelta::try_milliseconds(millis).map(Time::Duration))?.into()),
        None => call.failed(format!("there is no time from {from} to {to}")),
    }
}

fn parse_duration<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let text = call.text(0)?;
    match iso_duration(&text) {
        Some(length) => Ok(Time::Duration(length).into()),
        None => Err(call.mismatch("a duration such as PT1H30M", &call.value(0))),
    }
}

/// `P2DT3H4M5.6S`, each part with its own sign.
fn iso_duration(text: &str) -> Option<TimeDelta> {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
    let (days, time) = match text.strip_prefix('P')?.split_once('T') {
        Some((days, time)) if !time.is_empty() => (days, time),
        Some(_) => return None,
        None => (&text[1..], ""),
    };
    let mut millis = 0_i64;
    let (mut rest, mut any) = (days, false);
    for (unit, per) in [('D', 86_400_000_i64), ('H', 3_600_000), ('M', 60_000), ('S', 1_000)] {
        if unit == 'H' {
            if !rest.is_empty() {
                return None;
            }
            rest = time;
        }
        let Some((amount, after)) = rest.split_once(unit) else { continue };
        let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
        millis = millis.checked_add(whole.parse::<i64>().ok()?.checked_mul(per)?)?;
        if !fraction.is_empty() {
            let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
            let part = digits.parse::<i64>().ok().filter(|_| unit == 'S')?;
            millis = millis.checked_add(if whole.starts_with('-') { -part } else { part })?;
        }
        (rest, any) = (after, true);
    }
    (any && rest.is_empty()).then(|| TimeDelta::try_milliseconds(if negative { -millis } else { millis }))?
}

fn day_of<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let number = usize::try_from(call.whole(0)?).unwrap_or(0);
    let day = number.checked_sub(1).and_then(|place| DAYS.get(place));
    match day {
        Some(day) => Ok(Time::DayOfWeek(*day).into()),
        None => call.failed("days have the numbers 1 to 7"),
    }
}

fn day_value_of<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let name = call.text(0)?;
    match DAYS.into_iter().find(|day| day_name(*day) == &*name) {
        Some(day) => Ok(Time::DayOfWeek(day).into()),
        None => Err(call.mismatch("the name of a day such as MONDAY", &call.value(0))),
    }
}

fn unit_value_of<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let name = call.text(0)?;
    match Unit::ALL.into_iter().find(|unit| unit.name() == &*name) {
        Some(unit) => Ok(Time::Unit(unit).into()),
        None => Err(call.mismatch("the name of a unit such as DAYS", &call.value(0))),
    }
}
