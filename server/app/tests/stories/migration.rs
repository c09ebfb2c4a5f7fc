//! Pipelines from Spinnaker, and back.

use gennaker_app::Caller;
use gennaker_ports::{Access, Target};
use gennaker_proto::v1;
use gennaker_proto::v1::import_finding::Severity;
use serde_json::{Value, json};

use crate::world::{World, ann, reason, request};

const ID: &str = "0b0e3a51-6e4c-5c41-8f07-0b1f5a1c5d01";
const OTHER: &str = "0b0e3a51-6e4c-5c41-8f07-0b1f5a1c5d02";

fn release(more: Value) -> Value {
    let mut document = json!({"application": "shop", "name": "Release it", "id": ID, "limitConcurrent": true, "stages": [
        {"refId": "1", "requisiteStageRefIds": [], "type": "wait", "name": "Wait", "waitTime": "${ parameters.pause }"},
        {"refId": "2", "requisiteStageRefIds": ["1"], "type": "pipeline", "name": "Test", "pipeline": OTHER,
            "waitForCompletion": "${ parameters.waits }", "stageEnabled": {"type": "expression", "expression": "#stage('Wait').status == 'SUCCEEDED'"}},
    ], "parameterConfig": [{"name": "pause", "default": "5"}, {"name": "waits", "default": "true"}, {"name": "image-tag", "default": "1.2"}],
        "triggers": [{"type": "webhook", "source": "shop-push", "enabled": true}]});
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    document
}

fn test(more: Value) -> Value {
    let mut document = json!({"application": "shop", "name": "Test it", "id": OTHER, "stages": [
        {"refId": "1", "requisiteStageRefIds": [], "type": "wait", "name": "Wait", "waitTime": 1}]});
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    document
}

async fn import_as(world: &World, caller: &Caller, documents: &[Value], check: bool) -> Vec<v1::ImportedPipeline> {
    let texts: Vec<String> = documents.iter().map(Value::to_string).collect();
    let body = json!({"parent": "applications/shop", "documents": texts, "validateOnly": check});
    world.app.import_spinnaker_pipelines(caller, request(body)).await.unwrap().pipelines
}

async fn import(world: &World, documents: &[Value]) -> Vec<v1::ImportedPipeline> {
    import_as(world, ann(), documents, false).await
}

