//! Stories of whole executions, on the real machine and a cloud in memory.

mod artifacts;
mod bindings;
mod cluster_operations;
mod custom;
mod deploy;
mod executions;
mod expressions;
mod flow;
mod jobs;
mod look_ups;
mod plans;
mod server_group_operations;
mod story;
mod variables;
mod webhook;
