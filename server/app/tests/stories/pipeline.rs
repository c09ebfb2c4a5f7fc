//! Pipelines: what is refused, revisions, differences.

use gennaker_app::AppError;
use gennaker_proto::v1;
use gennaker_stages::CustomKinds;
use serde_json::{Value, json};

use crate::world::{World, ann, reason, request, violations};

async fn validate(world: &World, pipeline: Value) -> (Vec<String>, Vec<String>) {
    let body = json!({"parent": "applications/shop", "pipeline": pipeline});
    let found = world.app.validate_pipeline(ann(), request(body)).await.unwrap();
    let text =
        |found: Vec<v1::FieldViolation>| found.into_iter().map(|v| format!("{}: {}", v.field, v.description)).collect();
    (text(found.violations), text(found.warnings))
}

fn wait(id: &str, after: &[&str]) -> Value {
    json!({"id": id, "dependsOn": after, "wait": {"duration": "1s"}})
}

#[tokio::test]
async fn everything_that_is_wrong_is_found_at_once() {
    let world = World::with_shop().await;
    let pipeline = json!({
        "parameters": [
            {"name": "size", "type": "TYPE_INTEGER", "defaultValue": "big", "options": ["1", "two"]},
            {"name": "size"},
        ],
        "stages": [
            {"id": "a", "dependsOn": ["gone"], "wait": {"duration": "99999999s"}},
            {"id": "a", "wait": {"duration": "1s"}, "window": {"timeZone": "Mars", "days": ["DAY_OF_WEEK_MONDAY"]}},
            {"id": "b"},
            {"id": "c", "manualJudgment": {"instructions": "${ nope"}},
        ],
    });
    let (violations, _) = validate(&world, pipeline.clone()).await;
    for expected in [
        "stages[0].wait.duration: ",
        "stages[2].kind: ",
        "parameters[0].options[1]: must be a whole number",
        "parameters[0].default_value: ",
        "parameters[1].name: \"size\" is the name of parameters[0] already",
        "stages[1].window.time_zone: \"Mars\" is not a time zone",
        "stages[3].manual_judgment.instructions: ",
        "stages[1].id: stage id a is used by stages[0] already",
        "stages[0].depends_on[0]: stage a depends on gone",
    ] {
        let count = violations.iter().filter(|violation| violation.starts_with(expected)).count();
        assert_eq!(count, 1, "{expected} in {violations:#?}");
    }
    let create = json!({"parent": "applications/shop", "pipelineId": "p", "pipeline": pipeline});
    let refused = crate::world::violations(world.app.create_pipeline(ann(), request(create)).await.unwrap_err());
    assert!(refused.iter().all(|violation| violation.starts_with("pipeline.")), "{refused:?}");
}

