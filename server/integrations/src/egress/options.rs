//! What the operator allows.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;
use url::Host;

/// What may be called, and what a call may use. The keys of the settings have the same names, under `egress`.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The hosts that may be called; empty allows all.
    pub allowed_hosts: Vec<HostPattern>,
    /// Networks that are not public and may be called all the same.
    pub allowed_networks: Vec<IpNet>,
    /// Networks that must not be called, whatever else is allowed.
    pub denied_networks: Vec<IpNet>,
    /// The ports that may be called; empty allows all but those on which other protocols than HTTP are usual.
    pub allowed_ports: Vec<u16>,
    /// Whether URLs may be `http`, which is neither secret nor proves who answers.
    pub allow_http: bool,
    /// The most time that a call takes, its redirects included.
    pub timeout: Duration,
    /// The most bytes of an answer that are read.
    pub max_body: usize,
    /// How many redirects are followed.
    pub max_redirects: usize,
    /// How many calls are under way at once; more wait.
    pub max_concurrent: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            allowed_hosts: Vec::new(),
            allowed_networks: Vec::new(),
            denied_networks: Vec::new(),
            allowed_ports: Vec::new(),
            allow_http: true,
            timeout: Duration::from_secs(60),
            max_body: 10 << 20,
            max_redirects: 5,
            max_concurrent: 64,
        }
    }
}

/// A host, or all hosts below a domain, and maybe a port: `example.com`, `*.example.com`, `10.0.0.1:8080`, `[fd00::1]:80`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPattern {
    /// As a URL has it: lower case, punycode, addresses in their usual form.
    host: String,
    subdomains: bool,
    port: Option<u16>,
}

/// Why something is no pattern of hosts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no host: {problem}; write example.com, *.example.com or example.com:8443")]
pub struct HostPatternError {
    text: String,
    problem: String,
}

impl HostPattern {
    /// Whether the pattern has a host, in the form that URLs have it in.
    pub(super) fn matches(&self, host: &str, port: u16) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        let named = if self.subdomains {
            host.strip_suffix(&self.host).is_some_and(|below| below.len() > 1 && below.ends_with('.'))
        } else {
            host == self.host
        };
        named && self.port.is_none_or(|wanted| wanted == port)
    }
}

impl FromStr for HostPattern {
    type Err = HostPatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |problem: &str| HostPatternError { text: text.to_owned(), problem: problem.to_owned() };
        let (rest, port) = match text.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host, Some(port.parse().map_err(|_| wrong("its port is no number from 0 to 65535"))?))
            }
            _ => (text, None),
        };
        let (name, subdomains) = rest.strip_prefix("*.").map_or((rest, false), |name| (name, true));
        let parsed = Host::parse(name.strip_suffix('.').unwrap_or(name)).map_err(|error| wrong(&error.to_string()))?;
        match parsed {
            Host::Domain(name) if name.contains('*') => {
                Err(wrong("a star may only stand for all names below a domain"))
            }
            Host::Ipv4(_) | Host::Ipv6(_) if subdomains => Err(wrong("there are no names below an address")),
            Host::Domain(_) | Host::Ipv4(_) | Host::Ipv6(_) => Ok(Self { host: parsed.to_string(), subdomains, port }),
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = if self.subdomains { "*." } else { "" };
        write!(f, "{star}{}", self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, host: &str, port: u16) -> bool {
        pattern.parse::<HostPattern>().unwrap().matches(host, port)
    }

    #[test]
    fn patterns_match_whole_names() {
        assert!(matches("Example.com", "example.com", 443));
        assert!(matches("example.com.", "example.com.", 443));
        assert!(!matches("example.com", "a.example.com", 443));
        assert!(!matches("example.com", "badexample.com", 443));
        assert!(matches("*.example.com", "a.b.example.com", 443));
        assert!(!matches("*.example.com", "example.com", 443));
        assert!(!matches("*.example.com", ".example.com", 443));
        assert!(!matches("*.example.com", "badexample.com", 443));
        assert!(matches("bücher.example", "xn--bcher-kva.example", 443));
    }

    #[test]
    fn patterns_may_have_a_port() {
        assert!(matches("example.com:8443", "example.com", 8443));
        assert!(!matches("example.com:8443", "example.com", 443));
        assert!(matches("[::1]:80", "[::1]", 80));
        assert!(matches("[::1]", "[::1]", 80));
        assert!(matches("0x7f.1:80", "127.0.0.1", 80));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in
            ["", "*", "*.", "a.*.com", "https://example.com", "example.com:x", "*.1.2.3.4", "exa mple.com", "::1"]
        {
            assert!(text.parse::<HostPattern>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn patterns_are_shown_as_they_are_written() {
        for text in ["example.com", "*.example.com", "example.com:8443", "[fd00::1]:80"] {
            assert_eq!(text.parse::<HostPattern>().unwrap().to_string(), text);
        }
    }
}
