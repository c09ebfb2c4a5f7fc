//! Plans of runs, and single expressions, without doing anything.

use gennaker_app::AppError;
use gennaker_proto::v1;
use gennaker_proto::v1::planned_stage::Verdict;
use serde_json::{Value, json};

use crate::world::{World, ann, request};

const PIPELINE: &str = "applications/shop/pipelines/deploy";

fn pipeline() -> Value {
    json!({
        "parameters": [{"name": "size", "type": "TYPE_INTEGER", "defaultValue": "2"}, {"name": "env", "required": true}],
        "stages": [
            {"id": "vars", "evaluateVariables": {"variables": [
                {"name": "double", "value": "${ parameters.size * 2 }"},
                {"name": "text", "value": "${ double } in ${ parameters.env }"},
            ]}},
            {"id": "ask", "dependsOn": ["vars"], "condition": "parameters.env == 'prod'", "manualJudgment": {
                "instructions": "Go to ${ parameters.env }?",
            }},
            {"id": "call", "dependsOn": ["ask"], "webhook": {
                "url": "https://hooks.example.com/${ parameters.env }", "payload": {"size": "${ parameters.size }"},
            }},
            {"id": "after", "dependsOn": ["call"], "wait": {"duration": "1s", "skipText": "${ #stage('call').outputs.webhook.body.id }"}},
        ],
    })
}

async fn world() -> World {
    let world = World::with_shop().await;
    world.pipeline("deploy", pipeline()).await;
    world
}

async fn plan(world: &World, more: Value) -> v1::PlanExecutionResponse {
    let mut body = json!({ "pipeline": PIPELINE });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.app.plan_execution(ann(), request(body)).await.unwrap()
}

fn stage<'a>(plan: &'a v1::PlanExecutionResponse, id: &str) -> &'a v1::PlannedStage {
    plan.stages.iter().find(|stage| stage.id == id).unwrap_or_else(|| panic!("no stage {id}"))
}

fn json_of<T: prost::Message + prost::Name>(message: &T) -> Value {
    gennaker_proto::json::encode(message)
}

#[tokio::test(start_paused = true)]
async fn a_plan_shows_every_expression_with_what_it_reads_and_calls_nothing() {
    let world = world().await;
    let plan = plan(&world, json!({"parameters": {"env": "prod", "size": "3"}})).await;
    assert_eq!(plan.problems, []);
    let url = &stage(&plan, "call").expressions;
    let url = url.iter().find(|expression| expression.field == "webhook.url").unwrap();
    assert_eq!(
        json_of(url),
        json!({
            "field": "webhook.url", "source": "https://hooks.example.com/${ parameters.env }",
            "reads": {"parameters.env": "prod"}, "value": "https://hooks.example.com/prod",
        })
    );
    let text = &stage(&plan, "vars").expressions[1];
    assert_eq!(json_of(text)["value"], "6 in prod", "a variable reads those before it");
    let ask = stage(&plan, "ask");
    assert_eq!(
        (ask.verdict(), json_of(ask.condition.as_ref().unwrap())["value"].clone()),
        (Verdict::Runs, json!(true))
    );
    assert_eq!(json_of(ask)["tasks"][0]["kind"], "KIND_JUDGMENT");
    assert_eq!(json_of(ask)["inputs"]["instructions"], "Go to prod?");
    assert!(world.egress.requests().is_empty(), "nothing is called");
    let none = request(json!({"parent": "applications/shop"}));
    assert_eq!(world.app.list_executions(ann(), none).await.unwrap().executions, [], "nothing is started");
}

#[tokio::test(start_paused = true)]
async fn what_only_a_run_will_show_is_said_to_be_unknown() {
    let world = world().await;
    let plan = plan(&world, json!({"parameters": {"env": "dev"}})).await;
    assert_eq!(stage(&plan, "ask").verdict(), Verdict::Skipped);
    let after = stage(&plan, "after");
    assert_eq!(after.verdict(), Verdict::Unknown);
    let expression = &after.expressions[0];
    assert!(expression.unknown && expression.value.is_none(), "{expression:?}");
    assert!(expression.error.contains("webhook"), "{}", expression.error);
}

