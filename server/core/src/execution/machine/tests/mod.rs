//! Tests of the machine: stories by theme, and properties over random graphs and commands.

mod arbitrary;
mod cancel;
mod child;
mod condition;
mod errand;
mod explain;
mod failure;
mod judgment;
mod look_up;
mod narration;
mod outputs;
mod pause;
mod properties;
mod queue;
mod retry;
mod scale;
mod script;
mod skip;
mod synthetic;
mod task;
mod timeout;
mod window;
mod world;

use script::{Script, await_child, judgment, run, stage, synthetic, wait};
use world::World;
