//! What can be wrong with an expression, and where.

use std::cmp::Reverse;

use super::Lookup;

/// A mistake in a text with expressions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}, at character {position}{}", within(expression))]
pub struct ExpressionError {
    /// The place of the character in the whole text, from 1.
    pub position: usize,
    /// The expression as it is written, between `${` and `}`; empty where the mistake is in no single one.
    pub expression: String,
    /// What is wrong there.
    pub problem: Problem,
}

impl ExpressionError {
    /// What has to be looked up outside before the expression can have a value, if that is what stands in the way.
    pub fn missing(&self) -> Option<&Lookup> {
        if let Problem::Missing(lookup) = &self.problem { Some(lookup) } else { None }
    }
}

/// What is wrong with an expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The text goes on as it may not.
    #[error("expected {expected}, found {found}")]
    Unexpected {
        /// What could stand there.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// A limit on a length is passed.
    #[error("{what} is longer than the limit of {limit}")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// How long it may be.
        limit: usize,
    },
    /// Parts lie within parts too often.
    #[error("{what} is nested more than {limit} deep")]
    TooDeep {
        /// What is too deep.
        what: &'static str,
        /// How deep it may be.
        limit: usize,
    },
    /// The evaluation takes too many steps.
    #[error("the expression takes more than {limit} steps; it works on too much")]
    TooCostly {
        /// How many it may take.
        limit: u32,
    },
    /// There is nothing of that name.
    #[error("{owner} has no {name:?}{}", offer("; it has", known))]
    Unknown {
        /// In what it was looked for.
        owner: String,
        /// What was looked for.
        name: String,
        /// What there is instead.
        known: Vec<String>,
    },
    /// There is no function, method or type of that name.
    #[error("there is no {what} {name}{}", offer("; there are", known))]
    NotOffered {
        /// What was looked for: a function, a method of a text...
        what: &'static str,
        /// Its name.
        name: String,
        /// The ones there are.
        known: Vec<String>,
    },
    /// The list or text is shorter.
    #[error("{owner} has no element [{index}]; it has {length}, counted from 0")]
    OutOfRange {
        /// The list.
        owner: String,
        /// The element asked for.
        index: i64,
        /// How many it has.
        length: usize,
    },
    /// A value has nothing inside it.
    #[error("{owner} is {kind} and has nothing inside it")]
    NotAContainer {
        /// The value.
        owner: String,
        /// What it is.
        kind: &'static str,
    },
    /// A null inside a text.
    #[error("{owner} is null, which can't stand inside a text")]
    NullInText {
        /// The value.
        owner: String,
    },
    /// A value of another type was needed.
    #[error("{what} needs {expected}, found {found}")]
    Type {
        /// The operator or function.
        what: String,
        /// What it takes.
        expected: &'static str,
        /// What it was given, with its type; long values are cut.
        found: String,
    },
    /// A call with too few or too many arguments.
    #[error("{signature} was given {given} arguments")]
    Arguments {
        /// How it is called.
        signature: String,
        /// How many arguments there were.
        given: usize,
    },
    /// A number beyond what its type can hold.
    #[error("{what} is beyond what {kind} can hold")]
    Overflow {
        /// The computation.
        what: String,
        /// The type.
        kind: &'static str,
    },
    /// A whole number was divided by zero.
    #[error("{what} divides by zero")]
    DivisionByZero {
        /// The computation.
        what: String,
    },
    /// Something of Spinnaker's language that is left out on purpose.
    #[error("{0}")]
    NotAllowed(String),
    /// A function says why it can't give a value.
    #[error("{0}")]
    Failed(String),
    /// The answer to a look-up is not there yet.
    #[error("{} has not been looked up", cut(&.0.to_string(), SHOWN))]
    Missing(Lookup),
}

impl Problem {
    /// With long texts cut, so that a message stays readable whatever the expression is about.
    fn shortened(mut self) -> Self {
        match &mut self {
            Self::Unexpected { found: text, .. }
            | Self::NotAContainer { owner: text, .. }
            | Self::OutOfRange { owner: text, .. }
            | Self::NullInText { owner: text }
            | Self::Arguments { signature: text, .. }
            | Self::Overflow { what: text, .. }
            | Self::DivisionByZero { what: text } => shorten(text, SHOWN),
            Self::NotAllowed(text) | Self::Failed(text) => shorten(text, SHOWN_MESSAGE),
            Self::Type { what, found, .. } => {
                shorten(what, SHOWN);
                shorten(found, SHOWN_MESSAGE);
            }
            Self::Unknown { owner, name, known } => {
                shorten(owner, SHOWN);
                shorten_offer(name, known);
            }
            Self::NotOffered { name, known, .. } => shorten_offer(name, known),
            Self::TooLong { .. } | Self::TooDeep { .. } | Self::TooCostly { .. } | Self::Missing(_) => {}
        }
        self
    }
}

/// Keeps as many names as are shown and one more. Where that is not all, those come first that begin like the one looked for.
fn shorten_offer(name: &mut String, known: &mut Vec<String>) {
    if known.len() > OFFERED {
        known.sort_by_cached_key(|offered| Reverse(common_beginning(offered, name)));
        known.truncate(OFFERED + 1);
    }
    shorten(name, SHOWN);
    known.iter_mut().for_each(|name| shorten(name, SHOWN));
}

fn common_beginning(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
}

fn shorten(text: &mut String, limit: usize) {
    if text.len() > limit {
        *text = cut(text, limit);
    }
}

/// How many names an error offers.
const OFFERED: usize = 12;
/// The most characters of an expression or a value that an error shows.
pub(super) const SHOWN: usize = 200;
/// The most characters of a message that quotes something.
const SHOWN_MESSAGE: usize = 600;

fn offer(words: &str, known: &[String]) -> String {
    match known {
        [] => String::new(),
        known if known.len() > OFFERED => format!("{words} {} and others", known[..OFFERED].join(", ")),
        known => format!("{words} {}", known.join(", ")),
    }
}

fn within(expression: &str) -> String {
    if expression.is_empty() { String::new() } else { format!(", in ${{{}}}", cut(expression, SHOWN)) }
}

/// The beginning of a text, with `…` where something is cut off.
pub(super) fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A mistake found while parsing or evaluating one expression.
#[derive(Debug)]
pub(super) enum Fault {
    /// What is wrong, and the byte of the expression where it is.
    Wrong {
        /// The byte.
        at: usize,
        /// What is wrong.
        problem: Box<Problem>,
    },
    /// The hyphen at this byte is no part of a name but a minus sign.
    Minus(usize),
}

impl Fault {
    pub(super) fn new(at: usize, problem: Problem) -> Self {
        Self::Wrong { at, problem: Box::new(problem.shortened()) }
    }

    /// The byte where it is.
    pub(super) const fn at(&self) -> usize {
        match self {
            Self::Wrong { at, .. } | Self::Minus(at) => *at,
        }
    }

    pub(super) fn into_problem(self) -> Problem {
        match self {
            Self::Wrong { problem, .. } => *problem,
            Self::Minus(_) => Problem::NotAllowed("the hyphen is neither part of a name nor a minus sign".to_owned()),
        }
    }
}
