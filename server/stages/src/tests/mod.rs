//! Stories of whole executions, on the real machine and a cloud in memory.

mod cluster_operations;
mod custom;
mod deploy;
mod expressions;
mod flow;
mod look_ups;
mod plans;
mod server_group_operations;
mod story;
mod webhook;
