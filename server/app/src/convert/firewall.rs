//! Firewalls.
//!
//! A rule of the API has several port ranges and may be about any protocol; a rule of the clouds has one of each. On the
//! way back, rules that differ only in that are put together again.

use gennaker_core::cloud::{Firewall, FirewallRule, LoadBalancer, Protocol, ResourceId};
use gennaker_proto::v1;

use crate::names;

const ALL_PORTS: (u16, u16) = (0, u16::MAX);

/// A firewall as a message, with the load balancers that it is attached to.
pub(crate) fn to_proto(firewall: &Firewall, provider: &str, balancers: &[LoadBalancer]) -> v1::Firewall {
    let attached = |balancer: &&LoadBalancer| {
        balancer.id.location == firewall.id.location && balancer.firewalls.contains(&firewall.id.name)
    };
    v1::Firewall {
        name: names::resource(&firewall.id.location, "firewalls", &firewall.id.name),
        application: firewall.application.as_deref().map(names::application).unwrap_or_default(),
        provider: provider.to_owned(),
        description: firewall.description.clone(),
        rules: rules(&firewall.rules),
        load_balancers: balancers
            .iter()
            .filter(attached)
            .map(|balancer| names::resource(&balancer.id.location, "loadBalancers", &balancer.id.name))
            .collect(),
    }
}

fn rules(rules: &[FirewallRule]) -> Vec<v1::FirewallRule> {
    let mut by_ports: Vec<v1::FirewallRule> = Vec::new();
    for message in rules.iter().map(rule) {
        match by_ports.last_mut() {
            Some(last) if is_same_but_ports(last, &message) => last.ports.extend(message.ports),
            _ => by_ports.push(message),
        }
    }
    let mut messages: Vec<v1::FirewallRule> = Vec::new();
    for message in by_ports {
        match messages.last_mut() {
            Some(last) if is_same_but_protocol(last, &message) => last.set_protocol(v1::firewall_rule::Protocol::Any),
            _ => messages.push(message),
        }
    }
    messages
}

fn rule(rule: &FirewallRule) -> v1::FirewallRule {
    let protocol = match rule.protocol {
        Protocol::Tcp => v1::firewall_rule::Protocol::Tcp,
        Protocol::Udp => v1::firewall_rule::Protocol::Udp,
    };
    let range = v1::PortRange { from: u32::from(rule.from_port), to: u32::from(rule.to_port) };
    let ports = if (rule.from_port, rule.to_port) == ALL_PORTS { Vec::new() } else { vec![range] };
    v1::FirewallRule { cidrs: rule.cidrs.clone(), ports, protocol: protocol.into() }
}

fn is_same_but_protocol(a: &v1::FirewallRule, b: &v1::FirewallRule) -> bool {
    a.cidrs == b.cidrs && a.ports == b.ports && a.protocol != b.protocol
}

fn is_same_but_ports(a: &v1::FirewallRule, b: &v1::FirewallRule) -> bool {
    a.cidrs == b.cidrs && a.protocol == b.protocol && !a.ports.is_empty() && !b.ports.is_empty()
}

/// A firewall from a message whose fields were checked. A rule about any protocol becomes one for each protocol.
pub(crate) fn to_core(id: ResourceId, message: &v1::Firewall) -> Firewall {
    let mut rules = Vec::new();
    for rule in &message.rules {
        let protocols: &[Protocol] = match rule.protocol() {
            v1::firewall_rule::Protocol::Unspecified | v1::firewall_rule::Protocol::Any => {
                &[Protocol::Tcp, Protocol::Udp]
            }
            v1::firewall_rule::Protocol::Tcp => &[Protocol::Tcp],
            v1::firewall_rule::Protocol::Udp => &[Protocol::Udp],
        };
        for protocol in protocols {
            for (from_port, to_port) in ports(&rule.ports) {
                rules.push(FirewallRule { cidrs: rule.cidrs.clone(), from_port, to_port, protocol: *protocol });
            }
        }
    }
    Firewall {
        id,
        application: Some(names::last(&message.application).to_owned()).filter(|id| !id.is_empty()),
        description: message.description.clone(),
        rules,
    }
}

fn ports(ranges: &[v1::PortRange]) -> Vec<(u16, u16)> {
    if ranges.is_empty() {
        return vec![ALL_PORTS];
    }
    let port = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
    let range = |range: &v1::PortRange| (port(range.from), port(if range.to == 0 { range.from } else { range.to }));
    ranges.iter().map(range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use gennaker_core::cloud::Location;
    use gennaker_proto::json;
    use serde_json::json;

    #[test]
    fn rules_come_back_as_they_were_meant() {
        for (given, back) in [
            (
                json!([{"cidrs": ["10.0.0.0/8"], "ports": [{"from": 80}, {"from": 8000, "to": 8999}], "protocol": "PROTOCOL_TCP"}]),
                json!([{"cidrs": ["10.0.0.0/8"], "ports": [{"from": 80, "to": 80}, {"from": 8000, "to": 8999}], "protocol": "PROTOCOL_TCP"}]),
            ),
            (
                json!([{"cidrs": ["::1/128"], "ports": [{"from": 1, "to": 2}, {"from": 4, "to": 5}]}]),
                json!([{"cidrs": ["::1/128"], "ports": [{"from": 1, "to": 2}, {"from": 4, "to": 5}], "protocol": "PROTOCOL_ANY"}]),
            ),
            (json!([{"cidrs": ["::1/128"]}]), json!([{"cidrs": ["::1/128"], "protocol": "PROTOCOL_ANY"}])),
            (json!([]), json!([])),
        ] {
            let message: v1::Firewall = json::decode(&json!({"rules": given})).unwrap();
            let core = to_core(ResourceId::new(Location::new("local", "local"), "f"), &message);
            let again = to_proto(&core, "local", &[]);
            assert_eq!(json::encode(&again).get("rules").cloned().unwrap_or(json!([])), back);
        }
    }
}
