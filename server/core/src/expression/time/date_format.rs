//! Patterns of dates: `yyyy-MM-dd'T'HH:mm`.

use std::fmt::Write;

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};

use super::day_name;

/// A pattern as `java.text.SimpleDateFormat` takes it, in UTC and English.
#[derive(Debug)]
pub(in crate::expression) struct DateFormat {
    pattern: String,
    items: Vec<Item>,
}

#[derive(Debug, PartialEq, Eq)]
enum Item {
    /// Characters that stand for themselves.
    Plain(String),
    /// A letter, and how often it was written.
    Field(Field, usize),
}

/// What a letter of a pattern stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Year,
    WeekYear,
    Month,
    Day,
    DayOfYear,
    Week,
    WeekdayName,
    WeekdayNumber,
    /// 0 to 23.
    Hour,
    /// 1 to 24.
    HourFrom1,
    /// 0 to 11.
    HalfHour,
    /// 1 to 12.
    HalfHourFrom1,
    HalfOfDay,
    Minute,
    Second,
    Millisecond,
    ZoneName,
    ZoneOffset,
    ZoneIso,
}

impl Field {
    const fn of(letter: char) -> Option<Self> {
        Some(match letter {
            'y' => Self::Year,
            'Y' => Self::WeekYear,
            'M' | 'L' => Self::Month,
            'd' => Self::Day,
            'D' => Self::DayOfYear,
            'w' => Self::Week,
            'E' => Self::WeekdayName,
            'u' => Self::WeekdayNumber,
            'H' => Self::Hour,
            'k' => Self::HourFrom1,
            'K' => Self::HalfHour,
            'h' => Self::HalfHourFrom1,
            'a' => Self::HalfOfDay,
            'm' => Self::Minute,
            's' => Self::Second,
            'S' => Self::Millisecond,
            'z' => Self::ZoneName,
            'Z' => Self::ZoneOffset,
            'X' => Self::ZoneIso,
            _ => return None,
        })
    }

