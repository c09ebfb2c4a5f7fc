//! The rules of all fields, read once.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use prost_reflect::{FieldDescriptor, Kind, OneofDescriptor, Value};
use regex::Regex;

use crate::reflect::pool;
use crate::{json, options, v1};

/// The rules of a field, ready for use.
pub(crate) struct Rule {
    pub(crate) rules: v1::FieldRules,
    pub(crate) pattern: Option<Regex>,
    pub(crate) key_pattern: Option<Regex>,
    /// The value of a field that is not set. Members of a oneof have none.
    pub(crate) default: Option<Value>,
}

struct Table {
    /// By the full names of the fields.
    rules: HashMap<String, Rule>,
    /// The full names of the oneofs that must be set.
    required: HashSet<String>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { rules: HashMap::new(), required: HashSet::new() };
    let mut patterns = Patterns::new();
    for message in pool().all_messages() {
        for field in message.fields() {
            if let Some(rules) = options::field(&field) {
                table.rules.insert(field.full_name().to_owned(), compile(&field, rules, &mut patterns));
            }
        }
        for oneof in message.oneofs() {
            if options::choice(&oneof).is_some_and(|rules| rules.required) {
                table.required.insert(oneof.full_name().to_owned());
            }
        }
    }
    table
});

/// The rules of a field, if it has any.
pub(crate) fn rule(field: &FieldDescriptor) -> Option<&'static Rule> {
    TABLE.rules.get(field.full_name())
}

/// One field of the oneof must be set.
pub(crate) fn choice_required(oneof: &OneofDescriptor) -> bool {
    TABLE.required.contains(oneof.full_name())
}

/// Compiled patterns by their texts: many fields share one, and a compiled pattern is large.
type Patterns = HashMap<String, Regex>;

fn compile(field: &FieldDescriptor, rules: v1::FieldRules, patterns: &mut Patterns) -> Rule {
    Rule {
        pattern: regex(&rules.pattern, patterns),
        key_pattern: regex(&rules.key_pattern, patterns),
        default: default_value(field, &rules.default_value),
        rules,
    }
}

fn regex(pattern: &str, patterns: &mut Patterns) -> Option<Regex> {
    let compile = || Regex::new(pattern).expect("the patterns in the .proto files are regular expressions");
    (!pattern.is_empty()).then(|| patterns.entry(pattern.to_owned()).or_insert_with(compile).clone())
}

/// The documented default of a field as a value, read as JSON would be.
fn default_value(field: &FieldDescriptor, text: &str) -> Option<Value> {
    let chosen = field.containing_oneof().is_some_and(|oneof| !oneof.is_synthetic());
    if text.is_empty() || field.is_list() || field.is_map() || chosen {
        return None;
    }
    let json = match field.kind() {
        Kind::String | Kind::Enum(_) | Kind::Message(_) => serde_json::Value::from(text),
        _ => serde_json::from_str(text).expect("the defaults in the .proto files have the type of their field"),
    };
    let object = serde_json::Value::from_iter([(field.name(), json)]);
    let mut message = json::decode_dynamic(field.parent_message().clone(), &object)
        .expect("the defaults in the .proto files have the type of their field");
    message.take_field(field)
}
