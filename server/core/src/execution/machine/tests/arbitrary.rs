//! Random pipelines, and random things that happen to them.

use std::time::Duration;

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

use super::script::{Script, await_child, definition, judgment, run, stage, wait};
use crate::execution::{Definition, FailurePolicy, Origin, StageDefinition, SyntheticStage, TaskSpec};
use crate::notification::{Channel, Notification, Occasion};
use crate::schedule::{Jitter, TimeRange, Window};

/// What an execution begins with.
#[derive(Clone, Debug)]
pub(super) struct Beginning {
    pub(super) definition: std::sync::Arc<Definition>,
    pub(super) origin: Origin,
    pub(super) queued: bool,
    pub(super) random: u64,
}

/// Something that happens. Numbers choose among what there is at that moment, round robin.
#[derive(Clone, Debug)]
pub(super) enum Move {
    /// An effect reports.
    Report {
        which: usize,
        report: Report,
    },
    /// An effect tells how far it is.
    Progress {
        which: usize,
    },
    /// A command comes once more, long after or at once.
    Again {
        which: usize,
    },
    /// Time passes.
    Pass {
        secs: u64,
    },
    /// Time passes until the execution has something to do.
    Wake,
    /// An effect starts a child, and nobody is told of it yet.
    Launch {
        which: usize,
    },
    /// A child tells that it was started.
    ChildTells {
        which: usize,
    },
    /// A child ends: that of a stage that waits for it, or just any execution for any stage.
    ChildEnds {
        which: usize,
        stray: bool,
        how: usize,
    },
    Judge {
        which: usize,
        actor: usize,
        go_on: bool,
        option: Option<usize>,
    },
    /// A try of an errand ends.
    Errand {
        which: usize,
        how: usize,
    },
    Admit,
    Cancel,
    Pause,
    Resume,
    Retry {
        which: usize,
    },
    Skip {
        which: usize,
    },
}

/// What an effect reports.
#[derive(Clone, Copy, Debug)]
pub(super) enum Report {
    Success { forgets_child: bool },
    Failure,
    PassingFailure,
    Later { secs: u64 },
}

pub(super) fn beginning() -> impl Strategy<Value = Beginning> {
    let origin = prop_oneof![
        Just(Origin::Manual),
        Just(Origin::Trigger { trigger: "applications/hello/triggers/build".into(), event: "1".into() })
    ];
    (pipeline(), notifications(), origin, prop::bool::weighted(0.1), any::<u64>()).prop_map(
        |(stages, notifications, origin, queued, random)| {
            let definition = Definition { notifications, ..(*definition(stages)).clone() };
            Beginning { definition: definition.into(), origin, queued, random }
        },
    )
}

pub(super) fn moves() -> impl Strategy<Value = Vec<Move>> {
    let which = 0..64_usize;
    let one = prop_oneof![
        12 => (which.clone(), report()).prop_map(|(which, report)| Move::Report { which, report }),
        1 => which.clone().prop_map(|which| Move::Progress { which }),
        2 => which.clone().prop_map(|which| Move::Again { which }),
        2 => (0..40_u64).prop_map(|secs| Move::Pass { secs }),
        6 => Just(Move::Wake),
        3 => (which.clone(), prop::bool::weighted(0.2), 0..3_usize)
            .prop_map(|(which, stray, how)| Move::ChildEnds { which, stray, how }),
        1 => which.clone().prop_map(|which| Move::Launch { which }),
        2 => which.clone().prop_map(|which| Move::ChildTells { which }),
        4 => (which.clone(), 0..2_usize, prop::bool::weighted(0.8), weighted(0.7, 0..3_usize))
            .prop_map(|(which, actor, go_on, option)| Move::Judge { which, actor, go_on, option }),
        2 => (which.clone(), 0..3_usize).prop_map(|(which, how)| Move::Errand { which, how }),
        1 => Just(Move::Admit),
        1 => prop::bool::weighted(0.4).prop_map(|cancel| if cancel { Move::Cancel } else { Move::Resume }),
        1 => Just(Move::Pause),
        2 => Just(Move::Resume),
        2 => which.clone().prop_map(|which| Move::Retry { which }),
        2 => which.prop_map(|which| Move::Skip { which }),
    ];
    vec(one, 0..70)
}

fn report() -> impl Strategy<Value = Report> {
    prop_oneof![
        12 => prop::bool::weighted(0.05).prop_map(|forgets_child| Report::Success { forgets_child }),
        1 => Just(Report::Failure),
        2 => Just(Report::PassingFailure),
        2 => (0..20_u64).prop_map(|secs| Report::Later { secs }),
    ]
}

/// 1 to 12 stages; each depends on some of those before it, and they are listed in any order.
fn pipeline() -> impl Strategy<Value = Vec<StageDefinition>> {
    let node = (top_level(), vec(prop::bool::weighted(0.3), 12), any::<u32>());
    vec(node, 1..=12).prop_map(|nodes| {
        let name = |place: usize| format!("s{place}");
        let mut stages: Vec<(u32, StageDefinition)> = Vec::new();
        for (place, (stage, depends_on, order)) in nodes.into_iter().enumerate() {
            let depends_on = (0..place).filter(|&earlier| depends_on[earlier]).map(|earlier| name(earlier).into());
            stages.push((order, StageDefinition { id: name(place).into(), depends_on: depends_on.collect(), ..stage }));
        }
        stages.sort_by_key(|(order, _)| *order);
        stages.into_iter().map(|(_, stage)| stage).collect()
    })
}

