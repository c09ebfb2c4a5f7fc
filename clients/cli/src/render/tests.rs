use super::*;
use crate::palette::Palette;
use chrono::{DateTime, TimeDelta, Utc};
use gennaker_client::v1;
use gennaker_client::v1::{ExecutionStatus, StageStatus, TaskStatus};
use prost_types::Timestamp;

fn at(seconds: f64) -> Timestamp {
    #[expect(clippy::cast_possible_truncation, reason = "tests use small numbers")]
    let millis = (seconds * 1000.0) as i64;
    let start = 1_764_000_000_000 + millis;
    Timestamp { seconds: start / 1000, nanos: i32::try_from(start % 1000).unwrap() * 1_000_000 }
}

fn clock(seconds: f64) -> DateTime<Utc> {
    crate::time::from_proto(Some(&at(seconds))).unwrap()
}

fn stage(id: &str, name: &str, parent: &str, status: StageStatus, times: (f64, f64)) -> v1::StageExecution {
    let set = |time: f64| (time >= 0.0).then(|| at(time));
    v1::StageExecution {
        id: id.into(),
        name: name.into(),
        parent: parent.into(),
        status: status.into(),
        attempt: 1,
        start_time: set(times.0),
        end_time: set(times.1),
        ..Default::default()
    }
}

fn task(message: &str, percent: Option<u32>) -> v1::TaskExecution {
    let status = TaskStatus::Running.into();
    v1::TaskExecution {
        id: "t".into(),
        name: "Wait".into(),
        status,
        message: message.into(),
        percent,
        ..Default::default()
    }
}

fn execution(status: ExecutionStatus, stages: Vec<v1::StageExecution>) -> v1::Execution {
    v1::Execution {
        name: "applications/hello/executions/01ARZ3NDEKTSV4RRFFQ69G5FAV".into(),
        pipeline: "applications/hello/pipelines/deploy".into(),
        display_name: "red/black to v2".into(),
        status: status.into(),
        create_time: Some(at(0.0)),
        start_time: Some(at(0.0)),
        sequence: 1,
        stages,
        ..Default::default()
    }
}

/// A deploy in the middle.
fn deploying() -> v1::Execution {
    let mut healthy = stage("deploy/2", "Wait until healthy", "deploy", StageStatus::Running, (3.6, -1.0));
    healthy.tasks = vec![task("2 of 3 are healthy", Some(66))];
    let mut parent = stage("deploy", "Deploy v2", "", StageStatus::Running, (0.4, -1.0));
    let kind = v1::waiting::Kind::Stages.into();
    parent.waiting = Some(v1::Waiting { kind, reason: "the stages before its own work".into(), ..Default::default() });
    execution(
        ExecutionStatus::Running,
        vec![
            stage("find", "Find image", "", StageStatus::Succeeded, (0.0, 0.4)),
            parent,
            stage("deploy/1", "Create hello-v001", "deploy", StageStatus::Succeeded, (0.4, 3.6)),
            healthy,
            stage("deploy/3", "Disable hello-v000", "deploy", StageStatus::NotStarted, (-1.0, -1.0)),
            stage("check", "Check", "", StageStatus::NotStarted, (-1.0, -1.0)),
        ],
    )
}

fn judging() -> v1::Execution {
    let mut check = stage("check", "Check", "", StageStatus::Running, (9.0, -1.0));
    check.judgment = Some(v1::Judgment {
        instructions: "Does v2 look right?\nLook at http://127.0.0.1:8081".into(),
        inputs: vec!["all".into(), "some".into()],
        judges: vec!["ann".into()],
        deadline: Some(at(3600.0)),
        ..Default::default()
    });
    let kind = v1::waiting::Kind::Judgment.into();
    check.waiting = Some(v1::Waiting { kind, reason: "a judgment: Does v2...".into(), ..Default::default() });
    execution(
        ExecutionStatus::Running,
        vec![stage("deploy", "Deploy v2", "", StageStatus::Succeeded, (0.0, 9.0)), check],
    )
}

