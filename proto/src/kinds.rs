//! The kinds of stages and triggers, described for forms: what `ListStageKinds` and `ListTriggerKinds` answer.
//!
//! Everything comes from the `.proto` files: the fields of a kind's message, their comments and their rules. A new
//! kind is a new message and a line in the oneof, and nothing here.

use std::collections::HashMap;
use std::sync::LazyLock;

use prost::Message;
use prost_reflect::{EnumDescriptor, FieldDescriptor as Field, FileDescriptor, Kind, MessageDescriptor};
use prost_types::FileDescriptorSet;
use serde_json::Value as Json;

use crate::json::{self, DecodeError};
use crate::options;
use crate::reflect::{FILE_DESCRIPTOR_SET, descriptor, to_dynamic};
use crate::rules::table;
use crate::v1::field_descriptor::Type;
use crate::v1::{
    Application, Choice, Concurrency, ExpectedArtifact, FieldDescriptor, Firewall, KindInfo, LoadBalancer,
    Notification, OutputDescriptor, Parameter, Pipeline, Project, ResourceDescriptor, Stage, StageKindDescriptor,
    Trigger, TriggerKindDescriptor,
};

static STAGE_KINDS: LazyLock<Vec<StageKindDescriptor>> = LazyLock::new(|| {
    kinds_of(&descriptor::<Stage>(), "kind", options::stage_kind)
        .map(|(field, message, info)| StageKindDescriptor {
            kind: field.name().to_owned(),
            label: info.label,
            description: info.description,
            category: info.category,
            fields: fields_of(&message, "", true),
            outputs: info
                .outputs
                .into_iter()
                .map(|output| OutputDescriptor { path: output.path, description: output.description })
                .collect(),
        })
        .collect()
});

static TRIGGER_KINDS: LazyLock<Vec<TriggerKindDescriptor>> = LazyLock::new(|| {
    kinds_of(&descriptor::<Trigger>(), "source", options::trigger_kind)
        .map(|(field, message, info)| TriggerKindDescriptor {
            kind: field.name().to_owned(),
            label: info.label,
            description: info.description,
            category: info.category,
            fields: fields_of(&message, "", false),
        })
        .collect()
});

static RESOURCES: LazyLock<Vec<ResourceDescriptor>> = LazyLock::new(|| {
    let resource = |kind: &str, message: MessageDescriptor| ResourceDescriptor {
        kind: kind.to_owned(),
        fields: fields_of(&message, "", false),
    };
    vec![
        resource("application", descriptor::<Application>()),
        resource("project", descriptor::<Project>()),
        resource("pipeline", descriptor::<Pipeline>()),
        resource("stage", descriptor::<Stage>()),
        resource("trigger", descriptor::<Trigger>()),
        resource("parameter", descriptor::<Parameter>()),
        resource("concurrency", descriptor::<Concurrency>()),
        resource("expected_artifact", descriptor::<ExpectedArtifact>()),
        resource("notification", descriptor::<Notification>()),
        resource("load_balancer", descriptor::<LoadBalancer>()),
        resource("firewall", descriptor::<Firewall>()),
    ]
});

/// The kinds of stages, in the order of the oneof.
pub fn stage_kinds() -> &'static [StageKindDescriptor] {
    &STAGE_KINDS
}

/// The kinds of triggers, in the order of the oneof.
pub fn trigger_kinds() -> &'static [TriggerKindDescriptor] {
    &TRIGGER_KINDS
}

/// The resources that people write, without what the kinds of stages and triggers add.
pub fn resources() -> &'static [ResourceDescriptor] {
    &RESOURCES
}

/// The kind of a stage: the name of the field that is set in its oneof.
pub fn of_stage(stage: &Stage) -> Option<&'static str> {
    let message = to_dynamic(stage);
    let set = |kind: &&StageKindDescriptor| message.has_field_by_name(&kind.kind);
    stage_kinds().iter().find(set).map(|kind| kind.kind.as_str())
}

