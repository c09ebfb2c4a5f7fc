//! The expressions of a stage: where they are, and how their values get into it.
//!
//! A stage has expressions in its texts (`"image": "hello-${ parameters.version }"`), also in those inside of JSON values,
//! and, for every other field, in `Stage.expressions`. [`all`] lists both; [`evaluate`] puts the values in and checks the
//! result. Paths use the names of the `.proto` files: `deploy.clusters[0].env.COLOR`.
//!
//! The configuration is changed as JSON and becomes a message once: a stage's expressions are evaluated each time that
//! it starts, and taking it apart by its descriptors several times would cost more than the expressions do.

mod fit;
mod path;
mod texts;

use std::collections::BTreeMap;

use prost::{Message, Name};
use prost_reflect::DynamicMessage;
use serde_json::Value as Json;

use crate::json;
use crate::reflect::{descriptor, from_dynamic};
use crate::rules::{self, is_within};
use crate::v1::{FieldViolation, Stage};
use fit::fit;
pub use path::PathError;
use path::Step;

/// Why a configuration can't be used.
#[derive(Debug)]
pub enum Unresolved<E> {
    /// These expressions have no values, by the paths of their fields.
    Expressions(Vec<(String, E)>),
    /// The values don't fit their fields, or the result is wrong as a whole.
    Violations(Vec<FieldViolation>),
}

/// The expressions of a stage by the path of the field that each is for. Those in `Stage.expressions` win over the
/// texts of their fields.
pub fn all(stage: &Stage) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut document = json::encode(stage);
    texts::each(&descriptor::<Stage>(), &mut document, "", &mut |path, _, text| {
        found.insert(path.to_owned(), text.as_str().unwrap_or_default().to_owned());
    });
    found.extend(stage.expressions.clone());
    found
}

/// The configuration of a stage of a kind with the values of its expressions: those in its texts, and the `declared` ones
/// of `Stage.expressions`. All are evaluated, also when one of them has no value. The result is checked against the rules of
/// its fields.
///
/// # Errors
/// [`Unresolved`] where an expression has no value, or its value does not fit.
pub fn evaluate<T: Message + Name + Default, E>(
    kind: &str,
    config: &Json,
    declared: &BTreeMap<String, String>,
    mut evaluate: impl FnMut(&str) -> Result<Json, E>,
) -> Result<T, Unresolved<E>> {
    let mut config = config.clone();
    let mut failed = Vec::new();
    texts::each(&descriptor::<T>(), &mut config, kind, &mut |path, target, value| {
        let Json::String(text) = &*value else { return };
        if declared.keys().any(|declared| is_within(path, declared)) {
            return;
        }
        match evaluate(text) {
            Ok(result) => *value = fit(target, result),
            Err(error) => failed.push((path.to_owned(), error)),
        }
    });
    let mut violations = Vec::new();
    for (path, text) in declared {
        match evaluate(text) {
            Ok(result) => violations.extend(set(&mut config, kind, path, result).err().map(|e| violation(path, &e))),
            Err(error) => failed.push((path.clone(), error)),
        }
    }
    if !failed.is_empty() {
        return Err(Unresolved::Expressions(failed));
    }
    if violations.is_empty() {
        checked(kind, &config).map_err(Unresolved::Violations)
    } else {
        Err(Unresolved::Violations(violations))
    }
}

/// Checks that a path leads to a field of a stage that an expression can set.
///
/// # Errors
/// [`PathError`] where it does not.
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

/// Puts a value where a path of the stage leads to.
fn set(config: &mut Json, kind: &str, path: &str, value: Json) -> Result<(), PathError> {
    let (steps, target) = path::parse(path)?;
    match steps.split_first() {
        Some((Step::Field(field), rest)) if field.name() == kind => path::set(config, rest, fit(&target, value)),
        _ => Err(PathError::OtherKind(kind.to_owned())),
    }
}

/// The message of a kind that keeps the rules of its fields.
fn checked<T: Message + Name + Default>(kind: &str, config: &Json) -> Result<T, Vec<FieldViolation>> {
    let within = |path: &str| if path.is_empty() { kind.to_owned() } else { format!("{kind}.{path}") };
    let message = json::decode_dynamic(descriptor::<T>(), config).map_err(|error| {
        let field = within(&path::with_proto_names(&descriptor::<T>(), &error.path));
        vec![FieldViolation { field, description: error.message }]
    })?;
    let mut violations = rules::check_dynamic(&message);
    if violations.is_empty() {
        return Ok(from_dynamic(&message));
    }
    violations.iter_mut().for_each(|violation| violation.field = within(&violation.field));
    Err(violations)
}

