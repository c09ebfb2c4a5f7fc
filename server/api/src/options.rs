//! What the transport allows. The limits of messages and webhooks are among those of the use cases, which show them.

use std::time::Duration;

use gennaker_ui::Assets;

use crate::BasePath;

/// How the server speaks to its clients.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The most connections at a time. More of them wait until one ends.
    pub max_connections: usize,
    /// The most calls at a time on one HTTP/2 connection.
    pub max_streams_per_connection: u32,
    /// The greatest header of a request, in bytes.
    pub max_header_bytes: u32,
    /// How long a client may take to send the header of its (next) request over HTTP/1, or its first bytes.
    pub header_timeout: Duration,
    /// How long a unary call may take when the client doesn't say.
    pub request_timeout: Duration,
    /// How often an idle HTTP/2 connection is probed.
    pub keepalive_interval: Duration,
    /// How long the answer to such a probe may take until the connection is given up.
    pub keepalive_timeout: Duration,
    /// How long calls may go on after the server was told to stop.
    pub shutdown_grace: Duration,
    /// How often the store is asked whether it works, for health checks.
    pub health_interval: Duration,
    /// The web origins whose pages may call, `https://ui.example.com` for instance. None by default.
    pub cors_origins: Vec<String>,
    /// The names under which it may be called, besides addresses and `localhost`. Not set allows all names.
    pub allowed_hosts: Option<Vec<String>>,
    /// The files of the web UI. None serves none; without them the API is the same.
    pub ui: Option<Assets>,
    /// The path under which a reverse proxy has the server. It is known with and without it.
    pub base_path: BasePath,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_connections: 10_000,
            max_streams_per_connection: 1_000,
            max_header_bytes: 16 << 10,
            header_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            keepalive_interval: Duration::from_secs(20),
            keepalive_timeout: Duration::from_secs(10),
            shutdown_grace: Duration::from_secs(10),
            health_interval: Duration::from_secs(5),
            cors_origins: Vec::new(),
            allowed_hosts: Some(Vec::new()),
            ui: None,
            base_path: BasePath::default(),
        }
    }
}
