//! Stories of the use cases, on the real engine and the real stage kinds, with a store and a cloud in memory.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
#![expect(unreachable_pub, reason = "the modules of a test are one program")]

mod across;
mod application;
mod artifact;
mod execution;
mod gate;
mod infrastructure;
mod judgment;
mod migration;
mod notification;
mod pipeline;
mod plan;
mod records;
mod sharing;
mod trigger;
mod watch;
mod world;
