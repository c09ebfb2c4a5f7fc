//! `wait`: waits for a time.

use std::time::Duration;

use gennaker_core::execution::{Plan, Scope, TaskKind, TaskSpec};
use gennaker_proto::v1::WaitStage;
use serde_json::json;

use crate::common::config::{duration, required, resolve};
use crate::kind::{StageKind, Unplanned};

pub(crate) struct Wait;

impl StageKind for Wait {
    fn kind(&self) -> &'static str {
        "wait"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let config: WaitStage = resolve(scope)?;
        let given = required(config.duration, "duration")?;
        let duration = duration(Some(&given), Duration::ZERO)?;
        let wait = TaskSpec { name: "wait".into(), kind: TaskKind::Wait { duration } };
        let inputs = json!({ "duration": format!("{}s", duration.as_secs_f64()), "skipText": config.skip_text });
        Ok(Plan { inputs, tasks: vec![wait], ..Plan::default() })
    }
}
