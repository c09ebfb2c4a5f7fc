//! What stores tell each other.

use std::time::Duration;

use gennaker_ports::Store;
use gennaker_ports::store::{Claim, Lease, Signal, Step};
use gennaker_store::PostgresStore;
use tokio::sync::broadcast::Receiver;
use tokio::time::timeout;

use crate::fixture::{at, claim, commit, connect, database, id, lease, open, sent, soon, step, wait_for};

/// The next signal.
async fn next(signals: &mut Receiver<Signal>) -> Signal {
    soon(signals.recv()).await.unwrap()
}

/// Two stores that know of each other, with the lease of the first, and what the second hears.
async fn pair(url: &str) -> (PostgresStore, Lease, PostgresStore, Receiver<Signal>) {
    let (teller, listener) = (open(url).await, open(url).await);
    let mut signals = listener.signals();
    let ours = lease(&teller, "ann", 0).await;
    lease(&listener, "bob", 1).await;
    teller.lease(&Claim { until: at(1_000_000), ..claim("ann", [0], 0) }).await.unwrap();
    // The first store has found the second, and says so.
    assert_eq!(next(&mut signals).await, Signal::Leases);
    (teller, ours, listener, signals)
}

#[tokio::test]
async fn others_hear_what_happened() {
    let url = database().await;
    let (teller, ours, _listener, mut signals) = pair(&url).await;
    commit(&teller, Step { sent: vec![sent("c", 9, 7)], ..step(ours, 1, 0) }).await.unwrap();
    let heard = [next(&mut signals).await, next(&mut signals).await];
    assert!(heard.contains(&Signal::Committed([id(1)].into())), "{heard:?}");
    assert!(heard.contains(&Signal::Inbox([7].into())), "{heard:?}");
    teller.send(vec![sent("d", 9, 8)]).await.unwrap();
    assert_eq!(next(&mut signals).await, Signal::Inbox([8].into()));
    teller.release("ann", &[0]).await.unwrap();
    assert_eq!(next(&mut signals).await, Signal::Leases);
    teller.leave("ann").await.unwrap();
    drop(teller);
    assert_eq!(next(&mut signals).await, Signal::Leases, "it is told before the store ends");
}

#[tokio::test]
async fn a_newcomer_is_heard_of() {
    let url = database().await;
    let (ann, bob) = (open(&url).await, open(&url).await);
    ann.lease(&claim("ann", 0..4, 0)).await.unwrap();
    let mut signals = ann.signals();
    bob.lease(&claim("bob", 0..4, 1)).await.unwrap();
    assert_eq!(next(&mut signals).await, Signal::Leases);
    let ours = lease(&ann, "ann", 0).await;
    let mut signals = bob.signals();
    commit(&ann, step(ours, 1, 0)).await.unwrap();
    assert_eq!(next(&mut signals).await, Signal::Committed([id(1)].into()), "and no longer left in the dark");
}

#[tokio::test]
async fn nobody_hears_itself() {
    let url = database().await;
    let (ann, bob) = (open(&url).await, open(&url).await);
    let (mut anns, mut bobs) = (ann.signals(), bob.signals());
    ann.send(vec![sent("c", 9, 7)]).await.unwrap();
    assert_eq!(next(&mut bobs).await, Signal::Inbox([7].into()));
    bob.send(vec![sent("d", 9, 8)]).await.unwrap();
    assert_eq!(next(&mut anns).await, Signal::Inbox([8].into()), "the first thing it hears is the other's");
}

#[tokio::test]
async fn alone_nothing_is_told() {
    let url = database().await;
    let (teller, listener) = (open(&url).await, open(&url).await);
    let mut signals = listener.signals();
    teller.lease(&claim("ann", [0], 0)).await.unwrap();
    for n in 0..20 {
        teller.send(vec![sent(&format!("c{n}"), 9, 7)]).await.unwrap();
    }
    assert!(timeout(Duration::from_millis(200), signals.recv()).await.is_err());
    drop(listener);
}

#[tokio::test]
async fn after_a_cut_anything_may_have_happened() {
    let url = database().await;
    let (teller, _, _listener, mut signals) = pair(&url).await;
    let mut connection = connect(&url).await;
    let listening = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    wait_for(&mut connection, listening, 2).await;
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    assert_eq!(crate::fixture::count(&mut connection, cut).await, 2);
    assert_eq!(next(&mut signals).await, Signal::Anything);
    teller.send(vec![sent("c", 9, 7)]).await.unwrap();
    assert_eq!(next(&mut signals).await, Signal::Inbox([7].into()), "it listens again");
}

#[tokio::test]
async fn many_are_told_together() {
    let url = database().await;
    let (teller, ours, _listener, mut signals) = pair(&url).await;
    let steps: Vec<_> = (1..=3000).map(|n| step(ours, n, 0)).collect();
    let answers = teller.commit(steps).await.unwrap();
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(next(&mut signals).await, Signal::Anything);
}