fn failed() -> v1::Execution {
    let failure = |stage: &str, message: &str| {
        Some(v1::Failure { stage: stage.into(), message: message.into(), task: "t".into() })
    };
    let message = "0 of 3 instances became healthy in 30 s: GET /health answered 500";
    let mut parent = stage("deploy", "Deploy v3", "", StageStatus::Terminal, (0.0, 31.0));
    parent.failure = failure("deploy/1", message);
    parent.attempt = 2;
    let mut child = stage("deploy/1", "Wait until healthy", "deploy", StageStatus::Terminal, (0.5, 31.0));
    child.failure = failure("deploy/1", message);
    let mut ended = execution(
        ExecutionStatus::Terminal,
        vec![parent, child, stage("check", "Check", "", StageStatus::Canceled, (-1.0, -1.0))],
    );
    ended.end_time = Some(at(31.2));
    ended.failure = failure("deploy", message);
    ended
}

fn tree(execution: v1::Execution, now: f64, columns: usize) -> String {
    let style = Style { columns, palette: Palette::new(false), program: "gennaker" };
    frame(&ExecutionView::from(execution), clock(now), &style).join("\n")
}

#[test]
fn a_running_deploy() {
    insta::assert_snapshot!(tree(deploying(), 12.3, 100));
}

#[test]
fn a_judgment_with_the_commands_that_answer_it() {
    insta::assert_snapshot!(tree(judging(), 60.0, 120));
}

#[test]
fn a_judgment_of_several_says_who_has_judged() {
    let mut execution = judging();
    let judgment = execution.stages[1].judgment.as_mut().unwrap();
    judgment.roles = vec!["release-managers".into(), "sre".into()];
    judgment.approvals = 3;
    judgment.no_self_approval = true;
    judgment.verdicts = vec![v1::Verdict {
        decision: v1::judgment::Decision::Continue.into(),
        judge: "bob".into(),
        input: "all".into(),
        comment: "looks\nfine".into(),
        ..Default::default()
    }];
    insta::assert_snapshot!(tree(execution, 60.0, 120));
}

#[test]
fn artifacts_and_errands_are_listed() {
    let shop = v1::Artifact {
        r#type: "docker/image".into(),
        name: "shop".into(),
        version: "7".into(),
        reference: "hub/shop:7".into(),
        ..Default::default()
    };
    let file = v1::Artifact {
        r#type: "embedded/base64".into(),
        name: "notes".into(),
        reference: "aGVsbG8=".into(),
        ..Default::default()
    };
    let errand = |state: v1::errand::State, description: &str, message: &str| v1::Errand {
        state: state.into(),
        description: description.into(),
        message: message.into(),
        attempt: 1,
        ..Default::default()
    };
    let execution = v1::Execution {
        artifacts: vec![shop.clone(), file],
        resolved_artifacts: vec![v1::ResolvedArtifact {
            expected: "image".into(),
            artifact: Some(shop),
            source: v1::resolved_artifact::Source::Received.into(),
        }],
        errands: vec![
            errand(v1::errand::State::Done, "e-mail: shop/release has failed", "sent to 2 people"),
            v1::Errand {
                attempt: 3,
                retry_time: Some(at(80.0)),
                ..errand(v1::errand::State::Pending, "Slack: shop/release has failed", "status 503")
            },
            errand(v1::errand::State::Failed, "call off `deploy`", "status 404"),
        ],
        ..Default::default()
    };
    insta::assert_snapshot!(belongings(&execution, clock(60.0), Palette::new(false)).join("\n"));
    assert_eq!(belongings(&v1::Execution::default(), clock(0.0), Palette::new(false)), Vec::<String>::new());
}

#[test]
fn a_failure_is_shown_where_it_happened() {
    insta::assert_snapshot!(tree(failed(), 99.0, 120));
}

#[test]
fn a_queued_and_a_paused_execution() {
    let mut queued = execution(ExecutionStatus::Queued, vec![]);
    queued.queue_position = 2;
    assert_eq!(
        tree(queued, 5.0, 100),
        "◷ red/black to v2 queued 5.0s number 2 in the queue hello/01ARZ3NDEKTSV4RRFFQ69G5FAV"
    );
    let mut paused = execution(ExecutionStatus::Paused, vec![]);
    paused.pause = Some(v1::Pause { actor: "ann".into(), ..Default::default() });
    assert!(tree(paused, 5.0, 100).contains("paused 5.0s by ann"));
}

