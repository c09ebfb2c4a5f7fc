//! Instants, dates, durations and their parts, as Java writes them. All are in UTC.

use std::cmp::Ordering;
use std::fmt;

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc, Weekday};

use super::value::Kind;

pub(super) use date_format::DateFormat;

mod date_format;

/// A value of one of Java's types for time.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::enum_variant_names, reason = "the names are Java's")]
pub(super) enum Time {
    /// `java.util.Date`.
    Date(DateTime<Utc>),
    Instant(DateTime<Utc>),
    LocalDate(NaiveDate),
    LocalDateTime(NaiveDateTime),
    Duration(TimeDelta),
    DayOfWeek(Weekday),
    /// `java.time.temporal.ChronoUnit`.
    Unit(Unit),
}

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Millis,
    Seconds,
    Minutes,
    Hours,
    HalfDays,
    Days,
    Weeks,
    Months,
    Years,
}

impl Unit {
    pub(super) const ALL: [Self; 9] = [
        Self::Millis,
        Self::Seconds,
        Self::Minutes,
        Self::Hours,
        Self::HalfDays,
        Self::Days,
        Self::Weeks,
        Self::Months,
        Self::Years,
    ];

    /// The constant's name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Millis => "MILLIS",
            Self::Seconds => "SECONDS",
            Self::Minutes => "MINUTES",
            Self::Hours => "HOURS",
            Self::HalfDays => "HALF_DAYS",
            Self::Days => "DAYS",
            Self::Weeks => "WEEKS",
            Self::Months => "MONTHS",
            Self::Years => "YEARS",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Millis => "Millis",
            Self::Seconds => "Seconds",
            Self::Minutes => "Minutes",
            Self::Hours => "Hours",
            Self::HalfDays => "HalfDays",
            Self::Days => "Days",
            Self::Weeks => "Weeks",
            Self::Months => "Months",
            Self::Years => "Years",
        }
    }

    /// Its length in milliseconds; months and years have no fixed one.
    pub(super) const fn millis(self) -> Option<i64> {
        match self {
            Self::Millis => Some(1),
            Self::Seconds => Some(1_000),
            Self::Minutes => Some(60_000),
            Self::Hours => Some(3_600_000),
            Self::HalfDays => Some(43_200_000),
            Self::Days => Some(86_400_000),
            Self::Weeks => Some(604_800_000),
            Self::Months | Self::Years => None,
        }
    }

    /// Its length in months.
    const fn months(self) -> Option<i64> {
        match self {
            Self::Months => Some(1),
            Self::Years => Some(12),
            Self::Millis | Self::Seconds | Self::Minutes | Self::Hours | Self::HalfDays | Self::Days | Self::Weeks => {
                None
            }
        }
    }
}

/// Days of the week by their numbers, from Monday.
pub(super) const DAYS: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

pub(super) const fn day_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "MONDAY",
        Weekday::Tue => "TUESDAY",
        Weekday::Wed => "WEDNESDAY",
        Weekday::Thu => "THURSDAY",
        Weekday::Fri => "FRIDAY",
        Weekday::Sat => "SATURDAY",
        Weekday::Sun => "SUNDAY",
    }
}

