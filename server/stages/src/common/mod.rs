//! What several kinds need.

pub(crate) mod cluster;
pub(crate) mod config;
pub(crate) mod description;
pub(crate) mod duration_text;
pub(crate) mod http;
pub(crate) mod image;
pub(crate) mod launch;
pub(crate) mod operate;
pub(crate) mod outputs;
pub(crate) mod properties;
pub(crate) mod target;
pub(crate) mod timeouts;
pub(crate) mod watch;
