//! The trigger kind `manual`: somebody asks for it.

use gennaker_proto::v1::{FieldViolation, ManualTrigger};

use crate::Verdict;

pub(crate) fn problems(_: &ManualTrigger) -> Vec<FieldViolation> {
    Vec::new()
}

pub(crate) fn verdict(_: &ManualTrigger) -> Verdict {
    Verdict::Matches
}