#[tokio::test(start_paused = true)]
async fn what_variables_compute_is_known_to_the_stages_after_them() {
    let world = world().await;
    let mut definition = pipeline();
    definition["stages"][1]["manualJudgment"]["instructions"] = json!("${ text }, all of ${ double }?");
    definition["stages"][2] = json!({"id": "call", "dependsOn": ["ask"], "wait": {"duration": "1s"}});
    definition["stages"][3]["wait"]["skipText"] = json!("${ doubel }");
    let plan = plan(&world, json!({"definition": definition, "parameters": {"env": "dev", "size": "4"}})).await;
    assert_eq!(stage(&plan, "ask").verdict(), Verdict::Skipped);
    assert_eq!(stage(&plan, "after").verdict(), Verdict::Fails, "a wait puts nothing out that would explain it");
    let plan = self::plan(&world, json!({"definition": definition, "parameters": {"env": "prod", "size": "4"}})).await;
    let ask = stage(&plan, "ask");
    assert_eq!(json_of(ask)["inputs"]["instructions"], "8 in prod, all of 8?", "{ask:?}");
}

#[tokio::test(start_paused = true)]
async fn mistakes_are_named_before_anything_runs() {
    let world = world().await;
    let mut wrong = pipeline();
    wrong["stages"][2]["webhook"]["url"] = json!("https://x/${ parameters.envv }");
    let plan = plan(&world, json!({"definition": wrong, "parameters": {"env": "dev"}})).await;
    let call = stage(&plan, "call");
    assert_eq!(call.verdict(), Verdict::Fails);
    assert!(call.problem.contains("parameters has no \"envv\"; it has env, size"), "{}", call.problem);
    let plan = self::plan(&world, json!({})).await;
    assert_eq!(plan.problems[0].field, "parameters.env");
    let plan = self::plan(
        &world,
        json!({"definition": {"stages": [{"id": "a", "dependsOn": ["b"], "wait": {"duration": "1s"}}]}}),
    )
    .await;
    assert!(plan.stages.is_empty() && !plan.problems.is_empty(), "{plan:?}");
}

