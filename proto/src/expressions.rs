//! The expressions of a stage: where they are, and how their values get into it.
//!
//! A stage has expressions in its texts (`"image": "hello-${ parameters.version }"`) and, for every other field, in
//! `Stage.expressions`. [`all`] finds both, the engine evaluates them, and [`apply`] puts the values in and checks
//! the result. Paths use the names of the `.proto` files: `deploy.clusters[0].env.COLOR`.

mod path;

use std::collections::BTreeMap;

use prost_reflect::{DynamicMessage, Kind, ReflectMessage, Value};
use serde_json::Value as Json;

use crate::json;
use crate::reflect::{descriptor, from_dynamic, to_dynamic};
use crate::rules::{self, table};
use crate::v1::{FieldViolation, Stage};
pub use path::PathError;
use path::Target;

/// The expressions of a stage by the path of the field that each is for. Those in `Stage.expressions` win over the
/// texts of their fields.
pub fn all(stage: &Stage) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    collect(&to_dynamic(stage), "", &mut found);
    found.extend(stage.expressions.clone());
    found
}

/// Puts the values of expressions into a stage, and checks it; only its id is not missed, because no expression can set
/// it. What has a value is no longer in `Stage.expressions` of the result.
pub fn apply(stage: &Stage, values: &BTreeMap<String, Json>) -> Result<Stage, Vec<FieldViolation>> {
    let mut rest = stage.clone();
    rest.expressions.retain(|path, _| !values.contains_key(path));
    let mut document = json::encode_with_proto_names(&to_dynamic(&rest));
    let mut violations = Vec::new();
    for (path, value) in values {
        let set = path::parse(path).and_then(|(steps, target)| path::set(&mut document, &steps, fit(&target, value)));
        if let Err(error) = set {
            violations.push(violation(path, &error));
        }
    }
    if !violations.is_empty() {
        return Err(violations);
    }
    let applied = json::decode_dynamic(descriptor::<Stage>(), &document)
        .map_err(|error| vec![FieldViolation { field: error.path, description: error.message }])?;
    let mut violations = rules::check_dynamic(&applied);
    violations.retain(|violation| violation.field != "id");
    if violations.is_empty() { Ok(from_dynamic(&applied)) } else { Err(violations) }
}

/// Checks that a path leads to a field of a stage that an expression can set.
pub fn resolve(path: &str) -> Result<(), PathError> {
    path::parse(path).map(|_| ())
}

/// The paths in `Stage.expressions`.
pub(crate) fn declared(stage: &DynamicMessage) -> Vec<String> {
    let expressions = stage.get_field_by_name("expressions").expect("a stage has expressions");
    let keys = expressions.as_map().into_iter().flat_map(|map| map.keys());
    let mut paths: Vec<_> = keys.filter_map(|key| key.as_str()).map(str::to_owned).collect();
    paths.sort();
    paths
}

fn violation(path: &str, error: &PathError) -> FieldViolation {
    FieldViolation { field: path.to_owned(), description: error.to_string() }
}

/// Finds the texts with expressions in a message.
fn collect(message: &DynamicMessage, path: &str, found: &mut BTreeMap<String, String>) {
    if message.descriptor().package_name() == "google.protobuf" {
        return;
    }
    for (field, value) in message.fields() {
        if table::rule(&field).is_some_and(|rule| rule.rules.no_expression) {
            continue;
        }
        let path = if path.is_empty() { field.name().to_owned() } else { format!("{path}.{}", field.name()) };
        collect_value(value, &path, found);
    }
}

fn collect_value(value: &Value, path: &str, found: &mut BTreeMap<String, String>) {
    match value {
        Value::String(text) if text.contains("${") => {
            found.insert(path.to_owned(), text.clone());
        }
        Value::Message(message) => collect(message, path, found),
        Value::List(elements) => {
            for (index, element) in elements.iter().enumerate() {
                collect_value(element, &format!("{path}[{index}]"), found);
            }
        }
        Value::Map(entries) => {
            for (key, value) in entries {
                collect_value(value, &format!("{path}.{}", key.as_str().unwrap_or_default()), found);
            }
        }
        _ => {}
    }
}

