//! Answers from outside the execution.

use serde_json::json;

use super::World;
use crate::expression::{Fact, Lookup, LookupFunction, Template, evaluate};

fn missing(world: &World, text: &str) -> Option<Lookup> {
    evaluate(text, world.environment()).unwrap_err().missing().cloned()
}

#[test]
fn what_is_not_known_is_asked_for() {
    let mut world = World::new();
    let text = "${ #jsonFromUrl(parameters.name + '/x').a }";
    assert!(Template::parse(text).unwrap().looks_up());
    assert!(!Template::parse("${ #toInt('1') }").unwrap().looks_up());
    let lookup = missing(&world, text).unwrap();
    assert_eq!(lookup, Lookup { function: LookupFunction::FromUrl, arguments: vec![json!("shop/x")] });
    let fact = Fact::Value(json!("{\"a\": 1}"));
    world.facts.insert(lookup.key(), serde_json::to_value(fact).unwrap());
    assert_eq!(world.said(text), json!(1));
}

#[test]
fn one_answer_serves_all_ways_of_reading_it() {
    let world = World::new();
    let url = "'https://example.com/build.json'";
    assert_eq!(world.said(&format!("${{ #fromUrl({url}).length() + #jsonFromUrl({url}).number }}")), json!(56));
    let lookup = missing(&world, "${ #pipelineIdOrNull('New') }").unwrap();
    assert_eq!(lookup.key(), "pipelineId(\"shop\", \"New\")");
    assert_eq!(missing(&world, "${ #pipelineId('New') }"), Some(lookup));
}

#[test]
fn failures_are_told() {
    let world = World::new();
    let long = world.said("${ #fromUrl('x'.repeat(3000)) }");
    assert!(long.as_str().unwrap().starts_with("! what is looked up is longer than the limit of 2048"), "{long}");
    let told = ["${ #fromUrl('https://example.com/gone') }", "${ #pipelineId('Gone') }", "${ #fromUrl(1) }"];
    insta::assert_snapshot!(told.map(|text| world.said(text).as_str().unwrap().to_owned()).join("\n"), @r#"
    ! fromUrl: https://example.com/gone answered 404, at character 4, in ${ #fromUrl('https://example.com/gone') }
    ! pipelineId: application "shop" has no pipeline "Gone", at character 4, in ${ #pipelineId('Gone') }
    ! fromUrl needs a text, found the number 1, at character 4, in ${ #fromUrl(1) }
    "#);
}