#[tokio::test(start_paused = true)]
async fn a_plan_against_a_past_execution_knows_what_its_stages_put_out() {
    let world = world().await;
    world.egress.reply("POST", "https://hooks.example.com/dev", 200, r#"{"id": "job-7"}"#);
    let body = json!({"pipeline": PIPELINE, "parameters": {"env": "dev"}});
    let started = world.app.start_execution(ann(), request(body)).await.unwrap().execution.unwrap();
    world.follow(&started.name).await;
    let calls = world.egress.requests().len();
    let plan = plan(&world, json!({"execution": started.name})).await;
    assert_eq!(plan.parameters["env"], "dev");
    let after = stage(&plan, "after");
    assert_eq!(after.verdict(), Verdict::Runs, "{}", after.problem);
    assert_eq!(json_of(&after.expressions[0])["value"], "job-7");
    assert_eq!(world.egress.requests().len(), calls, "nothing is called again");
    let evaluate = |expression: &str, stage: &str| {
        let body = json!({"execution": started.name, "expression": expression, "stage": stage});
        let app = world.app.clone();
        async move { app.evaluate_expression(ann(), request(body)).await }
    };
    let result = evaluate("#stage('call').outputs.webhook.statusCode + 1", "").await.unwrap().result.unwrap();
    assert_eq!(json_of(&result)["value"], 201.0);
    let result = evaluate("the ${ double }", "after").await.unwrap().result.unwrap();
    assert_eq!(json_of(&result)["value"], "the 4");
    let result = evaluate("${ nothing }", "after").await.unwrap().result.unwrap();
    assert!(result.value.is_none() && result.error.contains("nothing"), "{result:?}");
    let refused = evaluate("1", "nope").await.unwrap_err();
    assert!(matches!(refused, AppError::InvalidArgument { .. }), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn a_deployment_is_planned_with_all_its_steps() {
    let world = World::with_shop().await;
    let cluster =
        json!({"account": "local", "region": "local", "image": "shop:${ parameters.version }", "redBlack": {}});
    let definition = json!({
        "parameters": [{"name": "version", "defaultValue": "7"}],
        "stages": [{"id": "deploy", "deploy": {"clusters": [cluster]}}],
    });
    world.pipeline("deploy", definition).await;
    let plan = plan(&world, json!({})).await;
    let names: Vec<(&str, &str)> =
        plan.stages.iter().map(|stage| (stage.parent.as_str(), stage.kind.as_str())).collect();
    assert!(names.contains(&("deploy", "create_server_group")), "{names:?}");
    let create = plan.stages.iter().find(|stage| stage.kind == "create_server_group").unwrap();
    assert_eq!(json_of(create)["inputs"]["cluster"]["image"], "shop:7");
    assert_eq!(world.cloud.effects().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_has_saved_yet_is_planned() {
    let world = World::with_shop().await;
    let plan_of = |name: &str, definition: Value| {
        let body = json!({"pipeline": format!("applications/{name}"), "definition": definition});
        let app = world.app.clone();
        async move { app.plan_execution(ann(), request(body)).await.unwrap() }
    };
    let definition = json!({"displayName": "New", "stages": [
        {"id": "ask", "manualJudgment": {"instructions": "${ 1 + 1 } of them?"}},
    ]});
    let plan = plan_of("shop/pipelines/new", definition).await;
    assert_eq!(plan.problems, []);
    assert_eq!(json_of(stage(&plan, "ask"))["inputs"]["instructions"], "2 of them?");

    let target = json!({"account": "local", "region": "local", "serverGroup": "shop-main-v003"});
    let resize = json!({"target": target, "resize": {"exact": {"min": 1, "desired": 3, "max": 5}}});
    let definition = json!({"stages": [{"id": "operation", "resizeServerGroup": resize}]});
    let plan = plan_of("shop/pipelines/operation", definition).await;
    assert_eq!(plan.problems, []);
    let operation = stage(&plan, "operation");
    assert_eq!(operation.verdict(), Verdict::Runs, "{}", operation.problem);
    assert!(!operation.tasks.is_empty(), "{operation:?}");
    let target = json!({"account": "local", "cluster": "shop-main", "regions": ["local"]});
    let definition = json!({"stages": [{"id": "operation", "rollbackCluster": {"target": target}}]});
    let plan = plan_of("shop/pipelines/operation", definition).await;
    let operation = stage(&plan, "operation");
    assert_eq!(operation.verdict(), Verdict::Unknown, "which one it goes back to is found by its tasks");
    assert_eq!(operation.problem, "what it does after its tasks depends on what they find");

    assert!(world.cloud.effects().is_empty());
    let saved = world.app.list_pipelines(ann(), request(json!({"parent": "applications/shop"}))).await.unwrap();
    assert_eq!(saved.pipelines, []);
}

#[tokio::test(start_paused = true)]
async fn whatever_is_wrong_with_a_draft_is_in_the_answer() {
    let world = World::with_shop().await;
    for (definition, field) in [
        (json!({"stages": [{"id": "a"}]}), "stages[0].kind"),
        (json!({"stages": [{"id": "", "group": {}}]}), "stages[0].id"),
        (json!({"stages": [{"id": "a", "wait": {"duration": "1s"}}, {"id": "a", "group": {}}]}), "stages[1].id"),
        (json!({"stages": [{"id": "a", "wait": {"duration": "-1s"}}]}), "stages[0].wait.duration"),
        (json!({"stages": [{"id": "a", "group": {}, "window": {"timeZone": "Nowhere/Town"}}]}), "stages[0].window"),
        (json!({"stages": [{"id": "a", "wait": {"skipText": "${ 1 + }"}}]}), "stages[0].wait.skip_text"),
        (json!({"parameters": [{"name": "a b"}]}), "parameters[0].name"),
        (
            json!({"stages": [{"id": "a", "deploy": {"clusters": [{"account": "mars"}]}}]}),
            "stages[0].deploy.clusters[0]",
        ),
        (json!({"stages": [{"id": "a", "resizeServerGroup": {}}]}), "stages[0].resize_server_group"),
    ] {
        let plan = plan(&world, json!({ "definition": definition })).await;
        let fields: Vec<&str> = plan.problems.iter().map(|problem| problem.field.as_str()).collect();
        assert!(fields.iter().any(|found| found.starts_with(field)), "{definition}: {:?}", plan.problems);
        assert!(plan.stages.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn preconditions_are_expressions_too() {
    let world = World::with_shop().await;
    let check = json!({"preconditions": [{"expression": {"expression": "parameters.size > 1"}}]});
    let definition = json!({
        "parameters": [{"name": "size", "type": "TYPE_INTEGER", "defaultValue": "2"}],
        "stages": [{"id": "check", "checkPreconditions": check}],
    });
    world.pipeline("deploy", definition).await;
    let plan = plan(&world, json!({})).await;
    let expression = json_of(&stage(&plan, "check").expressions[0]);
    assert_eq!(expression["source"], "parameters.size > 1");
    assert_eq!((&expression["value"], &expression["reads"]), (&json!(true), &json!({"parameters.size": 2.0})));
}
