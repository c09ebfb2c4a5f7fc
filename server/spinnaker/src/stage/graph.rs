//! The graph of a pipeline: ids of stages, and which come before which.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use crate::document;
use crate::import::Import;
use crate::kinds;
use crate::names::{self, Taken};

/// A stage with its id here.
pub(super) struct Item {
    pub(super) path: String,
    pub(super) object: Map<String, Json>,
    pub(super) id: String,
    pub(super) depends_on: Vec<String>,
}

/// The stages with their ids. A `refId` that is an id here stays, so that expressions that name stages by it still do.
pub(super) fn graph(import: &mut Import<'_>, stages: Vec<(String, Json)>) -> Vec<Item> {
    let mut objects = Vec::new();
    for (path, stage) in stages {
        match stage {
            Json::Object(object) => objects.extend(by_region(import, path, object)),
            _ => import.findings.error(path, "a stage is an object"),
        }
    }
    let sequence = is_sequence(&objects);
    if let (true, Some((path, _))) = (sequence && objects.len() > 1, objects.first()) {
        import.findings.note(path, "no stage has a `refId`, so they run one after the other");
    }
    let (mut ids, mut taken, mut items) = (BTreeMap::new(), Taken::new(), Vec::<Item>::new());
    for (path, mut object) in objects {
        let wanted = object.remove("refId").map(reference).unwrap_or_default();
        let id = id(import, &path, &wanted, &object, &mut taken);
        if ids.insert(wanted.clone(), id.clone()).is_some() && !wanted.is_empty() {
            import.findings.error(format!("{path}.refId"), format!("another stage has the refId {wanted:?} already"));
        }
        let name = object.get("name").and_then(Json::as_str).unwrap_or_default();
        let name = if name.is_empty() { id.as_str() } else { name };
        import.stages.entry(name.to_owned()).or_insert_with(|| id.clone());
        let before = items.last().filter(|_| sequence).map(|last| last.id.clone());
        items.push(Item { path, object, id, depends_on: before.into_iter().collect() });
    }
    for item in &mut items {
        let after = item.object.remove("requisiteStageRefIds");
        item.depends_on.extend(dependencies(import, &item.path, after, &ids));
    }
    items
}

/// Pipelines of the oldest form have a list of stages and no graph.
fn is_sequence(stages: &[(String, Map<String, Json>)]) -> bool {
    stages.iter().all(|(_, stage)| !stage.contains_key("refId") && !stage.contains_key("requisiteStageRefIds"))
}

fn reference(value: Json) -> String {
    match value {
        Json::String(text) => text,
        Json::Number(number) => number.to_string(),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => String::new(),
    }
}

fn id(import: &mut Import<'_>, path: &str, wanted: &str, object: &Map<String, Json>, taken: &mut Taken) -> String {
    if names::is_stage_id(wanted) && !taken.contains_key(wanted) {
        return names::unique(wanted, taken);
    }
    let name = object.get("name").and_then(Json::as_str).unwrap_or_default();
    let id = names::unique(&names::slug(if wanted.is_empty() { name } else { wanted }, "stage"), taken);
    if !wanted.is_empty() {
        let reason = format!(
            "{wanted:?} is no id here, so the stage is {id:?}; expressions that name it by its refId must be changed"
        );
        import.findings.note(format!("{path}.refId"), reason);
    }
    id
}

fn dependencies(
    import: &mut Import<'_>,
    path: &str,
    after: Option<Json>,
    ids: &BTreeMap<String, String>,
) -> Vec<String> {
    let path = format!("{path}.requisiteStageRefIds");
    let after = match after {
        Some(Json::Array(after)) => after,
        Some(Json::Null) | None => Vec::new(),
        Some(_) => {
            import.findings.error(&path, "must be a list");
            Vec::new()
        }
    };
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    for (number, wanted) in after.into_iter().enumerate() {
        let wanted = reference(wanted);
        match ids.get(&wanted) {
            Some(id) if seen.insert(id) => found.push(id.clone()),
            Some(_) => {}
            None => import
                .findings
                .error(format!("{path}[{number}]"), format!("there is no stage with the refId {wanted:?}")),
        }
    }
    found
}

/// A stage of Spinnaker's that acts on one server group in each of several regions is one stage for each region here, and
/// one after them that has its id.
fn by_region(import: &mut Import<'_>, path: String, object: Map<String, Json>) -> Vec<(String, Map<String, Json>)> {
    let sort = object.get("type").and_then(Json::as_str).unwrap_or_default();
    let regions = object.get("regions").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    if regions.len() < 2 || !kinds::is_of_one_region(sort) {
        return vec![(path, object)];
    }
    if let Err(problem) = document::check_copies(&object, regions.len()) {
        import.findings.error(format!("{path}.regions"), problem);
        return Vec::new();
    }
    let wanted = object.get("refId").cloned().map(reference).unwrap_or_default();
    let regions: Vec<String> = regions.iter().filter_map(Json::as_str).map(str::to_owned).collect();
    let reason = format!(
        "it acts in {} regions: it is one stage for each of them here, and one that waits for all",
        regions.len()
    );
    import.findings.note(format!("{path}.regions"), reason);
    let (mut parts, mut ids) = (Vec::new(), Vec::new());
    for region in &regions {
        let mut part = object.clone();
        let id = names::with_ending(&wanted, &format!("-{}", names::slug(region, "region")));
        part.insert("refId".to_owned(), Json::from(id.as_str()));
        part.insert("regions".to_owned(), json!([region]));
        ids.push(id);
        parts.push((path.clone(), part));
    }
    let mut end = Map::from_iter([("type".to_owned(), Json::from("noop"))]);
    end.extend(object.get("name").map(|name| ("name".to_owned(), name.clone())));
    end.insert("refId".to_owned(), Json::from(wanted));
    end.insert("requisiteStageRefIds".to_owned(), Json::from(ids));
    parts.push((path, end));
    parts
}
