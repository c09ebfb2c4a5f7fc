//! `InfrastructureService`: what is read. Changes are in `change.rs`, the stream in `watch.rs`, operations, which are
//! executions, in `operation.rs` of the crate.

mod change;
mod read;
mod watch;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use gennaker_core::cloud::{Account, Firewall, LoadBalancer, ServerGroup};
use gennaker_ports::cloud::ServerGroupFilter;
use gennaker_ports::{Cloud, CloudError};
use gennaker_proto::v1;

pub(crate) use watch::Views;

use crate::names::Parent;
use crate::page::PageRequest;
use crate::viewers::Viewers;
use crate::{App, AppError, Caller, convert, names};

/// How long a provider may take to answer a list; the others don't wait longer for it.
const PATIENCE: Duration = Duration::from_secs(10);

/// What providers have, as far as they answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inventory {
    pub(crate) groups: Vec<ServerGroup>,
    pub(crate) balancers: Vec<(&'static str, LoadBalancer)>,
    pub(crate) firewalls: Vec<(&'static str, Firewall)>,
    /// The accounts that could not be read.
    pub(crate) unreachable: Vec<String>,
}

impl App {
    /// Everything of an application or a region. One dead provider does not keep the others from being shown.
    pub(crate) async fn inventory(&self, parent: &Parent<'_>) -> Result<Inventory, AppError> {
        let clouds = match parent {
            Parent::Application(_) | Parent::AllApplications => self.inner.ports.clouds.all().to_vec(),
            Parent::Region(location) => vec![self.region_of(&location.account, &location.region)?.1],
        };
        let filter = match parent {
            Parent::Application(id) => ServerGroupFilter { application: Some((*id).to_owned()), ..Default::default() },
            Parent::AllApplications => ServerGroupFilter::default(),
            Parent::Region(location) => ServerGroupFilter {
                account: Some(location.account.clone()),
                region: Some(location.region.clone()),
                ..Default::default()
            },
        };
        let read = join_all(clouds.iter().map(|cloud| tokio::time::timeout(PATIENCE, read(&**cloud, &filter)))).await;
        let mut inventory = Inventory::default();
        for (cloud, result) in clouds.iter().zip(read) {
            match result {
                Ok(Ok(found)) => inventory.extend(found, parent),
                Ok(Err(error)) => inventory.miss(&**cloud, &error.to_string()),
                Err(_) => inventory.miss(&**cloud, "it did not answer in time"),
            }
        }
        Ok(inventory)
    }

    /// The same for a list: of all applications only what belongs to one that the caller may read.
    async fn readable_inventory(&self, caller: &Caller, parent: &str) -> Result<Inventory, AppError> {
        let parent = names::parse_parent("parent", parent)?;
        let mut inventory = self.inventory(&parent).await?;
        if parent == Parent::AllApplications {
            let mut viewers = Viewers::new(self, caller);
            let mut readable = HashSet::new();
            for application in inventory.applications() {
                if viewers.may_read(&application).await {
                    readable.insert(application);
                }
            }
            inventory.keep(&readable);
        }
        Ok(inventory)
    }

    /// A region of an account, with its provider.
    pub(crate) fn region_of(&self, account: &str, region: &str) -> Result<(Account, Arc<dyn Cloud>), AppError> {
        let mut accounts = self.inner.ports.clouds.accounts();
        let missing = || AppError::not_found("account", format!("accounts/{account}"));
        let (found, cloud) = accounts.remove(account).ok_or_else(missing)?;
        if !found.regions.iter().any(|known| known == region) {
            return Err(AppError::not_found("region", format!("accounts/{account}/regions/{region}")));
        }
        Ok((found, cloud))
    }

    /// Lists the clusters of an application.
    pub async fn list_clusters(
        &self,
        caller: &Caller,
        request: v1::ListClustersRequest,
    ) -> Result<v1::ListClustersResponse, AppError> {
        self.admit(caller, &request).await?;
        let page = self.infrastructure_page(request.page_size, &request.page_token, &["clusters", &request.parent])?;
        let parent = Parent::Application(names::application_id("parent", &request.parent)?);
        let inventory = self.inventory(&parent).await?;
        let clusters = convert::server_group::clusters(&inventory.groups);
        let (clusters, next_page_token) = page.cut(clusters, |cluster| cluster.name.clone());
        Ok(v1::ListClustersResponse { clusters, next_page_token, unreachable: inventory.unreachable })
    }

    /// Lists server groups.
    pub async fn list_server_groups(
        &self,
        caller: &Caller,
        request: v1::ListServerGroupsRequest,
    ) -> Result<v1::ListServerGroupsResponse, AppError> {
        self.admit(caller, &request).await?;
        let page = self.infrastructure_page(request.page_size, &request.page_token, &["groups", &request.parent])?;
        let inventory = self.readable_inventory(caller, &request.parent).await?;
        let mut groups = convert::server_group::all_to_proto(&inventory.groups);
        groups.sort_by(|a, b| a.name.cmp(&b.name));
        let (server_groups, next_page_token) = page.cut(groups, |group| group.name.clone());
        Ok(v1::ListServerGroupsResponse { server_groups, next_page_token, unreachable: inventory.unreachable })
    }

    /// Lists load balancers.
    pub async fn list_load_balancers(
        &self,
        caller: &Caller,
        request: v1::ListLoadBalancersRequest,
    ) -> Result<v1::ListLoadBalancersResponse, AppError> {
        self.admit(caller, &request).await?;
        let page = self.infrastructure_page(request.page_size, &request.page_token, &["balancers", &request.parent])?;
        let inventory = self.readable_inventory(caller, &request.parent).await?;
        let (load_balancers, next_page_token) = page.cut(inventory.load_balancers(), |balancer| balancer.name.clone());
        Ok(v1::ListLoadBalancersResponse { load_balancers, next_page_token, unreachable: inventory.unreachable })
    }

    /// Lists firewalls.
    pub async fn list_firewalls(
        &self,
        caller: &Caller,
        request: v1::ListFirewallsRequest,
    ) -> Result<v1::ListFirewallsResponse, AppError> {
        self.admit(caller, &request).await?;
        let page = self.infrastructure_page(request.page_size, &request.page_token, &["firewalls", &request.parent])?;
        let inventory = self.readable_inventory(caller, &request.parent).await?;
        let (firewalls, next_page_token) = page.cut(inventory.firewalls(), |firewall| firewall.name.clone());
        Ok(v1::ListFirewallsResponse { firewalls, next_page_token, unreachable: inventory.unreachable })
    }

    fn infrastructure_page(&self, size: u32, token: &str, scope: &[&str]) -> Result<PageRequest, AppError> {
        PageRequest::new(&self.inner.options.limits, size, token, scope)
    }
}

async fn read(cloud: &dyn Cloud, filter: &ServerGroupFilter) -> Result<Inventory, CloudError> {
    let groups = cloud.server_groups(filter);
    let (groups, balancers, firewalls) = futures::try_join!(groups, cloud.load_balancers(), cloud.firewalls())?;
    let provider = cloud.provider();
    Ok(Inventory {
        groups,
        balancers: balancers.into_iter().map(|balancer| (provider, balancer)).collect(),
        firewalls: firewalls.into_iter().map(|firewall| (provider, firewall)).collect(),
        unreachable: Vec::new(),
    })
}

impl Inventory {
    fn extend(&mut self, found: Self, parent: &Parent<'_>) {
        let is = |application: Option<&str>, location: &gennaker_core::cloud::Location| match parent {
            Parent::Application(id) => application == Some(id),
            Parent::AllApplications => application.is_some(),
            Parent::Region(wanted) => location == wanted,
        };
        self.groups.extend(found.groups);
        let balancers = found.balancers.into_iter();
        self.balancers.extend(balancers.filter(|(_, b)| is(b.application.as_deref(), &b.id.location)));
        let firewalls = found.firewalls.into_iter();
        self.firewalls.extend(firewalls.filter(|(_, f)| is(f.application.as_deref(), &f.id.location)));
    }

    /// The applications that something of it belongs to.
    fn applications(&self) -> BTreeSet<String> {
        let groups = self.groups.iter().map(|group| &group.moniker.application);
        let balancers = self.balancers.iter().filter_map(|(_, balancer)| balancer.application.as_ref());
        let firewalls = self.firewalls.iter().filter_map(|(_, firewall)| firewall.application.as_ref());
        groups.chain(balancers).chain(firewalls).cloned().collect()
    }

    /// Leaves out what belongs to no application of these.
    fn keep(&mut self, applications: &HashSet<String>) {
        let is_kept = |application: &Option<String>| application.as_ref().is_some_and(|id| applications.contains(id));
        self.groups.retain(|group| applications.contains(&group.moniker.application));
        self.balancers.retain(|(_, balancer)| is_kept(&balancer.application));
        self.firewalls.retain(|(_, firewall)| is_kept(&firewall.application));
    }

    fn miss(&mut self, cloud: &dyn Cloud, problem: &str) {
        tracing::warn!(provider = cloud.provider(), problem, "a provider could not be read");
        self.unreachable.extend(cloud.accounts().iter().map(|account| format!("accounts/{}", account.name)));
    }

    /// The load balancers as messages, by name.
    pub(crate) fn load_balancers(&self) -> Vec<v1::LoadBalancer> {
        let message = |(provider, balancer): &(&'static str, LoadBalancer)| {
            convert::load_balancer::to_proto(balancer, provider, &self.groups)
        };
        let mut messages: Vec<_> = self.balancers.iter().map(message).collect();
        messages.sort_by(|a, b| a.name.cmp(&b.name));
        messages
    }

    /// The firewalls as messages, by name.
    pub(crate) fn firewalls(&self) -> Vec<v1::Firewall> {
        let balancers: Vec<LoadBalancer> = self.balancers.iter().map(|(_, balancer)| balancer.clone()).collect();
        let message = |(provider, firewall): &(&'static str, Firewall)| {
            convert::firewall::to_proto(firewall, provider, &balancers)
        };
        let mut messages: Vec<_> = self.firewalls.iter().map(message).collect();
        messages.sort_by(|a, b| a.name.cmp(&b.name));
        messages
    }
}
