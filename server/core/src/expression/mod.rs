//! Expressions: `${ ... }` in the texts of a pipeline.
//!
//! An expression refers to a value: `${ parameters.size }`, `${ stages.find.outputs.images[0].image }`. A text that is
//! one expression and nothing else keeps the value's type; inside a longer text the value is written out. `$${` stands
//! for a plain `${`. What a reference gives is never looked at again for expressions.
//!
//! Evaluation does no IO, and the length of the text, the depth of a reference and the size of the result are bounded.

mod error;
mod evaluate;
mod parse;
mod variables;

pub use error::{ExpressionError, Problem};
pub use variables::{Variable, Variables};

/// The longest text that is looked at, in bytes.
pub const MAX_LENGTH: usize = 64 * 1024;
/// The most steps of one reference.
pub const MAX_STEPS: usize = 64;
/// The most expressions in one text.
pub const MAX_EXPRESSIONS: usize = 1_000;
/// The longest text that comes out, in bytes.
pub const MAX_OUTPUT: usize = 1024 * 1024;

/// A text taken apart into plain parts and expressions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Reference(Reference),
}

/// A path from a variable to a value inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Reference {
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    /// Where it stands in the text: the place of its first character, from 1.
    position: usize,
    selector: Selector,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Selector {
    Name(String),
    Index(usize),
}

impl Template {
    /// Takes a text apart.
    ///
    /// # Errors
    /// Where an expression is not well formed or a limit is passed, with the place.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        parse::template(text)
    }

    /// The value of the text.
    ///
    /// # Errors
    /// Where a reference leads nowhere, or a limit is passed, with the place.
    pub fn evaluate(&self, variables: &dyn Variables<'_>) -> Result<serde_json::Value, ExpressionError> {
        evaluate::template(self, variables)
    }
}

/// The value of a text with expressions.
///
/// # Errors
/// As [`Template::parse`] and [`Template::evaluate`].
pub fn evaluate(text: &str, variables: &dyn Variables<'_>) -> Result<serde_json::Value, ExpressionError> {
    Template::parse(text)?.evaluate(variables)
}
