//! Pipelines as people have them in Spinnaker: what of them is carried over, and back.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
#![allow(clippy::print_stdout, reason = "the table is for people to read")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use gennaker_proto::v1::import_finding::Severity;
use gennaker_proto::{rules, v1};
use gennaker_spinnaker::{ID_LABEL, Known, export, import};
use serde_json::Value as Json;

/// The types of stages that this server runs.
const RUN: [&str; 27] = [
    "wait",
    "waitUntil",
    "manualJudgment",
    "pipeline",
    "checkPreconditions",
    "webhook",
    "openTicket",
    "evaluateVariables",
    "dependsOnExecution",
    "findArtifactFromExecution",
    "deploy",
    "createServerGroup",
    "cloneServerGroup",
    "enableServerGroup",
    "disableServerGroup",
    "resizeServerGroup",
    "destroyServerGroup",
    "rollbackServerGroup",
    "rollbackCluster",
    "disableCluster",
    "scaleDownCluster",
    "shrinkCluster",
    "findImage",
    "runJob",
    "group",
    "noop",
    "fail",
];

fn texts(folder: &str) -> BTreeMap<String, String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder);
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    files
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(path).unwrap()))
        .collect()
}

fn known() -> Known {
    Known { application: "shop".to_owned(), custom_kinds: ["open-ticket".to_owned()].into(), ..Known::default() }
}

/// The corpus: each file's name, its text, and what the import of all of them made of it.
fn corpus(folder: &str) -> Vec<(String, Json, v1::ImportedPipeline)> {
    let files = texts(folder);
    let documents: Vec<String> = files.values().cloned().collect();
    let templates: Vec<String> = texts("templates").into_values().collect();
    let imported = import(&documents, &templates, &known());
    assert_eq!(imported.len(), files.len());
    let read = files.into_iter().map(|(name, text)| (name, serde_json::from_str(&text).unwrap()));
    read.zip(imported).map(|((name, document), imported)| (name, document, imported)).collect()
}

fn is_loss(finding: &v1::ImportFinding) -> bool {
    match finding.severity() {
        Severity::Unspecified | Severity::Note => false,
        Severity::Unsupported | Severity::Dropped | Severity::Error => true,
    }
}

