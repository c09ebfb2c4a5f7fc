//! Judgments.

use serde_json::Value as Json;

use super::Kind;
use crate::form::{Form, field};
use crate::source::flag;

const AS_JUDGE: &str =
    "an execution here keeps the rights of who started it; it does not go on with those of the judge";

pub(super) const MANUAL_JUDGMENT: Kind = Kind {
    types: &["manualJudgment"],
    ours: "manual_judgment",
    fields: &[
        field("instructions", "instructions", Form::Text),
        field("judgmentInputs", "inputs", Form::Wrapped("value")),
        field("requiredJudgmentRoles", "roles", Form::Texts),
    ],
    limit: Some("deadline"),
    import: |import, from, _, _| {
        let selected = from.take("selectedStageRoles");
        let required =
            from.peek("requiredJudgmentRoles").and_then(Json::as_array).is_some_and(|roles| !roles.is_empty());
        if let (Some(roles), false) = (selected, required) {
            from.put("requiredJudgmentRoles", roles);
        }
        if from.take("propagateAuthenticationContext").as_ref().and_then(flag).unwrap_or_default() {
            import.findings.dropped(from.at("propagateAuthenticationContext"), AS_JUDGE);
        }
        from.skip(&["judgmentStatus", "judgmentInput", "lastModified", "notifyEveryMs"]);
        Ok(())
    },
    export: |_, from, to, _| {
        // Spinnaker's form shows one of the two, and its engine prefers the other.
        to.extend(from.peek("roles").cloned().map(|roles| ("selectedStageRoles".to_owned(), roles)));
    },
};
