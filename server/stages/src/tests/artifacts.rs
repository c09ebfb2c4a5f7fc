//! Images that are given by artifacts.

use gennaker_core::artifact::{Artifact, ArtifactSource, ResolvedArtifact};
use gennaker_core::execution::{StageDefinition, Start};
use serde_json::{Value, json};

use super::story::{Story, World, sequence, stage};

fn bound(id: &str, reference: &str) -> ResolvedArtifact {
    ResolvedArtifact {
        id: id.into(),
        display_name: id.into(),
        artifact: Artifact { kind: "local/image".into(), reference: reference.into(), ..Artifact::default() },
        source: ArtifactSource::Received,
    }
}

fn given(start: &mut Start) {
    start.resolved_artifacts = vec![bound("img", "shop:2"), bound("empty", "")];
}

fn cluster(image: &Value) -> Value {
    let mut cluster = json!({"account": "local", "region": "east", "stack": "prod"});
    cluster.as_object_mut().unwrap().extend(image.as_object().unwrap().clone());
    cluster
}

fn deploy(image: Value) -> StageDefinition {
    stage("it", "create_server_group", json!({ "cluster": cluster(&image) }))
}

fn finished(stages: Vec<StageDefinition>) -> Story {
    let mut story = World::new().start_with(stages, json!({}), given);
    story.finish();
    story
}

#[test]
fn a_deploy_takes_the_image_of_an_artifact_of_the_pipeline() {
    let story = finished(vec![deploy(json!({"imageArtifact": "img"}))]);
    assert_eq!(story.stage("it").inputs["cluster"]["image"], "shop:2", "{}", story.tree());
    assert_eq!(story.stage("it").inputs["cluster"].get("imageArtifact"), None);
    let deploy = stage("it", "deploy", json!({"clusters": [cluster(&json!({"imageArtifact": "img"}))]}));
    assert_eq!(finished(vec![deploy]).outputs("it")["deployments"][0]["image"], "shop:2");
}

#[test]
fn a_deploy_takes_the_image_of_an_artifact_that_a_stage_before_has_made() {
    let resolved = serde_json::to_string(&[bound("made", "accounts/local/regions/east/images/shop:3")]).unwrap();
    let variables = json!([{"name": "resolvedExpectedArtifacts", "value": format!("${{ #readJson('{resolved}') }}")}]);
    let make = stage("make", "evaluate_variables", json!({ "variables": variables }));
    let story = finished(sequence([make, deploy(json!({"imageArtifact": "made"}))]));
    assert_eq!(story.stage("it").inputs["cluster"]["image"], "shop:3", "{}", story.tree());
}

#[test]
fn a_clone_takes_the_image_of_an_artifact() {
    let world = World::new();
    world.seed("east", "shop-v001", 1, true);
    let source = json!({"account": "local", "region": "east", "serverGroup": "shop-v001"});
    let config = json!({"source": source, "overrides": {"imageArtifact": "img"}});
    let mut story = world.start_with(vec![stage("it", "clone_server_group", config)], json!({}), given);
    story.finish();
    assert_eq!(story.outputs("it")["deployments"][0]["image"], "shop:2", "{}", story.tree());
}

#[test]
fn artifacts_that_are_no_image_are_told() {
    let failure = |image: Value| finished(vec![deploy(image)]).failure();
    assert_eq!(failure(json!({"imageArtifact": "none"})), "there is no artifact none; there are img, empty");
    assert_eq!(
        failure(json!({"imageArtifact": "empty"})),
        "the artifact empty has no reference that could be an image"
    );
    assert_eq!(
        failure(json!({"image": "shop:1", "imageArtifact": "img"})),
        "the stage names the image shop:1 and the artifact img; give one"
    );
}