/// The kind of a trigger: the name of the field that is set in its oneof.
pub fn of_trigger(trigger: &Trigger) -> Option<&'static str> {
    let message = to_dynamic(trigger);
    let set = |kind: &&TriggerKindDescriptor| message.has_field_by_name(&kind.kind);
    trigger_kinds().iter().find(set).map(|kind| kind.kind.as_str())
}

/// The kind of a stage and the kind's message as JSON.
pub fn config_of(stage: &Stage) -> Option<(&'static str, Json)> {
    let kind = of_stage(stage)?;
    let message = to_dynamic(stage);
    let config = message.get_field_by_name(kind)?;
    Some((kind, json::encode_dynamic(config.as_message()?)))
}

/// A stage of a kind, with nothing but the kind's message: the reverse of [`config_of`].
pub fn with_config(kind: &str, config: &Json) -> Result<Stage, DecodeError> {
    json::decode(&Json::from_iter([(kind, config.clone())]))
}

/// The members of a oneof with their messages and what these say about themselves.
fn kinds_of(
    message: &MessageDescriptor,
    oneof: &str,
    info: fn(&MessageDescriptor) -> Option<KindInfo>,
) -> impl Iterator<Item = (Field, MessageDescriptor, KindInfo)> {
    let oneof = message.oneofs().find(|candidate| candidate.name() == oneof).expect("the oneof of the kinds exists");
    oneof.fields().collect::<Vec<_>>().into_iter().map(move |field| {
        let message = field.kind().as_message().cloned().expect("a kind is a message");
        let info = info(&message).expect("the message of a kind says what it is");
        (field, message, info)
    })
}

/// The fields of a message in the order of its file, those of its members included.
fn fields_of(message: &MessageDescriptor, prefix: &str, expressions: bool) -> Vec<FieldDescriptor> {
    let mut fields: Vec<_> = message.fields().filter(|field| !is_of_a_kind(field)).collect();
    fields.sort_by_key(|field| field.path().last().copied());
    fields.iter().map(|field| describe(field, prefix, expressions)).collect()
}

/// What a kind of stage or trigger adds to the message that holds it.
fn is_of_a_kind(field: &Field) -> bool {
    let kind = field.kind();
    let message = kind.as_message();
    message.is_some_and(|message| options::stage_kind(message).is_some() || options::trigger_kind(message).is_some())
}

fn describe(field: &Field, prefix: &str, expressions: bool) -> FieldDescriptor {
    let rules = options::field(field).unwrap_or_default();
    let expressions = expressions && !rules.no_expression;
    let path = if prefix.is_empty() { field.name().to_owned() } else { format!("{prefix}.{}", field.name()) };
    let oneof = field.containing_oneof().filter(|oneof| !oneof.is_synthetic());
    FieldDescriptor {
        label: if rules.label.is_empty() { words(field.name()) } else { rules.label },
        help: comment(&field.parent_message().parent_file(), field.path()),
        r#type: type_of(field).into(),
        repeated: field.is_list(),
        required: rules.required,
        default_value: rules.default_value,
        min: rules.min.or_else(|| is_unsigned(field).then_some(0.0)),
        max: rules.max,
        min_len: rules.min_len,
        max_len: rules.max_len,
        min_items: rules.min_items,
        max_items: rules.max_items,
        pattern: rules.pattern,
        key_pattern: rules.key_pattern,
        choices: field.kind().as_enum().map(choices).unwrap_or_default(),
        choices_from: rules.choices_from,
        secret: rules.secret,
        output_only: rules.output_only,
        expression_allowed: rules.evaluated || (expressions && !rules.output_only),
        expression: rules.expression,
        visible_when: rules.visible_when,
        multiline: rules.multiline,
        oneof_required: oneof.as_ref().is_some_and(table::choice_required),
        oneof: oneof.map(|oneof| oneof.name().to_owned()).unwrap_or_default(),
        fields: nested(field, &path, expressions),
        path,
    }
}

/// The fields inside of a message, or the value of a map.
fn nested(field: &Field, path: &str, expressions: bool) -> Vec<FieldDescriptor> {
    match field.kind() {
        Kind::Message(entry) if field.is_map() => vec![describe(&entry.map_entry_value_field(), path, expressions)],
        Kind::Message(message) if type_of(field) == Type::Message => fields_of(&message, path, expressions),
        _ => Vec::new(),
    }
}

