//! Server groups that the execution has made.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::expression::environment::Environment;
use crate::expression::text::Text;
use crate::expression::value::Value;

/// The server groups that stages before this one have made, of those stages whose names are given or, without names, of
/// all. Each has what the stage put out about it, with Spinnaker's names besides.
pub(in crate::expression) fn server_groups<'a>(environment: &'a Environment<'a>, names: &[Text<'_>]) -> Value<'a> {
    let mut found = Vec::new();
    for stage in environment.ancestors().filter(|stage| stage.parent.is_none()) {
        let name = stage.definition.name.as_str();
        if !names.is_empty() && !names.iter().any(|wanted| **wanted == *name) {
            continue;
        }
        let made = stage.outputs.get("deployments").and_then(Json::as_array);
        for deployment in made.into_iter().flatten().filter_map(Json::as_object) {
            let mut group: BTreeMap<Text<'a>, Value<'a>> =
                deployment.iter().map(|(key, value)| (Text::Borrowed(key.as_str()), value.into())).collect();
            if let Some(server_group) = deployment.get("server_group") {
                group.insert("serverGroup".into(), server_group.into());
            }
            group.insert("parentStage".into(), stage.id().as_str().into());
            group.insert("type".into(), stage.definition.kind.as_str().into());
            found.push(group.into());
        }
    }
    found.into()
}
