//! Calls of URLs, and what follows them.

use std::time::Duration;

use gennaker_core::execution::{Command, ErrandOutcome, ErrandState, ExecutionStatus, StageStatus};
use gennaker_ports::testing::egress::response;
use gennaker_ports::{EgressError, EgressResponse};
use serde_json::{Value, json};

use super::story::{Story, World, stage};

const URL: &str = "https://ci.example/jobs?token=hidden";
const STATUS: &str = "https://ci.example/jobs/7";

fn with_headers(url: &str, status: u16, headers: &[(&str, &str)], body: &str) -> EgressResponse {
    let headers = headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    EgressResponse { headers, ..response(url, status, body.to_owned()) }
}

/// The world in which the first call is answered so.
fn answered(status: u16, body: &str) -> World {
    let world = World::new();
    world.egress.reply("POST", URL, status, body.to_owned());
    world
}

fn run(world: &World, config: Value) -> Story {
    world.run(vec![stage("it", "webhook", config)])
}

/// How long the stage ran.
fn took(story: &Story) -> Duration {
    let stage = story.stage("it");
    stage.ended.unwrap().since(stage.started.unwrap())
}

#[test]
fn a_call_and_what_it_puts_out() {
    let world = World::new();
    let headers = [("x-a", "1"), ("x-a", "2"), ("set-cookie", "session=1")];
    let body = r#"{"id": 7, "artifacts": [{"type": "docker/image", "reference": "shop:2"}]}"#;
    world.egress.answer("PUT", URL, Ok(with_headers(URL, 201, &headers, body)));
    let story = world.start(
        vec![stage(
            "it",
            "webhook",
            json!({
                "url": URL, "method": "HTTP_METHOD_PUT",
                "payload": {"size": "${ parameters.size }", "list": [1, 2.5, "v${ parameters.size }"]},
                "headers": {"X-Who": "${ trigger.user }"}, "secretHeaders": {"Authorization": "env:TOKEN"},
            }),
        )],
        json!({"size": 3}),
    );
    let story = finished(story);
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    insta::assert_json_snapshot!(story.outputs("it"), @r#"
    {
      "artifacts": [
        {
          "reference": "shop:2",
          "type": "docker/image"
        }
      ],
      "webhook": {
        "body": {
          "artifacts": [
            {
              "reference": "shop:2",
              "type": "docker/image"
            }
          ],
          "id": 7
        },
        "headers": {
          "x-a": "1, 2"
        },
        "statusCode": 201
      }
    }
    "#);
    let [request] = &world.egress.requests()[..] else { panic!("one call") };
    assert_eq!(request.body, r#"{"list":[1,2.5,"v3"],"size":3}"#);
    let key = format!("{}:it:1:0:call", story.execution.id());
    let headers: Vec<(&str, &str)> =
        request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        headers,
        [
            ("x-who", "ada"),
            ("authorization", "sesame"),
            ("content-type", "application/json"),
            ("idempotency-key", key.as_str()),
        ]
    );
    let everything = format!("{:?}", story.execution);
    assert!(!everything.contains("sesame"), "the secret is kept nowhere");
}

fn finished(mut story: Story) -> Story {
    story.finish();
    story
}

#[test]
fn a_text_is_sent_and_kept_as_it_is() {
    let story = run(&answered(200, "fine"), json!({"url": URL, "payload": "a=1"}));
    assert_eq!(story.outputs("it")["webhook"]["body"], "fine");
    let requests = story.world.egress.requests();
    assert_eq!(requests[0].body, "a=1");
    assert!(requests[0].headers.contains(&("content-type".to_owned(), "text/plain; charset=utf-8".to_owned())));
}

#[test]
fn long_answers_are_cut() {
    let story = run(&answered(200, &format!("[\"{}\"]", "é".repeat(40_000))), json!({"url": URL}));
    let body = story.outputs("it")["webhook"]["body"].as_str().unwrap().to_owned();
    assert_eq!(body.len(), 64 * 1024);
}

#[test]
fn answers_that_fail_it() {
    let failure = |status: u16, config: Value| {
        let mut all = json!({"url": URL});
        all.as_object_mut().unwrap().extend(config.as_object().unwrap().clone());
        let story = run(&answered(status, "no  such\njob"), all);
        assert_eq!(story.status(), ExecutionStatus::Terminal);
        (story.failure(), story.world.egress.requests().len(), took(&story).as_secs())
    };
    let said =
        |status: u16, more: &str| format!("POST https://ci.example/jobs was answered with {status}: no such job{more}");
    assert_eq!(failure(404, json!({})), (said(404, ""), 1, 0));
    assert_eq!(failure(504, json!({})), (said(504, ""), 1, 0));
    assert_eq!(failure(503, json!({})), (said(503, ""), 6, 31));
    assert_eq!(failure(503, json!({"failFastStatuses": [503]})), (said(503, ""), 1, 0));
    let retries = json!({"retries": [{"status": 409, "maxAttempts": 3}]});
    assert_eq!(failure(409, retries), (said(409, " (3 times)"), 3, 20));
    let retries = json!({"retries": [{"status": 504, "maxAttempts": 2}]});
    assert_eq!(failure(504, retries), (said(504, " (2 times)"), 2, 10), "504 is no exception then");
    let (message, calls, secs) = failure(409, json!({"retries": [{"status": 409}]}));
    assert!(message.starts_with("call did not end within 5m"), "{message}");
    assert!((29..=31).contains(&calls) && secs == 300, "{calls} {secs}");
}

#[test]
fn each_status_has_attempts_of_its_own() {
    let world = World::new();
    for status in [409, 429, 409, 429, 200] {
        world.egress.reply("POST", URL, status, "");
    }
    let retries = json!([{"status": 409, "maxAttempts": 3}, {"status": 429, "maxAttempts": 3}]);
    let story = run(&world, json!({"url": URL, "retries": retries}));
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    assert_eq!(story.outputs("it"), json!({"webhook": {"statusCode": 200, "headers": {}, "body": ""}}));
}

#[test]
fn a_call_without_an_answer_is_repeated_under_its_key() {
    let world = World::new();
    world.egress.answer("POST", URL, Err(EgressError::Unreachable("the connection was refused".into())));
    world.egress.reply("POST", URL, 200, "");
    let story = run(&world, json!({"url": URL}));
    assert_eq!(story.status(), ExecutionStatus::Succeeded);
    let keys: Vec<_> = world.egress.requests().iter().map(|request| request.headers.clone()).collect();
    assert_eq!(keys[0], keys[1]);

    let world = World::new();
    world.egress.answer("POST", URL, Err(EgressError::Forbidden("10.0.0.1 is not allowed".into())));
    let story = run(&world, json!({"url": URL}));
    assert_eq!(story.failure(), "POST https://ci.example/jobs has no answer: 10.0.0.1 is not allowed");
}

fn monitor() -> Value {
    json!({
        "statusUrlFrom": "STATUS_URL_LOCATION_HEADER", "statusPath": "$.state", "progressPath": "$.note",
        "successStatuses": ["Done"], "canceledStatuses": ["ABORTED"], "terminalStatuses": ["failed"],
        "waitBefore": "30s",
    })
}

/// A call that sets off a job whose state is what each look gives.
fn followed(states: &[&str]) -> World {
    let world = World::new();
    world.egress.answer("POST", URL, Ok(with_headers(URL, 202, &[("location", "jobs/7")], "")));
    for state in states {
        world.egress.reply(
            "GET",
            STATUS,
            200,
            format!(r#"{{"state": {state}, "note": "at {}"}}"#, state.trim_matches('"')),
        );
    }
    world
}

fn follow(world: &World) -> Story {
    run(
        world,
        json!({"url": URL, "headers": {"X-A": "b"}, "secretHeaders": {"X-T": "env:TOKEN"}, "monitor": monitor()}),
    )
}

#[test]
fn the_progress_is_followed_to_its_end() {
    let story = follow(&followed(&["\"queued\"", "42", "\"DONE\""]));
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    assert_eq!(took(&story), Duration::from_secs(30 + 2));
    assert_eq!(
        story.outputs("it")["webhook"],
        json!({
            "statusCode": 202, "headers": {"location": "jobs/7"}, "body": "",
            "monitor": {
                "statusCode": 200, "statusEndpoint": STATUS, "resolvedValue": "DONE", "progressMessage": "at DONE",
                "body": {"state": "DONE", "note": "at DONE"},
            },
        })
    );
    let look = &story.world.egress.requests()[1];
    assert_eq!((look.method.as_str(), look.url.as_str(), look.body.len()), ("GET", STATUS, 0));
    let headers = [("x-a", "b"), ("x-t", "sesame")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(look.headers, headers);
}

#[test]
fn a_percentage_of_a_hundred_is_the_end() {
    let story = follow(&followed(&["99.9", "100"]));
    assert_eq!(story.status(), ExecutionStatus::Succeeded);
    assert_eq!(story.outputs("it")["webhook"]["monitor"]["percentComplete"], 100);
}

#[test]
fn what_was_followed_can_fail_or_be_canceled() {
    let story = follow(&followed(&["\"Failed\""]));
    assert_eq!(story.failure(), "GET https://ci.example/jobs/7: the status is Failed: at Failed");
    let story = follow(&followed(&["\"aborted\""]));
    assert_eq!((story.stage("it").status, story.status()), (StageStatus::Canceled, ExecutionStatus::Canceled));
    let story = follow(&followed(&["null"]));
    assert_eq!(story.failure(), "GET https://ci.example/jobs/7: no status at $.state: it is null");
}

#[test]
fn looks_slow_down_and_have_an_end() {
    let story = follow(&followed(&["\"running\""]));
    assert!(story.failure().starts_with("follow_progress did not end within 1h"), "{}", story.failure());
    assert_eq!(took(&story).as_secs(), 30 + 3600);
    let looks = story.world.egress.requests().len() - 1;
    assert!((295..=297).contains(&looks), "60 in the first minute, then 4 a minute: {looks}");
}

#[test]
fn looks_without_a_good_answer_are_repeated_unless_they_are_refused() {
    let world = followed(&[]);
    world.egress.answer("GET", STATUS, Err(EgressError::Unreachable("the name is not known".into())));
    for status in [500, 429, 504, 404, 404] {
        world.egress.reply("GET", STATUS, status, "");
    }
    let mut config = json!({"url": URL, "monitor": monitor(), "retries": [{"status": 404, "maxAttempts": 2}]});
    let story = run(&world, config.clone());
    assert_eq!(story.failure(), "GET https://ci.example/jobs/7 was answered with 404 (2 times)");
    assert_eq!(world.egress.requests().len(), 7);
    let world = followed(&[]);
    world.egress.reply("GET", STATUS, 404, "");
    config["retries"] = json!([]);
    assert_eq!(run(&world, config).failure(), "GET https://ci.example/jobs/7 was answered with 404");
}

#[test]
fn secrets_stay_with_the_server_that_was_called() {
    let world = World::new();
    world.egress.reply("POST", URL, 200, r#"{"links": [{"status": "https://elsewhere.example/7"}]}"#);
    world.egress.reply("GET", "https://elsewhere.example/7", 200, "");
    let monitor = json!({"statusUrlFrom": "STATUS_URL_BODY", "statusUrlPath": "$.links[0].status"});
    let config = json!({"url": URL, "secretHeaders": {"X-T": "env:TOKEN"}, "monitor": monitor});
    let story = run(&world, config);
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    let requests = world.egress.requests();
    let has = |place: usize| requests[place].headers.iter().any(|(name, _)| name == "x-t");
    assert_eq!([has(0), has(1)], [true, false]);
}

#[test]
fn secrets_that_come_back_are_not_kept() {
    let config = json!({"url": URL, "secretHeaders": {"X-T": "env:TOKEN"}});
    let world = World::new();
    world.egress.answer("POST", URL, Ok(with_headers(URL, 200, &[("x-seen", "sesame")], r#"{"sent": "a sesame b"}"#)));
    let story = run(&world, config.clone());
    let webhook = &story.outputs("it")["webhook"];
    assert_eq!((&webhook["body"], &webhook["headers"]), (&json!({"sent": "a *** b"}), &json!({"x-seen": "***"})));
    let story = run(&answered(400, "sesame is wrong"), config);
    assert_eq!(story.failure(), "POST https://ci.example/jobs was answered with 400: *** is wrong");
}

#[test]
fn a_stage_can_only_follow() {
    let world = followed(&["\"done\""]);
    let mut monitor = monitor();
    monitor["statusUrl"] = "${ 'https://ci.example/jobs/' + parameters.job }".into();
    let config = json!({"monitorOnly": true, "monitor": monitor});
    let story = finished(world.start(vec![stage("it", "webhook", config)], json!({"job": 7})));
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    assert_eq!(story.outputs("it")["webhook"]["monitor"]["resolvedValue"], "done");
    assert_eq!(world.egress.requests().len(), 1);
}

#[test]
fn what_was_called_is_called_off() {
    let cancel = "https://ci.example/cancel";
    let config = json!({
        "url": URL, "monitor": monitor(), "secretHeaders": {"X-T": "env:TOKEN"},
        "cancellation": {"url": cancel, "payload": {"why": "${ execution.id }"}},
    });
    let begin = |states: &[&str]| {
        let world = followed(states);
        world.egress.reply("POST", cancel, 503, "busy");
        world.egress.reply("POST", cancel, 204, "");
        world.start(vec![stage("it", "webhook", config.clone())], json!({}))
    };
    let mut canceled = begin(&["1"]);
    canceled.settle();
    canceled.command(&Command::Cancel { actor: "ada".into(), reason: "enough".into() });
    let failed = finished(begin(&["\"failed\""]));
    for mut story in [canceled, failed] {
        assert!(matches!(&story.do_errands()[..], [ErrandOutcome::Failed { retryable: true, .. }]), "{}", story.tree());
        story.finish();
        assert!(matches!(&story.do_errands()[..], [ErrandOutcome::Done { message }] if message == "answered with 204"));
        let errand = &story.execution.errands[0];
        assert_eq!(
            (errand.state, errand.spec.description.as_str()),
            (ErrandState::Done, "call off: POST https://ci.example/cancel")
        );
        let request = story.world.egress.requests().pop().unwrap();
        assert_eq!(request.body, json!({"why": story.execution.id().to_string()}).to_string());
        assert!(request.headers.contains(&("x-t".to_owned(), "sesame".to_owned())));
        assert!(request.headers.iter().any(|(name, key)| name == "idempotency-key" && key.ends_with(":cancel")));
    }
    // It can't be followed, but may have set something off.
    let nowhere = run(&answered(202, ""), config.clone());
    assert_eq!(
        nowhere.failure(),
        "the progress can't be followed: the answer to POST https://ci.example/jobs has no header Location"
    );
    assert_eq!(nowhere.execution.errands.len(), 1);
    // Nothing to call off: the call was refused, or what it set off has ended well.
    let refused = answered(404, "");
    assert_eq!(run(&refused, config.clone()).execution.errands, []);
    assert_eq!(run(&followed(&["\"done\""]), config).execution.errands, []);
}

#[test]
fn mistakes_are_named() {
    let failure = |config: Value| run(&World::new(), config).failure();
    let reasons = json!([
        failure(json!({})),
        failure(json!({"url": "ftp://x"})),
        failure(json!({"url": "${ 'no url' }"})),
        failure(json!({"monitorOnly": true})),
        failure(json!({"url": URL, "monitor": {"statusUrlFrom": "STATUS_URL_BODY"}})),
        failure(json!({"url": URL, "monitor": {"statusPath": "$..a..b"}})),
        failure(json!({"url": URL, "headers": {"Host": "x"}})),
        failure(json!({"url": URL, "secretHeaders": {"X-A": "env:NOTHING"}})),
        failure(json!({"url": URL, "payload": "${ parameters.unknown }"})),
    ]);
    insta::assert_json_snapshot!(reasons);
}