fn type_of(field: &Field) -> Type {
    if field.is_map() {
        return Type::Map;
    }
    match field.kind() {
        Kind::String | Kind::Bytes => Type::String,
        Kind::Bool => Type::Boolean,
        Kind::Double | Kind::Float => Type::Number,
        Kind::Int32
        | Kind::Int64
        | Kind::Uint32
        | Kind::Uint64
        | Kind::Sint32
        | Kind::Sint64
        | Kind::Fixed32
        | Kind::Fixed64
        | Kind::Sfixed32
        | Kind::Sfixed64 => Type::Integer,
        Kind::Enum(_) => Type::Enum,
        Kind::Message(message) => match message.full_name() {
            "google.protobuf.Duration" => Type::Duration,
            "google.protobuf.Timestamp" => Type::Timestamp,
            "google.protobuf.Struct" => Type::Struct,
            "google.protobuf.Value" => Type::Value,
            _ => Type::Message,
        },
    }
}

fn is_unsigned(field: &Field) -> bool {
    matches!(field.kind(), Kind::Uint32 | Kind::Uint64 | Kind::Fixed32 | Kind::Fixed64)
}

/// The values of an enum, without the one that stands for "not set".
fn choices(kind: &EnumDescriptor) -> Vec<Choice> {
    let unset = kind.default_value().name().to_owned();
    let prefix = unset.trim_end_matches("UNSPECIFIED");
    kind.values()
        .filter(|value| value.number() != 0)
        .map(|value| Choice {
            label: words(&value.name().trim_start_matches(prefix).to_lowercase()),
            help: comment(&kind.parent_file(), value.path()),
            value: value.name().to_owned(),
        })
        .collect()
}

/// `target_healthy_percent` as `Target healthy percent`.
fn words(name: &str) -> String {
    let mut words = name.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// The comments before the definitions, by file and path.
static COMMENTS: LazyLock<HashMap<(String, Vec<i32>), String>> = LazyLock::new(|| {
    let documented = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).expect("the generated descriptor set is valid");
    let mut comments = HashMap::new();
    for file in documented.file {
        for location in file.source_code_info.into_iter().flat_map(|source| source.location) {
            if let Some(text) = location.leading_comments {
                let lines: Vec<_> = text.lines().map(str::trim).collect();
                comments
                    .insert((file.name.clone().unwrap_or_default(), location.path), lines.join(" ").trim().to_owned());
            }
        }
    }
    comments
});

