//! Stages that must make artifacts.

use gennaker_core::Timestamp;
use gennaker_core::artifact::{Artifact, ExpectedArtifact};
use gennaker_core::execution::{Command, ExecutionId, ExecutionStatus, StageDefinition};
use serde_json::{Map, Value, json};

use super::story::{Story, World, sequence, stage};

const URL: &str = "https://ci.example/build";

fn expected(id: &str, default: Option<&str>) -> ExpectedArtifact {
    let image = |name: &str| Artifact { kind: "docker/image".into(), name: name.into(), ..Artifact::default() };
    ExpectedArtifact {
        id: id.into(),
        display_name: format!("the {id}"),
        matches: image("shop.*"),
        use_prior: false,
        default: default.map(image),
    }
}

fn makes(expected: ExpectedArtifact, stage: StageDefinition) -> StageDefinition {
    StageDefinition { expected_artifacts: vec![expected], ..stage }
}

/// A stage that expects an image, and one that uses it.
fn build(answer: &Value, expected: ExpectedArtifact) -> Story {
    let world = World::new();
    world.egress.reply("POST", URL, 200, answer.to_string());
    let build = makes(expected, stage("build", "webhook", json!({"url": URL})));
    let text = "uses ${ #stage('build').outputs.resolvedExpectedArtifacts[0].boundArtifact.name }";
    let mut story =
        world.start(sequence([build, stage("use", "manual_judgment", json!({"instructions": text}))]), json!({}));
    story.settle();
    story
}

#[test]
fn what_was_made_is_bound() {
    let answer = json!({"artifacts": [
        {"type": "docker/image", "name": "other"}, {"type": "docker/image", "name": "shop", "version": "2"},
    ]});
    let story = build(&answer, expected("image", None));
    assert_eq!(
        story.outputs("build")["resolvedExpectedArtifacts"],
        json!([{
            "id": "image", "displayName": "the image", "source": "produced",
            "boundArtifact": {"type": "docker/image", "name": "shop", "version": "2"},
        }])
    );
    assert_eq!(story.stage("use").inputs["instructions"], "uses shop");
}

#[test]
fn a_default_steps_in_and_without_one_the_stage_fails() {
    let story = build(&json!({}), expected("image", Some("fallback")));
    assert_eq!(story.stage("use").inputs["instructions"], "uses fallback");
    let story = build(&json!({"artifacts": [{"type": "helm/chart", "name": "shop"}]}), expected("image", None));
    assert_eq!(story.status(), ExecutionStatus::Terminal);
    let failure = story.failure();
    assert!(failure.contains("which is not what is expected: \"the image\""), "{failure}");
}

#[test]
fn what_another_pipeline_made_is_bound() {
    let world = World::new();
    let run = stage("run", "run_pipeline", json!({"pipeline": "applications/shop/pipelines/other"}));
    let mut story = world.start(vec![makes(expected("image", None), run)], json!({}));
    story.settle();
    let made = json!({"artifacts": [{"type": "docker/image", "name": "shop-a"}]});
    story.command(&Command::ChildFinished {
        stage: "run".into(),
        child: ExecutionId::from_parts(Timestamp::from_secs(2_000_000), 1),
        status: ExecutionStatus::Succeeded,
        outputs: made.as_object().cloned().unwrap_or_else(Map::new),
        failure: None,
    });
    story.settle();
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    assert_eq!(story.outputs("run")["resolvedExpectedArtifacts"][0]["boundArtifact"]["name"], "shop-a");
}
