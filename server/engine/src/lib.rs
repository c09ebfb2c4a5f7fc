//! Drives executions: takes commands, decides them with the core, commits the events of many executions together, then
//! runs effects and tells watchers.

mod task;

pub use task::{Progress, TaskRun, TaskRunner};