fn errors(imported: &v1::ImportedPipeline) -> Vec<String> {
    let errors = imported.findings.iter().filter(|finding| finding.severity() == Severity::Error);
    errors.map(|finding| format!("{}: {}", finding.path, finding.reason)).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_imported_runs() {
    let world = World::with_shop().await;
    let imported = import(&world, &[release(json!({})), test(json!({}))]).await;
    let names: Vec<&str> = imported.iter().map(|imported| imported.pipeline.as_ref().unwrap().name.as_str()).collect();
    assert_eq!(names, ["applications/shop/pipelines/release-it", "applications/shop/pipelines/test-it"]);
    assert!(imported.iter().all(|imported| imported.saved), "{imported:#?}");
    assert!(!imported[0].pipeline.as_ref().unwrap().etag.is_empty());
    assert!(!imported[0].findings.iter().any(|finding| finding.reason.contains("there is no pipeline")));
    let execution = world.start("release-it").await;
    let ended = world.follow(&execution.name).await;
    assert_eq!(ended.status(), v1::ExecutionStatus::Succeeded, "{ended:#?}");
    let outputs = gennaker_proto::json::encode(&ended)["stages"][1]["outputs"].clone();
    assert_eq!(outputs["status"], "SUCCEEDED", "{outputs}");
}

#[tokio::test]
async fn a_check_saves_nothing() {
    let world = World::with_shop().await;
    let imported = import_as(&world, ann(), &[release(json!({}))], true).await;
    assert!(!imported[0].saved && imported[0].pipeline.is_some());
    assert_eq!(errors(&imported[0]), [""; 0]);
    let list = world.app.list_pipelines(ann(), request(json!({"parent": "applications/shop"}))).await.unwrap();
    assert_eq!(list.pipelines, []);
}

#[tokio::test]
async fn an_import_again_changes_the_same_pipeline() {
    let world = World::with_shop().await;
    world.pipeline("release-it", json!({"stages": []})).await;
    let first = import(&world, &[release(json!({}))]).await.remove(0);
    let pipeline = first.pipeline.unwrap();
    assert_eq!(pipeline.name, "applications/shop/pipelines/release-it-2", "the id was taken");
    let trigger = &first.triggers[0];
    let webhook = |trigger: &v1::Trigger| match trigger.source.clone() {
        Some(v1::trigger::Source::Webhook(webhook)) => webhook,
        other => panic!("{other:?}"),
    };
    assert!(!webhook(trigger).path.is_empty());

    let mut body = gennaker_proto::json::encode(trigger);
    body["webhook"] = json!({"hmacSecret": "env:PUSH"});
    world.app.update_trigger(ann(), request(json!({"trigger": body}))).await.unwrap();
    let mut labelled = gennaker_proto::json::encode(&pipeline);
    labelled["labels"]["team"] = json!("a");
    world.app.update_pipeline(ann(), request(json!({"pipeline": labelled}))).await.unwrap();

    let triggers =
        json!([{"type": "webhook", "source": "shop-push"}, {"type": "cron", "cronExpression": "0 0 8 * * ?"}]);
    let second = import(&world, &[release(json!({"name": "Release all", "triggers": triggers}))]).await.remove(0);
    let renamed = second.pipeline.unwrap();
    assert_eq!((renamed.name.as_str(), renamed.revision), (pipeline.name.as_str(), 3));
    assert_eq!(renamed.display_name, "Release all");
    assert_eq!(renamed.labels["team"], "a", "what people have added stays");
    assert_eq!(webhook(&second.triggers[0]).hmac_secret, "env:PUSH", "what people have set stays");
    assert_eq!(second.triggers.len(), 2);

    let third = import(&world, &[release(json!({"triggers": []}))]).await.remove(0);
    let notes: Vec<&str> = third.findings.iter().map(|finding| finding.reason.as_str()).collect();
    assert_eq!(notes.iter().filter(|note| note.contains("is not in the document")).count(), 2, "{notes:?}");
}

#[tokio::test]
async fn a_pipeline_without_an_id_is_known_by_its_name() {
    let world = World::with_shop().await;
    for revision in [1, 2] {
        let text = format!("revision {revision}");
        let imported = import(&world, &[test(json!({"id": null, "description": text}))]).await.remove(0);
        let pipeline = imported.pipeline.unwrap();
        assert_eq!((pipeline.name.as_str(), pipeline.revision), ("applications/shop/pipelines/test-it", revision));
    }
}

#[tokio::test]
async fn what_is_wrong_with_one_pipeline_is_told_and_the_others_are_saved() {
    let world = World::with_shop().await;
    let circle = json!([
        {"refId": "1", "requisiteStageRefIds": ["2"], "type": "wait", "waitTime": 1},
        {"refId": "2", "requisiteStageRefIds": ["1"], "type": "manualJudgment", "instructions": "${ nope"},
    ]);
    let texts = json!({"triggers": [{"type": "webhook", "source": "x", "payloadConstraints": {"ref": "("}}]});
    let documents =
        [test(json!({"stages": circle})), release(texts), json!([test(json!({"id": "3", "name": "Third"}))])];
    let imported = import(&world, &documents).await;
    assert_eq!(imported.iter().map(|imported| imported.saved).collect::<Vec<_>>(), [false, false, true]);
    let wrong = errors(&imported[0]);
    for expected in ["pipeline.stages[1].manual_judgment.instructions: ", "pipeline.stages[0].depends_on: "] {
        assert!(wrong.iter().any(|error| error.starts_with(expected)), "{expected} in {wrong:#?}");
    }
    assert!(
        errors(&imported[1])[0].starts_with("triggers[0].webhook.payload_constraints"),
        "{:#?}",
        errors(&imported[1])
    );
    assert_eq!(imported[2].document, "documents[2][0]");
    let list = world.app.list_pipelines(ann(), request(json!({"parent": "applications/shop"}))).await.unwrap();
    assert_eq!(list.pipelines.len(), 1, "a pipeline is saved with its triggers or not at all");
}

#[tokio::test]
async fn what_can_not_run_yet_is_kept_and_given_back() {
    let world = World::with_shop().await;
    let manifest = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"replicas": 3}});
    let stage =
        json!({"refId": "1", "type": "deployManifest", "name": "Deploy", "account": "k8s", "manifests": [manifest]});
    let imported = import(&world, &[test(json!({"stages": [stage]}))]).await.remove(0);
    assert!(imported.saved, "{:?}", imported.findings);
    assert_eq!(imported.findings.iter().filter(|finding| finding.severity() == Severity::Unsupported).count(), 1);
    let start = json!({"pipeline": "applications/shop/pipelines/test-it"});
    assert_eq!(reason(world.app.start_execution(ann(), request(start)).await), "UNSUPPORTED_STAGE");
    let export = json!({"name": "applications/shop/pipelines/test-it"});
    let exported = world.app.export_spinnaker_pipeline(ann(), request(export)).await.unwrap();
    let document: Value = serde_json::from_str(&exported.document).unwrap();
    assert_eq!(document["stages"][0]["manifests"], json!([manifest]));
    assert_eq!((&document["id"], &document["stages"][0]["type"]), (&json!(OTHER), &json!("deployManifest")));
}

