//! What is built into the language: functions, methods, and members of types, each a row of a table.

use std::rc::Rc;

use super::budget::Budget;
use super::environment::Environment;
use super::evaluate::Session;
use super::number::Number;
use super::patterns::Pattern;
use super::text::Text;
use super::time::Time;
use super::value::Value;
use super::{MAX_OUTPUT, Problem};

/// A function, a method, or a member of a type.
#[derive(Debug)]
pub(super) struct Builtin {
    pub(super) name: &'static str,
    /// The names of its arguments: `a, b` must be there, `c?` may, `rest...` stands for any number; `-` for a constant,
    /// which is written without parentheses.
    pub(super) arguments: &'static str,
    /// What it gives, in one sentence.
    pub(super) summary: &'static str,
    /// An expression with it.
    pub(super) example: &'static str,
    /// What the example gives, as JSON.
    pub(super) value: &'static str,
    arity: (usize, usize),
    body: Body,
}

type Body = for<'c, 'a> fn(&mut Call<'c, 'a>) -> Outcome<'a>;

/// The value of a call, or what is wrong with it.
pub(super) type Outcome<'a> = Result<Value<'a>, Problem>;

/// Any number of arguments.
const MANY: usize = usize::MAX;

/// A row of a table.
pub(super) const fn row(
    name: &'static str,
    arguments: &'static str,
    summary: &'static str,
    example: &'static str,
    value: &'static str,
    body: Body,
) -> Builtin {
    Builtin { name, arguments, summary, example, value, arity: arity(arguments.as_bytes()), body }
}

/// How few and how many arguments there may be.
const fn arity(arguments: &[u8]) -> (usize, usize) {
    if arguments.is_empty() || arguments[0] == b'-' {
        return (0, 0);
    }
    let (mut names, mut optional, mut many, mut at) = (1, 0, false, 0);
    while at < arguments.len() {
        match arguments[at] {
            b',' => names += 1,
            b'?' => optional += 1,
            b'.' => many = true,
            _ => {}
        }
        at += 1;
    }
    if many { (names - 1 - optional, MANY) } else { (names - optional, names) }
}

impl Builtin {
    /// Whether it is written without parentheses.
    pub(super) fn is_constant(&self) -> bool {
        self.arguments == "-"
    }

    /// How it is written, without what stands before its name.
    pub(super) fn signature(&self) -> String {
        if self.is_constant() { self.name.to_owned() } else { format!("{}({})", self.name, self.arguments) }
    }

    /// Checks the number of arguments.
    pub(super) fn takes(&self, given: usize) -> Result<(), Problem> {
        let (least, most) = self.arity;
        if (least..=most).contains(&given) {
            return Ok(());
        }
        Err(Problem::Arguments { signature: self.signature(), given })
    }

    pub(super) fn call<'a>(&self, call: &mut Call<'_, 'a>) -> Outcome<'a> {
        (self.body)(call)
    }
}

/// A call under way.
pub(super) struct Call<'c, 'a> {
    pub(super) name: &'static str,
    /// What a method is called on; null for the others.
    pub(super) this: Value<'a>,
    pub(super) arguments: &'c [Value<'a>],
    pub(super) environment: &'a Environment<'a>,
    pub(super) session: &'c mut Session,
}

