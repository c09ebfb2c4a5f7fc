//! Expressions: `${ ... }` in the texts of a pipeline, in Spinnaker's language.
//!
//! The language is Spring's (SpEL) as users of Spinnaker write it: `${ #stage('Bake').outputs.images[0].name }`,
//! `${ parameters.size * 2 }`, `${ trigger.payload?.branch ?: 'main' }`. It has its own parser and evaluator here; there
//! is no reflection, and what can be called is a row in a table of this module. A text that is one expression and nothing
//! else keeps the value's type; inside a longer text the value is written out. `$${` stands for a plain `${`. What an
//! expression gives is never looked at again for expressions.
//!
//! Evaluation is pure: the time, the seed of random numbers, and answers from outside come in with the [`Environment`].
//! Where an answer is missing, the error says which ([`Problem::Missing`]); it can be gathered and the text evaluated again.
//! The length of the text, the depth of an expression, its steps and the size of the result are bounded.

mod ast;
mod budget;
mod builtin;
mod catalogue;
mod chain;
mod environment;
mod error;
mod evaluate;
mod functions;
mod lexer;
mod lookup;
mod methods;
mod number;
mod operators;
mod output;
mod parser;
mod patterns;
mod rank;
mod roots;
mod template;
mod text;
mod time;
mod trace;
mod truth;
mod types;
mod value;
mod write;

#[cfg(test)]
mod tests;

pub use catalogue::{Catalogue, Entry, Section, catalogue};
pub use environment::Environment;
pub use error::{ExpressionError, Problem};
pub use lookup::{Fact, Lookup, LookupFunction};
pub use template::{Template, Traced, evaluate, evaluate_in, evaluate_traced};
pub use truth::truth;

/// The longest text that is looked at, in bytes.
pub const MAX_LENGTH: usize = 1024 * 1024;
/// The longest expression, in bytes.
pub const MAX_EXPRESSION: usize = 64 * 1024;
/// The most expressions in one text.
pub const MAX_EXPRESSIONS: usize = 1_000;
/// How deep parts of an expression may lie within parts.
pub const MAX_DEPTH: usize = 64;
/// How deep lists and maps may lie within each other that an expression makes or reads from a text.
pub const MAX_VALUE_DEPTH: usize = 128;
/// The steps that the expressions of one text may take together. Whatever copies or looks through data takes steps in
/// proportion to its size.
pub const FUEL: u32 = 100_000;
/// The longest text and the largest value that come out, in bytes.
pub const MAX_OUTPUT: usize = 1024 * 1024;
/// The longest regular expression, in bytes.
pub const MAX_PATTERN: usize = 1_000;
/// How large a compiled regular expression may be, in bytes.
pub const MAX_COMPILED_PATTERN: usize = 1024 * 1024;
/// How long the arguments of a look-up may be together, in bytes: they become the key of the answer.
pub const MAX_QUESTION: usize = 2_048;
/// The longest value that a trace shows, in bytes of its JSON.
pub const MAX_TRACED: usize = 1024;