#[test]
fn the_tree_is_not_wider_than_the_terminal() {
    for columns in [20, 40, 60] {
        let text = tree(judging(), 60.0, columns);
        assert!(text.contains("--continue --input INPUT"), "commands are whole: {text}");
        for line in text.lines().take_while(|line| !line.is_empty()) {
            assert!(console::measure_text_width(line) <= columns, "{line:?}");
        }
    }
}

#[test]
fn names_from_elsewhere_do_not_steer_the_terminal() {
    let evil = stage("x", "a\u{1b}[2J\nb", "", StageStatus::Running, (0.0, -1.0));
    let text = tree(execution(ExecutionStatus::Running, vec![evil]), 1.0, 100);
    assert!(!text.contains('\u{1b}') && text.lines().count() == 2, "{text:?}");
}

#[test]
fn stages_that_are_each_others_parents_end() {
    let stages = vec![
        stage("a", "A", "b", StageStatus::Running, (0.0, -1.0)),
        stage("b", "B", "a", StageStatus::Running, (0.0, -1.0)),
        stage("c", "C", "c", StageStatus::Running, (0.0, -1.0)),
    ];
    assert_eq!(tree(execution(ExecutionStatus::Running, stages.clone()), 1.0, 100).lines().count(), 1);
    let mut lines = Lines::default();
    let view = ExecutionView::from(execution(ExecutionStatus::Running, stages));
    assert_eq!(lines.changes(&view, "gennaker", Palette::new(false)).len(), 4);
}

/// What is printed for some states one after the other, each with the time of its event.
fn printed(states: Vec<(f64, v1::Execution)>) -> String {
    let (terminal, captured) = Terminal::captured(false, 24, 100);
    let mut renderer = Renderer::new(terminal);
    let mut view = ExecutionView::default();
    for (sequence, (time, mut state)) in (1..).zip(states) {
        state.sequence = sequence;
        view.apply_event(&v1::ExecutionEvent {
            sequence,
            time: Some(at(time)),
            changed: Some(state),
            ..Default::default()
        });
        renderer.update(&view).unwrap();
    }
    renderer.finish().unwrap();
    captured.out()
}

#[test]
fn changes_are_lines_where_nobody_looks() {
    let progress = |time: f64, message: &str, percent: u32| {
        let mut state = deploying();
        state.stages[3].tasks = vec![task(message, Some(percent))];
        (time, state)
    };
    let mut ended = execution(
        ExecutionStatus::Succeeded,
        deploying()
            .stages
            .into_iter()
            .map(|it| v1::StageExecution {
                status: StageStatus::Succeeded.into(),
                start_time: it.start_time.or(Some(at(9.0))),
                end_time: it.end_time.or(Some(at(9.5))),
                tasks: vec![],
                ..it
            })
            .collect(),
    );
    ended.end_time = Some(at(10.0));
    insta::assert_snapshot!(printed(vec![
        (
            0.0,
            execution(
                ExecutionStatus::Running,
                vec![stage("find", "Find image", "", StageStatus::Running, (0.0, -1.0))]
            )
        ),
        progress(3.7, "0 of 3 are healthy", 0),
        progress(4.1, "0 of 3 are healthy", 4),
        progress(4.2, "0 of 3 are healthy", 12),
        progress(4.9, "1 of 3 are healthy", 33),
        progress(5.0, "1 of 3 are healthy", 33),
        (10.0, ended),
    ]));
}

#[test]
fn a_judgment_and_a_failure_in_lines() {
    let text = printed(vec![(9.0, judging()), (9.5, judging()), (31.2, failed())]);
    assert_eq!(text.matches("waits for your judgment").count(), 1, "{text}");
    assert!(text.contains("gennaker judge hello/01ARZ3NDEKTSV4RRFFQ69G5FAV check --continue --input INPUT"), "{text}");
    assert!(text.trim_end().lines().last().unwrap().contains("failed in 31s: 0 of 3 instances"), "{text}");
}

