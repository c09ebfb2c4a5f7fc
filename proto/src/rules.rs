//! Checks messages against the rules that their fields carry in the option `(gennaker.v1.field)`.
//!
//! One checker serves every message: requests at the door, definitions before they are saved, stages when their
//! expressions were evaluated. In a [`v1::Stage`] a text with an expression is not looked at yet, and neither is
//! a field that `Stage.expressions` will set. With an `update_mask`, only the fields that it names are checked.

pub(crate) mod table;
mod value;

use prost::{Message, Name};
use prost_reflect::{DynamicMessage, FieldDescriptor, MapKey, ReflectMessage, Value};

use crate::expressions;
use crate::reflect::{from_dynamic, to_dynamic};
use crate::v1::{self, FieldViolation};
use table::Rule;

/// More than a person reads; a hostile message does not make a long answer.
const MAX_VIOLATIONS: usize = 100;

/// Everything that is wrong with a message, up to 100 violations, in the order of its fields.
pub fn check<T: Message + Name>(message: &T) -> Vec<FieldViolation> {
    check_dynamic(&to_dynamic(message))
}

/// The same for a dynamic message.
pub fn check_dynamic(message: &DynamicMessage) -> Vec<FieldViolation> {
    let mut checker = Checker { path: String::new(), stage: None, violations: Vec::new() };
    checker.message(message, None);
    checker.violations
}

/// The message with the documented default of each field that is not set, in the messages that are set. Members of
/// a oneof have no defaults.
pub fn with_defaults<T: Message + Name + Default>(message: &T) -> T {
    let mut dynamic = to_dynamic(message);
    fill(&mut dynamic);
    from_dynamic(&dynamic)
}

/// The message without the fields that only the server sets, as a request means it.
pub fn without_output_only<T: Message + Name + Default>(message: &T) -> T {
    let mut dynamic = to_dynamic(message);
    clear_output_only(&mut dynamic);
    from_dynamic(&dynamic)
}

fn clear_output_only(message: &mut DynamicMessage) {
    for field in message.descriptor().fields().filter(|field| message.has_field(field)).collect::<Vec<_>>() {
        if table::rule(&field).is_some_and(|rule| rule.rules.output_only) {
            message.clear_field(&field);
        } else {
            each_message(message.get_field_mut(&field), clear_output_only);
        }
    }
}

fn fill(message: &mut DynamicMessage) {
    for field in message.descriptor().fields() {
        if message.has_field(&field) {
            each_message(message.get_field_mut(&field), fill);
        } else if let Some(default) = table::rule(&field).and_then(|rule| rule.default.clone()) {
            message.set_field(&field, default);
        }
    }
}

/// Does something with the messages that a value is or holds.
fn each_message(value: &mut Value, action: fn(&mut DynamicMessage)) {
    match value {
        Value::Message(message) => action(message),
        Value::List(elements) => elements.iter_mut().for_each(|element| each_message(element, action)),
        Value::Map(entries) => entries.values_mut().for_each(|entry| each_message(entry, action)),
        _ => {}
    }
}

struct Checker {
    /// The path of what is being checked.
    path: String,
    /// Set while inside of a stage.
    stage: Option<StageScope>,
    violations: Vec<FieldViolation>,
}

/// What is special inside of a stage.
struct StageScope {
    /// Where the path inside of the stage begins.
    start: usize,
    /// The paths that expressions will set.
    expressions: Vec<String>,
}

impl Checker {
    /// Checks a message; with a mask, only the fields that it names.
    fn message(&mut self, message: &DynamicMessage, mask: Option<&[String]>) {
        let descriptor = message.descriptor();
        if descriptor.package_name() == "google.protobuf" {
            return;
        }
        let is_stage = descriptor.full_name() == v1::Stage::full_name();
        if is_stage {
            self.enter_stage(message);
        }
        let own_mask = update_mask(message);
        for field in descriptor.fields().filter(|field| in_mask(mask, field)) {
            self.at(field.name(), |checker| checker.field(message, &field, own_mask.as_deref()));
        }
        for oneof in descriptor.oneofs().filter(table::choice_required) {
            let set = oneof.fields().any(|field| message.has_field(&field));
            let looked_at = oneof.fields().any(|field| in_mask(mask, &field));
            if !set && looked_at && !self.any_left(is_stage, oneof.fields()) {
                let names: Vec<_> = oneof.fields().map(|field| format!("`{}`", field.name())).collect();
                self.at(oneof.name(), |checker| checker.report(format!("one of {} must be set", names.join(", "))));
            }
        }
        if is_stage {
            self.stage = None;
        }
    }

