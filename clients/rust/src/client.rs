//! The connection to a server, and the calls on it.

use std::sync::Arc;
use std::time::Duration;

use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic_types::StatusExt;

use crate::actor::{Actor, Signature};
use crate::backoff::Backoff;
use crate::call::{Call, PagedCall};
use crate::error::{Error, is_lost};
use crate::follow::Follow;
use crate::v1;

/// How a client behaves. The defaults suit an interactive program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The name under which what this client does is recorded. The server calls one without a name `anonymous`.
    pub actor: Option<Actor>,
    /// How long the server may take to answer a unary call, or to open a stream.
    pub timeout: Duration,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// The greatest message to receive, in bytes.
    pub max_message_bytes: usize,
    /// How often a unary call is tried while the server can't be reached.
    pub attempts: u32,
    /// The delays between tries, of unary calls and of [`Follow`].
    pub backoff: Backoff,
    /// How long [`Follow`] goes on without a connection before it gives up.
    pub give_up_after: Duration,
    /// How long a stream may be silent before [`Follow`] takes it for dead. The server sends a heartbeat every
    /// 15 seconds unless it is configured otherwise.
    pub idle_timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            actor: None,
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(5),
            max_message_bytes: 64 << 20,
            attempts: 3,
            backoff: Backoff::default(),
            give_up_after: Duration::from_secs(120),
            idle_timeout: Duration::from_secs(45),
        }
    }
}

/// A client of one server. It connects when it is first used; clones share the connection.
#[derive(Debug, Clone)]
pub struct Client {
    endpoint: Arc<str>,
    channel: Channel,
    options: Arc<Options>,
}

