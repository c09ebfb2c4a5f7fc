//! Which clients may reach a load balancer.

use serde::{Deserialize, Serialize};

use super::ResourceId;

/// A named list of rules. A load balancer with firewalls accepts a connection that any rule of any of them allows, and
/// no other; one without firewalls accepts all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Firewall {
    /// Location and name.
    pub id: ResourceId,
    /// The application that owns it, if any.
    pub application: Option<String>,
    /// What it is for, in words.
    pub description: String,
    /// What it allows.
    pub rules: Vec<FirewallRule>,
}

/// Allows connections from some addresses to some ports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirewallRule {
    /// Source networks in CIDR notation, for example `10.0.0.0/8` or `::1/128`.
    pub cidrs: Vec<String>,
    /// The lowest port; 0 with `to_port` 65535 means all.
    pub from_port: u16,
    /// The highest port, inclusive.
    pub to_port: u16,
    /// The transport.
    pub protocol: Protocol,
}

/// Transport protocols that rules speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// TCP, and everything on it.
    Tcp,
    /// UDP.
    Udp,
}