fn comment(file: &FileDescriptor, path: &[i32]) -> String {
    COMMENTS.get(&(file.name().to_owned(), path.to_vec())).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage_kind(name: &str) -> &'static StageKindDescriptor {
        stage_kinds().iter().find(|kind| kind.kind == name).unwrap()
    }

    fn find<'a>(fields: &'a [FieldDescriptor], path: &str) -> &'a FieldDescriptor {
        let inside = |field: &&FieldDescriptor| path == field.path || path.starts_with(&format!("{}.", field.path));
        let field = fields.iter().find(inside).unwrap_or_else(|| panic!("no field {path}"));
        if field.path == path { field } else { find(&field.fields, path) }
    }

    fn each(fields: &[FieldDescriptor], check: &mut dyn FnMut(&FieldDescriptor)) {
        for field in fields {
            check(field);
            each(&field.fields, check);
        }
    }

    #[test]
    fn every_kind_and_field_is_described() {
        assert_eq!(stage_kinds().len(), 27);
        assert_eq!(trigger_kinds().len(), 3);
        for kind in stage_kinds() {
            assert!(!kind.label.is_empty() && !kind.description.is_empty() && !kind.category.is_empty());
            each(&kind.fields, &mut |field| {
                let value_of_map = field.path.ends_with(".value");
                assert!(value_of_map || !field.help.is_empty(), "{}: {} has no comment", kind.kind, field.path);
                assert_ne!(field.r#type(), Type::Unspecified);
            });
        }
    }

    #[test]
    fn a_field_has_all_that_a_form_needs() {
        let fields = &stage_kind("deploy").fields;
        let percent = find(fields, "clusters.target_healthy_percent");
        assert_eq!(percent.label, "Healthy instances needed (%)");
        assert_eq!((percent.r#type(), percent.max), (Type::Integer, Some(100.0)));
        assert_eq!((percent.default_value.as_str(), percent.expression_allowed), ("100", true));
        assert!(percent.help.starts_with("The part of the instances that must be healthy, in per cent"));

        let clusters = find(fields, "clusters");
        assert!(clusters.required && clusters.repeated && clusters.r#type() == Type::Message);
        assert_eq!(find(fields, "clusters.account").choices_from, "accounts");

        let red_black = find(fields, "clusters.red_black");
        assert_eq!((red_black.oneof.as_str(), red_black.oneof_required), ("strategy", false));
        let delay = find(fields, "clusters.red_black.delay_before_scale_down");
        assert_eq!((delay.r#type(), delay.visible_when.as_str()), (Type::Duration, "scale_down=true"));

        let env = find(fields, "clusters.env");
        assert_eq!((env.r#type(), env.fields.len(), env.fields[0].r#type()), (Type::Map, 1, Type::String));
    }

    #[test]
    fn an_enum_lists_its_choices() {
        let selection = find(&stage_kind("find_image").fields, "selection");
        assert_eq!(selection.r#type(), Type::Enum);
        let first = &selection.choices[0];
        assert_eq!((first.value.as_str(), first.label.as_str()), ("SELECTION_NEWEST", "Newest"));
        assert_eq!(first.help, "The newest one's.");
        assert_eq!(selection.choices.len(), 4);
    }

    #[test]
    fn resources_are_described_without_what_kinds_add() {
        let resource = |name: &str| resources().iter().find(|resource| resource.kind == name).unwrap();
        for resource in resources() {
            each(&resource.fields, &mut |field| assert_ne!(field.r#type(), Type::Unspecified, "{}", field.path));
        }
        let stage = &resource("stage").fields;
        assert!(stage.iter().all(|field| field.oneof.is_empty()), "the kinds are in ListStageKinds");
        assert!(find(stage, "condition").expression && !find(stage, "condition").expression_allowed);
        assert!(!find(stage, "window.days").expression_allowed);
        assert!(find(stage, "expressions").key_pattern.starts_with("^[a-z0-9_]+"));
        let channel = find(&resource("notification").fields, "email");
        assert_eq!((channel.oneof.as_str(), channel.oneof_required), ("channel", true));
        assert!(find(&resource("pipeline").fields, "notifications.message").expression_allowed);
        assert_eq!(find(&resource("load_balancer").fields, "listeners.port").min, Some(0.0));
    }

    #[test]
    fn fields_come_in_the_order_of_the_file() {
        let names: Vec<_> = stage_kind("wait").fields.iter().map(|field| field.path.as_str()).collect();
        assert_eq!(names, ["duration", "skip_text"]);
    }

    #[test]
    fn the_kind_of_a_definition() {
        let stage: Stage = crate::json::decode(&serde_json::json!({"id": "w", "wait": {}})).unwrap();
        assert_eq!(of_stage(&stage), Some("wait"));
        assert_eq!(of_stage(&Stage::default()), None);
        let trigger: Trigger = crate::json::decode(&serde_json::json!({"webhook": {}})).unwrap();
        assert_eq!(of_trigger(&trigger), Some("webhook"));
    }

    #[test]
    fn a_kind_can_be_taken_out_and_put_back() {
        let config = serde_json::json!({"duration": "5s"});
        let stage = with_config("wait", &config).unwrap();
        assert_eq!(config_of(&stage), Some(("wait", config.clone())));
        assert_eq!(config_of(&Stage::default()), None);
        assert_eq!(with_config("wayt", &config).unwrap_err().to_string(), "unrecognized field name 'wayt'");
        let wrong = serde_json::json!({"duration": 5});
        assert_eq!(with_config("wait", &wrong).unwrap_err().path, "wait.duration");
    }
}
