//! The words in which every cloud is described: server groups, instances, load balancers, firewalls, images.
//!
//! Providers translate their own terms into these; strategies plan with nothing else.

mod capacity;
mod firewall;
mod image;
mod job;
mod load_balancer;
mod server_group;

pub use capacity::{Capacity, CapacityError};
pub use firewall::{Firewall, FirewallRule, Protocol};
pub use image::Image;
pub use job::{Job, JobOutput, JobSpec, JobState};
pub use load_balancer::{Listener, ListenerProtocol, LoadBalancer};
pub use server_group::{
    Health, HealthCheck, HealthProbe, Instance, InstanceCounts, RestartPolicy, ServerGroup, ServerGroupSpec, Workload,
};

use serde::{Deserialize, Serialize};

/// Where a resource of a cloud lives: a named set of credentials and one of its regions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// The account's name, for example `local`.
    pub account: String,
    /// The region's name within the account.
    pub region: String,
}

impl Location {
    /// A location from its two names.
    pub fn new(account: impl Into<String>, region: impl Into<String>) -> Self {
        Self { account: account.into(), region: region.into() }
    }
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.account, self.region)
    }
}

/// One resource of a cloud, by location and name. Names are unique within a location and a resource type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ResourceId {
    /// The location that holds it.
    #[serde(flatten)]
    pub location: Location,
    /// The name within the location.
    pub name: String,
}

impl ResourceId {
    /// An id from a location and a name.
    pub fn new(location: Location, name: impl Into<String>) -> Self {
        Self { location, name: name.into() }
    }
}

impl std::fmt::Display for ResourceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.location, self.name)
    }
}

/// An account as a provider knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The account's name, unique over all providers.
    pub name: String,
    /// The provider that serves it: `local`, `kubernetes`, `aws`.
    pub provider: String,
    /// The regions that may be used, in the operator's order.
    pub regions: Vec<String>,
    /// What is wrong with the account now, in words; `None` while it is healthy.
    pub problem: Option<String>,
}
