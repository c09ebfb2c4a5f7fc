//! Attacks: each is a plain error or plain text, whichever way it comes in.

use serde_json::json;

use crate::fixture::World;
use crate::table;

const ESCAPES: &str = include_str!("escapes.txt");

#[test]
fn attacks_are_plain_errors() {
    let world = World::new();
    table::check(table::rows(ESCAPES), |text| world.evaluate(text));
}

/// What comes in as data goes out as data, through whatever it passes.
#[test]
fn data_is_never_taken_for_an_expression() {
    let ways = [
        "${ parameters.attack }",
        "${ parameters['attack'] }",
        "${ parameters.attack + '' }",
        "${ {parameters.attack}[0] }",
        "${ {a: parameters.attack}.a }",
        "${ {1}.![#root.parameters.attack][0] }",
        "${ #doNotEval(parameters.attack) }",
        "${ #fromBase64(#toBase64(parameters.attack)) }",
        "${ parameters.attack.toString() }",
        "${ parameters.missing ?: parameters.attack }",
        "${ true ? parameters.attack : 1 }",
        "${ T(String).valueOf(parameters.attack) }",
        "${ T(String).format('%s', parameters.attack) }",
        "${ parameters.attack.substring(0, 1) + parameters.attack.substring(1) }",
        "${ parameters.attack.replace('nothing like that', '') }",
        "${ {parameters.attack}.?[true].![#this][0] }",
        "${ #readJson(parameters.quoted)[0] }",
        "${ 'x'.replace('x', parameters.attack) }",
    ];
    for row in table::rows(ESCAPES) {
        let quoted = json!([row.text]).to_string();
        let world = World::with([("attack", json!(row.text)), ("quoted", json!(quoted))]);
        for way in ways {
            assert_eq!(world.evaluate(way), Ok(json!(row.text)), "line {}: {way}", row.line);
            let within = world.evaluate(&format!("a {way} b"));
            assert_eq!(within, Ok(json!(format!("a {} b", row.text))), "line {}: {way}", row.line);
        }
    }
}

/// A name that an attack makes by itself names a function, a type or a stage no more than it names a parameter.
#[test]
fn made_up_names_call_nothing() {
    for row in table::rows(ESCAPES) {
        let world = World::with([("attack", json!(row.text))]);
        for text in [
            "${ #stage(parameters.attack) }",
            "${ #stageByRefId(parameters.attack) }",
            "${ #judgment(parameters.attack) }",
            "${ parameters.attack.nothing }",
            "${ T(Integer).parseInt(parameters.attack) }",
            "${ #toInt(parameters.attack) }",
            "${ T(parameters.attack) }",
            "${ new parameters.attack() }",
            "${ #parameters.attack() }",
        ] {
            assert!(world.evaluate(text).is_err(), "line {}: {text}", row.line);
        }
        assert_eq!(world.evaluate("${ #stageExists(parameters.attack) }"), Ok(json!(false)), "line {}", row.line);
        assert_eq!(
            world.evaluate("${ parameters[#root.parameters.attack] == null }"),
            Ok(json!(true)),
            "line {}",
            row.line
        );
    }
}

/// Nothing of the server shows through: an error speaks of the expression and of the execution alone.
#[test]
fn errors_tell_nothing_of_the_server() {
    let world = World::new();
    for row in table::rows(ESCAPES) {
        let Err(error) = world.evaluate(&row.text) else { continue };
        let message = error.to_string();
        for leak in ["panicked", "src/", ".rs", "RUST", "/usr", "/root"] {
            assert!(!message.contains(leak) || row.text.contains(leak), "line {}: {message}", row.line);
        }
    }
}
