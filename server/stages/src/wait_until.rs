//! `wait_until`: waits until a point in time.

use gennaker_core::Timestamp;
use gennaker_core::execution::{Plan, Scope, TaskKind, TaskSpec};
use gennaker_proto::v1::WaitUntilStage;
use serde_json::json;

use crate::common::config::{required, resolve};
use crate::kind::{StageKind, Unplanned};

pub(crate) struct WaitUntil;

impl StageKind for WaitUntil {
    fn kind(&self) -> &'static str {
        "wait_until"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let config: WaitUntilStage = resolve(scope)?;
        let time = instant(&required(config.time, "time")?);
        let wait = TaskSpec { name: "wait".into(), kind: TaskKind::Wait { duration: time.since(scope.now) } };
        let inputs = json!({ "time": time.to_string(), "skipText": config.skip_text });
        Ok(Plan { inputs, tasks: vec![wait], ..Plan::default() })
    }
}

fn instant(time: &prost_types::Timestamp) -> Timestamp {
    let micros = time.seconds.saturating_mul(1_000_000).saturating_add(i64::from(time.nanos) / 1000);
    Timestamp::from_micros(micros)
}
