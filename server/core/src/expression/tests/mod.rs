//! The language as a whole, on one execution.

mod catalogue;
mod world;

use serde_json::Value as Json;
use world::World;

/// The value of a text, or what is wrong with it.
fn said(text: &str) -> Json {
    World::new().said(text)
}

/// The value of an expression, or what is wrong with it.
fn of(expression: &str) -> Json {
    said(&format!("${{ {expression} }}"))
}
