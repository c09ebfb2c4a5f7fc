//! Each example of the catalogue has the value that it says.

use serde_json::Value as Json;

use super::of;
use crate::expression::{Entry, catalogue};

fn check(entry: &Entry, problems: &mut Vec<String>) {
    let expected: Json = serde_json::from_str(entry.value).unwrap_or_else(|_| Json::String("no JSON".into()));
    let found = of(entry.example);
    if found != expected {
        problems.push(format!("{}: {} gives {found}, not {}", entry.signature, entry.example, entry.value));
    }
    let mentioned = entry.example.to_lowercase();
    let name = entry.name.strip_prefix("new ").unwrap_or(entry.name).to_lowercase();
    let shown = name.split(['(', ' ', ',']).next().is_some_and(|word| mentioned.contains(word));
    if entry.signature != entry.name && !shown && !entry.signature.contains('[') {
        problems.push(format!("{}: the example {} does not show it", entry.signature, entry.example));
    }
}

#[test]
fn every_example_has_the_value_it_says() {
    let catalogue = catalogue();
    let sections = [
        &catalogue.functions[..],
        &catalogue.methods[..],
        &catalogue.types[..],
        std::slice::from_ref(&catalogue.operators),
    ];
    let mut problems = Vec::new();
    for entry in sections.into_iter().flatten().flat_map(|section| &section.entries) {
        check(entry, &mut problems);
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
