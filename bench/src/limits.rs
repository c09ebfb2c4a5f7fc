//! What the disk and the databases give to a program that does nothing but write durably.

mod commits;
mod disk;

pub(crate) use commits::Place;
pub(crate) use disk::synced_appends;
