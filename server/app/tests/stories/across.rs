//! Lists and streams over all applications, of which everybody gets what they may read.

use std::collections::BTreeSet;

use gennaker_ports::{Access, Target};
use gennaker_proto::v1;
use gennaker_proto::v1::watch_executions_response::Message;
use serde_json::{Value, json};

use crate::world::{World, ann, next_told, reason, request};

/// With the applications `shop`, `bank` and `vault`, each with the pipeline `p`.
async fn world() -> World {
    let world = World::with_shop().await;
    for application in ["bank", "vault"] {
        make(&world, application).await;
    }
    world.pipeline("p", pipeline()).await;
    for application in ["bank", "vault"] {
        add_pipeline(&world, application).await;
    }
    world
}

async fn make(world: &World, application: &str) {
    let body = json!({"applicationId": application, "application": {"email": "a@b"}});
    world.app.create_application(ann(), request(body)).await.unwrap();
}

fn pipeline() -> Value {
    json!({
        "displayName": "Release it", "concurrency": {"maxConcurrent": 0},
        "parameters": [{"name": "image", "defaultValue": "hello:1"}],
        "stages": [{"id": "a", "manualJudgment": {}}],
    })
}

async fn add_pipeline(world: &World, application: &str) {
    let parent = format!("applications/{application}");
    let body = json!({"parent": parent, "pipelineId": "p", "pipeline": pipeline()});
    world.app.create_pipeline(ann(), request(body)).await.unwrap();
}

/// Starts the pipeline of an application. The execution's name.
async fn start(world: &World, application: &str, more: Value) -> String {
    let mut body = json!({"pipeline": format!("applications/{application}/pipelines/p")});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    // Ids made in the same millisecond are in no order.
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    world.app.start_execution(ann(), request(body)).await.unwrap().execution.unwrap().name
}

async fn page(world: &World, body: Value) -> v1::ListExecutionsResponse {
    let mut all = json!({"parent": "applications/-"});
    all.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    world.app.list_executions(ann(), request(all)).await.unwrap()
}

async fn found(world: &World, filter: &str) -> Vec<String> {
    page(world, json!({ "filter": filter })).await.executions.into_iter().map(|execution| execution.name).collect()
}

fn hide(world: &World, application: &str) {
    world.rights.deny(Some(Access::Read), Some(Target::Application(application.to_owned())));
}

async fn judge(world: &World, name: &str) {
    let body = json!({"name": name, "decision": "DECISION_CONTINUE"});
    world.app.submit_judgment(ann(), request(body)).await.unwrap();
    world.follow(name).await;
}

#[tokio::test(start_paused = true)]
async fn executions_of_all_applications_are_listed_page_by_page() {
    let world = world().await;
    let mut names = Vec::new();
    for application in ["shop", "bank", "vault", "shop", "bank"] {
        names.push(start(&world, application, json!({})).await);
    }
    names.reverse();
    assert_eq!(found(&world, "").await, names);
    hide(&world, "vault");
    names.remove(2);
    let first = page(&world, json!({"pageSize": 3})).await;
    let second = page(&world, json!({"pageSize": 3, "pageToken": first.next_page_token})).await;
    assert_eq!((first.executions.len(), second.next_page_token.as_str()), (3, ""));
    let both: Vec<String> = first.executions.into_iter().chain(second.executions).map(|it| it.name).collect();
    assert_eq!(both, names, "without what the caller may not read");
    let whole = page(&world, json!({"includeStages": true, "pageSize": 1})).await;
    let stage = &whole.executions[0].stages[0];
    assert_eq!(stage.waiting.as_ref().unwrap().kind(), v1::waiting::Kind::Judgment);
    assert!(stage.allowed_actions().any(|action| action == v1::StageAction::SubmitJudgment));

    world.rights.deny(Some(Access::Read), Some(Target::System));
    let refused = world.app.list_executions(ann(), request(json!({"parent": "applications/-"}))).await;
    assert_eq!(reason(refused), "PERMISSION_DENIED");
}

