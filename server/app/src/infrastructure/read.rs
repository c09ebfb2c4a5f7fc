//! Single things: a cluster, a server group, an instance and its log, a load balancer, a firewall, an image.

use gennaker_core::cloud::{Instance, ResourceId, ServerGroup};
use gennaker_ports::Cloud;
use gennaker_ports::cloud::ServerGroupFilter;
use gennaker_proto::v1;
use std::sync::Arc;

use super::Inventory;
use crate::names::Parent;
use crate::page::PageRequest;
use crate::{App, AppError, Caller, convert, names};

/// How many lines of a log are shown when the request doesn't say.
const LOG_LINES: usize = 200;

impl App {
    /// Gets one cluster with its server groups.
    pub async fn get_cluster(
        &self,
        caller: &Caller,
        request: v1::GetClusterRequest,
    ) -> Result<v1::GetClusterResponse, AppError> {
        self.admit(caller, &request).await?;
        let (account, cluster) = names::parse_cluster("name", &request.name)?;
        let filter = ServerGroupFilter {
            account: Some(account.to_owned()),
            cluster: Some(cluster.to_owned()),
            ..ServerGroupFilter::default()
        };
        let groups = self.inner.ports.clouds.of(account)?.server_groups(&filter).await?;
        let found = convert::server_group::clusters(&groups).pop();
        let cluster = found.ok_or_else(|| AppError::not_found("cluster", &request.name))?;
        Ok(v1::GetClusterResponse { cluster: Some(cluster) })
    }

    /// Gets one server group.
    pub async fn get_server_group(
        &self,
        caller: &Caller,
        request: v1::GetServerGroupRequest,
    ) -> Result<v1::GetServerGroupResponse, AppError> {
        self.admit(caller, &request).await?;
        let (cloud, group) = self.server_group(&request.name).await?;
        let filter = ServerGroupFilter::cluster(&group.id.location, group.moniker.cluster());
        let groups = cloud.server_groups(&filter).await?;
        let messages = convert::server_group::all_to_proto(&groups);
        let server_group = messages.into_iter().find(|message| message.name == request.name);
        Ok(v1::GetServerGroupResponse {
            server_group: server_group.or_else(|| Some(convert::server_group::to_proto(&group, 0.0))),
        })
    }

    /// Lists the instances of a server group.
    pub async fn list_instances(
        &self,
        caller: &Caller,
        request: v1::ListInstancesRequest,
    ) -> Result<v1::ListInstancesResponse, AppError> {
        self.admit(caller, &request).await?;
        let limits = &self.inner.options.limits;
        let page = PageRequest::new(limits, request.page_size, &request.page_token, &["instances", &request.parent])?;
        let (_, group) = self.server_group(&request.parent).await?;
        let message = |instance: &Instance| convert::server_group::instance(&group.id, instance);
        let mut instances: Vec<v1::Instance> = group.instances.iter().map(message).collect();
        instances.sort_by(|a, b| a.name.cmp(&b.name));
        let (instances, next_page_token) = page.cut(instances, |instance| instance.name.clone());
        Ok(v1::ListInstancesResponse { instances, next_page_token })
    }

    /// Gets one instance.
    pub async fn get_instance(
        &self,
        caller: &Caller,
        request: v1::GetInstanceRequest,
    ) -> Result<v1::GetInstanceResponse, AppError> {
        self.admit(caller, &request).await?;
        let (id, name) = names::parse_instance("name", &request.name)?;
        let group = self.inner.ports.clouds.of(&id.location.account)?.server_group(&id).await?;
        let found = group.instances.iter().find(|instance| instance.name == name);
        let instance = found.ok_or_else(|| AppError::not_found("instance", &request.name))?;
        Ok(v1::GetInstanceResponse { instance: Some(convert::server_group::instance(&id, instance)) })
    }

    /// Gets the end of what an instance wrote.
    pub async fn get_instance_log(
        &self,
        caller: &Caller,
        request: v1::GetInstanceLogRequest,
    ) -> Result<v1::GetInstanceLogResponse, AppError> {
        self.admit(caller, &request).await?;
        let (id, instance) = names::parse_instance("name", &request.name)?;
        let limit = self.inner.options.limits.max_log_bytes;
        let bytes = if request.max_bytes == 0 { limit } else { request.max_bytes.min(limit) };
        let lines = if request.tail_lines == 0 { LOG_LINES } else { request.tail_lines as usize };
        let cloud = self.inner.ports.clouds.of(&id.location.account)?;
        let log = cloud.instance_log(&id, instance, lines, usize::try_from(bytes).unwrap_or(usize::MAX)).await?;
        Ok(v1::GetInstanceLogResponse { text: log.text, truncated: log.truncated })
    }

