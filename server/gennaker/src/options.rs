//! The configuration in the words of each part.

use std::path::Path;
use std::time::Duration;

use gennaker_integrations::notify::{EmailOptions, Security, SlackOptions};
use gennaker_stages::{CustomKind, CustomKinds};
use gennaker_ui::Assets;
use serde::Deserialize;
use toml::Value;

use crate::config::{Config, MailTls, Parsed, Synchronous};

pub(crate) fn embedded(config: &Config) -> gennaker_store::Options {
    let store = &config.store;
    gennaker_store::Options {
        synchronous: match store.synchronous {
            Synchronous::Full => gennaker_store::Synchronous::Full,
            Synchronous::Normal => gennaker_store::Synchronous::Normal,
        },
        readers: store.readers,
        queue: store.queue,
        patience: store.patience.0,
        max_bytes: Some(store.max_size.0).filter(|bytes| *bytes > 0),
        ..gennaker_store::Options::new(&config.data_dir)
    }
}

/// None for the embedded database.
pub(crate) fn postgres(config: &Config) -> Option<gennaker_store::PostgresOptions> {
    let store = &config.store;
    let url = store.url.secret()?;
    Some(gennaker_store::PostgresOptions {
        max_connections: store.max_connections,
        acquire_timeout: store.acquire_timeout.0,
        statement_timeout: store.statement_timeout.0,
        lock_timeout: store.lock_timeout.0,
        ..gennaker_store::PostgresOptions::new(url)
    })
}

pub(crate) fn engine(config: &Config) -> gennaker_engine::Options {
    let (engine, limits) = (&config.engine, &config.limits);
    gennaker_engine::Options {
        owner: owner(),
        lease: engine.lease.0,
        poll: engine.poll.0,
        forward_patience: engine.forward_patience.0,
        retention: retention(config),
        mailbox: engine.mailbox,
        batch: engine.batch,
        live: engine.live,
        effects: engine.effects,
        max_queued: usize_of(limits.max_queued_executions.into()),
        max_outputs: usize_of(limits.max_output_bytes.0),
        max_watches: usize_of(limits.max_concurrent_watches.into()),
        watch_buffer: engine.watch_buffer,
        heartbeat: limits.heartbeat_interval.0,
        drain: engine.drain.0,
        ..gennaker_engine::Options::default()
    }
}

fn retention(config: &Config) -> gennaker_engine::Retention {
    let retention = &config.retention;
    gennaker_engine::Retention {
        max_age: retention.max_age.limit(),
        max_per_pipeline: Some(retention.max_per_pipeline).filter(|count| *count > 0),
        requests: retention.requests.0,
        trigger_events: retention.trigger_events.limit(),
        interval: retention.interval.0,
        batch: retention.batch,
    }
}

/// A name that no other process has or had, under which an operator finds this one again: machine, process, chance.
fn owner() -> String {
    let host = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok());
    format!("{}-{}-{:08x}", host.as_deref().unwrap_or("unnamed"), std::process::id(), rand::random::<u32>())
}

pub(crate) fn app(config: &Config) -> gennaker_app::Options {
    let limits = &config.limits;
    gennaker_app::Options {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: option_env!("GENNAKER_COMMIT").unwrap_or_default().to_owned(),
        limits: gennaker_app::Limits {
            max_message_bytes: limits.max_message_bytes.0,
            max_page_size: limits.max_page_size,
            default_page_size: limits.default_page_size,
            max_stages_per_pipeline: limits.max_stages_per_pipeline,
            max_graph_depth: limits.max_graph_depth,
            max_concurrent_watches: limits.max_concurrent_watches,
            max_watch_subjects: limits.max_watch_subjects,
            max_webhook_bytes: limits.max_webhook_bytes.0,
            max_log_bytes: limits.max_log_bytes.0,
            max_output_bytes: limits.max_output_bytes.0,
            max_queued_executions: limits.max_queued_executions,
            heartbeat_interval: limits.heartbeat_interval.0,
            max_trigger_events_per_minute: limits.max_trigger_events_per_minute,
            slow_watcher: limits.slow_watcher.0,
        },
        roles: config.roles.clone(),
    }
}

/// What may be called.
pub(crate) fn egress(config: &Config) -> gennaker_integrations::egress::Options {
    let egress = &config.egress;
    gennaker_integrations::egress::Options {
        allowed_hosts: values(&egress.allowed_hosts),
        allowed_networks: values(&egress.allowed_networks),
        denied_networks: values(&egress.denied_networks),
        allowed_ports: values(&egress.allowed_ports),
        allow_http: egress.allow_http,
        timeout: egress.timeout.0,
        max_body: usize_of(egress.max_body.0),
        max_redirects: egress.max_redirects,
        max_concurrent: egress.max_concurrent,
    }
}

