//! What a run would do, shown without doing any of it.

use gennaker_client::v1;
use gennaker_client::v1::planned_stage::Verdict;
use gennaker_parts::Http;
use gennaker_parts::http::Reply;
use gennaker_proto::values::value_of;
use gennaker_tests::{World, gennaker};
use serde_json::{Value, json};

fn pipeline(service: &Http) -> Value {
    json!({
        "displayName": "Planned",
        "parameters": [{"name": "size", "type": "TYPE_INTEGER", "defaultValue": "2"}],
        "notifications": [
            {"when": ["OCCASION_PIPELINE_COMPLETE", "OCCASION_PIPELINE_FAILED"], "webhook": {"url": service.url("/told")}},
        ],
        "stages": [
            {"id": "decide", "evaluateVariables": {"variables": [{"name": "double", "value": "${ parameters.size * 2 }"}]}},
            {"id": "large", "dependsOn": ["decide"], "condition": "parameters.size > 10", "wait": {"duration": "1s"}},
            {"id": "call", "dependsOn": ["large"], "webhook": {"url": service.url("/${ parameters.size }")}},
            {"id": "read", "dependsOn": ["call"], "evaluateVariables": {"variables": [
                {"name": "body", "value": "of another service"},
            ]}},
            {"id": "after", "dependsOn": ["call"], "evaluateVariables": {"variables": [
                {"name": "code", "value": "${ #stage('call').outputs.webhook.statusCode }"},
            ]}},
        ],
    })
}

fn stage<'a>(plan: &'a v1::PlanExecutionResponse, id: &str) -> &'a v1::PlannedStage {
    plan.stages.iter().find(|stage| stage.id == id).unwrap_or_else(|| panic!("there is no stage {id}: {plan:#?}"))
}

fn value(expression: &v1::PlannedExpression) -> Value {
    expression.value.as_ref().map(value_of).unwrap_or_default()
}

#[tokio::test]
async fn a_plan_calls_nobody_and_keeps_nothing() {
    let service = Http::start().await.unwrap();
    service.on("POST", "/4", Reply::ok("{}"));
    let world = World::with(&["egress.allowed_networks=127.0.0.0/8", "expressions.url_functions=true"]).await;
    let mut definition = pipeline(&service);
    definition["stages"][3]["evaluateVariables"]["variables"][0]["value"] =
        json!(format!("${{ #fromUrl('{}') }}", service.url("/text")));
    let name = world.save("planned", &definition).await;
    let request = json!({"pipeline": name, "parameters": {"size": "4"}});
    let plan = world.call::<v1::PlanExecutionRequest>(request).await.unwrap();
    assert_eq!(plan.problems, []);
    let decide = stage(&plan, "decide");
    assert_eq!((decide.verdict(), value(&decide.expressions[0])), (Verdict::Runs, json!(8)), "{decide:#?}");
    assert_eq!(stage(&plan, "large").verdict(), Verdict::Skipped);
    let call = stage(&plan, "call");
    assert_eq!(value(&call.expressions[0]), json!(service.url("/4")), "{call:#?}");
    assert_eq!(stage(&plan, "after").verdict(), Verdict::Unknown);
    assert!(stage(&plan, "read").expressions[0].unknown, "{plan:#?}");
    assert_eq!(service.connections(), 0, "a plan calls nobody");
    let executions = v1::ListExecutionsRequest { parent: gennaker_tests::APPLICATION.to_owned(), ..Default::default() };
    assert!(world.server.client.list(executions).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_command_line_plans_and_evaluates() {
    let service = Http::start().await.unwrap();
    let world = World::new().await;
    let mut definition = pipeline(&service);
    definition["stages"].as_array_mut().unwrap().truncate(2);
    definition["notifications"] = json!([]);
    let name = world.save("planned", &definition).await;
    let server = Some(world.server.address.as_str());
    let plan = gennaker(server, &["plan", "hello/planned", "-p", "size=3"]).await.good();
    assert!(plan.contains("${ parameters.size * 2 } → 6") && plan.contains("would be skipped"), "{plan}");
    let wrong = gennaker(server, &["plan", "hello/planned", "-p", "size=many"]).await;
    assert_eq!(wrong.code, 65, "{wrong:?}");

    let execution = world.start(&name).await;
    world.end(&execution).await;
    let value = gennaker(server, &["evaluate", &execution, "#stage('decide').outputs.double + 1"]).await;
    assert_eq!((value.code, value.stdout.trim()), (0, "5"), "{value:?}");
    let none = gennaker(server, &["evaluate", &execution, "${ nothing.here }"]).await;
    assert!(none.code == 65 && none.stderr.contains("nothing"), "{none:?}");
    let as_it_ran = gennaker(server, &["plan", "hello/planned", "--execution", &execution]).await.good();
    assert!(as_it_ran.contains("→ 4"), "{as_it_ran}");
}

const DRAFT: &str = "\
kind: Pipeline
name: hello/draft
parameters:
  - {name: size, type: TYPE_INTEGER, defaultValue: \"2\"}
stages:
  - id: decide
    evaluateVariables:
      variables:
        - {name: half, value: \"${ parameters.size / 2 }\"}
  - id: say
    dependsOn: [decide]
    manualJudgment: {instructions: \"${ half } of ${ parameters.size }?\"}
";

#[tokio::test]
async fn a_draft_in_a_file_is_planned_before_anybody_saves_it() {
    let world = World::new().await;
    let server = Some(world.server.address.as_str());
    world.save("draft", &json!({"stages": [{"id": "old", "group": {}}]})).await;
    let file = world.directory.path().join("draft.yaml");
    let path = file.to_str().unwrap();
    std::fs::write(&file, DRAFT).unwrap();
    let plan = gennaker(server, &["plan", "hello/draft", "--file", path, "-p", "size=9"]).await.good();
    assert!(plan.contains("→ \"4 of 9?\"") && !plan.contains("old"), "{plan}");
    assert!(gennaker(server, &["get", "pipeline", "hello/draft"]).await.good().contains("old"), "nothing was saved");

    std::fs::write(&file, DRAFT.replace("hello/draft", "hello/unsaved")).unwrap();
    let plan = gennaker(server, &["plan", "hello/unsaved", "--file", path, "-p", "size=9"]).await.good();
    assert!(plan.contains("→ \"4 of 9?\""), "there need not be such a pipeline: {plan}");
    assert!(!gennaker(server, &["list", "pipelines"]).await.good().contains("unsaved"), "nothing was saved");

    std::fs::write(&file, DRAFT.replace("${ half } of", "${ hal } of")).unwrap();
    let wrong = gennaker(server, &["plan", "hello/draft", "--file", path]).await;
    assert!(wrong.code == 65 && wrong.stdout.contains("would fail") && wrong.stdout.contains("hal"), "{wrong:?}");
    std::fs::write(&file, DRAFT.replace("dependsOn: [decide]", "dependsOn: [decid]")).unwrap();
    let refused = gennaker(server, &["plan", "hello/draft", "--file", path]).await;
    assert!(refused.code == 65 && format!("{refused:?}").contains("decid"), "{refused:?}");
}
