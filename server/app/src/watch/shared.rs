//! One execution as all its watchers share it.
//!
//! Its events are folded once, by whichever watcher comes to one first, and each is made into a message once. The message is
//! kept until the last watcher has it, within bounds: who is further behind than that folds for himself for a while. What is
//! shared goes with the last watcher.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use gennaker_core::execution::{EventRecord, Execution, ExecutionId};
use gennaker_proto::v1;

use super::rendering::{Rendering, Shown};
use crate::convert;
use crate::convert::execution::Viewer;
use crate::names;

/// How many messages are kept for those who are behind.
pub(super) const KEPT: usize = 256;
/// How many bytes of them, but always the last one.
const KEPT_BYTES: usize = 512 << 10;
/// How large a snapshot is kept for the next watcher, in bytes.
const KEPT_SNAPSHOT: usize = 64 << 10;

/// The executions that are watched.
#[derive(Default)]
pub(crate) struct Watched(Mutex<HashMap<ExecutionId, Weak<Shared>>>);

/// An execution that is watched.
pub(super) struct Shared {
    pub(super) id: ExecutionId,
    /// Its resource name.
    pub(super) name: String,
    pub(super) pipeline: Option<String>,
    watched: Arc<Watched>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// After the last event that a watcher came to; `None` before the first one.
    execution: Option<Execution>,
    /// The parameters that its pipeline pins.
    pinned: Vec<String>,
    /// Messages of its last events, without a gap, each with the event's sequence.
    recent: VecDeque<(u64, Rendering<v1::ExecutionEvent>)>,
    recent_bytes: usize,
    /// How many watchers have seen the events up to which sequence, but for those who fold for themselves.
    places: BTreeMap<u64, usize>,
    snapshot: Option<Rendering<v1::Execution>>,
}

impl Watched {
    /// What all watchers of an execution share.
    pub(super) fn share(self: &Arc<Self>, id: ExecutionId, application: &str, pipeline: Option<&str>) -> Arc<Shared> {
        let mut executions = self.executions();
        if let Some(shared) = executions.get(&id).and_then(Weak::upgrade) {
            return shared;
        }
        let shared = Arc::new(Shared {
            id,
            name: names::execution(application, id),
            pipeline: pipeline.map(str::to_owned),
            watched: self.clone(),
            state: Mutex::default(),
        });
        executions.insert(id, Arc::downgrade(&shared));
        shared
    }

    fn executions(&self) -> MutexGuard<'_, HashMap<ExecutionId, Weak<Shared>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let mut executions = self.watched.executions();
        // Another one may have taken its place in the meantime.
        if executions.get(&self.id).is_some_and(|shared| shared.strong_count() == 0) {
            executions.remove(&self.id);
        }
    }
}

impl Shared {
    /// The last event that a watcher came to.
    pub(super) fn sequence(&self) -> u64 {
        self.state().sequence()
    }

    /// Whether a watcher would miss something if events were passed over.
    pub(super) fn is_followed(&self) -> bool {
        !self.state().places.is_empty()
    }

    /// Whether the execution has ended and nothing that it has set off is left to do.
    pub(super) fn is_settled(&self) -> bool {
        self.state().execution.as_ref().is_some_and(Execution::is_settled)
    }

    /// Notes which parameters the pipeline pins now.
    pub(super) fn pin(&self, pinned: Vec<String>) {
        let mut state = self.state();
        if state.pinned != pinned {
            state.pinned = pinned;
            state.snapshot = None;
        }
    }

    /// The parameters that the pipeline pins.
    pub(super) fn pinned(&self) -> Vec<String> {
        self.state().pinned.clone()
    }

    /// Goes on from a later state. Watchers in between have to fold for themselves.
    pub(super) fn begin(&self, execution: Execution) {
        let mut state = self.state();
        if execution.sequence > state.sequence() {
            state.execution = Some(execution);
            state.forget_messages();
            state.snapshot = None;
        }
    }

    /// Takes events up, those that are new and come next.
    pub(super) fn advance(&self, records: &[EventRecord]) {
        let mut state = self.state();
        for record in records {
            if record.sequence == state.sequence() + 1 {
                state.apply(record);
            }
        }
        state.forget_seen();
    }

    /// Has a watcher that has seen the events up to a sequence.
    pub(super) fn join(&self, sequence: u64) {
        self.state().join(sequence);
    }

