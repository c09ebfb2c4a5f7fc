//! `group`: does nothing, so that branches can meet there.

use gennaker_core::execution::{Plan, Scope};
use serde_json::json;

use crate::kind::{StageKind, Unplanned};

pub(crate) struct Group;

impl StageKind for Group {
    fn kind(&self) -> &'static str {
        "group"
    }

    fn plan(&self, _scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        Ok(Plan { inputs: json!({}), ..Plan::default() })
    }
}
