//! Values that grow: what comes out, and what is made on the way.

use gennaker_core::expression::{MAX_EXPRESSIONS, MAX_OUTPUT};
use serde_json::{Value, json};

use super::{ANY, BOUNDED, End, all_end};
use crate::fixture::World;

#[test]
fn what_comes_out_is_bounded() {
    let half = "x".repeat(MAX_OUTPUT / 2);
    let list: Vec<Value> = (0..1_000).map(|_| json!("y".repeat(1_000))).collect();
    let world = World::with([("half", json!(half)), ("list", json!(list)), ("long", json!("z".repeat(2_000)))]);
    all_end(&world, ["${ parameters.half }", "${ parameters.half }${ parameters.half }"], &[End::Value]);
    all_end(&world, ["${ parameters.half }${ parameters.half }!"], BOUNDED);
    all_end(&world, ["${ parameters.long }".repeat(MAX_EXPRESSIONS)], BOUNDED);
    let again = "${ parameters.list } ".repeat(10);
    all_end(&world, ["${ {parameters.list, parameters.list, parameters.list} }", &again], BOUNDED);
    all_end(&world, ["${ #toJson({parameters.half, parameters.half, parameters.half}) }"], BOUNDED);
    let pile = "{parameters.half, parameters.half, parameters.half}.toString()";
    all_end(&world, [format!("${{ {pile} }}"), format!("${{ {pile}.length() }}")], BOUNDED);
}

/// Texts that double, and doublings of what has doubled.
#[test]
fn texts_do_not_explode() {
    let world = World::with([("long", json!("x".repeat(100_000))), ("many", json!(",".repeat(100_000)))]);
    for expression in [
        "'x'.repeat(2147483647)",
        "'x'.repeat(1000).repeat(1000).repeat(1000)",
        "'x' * 2147483647",
        "'xy' * 1000 * 1000 * 1000",
        "parameters.long.repeat(1000)",
        "parameters.long.replaceAll('x', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')",
        "parameters.long.replaceAll('', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')",
        "parameters.long.replace('x', parameters.long)",
        "parameters.long.replaceAll('x', '$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0')",
        "parameters.long.replaceAll('.*', parameters.long).replaceAll('.', parameters.long)",
        "T(String).join(parameters.long, parameters.many.split('', 0))",
        "T(String).join(parameters.long, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}.![#this.toString()])",
        "T(String).format('%2147483647d', 1)",
        "T(String).format('%999999999s', 'x')",
        "T(String).format('%.2147483647f', 1.5)",
        "T(String).format('%1000000d%1000000d%1000000d%1000000d', 1, 2, 3, 4)",
        "#toBase64(#toBase64(#toBase64(#toBase64(#toBase64(#toBase64(#toBase64(#toBase64(parameters.long))))))))",
        "T(java.net.URLEncoder).encode(T(java.net.URLEncoder).encode(parameters.many, 'UTF-8'), 'UTF-8').repeat(100)",
        "{1, 2, 3, 4, 5, 6, 7, 8, 9}.![{1, 2, 3, 4, 5, 6, 7, 8, 9}.![{1, 2, 3, 4, 5, 6, 7, 8, 9}.![{1, 2, 3, 4, 5, 6, 7, 8, 9}.![parameters.long + 'x']]]]",
        "parameters.many.split(',', -1).![parameters.many.split(',', -1)]",
        "parameters.many.split('', -1).![#root.parameters.many.split('', -1)]",
        "parameters.long.split('').![#this + #root.parameters.long]",
    ] {
        all_end(&world, [format!("${{ {expression} }}")], &[End::TooLong, End::TooCostly, End::OtherError]);
    }
    let doubled = |count: usize| format!("${{ {{'x'}}{} }}", ".![#this + #this]".repeat(count));
    all_end(&world, [doubled(10)], &[End::Value]);
    all_end(&world, [doubled(40), doubled(1_000)], BOUNDED);
}

/// A list of the same list twice, again and again: small in memory, and enormous for whoever walks over it.
#[test]
fn shared_parts_are_paid_for_as_often_as_they_are_seen() {
    let world = World::new();
    let shared = |count: usize| format!("{{'x'}}{}", ".![{#this, #this}]".repeat(count));
    let mapped = |count: usize| format!("{{'x'}}{}", ".![{a: #this, b: #this}]".repeat(count));
    for list in [shared(50), mapped(50)] {
        for walk in [
            format!("${{ {list} }}"),
            format!("a ${{ {list} }}"),
            format!("${{ #toJson({list}) }}"),
            format!("${{ {list}.toString() }}"),
            format!("${{ {list} + '' }}"),
            format!("${{ '' + {list} }}"),
            format!("${{ T(String).valueOf({list}) }}"),
            format!("${{ T(String).format('%s', {list}) }}"),
            format!("${{ {list} == {list} }}"),
            format!("${{ {list} != {list} }}"),
            format!("${{ {list}.equals({list}) }}"),
            format!("${{ {{{list}}}.contains({list}) }}"),
            format!("${{ {{{list}}}.indexOf({list}) }}"),
            format!("${{ {{a: {list}}}.containsValue({list}) }}"),
            format!("${{ {list}.containsAll({list}) }}"),
        ] {
            all_end(&world, [walk], BOUNDED);
        }
        // An error that shows the value shows its beginning only, and a hash may be as costly as it likes.
        for text in [
            format!("${{ {list} + 1 }}"),
            format!("${{ {list} < {list} }}"),
            format!("${{ {list}.nothing }}"),
            format!("${{ #toInt({list}) }}"),
            format!("${{ {list}.hashCode() }}"),
            format!("${{ {list}.size() }}"),
            format!("${{ {list}.contains({list}) }}"),
        ] {
            all_end(&world, [text], ANY);
        }
    }
}

#[test]
fn loops_within_loops_are_bounded() {
    let numbers: Vec<u32> = (0..300).collect();
    let world = World::with([("numbers", json!(numbers))]);
    let list = "#root.parameters.numbers";
    all_end(&world, [format!("${{ {list}.?[#this % 2 == 0].![#this * 2].size() }}")], &[End::Value]);
    for text in [
        format!("${{ {list}.![{list}.![{list}.![#this]]] }}"),
        format!("${{ {list}.?[{list}.?[{list}.?[#this < 0].size() > 0].size() > 0] }}"),
        format!(
            "${{ {list}.![{list}.contains(-1)].![{list}.contains(-1)].![{list}.indexOf(-1)].![{list}.![{list}.contains(-1)]] }}"
        ),
        format!("${{ {list}.^[{list}.^[{list}.^[false] != null] != null] }}"),
    ] {
        all_end(&world, [text], &[End::TooCostly]);
    }
}
