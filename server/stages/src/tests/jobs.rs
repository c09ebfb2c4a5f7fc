//! Jobs: started once, waited for, read, and ended when nobody wants them any more.

use std::time::Duration;

use gennaker_core::artifact::{Artifact, ArtifactSource, ResolvedArtifact};
use gennaker_core::cloud::{Job, JobOutput, JobState};
use gennaker_core::execution::{Command, ErrandOutcome, ExecutionStatus, StageDefinition, StageStatus};
use gennaker_ports::CloudError;
use gennaker_ports::testing::cloud::Operation;
use serde_json::{Value, json};

use super::story::{Story, World, sequence, stage};

fn job(more: Value) -> StageDefinition {
    let mut config = json!({"account": "local", "region": "east", "image": "tools:1"});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    stage("it", "run_job", config)
}

/// A stage whose job runs.
fn started(world: &World, more: Value) -> (Story, Job) {
    let mut story = world.start(vec![job(more)], json!({"size": 3}));
    story.settle();
    let jobs = world.cloud.all_jobs();
    let [job] = jobs.as_slice() else { panic!("one job, not {jobs:?}, in\n{}", story.tree()) };
    (story, job.clone())
}

fn output(log: &str, properties: Option<&str>) -> JobOutput {
    JobOutput { log: log.to_owned(), properties: properties.map(str::to_owned), ..JobOutput::default() }
}

/// A stage whose job has ended so.
fn ended(more: Value, state: JobState, output: JobOutput) -> Story {
    let world = World::new();
    let (mut story, job) = started(&world, more);
    world.cloud.end_job(&job.spec.id, state, output);
    story.finish();
    story
}

const WELL: JobState = JobState::Exited { code: 0 };