    /// Its value in a time, where it is a number.
    fn number(self, time: &DateTime<Utc>) -> Option<i64> {
        Some(match self {
            Self::Year => time.year().into(),
            Self::WeekYear => time.iso_week().year().into(),
            Self::Month => time.month().into(),
            Self::Day => time.day().into(),
            Self::DayOfYear => time.ordinal().into(),
            Self::Week => time.iso_week().week().into(),
            Self::WeekdayNumber => time.weekday().number_from_monday().into(),
            Self::Hour => time.hour().into(),
            Self::HourFrom1 => ((time.hour() + 23) % 24 + 1).into(),
            Self::HalfHour => (time.hour() % 12).into(),
            Self::HalfHourFrom1 => time.hour12().1.into(),
            Self::Minute => time.minute().into(),
            Self::Second => time.second().into(),
            Self::Millisecond => time.timestamp_subsec_millis().into(),
            Self::WeekdayName | Self::HalfOfDay | Self::ZoneName | Self::ZoneOffset | Self::ZoneIso => return None,
        })
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The longest pattern, in bytes.
const MAX_FORMAT: usize = 200;

impl DateFormat {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub(in crate::expression) fn parse(pattern: &str) -> Result<Self, String> {
        if pattern.len() > MAX_FORMAT {
            return Err(format!("the pattern is longer than the limit of {MAX_FORMAT}"));
        }
        let mut items = Vec::new();
        let mut rest = pattern;
        while let Some(letter) = rest.chars().next() {
            let item;
            (item, rest) = match letter {
                '\'' => quoted(rest)?,
                letter if letter.is_ascii_alphabetic() => {
                    let field =
                        Field::of(letter).ok_or_else(|| format!("there is no letter {letter:?} in patterns"))?;
                    let end = rest.find(|c| c != letter).unwrap_or(rest.len());
                    (Item::Field(field, end), &rest[end..])
                }
                plain => (Item::Plain(plain.to_string()), &rest[plain.len_utf8()..]),
            };
            items.push(item);
        }
        Ok(Self { pattern: pattern.to_owned(), items })
    }

    pub(in crate::expression) fn pattern(&self) -> &str {
        &self.pattern
    }

    pub(in crate::expression) fn format(&self, time: &DateTime<Utc>) -> String {
        let mut text = String::new();
        for item in &self.items {
            match item {
                Item::Plain(plain) => text.push_str(plain),
                Item::Field(field, count) => write_field(&mut text, *field, *count, time),
            }
        }
        text
    }

    /// The time that a text in this pattern stands for. What the pattern lacks is as at the beginning of 1970.
    ///
    /// # Errors
    /// Where the text is not as the pattern says, for people.
    pub(in crate::expression) fn read(&self, text: &str) -> Result<DateTime<Utc>, String> {
        let mut reader = Reader { rest: text, parts: Parts::default() };
        for (place, item) in self.items.iter().enumerate() {
            let adjacent = matches!(self.items.get(place + 1), Some(Item::Field(..)));
            match item {
                Item::Plain(plain) => reader.plain(plain),
                Item::Field(field, count) => reader.field(*field, *count, adjacent),
            }
            .ok_or_else(|| format!("{text:?} is not as {:?} says", self.pattern))?;
        }
        reader.parts.time().ok_or_else(|| format!("there is no such date as {text:?}"))
    }
}

/// What stands between quotes, and what comes after; two quotes are one.
fn quoted(text: &str) -> Result<(Item, &str), String> {
    let body = &text[1..];
    if let Some(rest) = body.strip_prefix('\'') {
        return Ok((Item::Plain("'".to_owned()), rest));
    }
    let end = body.find('\'').ok_or("a quote in the pattern is not closed")?;
    Ok((Item::Plain(body[..end].to_owned()), &body[end + 1..]))
}

fn write_field(text: &mut String, field: Field, count: usize, time: &DateTime<Utc>) {
    let written = match field {
        Field::Year | Field::WeekYear if count == 2 => {
            write!(text, "{:02}", field.number(time).unwrap_or(0).rem_euclid(100))
        }
        Field::Month if count >= 3 => {
            let name = MONTHS[time.month0() as usize];
            text.push_str(if count == 3 { &name[..3] } else { name });
            Ok(())
        }
        Field::WeekdayName => {
            let name = day_name(time.weekday());
            let name = format!("{}{}", &name[..1], name[1..].to_ascii_lowercase());
            text.push_str(if count <= 3 { &name[..3] } else { &name });
            Ok(())
        }
        Field::HalfOfDay => write!(text, "{}", if time.hour12().0 { "PM" } else { "AM" }),
        Field::ZoneName if count > 3 => write!(text, "Coordinated Universal Time"),
        Field::ZoneName => write!(text, "UTC"),
        Field::ZoneOffset => write!(text, "+0000"),
        Field::ZoneIso => write!(text, "Z"),
        _ => write!(text, "{:0count$}", field.number(time).unwrap_or(0)),
    };
    debug_assert!(written.is_ok(), "a String takes whatever is written");
}

/// What was read of a time.
struct Parts {
    year: i32,
    month: u32,
    day: u32,
    ordinal: Option<u32>,
    hour: u32,
    /// Whether it is after noon, for hours up to 12.
    afternoon: Option<bool>,
    minute: u32,
    second: u32,
    milli: u32,
    /// Seconds east of UTC.
    offset: i32,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            year: 1970,
            month: 1,
            day: 1,
            ordinal: None,
            hour: 0,
            afternoon: None,
            minute: 0,
            second: 0,
            milli: 0,
            offset: 0,
        }
    }
}

impl Parts {
    fn time(&self) -> Option<DateTime<Utc>> {
        let date = match self.ordinal {
            Some(ordinal) => NaiveDate::from_yo_opt(self.year, ordinal),
            None => NaiveDate::from_ymd_opt(self.year, self.month, self.day),
        }?;
        let hour = match self.afternoon {
            Some(afternoon) => self.hour % 12 + if afternoon { 12 } else { 0 },
            None => self.hour % 24,
        };
        let time = date.and_hms_milli_opt(hour, self.minute, self.second, self.milli)?.and_utc();
        time.checked_sub_signed(chrono::TimeDelta::seconds(self.offset.into()))
    }
}

struct Reader<'t> {
    rest: &'t str,
    parts: Parts,
}

