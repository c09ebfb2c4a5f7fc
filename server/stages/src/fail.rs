//! `fail`: fails with a message.

use async_trait::async_trait;
use gennaker_core::execution::{Failure, Plan, Scope, TaskOutcome, TaskSpec};
use gennaker_engine::TaskRun;
use gennaker_proto::v1::FailStage;
use serde::{Deserialize, Serialize};

use crate::common::config::{inputs, resolve, to_inputs};
use crate::common::timeouts;
use crate::kind::{Context, StageKind, Unplanned};

const DEFAULT_MESSAGE: &str = "the pipeline ends here";

pub(crate) struct Fail;

#[derive(Serialize, Deserialize)]
struct Inputs {
    message: String,
}

#[async_trait]
impl StageKind for Fail {
    fn kind(&self) -> &'static str {
        "fail"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let FailStage { mut message } = resolve(scope)?;
        if message.is_empty() {
            DEFAULT_MESSAGE.clone_into(&mut message);
        }
        let tasks = vec![TaskSpec::run("fail", timeouts::CHECK)];
        Ok(Plan { inputs: to_inputs(&Inputs { message }), tasks, ..Plan::default() })
    }

    async fn run(&self, _context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        let Inputs { message } = inputs(run)?;
        Err(Failure::permanent(message))
    }
}