macro_rules! services {
    ($($(#[$doc:meta])* $name:ident: $module:ident::$client:ident;)*) => {
        impl Client {
            $(
                $(#[$doc])*
                pub fn $name(&self) -> v1::$module::$client<InterceptedService<Channel, Signature>> {
                    v1::$module::$client::with_interceptor(self.channel.clone(), Signature(self.options.actor.clone()))
                        .max_decoding_message_size(self.options.max_message_bytes)
                }
            )*
        }
    };
}

services! {
    /// The generated client of the service of applications.
    applications: application_service_client::ApplicationServiceClient;
    /// The generated client of the service of projects.
    projects: project_service_client::ProjectServiceClient;
    /// The generated client of the service of pipelines.
    pipelines: pipeline_service_client::PipelineServiceClient;
    /// The generated client of the service of executions.
    executions: execution_service_client::ExecutionServiceClient;
    /// The generated client of the service of triggers.
    triggers: trigger_service_client::TriggerServiceClient;
    /// The generated client of the service of infrastructure.
    infrastructure: infrastructure_service_client::InfrastructureServiceClient;
    /// The generated client of the service of accounts.
    accounts: account_service_client::AccountServiceClient;
    /// The generated client of the service of the ways to and from Spinnaker.
    migration: migration_service_client::MigrationServiceClient;
    /// The generated client of the service of the server itself.
    system: system_service_client::SystemServiceClient;
}

impl Client {
    /// A client of the server at an address like `http://127.0.0.1:8480`, with the default options. It must be called
    /// in a tokio runtime.
    ///
    /// # Errors
    /// If the address isn't one. Whether somebody listens there shows at the first call.
    pub fn connect(endpoint: &str) -> Result<Self, Error> {
        Self::connect_with(endpoint, Options::default())
    }

    /// The same, with options.
    ///
    /// # Errors
    /// If the address isn't one.
    pub fn connect_with(endpoint: &str, options: Options) -> Result<Self, Error> {
        let channel = parse(endpoint)?
            .timeout(options.timeout)
            .connect_timeout(options.connect_timeout)
            .tcp_nodelay(true)
            .http2_keep_alive_interval(Duration::from_secs(20))
            .keep_alive_timeout(Duration::from_secs(10))
            .connect_lazy();
        Ok(Self::from_channel(endpoint, channel, options))
    }

    /// A client on a channel that the caller made, with TLS or over a Unix socket for instance. `endpoint` is only
    /// shown; the timeouts of connections and calls are those of the channel.
    #[must_use]
    pub fn from_channel(endpoint: &str, channel: Channel, options: Options) -> Self {
        Self { endpoint: endpoint.into(), channel, options: Arc::new(options) }
    }

    /// The address of the server, as it was given.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// How the client behaves.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Calls the method that the request belongs to. An empty `request_id` is filled in, so that the repeats that
    /// this function makes while the server can't be reached change nothing twice.
    ///
    /// # Errors
    /// What the server answers, or that it can't be reached.
    pub async fn call<C: Call>(&self, mut request: C) -> Result<C::Response, Error> {
        if let Some(id) = request.request_id()
            && id.is_empty()
        {
            *id = new_request_id();
        }
        let mut failures = 0;
        loop {
            let status = match request.clone().send(self).await {
                Ok(response) => return Ok(response.into_inner()),
                Err(status) => status,
            };
            failures += 1;
            if !is_lost(&status) || failures >= self.options.attempts {
                return Err(Error::from(status));
            }
            tokio::time::sleep(delay_after(&status, failures, &self.options)).await;
        }
    }

    /// Reads all pages of a list, from the one that the request names.
    ///
    /// # Errors
    /// What the server answers, or that it can't be reached.
    pub async fn list<C: PagedCall>(&self, request: C) -> Result<Vec<C::Item>, Error> {
        self.list_at_most(request, usize::MAX).await
    }

    /// Reads as many pages of a list as are needed for a number of results.
    ///
    /// # Errors
    /// What the server answers, or that it can't be reached.
    pub async fn list_at_most<C: PagedCall>(&self, mut request: C, most: usize) -> Result<Vec<C::Item>, Error> {
        let mut items = Vec::new();
        loop {
            let (page, token) = C::page(self.call(request.clone()).await?);
            items.extend(page);
            if token.is_empty() || items.len() >= most {
                items.truncate(most);
                return Ok(items);
            }
            request.set_page_token(token);
        }
    }

    /// Follows an execution, `applications/{application}/executions/{execution}`: the events after a sequence, 0 for
    /// all of them, or without one a snapshot and then the events after it. See [`Follow`].
    #[must_use]
    pub fn follow(&self, execution: impl Into<String>, after: Option<u64>) -> Follow {
        Follow::new(self.clone(), execution.into(), after)
    }
}

/// What the server asks for, but within the bounds of the options, or else the back-off.
pub(crate) fn delay_after(status: &tonic::Status, failures: u32, options: &Options) -> Duration {
    let asked = status.get_details_retry_info().and_then(|info| info.retry_delay).unwrap_or_default();
    options.backoff.delay(failures).max(asked.min(options.backoff.longest))
}

fn parse(endpoint: &str) -> Result<Endpoint, Error> {
    let wrong = |reason: &str| Error::Endpoint { endpoint: endpoint.to_owned(), reason: reason.to_owned() };
    let parsed = Endpoint::from_shared(endpoint.to_owned()).map_err(|_| wrong("it is not a URL"))?;
    match (parsed.uri().scheme_str(), parsed.uri().host()) {
        (Some("http"), Some(_)) => Ok(parsed),
        (Some("https"), _) => Err(wrong("this client has no TLS; give `Client::from_channel` a channel that has")),
        _ => Err(wrong("it has to look like `http://HOST:PORT`")),
    }
}

fn new_request_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wrong_address_is_named_with_what_is_right() {
        for (endpoint, part) in
            [("127.0.0.1:8480", "http://HOST:PORT"), ("https://a", "TLS"), ("http://a b", "not a URL")]
        {
            let error = Client::connect(endpoint).unwrap_err().to_string();
            assert!(error.contains(endpoint) && error.contains(part), "{error}");
        }
        assert!(Client::connect("http://localhost:8480").is_ok());
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_unreachable() {
        let options =
            Options { backoff: Backoff { first: Duration::ZERO, longest: Duration::ZERO }, ..Options::default() };
        let client = Client::connect_with("http://127.0.0.1:1", options).unwrap();
        let error = client.call(v1::GetVersionRequest {}).await.unwrap_err();
        assert!(error.is_unreachable(), "{error:?}");
    }

    #[test]
    fn request_ids_are_unique_and_short_enough() {
        let ids: std::collections::HashSet<String> = (0..1000).map(|_| new_request_id()).collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| id.len() == 32));
    }

    #[test]
    fn the_server_may_ask_for_patience_within_bounds() {
        let options = Options::default();
        let status = |delay| {
            let details = tonic_types::ErrorDetails::with_retry_info(Some(delay));
            tonic::Status::with_error_details(tonic::Code::Unavailable, "later", details)
        };
        assert_eq!(delay_after(&status(Duration::from_secs(2)), 1, &options), Duration::from_secs(2));
        assert_eq!(delay_after(&status(Duration::from_secs(900)), 1, &options), options.backoff.longest);
    }
}
