//! Stories of the engine on a store in memory, with time under control.

#![allow(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod support;

mod crash;
mod errands;
mod fsck;
mod limits;
mod replicas;
mod stories;
mod watches;