    /// Has a watcher no longer that has seen the events up to a sequence.
    pub(super) fn leave(&self, sequence: u64) {
        let mut state = self.state();
        state.leave(sequence);
        state.forget_seen();
    }

    /// The execution as it stands, for a watcher that joins with it. `None` before the first event.
    pub(super) fn snapshot(&self, viewer: &Viewer) -> Option<(u64, Shown)> {
        let mut state = self.state();
        let State { execution, snapshot, pinned, .. } = &mut *state;
        let execution = execution.as_ref()?;
        let rendering = snapshot.get_or_insert_with(|| {
            let message = convert::execution::full(execution, &Viewer::EVERYBODY, 0);
            Rendering::new(v1::Execution { pinned_parameters: pinned.clone(), ..message })
        });
        let shown = rendering.shown_to(viewer);
        if rendering.size() > KEPT_SNAPSHOT {
            *snapshot = None;
        }
        let sequence = state.sequence();
        state.join(sequence);
        Some((sequence, shown))
    }

    /// The message of an event, for a watcher that has seen all before it and is, where it is `counted`, among those that
    /// messages are kept for. `None` for one that is too far behind; it is no longer counted then.
    pub(super) fn event(&self, record: &EventRecord, viewer: &Viewer, counted: bool) -> Option<Shown> {
        let mut state = self.state();
        let before = record.sequence - 1;
        if !counted {
            state.join(before);
        }
        if record.sequence == state.sequence() + 1 {
            state.apply(record);
        }
        let shown = state.message(record.sequence).map(|message| message.shown_to(viewer));
        if shown.is_some() {
            state.join(record.sequence);
        }
        state.leave(before);
        state.forget_seen();
        shown
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn sequence(&self) -> u64 {
        self.execution.as_ref().map_or(0, |execution| execution.sequence)
    }

    fn apply(&mut self, record: &EventRecord) {
        if self.execution.is_none() {
            self.execution = Execution::replay([record]);
        }
        let Some(execution) = &mut self.execution else { return };
        self.snapshot = None;
        if self.places.is_empty() {
            if record.sequence > execution.sequence {
                execution.apply(record);
            }
            return;
        }
        let mut event = convert::execution_event::step(execution, record, &Viewer::EVERYBODY, 0);
        if let Some(changed) = &mut event.changed {
            changed.pinned_parameters.clone_from(&self.pinned);
        }
        let message = Rendering::new(event);
        self.recent_bytes += message.size();
        self.recent.push_back((record.sequence, message));
        while self.recent.len() > KEPT || (self.recent_bytes > KEPT_BYTES && self.recent.len() > 1) {
            self.forget_oldest();
        }
    }

    fn message(&mut self, sequence: u64) -> Option<&mut Rendering<v1::ExecutionEvent>> {
        let (oldest, _) = self.recent.front()?;
        let place = usize::try_from(sequence.checked_sub(*oldest)?).ok()?;
        self.recent.get_mut(place).filter(|(known, _)| *known == sequence).map(|(_, message)| message)
    }

    fn join(&mut self, sequence: u64) {
        *self.places.entry(sequence).or_default() += 1;
    }

    fn leave(&mut self, sequence: u64) {
        if let Some(count) = self.places.get_mut(&sequence) {
            *count -= 1;
            if *count == 0 {
                self.places.remove(&sequence);
            }
        }
    }

    /// Forgets messages that nobody waits for.
    fn forget_seen(&mut self) {
        let seen_by_all = self.places.keys().next().copied().unwrap_or(u64::MAX);
        while self.recent.front().is_some_and(|(oldest, _)| *oldest <= seen_by_all) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, message)) = self.recent.pop_front() {
            self.recent_bytes -= message.size();
        }
        if self.recent.is_empty() {
            self.recent = VecDeque::new();
        }
    }

    fn forget_messages(&mut self) {
        self.recent = VecDeque::new();
        self.recent_bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use gennaker_core::Timestamp;
    use gennaker_core::execution::{Cause, Concurrency, Definition, Event, Origin, Start};
    use serde_json::Value;

    use super::*;

    const VIEWER: Viewer = Viewer::EVERYBODY;

    /// An execution that is paused and resumed again and again.
    fn record(sequence: u64) -> EventRecord {
        let definition = Definition {
            application: "shop".into(),
            pipeline: None,
            revision: 1,
            display_name: "p".into(),
            stages: vec![],
            concurrency: Concurrency::default(),
            expected_artifacts: vec![],
            notifications: vec![],
        };
        let start = || Start {
            id: ExecutionId::from_parts(Timestamp::EPOCH, 1),
            definition: Arc::new(definition),
            cause: Cause { actor: "ann".into(), origin: Origin::Manual, reason: String::new(), payload: Value::Null },
            parameters: serde_json::Map::new(),
            labels: BTreeMap::new(),
            artifacts: vec![],
            resolved_artifacts: vec![],
        };
        let event = match sequence {
            1 => Event::Created { start: Box::new(start()), queued: false },
            even if even % 2 == 0 => Event::Paused { actor: "ann".into() },
            _ => Event::Resumed { actor: "ann".into() },
        };
        EventRecord { sequence, time: Timestamp::EPOCH, event }
    }

    fn shared(watched: &Arc<Watched>) -> Arc<Shared> {
        watched.share(ExecutionId::from_parts(Timestamp::EPOCH, 1), "shop", None)
    }

    fn kept(shared: &Shared) -> (usize, usize) {
        let state = shared.state();
        (state.recent.len(), state.recent_bytes)
    }

    #[test]
    fn a_message_is_kept_until_the_last_watcher_has_it() {
        let shared = shared(&Arc::default());
        shared.join(0);
        shared.join(0);
        let ahead: Vec<_> = (1..=5).map(|n| shared.event(&record(n), &VIEWER, true).unwrap().bytes).collect();
        assert_eq!(kept(&shared).0, 5);
        for (n, bytes) in (1..).zip(&ahead) {
            let behind = shared.event(&record(n), &VIEWER, true).unwrap().bytes;
            assert_eq!(behind.as_ptr(), bytes.as_ptr(), "it is the same and not a second one");
        }
        assert_eq!(kept(&shared), (0, 0));
    }

    #[test]
    fn who_is_too_far_behind_is_not_waited_for_and_comes_back() {
        let shared = shared(&Arc::default());
        shared.join(0);
        shared.join(0);
        let last = KEPT as u64 + 1;
        for n in 1..=last {
            assert!(shared.event(&record(n), &VIEWER, true).is_some());
        }
        assert_eq!(kept(&shared).0, KEPT);
        assert!(shared.event(&record(1), &VIEWER, true).is_none(), "the first message is gone");
        assert_eq!(kept(&shared), (0, 0), "nobody waits for the others any more");
        assert!(shared.event(&record(last), &VIEWER, false).is_none());
        assert!(shared.event(&record(last + 1), &VIEWER, false).is_some(), "here it is up to date again");
        assert_eq!(kept(&shared).0, 1, "which the other one has not seen");
        shared.leave(last);
        shared.leave(last + 1);
        assert!(!shared.is_followed());
        assert_eq!(kept(&shared), (0, 0));
    }

    #[test]
    fn without_watchers_events_are_only_folded() {
        let shared = shared(&Arc::default());
        shared.advance(&[record(1), record(2), record(4)]);
        assert_eq!((shared.sequence(), kept(&shared)), (2, (0, 0)), "the third is missing");
        let (sequence, _) = shared.snapshot(&VIEWER).unwrap();
        assert!(shared.is_followed());
        shared.advance(&[record(1), record(2), record(3), record(4)]);
        assert_eq!((sequence, shared.sequence(), kept(&shared).0), (2, 4, 2));
        let execution = Execution::replay(&(1..=9).map(record).collect::<Vec<_>>()).unwrap();
        shared.begin(execution.clone());
        assert_eq!((shared.sequence(), kept(&shared)), (9, (0, 0)));
        shared.begin(Execution::replay(&[record(1)]).unwrap());
        assert_eq!(shared.sequence(), 9, "it never goes back");
    }

    #[test]
    fn what_nobody_watches_is_forgotten() {
        let watched = Arc::default();
        let (one, same) = (shared(&watched), shared(&watched));
        assert!(Arc::ptr_eq(&one, &same));
        drop(one);
        assert_eq!(watched.executions().len(), 1);
        drop(same);
        assert_eq!(watched.executions().len(), 0);
    }
}
