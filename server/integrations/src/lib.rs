//! Calls to the world outside: the one guarded HTTP client, and the channels over which people are told of things.
//!
//! - [`GuardedEgress`] is the [`Egress`](gennaker_ports::Egress) of the server. Definitions name the URLs, so it decides by the
//!   operator's [`egress::Options`] what may be called, and connects only to addresses that it has checked.
//! - [`Channels`] is the [`Notifier`](gennaker_ports::Notifier): one file per channel, all HTTP through the egress. Mail goes to the
//!   server that the operator named.
//! - [`Trust`] has the certificates that both rely on.
//!
//! This crate must not know of pipelines, stages or the API, and must open no connection past the egress, the one to the mail
//! server excepted.

pub mod egress;
pub mod notify;
mod trust;

pub use egress::GuardedEgress;
pub use notify::{Channels, References};
pub use trust::{Trust, TrustError};
