//! Types: `T(java.lang.Math).max(1, 2)`, `new java.util.Date()`. What is not in these tables does not exist.

mod format;
mod lang;
mod math;
mod text;
mod time;
mod util;

pub(super) use format::format;

use super::Problem;
use super::builtin::Builtin;

/// A type: what is written before its static members, and how values of it are made.
pub(super) struct Type {
    /// Its full name; the part after the last dot is enough.
    pub(super) name: &'static str,
    pub(super) constants: &'static [Builtin],
    pub(super) methods: &'static [Builtin],
    pub(super) constructor: Option<Builtin>,
}

/// All types.
pub(super) static TYPES: [Type; 18] = [
    lang::BOOLEAN,
    lang::BYTE,
    lang::INTEGER,
    lang::LONG,
    lang::DOUBLE,
    math::MATH,
    text::STRING,
    util::URL_ENCODER,
    util::UUID,
    util::RANDOM,
    util::DATE,
    util::SIMPLE_DATE_FORMAT,
    time::INSTANT,
    time::LOCAL_DATE,
    time::LOCAL_DATE_TIME,
    time::DURATION,
    time::DAY_OF_WEEK,
    time::CHRONO_UNIT,
];

impl Type {
    /// The name without its package.
    pub(super) fn short_name(&self) -> &'static str {
        self.name.rsplit('.').next().unwrap_or(self.name)
    }

    pub(super) fn member(&'static self, name: &str, called: bool) -> Option<&'static Builtin> {
        let members = if called { self.methods } else { self.constants };
        members.iter().find(|member| member.name == name)
    }

    pub(super) fn unknown_member(&self, name: &str, called: bool) -> Problem {
        let members = self.methods.iter().chain(self.constants).map(Builtin::signature).collect();
        let name = if called { format!("{name}()") } else { name.to_owned() };
        Problem::NotOffered { what: "member", name: format!("{name} in {}", self.short_name()), known: members }
    }
}

pub(super) fn find(name: &str) -> Option<&'static Type> {
    TYPES.iter().find(|class| class.name == name || class.short_name() == name)
}

pub(super) fn unknown(name: &str) -> Problem {
    let known = TYPES.iter().map(|class| class.short_name().to_owned()).collect();
    Problem::NotOffered { what: "type", name: name.to_owned(), known }
}

pub(super) fn not_constructible(name: &str) -> Problem {
    let constructible = TYPES.iter().filter(|class| class.constructor.is_some());
    let known = constructible.map(|class| format!("new {}", class.short_name())).collect();
    Problem::NotOffered { what: "constructor of", name: name.to_owned(), known }
}
