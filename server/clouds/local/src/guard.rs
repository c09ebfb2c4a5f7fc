//! Firewalls as the proxy checks them.

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;

use gennaker_core::cloud::{Firewall, Protocol};
use gennaker_ports::CloudError;
use ipnet::IpNet;

const MAX_RULES: usize = 1000;

/// The rules of one firewall that concern TCP.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules(Arc<[Rule]>);

#[derive(Clone, Debug)]
struct Rule {
    networks: Vec<IpNet>,
    ports: RangeInclusive<u16>,
}

impl Rules {
    /// The rules of a firewall.
    pub(crate) fn parse(firewall: &Firewall) -> Result<Self, CloudError> {
        if firewall.rules.len() > MAX_RULES {
            return Err(CloudError::Invalid(format!("a firewall may have {MAX_RULES} rules")));
        }
        let mut rules = Vec::new();
        for (index, rule) in firewall.rules.iter().enumerate() {
            if rule.from_port > rule.to_port {
                return Err(CloudError::Invalid(format!(
                    "rules[{index}]: from_port {} is above to_port {}",
                    rule.from_port, rule.to_port
                )));
            }
            let network = |cidr: &String| {
                cidr.parse::<IpNet>().map_err(|_| {
                    CloudError::Invalid(format!("rules[{index}]: {cidr:?} is no network like 10.0.0.0/8 or ::1/128"))
                })
            };
            let networks = rule.cidrs.iter().map(network).collect::<Result<_, _>>()?;
            match rule.protocol {
                Protocol::Tcp => rules.push(Rule { networks, ports: rule.from_port..=rule.to_port }),
                Protocol::Udp => {} // checked, but nothing here speaks UDP
            }
        }
        Ok(Self(rules.into()))
    }
}

/// Firewalls together: what any rule of any of them allows passes; without firewalls everything does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Guard {
    firewalls: Option<Arc<[Rules]>>,
}

impl Guard {
    pub(crate) fn new(firewalls: Vec<Rules>) -> Self {
        Self { firewalls: (!firewalls.is_empty()).then(|| firewalls.into()) }
    }

    /// Whether a client may connect to a port.
    pub(crate) fn allows(&self, client: IpAddr, port: u16) -> bool {
        let client = client.to_canonical();
        self.firewalls.as_ref().is_none_or(|firewalls| {
            let mut rules = firewalls.iter().flat_map(|rules| rules.0.iter());
            rules.any(|rule| rule.ports.contains(&port) && rule.networks.iter().any(|net| net.contains(&client)))
        })
    }
}

#[cfg(test)]
mod tests {
    use gennaker_core::cloud::{FirewallRule, Location, ResourceId};

    use super::*;

    fn firewall(cidr: &str, from_port: u16, to_port: u16, protocol: Protocol) -> Firewall {
        Firewall {
            id: ResourceId::new(Location::new("local", "local"), "web"),
            application: None,
            description: String::new(),
            rules: vec![FirewallRule { cidrs: vec![cidr.to_owned()], from_port, to_port, protocol }],
        }
    }

    #[test]
    fn any_rule_of_any_firewall_allows_and_nothing_else() {
        let rules = |cidr, from, to| Rules::parse(&firewall(cidr, from, to, Protocol::Tcp)).unwrap();
        let guard = Guard::new(vec![rules("10.0.0.0/8", 80, 90), rules("::1/128", 0, u16::MAX)]);
        for (client, port, allowed) in [
            ("10.1.2.3", 80, true),
            ("10.1.2.3", 90, true),
            ("10.1.2.3", 91, false),
            ("::ffff:10.1.2.3", 85, true),
            ("11.0.0.1", 85, false),
            ("::1", 1, true),
        ] {
            assert_eq!(guard.allows(client.parse().unwrap(), port), allowed, "{client} {port}");
        }
        assert!(Guard::new(vec![]).allows("192.0.2.1".parse().unwrap(), 1));
        let udp = Rules::parse(&firewall("0.0.0.0/0", 0, u16::MAX, Protocol::Udp)).unwrap();
        assert!(!Guard::new(vec![udp]).allows("192.0.2.1".parse().unwrap(), 1));
    }

    #[test]
    fn bad_rules_are_named() {
        for (firewall, reason) in [
            (firewall("10.0.0.0/33", 1, 2, Protocol::Tcp), "rules[0]: \"10.0.0.0/33\" is no network"),
            (firewall("10.0.0.0/8", 3, 2, Protocol::Udp), "from_port 3 is above to_port 2"),
        ] {
            let error = Rules::parse(&firewall).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