#[tokio::test]
async fn what_kinds_notifications_and_artifacts_know_is_checked() {
    let kind = json!({
        "name": "ticket", "url": "https://tickets/${ parameterValues.id }",
        "parameters": [{"name": "id", "type": "number", "required": true}],
    });
    let world = World::with_kinds(CustomKinds::new(vec![serde_json::from_value(kind).unwrap()]).unwrap());
    world.shop().await;
    let expected = |id: &str, version: &str| json!({"id": id, "match": {"type": "docker/image", "version": version}});
    let slack = |when: &str| json!({"when": [when], "message": "${", "slack": {"channel": "#a"}});
    let pipeline = json!({
        "expectedArtifacts": [expected("img", "1.*"), expected("img", "("), {"id": "any", "match": {}}],
        "notifications": [slack("OCCASION_STAGE_FAILED")],
        "stages": [
            {"id": "a", "condition": "parameters.", "wait": {"duration": "1s"}},
            {"id": "b", "condition": "#fromUrl('http://x') == 'y'", "wait": {"duration": "1s"}},
            {"id": "c", "notifications": [slack("OCCASION_JUDGMENT_REQUESTED")], "wait": {"duration": "1s"}},
            {"id": "d", "expectedArtifacts": [{"id": "any", "usePrior": true, "match": {"name": "x"}}], "group": {}},
            {"id": "e", "checkPreconditions": {"preconditions": [{"expression": {"expression": "1 +"}}]}},
            {"id": "f", "webhook": {"url": "http://x", "payload": {"deep": ["${ 1 + }"]}, "monitor": {"statusPath": "$["}}},
            {"id": "g", "custom": {"kind": "ticket", "parameters": {"id": "seven"}}},
            {"id": "h", "custom": {"kind": "gone"}},
            {"id": "i", "deploy": {"clusters": [{"account": "local", "region": "east", "imageArtifact": "none"}]}},
            {"id": "j", "deploy": {"clusters": [{"account": "local", "region": "east", "imageArtifact": "any"}]}},
        ],
    });
    let (violations, warnings) = validate(&world, pipeline).await;
    for expected in [
        "expected_artifacts[1].id: \"img\" is the id of expected_artifacts[0] already",
        "expected_artifacts[1].match.version: \"(\" is not a regular expression",
        "notifications[0].when[0]: is about a stage",
        "notifications[0].message: ",
        "stages[0].condition: ",
        "stages[1].condition: has a function that looks something up",
        "stages[2].notifications[0].message: ",
        "stages[3].expected_artifacts[0].id: \"any\" is the id of expected_artifacts[2] already",
        "stages[4].check_preconditions.preconditions[0].expression.expression: ",
        "stages[5].webhook.payload.deep[0]: ",
        "stages[5].webhook.monitor.status_path: ",
        "stages[6].custom.parameters.id: ",
        "stages[7].custom.kind: ",
        "stages[8].deploy.clusters[0].image_artifact: \"none\" is no expected artifact",
    ] {
        let count = violations.iter().filter(|violation| violation.starts_with(expected)).count();
        assert_eq!(count, 1, "{expected} in {violations:#?}");
    }
    assert!(violations.iter().all(|violation| !violation.starts_with("stages[9]")), "{violations:#?}");
    for expected in [
        "expected_artifacts[2].match: matches any artifact at all",
        "stages[2].notifications[0].when[0]: is never sent",
        "stages[3].expected_artifacts[0].use_prior: does nothing here",
    ] {
        assert!(warnings.iter().any(|warning| warning.starts_with(expected)), "{expected} in {warnings:#?}");
    }
    let kinds = world.app.list_stage_kinds(ann(), request(json!({}))).await.unwrap().kinds;
    let ticket = kinds.iter().find(|kind| kind.kind == "custom/ticket").unwrap();
    assert_eq!((ticket.fields.len(), ticket.fields[0].required), (1, true));
}

#[tokio::test]
async fn a_circle_and_too_many_stages_are_refused() {
    let world = World::with(|options| {
        options.limits.max_stages_per_pipeline = 5;
        options.limits.max_graph_depth = 3;
    });
    world.shop().await;
    let (violations, _) = validate(&world, json!({"stages": [wait("a", &["b"]), wait("b", &["a"])]})).await;
    assert_eq!(violations.len(), 1);
    assert!(violations[0].contains("in a circle"), "{violations:?}");
    let stages = |count: usize| -> Vec<Value> { (0..count).map(|n| wait(&format!("s{n}"), &[])).collect() };
    assert_eq!(validate(&world, json!({"stages": stages(5)})).await.0, Vec::<String>::new());
    assert_eq!(
        validate(&world, json!({"stages": stages(6)})).await.0,
        ["stages: a pipeline has at most 5 stages; this one has 6"]
    );
    let chain = |depth: usize| -> Vec<Value> {
        (0..depth)
            .map(|n| if n == 0 { wait("s0", &[]) } else { wait(&format!("s{n}"), &[&format!("s{}", n - 1)]) })
            .collect()
    };
    assert!(validate(&world, json!({"stages": chain(3)})).await.0.is_empty());
    assert!(validate(&world, json!({"stages": chain(4)})).await.0[0].starts_with("stages: the longest path"));
}

#[tokio::test]
async fn what_is_not_there_yet_is_a_warning() {
    let world = World::with_shop().await;
    let (violations, warnings) = validate(&world, json!({
        "name": "applications/shop/pipelines/p",
        "stages": [
            {"id": "d", "deploy": {"clusters": [{"account": "moon", "region": "local", "image": "x"},
                {"account": "local", "region": "mars", "image": "x"}, {"account": "${ parameters.a }", "region": "r"}]}},
            {"id": "r", "runPipeline": {"pipeline": "applications/shop/pipelines/other"}},
            {"id": "s", "runPipeline": {"pipeline": "applications/shop/pipelines/p"}},
        ],
    }))
    .await;
    assert_eq!(violations, Vec::<String>::new());
    assert_eq!(
        warnings,
        [
            "stages[0].deploy.clusters[0].account: there is no account \"moon\"; there are: local",
            "stages[0].deploy.clusters[1].region: account \"local\" has no region \"mars\"; it has: east, local, west",
            "stages[1].run_pipeline.pipeline: there is no pipeline \"applications/shop/pipelines/other\" yet",
            "stages[2].run_pipeline.pipeline: the pipeline runs itself",
        ]
    );
    assert_eq!(validate(&world, json!({})).await.1, ["stages: the pipeline has no stages; a run of it does nothing"]);
}

