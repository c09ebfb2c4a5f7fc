//! Connections to addresses that were checked.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use gennaker_ports::EgressError;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Host;

use super::call::Call;
use super::rules::{Rules, Target};
use crate::trust::is_distrust;

/// How long one of several addresses is tried before the next one is.
const PATIENCE: Duration = Duration::from_secs(5);

/// Finds the addresses of a name.
#[async_trait]
pub(super) trait Resolve: Send + Sync + 'static {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// Asks the machine, its files and name servers.
pub(super) struct SystemResolver;

#[async_trait]
impl Resolve for SystemResolver {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|found| found.ip()).collect())
    }
}

/// A connection, over TLS or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Makes connections.
pub(super) struct Connector {
    resolver: Box<dyn Resolve>,
    tls: TlsConnector,
}

impl Connector {
    pub(super) fn new(resolver: Box<dyn Resolve>, tls: Arc<ClientConfig>) -> Self {
        Self { resolver, tls: TlsConnector::from(tls) }
    }

    /// Connects to the first address of the target that is allowed and answers.
    pub(super) async fn connect(
        &self,
        call: &Call,
        target: &Target,
        rules: &Rules,
    ) -> Result<Box<dyn Stream>, EgressError> {
        let addresses = self.allowed_addresses(call, target, rules).await?;
        let stream = first_of(&addresses, target.port).await.map_err(|problem| call.unreachable(problem))?;
        if !target.secure {
            return Ok(Box::new(stream));
        }
        let name = server_name(&target.host).ok_or_else(|| call.forbidden("no certificate can be for such a host"))?;
        let secured = self.tls.connect(name, stream).await.map_err(|error| {
            let advice = if is_distrust(&error) { " (egress.ca_file)" } else { "" };
            call.unreachable(format!("no TLS connection: {error}{advice}"))
        })?;
        Ok(Box::new(secured))
    }

    /// Resolves the host, and leaves out what must not be reached.
    async fn allowed_addresses(&self, call: &Call, target: &Target, rules: &Rules) -> Result<Vec<IpAddr>, EgressError> {
        let addresses = match &target.host {
            Host::Ipv4(address) => vec![IpAddr::V4(*address)],
            Host::Ipv6(address) => vec![IpAddr::V6(*address)],
            Host::Domain(name) => {
                let found = self.resolver.resolve(name).await;
                found.map_err(|error| call.unreachable(format!("the host has no address: {error}")))?
            }
        };
        let mut refusal = None;
        let allowed = addresses.into_iter().filter(|address| match rules.admit_address(*address) {
            Ok(()) => true,
            Err(reason) => {
                refusal.get_or_insert(reason);
                false
            }
        });
        let allowed: Vec<IpAddr> = allowed.collect();
        match refusal {
            Some(reason) if allowed.is_empty() => Err(call.forbidden(reason)),
            None if allowed.is_empty() => Err(call.unreachable("the host has no address")),
            _ => Ok(allowed),
        }
    }
}

async fn first_of(addresses: &[IpAddr], port: u16) -> Result<TcpStream, String> {
    let mut problem = String::new();
    for address in addresses {
        match timeout(PATIENCE, TcpStream::connect(SocketAddr::new(*address, port))).await {
            Ok(Ok(stream)) => {
                stream.set_nodelay(true).map_err(|error| error.to_string())?;
                return Ok(stream);
            }
            Ok(Err(error)) => problem = format!("no connection: {error}"),
            Err(_late) => problem = format!("no connection within {PATIENCE:?}"),
        }
    }
    Err(problem)
}

/// The name that the certificate must be for.
fn server_name(host: &Host<String>) -> Option<ServerName<'static>> {
    match host {
        Host::Ipv4(address) => Some(ServerName::from(IpAddr::V4(*address))),
        Host::Ipv6(address) => Some(ServerName::from(IpAddr::V6(*address))),
        Host::Domain(name) => ServerName::try_from(name.strip_suffix('.').unwrap_or(name).to_owned()).ok(),
    }
}
