//! What replicas tell each other, and its faults.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard};

use gennaker_core::execution::ExecutionId;
use tokio::sync::broadcast;

use crate::store::{CommittedStep, InboxCommand, Shard, Signal, Step, StepError};

/// So many signals may wait for a receiver before it misses some.
const CAPACITY: usize = 1024;

/// What becomes of signals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// They arrive at once.
    #[default]
    Deliver,
    /// They are held back until they are delivered again: the network is slow.
    Hold,
    /// They are lost.
    Drop,
}

/// Sends signals to all receivers.
pub(super) struct Signals {
    sender: broadcast::Sender<Signal>,
    delivery: Mutex<(Delivery, Vec<Signal>)>,
}

impl Default for Signals {
    fn default() -> Self {
        Self { sender: broadcast::Sender::new(CAPACITY), delivery: Mutex::default() }
    }
}

impl Signals {
    pub(super) fn subscribe(&self) -> broadcast::Receiver<Signal> {
        self.sender.subscribe()
    }

    pub(super) fn send(&self, signal: Signal) {
        let mut delivery = self.delivery();
        match delivery.0 {
            Delivery::Deliver => self.deliver(signal),
            Delivery::Hold => delivery.1.push(signal),
            Delivery::Drop => {}
        }
    }

    /// Tells of the steps of a commit that were kept.
    pub(super) fn tell(&self, steps: Vec<Told>, answers: &[Result<CommittedStep, StepError>]) {
        let kept = steps.into_iter().zip(answers).filter(|(_, answer)| answer.is_ok());
        let (mut executions, mut shards) = (BTreeSet::new(), BTreeSet::new());
        for (told, _) in kept {
            executions.extend(told.execution);
            shards.extend(told.sent_to);
        }
        if !executions.is_empty() {
            self.send(Signal::Committed(executions.into_iter().collect()));
        }
        if !shards.is_empty() {
            self.send(Signal::Inbox(shards.into_iter().collect()));
        }
    }

    pub(super) fn set_delivery(&self, delivery: Delivery) {
        let mut current = self.delivery();
        current.0 = delivery;
        match delivery {
            Delivery::Deliver => std::mem::take(&mut current.1).into_iter().for_each(|signal| self.deliver(signal)),
            Delivery::Hold => {}
            Delivery::Drop => current.1.clear(),
        }
    }

    fn deliver(&self, signal: Signal) {
        // Fails where nobody listens.
        let _ = self.sender.send(signal);
    }

    fn delivery(&self) -> MutexGuard<'_, (Delivery, Vec<Signal>)> {
        self.delivery.lock().expect("no holder of the lock panics")
    }
}

/// What is told of a step.
pub(super) struct Told {
    execution: Option<ExecutionId>,
    sent_to: Vec<Shard>,
}

pub(super) fn of_steps(steps: &[Step]) -> Vec<Told> {
    let sent_to = |step: &Step| step.sent.iter().map(|command| command.shard).collect();
    steps.iter().map(|step| Told { execution: step.execution(), sent_to: sent_to(step) }).collect()
}

/// That commands wait, if there are any.
pub(super) fn of_inbox(commands: &[InboxCommand]) -> Option<Signal> {
    let shards: BTreeSet<_> = commands.iter().map(|command| command.shard).collect();
    (!shards.is_empty()).then(|| Signal::Inbox(shards.into_iter().collect()))
}