impl<'a> Call<'_, 'a> {
    /// The mistake that a value is not what is needed.
    pub(super) fn mismatch(&self, expected: &'static str, found: &Value<'_>) -> Problem {
        Problem::Type { what: self.name.to_owned(), expected, found: found.describe() }
    }

    pub(super) fn failed<T>(&self, why: impl std::fmt::Display) -> Result<T, Problem> {
        Err(Problem::Failed(format!("{}: {why}", self.name)))
    }

    pub(super) fn budget(&mut self) -> &mut Budget {
        &mut self.session.budget
    }

    pub(super) fn has(&self, place: usize) -> bool {
        place < self.arguments.len()
    }

    /// An argument; null where it was left out.
    pub(super) fn value(&self, place: usize) -> Value<'a> {
        self.arguments.get(place).cloned().unwrap_or(Value::Null)
    }

    pub(super) fn text(&self, place: usize) -> Result<Text<'a>, Problem> {
        match self.value(place) {
            Value::Text(text) => Ok(text),
            other => Err(self.mismatch("a text", &other)),
        }
    }

    pub(super) fn number(&self, place: usize) -> Result<Number, Problem> {
        match self.value(place) {
            Value::Number(number) => Ok(number),
            other => Err(self.mismatch("a number", &other)),
        }
    }

    pub(super) fn whole(&self, place: usize) -> Result<i64, Problem> {
        let number = self.number(place)?;
        number.as_whole().ok_or_else(|| self.mismatch("a whole number", &number.into()))
    }

    pub(super) fn int(&self, place: usize) -> Result<i32, Problem> {
        let value = self.whole(place)?;
        i32::try_from(value).map_err(|_| self.mismatch("an int", &value.into()))
    }

    /// A whole number that counts something.
    pub(super) fn count(&self, place: usize) -> Result<usize, Problem> {
        let value = self.whole(place)?;
        usize::try_from(value).map_err(|_| self.mismatch("a number from 0 on", &value.into()))
    }

    /// The elements of a list.
    pub(super) fn list(&mut self, place: usize) -> Result<Vec<Value<'a>>, Problem> {
        let value = self.value(place);
        let Some(elements) = value.elements() else { return Err(self.mismatch("a list", &value)) };
        self.session.budget.steps(elements.len())?;
        Ok(elements.collect())
    }

    /// The elements of the list that a method is called on.
    pub(super) fn this_list(&mut self) -> Result<Vec<Value<'a>>, Problem> {
        let Some(elements) = self.this.elements() else { return Err(self.mismatch("a list", &self.this)) };
        self.session.budget.steps(elements.len())?;
        Ok(elements.collect())
    }

    pub(super) fn this_text(&self) -> Result<Text<'a>, Problem> {
        match &self.this {
            Value::Text(text) => Ok(text.clone()),
            other => Err(self.mismatch("a text", other)),
        }
    }

    pub(super) fn this_number(&self) -> Result<Number, Problem> {
        match &self.this {
            Value::Number(number) => Ok(*number),
            other => Err(self.mismatch("a number", other)),
        }
    }

    pub(super) fn this_time(&self) -> Result<Time, Problem> {
        match &self.this {
            Value::Time(time) => Ok(*time),
            other => Err(self.mismatch("a time", other)),
        }
    }

    pub(super) fn time(&self, place: usize) -> Result<Time, Problem> {
        match self.value(place) {
            Value::Time(time) => Ok(time),
            other => Err(self.mismatch("a time", &other)),
        }
    }

    /// An argument written out, as `String.valueOf` does.
    pub(super) fn written(&mut self, place: usize) -> Result<Text<'a>, Problem> {
        super::operators::written(&self.value(place), self.budget())
    }

    /// A regular expression, compiled, and paid for matching it with a text once.
    pub(super) fn pattern(&mut self, pattern: &str, whole: bool, text: &str) -> Result<Rc<Pattern>, Problem> {
        let Session { patterns, budget, .. } = &mut *self.session;
        let pattern = patterns.compile(pattern, whole, budget)?;
        pattern.pay(text, budget)?;
        Ok(pattern)
    }

    /// Pays for a text that is about to be made, and refuses it where it is too long.
    pub(super) fn make_text(&mut self, bytes: usize) -> Result<(), Problem> {
        if bytes > MAX_OUTPUT {
            return Err(Problem::TooLong { what: "the text that comes out", limit: MAX_OUTPUT });
        }
        self.session.budget.bytes(bytes)
    }

    /// The next random number, which depends only on the seed and on how many were drawn before.
    pub(super) fn draw(&mut self) -> u64 {
        self.session.draws += 1;
        split_mix(self.environment.random().wrapping_add(self.session.draws.wrapping_mul(GAMMA)))
    }

    /// The next random number from 0 up to, but without, 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    pub(super) fn draw_fraction(&mut self) -> f64 {
        (self.draw() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// The output function of `SplitMix64` (Steele, Lea, Flood 2014), which is also the one of Java's `SplittableRandom`.
const fn split_mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_counted() {
        let counted = ["", "-", "a", "a, b", "a, b?", "a?", "all...", "a, rest..."].map(|text| arity(text.as_bytes()));
        assert_eq!(counted, [(0, 0), (0, 0), (1, 1), (2, 2), (1, 2), (0, 1), (0, MANY), (1, MANY)]);
    }
}
