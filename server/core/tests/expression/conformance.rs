//! What expressions give: Spinnaker's language as its documentation, its users and Spring's reference have it.

use gennaker_core::expression::{Entry, Section, Template, catalogue, evaluate, evaluate_traced};
use serde_json::json;

use crate::fixture::World;
use crate::table::{self, Row};

/// A table in which a row that is no text with `${` stands for an expression.
fn check(table: &str) {
    let world = World::new();
    let rows = table::rows(table).map(|row| match row.text.contains("${") {
        true => row,
        false => Row { text: format!("${{ {} }}", row.text), ..row },
    });
    table::check(rows, |text| {
        let found = world.evaluate(text);
        assert_eq!(found, evaluate_traced(text, &world.environment()).value, "a trace changes the value of {text}");
        found
    });
}

macro_rules! tables {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                check(include_str!(concat!("conformance/", stringify!($name), ".txt")));
            }
        )*

        /// All tables.
        const TABLES: &[&str] = &[$(include_str!(concat!("conformance/", stringify!($name), ".txt"))),*];
    };
}

tables! {
    access arithmetic collections comparison containers dates functions literals logic real_world roots templates texts types
}

/// Where nothing but an expression can stand, as in a condition, it needs no `${` and `}`.
#[test]
fn bare_expressions_mean_the_same() {
    let world = World::new();
    for table in TABLES {
        let evaluate = |text: &str| Template::parse_expression(text)?.evaluate(&world.environment());
        table::check(table::rows(table), evaluate);
    }
}

/// An execution can be asked without any of its stages: what is a stage's own is not there then.
#[test]
fn without_a_stage_there_is_the_execution() {
    let world = World::new();
    for (expression, value) in [
        ("parameters.size * 2", json!(6)),
        ("execution.name", json!("Release")),
        ("trigger.tag", json!("v1.4.2")),
        ("stages.bake.status", json!("SUCCEEDED")),
        ("#stage('Bake').outputs.ami", json!("ami-0a1")),
        ("#judgment('Approve')", json!("blue")),
        ("deployedServerGroups[0].serverGroup", json!("shop-staging-v003")),
        ("clusterName ?: 'none'", json!("none")),
    ] {
        assert_eq!(evaluate(&format!("${{ {expression} }}"), world.without_stage()), Ok(value), "{expression}");
    }
    for expression in ["clusterName", "#currentStage().name", "#root.waitTime"] {
        assert!(evaluate(&format!("${{ {expression} }}"), world.without_stage()).is_err(), "{expression}");
    }
}

/// Whatever the language has is in a table here, besides its own example.
#[test]
fn every_word_of_the_language_has_a_row() {
    let words = catalogue();
    let rows = TABLES.iter().flat_map(|table| table::rows(table));
    let mut texts: String = rows.map(|row| row.text + "\n").collect();
    texts.push_str(include_str!("lookups.rs"));
    let mut missing = Vec::new();
    let mut look_for = |section: &Section, spelt: fn(&str, &Entry) -> String| {
        for entry in &section.entries {
            let spelling = spelt(section.title, entry);
            if !texts.contains(&spelling) {
                missing.push(spelling);
            }
        }
    };
    words.functions.iter().for_each(|section| look_for(section, |_, function| format!("#{}(", function.name)));
    words.methods.iter().for_each(|section| look_for(section, |_, method| format!(".{}(", method.name)));
    words.types.iter().for_each(|section| look_for(section, member));
    assert!(missing.is_empty(), "{} words have no row: {}", missing.len(), missing.join(" "));
}

/// How a member of a type is written, from the dot on, or a constructor.
fn member(class: &str, entry: &Entry) -> String {
    let short = class.rsplit('.').next().unwrap_or(class);
    match entry.signature.split_once(").") {
        Some((_, member)) => format!("{short}).{}", member.split('(').next().unwrap_or(member)),
        None => format!("{short}("),
    }
}
