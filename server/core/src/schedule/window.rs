//! Execution windows: the days and times at which a stage may start.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::{Datelike, Days, LocalResult, NaiveDate, NaiveTime, TimeZone, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// How many days ahead an opening is looked for: a week, and a day for the one that a clock change swallows.
const DAYS_AHEAD: u64 = 8;

/// When a stage may start. Days without ranges are open all day; no days means every day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The IANA name of the zone that days and times are in.
    pub time_zone: Tz,
    /// The days it opens on; empty for every day.
    #[serde(default)]
    pub days: Vec<Weekday>,
    /// The times it is open at; empty for all day.
    #[serde(default)]
    pub ranges: Vec<TimeRange>,
    /// A random wait once it is open.
    #[serde(default)]
    pub jitter: Option<Jitter>,
}

/// A span of a day, both minutes included. A span whose end is before its start goes over midnight: it is open from the
/// start to the end of each day, and from the beginning of each day to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeRange {
    /// The first minute.
    pub start: ClockTime,
    /// The last minute.
    pub end: ClockTime,
}

/// A random wait, evenly between two bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jitter {
    /// The shortest.
    pub min: Duration,
    /// The longest.
    pub max: Duration,
    /// Whether executions that a person started go without.
    pub skip_manual: bool,
}

/// A minute of the day, written `HH:MM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClockTime(u16);

/// A window that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// A time of day that is none.
    #[error("{0:?} is not a time of day; write it as HH:MM, from 00:00 to 23:59")]
    Time(String),
    /// A zone that is not in the IANA database.
    #[error("{0:?} is not a time zone; write an IANA name such as Europe/Berlin or UTC")]
    Zone(String),
    /// Nothing restricts it.
    #[error("a window needs days or time ranges")]
    Empty,
    /// Jitter bounds the wrong way round.
    #[error("the jitter's min is larger than its max")]
    Jitter,
}

impl ClockTime {
    const LAST: Self = Self(24 * 60 - 1);

    fn of_day(self) -> NaiveTime {
        NaiveTime::from_num_seconds_from_midnight_opt(u32::from(self.0) * 60, 0).expect("a minute of the day")
    }
}

impl FromStr for ClockTime {
    type Err = WindowError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || WindowError::Time(text.to_owned());
        let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
        let number = |part: &str, below: u16| {
            let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            part.parse::<u16>().ok().filter(|n| digits && *n < below)
        };
        let (hour, minute) = number(hour, 24).zip(number(minute, 60)).ok_or_else(wrong)?;
        Ok(Self(hour * 60 + minute))
    }
}