    /// Gets one load balancer.
    pub async fn get_load_balancer(
        &self,
        caller: &Caller,
        request: v1::GetLoadBalancerRequest,
    ) -> Result<v1::GetLoadBalancerResponse, AppError> {
        self.admit(caller, &request).await?;
        let id = names::parse_resource("name", &request.name, "loadBalancers")?;
        let balancer = self.load_balancer(&id).await?;
        Ok(v1::GetLoadBalancerResponse { load_balancer: Some(balancer) })
    }

    /// Gets one firewall.
    pub async fn get_firewall(
        &self,
        caller: &Caller,
        request: v1::GetFirewallRequest,
    ) -> Result<v1::GetFirewallResponse, AppError> {
        self.admit(caller, &request).await?;
        let id = names::parse_resource("name", &request.name, "firewalls")?;
        let firewall = self.firewall(&id).await?;
        Ok(v1::GetFirewallResponse { firewall: Some(firewall) })
    }

    /// Lists the images of a region, newest first.
    pub async fn list_images(
        &self,
        caller: &Caller,
        request: v1::ListImagesRequest,
    ) -> Result<v1::ListImagesResponse, AppError> {
        self.admit(caller, &request).await?;
        let limits = &self.inner.options.limits;
        let page = PageRequest::new(limits, request.page_size, &request.page_token, &["images", &request.parent])?;
        let location = names::parse_region("parent", &request.parent)?;
        let (_, cloud) = self.region_of(&location.account, &location.region)?;
        let images = cloud.images(&location).await?;
        let offset = page.after.as_deref().and_then(|key| key.parse::<usize>().ok()).unwrap_or_default();
        let shown = images.iter().skip(offset).take(page.size);
        let shown: Vec<v1::Image> = shown.map(|image| convert::image::to_proto(image, cloud.provider())).collect();
        let next = offset + shown.len();
        let token = page.token((next < images.len()).then(|| next.to_string()));
        Ok(v1::ListImagesResponse { images: shown, next_page_token: token })
    }

    /// Gets one image.
    pub async fn get_image(
        &self,
        caller: &Caller,
        request: v1::GetImageRequest,
    ) -> Result<v1::GetImageResponse, AppError> {
        self.admit(caller, &request).await?;
        let (region, id) = names::split_image("name", &request.name)?;
        let location = names::parse_region("name", region)?;
        let (_, cloud) = self.region_of(&location.account, &location.region)?;
        let images = cloud.images(&location).await?;
        let found = images.iter().find(|image| image.id == id);
        let image = found.ok_or_else(|| AppError::not_found("image", &request.name))?;
        Ok(v1::GetImageResponse { image: Some(convert::image::to_proto(image, cloud.provider())) })
    }

    /// A server group that must be there, with its provider.
    pub(crate) async fn server_group(&self, name: &str) -> Result<(Arc<dyn Cloud>, ServerGroup), AppError> {
        let id = names::parse_resource("name", name, "serverGroups")?;
        let cloud = self.inner.ports.clouds.of(&id.location.account)?;
        let group = cloud.server_group(&id).await?;
        Ok((cloud, group))
    }

    /// A load balancer that must be there.
    pub(crate) async fn load_balancer(&self, id: &ResourceId) -> Result<v1::LoadBalancer, AppError> {
        let name = names::resource(&id.location, "loadBalancers", &id.name);
        let found = self.region_inventory(id).await?.load_balancers().into_iter().find(|b| b.name == name);
        found.ok_or_else(|| AppError::not_found("load balancer", name))
    }

    /// A firewall that must be there.
    pub(crate) async fn firewall(&self, id: &ResourceId) -> Result<v1::Firewall, AppError> {
        let name = names::resource(&id.location, "firewalls", &id.name);
        let found = self.region_inventory(id).await?.firewalls().into_iter().find(|f| f.name == name);
        found.ok_or_else(|| AppError::not_found("firewall", name))
    }

    /// Everything in the region of something, which must be readable.
    async fn region_inventory(&self, id: &ResourceId) -> Result<Inventory, AppError> {
        let inventory = self.inventory(&Parent::Region(id.location.clone())).await?;
        match inventory.unreachable.first() {
            Some(account) => Err(AppError::unavailable(format!("{account} can't be read now"))),
            None => Ok(inventory),
        }
    }
}
