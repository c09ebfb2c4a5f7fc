//! Pipeline templates (MPTv2): a pipeline with variables, and configurations that give them values.

mod substitute;
mod variables;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::document;
use crate::finding::Findings;
use crate::source::is_empty;
use variables::Variable;

/// The templates of an import.
#[derive(Debug, Default)]
pub(crate) struct Templates {
    /// By id and tag; the tag may be empty.
    templates: BTreeMap<(String, String), Template>,
}

#[derive(Debug)]
struct Template {
    protect: bool,
    variables: Vec<Variable>,
    pipeline: Map<String, Json>,
}

/// What a configuration adds to: its own field, the template's, and what tells two of them apart.
const LISTS: [(&str, &str, &str); 4] = [
    ("triggers", "triggers", ""),
    ("parameters", "parameterConfig", "name"),
    ("notifications", "notifications", ""),
    ("expectedArtifacts", "expectedArtifacts", "id"),
];

impl Templates {
    /// Reads templates. Those that can't be read are reported, and missed where they are used.
    pub(crate) fn read(texts: &[String], findings: &mut Findings) -> Self {
        let mut templates = Self::default();
        for (number, text) in texts.iter().enumerate() {
            let place = format!("templates[{number}]");
            let elements = match document::read(text) {
                Ok(Json::Array(elements)) => elements,
                Ok(one) => vec![one],
                Err(problem) => {
                    findings.error(place, problem);
                    continue;
                }
            };
            for element in elements {
                if let Err(problem) = templates.add(element) {
                    findings.error(&place, problem);
                }
            }
        }
        templates
    }

    fn add(&mut self, value: Json) -> Result<(), String> {
        let Json::Object(mut object) = value else { return Err("a template is an object".to_owned()) };
        let text = |key: &str| object.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let (id, tag) = (text("id"), text("tag"));
        if text("schema") != "v2" {
            return Err(format!(
                "template {id:?} is not of the schema v2; have Spinnaker plan its pipelines, and import what it plans"
            ));
        }
        if id.is_empty() {
            return Err("a template has an `id`".to_owned());
        }
        let variables = variables::declared(object.remove("variables"))?;
        let protect = object.get("protect").and_then(Json::as_bool).unwrap_or_default();
        let Some(Json::Object(pipeline)) = object.remove("pipeline") else {
            return Err(format!("template {id:?} has no `pipeline`"));
        };
        if pipeline.contains_key("template") {
            return Err(format!("template {id:?} uses a template itself, which is not supported"));
        }
        self.templates.insert((id, tag), Template { protect, variables, pipeline });
        Ok(())
    }

    /// The pipeline that an object describes: itself, or the one that its template makes of it.
    pub(crate) fn plan(&self, object: Map<String, Json>, findings: &mut Findings) -> Result<Map<String, Json>, String> {
        if object.get("type").and_then(Json::as_str) == Some("templatedPipeline") && object.contains_key("config") {
            return Err(
                "it uses a template of the schema v1; have Spinnaker plan it, and import what it plans".to_owned()
            );
        }
        if object.get("schema").and_then(Json::as_str) != Some("v2") || !object.contains_key("template") {
            return Ok(object);
        }
        let (id, tag) = reference(&object["template"])?;
        let exact = self.templates.get(&(id.clone(), tag.clone()));
        let template = exact.or_else(|| self.templates.get(&(id.clone(), String::new())));
        let template =
            template.ok_or_else(|| format!("its template {id:?} is not among the templates of the import"))?;
        if exact.is_none() {
            findings.note(
                "template",
                format!("the template {id:?} that was given is taken for the one with the tag {tag:?}"),
            );
        }
        template.fill(object, findings)
    }
}

impl Template {
    fn fill(&self, mut config: Map<String, Json>, findings: &mut Findings) -> Result<Map<String, Json>, String> {
        let given = match config.remove("variables") {
            Some(Json::Object(given)) => given,
            Some(Json::Null) | None => Map::new(),
            Some(_) => return Err("its `variables` are no object".to_owned()),
        };
        let values = variables::bind(&self.variables, given)?;
        let mut pipeline = substitute::object(self.pipeline.clone(), &values)?;
        document::check_depth(&Json::Object(pipeline.clone()))?;
        let left_out = words(config.remove("exclude"));
        let inherited = config.remove("inherit").map(|list| words(Some(list)));
        for (key, theirs, identity) in LISTS {
            let keeps = !left_out.iter().any(|word| word == key)
                && inherited.as_ref().is_none_or(|list| list.iter().any(|word| word == key));
            let base = pipeline.remove(theirs).filter(|_| keeps);
            let more = [config.remove(key), config.remove(theirs)];
            let merged = merge(base.into_iter().chain(more.into_iter().flatten()), identity)?;
            pipeline.insert(theirs.to_owned(), Json::Array(merged));
        }
        if config.remove("stages").is_some_and(|stages| !is_empty(&stages)) {
            if self.protect {
                return Err("its template is protected, and it has stages of its own".to_owned());
            }
            findings.dropped("stages", "the stages are those of the template; those of the configuration are left out");
        }
        for key in ["template", "schema", "type"] {
            config.remove(key);
        }
        // What the configuration says wins.
        pipeline.extend(config);
        Ok(pipeline)
    }
}

/// The id and the tag in `spinnaker://id:tag`, as a text or in an artifact.
fn reference(template: &Json) -> Result<(String, String), String> {
    let text = template.as_str().or_else(|| template.get("reference")?.as_str()).unwrap_or_default();
    let Some(name) = text.strip_prefix("spinnaker://").filter(|name| !name.is_empty()) else {
        return Err(format!("its template must be named as `spinnaker://ID`, and is {text:?}"));
    };
    let (id, tag) = name.split_once('@').or_else(|| name.split_once(':')).unwrap_or((name, ""));
    Ok((id.to_owned(), tag.to_owned()))
}

fn words(list: Option<Json>) -> Vec<String> {
    let list = list.as_ref().and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect()
}

/// Lists one after the other. A later element with the same identity replaces an earlier one.
fn merge(lists: impl Iterator<Item = Json>, identity: &str) -> Result<Vec<Json>, String> {
    let mut merged: Vec<Json> = Vec::new();
    for list in lists {
        let Json::Array(elements) = list else { continue };
        if merged.len() + elements.len() > MOST_MERGED {
            return Err(format!("a list of the template and its configuration has more than {MOST_MERGED} elements"));
        }
        for element in elements {
            let same = |known: &Json| match (known.get(identity), element.get(identity)) {
                (Some(known), Some(new)) => known == new,
                _ => *known == element,
            };
            match merged.iter().position(same) {
                Some(place) => merged[place] = element,
                None => merged.push(element),
            }
        }
    }
    Ok(merged)
}

/// The most elements of a list that is merged: each is compared with the others.
const MOST_MERGED: usize = 500;

#[cfg(test)]
mod tests;
