//! `manual_judgment`: waits until a person decides whether the execution goes on.

use std::time::Duration;

use gennaker_core::execution::{Failure, JudgmentSpec, Plan, Scope, TaskKind, TaskSpec};
use gennaker_proto::v1::ManualJudgmentStage;
use serde_json::json;

use crate::common::config::{duration, resolve};
use crate::kind::StageKind;

const DEADLINE: Duration = Duration::from_secs(3 * 24 * 60 * 60);

pub(crate) struct ManualJudgment;

impl StageKind for ManualJudgment {
    fn kind(&self) -> &'static str {
        "manual_judgment"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Failure> {
        let ManualJudgmentStage { instructions, inputs: options, judges, deadline } = resolve(scope)?;
        let deadline = duration(deadline.as_ref(), DEADLINE)?;
        let inputs = json!({
            "instructions": instructions,
            "inputs": options,
            "judges": judges,
            "deadline": format!("{}s", deadline.as_secs_f64()),
        });
        let judgment = JudgmentSpec { instructions, options, judges, deadline };
        let task = TaskSpec { name: "wait_for_judgment".into(), kind: TaskKind::Judgment(judgment) };
        Ok(Plan { inputs, before: Vec::new(), tasks: vec![task] })
    }
}