#[tokio::test]
async fn an_export_names_pipelines_by_their_ids() {
    let world = World::with_shop().await;
    import(&world, &[release(json!({})), test(json!({}))]).await;
    let export = json!({"name": "applications/shop/pipelines/release-it"});
    let exported = world.app.export_spinnaker_pipeline(ann(), request(export)).await.unwrap();
    let document: Value = serde_json::from_str(&exported.document).unwrap();
    assert_eq!(document["stages"][1]["pipeline"], OTHER);
    assert_eq!(document["stages"][0]["waitTime"], "${ parameters.pause }");
    assert_eq!(document["triggers"][0]["source"], "shop-push");
    assert!(!exported.document.contains("token"), "the token of a webhook stays here");
    assert_eq!(exported.findings, []);
}

#[tokio::test]
async fn a_template_is_filled_in() {
    let world = World::with_shop().await;
    let template = json!({"schema": "v2", "id": "t", "variables": [{"name": "pause", "type": "int"}], "pipeline": {"stages": [
        {"refId": "1", "type": "wait", "waitTime": "${ templateVariables.pause }"}]}});
    let configuration = json!({"schema": "v2", "application": "shop", "name": "Of a template", "id": ID,
        "template": {"reference": "spinnaker://t"}, "variables": {"pause": 7}});
    let body = json!({"parent": "applications/shop", "documents": [configuration.to_string()], "templates": [template.to_string()]});
    let imported = world.app.import_spinnaker_pipelines(ann(), request(body)).await.unwrap().pipelines.remove(0);
    assert!(imported.saved, "{:?}", imported.findings);
    let wait = json!({"duration": "7s"});
    assert_eq!(gennaker_proto::json::encode(&imported.pipeline.unwrap())["stages"][0]["wait"], wait);
}

#[tokio::test]
async fn who_may_not_start_pipelines_makes_no_triggers() {
    let world = World::with_shop().await;
    world.rights.deny(Some(Access::Execute), Some(Target::Application("shop".to_owned())));
    let imported = import(&world, &[release(json!({})), test(json!({}))]).await;
    assert_eq!(imported.iter().map(|imported| imported.saved).collect::<Vec<_>>(), [false, true]);
    assert!(errors(&imported[0])[0].starts_with("triggers: "), "{:?}", errors(&imported[0]));
    world.rights.deny(Some(Access::Write), None);
    let body = json!({"parent": "applications/shop", "documents": ["{}"]});
    assert_eq!(reason(world.app.import_spinnaker_pipelines(ann(), request(body)).await), "PERMISSION_DENIED");
}

/// The pipelines that the importer is tested with, which are written as people have them.
fn corpus() -> Vec<Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../spinnaker/tests/corpus");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let texts = files.iter().filter(|path| path.is_file()).map(|path| std::fs::read_to_string(path).unwrap());
    texts.map(|text| serde_json::from_str(&text).unwrap()).collect()
}

#[tokio::test]
async fn pipelines_as_people_have_them_pass_the_checks_of_any_other() {
    let world = World::with_shop().await;
    let corpus = corpus();
    let wrong: Vec<String> = import(&world, &corpus)
        .await
        .iter()
        .zip(&corpus)
        .filter(|(imported, _)| !imported.saved)
        .flat_map(|(imported, document)| {
            errors(imported).into_iter().map(|error| format!("{}: {error}", document["name"])).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(wrong, [""; 0]);
}
