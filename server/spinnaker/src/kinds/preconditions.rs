//! Preconditions, and failing.

use serde_json::{Map, Value as Json, json};

use super::{Kind, PLAIN, target};
use crate::export::Export;
use crate::form::{FOREIGN, Field, Form, UNKNOWN, field};
use crate::import::Import;
use crate::source::{Source, flag};

pub(super) const CHECK_PRECONDITIONS: Kind = Kind {
    types: &["checkPreconditions"],
    ours: "check_preconditions",
    import: |import, from, to, at| {
        let mut preconditions = Vec::new();
        for (path, element) in from.take_list("preconditions") {
            let Json::Object(object) = element else { return Err("one of its preconditions is no object".to_owned()) };
            let at = format!("{at}.preconditions[{}]", preconditions.len());
            preconditions.push(precondition(import, Source::new(path, object), &at)?);
        }
        if preconditions.is_empty() {
            return Err("its preconditions are no list".to_owned());
        }
        to.insert("preconditions".to_owned(), Json::Array(preconditions));
        Ok(())
    },
    export: |export, from, to, at| {
        let fail = to.get("failPipeline").cloned();
        let mut list = Vec::new();
        for (number, (path, element)) in from.take_list("preconditions").into_iter().enumerate() {
            let Json::Object(object) = element else { continue };
            let at = format!("{at}.preconditions[{number}]");
            let mut theirs = export_precondition(export, Source::new(path, object), &at);
            theirs.extend(fail.clone().map(|fail| ("failPipeline".to_owned(), fail)));
            list.push(Json::Object(theirs));
        }
        to.insert("preconditions".to_owned(), Json::Array(list));
    },
    ..PLAIN
};

const CLUSTER_SIZE: &[Field] = &[
    field(
        "comparison",
        "comparison",
        Form::Choice(&[
            ("==", "COMPARISON_EQUAL"),
            ("<", "COMPARISON_LESS"),
            ("<=", "COMPARISON_LESS_OR_EQUAL"),
            (">", "COMPARISON_GREATER"),
            (">=", "COMPARISON_GREATER_OR_EQUAL"),
        ]),
    ),
    field("expected", "expected", Form::Whole),
    field("onlyEnabledServerGroups", "only_enabled", Form::Flag),
];

const STAGE_STATUS: &[Field] = &[field(
    "stageStatus",
    "status",
    Form::Choice(&[
        ("SUCCEEDED", "STAGE_STATUS_SUCCEEDED"),
        ("FAILED_CONTINUE", "STAGE_STATUS_FAILED_CONTINUE"),
        ("TERMINAL", "STAGE_STATUS_TERMINAL"),
        ("CANCELED", "STAGE_STATUS_CANCELED"),
        ("STOPPED", "STAGE_STATUS_STOPPED"),
        ("SKIPPED", "STAGE_STATUS_SKIPPED"),
        ("RUNNING", "STAGE_STATUS_RUNNING"),
        ("PAUSED", "STAGE_STATUS_PAUSED"),
        ("NOT_STARTED", "STAGE_STATUS_NOT_STARTED"),
    ]),
)];

const OWN_FAILURE: &str = "preconditions fail as their stage does here: set `on_failure` of the stage";

fn precondition(import: &mut Import<'_>, mut from: Source, at: &str) -> Result<Json, String> {
    let sort = from.take_text("type").unwrap_or_default();
    // Its fields are in an object of their own, and older ones beside.
    let mut context = from.take_object("context").unwrap_or_else(|| Source::new(from.path(), Map::new()));
    for key in ["cluster", "regions", "credentials", "moniker", "comparison", "expected", "expression"] {
        if let Some(value) = from.take(key) {
            context.put(key, value);
        }
    }
    let (mut to, mut check) = (Map::new(), Map::new());
    let kind = match sort.as_str() {
        "expression" => {
            let expression = context.take("expression").unwrap_or_else(|| Json::from("false"));
            let expression = import.value(&Form::Text, expression, &context.at("expression"), at);
            check.extend(expression.map(|text| ("expression".to_owned(), text)));
            context.skip(&["expressionResult"]);
            "expression"
        }
        "clusterSize" => {
            target::cluster(import, &mut context, &mut check, &format!("{at}.cluster_size"))?;
            import.fields(CLUSTER_SIZE, &mut context, &mut check, &format!("{at}.cluster_size"));
            "cluster_size"
        }
        "stageStatus" => {
            let name = context.take_text("stageName").unwrap_or_default();
            let id = import.stages.get(&name).cloned().unwrap_or_else(|| {
                import.findings.error(context.at("stageName"), format!("there is no stage named {name:?}"));
                name
            });
            check.insert("stage".to_owned(), Json::from(id));
            import.fields(STAGE_STATUS, &mut context, &mut check, &format!("{at}.stage_status"));
            "stage_status"
        }
        other => return Err(format!("this server has no preconditions of the type {other:?}")),
    };
    let message = context.take_first(&["failureMessage"]).or_else(|| from.take_first(&["failureMessage"]));
    to.extend(message.map(|(_, text)| ("fail_message".to_owned(), text)));
    if from.take("failPipeline").as_ref().and_then(flag) == Some(false) && !import.lenient {
        import.findings.note(from.at("failPipeline"), OWN_FAILURE);
    }
    from.skip(&["cloudProvider", "name"]);
    context.skip(&["cloudProvider"]);
    context.finish(&mut import.findings, UNKNOWN);
    from.finish(&mut import.findings, UNKNOWN);
    to.insert(kind.to_owned(), Json::Object(check));
    Ok(Json::Object(to))
}

