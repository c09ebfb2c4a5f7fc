//! Load balancers, firewalls and images are changed at once, without an execution.
//!
//! They are kept by their providers, which take a whole resource and are idempotent: the same content again changes
//! nothing, so that a repeated call needs no record.

use gennaker_core::cloud::ResourceId;
use gennaker_ports::{Access, CloudError, Target};
use gennaker_proto::{rules, v1};

use crate::error::ResourceRef;
use crate::{App, AppError, Caller, convert, names};

impl App {
    /// Makes a load balancer.
    pub async fn create_load_balancer(
        &self,
        caller: &Caller,
        request: v1::CreateLoadBalancerRequest,
    ) -> Result<v1::CreateLoadBalancerResponse, AppError> {
        self.admit(caller, &request).await?;
        let message = request.load_balancer.clone().unwrap_or_default();
        self.may_write(caller, &message.application).await?;
        let id = ResourceId::new(names::parse_region("parent", &request.parent)?, &request.load_balancer_id);
        let wanted = rules::without_output_only(&message);
        match self.load_balancer(&id).await {
            Ok(there) if !request.request_id.is_empty() && is_same_balancer(&there, &wanted) => {
                return Ok(v1::CreateLoadBalancerResponse { load_balancer: Some(there) });
            }
            Ok(there) => return Err(AppError::AlreadyExists(ResourceRef::new("load balancer", there.name))),
            Err(AppError::NotFound(resource)) if resource.kind == "load balancer" => {}
            Err(error) => return Err(error),
        }
        let balancer = self.put_load_balancer(&id, &wanted, request.validate_only).await?;
        Ok(v1::CreateLoadBalancerResponse { load_balancer: Some(balancer) })
    }

    /// Changes a load balancer, or makes it.
    pub async fn update_load_balancer(
        &self,
        caller: &Caller,
        request: v1::UpdateLoadBalancerRequest,
    ) -> Result<v1::UpdateLoadBalancerResponse, AppError> {
        self.admit(caller, &request).await?;
        let message = request.load_balancer.clone().unwrap_or_default();
        self.may_write(caller, &message.application).await?;
        let id = names::parse_resource("load_balancer.name", &message.name, "loadBalancers")?;
        match self.load_balancer(&id).await {
            Ok(there) => self.may_write(caller, &there.application).await?,
            Err(AppError::NotFound(resource)) if resource.kind == "load balancer" && request.allow_missing => {}
            Err(error) => return Err(error),
        }
        let wanted = rules::without_output_only(&message);
        let balancer = self.put_load_balancer(&id, &wanted, request.validate_only).await?;
        Ok(v1::UpdateLoadBalancerResponse { load_balancer: Some(balancer) })
    }

    /// Deletes a load balancer.
    pub async fn delete_load_balancer(
        &self,
        caller: &Caller,
        request: v1::DeleteLoadBalancerRequest,
    ) -> Result<v1::DeleteLoadBalancerResponse, AppError> {
        self.admit(caller, &request).await?;
        let id = names::parse_resource("name", &request.name, "loadBalancers")?;
        match self.load_balancer(&id).await {
            Ok(there) => self.may_write(caller, &there.application).await?,
            Err(AppError::NotFound(_)) if request.allow_missing => return Ok(v1::DeleteLoadBalancerResponse {}),
            Err(error) => return Err(error),
        }
        let cloud = self.inner.ports.clouds.of(&id.location.account)?;
        cloud.delete_load_balancer(&id).await.map_err(|error| in_use(&request.name, error))?;
        Ok(v1::DeleteLoadBalancerResponse {})
    }

    /// Makes a firewall.
    pub async fn create_firewall(
        &self,
        caller: &Caller,
        request: v1::CreateFirewallRequest,
    ) -> Result<v1::CreateFirewallResponse, AppError> {
        self.admit(caller, &request).await?;
        let message = request.firewall.clone().unwrap_or_default();
        self.may_write(caller, &message.application).await?;
        let id = ResourceId::new(names::parse_region("parent", &request.parent)?, &request.firewall_id);
        let wanted = rules::without_output_only(&message);
        match self.firewall(&id).await {
            Ok(there) if !request.request_id.is_empty() && is_same_firewall(&id, &there, &wanted) => {
                return Ok(v1::CreateFirewallResponse { firewall: Some(there) });
            }
            Ok(there) => return Err(AppError::AlreadyExists(ResourceRef::new("firewall", there.name))),
            Err(AppError::NotFound(resource)) if resource.kind == "firewall" => {}
            Err(error) => return Err(error),
        }
        let firewall = self.put_firewall(&id, &wanted, request.validate_only).await?;
        Ok(v1::CreateFirewallResponse { firewall: Some(firewall) })
    }

    /// Changes a firewall, or makes it.
    pub async fn update_firewall(
        &self,
        caller: &Caller,
        request: v1::UpdateFirewallRequest,
    ) -> Result<v1::UpdateFirewallResponse, AppError> {
        self.admit(caller, &request).await?;
        let message = request.firewall.clone().unwrap_or_default();
        self.may_write(caller, &message.application).await?;
        let id = names::parse_resource("firewall.name", &message.name, "firewalls")?;
        match self.firewall(&id).await {
            Ok(there) => self.may_write(caller, &there.application).await?,
            Err(AppError::NotFound(resource)) if resource.kind == "firewall" && request.allow_missing => {}
            Err(error) => return Err(error),
        }
        let wanted = rules::without_output_only(&message);
        let firewall = self.put_firewall(&id, &wanted, request.validate_only).await?;
        Ok(v1::UpdateFirewallResponse { firewall: Some(firewall) })
    }

