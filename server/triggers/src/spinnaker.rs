//! The trigger kind `spinnaker`: one that was imported and whose source this server can't listen to yet.

use gennaker_proto::v1::{FieldViolation, SpinnakerTrigger};

use crate::Verdict;

pub(crate) fn problems(_: &SpinnakerTrigger) -> Vec<FieldViolation> {
    Vec::new()
}

pub(crate) fn verdict(trigger: &SpinnakerTrigger) -> Verdict {
    Verdict::Filtered(format!("this server can't listen to triggers of Spinnaker's type {:?} yet", trigger.r#type))
}