#[test]
fn stages_of_the_kinds_that_we_run_are_carried_over_without_loss() {
    let mut table: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let corpus = corpus("");
    assert!(corpus.len() >= 60, "the corpus has {} pipelines", corpus.len());
    let mut whole = 0;
    for (_, document, imported) in &corpus {
        whole += usize::from(!imported.findings.iter().any(is_loss));
        for (place, stage) in document["stages"].as_array().unwrap().iter().enumerate() {
            let path = format!("stages[{place}]");
            let of_stage = |finding: &&v1::ImportFinding| {
                finding.path.strip_prefix(&path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            };
            let lost = imported.findings.iter().filter(of_stage).any(is_loss);
            let row = table.entry(stage["type"].as_str().unwrap().to_owned()).or_default();
            row.0 += 1;
            row.1 += usize::from(!lost);
        }
    }
    println!("{:<28} {:>6} {:>8}", "type", "stages", "no loss");
    let (mut stages, mut without_loss) = (0, 0);
    for (kind, (all, whole)) in &table {
        println!(
            "{kind:<28} {all:>6} {whole:>8}{}",
            if RUN.contains(&kind.as_str()) { "" } else { "   kept, not run" }
        );
        // Waits are many and simple; they would hide the others.
        if RUN.contains(&kind.as_str()) && kind != "wait" {
            (stages, without_loss) = (stages + all, without_loss + whole);
        }
    }
    println!(
        "{without_loss} of {stages} stages of kinds that run here, waits apart, {:.1} %",
        percent(without_loss, stages)
    );
    println!("{whole} of {} pipelines as a whole, {:.1} %", corpus.len(), percent(whole, corpus.len()));
    assert!(percent(without_loss, stages) >= 95.0);
}

fn percent(part: usize, whole: usize) -> f64 {
    part as f64 * 100.0 / whole as f64
}

#[test]
fn what_is_imported_is_sound() {
    for (name, _, imported) in corpus("").into_iter().chain(corpus("templated")) {
        let Some(pipeline) = &imported.pipeline else { panic!("{name}: {:?}", imported.findings) };
        assert_eq!(rules::check(pipeline), [], "{name}");
        for trigger in &imported.triggers {
            assert_eq!(rules::check(trigger), [], "{name}");
        }
        let ids: BTreeSet<&str> = pipeline.stages.iter().map(|stage| stage.id.as_str()).collect();
        assert_eq!(ids.len(), pipeline.stages.len(), "{name}");
        let after = pipeline.stages.iter().flat_map(|stage| &stage.depends_on);
        after.for_each(|id| assert!(ids.contains(id.as_str()), "{name}: {id}"));
    }
}

#[test]
fn everything_that_is_not_carried_over_is_reported() {
    let mut lines = Vec::new();
    for (name, _, imported) in corpus("").into_iter().chain(corpus("templated")) {
        for finding in &imported.findings {
            let severity = finding.severity().as_str_name().trim_start_matches("SEVERITY_").to_owned();
            lines.push(format!("{name}: {severity} {}: {}", finding.path, finding.reason));
        }
    }
    insta::assert_snapshot!("findings", lines.join("\n"));
}

fn ids(corpus: &[(String, Json, v1::ImportedPipeline)]) -> BTreeMap<String, String> {
    let pipelines = corpus.iter().filter_map(|(.., imported)| imported.pipeline.as_ref());
    pipelines.map(|pipeline| (pipeline.name.clone(), pipeline.labels[ID_LABEL].clone())).collect()
}

#[test]
fn what_is_exported_is_imported_as_the_same() {
    let corpus: Vec<_> = corpus("").into_iter().chain(corpus("templated")).collect();
    let ids = ids(&corpus);
    for (name, _, imported) in &corpus {
        let pipeline = imported.pipeline.as_ref().unwrap();
        let exported = export(pipeline, &imported.triggers, &ids);
        let known = Known { imported: ids.iter().map(|(name, id)| (id.clone(), name.clone())).collect(), ..known() };
        let again = import(&[exported.document.to_string()], &[], &known).remove(0);
        let decoded = |pipeline: &v1::Pipeline| gennaker_proto::json::encode(pipeline);
        assert_eq!(again.pipeline.as_ref().map(decoded), Some(decoded(pipeline)), "{name}\n{:#}", exported.document);
        assert_eq!(again.triggers, imported.triggers, "{name}");
        assert!(
            !again.findings.iter().any(|finding| finding.severity() == Severity::Error),
            "{name}: {:?}",
            again.findings
        );
    }
}

/// What Spinnaker or its forms note, or say twice.
const NOTED: [&str; 21] = [
    "lastModifiedBy",
    "updateTs",
    "cloudProvider",
    "cloudProviderType",
    "provider",
    "moniker",
    "failOnFailedExpressions",
    "level",
    "customKind",
    "parallel",
    "hasOptions",
    "account",
    "imageSource",
    "application",
    "type",
    "strategy",
    "amiName",
    "resizeType",
    "sendNotifications",
    "overrideTimeout",
    "refId",
];

#[test]
fn what_is_imported_is_exported_as_it_was() {
    let corpus = corpus("");
    let ids = ids(&corpus);
    let mut differences = Vec::new();
    for (name, document, imported) in &corpus {
        let exported = export(imported.pipeline.as_ref().unwrap(), &imported.triggers, &ids).document;
        let left_out = |path: &str| {
            imported.findings.iter().any(|finding| {
                let said = finding.severity() == Severity::Dropped || finding.reason.contains("left out");
                let here = path
                    .strip_prefix(finding.path.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
                said && here
            })
        };
        if imported.findings.iter().any(|finding| finding.reason.contains("regions: it is one stage for each")) {
            continue;
        }
        compare(document, &exported, "", &left_out, &mut |path, was, is| {
            differences.push(format!("{name}: {path}: {was} became {is}"));
        });
    }
    // The same said otherwise: a list of texts for one of objects, what a form has left, an id that Spinnaker makes.
    insta::assert_snapshot!("differences", differences.join("\n"));
}

/// Finds what of a document is missing or different in another.
fn compare(
    was: &Json,
    is: &Json,
    path: &str,
    left_out: &dyn Fn(&str) -> bool,
    report: &mut dyn FnMut(&str, &Json, &Json),
) {
    let last = path.rsplit('.').next().unwrap_or_default();
    if left_out(path) || NOTED.contains(&last) {
        return;
    }
    match (was, is) {
        (Json::Object(fields), is) => {
            for (key, was) in fields {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                compare(was, is.get(key).unwrap_or(&Json::Null), &path, left_out, report);
            }
        }
        (Json::Array(elements), is) => {
            for (place, was) in elements.iter().enumerate() {
                compare(was, is.get(place).unwrap_or(&Json::Null), &format!("{path}[{place}]"), left_out, report);
            }
        }
        (was, Json::Null) if says_nothing(was) => {}
        (was, is) if plain(was) == plain(is) => {}
        (was, is) => report(path, was, is),
    }
}

fn says_nothing(value: &Json) -> bool {
    matches!(value, Json::Null | Json::Bool(false)) || *value == "" || *value == 0 || *value == "false"
}

fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.replace(' ', ""),
        other => other.to_string(),
    }
}
