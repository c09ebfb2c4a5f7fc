//! Regular expressions. They are matched in linear time, which leaves out look-around and back-references.

use std::collections::HashMap;

use regex::{Regex, RegexBuilder};

use super::budget::Budget;
use super::error::{SHOWN, cut};
use super::{MAX_COMPILED_PATTERN, MAX_PATTERN, Problem};

/// Regular expressions that were compiled: a selection matches many elements against the same one.
#[derive(Default)]
pub(super) struct Patterns(HashMap<(String, bool), Regex>);

/// What compiling costs for each byte of a pattern, in steps.
const STEPS_PER_BYTE: usize = 20;

impl Patterns {
    /// Compiles a pattern; for `whole` it must match a text from its beginning to its end.
    pub(super) fn compile(&mut self, pattern: &str, whole: bool, budget: &mut Budget) -> Result<Regex, Problem> {
        if pattern.len() > MAX_PATTERN {
            return Err(Problem::TooLong { what: "a regular expression", limit: MAX_PATTERN });
        }
        let key = (pattern.to_owned(), whole);
        if let Some(regex) = self.0.get(&key) {
            budget.bytes(pattern.len())?;
            return Ok(regex.clone());
        }
        budget.steps(pattern.len() * STEPS_PER_BYTE)?;
        let build = |text: &str| RegexBuilder::new(text).size_limit(MAX_COMPILED_PATTERN).build();
        let mut compiled = build(pattern);
        if whole && compiled.is_ok() {
            compiled = build(&format!("^(?:{pattern})$"));
        }
        let regex = compiled.map_err(|error| refused(pattern, &error))?;
        self.0.insert(key, regex.clone());
        Ok(regex)
    }
}

fn refused(pattern: &str, error: &regex::Error) -> Problem {
    let pattern = cut(pattern, SHOWN);
    let text = error.to_string();
    let why = match error {
        regex::Error::CompiledTooBig(_) => "it is too large",
        _ => text.lines().last().unwrap_or_default().trim_start_matches("error: "),
    };
    Problem::Failed(format!("the regular expression {pattern:?} can't be used: {why}"))
}
