//! In-memory fakes of the ports, for tests.

pub mod cloud;
pub mod store;
