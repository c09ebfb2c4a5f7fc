//! Regular expressions. They are matched in linear time, which leaves out look-around and back-references.

use std::collections::HashMap;
use std::rc::Rc;

use regex::{Error, Regex, RegexBuilder};

use super::budget::Budget;
use super::error::{SHOWN, cut};
use super::{MAX_COMPILED_PATTERN, MAX_PATTERN, Problem};

/// Regular expressions that were compiled: a selection matches many elements against the same one.
#[derive(Default)]
pub(super) struct Patterns(HashMap<(String, bool), Rc<Pattern>>);

/// A compiled regular expression.
pub(super) struct Pattern {
    pub(super) regex: Regex,
    /// How many bytes of a text are matched against it for one step.
    bytes_per_step: usize,
}

/// How large most compiled patterns are at most, in bytes; larger ones cost more.
const SMALL: usize = 64 * 1024;
/// What compiling costs, in steps: for any pattern, for each of its bytes, and for a large one.
const STEPS: usize = 200;
const STEPS_PER_BYTE: usize = 20;
const STEPS_IF_LARGE: usize = 20_000;
/// How much of a text one more match may look at again for a step. Iterating over matches can look at all that follows
/// each time.
const LOOKED_AT_PER_STEP: usize = 16 * 1024;

impl Patterns {
    /// Compiles a pattern; for `whole` it must match a text from its beginning to its end.
    pub(super) fn compile(&mut self, pattern: &str, whole: bool, budget: &mut Budget) -> Result<Rc<Pattern>, Problem> {
        if pattern.len() > MAX_PATTERN {
            return Err(Problem::TooLong { what: "a regular expression", limit: MAX_PATTERN });
        }
        budget.bytes(pattern.len())?;
        let key = (pattern.to_owned(), whole);
        if let Some(known) = self.0.get(&key) {
            return Ok(known.clone());
        }
        budget.steps(STEPS + pattern.len() * STEPS_PER_BYTE)?;
        let compiled = match build(pattern, whole, SMALL) {
            Err(Error::CompiledTooBig(_)) => {
                budget.steps(STEPS_IF_LARGE)?;
                build(pattern, whole, MAX_COMPILED_PATTERN).map(|regex| Pattern { regex, bytes_per_step: 1 })
            }
            built => built.map(|regex| Pattern { regex, bytes_per_step: 8 }),
        };
        let compiled = Rc::new(compiled.map_err(|error| refused(pattern, &error))?);
        self.0.insert(key, compiled.clone());
        Ok(compiled)
    }
}

fn build(pattern: &str, whole: bool, limit: usize) -> Result<Regex, Error> {
    let build = |text: &str| RegexBuilder::new(text).size_limit(limit).build();
    let regex = build(pattern)?;
    if whole { build(&format!("^(?:{pattern})$")) } else { Ok(regex) }
}

impl Pattern {
    /// Pays for matching it with a text once.
    pub(super) fn pay(&self, text: &str, budget: &mut Budget) -> Result<(), Problem> {
        budget.steps(text.len().div_ceil(self.bytes_per_step))
    }

    /// Pays for one more match in what is left of a text.
    pub(super) fn pay_again(rest: usize, budget: &mut Budget) -> Result<(), Problem> {
        budget.steps(1 + rest / LOOKED_AT_PER_STEP)
    }
}

fn refused(pattern: &str, error: &Error) -> Problem {
    let pattern = cut(pattern, SHOWN);
    let text = error.to_string();
    let why = match error {
        Error::CompiledTooBig(_) => "it is too large",
        _ => text.lines().last().unwrap_or_default().trim_start_matches("error: "),
    };
    Problem::Failed(format!("the regular expression {pattern:?} can't be used: {why}"))
}
