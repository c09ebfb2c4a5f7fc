//! The domain of Gennaker: what an execution is, how it moves, how servers are grouped and named, how strategies plan.
//!
//! Everything here is pure. Time, identifiers and randomness come in as arguments; nothing performs IO, spawns, locks
//! or reads a clock, so every rule can be tested as a function. This crate must not depend on tokio, tonic, rusqlite,
//! HTTP or cloud libraries.

pub mod artifact;
pub mod cloud;
pub mod execution;
pub mod expression;
pub mod naming;
pub mod notification;
pub mod resource;
pub mod schedule;
pub mod strategy;
mod time;

pub use time::Timestamp;
