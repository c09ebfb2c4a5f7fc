//! The `local` cloud: server groups of real processes on this machine, for the demo, for tests and for single hosts.
//!
//! [`LocalCloud::start`] gives a handle that is a [`Cloud`](gennaker_ports::Cloud), and the [`Service`] that owns
//! everything that runs. Everything lives in `DATA_DIR/local`:
//!
//! - `journal.jsonl` has the wishes (server groups, load balancers, firewalls, images), what was started for them, and
//!   the requests that were carried out. A wish is acknowledged when it is in there; tasks then do what is wished. After
//!   a crash at any point, a new server reads it, adopts the processes that still run and kills those it does not know.
//! - `images/<digest>` has the images: directories with `image.json` or an executable `run`.
//! - `logs/<region>/<server group>/<instance>.log` is what instances write.
//! - `jobs/<region>/<job>` has what a job writes, the report of its end, and while it runs a copy of its image.
//!
//! An instance gets the environment variables `PORT` (where it has to listen on 127.0.0.1), `INSTANCE` and
//! `SERVER_GROUP`, and runs in its image's directory. A load balancer is a proxy in this process. Firewalls are enforced by
//! that proxy only: the ports of the instances themselves are open to everyone on the machine.
//!
//! An instance that runs but fails its health checks is taken out of traffic and is not restarted; one that ends is.
//!
//! This crate must not know of pipelines, strategies or the API.

mod check;
mod cloud;
mod group;
mod guard;
mod health;
mod hub;
mod image;
mod instance;
mod job;
mod jobs;
mod journal;
mod logs;
mod options;
mod process;
mod proxy;
mod record;
pub mod sample;
mod service;
pub mod supervisor;
mod traffic;
mod world;

pub use cloud::LocalCloud;
pub use options::{Error, Limits, Options};
pub use service::Service;
pub use traffic::GroupTraffic;

/// The provider's name.
const PROVIDER: &str = "local";
