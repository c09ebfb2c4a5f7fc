//! Load balancers.

use gennaker_core::cloud::{Listener, ListenerProtocol, LoadBalancer, ResourceId, ServerGroup};
use gennaker_proto::v1;

use super::server_group;
use crate::names;

/// A load balancer as a message, with the server groups that are behind it.
pub(crate) fn to_proto(balancer: &LoadBalancer, provider: &str, groups: &[ServerGroup]) -> v1::LoadBalancer {
    let behind = |group: &&ServerGroup| {
        group.id.location == balancer.id.location && group.load_balancers.contains(&balancer.id.name)
    };
    let behind: Vec<&ServerGroup> = groups.iter().filter(behind).collect();
    let shares = server_group::shares(behind.iter().copied(), |_| ());
    let target = |(group, traffic_share): (&&ServerGroup, f64)| v1::LoadBalancerTarget {
        server_group: server_group::name(&group.id),
        disabled: group.disabled,
        weight: if group.disabled { 0 } else { group.weight },
        traffic_share,
        healthy_instances: if group.disabled { 0 } else { group.counts().up },
    };
    v1::LoadBalancer {
        name: names::resource(&balancer.id.location, "loadBalancers", &balancer.id.name),
        application: balancer.application.as_deref().map(names::application).unwrap_or_default(),
        provider: provider.to_owned(),
        listeners: balancer.listeners.iter().map(listener).collect(),
        firewalls: balancer.firewalls.clone(),
        targets: behind.iter().zip(shares).map(target).collect(),
    }
}

fn listener(listener: &Listener) -> v1::Listener {
    let protocol = match listener.protocol {
        ListenerProtocol::Http => v1::listener::Protocol::Http,
        ListenerProtocol::Tcp => v1::listener::Protocol::Tcp,
    };
    v1::Listener {
        protocol: protocol.into(),
        port: u32::from(listener.port),
        address: listener.address.clone().unwrap_or_default(),
    }
}

/// A load balancer from a message whose fields were checked.
pub(crate) fn to_core(id: ResourceId, message: &v1::LoadBalancer) -> LoadBalancer {
    LoadBalancer {
        id,
        application: Some(names::last(&message.application).to_owned()).filter(|id| !id.is_empty()),
        listeners: message
            .listeners
            .iter()
            .map(|listener| Listener {
                protocol: match listener.protocol() {
                    v1::listener::Protocol::Unspecified | v1::listener::Protocol::Http => ListenerProtocol::Http,
                    v1::listener::Protocol::Tcp => ListenerProtocol::Tcp,
                },
                port: u16::try_from(listener.port).unwrap_or_default(),
                address: None,
            })
            .collect(),
        firewalls: message.firewalls.clone(),
        server_groups: Vec::new(),
    }
}
