//! Signals as the payloads of notifications: `<origin> <word> <item>,<item>...`.

use std::str::FromStr;
use std::sync::Arc;

use gennaker_ports::store::Signal;

use super::Pending;

/// PostgreSQL takes payloads of less than 8000 bytes.
const MOST_BYTES: usize = 7900;

/// Beyond so many messages at once it is told that anything may have happened.
const MOST_MESSAGES: usize = 8;

/// The name of the channel, within the database.
pub(super) const CHANNEL: &str = "gennaker";

const COMMITTED: &str = "committed";
const INBOX: &str = "inbox";
const LEASES: &str = "leases";
const ANYTHING: &str = "anything";

/// A signal from somebody.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub(super) origin: &'a str,
    pub(super) signal: Signal,
}

impl<'a> Message<'a> {
    /// Reads a payload. What is not understood, because a newer server sent it, means that anything may have happened.
    pub(super) fn parse(payload: &'a str) -> Self {
        let mut words = payload.split(' ');
        let origin = words.next().unwrap_or_default();
        let signal = match (words.next(), words.next()) {
            (Some(COMMITTED), Some(list)) => items(list).map(Signal::Committed),
            (Some(INBOX), Some(list)) => items(list).map(Signal::Inbox),
            (Some(LEASES), None) => Some(Signal::Leases),
            _ => None,
        };
        Self { origin, signal: signal.unwrap_or(Signal::Anything) }
    }
}

fn items<T: FromStr>(list: &str) -> Option<Arc<[T]>> {
    list.split(',').map(|item| item.parse().ok()).collect()
}

/// The payloads that tell all of it.
pub(super) fn payloads(origin: &str, pending: &Pending) -> Vec<String> {
    let mut payloads = Vec::new();
    if pending.leases {
        payloads.push(format!("{origin} {LEASES}"));
    }
    if !pending.anything {
        split(&mut payloads, &format!("{origin} {INBOX} "), &pending.shards);
        split(&mut payloads, &format!("{origin} {COMMITTED} "), &pending.executions);
    }
    if pending.anything || payloads.len() > MOST_MESSAGES {
        return vec![format!("{origin} {ANYTHING}")];
    }
    payloads
}

/// Adds the payloads for a list, each short enough.
fn split<T: ToString>(payloads: &mut Vec<String>, head: &str, items: impl IntoIterator<Item = T>) {
    let mut payload = String::new();
    for item in items {
        let item = item.to_string();
        if payload.len() + 1 + item.len() > MOST_BYTES {
            payloads.push(std::mem::take(&mut payload));
        }
        payload.push_str(if payload.is_empty() { head } else { "," });
        payload.push_str(&item);
    }
    if !payload.is_empty() {
        payloads.push(payload);
    }
}

#[cfg(test)]
mod tests {
    use gennaker_core::Timestamp;
    use gennaker_core::execution::ExecutionId;

    use super::*;

    fn id(n: u32) -> ExecutionId {
        ExecutionId::from_parts(Timestamp::from_secs(1), n.into())
    }

    fn read(pending: &Pending) -> Vec<Signal> {
        let payloads = payloads("me", pending);
        assert!(payloads.iter().all(|payload| payload.len() < 8000));
        let messages = payloads.iter().map(|payload| Message::parse(payload));
        messages.inspect(|message| assert_eq!(message.origin, "me")).map(|message| message.signal).collect()
    }

    #[test]
    fn what_is_told_is_heard() {
        let mut pending = Pending { shards: [3, 1].into(), executions: [id(1)].into(), ..Pending::default() };
        assert_eq!(read(&pending), [Signal::Inbox([1, 3].into()), Signal::Committed([id(1)].into())]);
        pending.leases = true;
        assert_eq!(read(&pending).first(), Some(&Signal::Leases));
        assert_eq!(read(&Pending::default()), []);
    }

    #[test]
    fn long_lists_are_split_and_very_long_ones_are_anything() {
        let pending = |count| Pending { executions: (0..count).map(id).collect(), ..Pending::default() };
        let heard: usize = read(&pending(1000))
            .into_iter()
            .map(|signal| if let Signal::Committed(ids) = signal { ids.len() } else { panic!("{signal:?}") })
            .sum();
        assert_eq!(heard, 1000);
        assert_eq!(read(&pending(3000)), [Signal::Anything]);
    }

    #[test]
    fn what_is_not_understood_may_be_anything() {
        for payload in ["", "you", "you dance", "you inbox", "you inbox 1,x", "you committed nobody"] {
            assert_eq!(Message::parse(payload).signal, Signal::Anything, "{payload:?}");
        }
    }
}
