//! Expressions that need answers from outside.

use gennaker_core::execution::ExecutionStatus;
use gennaker_ports::EgressError;
use serde_json::{Value, json};

use super::story::{Story, World, stage};

const URL: &str = "https://config.example/shop?key=hidden";

fn judgment(world: &World, instructions: &str) -> Story {
    let mut story = world.start(vec![stage("it", "manual_judgment", json!({"instructions": instructions}))], json!({}));
    story.settle();
    story
}

fn instructions(story: &Story) -> Value {
    let stage = story.stage("it");
    stage.failure.as_ref().map_or_else(|| stage.inputs["instructions"].clone(), |failure| json!(failure.message))
}

#[test]
fn answers_are_looked_up_before_a_stage_is_planned() {
    let world = World::new();
    world.egress.reply("GET", URL, 200, r#"{"owner": "ada"}"#);
    world.records.add_pipeline("shop", "release", "Release it");
    let text = format!("${{ #jsonFromUrl('{URL}').owner }} runs ${{ #pipelineId('Release it') }}");
    let story = judgment(&world, &text);
    assert_eq!(instructions(&story), "ada runs applications/shop/pipelines/release", "{}", story.tree());
    let tasks: Vec<&str> = story.stage("it").tasks.iter().map(|task| task.spec.name.as_str()).collect();
    assert_eq!(tasks, ["look_up", "look_up", "wait_for_judgment"], "a text goes as far as it can");
    assert_eq!(world.egress.requests().len(), 1);
}

#[test]
fn an_answer_can_be_what_another_one_is_asked_for_by() {
    let world = World::new();
    world.egress.reply("GET", URL, 200, "https://config.example/next");
    world.egress.reply("GET", "https://config.example/next", 200, "here");
    let story = judgment(&world, &format!("${{ #fromUrl(#fromUrl('{URL}')) }}"));
    assert_eq!(instructions(&story), "here", "{}", story.tree());
}

#[test]
fn what_can_not_be_looked_up_fails_the_stage() {
    let world = World::new();
    let refused = |text: &str| instructions(&judgment(&world, text)).as_str().unwrap().to_owned();
    world.egress.reply("GET", URL, 404, "nothing");
    let said = refused(&format!("${{ #fromUrl('{URL}') }}"));
    assert!(said.contains("https://config.example/shop was answered with 404: nothing"), "{said}");
    assert!(!said.contains("shop was answered with 404: nothing?key"), "{said}");
    let said = refused("${ #applicationMetadata('zoo').email }");
    assert!(said.contains("there is no application \"zoo\""), "{said}");

    world.egress.answer("GET", "https://down/", Err(EgressError::Unreachable("the connection was refused".into())));
    let mut story = judgment(&world, "${ #fromUrl('https://down/') }");
    assert_eq!(story.status(), ExecutionStatus::Running, "it is tried again");
    story.finish();
    assert!(
        story.failure().contains("GET https://down/ has no answer: the connection was refused"),
        "{}",
        story.failure()
    );
}

#[test]
fn urls_are_read_only_where_the_operator_allows_it() {
    let world = World::with(|context| context.url_functions = false);
    let story = judgment(&world, &format!("${{ #fromUrl('{URL}') }}"));
    let said = instructions(&story).as_str().unwrap().to_owned();
    assert!(said.contains("`expressions.url_functions`"), "{said}");
    assert_eq!(world.egress.requests().len(), 0);
}

#[test]
fn mistakes_come_before_look_ups() {
    let world = World::new();
    let story = judgment(&world, &format!("${{ #fromUrl('{URL}') }} ${{ parameters.nope }}"));
    assert_eq!(story.stage("it").tasks.len(), 1, "{}", story.tree());
    let config = json!({"instructions": format!("${{ #fromUrl('{URL}') }}"), "judges": ["${ parameters.nope }"]});
    let story = world.start(vec![stage("it", "manual_judgment", config)], json!({}));
    assert!(story.failure().starts_with("manual_judgment.judges[0]: "), "{}", story.failure());
}

#[test]
fn stages_of_spinnaker_do_not_run() {
    let story = World::new().run_one("spinnaker", json!({"type": "deployManifest", "context": {"a": "${ b }"}}));
    assert_eq!(
        story.failure(),
        "Spinnaker's stage \"deployManifest\" can't run here yet; put a stage of another kind in its place"
    );
}
