//! Following references to their values.

use std::fmt;

use serde_json::{Map, Value};

use super::{ExpressionError, MAX_OUTPUT, Part, Problem, Reference, Selector, Step, Template, Variable, Variables};

pub(super) fn template(template: &Template, variables: &dyn Variables<'_>) -> Result<Value, ExpressionError> {
    if let [Part::Reference(reference)] = template.parts.as_slice() {
        return follow(reference, variables);
    }
    let mut text = String::new();
    for part in &template.parts {
        match part {
            Part::Text(plain) => text.push_str(plain),
            Part::Reference(reference) => text.push_str(&written(reference, follow(reference, variables)?)?),
        }
        if text.len() > MAX_OUTPUT {
            let problem = Problem::TooLong { what: "the text that comes out", limit: MAX_OUTPUT };
            return Err(ExpressionError { position: part.position(), problem });
        }
    }
    Ok(Value::String(text))
}

fn written(reference: &Reference, value: Value) -> Result<String, ExpressionError> {
    match value {
        Value::Null => {
            let problem = Problem::NullInText { owner: reference.to_string() };
            Err(ExpressionError { position: reference.position(), problem })
        }
        Value::String(text) => Ok(text),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Ok(value.to_string()),
    }
}

/// Walks the steps: first through groups of variables, then inside a value.
fn follow<'a>(reference: &Reference, variables: &dyn Variables<'a>) -> Result<Value, ExpressionError> {
    let mut group: Option<Box<dyn Variables<'a> + 'a>> = None;
    for (depth, step) in reference.steps.iter().enumerate() {
        let names = group.as_deref().unwrap_or(variables);
        let found = match &step.selector {
            Selector::Name(name) => names.get(name),
            Selector::Index(_) => None,
        };
        match found {
            None => return Err(unknown(&reference.steps[..depth], step, names.names())),
            Some(Variable::Text(text)) => return inside(reference, depth + 1, Node::Value(&Value::String(text))),
            Some(Variable::Value(value)) => return inside(reference, depth + 1, Node::Value(value)),
            Some(Variable::Object(object)) => return inside(reference, depth + 1, Node::Object(object)),
            Some(Variable::Group(next)) => group = Some(next),
        }
    }
    let known = group.as_deref().unwrap_or(variables).names();
    let problem = Problem::NotAValue { owner: reference.to_string(), known };
    Err(ExpressionError { position: reference.position(), problem })
}

