//! What may be called, by the operator's options.

use std::net::IpAddr;

use gennaker_ports::EgressError;
use url::Host;

use super::Options;
use super::call::Call;
use super::network;

/// Ports on which something else than HTTP is usual, which a forged request could reach: those that browsers refuse
/// (<https://fetch.spec.whatwg.org/#port-blocking>), and those of databases and cluster internals.
const OTHER_PROTOCOLS: [u16; 100] = [
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109,
    110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531,
    532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1433, 1521, 1719, 1720, 1723, 2049, 2181, 2375,
    2376, 2379, 2380, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669,
    6679, 6697, 9042, 9092, 10_080, 10_250, 10_255, 11_211, 27_017,
];

/// Where a call goes, as its URL says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Whether over TLS.
    pub(super) secure: bool,
    /// The host.
    pub(super) host: Host<String>,
    /// The port.
    pub(super) port: u16,
}

/// The operator's options, applied.
#[derive(Debug)]
pub(super) struct Rules {
    options: Options,
}

impl Rules {
    pub(super) const fn new(options: Options) -> Self {
        Self { options }
    }

    pub(super) const fn options(&self) -> &Options {
        &self.options
    }

    /// Checks the URL of a call, or of a redirect.
    pub(super) fn admit(&self, call: &Call) -> Result<Target, EgressError> {
        let url = call.url();
        let secure = match url.scheme() {
            "https" => true,
            "http" if self.options.allow_http => false,
            "http" => return Err(call.forbidden("only https is allowed (egress.allow_http)")),
            _ => return Err(EgressError::Invalid("a URL must begin with https:// or http://".to_owned())),
        };
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(EgressError::Invalid("a URL must name a host".to_owned()));
        };
        let target = Target { secure, host: host.to_owned(), port };
        self.admit_port(call, port)?;
        self.admit_host(call, &target)?;
        Ok(target)
    }

    fn admit_port(&self, call: &Call, port: u16) -> Result<(), EgressError> {
        let allowed = &self.options.allowed_ports;
        let refused = if allowed.is_empty() { OTHER_PROTOCOLS.contains(&port) } else { !allowed.contains(&port) };
        if refused {
            return Err(call.forbidden(format!("port {port} is not allowed (egress.allowed_ports)")));
        }
        Ok(())
    }

    fn admit_host(&self, call: &Call, target: &Target) -> Result<(), EgressError> {
        let allowed = &self.options.allowed_hosts;
        let host = target.host.to_string();
        if !allowed.is_empty() && !allowed.iter().any(|pattern| pattern.matches(&host, target.port)) {
            return Err(call.forbidden("the host is not among those allowed (egress.allowed_hosts)"));
        }
        Ok(())
    }

    /// Checks an address that a host has.
    ///
    /// # Errors
    /// The reason, with the setting that it comes from.
    pub(super) fn admit_address(&self, address: IpAddr) -> Result<(), String> {
        let reached = network::reached(address);
        let within = |networks: &[ipnet::IpNet]| {
            networks.iter().any(|network| network.contains(&address) || network.contains(&reached))
        };
        if within(&self.options.denied_networks) {
            return Err(format!("{address} lies in a network that is denied (egress.denied_networks)"));
        }
        match network::special(reached) {
            Some(what) if !within(&self.options.allowed_networks) => {
                Err(format!("{address} is {what}, and not in a network that is allowed (egress.allowed_networks)"))
            }
            _ => Ok(()),
        }
    }
}
