//! Every setting there is, with its default and its description: the one source of `docs/configuration.md` too.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use gennaker_api::BasePath;
use gennaker_integrations::egress::HostPattern;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use toml::Table;

use super::address::StoreAddress;
use super::text::{Parsed, SecretReference};
use super::value::{Period, Size, Switch};

/// Defines a section: a struct with defaults that refuses unknown keys, and the descriptions of its keys.
macro_rules! settings {
    ($(
        $(#[doc = $about:literal])+
        $name:ident { $( $(#[doc = $doc:literal])+ $key:ident: $type:ty = $default:expr, )+ }
    )+) => {$(
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub(crate) struct $name {
            $( $(#[doc = $doc])+ pub(crate) $key: $type, )+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $key: $default, )+ }
            }
        }

        impl $name {
            /// The keys with their descriptions.
            pub(crate) const KEYS: &'static [(&'static str, &'static str)] =
                &[$( (stringify!($key), concat!($($doc),+)) ),+];
        }
    )+};
}

settings! {
    /// The whole configuration.
    Config {
        /// Where to listen. Another address than a loopback one needs `insecure`, as long as there is no authentication.
        listen: SocketAddr = SocketAddr::from((Ipv4Addr::LOCALHOST, 8480)),
        /// Where everything is kept.
        data_dir: PathBuf = PathBuf::from(".gennaker"),
        /// Allows a listen address that others can reach, although everybody may then do everything.
        insecure: bool = false,
        /// Where everything durable is kept: in a database embedded in the server, or in PostgreSQL, which several servers share.
        /// `connect_timeout` to `lock_timeout` are about PostgreSQL, what follows them is about the embedded database.
        store: Store = Store::default(),
        /// What clients may do.
        limits: Limits = Limits::default(),
        /// The web UI, and the path that browsers reach the server under.
        ui: Ui = Ui::default(),
        /// The engine that drives executions.
        engine: Engine = Engine::default(),
        /// How long what has ended is kept.
        retention: Retention = Retention::default(),
        /// The cloud of local processes.
        local: Local = Local::default(),
        /// What may be called of the URLs that pipelines and notifications name. Addresses of private networks and of this
        /// machine never are, unless `allowed_networks` has them. [Outgoing calls](egress.md) says how each call is checked.
        egress: Egress = Egress::default(),
        /// Which secrets pipelines may refer to.
        secrets: Secrets = Secrets::default(),
        /// What expressions may do.
        expressions: Expressions = Expressions::default(),
        /// How [notifications](notifications.md) are sent. A channel that is not set up here fails the notifications that use it, and
        /// never the execution.
        notifications: Notifications = Notifications::default(),
        /// The roles that judgments ask for: each with the names of the users who have it.
        roles: BTreeMap<String, Vec<String>> = BTreeMap::new(),
        /// Kinds of stages of the operator's own: calls of URLs under names of their own, with parameters that pipelines fill in.
        custom_kinds: Vec<Table> = Vec::new(),
        /// What the server tells about itself.
        telemetry: Telemetry = Telemetry::default(),
    }

    /// `[store]`: where everything durable is kept.
    Store {
        /// The database. Empty is the one embedded in the data directory; `postgres://user@host:5432/database` is one of
        /// PostgreSQL, with `?sslmode=verify-full&sslrootcert=FILE` over TLS. A password belongs in the environment or in a file
        /// that only the server can read. `GENNAKER_STORE` sets it too.
        url: StoreAddress = StoreAddress::default(),
        /// How long the server waits at its start for a database that does not answer.
        connect_timeout: Period = Period::secs(30),
        /// The most connections of this server to the database, besides two for commits and two over which it hears other
        /// servers and tells them.
        max_connections: u32 = 16,
        /// How long a call waits for a free connection, and for the database to take a new one.
        acquire_timeout: Period = Period::secs(5),
        /// How long the database may take for one statement.
        statement_timeout: Period = Period::secs(30),
        /// How long a statement may wait for a lock.
        lock_timeout: Period = Period::secs(10),
        /// What an acknowledged write survives: `full` a power failure, `normal` a crash of the server.
        synchronous: Synchronous = Synchronous::Full,
        /// How many reads run at once.
        readers: usize = 2,
        /// How many writes, and how many reads, may wait for their turn.
        queue: usize = 1024,
        /// How long a call waits for a place in a full queue.
        patience: Period = Period::secs(5),
        /// The size beyond which the database must not grow. 0 leaves it to the disk.
        max_size: Size = Size(0),
    }

    /// `[limits]`: what clients may do. A call beyond a limit fails with an error that names it.
    Limits {
        /// The greatest request.
        max_message_bytes: Size = Size(4 << 20),
        /// The greatest body of a webhook.
        max_webhook_bytes: Size = Size(1 << 20),
        /// The most results on a page.
        max_page_size: u32 = 500,
        /// The number of results on a page when the request doesn't say.
        default_page_size: u32 = 50,
        /// The most stages of a pipeline.
        max_stages_per_pipeline: u32 = 1000,
        /// The most stages one after the other in a pipeline.
        max_graph_depth: u32 = 200,
        /// The most executions of a pipeline that wait at a time.
        max_queued_executions: u32 = 1000,
        /// The most watches at a time.
        max_concurrent_watches: u32 = 4096,
        /// The most subjects of one WatchExecutions.
        max_watch_subjects: u32 = 200,
        /// The most bytes that GetInstanceLog returns.
        max_log_bytes: Size = Size(1 << 20),
        /// The greatest outputs of a task, in bytes of JSON.
        max_output_bytes: Size = Size(256 << 10),
        /// How many events of one trigger may start something within a minute at each server.
        max_trigger_events_per_minute: u32 = 60,
        /// The time between the heartbeats of an idle stream.
        heartbeat_interval: Period = Period::secs(15),
        /// How long a client may leave a stream unread before it is cut off.
        slow_watcher: Period = Period::secs(30),
        /// How long a unary call may take when the client sets no deadline.
        request_timeout: Period = Period::secs(30),
        /// The most connections at a time; more wait until one ends.
        max_connections: usize = 10_000,
        /// The most calls at a time on one HTTP/2 connection.
        max_streams_per_connection: u32 = 1000,
        /// The greatest header of a request.
        max_header_bytes: Size = Size(16 << 10),
        /// How long a client may take to send the header of a request over HTTP/1.1, or its first bytes.
        header_timeout: Period = Period::secs(10),
        /// How often an idle HTTP/2 connection is probed.
        keepalive_interval: Period = Period::secs(20),
        /// How long the answer to such a probe may take.
        keepalive_timeout: Period = Period::secs(10),
        /// How long calls may go on after the server was told to stop.
        shutdown_grace: Period = Period::secs(10),
        /// The web origins whose pages may call the API, `https://ui.example.com` for instance.
        cors_origins: Vec<String> = Vec::new(),
        /// The names under which a server that listens on a loopback address may be called, besides addresses and
        /// `localhost`: the name of a proxy before it, for instance.
        allowed_hosts: Vec<String> = Vec::new(),
    }

    /// `[ui]`: the web UI.
    Ui {
        /// Whether there is a web UI. The API is there in any case.
        enabled: bool = true,
        /// A folder with a built web UI (`clients/web/dist`) that is served instead of the one in the program. Empty for the latter.
        dir: PathBuf = PathBuf::new(),
        /// The path under which a reverse proxy has the server, `/cd/` for instance. Everything is there, the API and webhooks
        /// too; what comes without it, from a proxy that takes it away, is answered the same.
        base_path: Parsed<BasePath> = Parsed(BasePath::default()),
    }

    /// `[engine]`: the engine that drives executions.
    Engine {
        /// How many commands may wait to be decided.
        mailbox: usize = 4096,
        /// How many commands go into one transaction at most.
        batch: usize = 256,
        /// How many executions are kept in memory; others are read again when something happens to them.
        live: usize = 1024,
        /// How many side effects run at once.
        effects: usize = 1024,
        /// How many commits a watcher may be behind before it reads from the store instead.
        watch_buffer: usize = 256,
        /// How long side effects may take to end by themselves when the server stops.
        drain: Period = Period::millis(500),
        /// The time within which another server takes over from one that died. It is renewed three times as often.
        lease: Period = Period::secs(10),
        /// How often the store is read without a signal from another server, should one be lost.
        poll: Period = Period::secs(5),
        /// How long a call waits for another server to decide it.
        forward_patience: Period = Period::secs(30),
    }

    /// `[retention]`: how long what has ended is kept. What has not ended is never removed.
    Retention {
        /// How long executions are kept after their end. 0 keeps them.
        max_age: Period = Period::days(90),
        /// How many ended executions of one pipeline are kept. 0 keeps them all.
        max_per_pipeline: usize = 1000,
        /// How long a request is known, so that a repeat with the same request id does nothing new.
        requests: Period = Period::days(1),
        /// How long trigger events are kept. 0 keeps them. One that was removed is a new one when it comes again.
        trigger_events: Period = Period::days(90),
        /// How often something is looked for that can go.
        interval: Period = Period::secs(60),
        /// How much goes in one transaction at most.
        batch: usize = 50,
    }

    /// `[local]`: the cloud whose server groups are processes on this machine.
    Local {
        /// Whether there is such a cloud: `true`, `false`, or `auto` for where the embedded database is used. Servers that share
        /// a database don't share their machines, so with PostgreSQL at most one of them may have it.
        enabled: Switch = Switch::Auto,
        /// The name of its account.
        account: String = "local".to_owned(),
        /// Its regions; they are names only.
        regions: Vec<String> = vec!["local".to_owned()],
        /// The address on which its load balancers listen. Instances always listen on 127.0.0.1.
        bind: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST),
        /// How long requests in flight may take when an instance leaves its load balancers.
        drain_timeout: Period = Period::secs(30),
        /// How long an instance may take to end before it is killed.
        stop_grace: Period = Period::secs(10),
        /// Whether instances end with the server. By default they go on, and the next server adopts them.
        stop_on_shutdown: bool = false,
        /// The most server groups.
        max_server_groups: usize = 500,
        /// The most instances of all server groups together.
        max_instances: u32 = 1000,
        /// The most jobs that run at the same time.
        max_jobs: usize = 50,
        /// The most client connections of all load balancers together.
        max_connections: usize = 4096,
        /// The greatest image.
        max_image_bytes: Size = Size(2 << 30),
        /// The greatest log file of an instance; one older file of that size is kept beside it.
        max_log_bytes: Size = Size(8 << 20),
    }

    /// `[egress]`: calls of URLs.
    Egress {
        /// The hosts that may be called: `example.com`, `*.example.com` for all names below it, `example.com:8443` for one port.
        /// Empty allows all.
        allowed_hosts: Vec<Parsed<HostPattern>> = Vec::new(),
        /// Networks that are not public and may be called all the same: `10.1.0.0/16`, `127.0.0.1/32`.
        allowed_networks: Vec<Parsed<IpNet>> = Vec::new(),
        /// Networks that must not be called, whatever else is allowed.
        denied_networks: Vec<Parsed<IpNet>> = Vec::new(),
        /// The ports that may be called. Empty allows all but those on which other protocols than HTTP are usual.
        allowed_ports: Vec<Parsed<u16>> = Vec::new(),
        /// Whether URLs may be `http`, which is neither secret nor proves who answers.
        allow_http: bool = true,
        /// The most time that a call takes, its redirects included.
        timeout: Period = Period::secs(60),
        /// The most of an answer that is read.
        max_body: Size = Size(10 << 20),
        /// How many redirects are followed; each is checked like the call itself.
        max_redirects: usize = 5,
        /// How many calls are under way at once; more wait.
        max_concurrent: usize = 64,
        /// A file with certificates (PEM) of authorities that are trusted besides those of the machine, for mail servers too.
        ca_file: PathBuf = PathBuf::new(),
    }

    /// `[secrets]`: what definitions may refer to.
    Secrets {
        /// The references, `env:NAME` or `file:/PATH`, that pipelines may use for headers of webhooks and for notifications. One
        /// that ends with `*` stands for all that begin like it. Whoever writes a pipeline can send these secrets anywhere that
        /// `egress` allows, so keep the server's own out of it.
        allowed: Vec<String> = vec!["env:GENNAKER_SECRET_*".to_owned()],
    }

    /// `[expressions]`: what expressions may do.
    Expressions {
        /// Whether expressions may call URLs: `#fromUrl`, `#jsonFromUrl` and the like. What `egress` refuses stays refused.
        url_functions: bool = false,
    }

    /// `[notifications]`: what all messages have.
    Notifications {
        /// Where people find an execution: a link in a message is this, `/` and the execution's name. Empty makes no links.
        public_url: String = String::new(),
        /// The mail server, and who writes.
        email: Email = Email::default(),
        /// The Slack app.
        slack: Slack = Slack::default(),
        /// PagerDuty's Events API v2; `https://events.eu.pagerduty.com/v2/enqueue` in Europe.
        pager_duty_url: String = "https://events.pagerduty.com/v2/enqueue".to_owned(),
    }

    /// `[notifications.email]`: the mail server.
    Email {
        /// The mail server, `mail.example.com:587` for instance. Empty sends no mail.
        server: String = String::new(),
        /// How the connection is protected: `starttls`, `implicit` for TLS from the first byte, or `none`.
        tls: MailTls = MailTls::Starttls,
        /// The user name. Empty for a server that asks for none.
        username: String = String::new(),
        /// A reference to the password: `env:NAME` or `file:/PATH`.
        password: SecretReference = SecretReference::default(),
        /// From whom mail is, `Gennaker <gennaker@example.com>` for instance.
        from: String = String::new(),
    }

    /// `[notifications.slack]`: the Slack app.
    Slack {
        /// A reference to the app's bot token, which may write (`chat:write`): `env:NAME` or `file:/PATH`. Empty sends nothing.
        token: SecretReference = SecretReference::default(),
        /// Where Slack's web API is.
        url: String = "https://slack.com/api".to_owned(),
    }

    /// `[telemetry]`: what the server tells about itself. Metrics are at `/metrics`.
    Telemetry {
        /// How logs are written: `text`, `json`, or `auto` for text on a terminal and JSON elsewhere.
        log_format: LogFormat = LogFormat::Auto,
        /// What is logged, as a filter: `info`, `warn,gennaker_api=debug`.
        log_level: String = "info".to_owned(),
        /// Where traces go by OTLP over gRPC, `http://127.0.0.1:4317` for instance. Empty sends none.
        otlp_endpoint: String = String::new(),
    }
}

/// What an acknowledged write survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Synchronous {
    Full,
    Normal,
}

/// How the connection to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MailTls {
    Starttls,
    Implicit,
    None,
}

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people on a terminal, for programs elsewhere.
    Auto,
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Config {
    /// The sections with their descriptions, in order; the first is the top level.
    pub(crate) const SECTIONS: &'static [(&'static str, &'static [(&'static str, &'static str)])] = &[
        ("", Self::KEYS),
        ("store", Store::KEYS),
        ("limits", Limits::KEYS),
        ("ui", Ui::KEYS),
        ("engine", Engine::KEYS),
        ("retention", Retention::KEYS),
        ("local", Local::KEYS),
        ("egress", Egress::KEYS),
        ("secrets", Secrets::KEYS),
        ("expressions", Expressions::KEYS),
        ("notifications", Notifications::KEYS),
        ("notifications.email", Email::KEYS),
        ("notifications.slack", Slack::KEYS),
        ("telemetry", Telemetry::KEYS),
    ];

    /// Settings that are tables or lists of tables. Only a file has them, each as a whole.
    pub(crate) const IN_FILES_ONLY: [&str; 2] = ["roles", "custom_kinds"];

    /// Whether there is a cloud of local processes.
    pub(crate) fn has_local_cloud(&self) -> bool {
        self.local.enabled.is_on(self.store.url.is_embedded())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_is_listed() {
        let table = Table::try_from(Config::default()).unwrap();
        let mut sections = sections(&table, "");
        let listed = Config::SECTIONS.iter().map(|(name, _)| (*name).to_owned()).filter(|name| !name.is_empty());
        let mut listed: Vec<String> = listed.chain(Config::IN_FILES_ONLY.map(str::to_owned)).collect();
        sections.push("custom_kinds".to_owned());
        listed.sort_unstable();
        sections.sort_unstable();
        assert_eq!(listed, sections);
    }

    /// The names of all tables in a table.
    fn sections(table: &Table, prefix: &str) -> Vec<String> {
        let below = table.iter().filter_map(|(key, value)| Some((format!("{prefix}{key}"), value.as_table()?)));
        below.flat_map(|(name, table)| [sections(table, &format!("{name}.")), vec![name]].concat()).collect()
    }
}