#[derive(Clone, Copy)]
enum Node<'v> {
    Value(&'v Value),
    Object(&'v Map<String, Value>),
}

fn inside(reference: &Reference, walked: usize, mut node: Node<'_>) -> Result<Value, ExpressionError> {
    for (depth, step) in reference.steps.iter().enumerate().skip(walked) {
        let owner = &reference.steps[..depth];
        node = Node::Value(match (node, &step.selector) {
            (Node::Object(object) | Node::Value(Value::Object(object)), Selector::Name(name)) => {
                object.get(name).ok_or_else(|| unknown(owner, step, object.keys().cloned().collect()))?
            }
            (Node::Object(object) | Node::Value(Value::Object(object)), Selector::Index(_)) => {
                return Err(unknown(owner, step, object.keys().cloned().collect()));
            }
            (Node::Value(Value::Array(list)), Selector::Index(index)) => {
                list.get(*index).ok_or_else(|| out_of_range(owner, step, *index, list.len()))?
            }
            (Node::Value(Value::Array(_)), Selector::Name(_)) => {
                return Err(unknown(owner, step, vec!["elements by number, from [0]".to_owned()]));
            }
            (Node::Value(value), _) => {
                let problem = Problem::NotAContainer { owner: path(owner), kind: kind(value) };
                return Err(ExpressionError { position: step.position, problem });
            }
        });
    }
    Ok(match node {
        Node::Value(value) => value.clone(),
        Node::Object(object) => Value::Object(object.clone()),
    })
}

fn unknown(owner: &[Step], step: &Step, known: Vec<String>) -> ExpressionError {
    let name = match &step.selector {
        Selector::Name(name) => name.clone(),
        Selector::Index(index) => format!("[{index}]"),
    };
    let owner = if owner.is_empty() { "the execution".to_owned() } else { path(owner) };
    ExpressionError { position: step.position, problem: Problem::Unknown { owner, name, known } }
}

fn out_of_range(owner: &[Step], step: &Step, index: usize, length: usize) -> ExpressionError {
    ExpressionError { position: step.position, problem: Problem::OutOfRange { owner: path(owner), index, length } }
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn path(steps: &[Step]) -> String {
    Path(steps).to_string()
}

struct Path<'a>(&'a [Step]);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        for (place, step) in self.0.iter().enumerate() {
            match &step.selector {
                Selector::Name(name) if place == 0 => f.write_str(name)?,
                Selector::Name(name) if plain(name) => write!(f, ".{name}")?,
                Selector::Name(name) => write!(f, "[{name:?}]")?,
                Selector::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Path(&self.steps).fmt(f)
    }
}

impl Reference {
    fn position(&self) -> usize {
        self.steps.first().map_or(1, |step| step.position)
    }
}

impl Part {
    fn position(&self) -> usize {
        match self {
            Self::Text(_) => 1,
            Self::Reference(reference) => reference.position(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::expression::evaluate;

    struct Fixed(Value);

    impl<'a> Variables<'a> for &'a Fixed {
        fn names(&self) -> Vec<String> {
            vec!["parameters".into(), "trigger".into()]
        }

        fn get(&self, name: &str) -> Option<Variable<'a>> {
            match name {
                "parameters" => Some(Variable::Value(&self.0)),
                "trigger" => Some(Variable::Group(Box::new(Who))),
                _ => None,
            }
        }
    }

    struct Who;

    impl<'a> Variables<'a> for Who {
        fn names(&self) -> Vec<String> {
            vec!["actor".into()]
        }

        fn get(&self, name: &str) -> Option<Variable<'a>> {
            (name == "actor").then(|| Variable::Text("${ parameters.size }".into()))
        }
    }

    fn fixed() -> Fixed {
        Fixed(json!({
            "size": 3, "on": true, "name": "x", "none": null, "a-b": {"c.d": "deep"}, "list": [{"image": "hello:1"}],
        }))
    }

    fn value(text: &str) -> Value {
        evaluate(text, &&fixed()).unwrap()
    }

    fn error(text: &str) -> String {
        evaluate(text, &&fixed()).unwrap_err().to_string()
    }

    #[test]
    fn a_lone_reference_keeps_its_type() {
        assert_eq!(value("${ parameters.size }"), json!(3));
        assert_eq!(value("${parameters.on}"), json!(true));
        assert_eq!(value("${ parameters.none }"), json!(null));
        assert_eq!(value("${ parameters.list }"), json!([{"image": "hello:1"}]));
        assert_eq!(value("${ parameters.list[0].image }"), json!("hello:1"));
        assert_eq!(value("${ parameters.a-b['c.d'] }"), json!("deep"));
        assert_eq!(value("${ parameters[\"a-b\"][\"c.d\"] }"), json!("deep"));
    }

    #[test]
    fn inside_a_text_values_are_written_out() {
        assert_eq!(value("v${ parameters.size }-${parameters.on}"), json!("v3-true"));
        assert_eq!(value("${ parameters.size } "), json!("3 "));
        assert_eq!(value("is ${ parameters.list }"), json!(r#"is [{"image":"hello:1"}]"#));
        assert_eq!(value("plain"), json!("plain"));
        assert_eq!(value(""), json!(""));
    }

    #[test]
    fn escapes_give_plain_text() {
        assert_eq!(value("$${ parameters.size }"), json!("${ parameters.size }"));
        assert_eq!(value("a $${x} ${parameters.size}"), json!("a ${x} 3"));
        assert_eq!(value("$5 and $"), json!("$5 and $"));
    }

    #[test]
    fn what_comes_out_is_not_evaluated_again() {
        assert_eq!(value("${ trigger.actor }"), json!("${ parameters.size }"));
        assert_eq!(value("by ${ trigger.actor }"), json!("by ${ parameters.size }"));
    }

    #[test]
    fn dead_ends_are_explained() {
        insta::assert_snapshot!(
            [
                "${ params.size }", "${ parameters.sizes }", "${ parameters.list[1] }", "${ parameters.list.image }",
                "${ parameters.size.x }", "${ trigger }", "${ trigger.who }", "a ${ parameters.none }",
                "${ parameters[0] }", "${ parameters.none.x }",
            ]
            .map(|text| format!("{text}: {}", error(text)))
            .join("\n"),
            @r#"
        ${ params.size }: the execution has no "params"; it has parameters, trigger, at character 4
        ${ parameters.sizes }: parameters has no "sizes"; it has a-b, list, name, none, on, size, at character 15
        ${ parameters.list[1] }: parameters.list has no element [1]; it has 1, counted from 0, at character 20
        ${ parameters.list.image }: parameters.list has no "image"; it has elements by number, from [0], at character 20
        ${ parameters.size.x }: parameters.size is a number and has nothing inside it, at character 20
        ${ trigger }: trigger is no value by itself; it has actor, at character 4
        ${ trigger.who }: trigger has no "who"; it has actor, at character 12
        a ${ parameters.none }: parameters.none is null, which can't stand inside a text, at character 6
        ${ parameters[0] }: parameters has no "[0]"; it has a-b, list, name, none, on, size, at character 15
        ${ parameters.none.x }: parameters.none is null and has nothing inside it, at character 20
        "#
        );
    }

    #[test]
    fn the_size_of_what_comes_out_is_bounded() {
        let long = Fixed(json!({"s": "x".repeat(MAX_OUTPUT / 2)}));
        assert!(evaluate("${ parameters.s }${ parameters.s }", &&long).is_ok());
        let error = evaluate("${ parameters.s }${ parameters.s }!", &&long).unwrap_err();
        assert!(error.to_string().contains("the text that comes out is longer than the limit of 1048576"));
    }
}