#[tokio::test]
async fn every_save_is_a_revision() {
    let world = World::with_shop().await;
    let name = "applications/shop/pipelines/p";
    world.pipeline("p", json!({"stages": [wait("a", &[])]})).await;
    let change =
        |stages: Value, message: &str| json!({"pipeline": {"name": name, "stages": stages}, "message": message});
    let second = change(json!([wait("a", &[]), wait("b", &["a"])]), "add b");
    world.app.update_pipeline(ann(), request(second.clone())).await.unwrap();
    let same = world.app.update_pipeline(ann(), request(second)).await.unwrap().pipeline.unwrap();
    assert_eq!(same.revision, 2, "a save that changes nothing makes no revision");

    let list = |body: Value| world.app.list_pipeline_revisions(ann(), request(body));
    let all = list(json!({"parent": name})).await.unwrap().revisions;
    assert_eq!(all.iter().map(|r| (r.revision, r.message.as_str())).collect::<Vec<_>>(), [(2, "add b"), (1, "")]);
    let page = list(json!({"parent": name, "pageSize": 1})).await.unwrap();
    assert_eq!(page.revisions[0].revision, 2);
    let page = list(json!({"parent": name, "pageSize": 1, "pageToken": page.next_page_token})).await.unwrap();
    assert_eq!((page.revisions[0].revision, page.next_page_token.as_str()), (1, ""));

    let diff = json!({"name": name, "fromRevision": "1"});
    let diff = world.app.diff_pipeline_revisions(ann(), request(diff)).await.unwrap();
    assert_eq!(diff.changes.len(), 1);
    assert_eq!((diff.changes[0].path.as_str(), diff.changes[0].before.as_str()), ("stages[b]", ""));
    assert!(diff.unified_diff.contains("+      \"id\": \"b\""), "{}", diff.unified_diff);

    let restore = json!({"name": format!("{name}/revisions/1"), "etag": same.etag, "requestId": "x"});
    let restored =
        world.app.restore_pipeline_revision(ann(), request(restore.clone())).await.unwrap().pipeline.unwrap();
    assert_eq!((restored.revision, restored.stages.len()), (3, 1));
    let again = world.app.restore_pipeline_revision(ann(), request(restore)).await.unwrap().pipeline.unwrap();
    assert_eq!(again, restored);
    let old = json!({"name": format!("{name}/revisions/2")});
    let old = world.app.get_pipeline_revision(ann(), request(old)).await.unwrap().revision.unwrap();
    assert_eq!(old.pipeline.unwrap().stages.len(), 2);
    let missing = json!({"name": format!("{name}/revisions/9")});
    assert_eq!(reason(world.app.get_pipeline_revision(ann(), request(missing)).await), "NOT_FOUND");
}

#[tokio::test]
async fn belongs_to_an_application_and_stays_while_triggers_name_it() {
    let world = World::with_shop().await;
    let orphan = json!({"parent": "applications/none", "pipelineId": "p", "pipeline": {"stages": [wait("a", &[])]}});
    let Err(AppError::NotFound(missing)) = world.app.create_pipeline(ann(), request(orphan)).await else { panic!() };
    assert_eq!((missing.kind, missing.name.as_str()), ("application", "applications/none"));

    world.pipeline("p", json!({"stages": [wait("a", &[])]})).await;
    let trigger = json!({"parent": "applications/shop", "triggerId": "t",
        "trigger": {"pipeline": "applications/shop/pipelines/p", "manual": {}}});
    world.app.create_trigger(ann(), request(trigger)).await.unwrap();
    let delete = || world.app.delete_pipeline(ann(), request(json!({"name": "applications/shop/pipelines/p"})));
    assert_eq!(reason(delete().await), "PIPELINE_HAS_TRIGGERS");
    world.app.delete_trigger(ann(), request(json!({"name": "applications/shop/triggers/t"}))).await.unwrap();
    delete().await.unwrap();
}

#[tokio::test]
async fn the_kinds_of_stages_are_described() {
    let world = World::new();
    let kinds = world.app.list_stage_kinds(ann(), request(json!({}))).await.unwrap().kinds;
    let described: Vec<&str> = kinds.iter().map(|kind| kind.kind.as_str()).collect();
    for kind in gennaker_stages::Kinds::names() {
        assert!(described.contains(&kind), "{kind} is not described");
    }
    let error = violations(world.app.get_pipeline(ann(), request(json!({"name": "x"}))).await.unwrap_err());
    assert!(error[0].starts_with("name: "));
}
