//! In-memory fakes of the ports, for tests.

pub mod clock;
pub mod cloud;
pub mod egress;
pub mod notifier;
pub mod records;
pub mod store;