fn top_level() -> impl Strategy<Value = StageDefinition> {
    let condition = prop_oneof![8 => Just(""), 1 => Just("parameters.size == 2"), 1 => Just("parameters.size == 3")];
    (script(2), policy(), timeout(), any::<bool>(), weighted(0.15, window()), condition, notifications()).prop_map(
        |(script, on_failure, timeout, succeed_on_timeout, window, condition, notifications)| StageDefinition {
            condition: condition.into(),
            notifications,
            on_failure,
            timeout,
            succeed_on_timeout,
            window,
            ..stage("", &[], &script)
        },
    )
}

/// Somebody is told of everything, or nobody of anything.
fn notifications() -> impl Strategy<Value = Vec<Notification>> {
    let all = [
        Occasion::PipelineStarting,
        Occasion::PipelineComplete,
        Occasion::PipelineFailed,
        Occasion::StageStarting,
        Occasion::StageComplete,
        Occasion::StageFailed,
        Occasion::JudgmentRequested,
        Occasion::JudgmentContinued,
        Occasion::JudgmentStopped,
    ];
    prop::bool::weighted(0.3).prop_map(move |told| {
        let channel = Channel::Slack { address: "#deploys".into() };
        let message = "${ parameters.size }".to_owned();
        let notification = Notification { when: all.into_iter().collect(), message, channel };
        if told { vec![notification] } else { Vec::new() }
    })
}

fn policy() -> impl Strategy<Value = FailurePolicy> {
    prop_oneof![
        1 => Just(FailurePolicy::HaltPipeline),
        1 => Just(FailurePolicy::HaltBranch),
        1 => Just(FailurePolicy::HaltBranchThenFail),
        2 => Just(FailurePolicy::Ignore)
    ]
}

fn timeout() -> impl Strategy<Value = Option<Duration>> {
    weighted(0.2, (0..60_u64).prop_map(Duration::from_secs))
}

/// A window that is open, or opens in an hour.
fn window() -> impl Strategy<Value = Window> {
    let jitter = weighted(0.5, (0..5_u64, 0..10_u64, any::<bool>())).prop_map(|bounds| {
        bounds.map(|(min, spread, skip_manual)| Jitter {
            min: Duration::from_secs(min),
            max: Duration::from_secs(min + spread),
            skip_manual,
        })
    });
    (any::<bool>(), jitter).prop_map(|(open, jitter)| {
        let opening = if open { "07:00" } else { "09:00" };
        let range = TimeRange { start: opening.parse().unwrap(), end: "10:00".parse().unwrap() };
        Window { time_zone: Window::zone("UTC").unwrap(), days: Vec::new(), ranges: vec![range], jitter }
    })
}

fn script(depth: u32) -> BoxedStrategy<Script> {
    let error = || weighted(0.04, Just("it cannot be planned".to_owned()));
    let looks_up = prop::bool::weighted(0.1).prop_map(|looks| if looks { vec!["fact".to_owned()] } else { Vec::new() });
    let plain = (steps(), error(), error(), error(), looks_up, prop::bool::weighted(0.3)).prop_map(
        |(tasks, plan_error, after_error, cleanup_error, look_ups, calls_off)| Script {
            plan_error,
            after_error,
            cleanup_error,
            look_ups,
            calls_off,
            ..Script::of(tasks)
        },
    );
    if depth == 0 {
        return plain.boxed();
    }
    let inner = || prop_oneof![3 => Just(Vec::new()), 1 => synthetics(depth - 1)];
    (plain, inner(), inner(), inner())
        .prop_map(|(script, before, after, cleanup)| Script { before, after, cleanup, ..script })
        .boxed()
}

fn synthetics(depth: u32) -> impl Strategy<Value = Vec<SyntheticStage>> {
    let one = (script(depth), policy(), timeout(), vec(any::<bool>(), 3));
    vec(one, 1..=3).prop_map(|stages| {
        let stage =
            |(place, (script, on_failure, timeout, after)): (usize, (Script, _, _, Vec<bool>))| SyntheticStage {
                after: (0..place).filter(|&earlier| after[earlier]).collect(),
                on_failure,
                timeout,
                ..SyntheticStage::new(format!("synthetic {place}"), "scripted", script.json())
            };
        stages.into_iter().enumerate().map(stage).collect()
    })
}

fn steps() -> impl Strategy<Value = Vec<TaskSpec>> {
    let step = prop_oneof![
        4 => (1..200_u64).prop_map(|secs| vec![TaskSpec::run("work", Duration::from_secs(secs))]),
        1 => (0..30_u64).prop_map(|secs| vec![wait(secs)]),
        1 => (any::<bool>(), any::<bool>(), 0..100_u64).prop_map(|(judges, options, deadline)| {
            let judges: &[&str] = if judges { &["ann"] } else { &[] };
            let options: &[&str] = if options { &["blue", "green"] } else { &[] };
            vec![judgment(judges, options, deadline)]
        }),
    ];
    let child = vec![run("start"), await_child()];
    (vec(step, 0..3), weighted(0.2, Just(child)))
        .prop_map(|(steps, child)| [child.unwrap_or_default(), steps.concat()].concat())
}
