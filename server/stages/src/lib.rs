//! The stage kinds: what each of them plans, and how it does its tasks.
//!
//! One file per kind, one line per kind in [`registry`]. Planning is pure and goes through the rules of
//! `gennaker_core::strategy`; tasks reach the outside world only through the ports in [`Context`]. This crate must not know
//! a cloud, a store or a transport.

mod bind_artifacts;
mod check_preconditions;
mod clone_server_group;
mod common;
mod create_server_group;
mod custom;
mod depends_on_execution;
mod deploy;
mod destroy_server_group;
mod disable_cluster;
mod disable_server_group;
mod enable_server_group;
mod evaluate_variables;
mod fail;
mod find_artifact;
mod find_image;
mod group;
mod kind;
mod look_up;
mod manual_judgment;
mod problems;
mod registry;
mod resize_server_group;
mod rollback_cluster;
mod rollback_server_group;
mod run_job;
mod run_pipeline;
mod scale_down_cluster;
mod shrink_cluster;
mod spinnaker;
mod wait;
mod wait_until;
mod webhook;

#[cfg(test)]
mod tests;

pub use custom::{CustomKind, CustomKinds, CustomParameter, ParameterType};
pub use kind::{Context, StageKind, Unplanned};
pub use problems::problems;
pub use registry::{Kinds, Runner};
