//! Long texts and expressions, parts within parts, and long rows of them.

use gennaker_core::expression::{MAX_DEPTH, MAX_EXPRESSION, MAX_EXPRESSIONS, MAX_LENGTH};
use serde_json::json;

use super::{ANY, End, all_end, repeated};
use crate::fixture::World;

/// Every way in which parts can lie within parts, closed and unclosed.
const NESTINGS: &[(&str, &str, &str)] = &[
    ("(", "1", ")"),
    ("{", "", "}"),
    ("{a: ", "1", "}"),
    ("{1, ", "1", "}"),
    ("!", "true", ""),
    ("not ", "true", ""),
    ("-", "1", ""),
    ("+", "1", ""),
    ("true ? 1 : ", "1", ""),
    ("true ? ", "1", " : 1"),
    ("null ?: ", "1", ""),
    ("#toJson(", "1", ")"),
    ("T(Math).abs(", "1", ")"),
    ("new Integer(", "1", ")"),
    ("'a'.concat(", "'a'", ")"),
    ("parameters[", "'x'", "]"),
    ("{1}[", "0", "]"),
    ("{1}.![", "1", "]"),
    ("{1}.?[", "true", "]"),
    ("{1}.^[", "true", "]"),
    ("{1}.![{1}.?[", "true", "]]"),
    ("1 + (", "1", ")"),
    ("2 ^ (", "1", ")"),
    ("true and (", "true", ")"),
    ("'a' matches (", "'a'", ")"),
    ("1 between {1, (", "1", ")}"),
];

#[test]
fn nesting_is_bounded() {
    let world = World::new();
    for (open, inner, close) in NESTINGS {
        let nested = |depth: usize| format!("${{ {}{inner}{} }}", open.repeat(depth), close.repeat(depth));
        all_end(&world, [nested(4)], &[End::Value, End::OtherError]);
        for depth in [MAX_DEPTH + 1, 1_000, (MAX_EXPRESSION - 100) / (open.len() + close.len())] {
            all_end(&world, [nested(depth)], &[End::TooDeep]);
        }
        let unclosed = MAX_EXPRESSION / open.len() - 10;
        all_end(&world, [repeated("", open, unclosed, "")], &[End::TooDeep, End::OtherError]);
    }
}

/// Long rows of operators and of steps, which are no nesting to the eye.
#[test]
fn chains_are_bounded() {
    let world = World::with([("deep", json!({"a": {"a": {"a": 1}}}))]);
    for (begin, again) in [
        ("1", "+1"),
        ("1", "-1"),
        ("1", "*1"),
        ("1", "/1"),
        ("1", "%1"),
        ("1", "^1"),
        ("'a'", "+'a'"),
        ("true", " and true"),
        ("true", "&&true"),
        ("false", " or false"),
        ("'a'", ".toString()"),
        ("'a'", ".concat('a')"),
        ("'a'", "?.toString()"),
        ("null", "?.a"),
        ("null", "?:null"),
        ("{1}", ".![#this]"),
        ("{1}", ".?[true]"),
        ("{1}", "[0]"),
        ("parameters.deep", ".a"),
        ("parameters.deep", "['a']"),
        ("T(java.time.LocalDate).now()", ".plusDays(1)"),
        ("1", "==1"),
        ("1", "<1"),
    ] {
        for count in [10, MAX_DEPTH + 1, 1_000, (MAX_EXPRESSION - 100) / again.len()] {
            all_end(&world, [repeated(begin, again, count, "")], ANY);
        }
    }
}

/// A value that is nested deeper and deeper, without any nesting in the expression: it must be possible to compare it, to
/// write it and to let go of it.
#[test]
fn values_do_not_grow_too_deep() {
    let world = World::new();
    let deep = |count: usize| format!("{{1}}{}", ".![{#this}]".repeat(count));
    for count in [10, 100, 1_000, 5_000] {
        let deep = deep(count);
        for text in [
            format!("${{ {deep} }}"),
            format!("${{ {deep}.size() }}"),
            format!("${{ {deep}.toString() }}"),
            format!("${{ {deep}.hashCode() }}"),
            format!("${{ #toJson({deep}) }}"),
            format!("${{ {deep} == {{1}} }}"),
            format!("a ${{ {deep} }}"),
            format!("${{ {deep}.nothing }}"),
        ] {
            all_end(&world, [text], ANY);
        }
    }
}

#[test]
fn lengths_are_bounded() {
    let world = World::new();
    assert_eq!(world.evaluate(&"x".repeat(MAX_LENGTH)), Ok(json!("x".repeat(MAX_LENGTH))));
    let long = |filler: &str, length: usize| filler.repeat(length.div_ceil(filler.len()));
    all_end(&world, [long("x", MAX_LENGTH + 1), long("é", MAX_LENGTH + 1)], &[End::TooLong]);
    all_end(&world, [long("$", MAX_LENGTH), long("{}", MAX_LENGTH), long("☕", MAX_LENGTH - 2)], &[End::Value]);
    all_end(&world, [long("$${", MAX_LENGTH - 2)], &[End::Value]);
    all_end(&world, [long("${", MAX_LENGTH), long("${'", MAX_LENGTH - 2), long("${(", MAX_LENGTH - 2)], ANY);
    all_end(&world, ["${1}".repeat(MAX_EXPRESSIONS)], &[End::Value]);
    all_end(&world, ["${1}".repeat(MAX_EXPRESSIONS + 1), long("${1}", MAX_LENGTH)], &[End::TooLong]);
    let padded = |length: usize| format!("${{{}1}}", " ".repeat(length));
    all_end(&world, [padded(MAX_EXPRESSION - 10)], &[End::Value]);
    all_end(&world, [padded(MAX_EXPRESSION + 1), format!("${{ '{}' }}", "x".repeat(MAX_EXPRESSION))], &[End::TooLong]);
    let digits = "9".repeat(MAX_EXPRESSION - 100);
    let numbers = [
        format!("${{ {digits} }}"),
        format!("${{ 0.{digits} }}"),
        format!("${{ 1e{digits} }}"),
        format!("${{ 0x{digits} }}"),
    ];
    all_end(&world, numbers, ANY);
    all_end(
        &world,
        [repeated("", "a", 60_000, ""), repeated("parameters", ".a-", 20_000, ""), repeated("#", "a", 60_000, "()")],
        ANY,
    );
    all_end(
        &world,
        [repeated("T(", "a.", 30_000, "a)"), repeated("new ", "a.", 30_000, "a()")],
        &[End::TooLong, End::TooDeep, End::OtherError],
    );
}