impl TryFrom<String> for ClockTime {
    type Error = WindowError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ClockTime> for String {
    fn from(time: ClockTime) -> Self {
        time.to_string()
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Window {
    /// The window itself where it makes sense.
    ///
    /// # Errors
    /// [`WindowError::Empty`] without days and ranges, [`WindowError::Jitter`] for bounds the wrong way round.
    pub fn checked(self) -> Result<Self, WindowError> {
        if self.days.is_empty() && self.ranges.is_empty() && self.jitter.is_none() {
            return Err(WindowError::Empty);
        }
        if self.jitter.is_some_and(|jitter| jitter.min > jitter.max) {
            return Err(WindowError::Jitter);
        }
        Ok(self)
    }

    /// The zone of an IANA name.
    ///
    /// # Errors
    /// [`WindowError::Zone`] where there is no such zone.
    pub fn zone(name: &str) -> Result<Tz, WindowError> {
        name.parse().map_err(|_| WindowError::Zone(name.to_owned()))
    }

    /// The first instant, from `now` on, at which the window is open.
    pub fn opens_at(&self, now: Timestamp) -> Timestamp {
        let today = now.to_utc().with_timezone(&self.time_zone).date_naive();
        let spans = self.spans();
        (0..=DAYS_AHEAD)
            .filter_map(|ahead| today.checked_add_days(Days::new(ahead)))
            .filter(|date| self.days.is_empty() || self.days.contains(&date.weekday()))
            .flat_map(|date| spans.iter().map(move |span| (date, *span)))
            .map(|(date, span)| {
                (self.instant(date, span.start), self.instant(date, span.end) + Duration::from_secs(60))
            })
            .find(|(_, end)| *end > now)
            .map_or(now, |(start, _)| start.max(now))
    }

    /// The spans of a day in order, those over midnight split in two.
    fn spans(&self) -> Vec<TimeRange> {
        let midnight = ClockTime(0);
        if self.ranges.is_empty() {
            return vec![TimeRange { start: midnight, end: ClockTime::LAST }];
        }
        let mut spans: Vec<TimeRange> = Vec::with_capacity(self.ranges.len() + 1);
        for range in &self.ranges {
            if range.start <= range.end {
                spans.push(*range);
            } else {
                spans.push(TimeRange { start: midnight, end: range.end });
                spans.push(TimeRange { start: range.start, end: ClockTime::LAST });
            }
        }
        spans.sort_by_key(|span| span.start);
        spans
    }

    /// A local time as an instant. Of a time that comes twice it is the first; a time that is skipped is the next there is.
    fn instant(&self, date: NaiveDate, time: ClockTime) -> Timestamp {
        let local = date.and_time(time.of_day());
        match self.time_zone.from_local_datetime(&local) {
            LocalResult::Single(found) | LocalResult::Ambiguous(found, _) => found.to_utc().into(),
            LocalResult::None => {
                let later = local + chrono::TimeDelta::hours(1);
                self.time_zone
                    .from_local_datetime(&later)
                    .earliest()
                    .map_or_else(|| Timestamp::from(later.and_utc()), |found| Timestamp::from(found.to_utc()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn at(text: &str) -> Timestamp {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc().into()
    }

    fn window(zone: &str, days: &[Weekday], ranges: &[(&str, &str)]) -> Window {
        let range =
            |(start, end): &(&str, &str)| TimeRange { start: start.parse().unwrap(), end: end.parse().unwrap() };
        Window {
            time_zone: Window::zone(zone).unwrap(),
            days: days.to_vec(),
            ranges: ranges.iter().map(range).collect(),
            jitter: None,
        }
    }

    #[test]
    fn opens_at_the_next_range_of_an_open_day() {
        use Weekday::{Fri, Mon};
        // 2026-11-24 is a Tuesday.
        for (zone, days, ranges, now, opens) in [
            ("UTC", &[][..], &[("09:00", "17:00")][..], "2026-11-24T08:00:00Z", "2026-11-24T09:00:00Z"),
            ("UTC", &[], &[("09:00", "17:00")], "2026-11-24T12:00:00Z", "2026-11-24T12:00:00Z"),
            ("UTC", &[], &[("09:00", "17:00")], "2026-11-24T17:00:30Z", "2026-11-24T17:00:30Z"),
            ("UTC", &[], &[("09:00", "17:00")], "2026-11-24T17:01:00Z", "2026-11-25T09:00:00Z"),
            ("UTC", &[Fri], &[], "2026-11-24T12:00:00Z", "2026-11-27T00:00:00Z"),
            ("UTC", &[Mon], &[("22:00", "02:00")], "2026-11-24T12:00:00Z", "2026-11-30T00:00:00Z"),
            ("UTC", &[], &[("22:00", "02:00")], "2026-11-24T12:00:00Z", "2026-11-24T22:00:00Z"),
            ("UTC", &[], &[("22:00", "02:00")], "2026-11-24T01:30:00Z", "2026-11-24T01:30:00Z"),
            ("America/Los_Angeles", &[], &[("09:00", "17:00")], "2026-11-24T12:00:00Z", "2026-11-24T17:00:00Z"),
        ] {
            assert_eq!(window(zone, days, ranges).opens_at(at(now)), at(opens), "{zone} {days:?} {ranges:?} {now}");
        }
    }

    #[test]
    fn clock_changes_neither_hide_nor_double_a_window() {
        // Berlin skips 02:00-03:00 on 2026-03-29 and has it twice on 2026-10-25.
        let night = window("Europe/Berlin", &[], &[("02:30", "02:45")]);
        assert_eq!(night.opens_at(at("2026-03-29T00:00:00Z")), at("2026-03-29T01:30:00Z"));
        assert_eq!(night.opens_at(at("2026-10-24T23:00:00Z")), at("2026-10-25T00:30:00Z"));
        assert_eq!(night.opens_at(at("2026-10-25T00:50:00Z")), at("2026-10-26T01:30:00Z"));
    }

    #[test]
    fn nonsense_is_refused() {
        assert_eq!("24:00".parse::<ClockTime>(), Err(WindowError::Time("24:00".into())));
        assert!("9:00".parse::<ClockTime>().is_err());
        assert!("+9:00".parse::<ClockTime>().is_err());
        assert!(Window::zone("Mars/Olympus").is_err());
        assert_eq!(window("UTC", &[], &[]).checked(), Err(WindowError::Empty));
    }
}
