//! The API on the wire: gRPC and gRPC-Web, reflection, health, JSON over HTTP, webhooks, metrics and the web UI, on one
//! port.
//!
//! Handlers are thin: a request's headers become a [`gennaker_app::Caller`] and a deadline, the message goes to the method
//! of [`gennaker_app::App`] with the same name, and what went wrong becomes a status by the one table in [`error`].
//!
//! This crate knows the transport and nothing else: no rules, no storage, no clouds.

mod call;
mod connection;
mod deadline;
mod error;
mod gate;
mod health;
mod host;
mod json;
mod observe;
mod options;
mod reflection;
mod server;
mod services;
mod ui;
mod watches;
mod web;
mod webhook;

pub use call::{ACTOR_HEADER, REQUEST_ID_HEADER};
pub use error::DOMAIN;
pub use observe::{ACTIVE, DURATION, REQUESTS};
pub use options::Options;
pub use server::Server;
pub use ui::BasePath;
pub use web::MetricsPage;
