//! `spinnaker`: a stage of Spinnaker that was imported and that can't run here yet. It keeps what it was.

use gennaker_core::execution::{Failure, Plan, Scope};
use gennaker_proto::v1::SpinnakerStage;

use crate::common::config::resolve;
use crate::kind::{StageKind, Unplanned};

pub(crate) struct Spinnaker;

impl StageKind for Spinnaker {
    fn kind(&self) -> &'static str {
        "spinnaker"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let SpinnakerStage { r#type: kind, .. } = resolve(scope)?;
        let message =
            format!("Spinnaker's stage {kind:?} can't run here yet; put a stage of another kind in its place");
        Err(Failure::permanent(message).into())
    }
}
