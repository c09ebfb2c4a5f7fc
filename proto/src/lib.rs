//! The API of Gennaker: the messages and services of the package `gennaker.v1`, and what can be read from their
//! descriptors at run time.
//!
//! The `.proto` files are beside this crate's sources in `gennaker/v1/`; the code in `src/generated/` is made from
//! them by `make generate` and committed, so that a build needs no protoc. This crate holds no business logic and
//! does no IO.

#[allow(missing_docs, unreachable_pub, clippy::all, clippy::unwrap_used, clippy::wildcard_imports)]
pub mod v1 {
    //! The generated messages, clients and servers of `gennaker.v1`.

    include!("generated/gennaker.v1.rs");
}

/// All `.proto` files with their imports and comments, as an encoded `google.protobuf.FileDescriptorSet`.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("generated/descriptor.bin");
