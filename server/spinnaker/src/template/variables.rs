//! The variables of templates.

use serde_json::{Map, Value as Json};

use crate::source::sort;

/// The word that expressions read variables by.
pub(super) const ROOT: &str = "templateVariables";

/// A variable that a template declares.
#[derive(Debug)]
pub(super) struct Variable {
    name: String,
    kind: Kind,
    default: Option<Json>,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Int,
    Float,
    List,
    Object,
    String,
    Boolean,
}

const KINDS: [(&str, Kind); 6] = [
    ("int", Kind::Int),
    ("float", Kind::Float),
    ("list", Kind::List),
    ("object", Kind::Object),
    ("string", Kind::String),
    ("boolean", Kind::Boolean),
];

/// The variables in a list of declarations.
pub(super) fn declared(list: Option<Json>) -> Result<Vec<Variable>, String> {
    match list {
        None | Some(Json::Null) => Ok(Vec::new()),
        Some(Json::Array(list)) => list.into_iter().map(declaration).collect(),
        Some(_) => Err("the variables of a template are a list".to_owned()),
    }
}

fn declaration(value: Json) -> Result<Variable, String> {
    let text = |key: &str| value.get(key).and_then(Json::as_str).unwrap_or_default();
    let (name, word) = (text("name").to_owned(), text("type"));
    if name.is_empty() {
        return Err("a variable of a template has a `name`".to_owned());
    }
    let word = if word.is_empty() { "string" } else { word };
    let Some((_, kind)) = KINDS.iter().find(|(theirs, _)| word.eq_ignore_ascii_case(theirs)) else {
        return Err(format!(
            "the variable {name:?} has the type {word:?}, which is none of int, float, list, object, string and boolean"
        ));
    };
    let default = value.get("defaultValue").filter(|value| !value.is_null()).cloned();
    Ok(Variable { kind: *kind, default, name })
}

/// The values of all variables: those given, or else the defaults.
pub(super) fn bind(variables: &[Variable], mut given: Map<String, Json>) -> Result<Map<String, Json>, String> {
    let mut values = Map::new();
    let mut problems = Vec::new();
    for variable in variables {
        let value = given.remove(&variable.name).filter(|value| !value.is_null()).or_else(|| variable.default.clone());
        match value {
            None => problems.push(format!("the variable {:?} has no value", variable.name)),
            Some(value) => {
                problems.extend(variable.problem(&value));
                values.insert(variable.name.clone(), value);
            }
        }
    }
    problems.extend(given.keys().map(|name| format!("the template has no variable {name:?}")));
    if problems.is_empty() { Ok(values) } else { Err(problems.join("; ")) }
}

impl Variable {
    fn problem(&self, value: &Json) -> Option<String> {
        let name = &self.name;
        if value.to_string().contains(ROOT) {
            return Some(format!("the value of the variable {name:?} refers to a variable, which is not supported"));
        }
        let expression = value.as_str().is_some_and(|text| text.contains("${"));
        let fits = match self.kind {
            Kind::Int => value.is_i64() || value.is_u64(),
            Kind::Float => value.is_number(),
            Kind::List => value.is_array(),
            Kind::Object => value.is_object(),
            Kind::String => value.is_string(),
            Kind::Boolean => value.is_boolean(),
        };
        let word = KINDS.iter().find(|(_, kind)| std::mem::discriminant(kind) == std::mem::discriminant(&self.kind));
        let word = word.map_or("", |(word, _)| word);
        (!fits && !expression)
            .then(|| format!("the variable {name:?} is of the type {word}, and its value is {}", sort(value)))
    }
}
