use gennaker_client::v1::planned_stage::Verdict;
use gennaker_client::v1::stage_execution::Position;
use gennaker_client::v1::waiting::Kind;
use gennaker_client::v1::{PlannedExpression, PlannedStage, PlannedTask};
use gennaker_proto::values::to_proto;
use serde_json::{Value, json};

use super::*;
use crate::palette::Palette;

fn stage(id: &str, kind: &str, verdict: Verdict) -> PlannedStage {
    PlannedStage { id: id.into(), name: id.into(), kind: kind.into(), verdict: verdict.into(), ..Default::default() }
}

fn expression(field: &str, source: &str, reads: &[(&str, Value)], value: Option<Value>) -> PlannedExpression {
    PlannedExpression {
        field: field.into(),
        source: source.into(),
        reads: reads.iter().map(|(path, value)| ((*path).to_owned(), to_proto(value))).collect(),
        unknown: value.is_none(),
        value: value.as_ref().map(to_proto),
        ..Default::default()
    }
}

/// A plan with a stage of every sort.
fn plan() -> v1::PlanExecutionResponse {
    let repeated = [("parameters.version", json!("7"))];
    let check = PlannedStage {
        expressions: vec![expression("check.version", "${ parameters.version }", &repeated, Some(json!("7")))],
        tasks: vec![
            PlannedTask { name: "launch".into(), kind: Kind::Task.into(), limit: None },
            PlannedTask {
                name: "await".into(),
                kind: Kind::Execution.into(),
                limit: Some(prost_types::Duration { seconds: 7200, nanos: 0 }),
            },
        ],
        ..stage("check", "run_pipeline", Verdict::Runs)
    };
    let sizes = [("parameters.size", json!(2)), ("parameters.spare", json!([1, "a"]))];
    let mut wrong = expression("deploy.clusters[0].image", "${ parameters.imag }", &[], None);
    wrong.error = "parameters has no imag; it has size, spare, version, at character 4, in ${ parameters.imag }".into();
    wrong.unknown = false;
    let deploy = PlannedStage {
        depends_on: vec!["check".into()],
        problem: "an expression has no value".into(),
        expressions: vec![
            expression("deploy.clusters[0].capacity.desired", "${ parameters.size * 2 }", &sizes, Some(json!(4))),
            wrong,
        ],
        ..stage("deploy", "deploy", Verdict::Fails)
    };
    let region = PlannedStage {
        parent: "deploy".into(),
        position: Position::Before.into(),
        ..stage("Deploy in local", "create_server_group", Verdict::Unknown)
    };
    let night = PlannedStage {
        depends_on: vec!["check".into(), "deploy".into()],
        condition: Some(expression("condition", "parameters.size > 3", &sizes[..1], Some(json!(false)))),
        ..stage("night", "wait", Verdict::Skipped)
    };
    let mut look = expression("webhook.url", "${ stages.deploy.outputs.url }", &[], None);
    look.error = "the stage deploy has no url".into();
    let problem = "webhook.url: the stage deploy has no url".into();
    let call = PlannedStage { expressions: vec![look], problem, ..stage("call", "webhook", Verdict::Unknown) };
    v1::PlanExecutionResponse {
        stages: vec![check, deploy, region, night, call],
        parameters: [("size", "2"), ("version", "7")].map(|(name, value)| (name.into(), value.into())).into(),
        resolved_artifacts: vec![v1::ResolvedArtifact {
            expected: "image".into(),
            artifact: Some(v1::Artifact {
                r#type: "docker/image".into(),
                name: "shop".into(),
                reference: "hub/shop:7".into(),
                ..Default::default()
            }),
            source: v1::resolved_artifact::Source::Prior.into(),
        }],
        problems: vec![v1::FieldViolation { field: "parameters.color".into(), description: "is required".into() }],
    }
}

#[test]
fn a_plan_says_what_becomes_of_each_expression() {
    insta::assert_snapshot!(text::plan(&plan(), "shop/release", Palette::new(false)).join("\n"));
}

#[test]
fn a_plan_that_fails_is_no_success() {
    assert!(!is_good(&plan()));
    let runs = |verdict| v1::PlanExecutionResponse { stages: vec![stage("a", "wait", verdict)], ..Default::default() };
    assert!(is_good(&runs(Verdict::Runs)) && is_good(&runs(Verdict::Skipped)) && is_good(&runs(Verdict::Unknown)));
    assert!(!is_good(&runs(Verdict::Fails)));
}

#[test]
fn stages_in_a_circle_and_long_values_are_cut() {
    let circle = |id: &str, parent: &str| PlannedStage { parent: parent.into(), ..stage(id, "wait", Verdict::Runs) };
    let long = expression("wait.skip_text", "${ '-' * 10000 }", &[], Some(json!("-".repeat(10_000))));
    let stages = vec![
        circle("a", "b"),
        circle("b", "a"),
        PlannedStage { expressions: vec![long], ..stage("c", "wait", Verdict::Runs) },
    ];
    let plan = v1::PlanExecutionResponse { stages, ..Default::default() };
    let lines = text::plan(&plan, "shop/release", Palette::new(false));
    assert!(lines.len() < 10 && lines.iter().all(|line| line.chars().count() < 300), "{lines:#?}");
}

#[test]
fn a_draft_is_the_pipeline_of_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("shop.yaml").display().to_string();
    let text = "kind: Application\nname: shop\n---\nkind: Pipeline\nname: shop/a\n---\nkind: Pipeline\nname: shop/b\n";
    std::fs::write(&file, text).unwrap();
    let (_, pipeline) = draft(&file, "applications/shop/pipelines/b").unwrap();
    assert_eq!(pipeline.name, "applications/shop/pipelines/b");
    let error = draft(&file, "applications/shop/pipelines/c").unwrap_err().to_string();
    assert_eq!(error, format!("{file} has no pipeline shop/c, but shop/a, shop/b"));
}
