//! Drives executions: takes commands, decides them with the core, commits the events of many executions in one
//! transaction, and only then runs effects, answers callers and tells watchers.
//!
//! One task, the [`Service`], owns the state of the executions of the shards it leases; everything else talks to it
//! through [`Handle`]. What it keeps in memory can be dropped at any instruction: the store has all of it. Several replicas
//! share one store: each owns some shards, hands commands for others to their owners through the store, and passes on to
//! its watchers what others commit. This crate knows storage and clouds only as ports, and no stage kind by name.

mod admission;
mod effects;
mod error;
mod follow;
mod forward;
mod fsck;
mod handle;
mod hub;
mod load;
mod metric;
mod options;
mod ownership;
mod permit;
mod retention;
mod round;
mod row;
mod service;
mod task;
mod watch;
mod watch_many;

use std::sync::Arc;

use gennaker_core::execution::StageKinds;
use gennaker_ports::{Clock, Store};

pub use error::{EngineError, WatchError};
pub use fsck::{Finding, Invariant, Summary, fsck};
pub use handle::{Handle, Request};
pub use options::{Options, Retention};
pub use service::Service;
pub use task::{ErrandRun, Progress, TaskRun, TaskRunner};
pub use watch::{Watch, WatchItem};
pub use watch_many::{ManyItem, Subject, WatchMany};

/// What the engine needs from outside.
#[derive(Clone)]
pub struct Ports {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The kinds of stages, for planning.
    pub kinds: Arc<dyn StageKinds>,
    /// The kinds of stages, for their side effects.
    pub tasks: Arc<dyn TaskRunner>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// An engine that is not running yet, and the handle through which it is used.
pub fn new(options: Options, ports: Ports) -> (Service, Handle) {
    metric::describe();
    let hub = Arc::new(hub::Hub::new(options.watch_buffer));
    let ownership = Arc::new(ownership::Ownership::new(options.shards));
    let (mailbox, inlet) = tokio::sync::mpsc::channel(options.mailbox);
    let handle = Handle::new(options.clone(), ports.store.clone(), hub.clone(), ownership.clone(), mailbox);
    (Service::new(options, ports, hub, ownership, inlet), handle)
}
