//! What holds for every text.

use proptest::prelude::*;

use super::World;
use crate::expression::{MAX_OUTPUT, Template};

/// Parts of expressions, which make sense more often than any characters do.
fn fragment() -> impl Strategy<Value = String> {
    let words = [
        "parameters",
        "stages",
        "trigger",
        "execution",
        ".size",
        ".list",
        ".name",
        "['a']",
        "[0]",
        "?.x",
        "?[0]",
        ".?[",
        ".![",
        ".^[",
        ".$[",
        "]",
        "#this",
        "#root",
        "#stage('Bake')",
        "#toInt(",
        "#toJson(",
        ")",
        "(",
        "{",
        "}",
        "{1, 2}",
        "{a: 1}",
        ",",
        ":",
        "?",
        "?:",
        "+",
        "-",
        "*",
        "/",
        "%",
        "^",
        "==",
        "<",
        "and",
        "or",
        "not",
        "!",
        "matches",
        "between",
        "1",
        "2147483647",
        "1.5",
        "9L",
        "'x'",
        "\"y\"",
        "null",
        "true",
        "T(Math).max(",
        "T(LocalDate).now()",
        "new Date()",
        ".toString()",
        ".split('')",
        ".repeat(",
        "${",
        "$${",
        "}",
        " ",
        "é",
        "-1",
        ".a-b",
        ".count-1",
    ];
    prop_oneof![8 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => ".{0,3}"]
}

proptest! {
    #[test]
    fn parsing_never_panics(text in ".{0,60}") {
        let _ = Template::parse(&text);
        let _ = Template::parse(&format!("${{ {text} }}"));
    }

    #[test]
    fn evaluating_stays_within_its_limits(parts in prop::collection::vec(fragment(), 0..25)) {
        let world = World::new();
        let text = format!("${{ {} }}", parts.concat());
        if let Ok(template) = Template::parse(&text) {
            let first = template.evaluate(&world.environment());
            prop_assert_eq!(&first, &template.evaluate(&world.environment()));
            if let Ok(value) = first {
                prop_assert!(value.to_string().len() <= 2 * MAX_OUTPUT);
            }
        }
    }

    #[test]
    fn plain_text_comes_out_as_it_went_in(text in "[^$]{0,40}") {
        prop_assert_eq!(World::new().said(&text), serde_json::Value::String(text));
    }
}
