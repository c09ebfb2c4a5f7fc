//! `manual_judgment`: waits until a person decides whether the execution goes on.

use std::time::Duration;

use gennaker_core::execution::{JudgmentSpec, Plan, Scope, TaskKind, TaskSpec};
use gennaker_proto::v1::ManualJudgmentStage;
use serde_json::json;

use crate::common::config::{duration, resolve};
use crate::kind::{StageKind, Unplanned};

const DEADLINE: Duration = Duration::from_secs(3 * 24 * 60 * 60);

pub(crate) struct ManualJudgment;

impl StageKind for ManualJudgment {
    fn kind(&self) -> &'static str {
        "manual_judgment"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let stage: ManualJudgmentStage = resolve(scope)?;
        let judgment = JudgmentSpec {
            instructions: stage.instructions,
            options: stage.inputs,
            judges: stage.judges,
            roles: stage.roles,
            approvals: stage.approvals.max(1),
            no_self_approval: stage.no_self_approval,
            deadline: duration(stage.deadline.as_ref(), DEADLINE)?,
        };
        let inputs = json!({
            "instructions": judgment.instructions,
            "inputs": judgment.options,
            "judges": judgment.judges,
            "roles": judgment.roles,
            "approvals": judgment.approvals,
            "noSelfApproval": judgment.no_self_approval,
            "deadline": format!("{}s", judgment.deadline.as_secs_f64()),
        });
        let task = TaskSpec { name: "wait_for_judgment".into(), kind: TaskKind::Judgment(judgment) };
        Ok(Plan { inputs, tasks: vec![task], ..Plan::default() })
    }
}
