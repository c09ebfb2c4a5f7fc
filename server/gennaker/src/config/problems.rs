//! What is wrong with settings that no type can tell.

use super::settings::Config;
use super::value::{Period, Size};
use crate::options;

/// Each wrong setting by its key, with what is wrong.
#[derive(Debug, Default)]
struct Problems(Vec<(&'static str, String)>);

impl Problems {
    fn check(&mut self, holds: bool, key: &'static str, problem: &str) {
        if !holds {
            self.0.push((key, problem.to_owned()));
        }
    }
}

impl Config {
    /// Each wrong setting by its key, with what is wrong.
    pub(crate) fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Problems::default();
        self.check_limits(&mut problems);
        self.check_store_and_engine(&mut problems);
        self.check_outside(&mut problems);
        self.check_roles(&mut problems);
        if let Err(wrong) = options::notifications(self).check() {
            problems.0.push((wrong.key, wrong.problem));
        }
        if let Err(wrong) = options::custom_kinds(self) {
            problems.0.extend(wrong.into_iter().map(|problem| ("custom_kinds", problem)));
        }
        problems.0
    }

    fn check_limits(&self, problems: &mut Problems) {
        let limits = &self.limits;
        let least = |size: Size, least: u64| size >= Size(least);
        problems.check(least(limits.max_message_bytes, 1 << 10), "limits.max_message_bytes", "must be at least 1KiB");
        problems.check(limits.max_message_bytes <= Size(1 << 30), "limits.max_message_bytes", "must be at most 1GiB");
        problems.check(least(limits.max_webhook_bytes, 1 << 10), "limits.max_webhook_bytes", "must be at least 1KiB");
        problems.check(least(limits.max_header_bytes, 8 << 10), "limits.max_header_bytes", "must be at least 8KiB");
        problems.check(limits.max_header_bytes <= Size(1 << 20), "limits.max_header_bytes", "must be at most 1MiB");
        let fits = (1..=limits.max_page_size).contains(&limits.default_page_size);
        for (holds, key) in [
            (limits.max_page_size > 0, "limits.max_page_size"),
            (limits.max_stages_per_pipeline > 0, "limits.max_stages_per_pipeline"),
            (limits.max_graph_depth > 0, "limits.max_graph_depth"),
            (limits.max_connections > 0, "limits.max_connections"),
            (limits.max_streams_per_connection > 0, "limits.max_streams_per_connection"),
        ] {
            problems.check(holds, key, "must be at least 1");
        }
        problems.check(fits, "limits.default_page_size", "must be between 1 and limits.max_page_size");
        for (period, key) in [
            (limits.request_timeout, "limits.request_timeout"),
            (limits.heartbeat_interval, "limits.heartbeat_interval"),
            (limits.slow_watcher, "limits.slow_watcher"),
            (limits.header_timeout, "limits.header_timeout"),
            (limits.keepalive_interval, "limits.keepalive_interval"),
            (limits.keepalive_timeout, "limits.keepalive_timeout"),
        ] {
            problems.check(period >= Period::millis(100), key, "must be at least 100ms");
        }
    }

    fn check_store_and_engine(&self, problems: &mut Problems) {
        for (number, key) in [
            (self.store.readers, "store.readers"),
            (self.store.queue, "store.queue"),
            (self.engine.mailbox, "engine.mailbox"),
            (self.engine.batch, "engine.batch"),
            (self.engine.live, "engine.live"),
            (self.engine.effects, "engine.effects"),
            (self.engine.watch_buffer, "engine.watch_buffer"),
        ] {
            problems.check((1..=1_000_000).contains(&number), key, "must be between 1 and 1000000");
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
            problems.check((least..=hour).contains(&period), key, &format!("must be between {least} and {hour}"));
        }
        let connections = self.store.max_connections;
        problems.check((2..=1000).contains(&connections), "store.max_connections", "must be between 2 and 1000");
        problems.check((1..=10_000).contains(&self.retention.batch), "retention.batch", "must be between 1 and 10000");
        let requests = self.retention.requests;
        let minute = Period::secs(60);
        problems.check(requests >= minute, "retention.requests", "must be at least 1m, for clients that try again");
    }

    fn check_outside(&self, problems: &mut Problems) {
        problems.check(!self.local.account.is_empty(), "local.account", "must not be empty");
        problems.check(!self.local.regions.is_empty(), "local.regions", "must name at least one region");
        let egress = &self.egress;
        let (shortest, longest) = (Period::millis(100), Period::secs(60 * 60));
        let timeout = (shortest..=longest).contains(&egress.timeout);
        problems.check(timeout, "egress.timeout", &format!("must be between {shortest} and {longest}"));
        let size = (Size(1 << 10)..=Size(256 << 20)).contains(&egress.max_body);
        problems.check(size, "egress.max_body", "must be between 1KiB and 256MiB");
        problems.check(egress.max_redirects <= 20, "egress.max_redirects", "must be at most 20");
        let concurrent = (1..=10_000).contains(&egress.max_concurrent);
        problems.check(concurrent, "egress.max_concurrent", "must be between 1 and 10000");
    }

    fn check_roles(&self, problems: &mut Problems) {
        for (role, users) in &self.roles {
            problems.check(!role.is_empty(), "roles", "must not have a role without a name");
            let named = !users.is_empty() && users.iter().all(|user| !user.is_empty());
            problems.check(
                named,
                "roles",
                &format!("must name the users of {role:?}, each with a name that is not empty"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::DEFINED;
    use super::super::settings::{Email, Limits, Notifications};
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
    fn a_mail_server_needs_a_port_and_a_sender() {
        let with = |email: Email| {
            let notifications = Notifications { email, ..Notifications::default() };
            let problems = Config { notifications, ..Config::default() }.problems();
            problems.into_iter().map(|(key, _)| key.trim_start_matches("notifications.email.")).collect::<Vec<_>>()
        };
        let good = Email { server: "mail:25".into(), from: "Gennaker <g@example.com>".into(), ..Email::default() };
        assert!(with(good.clone()).is_empty());
        assert_eq!(with(Email { server: "mail".into(), ..good.clone() }), ["server"]);
        assert_eq!(with(Email { from: String::new(), ..good.clone() }), ["from"]);
        assert_eq!(with(Email { username: "me".into(), ..good }), ["password"]);
    }

    #[test]
    fn kinds_of_the_operator_are_checked_whole() {
        let problem = |text: &str| {
            let file: toml::Table = text.parse().unwrap();
            let custom_kinds = file["custom_kinds"].clone().try_into().unwrap();
            let problems = Config { custom_kinds, ..Config::default() }.problems();
            problems.into_iter().map(|(key, problem)| format!("{key}: {problem}")).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(problem(DEFINED), "");
        for (wrong, part) in [
            (DEFINED.replace("name = \"open-ticket\"\n", ""), "custom_kinds: entry 1: missing field `name`"),
            (DEFINED.replace("url = ", "urrl = "), "custom_kinds: open-ticket: "),
            (DEFINED.replace("type = \"boolean\"", "type = \"date\""), "entry 1 (open-ticket): "),
            (format!("{DEFINED}\n{DEFINED}"), "two kinds of this name"),
        ] {
            assert!(problem(&wrong).contains(part), "{part} is not in {}", problem(&wrong));
        }
    }
}
