//! Messages as their descriptors see them.

use std::sync::LazyLock;

use prost::{Message, Name};
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, ReflectMessage};

/// All `.proto` files with their imports and comments, as an encoded `google.protobuf.FileDescriptorSet`.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("generated/documented.bin");

/// The same without comments.
const DESCRIPTORS: &[u8] = include_bytes!("generated/descriptor.bin");

static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(DESCRIPTORS).expect("the generated descriptor set is valid"));

/// The descriptors of everything in [`FILE_DESCRIPTOR_SET`], without its comments.
pub fn pool() -> &'static DescriptorPool {
    &POOL
}

/// The descriptor of a generated message.
pub fn descriptor<T: Name>() -> MessageDescriptor {
    pool().get_message_by_name(&T::full_name()).expect("generated messages are in the generated descriptor set")
}

/// A generated message as a dynamic one.
pub fn to_dynamic<T: Message + Name>(message: &T) -> DynamicMessage {
    let mut dynamic = DynamicMessage::new(descriptor::<T>());
    dynamic.transcode_from(message).expect("a message can be read with its own descriptor");
    dynamic
}

/// A dynamic message as a generated one.
///
/// # Panics
/// If the message is not of the type `T`.
pub fn from_dynamic<T: Message + Name + Default>(message: &DynamicMessage) -> T {
    assert_eq!(message.descriptor().full_name(), T::full_name(), "a dynamic message is read as its own type");
    message.transcode_to().expect("a message can be read with its own descriptor")
}