impl Reader<'_> {
    fn plain(&mut self, plain: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(plain)?;
        Some(())
    }

    fn field(&mut self, field: Field, count: usize, adjacent: bool) -> Option<()> {
        let limit = if adjacent { count } else { 9 };
        match field {
            Field::Month if count >= 3 => self.parts.month = self.name(&MONTHS)? + 1,
            Field::WeekdayName => drop(self.name(&DAY_NAMES)?),
            Field::HalfOfDay => self.parts.afternoon = Some(self.name(&["AM", "PM"])? == 1),
            Field::ZoneName => self.plain("UTC").or_else(|| self.plain("GMT"))?,
            Field::ZoneOffset | Field::ZoneIso => self.parts.offset = self.offset()?,
            Field::Year | Field::WeekYear => {
                let year = i32::try_from(self.digits(limit)?).ok()?;
                self.parts.year = if count == 2 { 2000 + year % 100 } else { year };
            }
            Field::Month => self.parts.month = self.digits(limit)?,
            Field::Day => self.parts.day = self.digits(limit)?,
            Field::DayOfYear => self.parts.ordinal = Some(self.digits(limit)?),
            Field::Hour | Field::HourFrom1 | Field::HalfHour | Field::HalfHourFrom1 => {
                self.parts.hour = self.digits(limit)?;
            }
            Field::Minute => self.parts.minute = self.digits(limit)?,
            Field::Second => self.parts.second = self.digits(limit)?,
            Field::Millisecond => self.parts.milli = self.digits(limit)?,
            Field::Week | Field::WeekdayNumber => drop(self.digits(limit)?),
        }
        Some(())
    }

    fn digits(&mut self, limit: usize) -> Option<u32> {
        let end = self.rest.bytes().take(limit).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        digits.parse().ok()
    }

    /// The place of the name that comes next, written out or by its first three letters.
    fn name(&mut self, names: &[&str]) -> Option<u32> {
        for spelled in [usize::MAX, 3] {
            for (place, name) in names.iter().enumerate() {
                let name = &name[..name.len().min(spelled)];
                if self.rest.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name)) {
                    self.rest = &self.rest[name.len()..];
                    return u32::try_from(place).ok();
                }
            }
        }
        None
    }

    /// `Z`, `+0200`, `+02:00` or `+02`, in seconds.
    fn offset(&mut self) -> Option<i32> {
        if self.plain("Z").is_some() {
            return Some(0);
        }
        let sign = if self.plain("-").is_some() { -1 } else { self.plain("+").map(|()| 1)? };
        let hours = i32::try_from(self.digits(2)?).ok()?;
        let _ = self.plain(":");
        let minutes = i32::try_from(self.digits(2).unwrap_or(0)).ok()?;
        Some(sign * (hours * 3_600 + minutes * 60))
    }
}

const DAY_NAMES: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

#[cfg(test)]
mod tests {
    use super::*;

    fn at(pattern: &str) -> String {
        let time = DateTime::from_timestamp_millis(1_714_917_845_067).unwrap();
        DateFormat::parse(pattern).map_or_else(|error| error, |format| format.format(&time))
    }

    #[test]
    fn patterns_are_written() {
        insta::assert_snapshot!(
            [
                "yyyyMMdd", "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "yy-M-d", "EEE, dd MMM yyyy", "EEEE MMMM", "h:mm a", "k K",
                "D w u Y", "Z z X", "''yyyy''", "Q", "'open",
            ]
            .map(at)
            .join("\n"),
            @r#"
        20240505
        2024-05-05T14:04:05.067Z
        24-5-5
        Sun, 05 May 2024
        Sunday May
        2:04 PM
        14 2
        126 18 7 2024
        +0000 UTC Z
        '2024'
        there is no letter 'Q' in patterns
        a quote in the pattern is not closed
        "#
        );
    }

    #[test]
    fn patterns_are_read() {
        let read = |pattern: &str, text: &str| {
            let read = DateFormat::parse(pattern).unwrap().read(text);
            read.map_or_else(|error| error, |time| time.to_rfc3339())
        };
        insta::assert_snapshot!(
            [
                read("yyyyMMdd", "20240505"),
                read("yyyy-MM-dd HH:mm:ss Z", "2024-05-05 14:04:05 +0200"),
                read("dd MMM yyyy h a", "05 May 2024 2 pm"),
                read("yyyy-MM-dd", "2024-02-30"),
                read("yyyy-MM-dd", "tomorrow"),
            ]
            .join("\n"),
            @r#"
        2024-05-05T00:00:00+00:00
        2024-05-05T12:04:05+00:00
        2024-05-05T14:00:00+00:00
        there is no such date as "2024-02-30"
        "tomorrow" is not as "yyyy-MM-dd" says
        "#
        );
    }
}