#[test]
fn a_job_is_started_once_and_its_properties_are_put_out() {
    let mut world = World::new();
    world.repeats = true;
    let more = json!({
        "command": ["./migrate", "--to", "${ parameters.size }"], "env": {"SIZE": "${ parameters.size }"},
        "image": "accounts/local/regions/east/images/tools:1", "timeout": "60s", "propertyFile": "out.json",
    });
    let (mut story, job) = started(&world, more);
    assert_eq!(story.status(), ExecutionStatus::Running);
    let id = story.execution.id().to_string().to_lowercase();
    assert_eq!(job.spec.id.name, format!("shop-it-{}-1", &id[10..]));
    assert_eq!((job.spec.application.as_str(), job.spec.image.as_str()), ("shop", "tools:1"));
    assert_eq!(
        (job.spec.command.as_slice(), job.spec.timeout),
        (["./migrate", "--to", "3"].map(str::to_owned).as_slice(), Duration::from_secs(60))
    );
    let log = "begin\nGENNAKER_PROPERTY_version=7\nSPINNAKER_PROPERTY_TAG=v7\nGENNAKER_PROPERTY_log=mine\n";
    world.cloud.end_job(&job.spec.id, WELL, output(log, Some(r#"{"version": 8, "list": [1]}"#)));
    story.finish();
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    insta::assert_json_snapshot!(story.outputs("it"));
    assert_eq!(world.cloud.count(Operation::RunJob), 1);
}

#[test]
fn later_stages_read_properties_by_name_and_what_was_made() {
    let world = World::new();
    let after = stage("after", "fail", json!({"message": "${ tag } ${ #stage('it').outputs.exitCode }"}));
    let mut story = world.start(sequence([job(json!({})), after]), json!({}));
    story.settle();
    let log = "SPINNAKER_PROPERTY_tag=v7\nSPINNAKER_CONFIG_JSON={\"artifacts\": [{\"type\": \"docker/image\"}]}";
    world.cloud.end_job(&world.cloud.all_jobs()[0].spec.id, WELL, output(log, None));
    story.finish();
    assert_eq!(story.failure(), "v7 0");
    assert_eq!(story.outputs("it")["artifacts"], json!([{"type": "docker/image"}]));
}

#[test]
fn a_job_that_fails_fails_its_stage_and_its_output_can_be_read() {
    let log: String = (1..=9).map(|line| format!("line {line}\n")).collect();
    let story = ended(json!({"propertyFile": "out.json"}), JobState::Exited { code: 3 }, output(&log, None));
    assert_eq!(story.status(), ExecutionStatus::Terminal);
    let failure = story.failure();
    let expected = "ended with exit code 3; its last lines: line 5\nline 6\nline 7\nline 8\nline 9";
    assert!(failure.starts_with("job shop-it-") && failure.ends_with(expected), "{failure}");
    let outputs = story.outputs("it");
    assert_eq!((&outputs["exitCode"], &outputs["log"]), (&json!(3), &json!(log)));
    assert_eq!(outputs["jobStatus"], json!({"jobState": "Failed", "message": "ended with exit code 3"}));
    assert!(story.execution.errands.is_empty(), "it has ended already");
    let killed = JobState::Killed { reason: "killed by SIGKILL".into() };
    let story = ended(json!({}), killed, output("", None));
    assert!(story.failure().ends_with(" did not end well: killed by SIGKILL"), "{}", story.failure());
    assert_eq!(story.outputs("it").get("exitCode"), None);
}

#[test]
fn a_property_file_must_be_there() {
    let failure = |path: &str, output: JobOutput| ended(json!({ "propertyFile": path }), WELL, output).failure();
    for (path, output, reason) in [
        ("out.json", output("", None), "the property file out.json is missing"),
        ("out.yaml", output("", Some("")), "the property file out.yaml is empty"),
        ("out.json", output("", Some("[")), "the property file out.json can't be read"),
        (
            "out",
            JobOutput { property_problem: Some("out is no regular file".into()), ..JobOutput::default() },
            "the property file out is no regular file",
        ),
    ] {
        let failure = failure(path, output);
        assert!(failure.contains(&format!("handed over no properties: {reason}")), "{failure}");
    }
}

#[test]
fn a_detached_job_is_only_started() {
    let world = World::new();
    let (story, job) = started(&world, json!({"detached": true}));
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    assert_eq!(story.outputs("it"), json!({"job": job.spec.id.name}));
    assert_eq!(job.state, JobState::Running);
}

#[test]
fn a_job_is_ended_when_its_stage_is_canceled() {
    let world = World::new();
    let (mut story, job) = started(&world, json!({}));
    story.command(&Command::Cancel { actor: "ada".into(), reason: "enough".into() });
    assert_eq!(story.stage("it").status, StageStatus::Canceled);
    let outcomes = story.do_errands();
    assert_eq!(outcomes, [ErrandOutcome::Done { message: format!("ended the job {}", job.spec.id) }]);
    assert_eq!(world.cloud.all_jobs()[0].state, JobState::Killed { reason: "it was canceled".into() });
}

#[test]
fn a_job_is_ended_when_its_stage_times_out() {
    let world = World::new();
    let mut definition = job(json!({}));
    definition.timeout = Some(Duration::from_secs(30));
    let mut story = world.start(vec![definition], json!({}));
    story.finish();
    assert_eq!(story.stage("it").status, StageStatus::Terminal, "{}", story.tree());
    world.cloud.fail_next(Operation::CancelJob, CloudError::Unavailable("down".to_owned()));
    assert!(matches!(story.do_errands().as_slice(), [ErrandOutcome::Failed { retryable: true, .. }]));
    story.finish();
    assert!(matches!(story.do_errands().as_slice(), [ErrandOutcome::Done { .. }]));
    assert_eq!(world.cloud.all_jobs()[0].state, JobState::Killed { reason: "it was canceled".into() });
}

#[test]
fn a_cloud_that_does_not_answer_is_asked_again() {
    let world = World::new();
    world.cloud.fail_next(Operation::RunJob, CloudError::Unavailable("full".to_owned()));
    world.cloud.lose_next_answer(Operation::RunJob);
    let mut story = world.start(vec![job(json!({}))], json!({}));
    story.settle();
    world.cloud.fail_next(Operation::ReadJob, CloudError::Unavailable("down".to_owned()));
    while world.cloud.all_jobs().is_empty() {
        assert!(story.tick(), "{}", story.tree());
        story.settle();
    }
    world.cloud.end_job(&world.cloud.all_jobs()[0].spec.id, WELL, output("", None));
    story.finish();
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    assert_eq!(world.cloud.count(Operation::RunJob), 1);
}

#[test]
fn what_makes_no_job_is_told() {
    let failure = |more: Value| {
        let mut story = World::new().start(vec![job(more)], json!({}));
        story.finish();
        story.failure()
    };
    assert_eq!(failure(json!({"image": ""})), "the stage's configuration lacks `image`");
    assert_eq!(failure(json!({"image": "", "imageArtifact": "a"})), "there is no artifact a; there are none");
    let region = failure(json!({"region": "south"}));
    assert!(region.starts_with("starting job local/south/shop-it-") && region.ends_with("not found"), "{region}");
    assert!(failure(json!({"account": "moon"})).contains("account moon not found"));
    let artifact = Artifact { reference: "tools:9".into(), ..Artifact::default() };
    let resolved =
        ResolvedArtifact { id: "a".into(), display_name: "a".into(), artifact, source: ArtifactSource::Received };
    let world = World::new();
    let definition = job(json!({"image": "", "imageArtifact": "a"}));
    let mut story = world.start_with(vec![definition], json!({}), |start| start.resolved_artifacts = vec![resolved]);
    story.settle();
    assert_eq!(world.cloud.all_jobs()[0].spec.image, "tools:9");
}
