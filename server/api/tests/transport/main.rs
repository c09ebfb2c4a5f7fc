//! The server as clients meet it: every protocol on its one port.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod grpc;
mod limits;
mod plain;
mod support;
mod watches;
