//! Every setting there is, with its default and its description: the one source of `docs/configuration.md` too.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::address::StoreAddress;
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
        /// The engine that drives executions.
        engine: Engine = Engine::default(),
        /// How long what has ended is kept.
        retention: Retention = Retention::default(),
        /// The cloud of local processes.
        local: Local = Local::default(),
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
        /// The most client connections of all load balancers together.
        max_connections: usize = 4096,
        /// The greatest image.
        max_image_bytes: Size = Size(2 << 30),
        /// The greatest log file of an instance; one older file of that size is kept beside it.
        max_log_bytes: Size = Size(8 << 20),
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
        ("engine", Engine::KEYS),
        ("retention", Retention::KEYS),
        ("local", Local::KEYS),
        ("telemetry", Telemetry::KEYS),
    ];

    /// Whether there is a cloud of local processes.
    pub(crate) fn has_local_cloud(&self) -> bool {
        self.local.enabled.is_on(self.store.url.is_embedded())
    }

    /// What no type can say: each wrong setting by its key, with what is wrong.
    pub(crate) fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        let mut check = |holds: bool, key: &'static str, problem: &str| {
            if !holds {
                problems.push((key, problem.to_owned()));
            }
        };
        let limits = &self.limits;
        check(limits.max_message_bytes >= Size(1 << 10), "limits.max_message_bytes", "must be at least 1KiB");
        check(limits.max_message_bytes <= Size(1 << 30), "limits.max_message_bytes", "must be at most 1GiB");
        check(limits.max_webhook_bytes >= Size(1 << 10), "limits.max_webhook_bytes", "must be at least 1KiB");
        check(limits.max_header_bytes >= Size(8 << 10), "limits.max_header_bytes", "must be at least 8KiB");
        check(limits.max_header_bytes <= Size(1 << 20), "limits.max_header_bytes", "must be at most 1MiB");
        check(limits.max_page_size > 0, "limits.max_page_size", "must be at least 1");
        let fits = (1..=limits.max_page_size).contains(&limits.default_page_size);
        check(fits, "limits.default_page_size", "must be between 1 and limits.max_page_size");
        check(limits.max_stages_per_pipeline > 0, "limits.max_stages_per_pipeline", "must be at least 1");
        check(limits.max_graph_depth > 0, "limits.max_graph_depth", "must be at least 1");
        check(limits.max_connections > 0, "limits.max_connections", "must be at least 1");
        check(limits.max_streams_per_connection > 0, "limits.max_streams_per_connection", "must be at least 1");
        for (period, key) in [
            (limits.request_timeout, "limits.request_timeout"),
            (limits.heartbeat_interval, "limits.heartbeat_interval"),
            (limits.slow_watcher, "limits.slow_watcher"),
            (limits.header_timeout, "limits.header_timeout"),
            (limits.keepalive_interval, "limits.keepalive_interval"),
            (limits.keepalive_timeout, "limits.keepalive_timeout"),
        ] {
            check(period >= Period::millis(100), key, "must be at least 100ms");
        }
        for (number, key) in [
            (self.store.readers, "store.readers"),
            (self.store.queue, "store.queue"),
            (self.engine.mailbox, "engine.mailbox"),
            (self.engine.batch, "engine.batch"),
            (self.engine.live, "engine.live"),
            (self.engine.effects, "engine.effects"),
            (self.engine.watch_buffer, "engine.watch_buffer"),
        ] {
            check((1..=1_000_000).contains(&number), key, "must be between 1 and 1000000");
        }
        let hour = Period::secs(60 * 60);
        for (period, key, least) in [
            (self.store.connect_timeout, "store.connect_timeout", Period::millis(100)),
            (self.store.acquire_timeout, "store.acquire_timeout", Period::millis(100)),
            (self.store.statement_timeout, "store.statement_timeout", Period::secs(1)),
            (self.store.lock_timeout, "store.lock_timeout", Period::millis(100)),
            (self.engine.lease, "engine.lease", Period::secs(1)),
            (self.engine.poll, "engine.poll", Period::millis(100)),
            (self.engine.forward_patience, "engine.forward_patience", Period::secs(1)),
            (self.retention.interval, "retention.interval", Period::secs(1)),
        ] {
            check((least..=hour).contains(&period), key, &format!("must be between {least} and {hour}"));
        }
        check((2..=1000).contains(&self.store.max_connections), "store.max_connections", "must be between 2 and 1000");
        check((1..=10_000).contains(&self.retention.batch), "retention.batch", "must be between 1 and 10000");
        let requests = self.retention.requests;
        check(requests >= Period::secs(60), "retention.requests", "must be at least 1m, for clients that try again");
        check(!self.local.account.is_empty(), "local.account", "must not be empty");
        check(!self.local.regions.is_empty(), "local.regions", "must name at least one region");
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_have_no_problems() {
        assert_eq!(Config::default().problems(), []);
    }

    #[test]
    fn the_edges_of_limits() {
        let with = |bytes| Config {
            limits: Limits { max_message_bytes: Size(bytes), ..Limits::default() },
            ..Config::default()
        };
        assert_eq!(with(1 << 10).problems(), []);
        assert_eq!(with((1 << 10) - 1).problems()[0].0, "limits.max_message_bytes");
        assert_eq!(with(1 << 30).problems(), []);
        assert_eq!(with((1 << 30) + 1).problems()[0].0, "limits.max_message_bytes");
    }

    #[test]
    fn every_section_is_listed() {
        let table = toml::Table::try_from(Config::default()).unwrap();
        let sections: Vec<&str> =
            table.iter().filter(|(_, value)| value.is_table()).map(|(key, _)| key.as_str()).collect();
        let mut listed: Vec<&str> =
            Config::SECTIONS.iter().map(|(name, _)| *name).filter(|name| !name.is_empty()).collect();
        listed.sort_unstable();
        assert_eq!(listed, sections);
    }
}