#[test]
fn a_tree_is_drawn_over() {
    let (terminal, captured) = Terminal::captured(true, 24, 140);
    let mut renderer = Renderer::new(terminal).with_program("gennaker --server http://b:1");
    let view = ExecutionView::from(judging());
    renderer.update(&view).unwrap();
    renderer.set_footer(Some("17 requests, 0 failed".into()));
    renderer.tick().unwrap();
    renderer.note("a line that stays").unwrap();
    renderer.finish().unwrap();
    let text = captured.out();
    let frames: Vec<&str> = text.split("\u{1b}[").collect();
    assert!(frames[0].contains("gennaker --server http://b:1 judge"), "{text}");
    let rows = frames[0].lines().count();
    assert!(frames[1].starts_with(&format!("{rows}A")), "{text}");
    assert!(text.contains(&format!("\u{1b}[{}A\r\u{1b}[Ja line that stays\n", rows + 1)), "{text}");
    assert!(!text.rsplit("\u{1b}[J").next().unwrap().contains("17 requests"), "the footer goes in the end");
}

#[test]
fn what_does_not_fit_on_the_screen_is_left_out() {
    let (terminal, captured) = Terminal::captured(true, 10, 100);
    let stages = (0..50).map(|n| stage(&format!("s{n}"), "", "", StageStatus::Running, (0.0, -1.0))).collect();
    let mut renderer = Renderer::new(terminal);
    renderer.update(&ExecutionView::from(execution(ExecutionStatus::Running, stages))).unwrap();
    let drawn = captured.out();
    assert_eq!(drawn.lines().count(), 8, "{drawn}");
    assert!(drawn.contains("… 44 more lines above") && drawn.contains("s49"), "{drawn}");
    renderer.finish().unwrap();
    assert!(captured.out().contains("s25"), "the last frame is whole");
}

#[test]
fn times_go_on() {
    let later = clock(12.3) + TimeDelta::seconds(60);
    let style = Style { columns: 100, palette: Palette::new(false), program: "gennaker" };
    assert!(frame(&ExecutionView::from(deploying()), later, &style)[0].contains("1m12s"));
}

#[test]
fn a_wait_says_how_long_it_still_lasts() {
    let mut wait = stage("wait", "Wait", "", StageStatus::Running, (0.0, -1.0));
    let kind = v1::waiting::Kind::Timer.into();
    wait.waiting = Some(v1::Waiting { kind, reason: "time to pass".into(), until: Some(at(90.0)), owners: vec![] });
    let state = execution(ExecutionStatus::Running, vec![wait]);
    let text = tree(state.clone(), 30.0, 100);
    assert!(text.ends_with("30s     waits for time to pass, 1m00s left"), "{text}");
    let text = printed(vec![(0.0, state.clone()), (5.0, state)]);
    assert!(text.ends_with("    0ms Wait: waits for time to pass, 1m30s left\n"), "{text}");
}

#[test]
fn a_skipped_stage_says_why() {
    let mut night = stage("night", "Night", "", StageStatus::Skipped, (-1.0, -1.0));
    let reason = "its condition does not hold: parameters.night".to_owned();
    night.skip = Some(v1::Skip { reason: reason.clone(), ..Default::default() });
    let text = tree(execution(ExecutionStatus::Succeeded, vec![night]), 5.0, 120);
    assert!(text.ends_with(&reason) && text.contains("↷ Night"), "{text}");
}

#[test]
fn colors_do_not_move_columns() {
    let plain = tree(deploying(), 12.3, 100);
    let style = Style { columns: 100, palette: Palette::new(true), program: "gennaker" };
    let painted = frame(&ExecutionView::from(deploying()), clock(12.3), &style).join("\n");
    assert_ne!(painted, plain);
    assert_eq!(console::strip_ansi_codes(&painted), plain);
}

#[test]
fn long_commands_wrap_and_are_drawn_over_whole() {
    let (terminal, captured) = Terminal::captured(true, 24, 60);
    let mut renderer = Renderer::new(terminal);
    renderer.update(&ExecutionView::from(judging())).unwrap();
    let rows: usize = captured.out().lines().map(|line| line.chars().count().div_ceil(60).max(1)).sum();
    assert!(rows > captured.out().lines().count());
    renderer.tick().unwrap();
    assert!(captured.out().contains(&format!("\u{1b}[{rows}A")), "{}", captured.out());
}