#[tokio::test(start_paused = true)]
async fn the_filters_of_one_application_are_those_of_all() {
    let world = world().await;
    let shop = start(&world, "shop", json!({})).await;
    let bank = start(&world, "bank", json!({})).await;
    judge(&world, &bank).await;
    assert_eq!(found(&world, "active=true").await, [shop.as_str()]);
    assert_eq!(found(&world, "status=SUCCEEDED").await, [bank.as_str()]);
    assert_eq!(found(&world, "pipeline=p actor=ann cause=MANUAL").await, [bank.as_str(), shop.as_str()]);
    assert_eq!(found(&world, "pipeline=applications/shop/pipelines/p status=RUNNING").await, [shop.as_str()]);
    assert!(found(&world, "pipeline=applications/shop/pipelines/p status=SUCCEEDED").await.is_empty());
    let times = page(&world, json!({})).await.executions;
    let time = times[0].create_time.unwrap();
    let time = text(time.seconds);
    assert_eq!(found(&world, &format!("created<{time}")).await.len(), 0);
    assert_eq!(found(&world, &format!("created>={time}")).await.len(), 2);
    assert!(found(&world, "created>=2200-01-01T00:00:00Z").await.is_empty());
    assert_eq!(found(&world, "created<2200-01-01T00:00:00Z status=SUCCEEDED").await, [bank]);
}

/// A time of the world's clock, rounded down to a second, as a filter has it.
fn text(seconds: i64) -> String {
    gennaker_core::Timestamp::from_secs(seconds).to_string()
}

