//! Clouds: where server groups run.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use gennaker_core::cloud::{
    Account, Capacity, Firewall, Image, Instance, Job, JobOutput, JobSpec, LoadBalancer, Location, ResourceId,
    ServerGroup, ServerGroupSpec,
};
use gennaker_core::execution::Failure;
use tokio::sync::watch;

/// Why a cloud did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CloudError {
    /// The thing is not there.
    #[error("{kind} {name} not found")]
    NotFound {
        /// What kind of thing.
        kind: &'static str,
        /// Its name with location.
        name: String,
    },
    /// A different thing of that name is there.
    #[error("{kind} {name} exists already")]
    Exists {
        /// What kind of thing.
        kind: &'static str,
        /// Its name with location.
        name: String,
    },
    /// The request makes no sense; trying again would not help.
    #[error("{0}")]
    Invalid(String),
    /// The thing is in use, or in a state that does not allow it.
    #[error("{0}")]
    Conflict(String),
    /// The cloud does not answer, or is at a limit; trying again may help.
    #[error("{0}")]
    Unavailable(String),
}

impl From<CloudError> for Failure {
    fn from(error: CloudError) -> Self {
        let message = error.to_string();
        match error {
            CloudError::Unavailable(_) => Self::retryable(message),
            CloudError::NotFound { .. }
            | CloudError::Exists { .. }
            | CloudError::Invalid(_)
            | CloudError::Conflict(_) => Self::permanent(message),
        }
    }
}

/// Which server groups to list; `None` means any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerGroupFilter {
    /// Of this application.
    pub application: Option<String>,
    /// Of this cluster (the name without `-vNNN`).
    pub cluster: Option<String>,
    /// In this account.
    pub account: Option<String>,
    /// In this region.
    pub region: Option<String>,
}

impl ServerGroupFilter {
    /// The server groups of one cluster in one location.
    pub fn cluster(location: &Location, cluster: impl Into<String>) -> Self {
        Self {
            application: None,
            cluster: Some(cluster.into()),
            account: Some(location.account.clone()),
            region: Some(location.region.clone()),
        }
    }

    /// Whether a server group is meant.
    pub fn matches(&self, group: &ServerGroup) -> bool {
        let is = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
        is(&self.application, &group.moniker.application)
            && is(&self.cluster, &group.moniker.cluster())
            && is(&self.account, &group.id.location.account)
            && is(&self.region, &group.id.location.region)
    }
}

/// A part of an instance's output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceLog {
    /// The last lines, oldest first; bytes that are no UTF-8 are replaced.
    pub text: String,
    /// Whether earlier output was left out.
    pub truncated: bool,
}

