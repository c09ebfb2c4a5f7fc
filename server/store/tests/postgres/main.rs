//! What only a store on a server that others use has to do: keep replicas apart, tell them of each other, and come through
//! the loss of connections and of the database itself.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod chaos;
mod faults;
mod fixture;
mod growth;
mod opening;
mod replicas;
mod signals;
