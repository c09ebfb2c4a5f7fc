//! What spreads traffic over server groups.

use serde::{Deserialize, Serialize};

use super::ResourceId;

/// A load balancer: listeners in front of the healthy instances of its enabled server groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// Location and name.
    pub id: ResourceId,
    /// The application that owns it, if any.
    pub application: Option<String>,
    /// What it listens on.
    pub listeners: Vec<Listener>,
    /// Names of the firewalls of the same location that guard it.
    pub firewalls: Vec<String>,
    /// Names of the server groups attached to it, enabled or not. Filled in by the provider.
    #[serde(default)]
    pub server_groups: Vec<String>,
}

/// One port of a load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    /// What is spoken there.
    pub protocol: ListenerProtocol,
    /// The port wanted; 0 takes any free one.
    pub port: u16,
    /// Where it listens, as `host:port`. Filled in by the provider.
    #[serde(default)]
    pub address: Option<String>,
}

/// What a listener understands of the traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListenerProtocol {
    /// HTTP/1.1 and upgrades from it; every request is balanced on its own.
    Http,
    /// Bytes; every connection is balanced on its own.
    Tcp,
}
