//! Messages of errors: they are short, whatever they speak of, and point into the text.

use serde_json::{Value, json};

use super::{End, end_of, repeated};
use crate::fixture::World;

/// The place of a mistake is a character of the text, whatever stands before it.
#[test]
fn places_lie_within_the_text() {
    let world = World::new();
    for before in ["", "é", "👩‍🚀 ", "$${ a } ", "${ 1 } "] {
        for mistake in [
            "${",
            "${ }",
            "${ nowhere }",
            "${ 1 + }",
            "${ 'a }",
            "${ 1 / 0 }",
            "${ {1}.![nowhere] }",
            "${ T(x) }",
            "${ parameters.a-b-c }",
        ] {
            let text = format!("{before}{mistake}");
            let error = world.evaluate(&text).unwrap_err();
            let length = text.chars().count();
            assert!((1..=length + 1).contains(&error.position), "{text}: character {} of {length}", error.position);
            assert!(error.position > before.chars().count(), "{text}: character {}", error.position);
        }
    }
}

/// Many names, long names, and long values are shown in part.
#[test]
fn messages_are_short() {
    let names: serde_json::Map<String, Value> =
        (0..10_000).map(|n| (format!("name-{n}-{}", "x".repeat(200)), json!(1))).collect();
    let name = "n".repeat(100_000);
    let world = World::with([("names", json!(names)), ("long", json!("x".repeat(500_000))), ("name", json!(name))]);
    for expression in [
        "parameters.names.nothing",
        "parameters.names + 1",
        "parameters.long + {1} < 1",
        "parameters.long < 1",
        "#toInt(parameters.long)",
        "#stage(parameters.name)",
        "#stage(parameters.long)",
        "parameters.long.nothing",
        "parameters.long[0].nothing()",
        "parameters.names[1]",
        "{1}[parameters.long]",
        "#readJson(parameters.long)",
        "#readYaml('{' + parameters.long)",
        "#fromBase64(parameters.long)",
        "'x' matches ('(' + parameters.long)",
        "T(Integer).parseInt(parameters.long)",
        "T(Double).parseDouble(parameters.long)",
        "T(LocalDate).parse(parameters.long)",
        "T(Instant).parse(parameters.long)",
        "T(UUID).fromString(parameters.long)",
        "T(String).format('%' + parameters.long)",
        "new java.text.SimpleDateFormat(parameters.long).format(new Date())",
        "new java.text.SimpleDateFormat('yyyy').parse(parameters.long)",
        "#judgment(parameters.name)",
        "#stageByRefId(parameters.name)",
        "#manifestLabelValue(parameters.name, parameters.name, parameters.name)",
        "#triggerResolvedArtifact(parameters.name)",
        "#triggerResolvedArtifactByType(parameters.name)",
        "T(ChronoUnit).valueOf(parameters.name)",
    ] {
        let end = end_of(&world, &format!("${{ {expression} }}"));
        assert_ne!(end, End::Value, "{expression}");
    }
    for text in
        [repeated("", "n", 60_000, ""), repeated("#", "n", 60_000, "()"), repeated("parameters.", "n", 60_000, "")]
    {
        assert_ne!(end_of(&world, &text), End::Value);
    }
}
