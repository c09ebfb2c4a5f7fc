//! Documents that are broken, huge, or nonsense: clear findings, and never a panic.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use gennaker_proto::v1;
use gennaker_proto::v1::import_finding::Severity;
use gennaker_spinnaker::{Known, export, import};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

static CORPUS: LazyLock<Vec<Json>> = LazyLock::new(|| {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let files = files.iter().filter(|path| path.is_file());
    files.map(|path| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()).collect()
});

fn known() -> Known {
    Known { application: "shop".to_owned(), ..Known::default() }
}

fn import_one(document: &Json) -> v1::ImportedPipeline {
    let mut imported = import(&[document.to_string()], &[], &known());
    if imported.is_empty() { v1::ImportedPipeline::default() } else { imported.remove(0) }
}

fn errors(document: &Json) -> Vec<String> {
    let findings = import_one(document).findings.into_iter();
    let findings = findings.filter(|finding| finding.severity() == Severity::Error);
    findings.map(|finding| format!("{}: {}", finding.path, finding.reason)).collect()
}

fn stages(stages: Json) -> Json {
    json!({"name": "p", "application": "shop", "stages": stages})
}

#[test]
fn what_is_wrong_is_told_by_its_path() {
    let wait = |more: Json| {
        let mut stage = json!({"refId": "1", "type": "wait", "name": "W", "waitTime": 1});
        stage.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        errors(&stages(json!([stage])))
    };
    assert_eq!(wait(json!({})), [""; 0]);
    assert_eq!(wait(json!({"waitTime": "soon"})), ["stages[0].waitTime: must be a number of seconds, and is \"soon\""]);
    assert_eq!(wait(json!({"waitTime": [1]})), ["stages[0].waitTime: must be a number of seconds, and is a list"]);
    assert_eq!(
        wait(json!({"requisiteStageRefIds": ["9"]})),
        ["stages[0].requisiteStageRefIds[0]: there is no stage with the refId \"9\""]
    );
    assert_eq!(wait(json!({"requisiteStageRefIds": "1"})), ["stages[0].requisiteStageRefIds: must be a list"]);
    assert_eq!(wait(json!({"type": ""})), ["stages[0]: a stage has a `type`"]);
    let window = json!({"days": [8], "whitelist": [{"startHour": 25}, 3]});
    assert_eq!(
        wait(json!({"restrictExecutionDuringTimeWindow": true, "restrictedExecutionWindow": window})),
        [
            "stages[0].restrictedExecutionWindow.days[0]: a day is a number from 1, Sunday, to 7, and this is 8",
            "stages[0].restrictedExecutionWindow.whitelist[0].startHour: must be a number from 0 to 23, and is 25",
            "stages[0].restrictedExecutionWindow.whitelist[1]: a range of times is an object",
        ]
    );
    assert_eq!(
        errors(&json!({"stages": [3]})),
        ["name: a pipeline has a name; Spinnaker's form for JSON leaves it out", "stages[0]: a stage is an object"]
    );
    let twice = json!({"refId": "1", "type": "wait", "waitTime": 1});
    assert_eq!(errors(&stages(json!([twice, twice]))), ["stages[1].refId: another stage has the refId \"1\" already"]);
}

#[test]
fn documents_that_are_no_pipelines_are_told_by_their_place() {
    let texts = ["{\"name\": ", "[]", "[[], {\"name\": \"a\"}, {\"name\": \"a\"}]"].map(str::to_owned);
    let found: Vec<String> = import(&texts, &[], &known())
        .into_iter()
        .map(|imported| {
            let error = imported.findings.iter().find(|finding| finding.severity() == Severity::Error);
            format!("{}: {}", imported.document, error.map_or("", |finding| finding.reason.as_str()))
        })
        .collect();
    assert_eq!(
        found,
        [
            "documents[0]: this is no JSON: EOF while parsing a value at line 1 column 9",
            "documents[2][0]: a pipeline is an object, and this is a list",
            "documents[2][1]: ",
            "documents[2][2]: another pipeline of this import has the same id, or the same name and no id",
        ]
    );
}

#[test]
fn what_is_kept_can_be_as_deep_as_a_document() {
    let nested = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!({ "x": inner }));
    let document =
        |levels: usize| stages(json!([{"refId": "1", "type": "deployManifest", "manifest": nested(levels)}]));
    let imported = import_one(&document(25));
    let exported = export(imported.pipeline.as_ref().unwrap(), &[], &BTreeMap::new()).document;
    assert_eq!(exported["stages"][0]["manifest"], nested(25));
    assert!(errors(&document(26))[0].contains("28 levels"));
}

#[test]
fn a_list_of_findings_is_bounded() {
    let odd: serde_json::Map<String, Json> = (0..5000).map(|number| (format!("odd{number}"), json!(1))).collect();
    assert_eq!(import_one(&Json::Object(odd)).findings.len(), 1001);
}

