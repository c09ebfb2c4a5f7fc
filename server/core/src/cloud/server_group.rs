//! Server groups: alike instances of one image, created, sized and switched as one.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Capacity, ResourceId};
use crate::Timestamp;
use crate::naming::Moniker;

/// A server group as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServerGroup {
    /// Location and name (`app-stack-detail-v000`).
    pub id: ResourceId,
    /// The name taken apart.
    pub moniker: Moniker,
    /// The provider: `local`, `kubernetes`, `aws`.
    pub provider: String,
    /// The image that new instances start from.
    pub image: String,
    /// Whether it is kept out of all load balancers.
    pub disabled: bool,
    /// Its share of traffic relative to the other enabled groups behind the same load balancer; 100 by default.
    pub weight: u32,
    /// Bounds and wanted size.
    pub capacity: Capacity,
    /// The instances there are, in start order.
    pub instances: Vec<Instance>,
    /// Names of the load balancers of the same location that it belongs to.
    pub load_balancers: Vec<String>,
    /// Names of the firewalls of the same location.
    pub firewalls: Vec<String>,
    /// How its instances run.
    pub workload: Workload,
    /// Labels, for searching.
    pub labels: BTreeMap<String, String>,
    /// When it was created.
    pub created: Timestamp,
}

impl ServerGroup {
    /// Instances by health.
    pub fn counts(&self) -> InstanceCounts {
        let mut counts = InstanceCounts::default();
        for instance in &self.instances {
            counts.add(instance.health);
        }
        counts
    }

    /// Whether it takes traffic or could: not disabled, or with an instance that is up all the same.
    pub fn is_active(&self) -> bool {
        !self.disabled || self.counts().up > 0
    }
}

/// What a server group shall be when it is created.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServerGroupSpec {
    /// Location and complete name, sequence included.
    pub id: ResourceId,
    /// The image to run.
    pub image: String,
    /// Bounds and wanted size.
    pub capacity: Capacity,
    /// Load balancers of the same location to join.
    pub load_balancers: Vec<String>,
    /// Firewalls of the same location.
    pub firewalls: Vec<String>,
    /// Whether it starts outside the load balancers.
    pub disabled: bool,
    /// How its instances run.
    pub workload: Workload,
    /// Labels, for searching.
    pub labels: BTreeMap<String, String>,
}

/// How each instance runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Workload {
    /// Arguments after the image's own command.
    pub args: Vec<String>,
    /// Environment variables.
    pub env: BTreeMap<String, String>,
    /// How health is found out; `None` means that a running instance is up.
    pub health_check: Option<HealthCheck>,
    /// What happens when an instance ends by itself.
    pub restart: RestartPolicy,
    /// How long an instance may take to end after it was asked to; then it is killed.
    pub stop_grace: Option<Duration>,
}

/// How the health of an instance is found out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// What is asked.
    pub probe: HealthProbe,
    /// Time from one probe to the next.
    pub interval: Duration,
    /// How long one probe may take.
    pub timeout: Duration,
    /// Probes that must pass one after another until an instance counts as up.
    pub healthy_threshold: u32,
    /// Probes that must fail one after another until an instance counts as down.
    pub unhealthy_threshold: u32,
    /// Time after the start in which failures do not count.
    pub startup_grace: Duration,
}

/// What a health check asks of an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthProbe {
    /// GET on this path; any 2xx or 3xx answer passes.
    Http {
        /// The path, with its leading slash.
        path: String,
    },
    /// A connection that is accepted passes.
    Tcp,
}

/// What happens when an instance ends by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestartPolicy {
    /// It is started again, with growing pauses while it keeps ending.
    #[default]
    Always,
    /// It stays down.
    Never,
}

/// One running copy of a server group's image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    /// The name, unique in the location.
    pub name: String,
    /// Its health now.
    pub health: Health,
    /// Why, in words: the last probe's answer, the exit status.
    pub reason: String,
    /// Where it listens, as `host:port`, if it does.
    pub address: Option<String>,
    /// When it was last started.
    pub launched: Timestamp,
    /// How often it was started again after it ended by itself.
    pub restarts: u32,
}

/// The health of an instance, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Ended and will not come back.
    Failed,
    /// Runs, or should, and does not answer its checks.
    Down,
    /// Well, but kept out of traffic.
    OutOfService,
    /// Nothing is known.
    Unknown,
    /// On its way to its first passed check.
    Starting,
    /// Finishes its last requests.
    Draining,
    /// Answers its checks.
    Up,
}

/// How many instances are in each health.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceCounts {
    /// All of them.
    pub total: u32,
    /// Up.
    pub up: u32,
    /// Down or failed.
    pub down: u32,
    /// Starting.
    pub starting: u32,
    /// Out of service or draining.
    pub out_of_service: u32,
    /// Unknown.
    pub unknown: u32,
}

impl InstanceCounts {
    fn add(&mut self, health: Health) {
        self.total += 1;
        match health {
            Health::Up => self.up += 1,
            Health::Failed | Health::Down => self.down += 1,
            Health::Starting => self.starting += 1,
            Health::OutOfService | Health::Draining => self.out_of_service += 1,
            Health::Unknown => self.unknown += 1,
        }
    }
}
