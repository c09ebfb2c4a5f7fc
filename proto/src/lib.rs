//! The API of Gennaker: the messages and services of the package `gennaker.v1`, and what can be read from their
//! descriptors at run time: the JSON form, the rules of fields, the permissions of methods, the forms of stages, and
//! where expressions and field masks lead.
//!
//! The `.proto` files are beside this crate's sources in `gennaker/v1/`; the code in `src/generated/` is made from
//! them by `make generate` and committed, so that a build needs no protoc. This crate holds no business logic and
//! does no IO.

pub mod expressions;
pub mod json;
pub mod kinds;
pub mod mask;
mod options;
pub mod permission;
mod reflect;
pub mod rules;
pub mod values;

#[allow(missing_docs, unreachable_pub, clippy::all, clippy::unwrap_used, clippy::wildcard_imports)]
pub mod v1 {
    //! The generated messages, clients and servers of `gennaker.v1`.

    include!("generated/gennaker.v1.rs");
}

pub use reflect::{FILE_DESCRIPTOR_SET, descriptor, from_dynamic, pool, to_dynamic};
