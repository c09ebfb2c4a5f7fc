//! Tests of the house as a whole: its layers, and stories on the real binary.

#![allow(clippy::unwrap_used, reason = "a story that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "stories print what they have measured")]

mod artifacts;
mod children;
mod commands;
mod crashes;
mod deploys;
mod disks;
mod doors;
mod examples;
mod faults;
mod flow;
mod import;
mod judgments;
mod kinds;
mod large;
mod layers;
mod limits;
mod measures;
mod notifications;
mod operations;
mod plan;
mod refusals;
mod replicas;
mod retention;
mod telemetry;
mod ui;
mod upgrades;
mod watches;
