//! The language as a whole, on one execution.

mod catalogue;
mod errors;
mod guide;
mod look_up;
mod properties;
mod templates;
mod traces;
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

/// Each text with its value or what is wrong with it, one a line.
fn told(texts: &[&str]) -> String {
    texts
        .iter()
        .map(|text| format!("{text}: {}", said(text).to_string().replace("\\\"", "'")))
        .collect::<Vec<_>>()
        .join("\n")
}