#[test]
fn a_document_can_not_grow() {
    let regions: Vec<String> = (0..5000).map(|number| format!("r{number}")).collect();
    let large = "x".repeat(10_000);
    let stage = json!({"refId": "1", "type": "enableServerGroup", "regions": regions, "comments": large});
    assert!(errors(&stages(json!([stage])))[0].contains("5000 copies of it"));
    let zones: Json =
        regions.iter().map(|region| (region.clone(), json!([]))).collect::<serde_json::Map<_, _>>().into();
    let clusters = json!([{"availabilityZones": zones, "userData": large}]);
    let kept = import_one(&stages(json!([{"refId": "1", "type": "deploy", "clusters": clusters}])));
    assert!(kept.findings.iter().any(|finding| finding.reason.contains("5000 copies of it")));
    let many = vec![json!({"type": "wait", "name": "same", "waitTime": 1}); 5000];
    assert_eq!(import_one(&stages(json!(many))).pipeline.unwrap().stages.len(), 5000);
    let more = vec![json!({"type": "wait"}); 5001];
    assert_eq!(errors(&stages(json!(more))), ["stages: there are at most 5000, and here are 5001"]);
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        "[a-z${}'. ]{0,12}".prop_map(Json::from),
        Just(json!("${ parameters.x }")),
        Just(json!("${templateVariables.v}")),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            proptest::collection::vec((key(), inner), 0..5).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

const KEYS: &[&str] =
    &["name", "type", "stages", "id", "context", "clusters", "preconditions", "notifications", "when", "template"];

fn key() -> impl Strategy<Value = String> {
    prop_oneof![proptest::sample::select(KEYS).prop_map(str::to_owned), "[a-zA-Z.\\[]{0,6}"]
}

/// Every place in a value.
fn places(value: &Json, path: String, found: &mut Vec<String>) {
    match value {
        Json::Object(fields) => {
            fields.iter().for_each(|(key, value)| places(value, format!("{path}/{}", key.replace('/', "~1")), found));
        }
        Json::Array(elements) => {
            elements.iter().enumerate().for_each(|(place, value)| places(value, format!("{path}/{place}"), found));
        }
        _ => {}
    }
    found.push(path);
}

/// A pipeline of the corpus with other values in some places.
fn damaged() -> impl Strategy<Value = Json> {
    let damage = proptest::collection::vec((any::<proptest::sample::Index>(), any_json()), 1..4);
    (0..CORPUS.len(), damage).prop_map(|(number, damage)| {
        let mut document = CORPUS[number].clone();
        for (index, value) in damage {
            let mut found = Vec::new();
            places(&document, String::new(), &mut found);
            if let Some(place) = document.pointer_mut(&found[index.index(found.len())]) {
                *place = value;
            }
        }
        document
    })
}

/// Imports, exports, and imports what was exported.
fn there_and_back(document: &Json) {
    for imported in import(&[document.to_string()], &[], &known()) {
        let Some(pipeline) = imported.pipeline else { continue };
        let exported = export(&pipeline, &imported.triggers, &BTreeMap::new());
        import_one(&exported.document);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_is_imported_or_refused(document in any_json()) {
        there_and_back(&document);
    }

    #[test]
    fn damaged_pipelines_are_imported_or_refused(document in damaged()) {
        there_and_back(&document);
    }

    #[test]
    fn what_was_imported_comes_back_the_same(document in damaged()) {
        let imported = import_one(&document);
        let sound = !imported.findings.iter().any(|finding| finding.severity() == Severity::Error);
        if let Some(pipeline) = imported.pipeline.filter(|_| sound) {
            let exported = export(&pipeline, &imported.triggers, &BTreeMap::new()).document;
            let again = import_one(&exported);
            prop_assert_eq!(again.pipeline.as_ref(), Some(&pipeline), "{:#}", exported);
            prop_assert_eq!(again.triggers, imported.triggers, "{:#}", exported);
        }
    }

    #[test]
    fn any_text_is_imported_or_refused(text in ".{0,200}") {
        import(std::slice::from_ref(&text), std::slice::from_ref(&text), &known());
    }

    #[test]
    fn any_template_is_planned_or_refused(template in any_json(), variables in any_json(), text in "[a-z${}'.\\[\\] ]{0,40}") {
        let text = text.replace('v', "${ templateVariables.v }");
        let template = json!({"schema": "v2", "id": "t", "variables": [{"name": "v", "type": "string", "defaultValue": "x"}],
            "pipeline": {"a": template, "expression": text, "b": text}});
        let config = json!({"schema": "v2", "name": "n", "template": "spinnaker://t", "variables": variables});
        import(&[config.to_string()], &[template.to_string()], &known());
    }
}
