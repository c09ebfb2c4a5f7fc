//! What the server can do: one method of [`App`] for each RPC of `gennaker.v1`, in one file for each service.
//!
//! Every method has the RPC's name in snake case and the shape
//! `async fn start_execution(&self, caller: &Caller, request: v1::StartExecutionRequest)
//! -> Result<v1::StartExecutionResponse, AppError>`; a server-streaming RPC answers `Result<Stream<v1::X>, AppError>`.
//! Each authorises before it loads, then decides with the core, then makes one transaction or one command of the engine.
//!
//! This crate knows messages but no transport: status codes, headers and deadlines are the API's. It knows ports but no
//! adapters.

mod account;
mod app;
mod application;
mod call;
mod convert;
mod diff;
mod encoded;
mod error;
mod etag;
mod execution;
mod filter;
mod gate;
mod ids;
mod infrastructure;
mod launch;
mod limits;
mod mask;
mod migration;
mod names;
mod operation;
mod page;
mod pipeline;
mod project;
mod pump;
mod records;
mod request;
mod resource;
mod roles;
mod system;
mod trigger;
mod validate;
mod viewers;
mod watch;

use std::collections::BTreeMap;
use std::sync::Arc;

use gennaker_core::execution::StageKinds;
use gennaker_engine::Handle;
use gennaker_ports::{Authorizer, Clock, Clouds, Principal, Secrets, Store};
use gennaker_stages::CustomKinds;

pub use call::METHODS;
pub use encoded::Encoded;
pub use error::{AppError, Precondition, ResourceRef};
pub use limits::Limits;
pub use pump::Stream;
pub use trigger::webhook::Delivery;

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The name that permissions are given to, and that changes are recorded under.
    pub principal: Principal,
}

impl Caller {
    /// A caller of this name, with the roles that the settings give it.
    pub fn named(name: impl Into<String>) -> Self {
        Self { principal: Principal { name: name.into(), roles: Vec::new() } }
    }

    /// The name that changes are recorded under.
    pub fn name(&self) -> &str {
        &self.principal.name
    }
}

/// What the use cases need from outside.
#[derive(Clone)]
pub struct Ports {
    /// Where definitions, executions and trigger events are.
    pub store: Arc<dyn Store>,
    /// Where server groups run.
    pub clouds: Clouds,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Who may do what.
    pub authorizer: Arc<dyn Authorizer>,
    /// The values that references to secrets stand for.
    pub secrets: Arc<dyn Secrets>,
    /// What drives executions.
    pub engine: Handle,
    /// The kinds of stages, for plans that are only shown.
    pub kinds: Arc<dyn StageKinds>,
    /// The kinds of stages that the operator has defined.
    pub custom: Arc<CustomKinds>,
}

/// What is configured.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The server's version, `1.2.3` for instance.
    pub version: String,
    /// The commit it was built from; empty where that is not known.
    pub commit: String,
    /// What is allowed.
    pub limits: Limits,
    /// Who has which role: its name, to the names of callers.
    pub roles: BTreeMap<String, Vec<String>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: String::new(),
            limits: Limits::default(),
            roles: BTreeMap::new(),
        }
    }
}

/// The use cases. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    ports: Ports,
    options: Options,
    started: gennaker_core::Timestamp,
    watches: Arc<tokio::sync::Semaphore>,
    bursts: trigger::Bursts,
    views: infrastructure::Views,
    pumps: pump::Pumps,
    watched: Arc<watch::Watched>,
    pipelines: launch::Pipelines,
    ids: ids::Ids,
}
