//! The options of `annotations.proto`, read from the descriptors.

use prost::Message;
use prost_reflect::{DynamicMessage, FieldDescriptor, MessageDescriptor, MethodDescriptor, OneofDescriptor};

use crate::reflect::pool;
use crate::v1;

/// The rules of a field.
pub(crate) fn field(field: &FieldDescriptor) -> Option<v1::FieldRules> {
    read(&field.options(), "gennaker.v1.field")
}

/// The rules of a oneof.
pub(crate) fn choice(oneof: &OneofDescriptor) -> Option<v1::OneofRules> {
    read(&oneof.options(), "gennaker.v1.choice")
}

/// What a method asks for.
pub(crate) fn permission(method: &MethodDescriptor) -> Option<v1::MethodPermission> {
    read(&method.options(), "gennaker.v1.permission")
}

/// What a message says about the stage kind that it defines.
pub(crate) fn stage_kind(message: &MessageDescriptor) -> Option<v1::KindInfo> {
    read(&message.options(), "gennaker.v1.stage_kind")
}

/// What a message says about the trigger kind that it defines.
pub(crate) fn trigger_kind(message: &MessageDescriptor) -> Option<v1::KindInfo> {
    read(&message.options(), "gennaker.v1.trigger_kind")
}

fn read<T: Message + Default>(options: &DynamicMessage, extension: &str) -> Option<T> {
    let extension = pool().get_extension_by_name(extension).expect("annotations.proto defines the extension");
    if !options.has_extension(&extension) {
        return None;
    }
    let value = options.get_extension(&extension);
    let message = value.as_message().expect("the extensions of annotations.proto are messages");
    Some(message.transcode_to().expect("an option has the type of its extension"))
}
