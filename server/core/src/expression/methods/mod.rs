//! Methods of values: `'a,b'.split(',')`. What is not in these tables can't be called.

mod any;
mod list;
mod map;
mod number;
mod pattern;
mod text;
mod time;

use super::Problem;
use super::builtin::Builtin;
use super::value::Kind;

/// The methods of one sort of values.
pub(super) struct Group {
    pub(super) title: &'static str,
    kinds: &'static [Kind],
    pub(super) rows: &'static [Builtin],
}

/// All methods. Those of all values come last, so that others hide them.
pub(super) static GROUPS: [Group; 15] = [
    Group { title: "Texts", kinds: &[Kind::Text], rows: &text::ROWS },
    Group { title: "Lists", kinds: &[Kind::List], rows: &list::ROWS },
    Group { title: "Maps", kinds: &[Kind::Map], rows: &map::ROWS },
    Group { title: "Entries of maps", kinds: &[Kind::Entry], rows: &map::ENTRY },
    Group { title: "Numbers", kinds: &[Kind::Number], rows: &number::ROWS },
    Group { title: "Booleans", kinds: &[Kind::Bool], rows: &number::BOOLEAN },
    Group { title: "Date", kinds: &[Kind::Date], rows: &time::DATE },
    Group { title: "SimpleDateFormat", kinds: &[Kind::Format], rows: &time::FORMAT },
    Group { title: "Instant", kinds: &[Kind::Instant], rows: &time::INSTANT },
    Group { title: "LocalDate and LocalDateTime", kinds: &[Kind::LocalDate, Kind::LocalDateTime], rows: &time::LOCAL },
    Group { title: "LocalDateTime", kinds: &[Kind::LocalDateTime], rows: &time::LOCAL_TIME },
    Group { title: "Duration", kinds: &[Kind::Duration], rows: &time::DURATION },
    Group { title: "DayOfWeek and ChronoUnit", kinds: &[Kind::DayOfWeek, Kind::Unit], rows: &time::ENUMS },
    Group { title: "Random", kinds: &[Kind::Random], rows: &number::RANDOM },
    Group { title: "All values", kinds: ALL, rows: &any::ROWS },
];

const ALL: &[Kind] = &[
    Kind::Bool,
    Kind::Number,
    Kind::Text,
    Kind::List,
    Kind::Map,
    Kind::Entry,
    Kind::Date,
    Kind::Instant,
    Kind::LocalDate,
    Kind::LocalDateTime,
    Kind::Duration,
    Kind::DayOfWeek,
    Kind::Unit,
    Kind::Format,
];

fn of(kind: Kind) -> impl Iterator<Item = &'static Builtin> {
    GROUPS.iter().filter(move |group| group.kinds.contains(&kind)).flat_map(|group| group.rows)
}

pub(super) fn find(kind: Kind, name: &str) -> Option<&'static Builtin> {
    of(kind).find(|method| method.name == name)
}

/// The method that gives a property: `getTime` for `time`.
pub(super) fn getter(kind: Kind, property: &str) -> Option<&'static Builtin> {
    let getter = |method: &&Builtin| {
        let rest = method.name.strip_prefix("get").unwrap_or_default();
        let same = rest.get(1..).is_some_and(|rest| property.get(1..) == Some(rest));
        let begins = |text: &str, change: fn(&u8) -> u8| text.as_bytes().first().map(change);
        method.arguments.is_empty() && same && begins(rest, u8::to_ascii_lowercase) == begins(property, |byte| *byte)
    };
    of(kind).find(getter)
}

pub(super) fn names(kind: Kind) -> Vec<String> {
    of(kind).map(Builtin::signature).collect()
}

pub(super) fn unknown(kind: Kind, name: &str) -> Problem {
    Problem::NotOffered {
        what: "method",
        name: format!("{name}() of {}", kind.noun()),
        known: of(kind).map(|method| method.name.to_owned()).collect(),
    }
}
