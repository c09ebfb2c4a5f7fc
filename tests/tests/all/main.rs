//! Tests of the house as a whole: its layers, and stories on the real binary.

#![allow(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod children;
mod commands;
mod crashes;
mod deploys;
mod disks;
mod doors;
mod examples;
mod layers;
mod measures;
mod operations;
mod refusals;
mod telemetry;
mod watches;
