//! What can be wrong with an expression, and where.

/// A mistake in a text with expressions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}, at character {position}")]
pub struct ExpressionError {
    /// The place of the character, from 1.
    pub position: usize,
    /// What is wrong there.
    pub problem: Problem,
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
    /// A limit is passed.
    #[error("{what} is longer than the limit of {limit}")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// How long it may be.
        limit: usize,
    },
    /// There is nothing of that name.
    #[error("{owner} has no {name:?}{}", offer(known))]
    Unknown {
        /// In what it was looked for.
        owner: String,
        /// What was looked for.
        name: String,
        /// What there is instead.
        known: Vec<String>,
    },
    /// The list is shorter.
    #[error("{owner} has no element [{index}]; it has {length}, counted from 0")]
    OutOfRange {
        /// The list.
        owner: String,
        /// The element asked for.
        index: usize,
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
    /// A reference that ends too early.
    #[error("{owner} is no value by itself; it has {}", known.join(", "))]
    NotAValue {
        /// What it leads to.
        owner: String,
        /// What is inside.
        known: Vec<String>,
    },
    /// A null inside a text.
    #[error("{owner} is null, which can't stand inside a text")]
    NullInText {
        /// The value.
        owner: String,
    },
}

/// How many names an error offers.
const OFFERED: usize = 12;

fn offer(known: &[String]) -> String {
    match known {
        [] => String::new(),
        known if known.len() > OFFERED => format!("; it has {} and others", known[..OFFERED].join(", ")),
        known => format!("; it has {}", known.join(", ")),
    }
}
