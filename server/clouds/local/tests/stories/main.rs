//! The local cloud with real processes, sockets and files.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod bench;
mod crashes;
mod edges;
mod groups;
mod jobs;
mod restarts;
mod traffic;
