//! The ledger of triggers.

use gennaker_ports::store::{StoredTriggerEvent, TriggerDecision};
use gennaker_ports::{Store, StoreError};

use crate::fixture::{at, id};

const TRIGGER: &str = "applications/shop/triggers/push";

pub(crate) fn event(n: u32, trigger: &str, key: Option<&str>) -> StoredTriggerEvent {
    StoredTriggerEvent {
        id: id(n).to_string(),
        trigger: trigger.to_owned(),
        time: at(n.into()),
        actor: "hook".to_owned(),
        dedupe_key: key.map(str::to_owned),
        decision: TriggerDecision::Pending,
        reason: "just seen".to_owned(),
        execution: None,
        payload: serde_json::json!({"ref": n}),
    }
}

async fn keep(store: &dyn Store, events: impl IntoIterator<Item = StoredTriggerEvent>) {
    for event in events {
        assert_eq!(store.record_trigger_event(&event).await.unwrap(), None);
    }
}

fn ids(events: &[StoredTriggerEvent]) -> Vec<&str> {
    events.iter().map(|event| event.id.as_str()).collect()
}

pub(crate) async fn an_event_is_kept_once_for_a_trigger(store: &dyn Store) {
    let first = event(1, TRIGGER, Some("delivery"));
    keep(store, [first.clone(), event(2, "another", Some("delivery")), event(3, TRIGGER, Some("DELIVERY"))]).await;
    let earlier = store.record_trigger_event(&event(4, TRIGGER, Some("delivery"))).await.unwrap();
    assert_eq!(earlier, Some(first));
    let kept = store.trigger_events(TRIGGER, None, 9).await.unwrap();
    assert_eq!(ids(&kept), [id(3).to_string(), id(1).to_string()]);
}

pub(crate) async fn events_without_a_key_are_all_kept(store: &dyn Store) {
    keep(store, [event(1, TRIGGER, None), event(2, TRIGGER, None)]).await;
    assert_eq!(store.trigger_events(TRIGGER, None, 9).await.unwrap().len(), 2);
    let repeated = store.record_trigger_event(&event(2, TRIGGER, None)).await.unwrap();
    assert_eq!(repeated, Some(event(2, TRIGGER, None)), "the same id is the same event");
    keep(store, [event(1, TRIGGER, Some("k"))].map(|event| StoredTriggerEvent { id: id(3).to_string(), ..event }))
        .await;
    let repeated = store.record_trigger_event(&event(2, TRIGGER, Some("k"))).await.unwrap();
    assert_eq!(repeated, Some(event(2, TRIGGER, None)), "the id counts more than the key");
}

pub(crate) async fn decisions_can_change(store: &dyn Store) {
    keep(store, [event(1, TRIGGER, Some("k"))]).await;
    for decision in TriggerDecision::ALL {
        let execution = (decision == TriggerDecision::Fired).then(|| id(9));
        store.decide_trigger_event(&id(1).to_string(), decision, "because", execution).await.unwrap();
        let kept = store.trigger_events(TRIGGER, None, 9).await.unwrap().remove(0);
        assert_eq!((kept.decision, kept.reason.as_str(), kept.execution), (decision, "because", execution));
    }
    let unknown = store.decide_trigger_event("nothing", TriggerDecision::Fired, "", None).await;
    assert!(matches!(unknown, Err(StoreError::NotFound(_))), "{unknown:?}");
}

pub(crate) async fn lists_are_newest_first(store: &dyn Store) {
    keep(store, [3, 1, 2].map(|n| event(n, TRIGGER, None))).await;
    let page = store.trigger_events(TRIGGER, None, 2).await.unwrap();
    assert_eq!(page, [event(3, TRIGGER, None), event(2, TRIGGER, None)]);
    let page = store.trigger_events(TRIGGER, Some(&page[1].id), 2).await.unwrap();
    assert_eq!(page, [event(1, TRIGGER, None)]);
    assert!(store.trigger_events("applications/shop/triggers/pus", None, 9).await.unwrap().is_empty());
}

pub(crate) async fn pending_ones_are_oldest_first(store: &dyn Store) {
    keep(store, [event(3, TRIGGER, None), event(1, "another", None), event(2, TRIGGER, None)]).await;
    store.decide_trigger_event(&id(2).to_string(), TriggerDecision::Filtered, "", None).await.unwrap();
    let pending = store.pending_trigger_events(None, 9).await.unwrap();
    assert_eq!(ids(&pending), [id(1).to_string(), id(3).to_string()]);
    assert_eq!(store.pending_trigger_events(None, 1).await.unwrap(), pending[..1]);
    assert_eq!(store.pending_trigger_events(Some(&pending[0].id), 9).await.unwrap(), pending[1..]);
}

pub(crate) async fn lists_below_a_prefix_span_triggers(store: &dyn Store) {
    let triggers = ["applications/a/triggers/x", "applications/ab/triggers/x", "applications/a/triggers/y"];
    keep(store, (0..6).map(|n| event(n, triggers[n as usize % 3], None))).await;
    let below = store.trigger_events_below("applications/a/", None, 9).await.unwrap();
    assert_eq!(ids(&below), [5, 3, 2, 0].map(|n| id(n).to_string()));
    let page = store.trigger_events_below("applications/a/", Some(&below[0].id), 2).await.unwrap();
    assert_eq!(page, below[1..3]);
    assert!(store.trigger_events_below("applications/_/", None, 9).await.unwrap().is_empty());
    assert_eq!(store.trigger_events_below("", None, 9).await.unwrap().len(), 6);
}
