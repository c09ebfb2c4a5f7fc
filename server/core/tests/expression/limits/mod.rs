//! What is too long, too deep or too much: an error or a value of bounded size, and never a panic or an overflown stack.
//!
//! Nothing here looks at a clock. That an evaluation ends soon follows from its steps: a text takes as many as it is allowed
//! to, and whatever copies or looks through data takes steps in proportion.

mod content;
mod growth;
mod messages;
mod numbers;
mod shape;

use gennaker_core::expression::{ExpressionError, MAX_OUTPUT, Problem};

use crate::fixture::World;

/// The longest message of an error in characters: what it shows of names, values and the expression is cut.
const MAX_MESSAGE: usize = 4_000;

/// How an evaluation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Value,
    TooLong,
    TooDeep,
    TooCostly,
    OtherError,
}

/// Evaluates, and checks what holds of every value and of every error.
pub(super) fn end_of(world: &World, text: &str) -> End {
    let found = world.evaluate(text);
    assert_eq!(found, world.evaluate(text), "a second evaluation gives something else");
    match found {
        Ok(value) => {
            let size = value.as_str().map_or_else(|| value.to_string().len(), str::len);
            assert!(size <= MAX_OUTPUT, "a value of {size} bytes came out");
            End::Value
        }
        Err(error) => end_with(&error),
    }
}

fn end_with(error: &ExpressionError) -> End {
    let message = error.to_string();
    let length = message.chars().count();
    assert!(length <= MAX_MESSAGE, "a message of {length} characters: {message}");
    match &error.problem {
        Problem::TooLong { .. } => End::TooLong,
        Problem::TooDeep { .. } => End::TooDeep,
        Problem::TooCostly { .. } => End::TooCostly,
        _ => End::OtherError,
    }
}

/// An expression of a beginning, something again and again, and an end.
pub(super) fn repeated(begin: &str, again: &str, count: usize, end: &str) -> String {
    format!("${{ {begin}{}{end} }}", again.repeat(count))
}

/// Checks that each text ends in one of these ways.
pub(super) fn all_end<T: AsRef<str>>(world: &World, texts: impl IntoIterator<Item = T>, ends: &[End]) {
    for text in texts {
        let text = text.as_ref();
        let end = end_of(world, text);
        let (head, tail) = (text.chars().take(60), text.chars().rev().take(40));
        let shown: String = head.chain("…".chars()).chain(tail.collect::<Vec<_>>().into_iter().rev()).collect();
        assert!(ends.contains(&end), "{shown} ({} bytes) ended as {end:?}, not as {ends:?}", text.len());
    }
}

pub(super) const BOUNDED: &[End] = &[End::TooLong, End::TooDeep, End::TooCostly];
pub(super) const ANY: &[End] = &[End::Value, End::TooLong, End::TooDeep, End::TooCostly, End::OtherError];