impl Time {
    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::Date(_) => Kind::Date,
            Self::Instant(_) => Kind::Instant,
            Self::LocalDate(_) => Kind::LocalDate,
            Self::LocalDateTime(_) => Kind::LocalDateTime,
            Self::Duration(_) => Kind::Duration,
            Self::DayOfWeek(_) => Kind::DayOfWeek,
            Self::Unit(_) => Kind::Unit,
        }
    }

    /// The order of two values of one type.
    pub(super) fn order(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Date(a), Self::Date(b)) | (Self::Instant(a), Self::Instant(b)) => Some(a.cmp(&b)),
            (Self::LocalDate(a), Self::LocalDate(b)) => Some(a.cmp(&b)),
            (Self::LocalDateTime(a), Self::LocalDateTime(b)) => Some(a.cmp(&b)),
            (Self::Duration(a), Self::Duration(b)) => Some(a.cmp(&b)),
            (Self::DayOfWeek(a), Self::DayOfWeek(b)) => Some(a.num_days_from_monday().cmp(&b.num_days_from_monday())),
            (Self::Unit(a), Self::Unit(b)) => Some((a as u8).cmp(&(b as u8))),
            _ => None,
        }
    }

    /// Some units later, or earlier for a negative amount. `None` where the calendar ends or the type lacks the unit.
    pub(super) fn plus(self, amount: i64, unit: Unit) -> Option<Self> {
        match self {
            Self::Date(time) => Some(Self::Date(time.checked_add_signed(fixed(amount, unit)?)?)),
            Self::Instant(time) => match unit {
                Unit::Weeks | Unit::Months | Unit::Years => None,
                _ => Some(Self::Instant(time.checked_add_signed(fixed(amount, unit)?)?)),
            },
            Self::LocalDate(date) => {
                let days = matches!(unit, Unit::Days | Unit::Weeks | Unit::Months | Unit::Years);
                let moved = date_time_plus(date.and_hms_opt(0, 0, 0)?, amount, unit)?;
                days.then_some(Self::LocalDate(moved.date()))
            }
            Self::LocalDateTime(time) => date_time_plus(time, amount, unit).map(Self::LocalDateTime),
            Self::Duration(length) => Some(Self::Duration(length.checked_add(&fixed(amount, unit)?)?)),
            Self::DayOfWeek(day) => {
                let number = i64::from(day.num_days_from_monday()).checked_add(amount)?.rem_euclid(7);
                (unit == Unit::Days).then_some(Self::DayOfWeek(DAYS[usize::try_from(number).ok()?]))
            }
            Self::Unit(_) => None,
        }
    }

    /// How many whole units it is from one to the other. `None` where they are not of one type, or lack the unit.
    pub(super) fn until(self, other: Self, unit: Unit) -> Option<i64> {
        let (from, to) = match (self, other) {
            (Self::Instant(a), Self::Instant(b)) => (a.naive_utc(), b.naive_utc()),
            (Self::LocalDateTime(a), Self::LocalDateTime(b)) => (a, b),
            (Self::LocalDate(a), Self::LocalDate(b)) => (a.and_hms_opt(0, 0, 0)?, b.and_hms_opt(0, 0, 0)?),
            _ => return None,
        };
        match (unit.millis(), unit.months()) {
            (Some(millis), _) => Some(to.signed_duration_since(from).num_milliseconds() / millis),
            (None, Some(months)) => Some(months_between(from, to) / months),
            (None, None) => None,
        }
    }

    /// Without what is smaller than a unit of at most a day.
    pub(super) fn truncated(self, unit: Unit) -> Option<Self> {
        let millis = unit.millis().filter(|millis| *millis <= 86_400_000)?;
        let cut = |time: DateTime<Utc>| {
            let since = time.timestamp_millis();
            DateTime::from_timestamp_millis(since - since.rem_euclid(millis))
        };
        match self {
            Self::Instant(time) => cut(time).map(Self::Instant),
            Self::LocalDateTime(time) => cut(time.and_utc()).map(|time| Self::LocalDateTime(time.naive_utc())),
            _ => None,
        }
    }
}

fn fixed(amount: i64, unit: Unit) -> Option<TimeDelta> {
    TimeDelta::try_milliseconds(amount.checked_mul(unit.millis()?)?)
}

fn date_time_plus(time: NaiveDateTime, amount: i64, unit: Unit) -> Option<NaiveDateTime> {
    let Some(months) = unit.months() else { return time.checked_add_signed(fixed(amount, unit)?) };
    let total = amount.checked_mul(months)?;
    let months = Months::new(u32::try_from(total.unsigned_abs()).ok()?);
    if total < 0 { time.checked_sub_months(months) } else { time.checked_add_months(months) }
}

/// Whole months from one time to another, as Java counts them.
fn months_between(from: NaiveDateTime, to: NaiveDateTime) -> i64 {
    let total = |time: &NaiveDateTime| i64::from(time.year()) * 12 + i64::from(time.month0());
    let months = total(&to) - total(&from);
    let rest = (to.day(), to.time()).cmp(&(from.day(), from.time()));
    match (months.signum(), rest) {
        (1, Ordering::Less) => months - 1,
        (-1, Ordering::Greater) => months + 1,
        _ => months,
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(time) => write!(f, "{}", time.format("%a %b %d %H:%M:%S UTC %Y")),
            Self::Instant(time) => {
                write!(f, "{}", time.format("%Y-%m-%dT%H:%M:%S"))?;
                fraction(f, time.nanosecond())?;
                f.write_str("Z")
            }
            Self::LocalDate(date) => write!(f, "{}", date.format("%Y-%m-%d")),
            Self::LocalDateTime(time) => {
                write!(f, "{}", time.format("%Y-%m-%dT%H:%M"))?;
                if time.second() > 0 || time.nanosecond() > 0 {
                    write!(f, "{}", time.format(":%S"))?;
                }
                fraction(f, time.nanosecond())
            }
            Self::Duration(length) => duration(f, *length),
            Self::DayOfWeek(day) => f.write_str(day_name(*day)),
            Self::Unit(unit) => f.write_str(unit.title()),
        }
    }
}