    /// Deletes a firewall.
    pub async fn delete_firewall(
        &self,
        caller: &Caller,
        request: v1::DeleteFirewallRequest,
    ) -> Result<v1::DeleteFirewallResponse, AppError> {
        self.admit(caller, &request).await?;
        let id = names::parse_resource("name", &request.name, "firewalls")?;
        match self.firewall(&id).await {
            Ok(there) => self.may_write(caller, &there.application).await?,
            Err(AppError::NotFound(_)) if request.allow_missing => return Ok(v1::DeleteFirewallResponse {}),
            Err(error) => return Err(error),
        }
        let cloud = self.inner.ports.clouds.of(&id.location.account)?;
        cloud.delete_firewall(&id).await.map_err(|error| in_use(&request.name, error))?;
        Ok(v1::DeleteFirewallResponse {})
    }

    /// Registers an image.
    pub async fn register_image(
        &self,
        caller: &Caller,
        request: v1::RegisterImageRequest,
    ) -> Result<v1::RegisterImageResponse, AppError> {
        self.admit(caller, &request).await?;
        let location = names::parse_region("parent", &request.parent)?;
        let (_, cloud) = self.region_of(&location.account, &location.region)?;
        let message = request.image.clone().unwrap_or_default();
        let image = convert::image::to_core(location, &request.image_id, &message, self.now());
        let registered = if request.validate_only {
            image
        } else {
            cloud.register_image(&image, &request.source).await.map_err(|error| match error {
                CloudError::Invalid(problem) => AppError::invalid("source", problem),
                error => error.into(),
            })?
        };
        Ok(v1::RegisterImageResponse { image: Some(convert::image::to_proto(&registered, cloud.provider())) })
    }

    /// What belongs to an application is changed by those who may write it. Nobody owns what belongs to none.
    async fn may_write(&self, caller: &Caller, application: &str) -> Result<(), AppError> {
        if application.is_empty() {
            return Ok(());
        }
        self.authorize(caller, Access::Write, &Target::Application(names::last(application).to_owned())).await
    }

    async fn put_load_balancer(
        &self,
        id: &ResourceId,
        wanted: &v1::LoadBalancer,
        validate_only: bool,
    ) -> Result<v1::LoadBalancer, AppError> {
        let (_, cloud) = self.region_of(&id.location.account, &id.location.region)?;
        let core = convert::load_balancer::to_core(id.clone(), wanted);
        if validate_only {
            return Ok(convert::load_balancer::to_proto(&core, cloud.provider(), &[]));
        }
        cloud.upsert_load_balancer(&core).await.map_err(|error| of_message("load_balancer", &id.to_string(), error))?;
        self.load_balancer(id).await
    }

    async fn put_firewall(
        &self,
        id: &ResourceId,
        wanted: &v1::Firewall,
        validate_only: bool,
    ) -> Result<v1::Firewall, AppError> {
        let (_, cloud) = self.region_of(&id.location.account, &id.location.region)?;
        let core = convert::firewall::to_core(id.clone(), wanted);
        if validate_only {
            return Ok(convert::firewall::to_proto(&core, cloud.provider(), &[]));
        }
        cloud.upsert_firewall(&core).await.map_err(|error| of_message("firewall", &id.to_string(), error))?;
        self.firewall(id).await
    }
}

/// What the provider says of a message: that it makes no sense, or names something that is not there.
fn of_message(field: &str, subject: &str, error: CloudError) -> AppError {
    match error {
        CloudError::Invalid(problem) => AppError::invalid(field, problem),
        CloudError::Conflict(problem) => AppError::precondition("RESOURCE_CONFLICT", subject, problem),
        error @ CloudError::NotFound { .. } => {
            AppError::precondition("REFERENCE_NOT_FOUND", subject, AppError::from(error).to_string())
        }
        error @ (CloudError::Exists { .. } | CloudError::Unavailable(_)) => error.into(),
    }
}

fn in_use(name: &str, error: CloudError) -> AppError {
    match error {
        CloudError::Conflict(problem) => AppError::precondition("RESOURCE_IN_USE", name, problem),
        error => error.into(),
    }
}

fn is_same_balancer(there: &v1::LoadBalancer, wanted: &v1::LoadBalancer) -> bool {
    let ports = |balancer: &v1::LoadBalancer| -> Vec<(v1::listener::Protocol, u32)> {
        let protocol = |listener: &v1::Listener| match listener.protocol() {
            v1::listener::Protocol::Unspecified | v1::listener::Protocol::Http => v1::listener::Protocol::Http,
            v1::listener::Protocol::Tcp => v1::listener::Protocol::Tcp,
        };
        balancer.listeners.iter().map(|listener| (protocol(listener), listener.port)).collect()
    };
    let (have, want) = (ports(there), ports(wanted));
    there.application == wanted.application
        && there.firewalls == wanted.firewalls
        && have.len() == want.len()
        && have.iter().zip(&want).all(|(have, want)| have.0 == want.0 && (want.1 == 0 || have.1 == want.1))
}

fn is_same_firewall(id: &ResourceId, there: &v1::Firewall, wanted: &v1::Firewall) -> bool {
    convert::firewall::to_core(id.clone(), there) == convert::firewall::to_core(id.clone(), wanted)
}
