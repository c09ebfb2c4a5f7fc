//! Expressions as they are parsed.

use super::builtin::Builtin;
use super::number::{Arithmetic, Number};

/// A part of an expression. How deep parts lie within parts is bounded by the parser.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Where it begins in the expression, in bytes.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    pub(super) kind: NodeKind,
}

#[derive(Clone, Debug)]
pub(super) enum NodeKind {
    Null,
    Bool(bool),
    Number(Number),
    Text(Box<str>),
    /// A name by itself: a property of `#this`, which at the top is the execution with the stage.
    Name(Box<str>),
    This,
    Root,
    List(Vec<Node>),
    Map(Vec<(Box<str>, Node)>),
    /// A function, a static method or a constructor.
    Call(&'static Builtin, Vec<Node>),
    /// A value, and the steps that lead into it.
    Chain(Box<Node>, Vec<Step>),
    Not(Box<Node>),
    Negate(Box<Node>),
    /// `+x`.
    Positive(Box<Node>),
    /// Operators of one rank, from left to right; each with its place.
    Arithmetic(Box<Node>, Vec<(Arithmetic, usize, Node)>),
    Compare(Comparison, usize, Box<Node>, Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    /// `condition ? then : otherwise`.
    Choice(Box<Node>, Box<Node>, Box<Node>),
    /// `value ?: otherwise`.
    Elvis(Box<Node>, Box<Node>),
}

/// An operator that compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Between,
    Matches,
}

impl Comparison {
    pub(super) const fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Between => "between",
            Self::Matches => "matches",
        }
    }
}

/// A step from a value to something inside it.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// Where the name or the index begins.
    pub(super) start: usize,
    /// Where the step ends.
    pub(super) end: usize,
    /// Whether null is let through as null.
    pub(super) safe: bool,
    pub(super) kind: Access,
}

#[derive(Clone, Debug)]
pub(super) enum Access {
    Property(Box<str>),
    Method(Box<str>, Vec<Node>),
    Index(Node),
    Select(Which, Node),
    Project(Node),
}

/// Which of the matching elements a selection gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    All,
    First,
    Last,
}