    /// Checks one field: whether it is set, how many elements it has, and each of its values.
    fn field(&mut self, message: &DynamicMessage, field: &FieldDescriptor, mask: Option<&[String]>) {
        let rule = table::rule(field);
        if !message.has_field(field) {
            if !self.left_to_expressions() && rule.is_some_and(|rule| rule.rules.required) {
                self.report("must be set");
            }
            return;
        }
        if rule.is_some_and(|rule| rule.rules.unchecked) {
            return;
        }
        match message.get_field(field).as_ref() {
            Value::List(elements) => {
                self.count(rule, elements.len());
                for (index, element) in elements.iter().enumerate() {
                    self.at(&format!("[{index}]"), |checker| checker.value(field, rule, element, None));
                }
            }
            Value::Map(entries) => {
                self.count(rule, entries.len());
                self.entries(field, rule, entries.iter());
            }
            value => self.value(field, rule, value, mask),
        }
    }

    /// Checks the keys and values of a map, in the order of the keys.
    fn entries<'a>(
        &mut self,
        field: &FieldDescriptor,
        rule: Option<&Rule>,
        entries: impl Iterator<Item = (&'a MapKey, &'a Value)>,
    ) {
        let mut entries: Vec<_> = entries.map(|(key, value)| (key.as_str().unwrap_or_default(), value)).collect();
        entries.sort_by_key(|(key, _)| *key);
        for (key, value) in entries {
            self.at(key, |checker| {
                if let Some(problem) = rule.and_then(|rule| value::key_problem(rule, key)) {
                    checker.report(problem);
                }
                checker.value(field, rule, value, None);
            });
        }
    }

    fn value(&mut self, field: &FieldDescriptor, rule: Option<&Rule>, value: &Value, mask: Option<&[String]>) {
        if self.replaced() || self.holds_expression(rule, value) {
            return;
        }
        match value {
            Value::Message(inner) if !value::is_scalar(inner) => self.message(inner, mask),
            _ => {
                if let Some(problem) = value::problem(field, rule, value) {
                    self.report(problem);
                }
            }
        }
    }

    fn count(&mut self, rule: Option<&Rule>, count: usize) {
        if let Some(problem) = rule.and_then(|rule| value::count_problem(rule, count))
            && !self.replaced()
        {
            self.report(problem);
        }
    }

    /// The expressions of a stage must lead to fields that can be set by one.
    fn enter_stage(&mut self, stage: &DynamicMessage) {
        let expressions = expressions::declared(stage);
        let start = if self.path.is_empty() { 0 } else { self.path.len() + 1 };
        for path in &expressions {
            if let Err(problem) = expressions::resolve(path) {
                self.at(&format!("expressions.{path}"), |checker| checker.report(problem.to_string()));
            }
        }
        self.stage = Some(StageScope { start, expressions });
    }

    /// An expression will set what is at the path, or something that it is a part of.
    fn replaced(&self) -> bool {
        self.any_expression(|expression, path| is_within(path, expression))
    }

    /// The same, or an expression will set a part of what is at the path.
    fn left_to_expressions(&self) -> bool {
        self.any_expression(|expression, path| is_within(path, expression) || is_within(expression, path))
    }

    fn any_expression(&self, holds: impl Fn(&str, &str) -> bool) -> bool {
        self.stage.as_ref().is_some_and(|stage| {
            let path = self.path.get(stage.start..).unwrap_or_default();
            stage.expressions.iter().any(|expression| holds(expression, path))
        })
    }

    /// An expression will set one of the fields. The kind of a stage is never left to expressions.
    fn any_left(&mut self, is_stage: bool, mut fields: impl Iterator<Item = FieldDescriptor>) -> bool {
        !is_stage && fields.any(|field| self.at(field.name(), |checker| checker.left_to_expressions()))
    }

    fn holds_expression(&self, rule: Option<&Rule>, value: &Value) -> bool {
        let allowed = self.stage.is_some() && !rule.is_some_and(|rule| rule.rules.no_expression);
        allowed && value.as_str().is_some_and(|text| text.contains("${"))
    }

    /// Does something with one more part at the end of the path.
    fn at<R>(&mut self, part: &str, action: impl FnOnce(&mut Self) -> R) -> R {
        let length = self.path.len();
        if length > 0 && !part.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(part);
        let result = action(self);
        self.path.truncate(length);
        result
    }

    fn report(&mut self, description: impl Into<String>) {
        if self.violations.len() < MAX_VIOLATIONS {
            self.violations.push(FieldViolation { field: self.path.clone(), description: description.into() });
        }
    }
}

/// `inner` is `outer` or a part of it.
pub(crate) fn is_within(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The paths of a request's `update_mask`; `None` when there is no such field or it is empty.
fn update_mask(request: &DynamicMessage) -> Option<Vec<String>> {
    let mask = request.get_field_by_name("update_mask")?;
    let mask: prost_types::FieldMask = mask.as_message()?.transcode_to().ok()?;
    Some(mask.paths).filter(|paths| !paths.is_empty())
}

fn in_mask(mask: Option<&[String]>, field: &FieldDescriptor) -> bool {
    mask.is_none_or(|paths| paths.iter().any(|path| is_within(path, field.name())))
}

#[cfg(test)]
mod tests;