#[tokio::test(start_paused = true)]
async fn text_is_looked_for_in_what_people_know_an_execution_by() {
    let world = world().await;
    let more = json!({"reason": "Fix the RED button", "parameters": {"image": "hello:2.7-rc1"}});
    let red = start(&world, "shop", more).await;
    let plain = start(&world, "bank", json!({})).await;
    let id = red.rsplit('/').next().unwrap().to_lowercase();
    for text in ["red", "\"red button\"", "2.7-RC", &id, "nothing,fix", "\"no, nothing\",BUTTON"] {
        assert_eq!(found(&world, &format!("text={text}")).await, [red.as_str()], "{text}");
    }
    for text in ["RELEASE", "\"release it\"", "p", "ann"] {
        assert_eq!(found(&world, &format!("text={text}")).await, [plain.as_str(), red.as_str()], "{text}");
    }
    for text in ["\"button red\"", &id[..3], "0"] {
        assert!(found(&world, &format!("text={text}")).await.is_empty(), "{text}");
    }
    assert!(found(&world, "text=red status=SUCCEEDED").await.is_empty());
    let unquoted = json!({"parent": "applications/-", "filter": "text=red button"});
    assert_eq!(reason(world.app.list_executions(ann(), request(unquoted)).await), "INVALID_ARGUMENT");
    let of_one = json!({"parent": "applications/bank", "filter": "text=button"});
    assert!(world.app.list_executions(ann(), request(of_one)).await.unwrap().executions.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_search_stops_after_a_while_and_goes_on_with_its_token() {
    let world = world().await;
    let wanted = start(&world, "bank", json!({"reason": "needle"})).await;
    for _ in 0..5100 {
        let body = json!({"pipeline": "applications/shop/pipelines/p"});
        world.app.start_execution(ann(), request(body)).await.unwrap();
    }
    let first = page(&world, json!({"filter": "text=needle"})).await;
    assert!(first.executions.is_empty() && !first.next_page_token.is_empty(), "it has looked at enough");
    let second = page(&world, json!({"filter": "text=needle", "pageToken": first.next_page_token})).await;
    assert_eq!(second.executions[0].name, wanted);
    assert!(second.next_page_token.is_empty());
}

/// The executions that a stream tells of until its next heartbeat.
async fn told_of(stream: &mut gennaker_app::Stream<gennaker_app::Encoded<v1::WatchExecutionsResponse>>) -> Told {
    let mut told = Told::default();
    loop {
        let message = next_told(stream).await;
        told.token = message.resume_token;
        match message.message.unwrap() {
            Message::Heartbeat(_) => return told,
            Message::Snapshot(_) => drop(told.snapshots.insert(message.execution)),
            Message::Event(_) => drop(told.events.insert(message.execution)),
        }
    }
}

#[derive(Default)]
struct Told {
    snapshots: BTreeSet<String>,
    events: BTreeSet<String>,
    token: String,
}

fn set<const N: usize>(names: [&String; N]) -> BTreeSet<String> {
    names.into_iter().cloned().collect()
}

#[tokio::test(start_paused = true)]
async fn one_subject_follows_all_applications() {
    let world = world().await;
    hide(&world, "vault");
    let shop = start(&world, "shop", json!({})).await;
    start(&world, "vault", json!({})).await;
    let ended = start(&world, "bank", json!({})).await;
    judge(&world, &ended).await;
    let watch = |token: &str| {
        let body = json!({"subjects": [{"name": "applications/-"}], "resumeToken": token});
        world.app.watch_executions(ann(), request(body))
    };
    let mut stream = watch("").await.unwrap();
    let told = told_of(&mut stream).await;
    assert_eq!((told.snapshots, told.events), (set([&shop]), BTreeSet::new()), "what has not ended");

    let bank = start(&world, "bank", json!({})).await;
    start(&world, "vault", json!({})).await;
    make(&world, "later").await;
    add_pipeline(&world, "later").await;
    let later = start(&world, "later", json!({})).await;
    let told = told_of(&mut stream).await;
    assert_eq!(told.snapshots, set([&bank, &later]), "also of applications that were made later");
    drop(stream);

    judge(&world, &shop).await;
    let another = start(&world, "bank", json!({})).await;
    let mut stream = watch(&told.token).await.unwrap();
    let told = told_of(&mut stream).await;
    assert!(told.snapshots.contains(&shop) && told.snapshots.contains(&another), "{:?}", told.snapshots);
    assert!(told.snapshots.iter().all(|name| !name.contains("/vault/")), "{:?}", told.snapshots);

    let body = json!({"name": ended, "stage": "a"});
    world.app.retry_stage(ann(), request(body)).await.unwrap();
    assert!(told_of(&mut stream).await.snapshots.contains(&ended), "what is retried comes up again");
    world.rights.deny(Some(Access::Read), Some(Target::System));
    assert_eq!(reason(watch("").await.map(drop)), "PERMISSION_DENIED");
}

#[tokio::test(start_paused = true)]
async fn pipelines_and_triggers_of_all_applications() {
    let world = world().await;
    for application in ["bank", "shop"] {
        let pipeline = format!("applications/{application}/pipelines/p");
        let body = json!({"parent": format!("applications/{application}"), "triggerId": "t",
            "trigger": {"pipeline": pipeline, "manual": {}}});
        world.app.create_trigger(ann(), request(body)).await.unwrap();
    }
    hide(&world, "vault");
    let body = json!({"parent": "applications/-"});
    let pipelines = world.app.list_pipelines(ann(), request(body.clone())).await.unwrap().pipelines;
    let names: Vec<&str> = pipelines.iter().map(|pipeline| pipeline.name.as_str()).collect();
    assert_eq!(names, ["applications/bank/pipelines/p", "applications/shop/pipelines/p"]);
    let (one, whole) = (&pipelines[0], json!({"name": names[0]}));
    let whole = world.app.get_pipeline(ann(), request(whole)).await.unwrap().pipeline.unwrap();
    assert_eq!((one.display_name.as_str(), one.update_time), ("Release it", whole.update_time));
    assert!(one.stages.is_empty() && one.parameters.is_empty(), "they are told apart by their names");
    let page = json!({"parent": "applications/-", "pageSize": 1});
    let first = world.app.list_pipelines(ann(), request(page)).await.unwrap();
    let page = json!({"parent": "applications/-", "pageSize": 1, "pageToken": first.next_page_token});
    assert_eq!(world.app.list_pipelines(ann(), request(page)).await.unwrap().pipelines[0].name, names[1]);

    world.rights.deny(Some(Access::Write), Some(Target::Application("bank".to_owned())));
    let triggers = world.app.list_triggers(ann(), request(body)).await.unwrap().triggers;
    let names: Vec<&str> = triggers.iter().map(|trigger| trigger.name.as_str()).collect();
    assert_eq!(names, ["applications/bank/triggers/t", "applications/shop/triggers/t"]);
    let of_one = json!({"parent": "applications/-", "pipeline": "applications/shop/pipelines/p"});
    let triggers = world.app.list_triggers(ann(), request(of_one)).await.unwrap().triggers;
    assert_eq!((triggers.len(), triggers[0].name.as_str()), (1, names[1]));
}

#[tokio::test(start_paused = true)]
async fn infrastructure_of_all_applications() {
    let world = world().await;
    for application in ["bank", "shop", "vault"] {
        let cluster = json!({"account": "local", "region": "local", "image": "hello:1",
            "capacity": {"min": 1, "desired": 1, "max": 1}});
        let body = json!({"parent": format!("applications/{application}"), "cluster": cluster});
        let execution = world.app.create_server_group(ann(), request(body)).await.unwrap().execution.unwrap();
        world.follow(&execution.name).await;
        let balancer = json!({"parent": "accounts/local/regions/local", "loadBalancerId": application, "loadBalancer": {
            "application": format!("applications/{application}"), "listeners": [{"port": 8080}]}});
        world.app.create_load_balancer(ann(), request(balancer)).await.unwrap();
    }
    hide(&world, "vault");
    let all = json!({"parent": "applications/-"});
    let groups = world.app.list_server_groups(ann(), request(all.clone())).await.unwrap().server_groups;
    let names: Vec<&str> = groups.iter().map(|group| group.name.rsplit('/').next().unwrap()).collect();
    assert_eq!(names, ["bank-v000", "shop-v000"]);
    let balancers = world.app.list_load_balancers(ann(), request(all.clone())).await.unwrap().load_balancers;
    let names: Vec<&str> = balancers.iter().map(|balancer| balancer.name.rsplit('/').next().unwrap()).collect();
    assert_eq!(names, ["bank", "shop"]);
    assert!(world.app.list_firewalls(ann(), request(all.clone())).await.unwrap().firewalls.is_empty());
    world.rights.deny(Some(Access::Read), Some(Target::System));
    assert_eq!(reason(world.app.list_server_groups(ann(), request(all)).await), "PERMISSION_DENIED");
}

#[tokio::test(start_paused = true)]
async fn nothing_else_takes_all_applications_for_one() {
    let world = world().await;
    let named = json!({"name": "applications/-"});
    assert_eq!(reason(world.app.get_application(ann(), request(named.clone())).await), "INVALID_ARGUMENT");
    assert_eq!(reason(world.app.delete_application(ann(), request(named)).await), "INVALID_ARGUMENT");
    let parent = json!({"parent": "applications/-", "pipelineId": "x", "pipeline": pipeline()});
    assert_eq!(reason(world.app.create_pipeline(ann(), request(parent)).await), "INVALID_ARGUMENT");
    let subject = json!({"subjects": [{"name": "applications/-/pipelines/p"}]});
    assert_eq!(reason(world.app.watch_executions(ann(), request(subject)).await.map(drop)), "NOT_FOUND");
    let sequence = json!({"subjects": [{"name": "applications/-", "afterSequence": "1"}]});
    assert_eq!(reason(world.app.watch_executions(ann(), request(sequence)).await.map(drop)), "INVALID_ARGUMENT");
}