/// One provider with its accounts.
///
/// All changes are idempotent: `request` names the effect, and repeating a call with the same request and arguments
/// after a crash changes nothing more and gives the same answer. Views are read-your-writes: what a call has changed, the
/// next read shows. Changes return when the wish is recorded; reaching it (instances up, drained) is seen by reading.
#[async_trait]
pub trait Cloud: Send + Sync + 'static {
    /// The provider's name: `local`, `kubernetes`, `aws`.
    fn provider(&self) -> &'static str;

    /// The accounts it serves, with their health.
    fn accounts(&self) -> Vec<Account>;

    /// A counter that grows with every visible change of anything. Waiting on it replaces polling.
    fn changes(&self) -> watch::Receiver<u64>;

    /// The server groups that match, sorted by location and name.
    async fn server_groups(&self, filter: &ServerGroupFilter) -> Result<Vec<ServerGroup>, CloudError>;

    /// One server group.
    async fn server_group(&self, id: &ResourceId) -> Result<ServerGroup, CloudError>;

    /// Creates a server group. [`CloudError::Exists`] where another request made one of that name.
    async fn create_server_group(&self, request: &str, spec: &ServerGroupSpec) -> Result<ServerGroup, CloudError>;

    /// Sets the wanted capacity.
    async fn resize_server_group(
        &self,
        request: &str,
        id: &ResourceId,
        capacity: Capacity,
    ) -> Result<ServerGroup, CloudError>;

    /// Puts a server group into its load balancers (`enabled`), or drains it out of them.
    async fn set_server_group_enabled(
        &self,
        request: &str,
        id: &ResourceId,
        enabled: bool,
    ) -> Result<ServerGroup, CloudError>;

    /// Sets the share of traffic relative to other enabled groups (100 is the usual share, 0 none).
    async fn set_server_group_weight(
        &self,
        request: &str,
        id: &ResourceId,
        weight: u32,
    ) -> Result<ServerGroup, CloudError>;

    /// Ends all instances and forgets the server group. A group that is not there is no error.
    async fn destroy_server_group(&self, request: &str, id: &ResourceId) -> Result<(), CloudError>;

    /// The last lines of an instance's output: at most `lines` lines and `bytes` bytes.
    async fn instance_log(
        &self,
        group: &ResourceId,
        instance: &str,
        lines: usize,
        bytes: usize,
    ) -> Result<InstanceLog, CloudError>;

    /// Ends one instance; its server group starts another.
    async fn terminate_instance(
        &self,
        request: &str,
        group: &ResourceId,
        instance: &str,
    ) -> Result<Instance, CloudError>;

    /// What runs jobs here; `None` where it can't.
    fn jobs(&self) -> Option<&dyn Jobs> {
        None
    }

    /// All load balancers, sorted by location and name.
    async fn load_balancers(&self) -> Result<Vec<LoadBalancer>, CloudError>;

    /// Creates a load balancer, or changes it to this. Existing connections go on.
    async fn upsert_load_balancer(&self, balancer: &LoadBalancer) -> Result<LoadBalancer, CloudError>;

    /// Ends a load balancer. [`CloudError::Conflict`] where server groups still belong to it.
    async fn delete_load_balancer(&self, id: &ResourceId) -> Result<(), CloudError>;

    /// All firewalls, sorted by location and name.
    async fn firewalls(&self) -> Result<Vec<Firewall>, CloudError>;

    /// Creates a firewall, or changes it to this.
    async fn upsert_firewall(&self, firewall: &Firewall) -> Result<Firewall, CloudError>;

    /// Forgets a firewall. [`CloudError::Conflict`] where a load balancer or server group still names it.
    async fn delete_firewall(&self, id: &ResourceId) -> Result<(), CloudError>;

    /// All images of an account's region, newest first.
    async fn images(&self, location: &Location) -> Result<Vec<Image>, CloudError>;

    /// Makes a directory or an archive on the server's machine usable as an image. Registering the same id with the same
    /// content again changes nothing; with other content it is [`CloudError::Exists`].
    async fn register_image(&self, image: &Image, source: &str) -> Result<Image, CloudError>;
}

/// Runs processes that end by themselves. Changes are idempotent by their request, as those of [`Cloud`]; its counter of changes
/// counts the ends of jobs too.
#[async_trait]
pub trait Jobs: Send + Sync {
    /// Starts a job. [`CloudError::Exists`] where another request started one of that name.
    async fn run_job(&self, request: &str, spec: &JobSpec) -> Result<Job, CloudError>;

    /// One job. A cloud forgets those that ended long ago.
    async fn job(&self, id: &ResourceId) -> Result<Job, CloudError>;

    /// What a job has written so far: at most `bytes` bytes of its log.
    async fn job_output(&self, id: &ResourceId, bytes: usize) -> Result<JobOutput, CloudError>;

    /// Ends a job. One that has ended, or is not there, is no error.
    async fn cancel_job(&self, id: &ResourceId) -> Result<(), CloudError>;
}

/// All clouds by account. Cheap to clone.
#[derive(Clone, Default)]
pub struct Clouds {
    providers: Arc<Vec<Arc<dyn Cloud>>>,
}

impl Clouds {
    /// The given providers. Where two serve an account of the same name, the first wins.
    pub fn new(providers: Vec<Arc<dyn Cloud>>) -> Self {
        Self { providers: Arc::new(providers) }
    }

    /// All providers.
    pub fn all(&self) -> &[Arc<dyn Cloud>] {
        &self.providers
    }

    /// All accounts with the provider that serves each.
    pub fn accounts(&self) -> BTreeMap<String, (Account, Arc<dyn Cloud>)> {
        let mut accounts = BTreeMap::new();
        for provider in self.providers.iter() {
            for account in provider.accounts() {
                accounts.entry(account.name.clone()).or_insert_with(|| (account, provider.clone()));
            }
        }
        accounts
    }

    /// The provider of an account.
    ///
    /// # Errors
    /// [`CloudError::NotFound`] naming the account where nobody serves it.
    pub fn of(&self, account: &str) -> Result<Arc<dyn Cloud>, CloudError> {
        let serves = |cloud: &&Arc<dyn Cloud>| cloud.accounts().iter().any(|a| a.name == account);
        self.providers
            .iter()
            .find(serves)
            .cloned()
            .ok_or_else(|| CloudError::NotFound { kind: "account", name: account.to_owned() })
    }
}
