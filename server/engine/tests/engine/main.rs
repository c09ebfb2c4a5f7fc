//! Stories of the engine on a store in memory, with time under control.

mod support;

mod crash;
mod limits;
mod stories;
mod watches;
