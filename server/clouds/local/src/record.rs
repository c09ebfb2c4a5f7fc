//! What the local cloud remembers over restarts. The journal is a list of [`Change`]s; replaying them gives the world
//! back.

use std::collections::{BTreeMap, BTreeSet};

use gennaker_core::Timestamp;
use gennaker_core::cloud::{
    Capacity, Firewall, Image, Instance, Job, JobSpec, JobState, LoadBalancer, Location, ResourceId, Workload,
};
use serde::{Deserialize, Serialize};

use crate::process::ProcessId;

/// One durable change. Changes of one call are written together or not at all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Change {
    /// The identity of this cloud, by which its processes are known.
    Identity(String),
    Group(Box<GroupWish>),
    GroupGone(ResourceId),
    Instance(InstanceRecord),
    InstanceGone {
        group: ResourceId,
        name: String,
    },
    Balancer(LoadBalancer),
    BalancerGone(ResourceId),
    Firewall(Firewall),
    FirewallGone(ResourceId),
    Image(Image),
    Job(Box<JobRecord>),
    JobGone(ResourceId),
    Request(RequestRecord),
    RequestGone(String),
}

impl Change {
    /// Names what is changed: a later change with the same key replaces an earlier one.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Identity(_) => "identity".to_owned(),
            Self::Group(wish) => format!("group/{}", wish.id),
            Self::GroupGone(id) => format!("group/{id}"),
            Self::Instance(record) => format!("instance/{}/{}", record.group, record.name),
            Self::InstanceGone { group, name } => format!("instance/{group}/{name}"),
            Self::Balancer(balancer) => format!("balancer/{}", balancer.id),
            Self::BalancerGone(id) => format!("balancer/{id}"),
            Self::Firewall(firewall) => format!("firewall/{}", firewall.id),
            Self::FirewallGone(id) => format!("firewall/{id}"),
            Self::Image(image) => format!("image/{}/{}", image.location, image.id),
            Self::Job(record) => format!("job/{}", record.spec.id),
            Self::JobGone(id) => format!("job/{id}"),
            Self::Request(record) => format!("request/{}", record.key),
            Self::RequestGone(key) => format!("request/{key}"),
        }
    }

    /// Whether it takes something away.
    pub(crate) const fn removes(&self) -> bool {
        match self {
            Self::GroupGone(_)
            | Self::InstanceGone { .. }
            | Self::BalancerGone(_)
            | Self::FirewallGone(_)
            | Self::JobGone(_)
            | Self::RequestGone(_) => true,
            Self::Identity(_)
            | Self::Group(_)
            | Self::Instance(_)
            | Self::Balancer(_)
            | Self::Firewall(_)
            | Self::Image(_)
            | Self::Job(_)
            | Self::Request(_) => false,
        }
    }
}

/// What a server group shall be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct GroupWish {
    #[serde(flatten)]
    pub(crate) id: ResourceId,
    pub(crate) image: String,
    pub(crate) capacity: Capacity,
    pub(crate) disabled: bool,
    pub(crate) weight: u32,
    pub(crate) load_balancers: Vec<String>,
    pub(crate) firewalls: Vec<String>,
    pub(crate) workload: Workload,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) created: Timestamp,
    /// Its instances end, and then it is forgotten.
    pub(crate) deleting: bool,
    /// Instances that shall end although the group goes on.
    pub(crate) condemned: BTreeSet<String>,
}

impl GroupWish {
    /// The load balancers it belongs to.
    pub(crate) fn balancers(&self) -> impl Iterator<Item = ResourceId> + '_ {
        self.load_balancers.iter().map(|name| self.neighbour(name))
    }

    /// A resource of the same location.
    pub(crate) fn neighbour(&self, name: &str) -> ResourceId {
        ResourceId::new(self.id.location.clone(), name)
    }
}

/// A started instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct InstanceRecord {
    pub(crate) group: ResourceId,
    pub(crate) name: String,
    pub(crate) created: Timestamp,
    pub(crate) launched: Timestamp,
    pub(crate) restarts: u32,
    pub(crate) port: u16,
    pub(crate) process: Option<ProcessId>,
}

/// A job: what was asked for, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct JobRecord {
    pub(crate) spec: JobSpec,
    /// When it was asked for; its time runs from here.
    pub(crate) started: Timestamp,
    /// Its supervisor.
    pub(crate) process: Option<ProcessId>,
    /// Why it shall end before it does so by itself.
    pub(crate) condemned: Option<String>,
    pub(crate) end: Option<JobEnd>,
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct JobEnd {
    pub(crate) state: JobState,
    pub(crate) time: Timestamp,
    /// Why its property file can't be had.
    #[serde(default)]
    pub(crate) property_problem: Option<String>,
}

impl JobRecord {
    pub(crate) fn view(&self) -> Job {
        let end = self.end.as_ref();
        Job {
            spec: self.spec.clone(),
            state: end.map_or(JobState::Running, |end| end.state.clone()),
            started: self.started,
            ended: end.map(|end| end.time),
        }
    }
}

/// What a request did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Operation {
    Create,
    Resize,
    Enable,
    Disable,
    Weight,
    Destroy,
    Terminate,
    RunJob,
}

/// A request that was carried out, so that its repetition does nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct RequestRecord {
    pub(crate) key: String,
    /// Grows with each request; the oldest are forgotten first.
    pub(crate) number: u64,
    pub(crate) operation: Operation,
    pub(crate) target: ResourceId,
    /// The answer, where it cannot be read from the world later.
    #[serde(default)]
    pub(crate) answer: Option<Instance>,
}

/// Where an image is used, and its id there.
pub(crate) type ImageKey = (Location, String);