fn export_precondition(export: &mut Export<'_>, mut from: Source, at: &str) -> Map<String, Json> {
    let mut context = Map::new();
    let sort = if let Some(mut check) = from.take_object("expression") {
        context.extend(check.take("expression").map(|text| ("expression".to_owned(), text)));
        "expression"
    } else if let Some(mut check) = from.take_object("cluster_size") {
        target::export_cluster(export, &mut check, &mut context, &format!("{at}.cluster_size"));
        export.fields(CLUSTER_SIZE, &mut check, &mut context, &format!("{at}.cluster_size"));
        "clusterSize"
    } else {
        let mut check = from.take_object("stage_status").unwrap_or_else(|| Source::new(from.path(), Map::new()));
        let id = check.take_text("stage").unwrap_or_default();
        if export.stage_name(&id) == id {
            export.findings.note(export.at(at), "Spinnaker finds a stage by its name: give it one");
        }
        context.insert("stageName".to_owned(), Json::from(export.stage_name(&id)));
        export.fields(STAGE_STATUS, &mut check, &mut context, &format!("{at}.stage_status"));
        "stageStatus"
    };
    context.extend(from.take("fail_message").map(|text| ("failureMessage".to_owned(), text)));
    from.finish(&mut export.findings, FOREIGN);
    Map::from_iter([("type".to_owned(), Json::from(sort)), ("context".to_owned(), Json::Object(context))])
}

/// Spinnaker has no stage that fails; people write a precondition that never holds.
pub(super) const FAIL: Kind = Kind {
    types: &["checkPreconditions"],
    ours: "fail",
    import: |_, from, to, _| {
        let mut preconditions = from.take_list("preconditions");
        let message = preconditions.pop().and_then(|(_, only)| {
            let message =
                [&only["context"]["failureMessage"], &only["failureMessage"]].into_iter().find(|text| text.is_string());
            message.cloned()
        });
        to.extend(message.map(|text| ("message".to_owned(), text)));
        Ok(())
    },
    export: |_, from, to, _| {
        let mut context = json!({"expression": "false"});
        if let Some(message) = from.take("message") {
            context["failureMessage"] = message;
        }
        let fail = to.get("failPipeline").cloned().unwrap_or(Json::Bool(true));
        let precondition = json!({"type": "expression", "context": context, "failPipeline": fail});
        to.insert("preconditions".to_owned(), Json::Array(vec![precondition]));
    },
    ..PLAIN
};

/// All preconditions of a stage say of themselves that they do not fail the pipeline.
pub(crate) fn all_lenient(from: &Source) -> bool {
    let lenient = |precondition: &Json| precondition.get("failPipeline").and_then(flag) == Some(false);
    let preconditions = from.peek("preconditions").and_then(Json::as_array);
    preconditions.is_some_and(|list| !list.is_empty() && list.iter().all(lenient))
}

/// No precondition at all: a point at which branches meet.
pub(super) fn is_empty(sort: &str, from: &Source) -> bool {
    let some = |value: &Json| value.as_array().is_none_or(|list| !list.is_empty());
    sort == "checkPreconditions" && !from.peek("preconditions").is_some_and(some)
}

/// A precondition that never holds, and nothing else.
pub(super) fn is_fail(sort: &str, from: &Source) -> bool {
    let Some([only]) = from.peek("preconditions").and_then(Json::as_array).map(Vec::as_slice) else { return false };
    let written = [&only["context"]["expression"], &only["expression"]].into_iter().find(|value| !value.is_null());
    let never = match written.unwrap_or(&Json::Null) {
        // Spinnaker takes none for false.
        Json::Null => true,
        Json::Bool(value) => !value,
        Json::String(text) => matches!(text.trim(), "false" | "${false}" | "${ false }"),
        _ => false,
    };
    sort == "checkPreconditions" && only["type"] == "expression" && never
}
