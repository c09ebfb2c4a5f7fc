//! Stories of whole executions, on the real machine and a cloud in memory.

mod cluster_operations;
mod deploy;
mod expressions;
mod flow;
mod plans;
mod server_group_operations;
mod story;
