//! Conversions between messages and the domain: one file for each proto file, and one for what they share.

pub(crate) mod account;
pub(crate) mod artifact;
pub(crate) mod execution;
pub(crate) mod execution_event;
pub(crate) mod firewall;
pub(crate) mod image;
pub(crate) mod json;
pub(crate) mod load_balancer;
pub(crate) mod notification;
pub(crate) mod pipeline;
pub(crate) mod server_group;
pub(crate) mod stage;
pub(crate) mod status;
pub(crate) mod time;
pub(crate) mod trigger;