/// The file with the certificates of more authorities, if there is one.
pub(crate) fn ca_file(config: &Config) -> Option<&Path> {
    Some(config.egress.ca_file.as_path()).filter(|path| !path.as_os_str().is_empty())
}

pub(crate) fn notifications(config: &Config) -> gennaker_integrations::notify::Options {
    let notifications = &config.notifications;
    let (email, slack) = (&notifications.email, &notifications.slack);
    gennaker_integrations::notify::Options {
        email: (!email.server.is_empty()).then(|| EmailOptions {
            server: email.server.clone(),
            tls: match email.tls {
                MailTls::Starttls => Security::StartTls,
                MailTls::Implicit => Security::Implicit,
                MailTls::None => Security::None,
            },
            username: email.username.clone(),
            password: email.password.get().unwrap_or_default().to_owned(),
            from: email.from.clone(),
        }),
        slack: slack.token.get().map(|token| SlackOptions { token: token.to_owned(), url: slack.url.clone() }),
        pager_duty_url: notifications.pager_duty_url.clone(),
        public_url: Some(notifications.public_url.clone()).filter(|url| !url.is_empty()),
    }
}

/// The kinds that the operator has defined, or all that is wrong with them.
pub(crate) fn custom_kinds(config: &Config) -> Result<CustomKinds, Vec<String>> {
    let (mut kinds, mut problems) = (Vec::new(), Vec::new());
    for (index, table) in config.custom_kinds.iter().enumerate() {
        match CustomKind::deserialize(table.clone()) {
            Ok(kind) => kinds.push(kind),
            Err(error) => {
                let name = table.get("name").and_then(Value::as_str);
                let name = name.map_or_else(String::new, |name| format!(" ({name})"));
                problems.push(format!("entry {}{name}: {}", index + 1, error.message()));
            }
        }
    }
    if problems.is_empty() { CustomKinds::new(kinds) } else { Err(problems) }
}

fn values<T: Clone>(parsed: &[Parsed<T>]) -> Vec<T> {
    parsed.iter().map(|Parsed(value)| value.clone()).collect()
}

pub(crate) fn api(config: &Config) -> gennaker_api::Options {
    let limits = &config.limits;
    gennaker_api::Options {
        max_connections: limits.max_connections,
        max_streams_per_connection: limits.max_streams_per_connection,
        max_header_bytes: u32::try_from(limits.max_header_bytes.0).unwrap_or(u32::MAX),
        header_timeout: limits.header_timeout.0,
        request_timeout: limits.request_timeout.0,
        keepalive_interval: limits.keepalive_interval.0,
        keepalive_timeout: limits.keepalive_timeout.0,
        shutdown_grace: limits.shutdown_grace.0,
        health_interval: Duration::from_secs(5),
        cors_origins: limits.cors_origins.clone(),
        allowed_hosts: config.listen.ip().is_loopback().then(|| limits.allowed_hosts.clone()),
        ui: config.ui.enabled.then(|| assets(config)),
        base_path: config.ui.base_path.0.clone(),
    }
}

/// The files of the web UI.
fn assets(config: &Config) -> Assets {
    let dir = &config.ui.dir;
    if dir.as_os_str().is_empty() { Assets::embedded() } else { Assets::folder(dir) }
}

pub(crate) fn local(config: &Config) -> gennaker_cloud_local::Options {
    let local = &config.local;
    let mut options = gennaker_cloud_local::Options::new(&config.data_dir);
    options.account.clone_from(&local.account);
    options.regions.clone_from(&local.regions);
    options.bind = local.bind;
    options.drain_timeout = local.drain_timeout.0;
    options.stop_grace = local.stop_grace.0;
    options.stop_on_shutdown = local.stop_on_shutdown;
    options.supervisor = supervisor();
    options.limits.server_groups = local.max_server_groups;
    options.limits.instances = local.max_instances;
    options.limits.jobs = local.max_jobs;
    options.limits.connections = local.max_connections;
    options.limits.image_bytes = local.max_image_bytes.0;
    options.limits.log_bytes = local.max_log_bytes.0;
    options
}

/// This program, as the supervisor of a job. Where it can't be found there are no jobs.
fn supervisor() -> Vec<String> {
    let own = std::env::current_exe().ok().and_then(|path| path.into_os_string().into_string().ok());
    own.map_or_else(Vec::new, |own| vec![own, "supervise-job".to_owned()])
}

fn usize_of(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
