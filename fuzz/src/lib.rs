//! What the fuzz targets share: an execution to evaluate in, and what must hold of every evaluation.

#[path = "../../server/core/tests/expression/fixture.rs"]
mod fixture;
mod grammar;
mod words;

use gennaker_core::expression::{ExpressionError, MAX_OUTPUT, MAX_TRACED, Template, evaluate_traced};
use serde_json::Value;

use fixture::World;
pub use grammar::Text;

/// The longest message that an error may have, in characters: what it shows of names, values and the expression is cut.
const MAX_MESSAGE: usize = 4_000;

thread_local! {
    static WORLD: World = World::new();
}

/// Parses and evaluates a text in a fixed execution, and panics where something does not hold.
pub fn evaluate(text: &str) {
    WORLD.with(|world| {
        let environment = world.environment();
        let first = world.evaluate(text);
        assert_eq!(first, world.evaluate(text), "a second evaluation gives something else");
        match Template::parse(text) {
            Ok(template) => assert_eq!(first, template.evaluate(&environment), "a parsed text gives something else"),
            Err(error) => assert_eq!(first, Err(error), "parsing alone gives something else"),
        }
        check(text, &first);
        check(text, &gennaker_core::expression::evaluate(text, world.without_stage()));
        let traced = evaluate_traced(text, &environment);
        assert_eq!(first, traced.value, "tracing changes the value");
        for (path, value) in &traced.inputs {
            let size = size(value);
            assert!(size <= 2 * MAX_TRACED, "{path} is traced with {size} bytes");
        }
    });
}

fn check(text: &str, found: &Result<Value, ExpressionError>) {
    match found {
        Ok(value) => {
            assert!(size(value) <= MAX_OUTPUT, "a value of {} bytes came out", size(value));
            if !text.contains("${") {
                assert_eq!(value, text, "a text without expressions changes");
            }
        }
        Err(error) => {
            let message = error.to_string().chars().count();
            assert!(message <= MAX_MESSAGE, "a message of {message} characters");
            let length = text.chars().count();
            assert!((1..=length + 1).contains(&error.position), "character {} of {length}", error.position);
        }
    }
}

/// How long a text is, or any other value as JSON, in bytes.
fn size(value: &Value) -> usize {
    value.as_str().map_or_else(|| value.to_string().len(), str::len)
}