/// Turns the value of an expression into the JSON that the field reads: numbers and booleans into texts where a text
/// is wanted, texts into booleans, and numbers of seconds into durations.
fn fit(target: &Target, value: &Json) -> Json {
    if let (Json::Array(elements), true) = (value, target.repeated) {
        let element = Target { kind: target.kind.clone(), repeated: false };
        return elements.iter().map(|value| fit(&element, value)).collect();
    }
    match (&target.kind, value) {
        (Kind::String, Json::Number(_) | Json::Bool(_)) => Json::from(value.to_string()),
        (Kind::Bool, Json::String(text)) => text.trim().parse::<bool>().map_or_else(|_| value.clone(), Json::from),
        (Kind::Message(message), Json::Number(number)) if message.full_name() == "google.protobuf.Duration" => {
            Json::from(format!("{number}s"))
        }
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::path::Step;
    use super::*;
    use serde_json::json;

    fn stage(value: &Json) -> Stage {
        json::decode(value).unwrap()
    }

    fn values(value: &Json) -> BTreeMap<String, Json> {
        value.as_object().unwrap().clone().into_iter().collect()
    }

    fn deploy() -> Stage {
        stage(&json!({
            "id": "d", "comments": "not ${ this }", "name": "Nor ${ this }",
            "expressions": {"deploy.clusters[0].capacity.desired": "${ parameters.size * 2 }"},
            "deploy": {"clusters": [{
                "account": "local", "region": "here", "image": "hello-${ parameters.version }",
                "env": {"COLOR": "${ parameters.color }", "PLAIN": "x"}, "args": ["a", "${ b }"],
            }]},
        }))
    }

    #[test]
    fn finds_all_expressions() {
        let found = all(&deploy());
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            [
                ("deploy.clusters[0].args[1]", "${ b }"),
                ("deploy.clusters[0].capacity.desired", "${ parameters.size * 2 }"),
                ("deploy.clusters[0].env.COLOR", "${ parameters.color }"),
                ("deploy.clusters[0].image", "hello-${ parameters.version }"),
            ]
            .map(|(path, text)| (path.to_owned(), text.to_owned()))
        );
    }

    #[test]
    fn puts_values_in() {
        let applied = apply(
            &deploy(),
            &values(&json!({
                "deploy.clusters[0].args[1]": true,
                "deploy.clusters[0].capacity.desired": 4,
                "deploy.clusters[0].env.COLOR": 7,
                "deploy.clusters[0].image": "hello-v2",
                "deploy.clusters[0].timeout": 90,
                "deploy.clusters[0].use_source_capacity": "true",
            })),
        )
        .unwrap();
        assert_eq!(
            json::encode(&applied),
            json!({"id": "d", "comments": "not ${ this }", "name": "Nor ${ this }", "deploy": {"clusters": [{
                "account": "local", "region": "here", "image": "hello-v2", "args": ["a", "true"],
                "env": {"COLOR": "7", "PLAIN": "x"}, "capacity": {"desired": 4}, "timeout": "90s",
                "useSourceCapacity": true,
            }]}})
        );
    }

    #[test]
    fn a_value_must_fit() {
        let error = |path: &str, value: Json| {
            let violations = apply(&deploy(), &BTreeMap::from([(path.to_owned(), value)])).unwrap_err();
            let [violation] = &violations[..] else { panic!("{violations:?}") };
            format!("{}: {}", violation.field, violation.description)
        };
        assert_eq!(
            error("deploy.clusters[0].target_healthy_percent", json!(200)),
            "deploy.clusters[0].target_healthy_percent: must be at most 100, and is 200"
        );
        assert_eq!(
            error("deploy.clusters[0].capacity.desired", json!("many")),
            "deploy.clusters[0].capacity.desired: invalid digit found in string"
        );
        assert_eq!(
            error("deploy.clusters[2].image", json!("x")),
            "deploy.clusters[2].image: there is no element 2, the list has 1"
        );
        assert_eq!(error("deploy.cluster", json!("x")), "deploy.cluster: there is no field `cluster` in `DeployStage`");
        assert_eq!(error("wait.duration", json!(5)), ": multiple fields provided for oneof 'kind'");
        for path in ["id", "name", "timeout", "on_failure", "succeed_on_timeout", "window.days"] {
            assert!(error(path, json!("x")).contains("can't be set by an expression"), "{path}");
        }
    }

    #[test]
    fn a_stage_needs_no_id() {
        let wait = stage(&json!({"wait": {}, "expressions": {"wait.duration": "${ parameters.time }"}}));
        let applied = apply(&wait, &values(&json!({"wait.duration": 5}))).unwrap();
        assert_eq!(json::encode(&applied), json!({"wait": {"duration": "5s"}}));
    }

    #[test]
    fn a_null_unsets_the_field() {
        let applied = apply(&deploy(), &values(&json!({"deploy.clusters[0].image": null}))).unwrap();
        let Some(crate::v1::stage::Kind::Deploy(deploy)) = applied.kind else { panic!("still a deploy stage") };
        assert_eq!(deploy.clusters[0].image, "");
    }

    #[test]
    fn steps_of_a_path() {
        let (steps, target) = path::parse("deploy.clusters[3].env.A-b").unwrap();
        assert_eq!(
            steps,
            [
                Step::Field("deploy".into()),
                Step::Field("clusters".into()),
                Step::Index(3),
                Step::Field("env".into()),
                Step::Field("A-b".into())
            ]
        );
        assert!(matches!(target, Target { kind: Kind::String, repeated: false }));
        for wrong in ["", "deploy..x", "deploy.clusters[x]", "deploy.clusters.image", "deploy[0]", "name.x", "name[0]"]
        {
            assert!(path::parse(wrong).is_err(), "{wrong}");
        }
    }
}