fn violation(path: &str, error: &PathError) -> FieldViolation {
    FieldViolation { field: path.to_owned(), description: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::fit::Target;
    use super::*;
    use crate::v1;
    use prost_reflect::Kind;
    use serde_json::json;

    fn stage(value: &Json) -> Stage {
        json::decode(value).unwrap()
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

    /// The deploy stage with these values for its expressions.
    fn applied(values: &Json) -> Result<v1::DeployStage, Unresolved<String>> {
        let (_, config) = crate::kinds::config_of(&deploy()).unwrap();
        let declared = values.as_object().unwrap().keys().map(|path| (path.clone(), path.clone())).collect();
        evaluate("deploy", &config, &declared, |text| Ok(values.get(text).unwrap_or(&json!("plain")).clone()))
    }

    #[test]
    fn puts_values_in() {
        let applied = applied(&json!({
            "deploy.clusters[0].args[1]": true,
            "deploy.clusters[0].capacity.desired": 4,
            "deploy.clusters[0].env.COLOR": 7,
            "deploy.clusters[0].timeout": 90,
            "deploy.clusters[0].use_source_capacity": "true",
        }));
        assert_eq!(
            json::encode(&applied.unwrap()),
            json!({"clusters": [{
                "account": "local", "region": "here", "image": "plain", "args": ["a", "true"],
                "env": {"COLOR": "7", "PLAIN": "x"}, "capacity": {"desired": 4}, "timeout": "90s",
                "useSourceCapacity": true,
            }]})
        );
    }

    #[test]
    fn a_value_must_fit() {
        let error = |path: &str, value: Json| {
            let Err(Unresolved::Violations(violations)) = applied(&json!({path: value})) else { panic!("it fits") };
            let [violation] = &violations[..] else { panic!("{violations:?}") };
            format!("{}: {}", violation.field, violation.description)
        };
        assert_eq!(
            error("deploy.clusters[0].target_healthy_percent", json!(200)),
            "deploy.clusters[0].target_healthy_percent: must be at most 100, and is 200"
        );
        assert_eq!(
            error("deploy.clusters[0].target_healthy_percent", json!("all")),
            "deploy.clusters[0].target_healthy_percent: invalid digit found in string"
        );
        assert_eq!(
            error("deploy.clusters[2].image", json!("x")),
            "deploy.clusters[2].image: there is no element 2, the list has 1"
        );
        assert_eq!(error("deploy.cluster", json!("x")), "deploy.cluster: there is no field `cluster` in `DeployStage`");
        assert_eq!(
            error("wait.duration", json!(5)),
            "wait.duration: the stage is of the kind `deploy`, and the path is not one of it"
        );
        for path in ["id", "name", "timeout", "on_failure", "succeed_on_timeout", "window.days"] {
            assert!(error(path, json!("x")).contains("can't be set by an expression"), "{path}");
        }
    }

    #[test]
    fn all_that_has_no_value_is_named() {
        let config = json!({"clusters": [{"image": "${ a }", "args": ["${ b }", "c"]}]});
        let declared = BTreeMap::from([("deploy.clusters[0].stack".to_owned(), "${ d }".to_owned())]);
        let result = evaluate::<v1::DeployStage, _>("deploy", &config, &declared, |text| Err(text.to_owned()));
        let Err(Unresolved::Expressions(mut failed)) = result else { panic!("nothing has a value") };
        failed.sort();
        assert_eq!(
            failed,
            [
                ("deploy.clusters[0].args[0]", "${ b }"),
                ("deploy.clusters[0].image", "${ a }"),
                ("deploy.clusters[0].stack", "${ d }"),
            ]
            .map(|(path, text)| (path.to_owned(), text.to_owned()))
        );
    }

    #[test]
    fn a_null_unsets_the_field() {
        let deploy = applied(&json!({"deploy.clusters[0].image": null, "deploy.clusters[0].region": "x"})).unwrap();
        assert_eq!((deploy.clusters[0].image.as_str(), deploy.clusters[0].region.as_str()), ("", "x"));
    }

    #[test]
    fn texts_inside_of_json_are_expressions_too() {
        let config = json!({
            "url": "http://here",
            "payload": {"a b": ["${ x }", {"c": "${ y }"}], "plain": "z", "d": {"e": 1}},
            "headers": {"X-A": "${ x }"},
            "secretHeaders": {"X-B": "env:NOT_${ x }"},
        });
        let stage = stage(&json!({"id": "w", "webhook": config}));
        let found = all(&stage);
        let paths: Vec<&str> = found.keys().map(String::as_str).collect();
        assert_eq!(paths, [r#"webhook.headers.X-A"#, r#"webhook.payload["a b"][0]"#, r#"webhook.payload["a b"][1].c"#]);
        let declared = BTreeMap::from([("webhook.payload.d.e".to_owned(), "list".to_owned())]);
        let values = |text: &str| Ok::<_, String>(if text == "list" { json!([1, 2]) } else { json!({"was": text}) });
        let Err(Unresolved::Violations(violations)) =
            evaluate::<v1::WebhookStage, _>("webhook", &config, &declared, values)
        else {
            panic!("an object is no header")
        };
        assert_eq!(violations[0].field, "webhook.headers.X-A");
        let config = json!({"url": "http://here", "payload": config["payload"]});
        let webhook: v1::WebhookStage = evaluate("webhook", &config, &declared, values).unwrap();
        assert_eq!(
            json::encode(&webhook)["payload"],
            json!({
                "a b": [{"was": "${ x }"}, {"c": {"was": "${ y }"}}], "plain": "z", "d": {"e": [1.0, 2.0]},
            })
        );
    }

    #[test]
    fn paths_and_their_targets() {
        let (steps, target) = path::parse("deploy.clusters[3].env.A-b").unwrap();
        let [Step::Field(deploy), Step::Field(clusters), Step::Index(3), Step::Field(env), Step::Key(key)] = &steps[..]
        else {
            panic!("{steps:?}")
        };
        assert_eq!([deploy.name(), clusters.name(), env.name(), key], ["deploy", "clusters", "env", "A-b"]);
        assert!(matches!(target, Target::One(Kind::String)));
        assert!(matches!(path::parse("webhook.payload.a.b[0]"), Ok((_, Target::Any))));
        for wrong in ["", "deploy..x", "deploy.clusters[x]", "deploy.clusters.image", "deploy[0]", "name.x", "name[0]"]
        {
            assert!(path::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn paths_of_errors_have_the_names_of_the_files() {
        let deploy = descriptor::<v1::DeployStage>();
        let named = |path: &str| path::with_proto_names(&deploy, path);
        assert_eq!(named("clusters[0].targetHealthyPercent"), "clusters[0].target_healthy_percent");
        assert_eq!(named("clusters[0].env.someThing"), "clusters[0].env.someThing");
        assert_eq!(named(""), "");
    }
}