/// The part of a second, in groups of three digits, where there is one.
fn fraction(f: &mut fmt::Formatter<'_>, nanos: u32) -> fmt::Result {
    match nanos {
        0 => Ok(()),
        nanos if nanos % 1_000_000 == 0 => write!(f, ".{:03}", nanos / 1_000_000),
        nanos if nanos % 1_000 == 0 => write!(f, ".{:06}", nanos / 1_000),
        nanos => write!(f, ".{nanos:09}"),
    }
}

/// `PT8H6M12.345S`.
fn duration(f: &mut fmt::Formatter<'_>, length: TimeDelta) -> fmt::Result {
    if length.is_zero() {
        return f.write_str("PT0S");
    }
    let (hours, minutes) = (length.num_hours(), length.num_minutes() % 60);
    let seconds = length.num_seconds() % 60;
    let millis = length.num_milliseconds() % 1_000;
    f.write_str("PT")?;
    if hours != 0 {
        write!(f, "{hours}H")?;
    }
    if minutes != 0 {
        write!(f, "{minutes}M")?;
    }
    if millis != 0 {
        let sign = if length < TimeDelta::zero() && seconds == 0 { "-" } else { "" };
        let digits = format!("{:03}", millis.abs());
        write!(f, "{sign}{seconds}.{}S", digits.trim_end_matches('0'))?;
    } else if seconds != 0 {
        write!(f, "{seconds}S")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_java_writes_them() {
        let at = |millis| DateTime::from_timestamp_millis(millis).unwrap();
        let date = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
        let written = [
            Time::Date(at(0)),
            Time::Instant(at(0)),
            Time::Instant(at(1_500)),
            Time::LocalDate(date),
            Time::LocalDateTime(date.and_hms_opt(8, 0, 0).unwrap()),
            Time::LocalDateTime(date.and_hms_milli_opt(8, 0, 1, 20).unwrap()),
            Time::Duration(TimeDelta::milliseconds(29_172_345)),
            Time::Duration(TimeDelta::zero()),
            Time::Duration(TimeDelta::milliseconds(-500)),
            Time::DayOfWeek(Weekday::Sun),
            Time::Unit(Unit::Days),
        ];
        insta::assert_snapshot!(written.map(|time| time.to_string()).join("\n"), @r"
        Thu Jan 01 00:00:00 UTC 1970
        1970-01-01T00:00:00Z
        1970-01-01T00:00:01.500Z
        2024-02-29
        2024-02-29T08:00
        2024-02-29T08:00:01.020
        PT8H6M12.345S
        PT0S
        PT-0.5S
        SUNDAY
        Days
        ");
    }

    #[test]
    fn calendars_are_kept() {
        let date = |y, m, d| Time::LocalDate(NaiveDate::from_ymd_opt(y, m, d).unwrap());
        assert_eq!(date(2024, 1, 31).plus(1, Unit::Months), Some(date(2024, 2, 29)));
        assert_eq!(date(2024, 2, 29).plus(-1, Unit::Years), Some(date(2023, 2, 28)));
        assert_eq!(date(2024, 1, 1).plus(1, Unit::Hours), None);
        assert_eq!(date(2024, 1, 1).plus(i64::MAX, Unit::Years), None);
        assert_eq!(date(2024, 1, 31).until(date(2024, 2, 29), Unit::Months), Some(0));
        assert_eq!(date(2024, 1, 1).until(date(2023, 12, 1), Unit::Days), Some(-31));
        assert_eq!(Time::DayOfWeek(Weekday::Mon).plus(-1, Unit::Days), Some(Time::DayOfWeek(Weekday::Sun)));
    }
}
