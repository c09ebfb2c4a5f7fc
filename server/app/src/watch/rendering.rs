//! Messages about an execution as its watchers get them: encoded once for all who may see the same.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use bytes::Bytes;
use gennaker_proto::v1::{self, ExecutionStatus, StageAction};
use prost::Message;

use crate::convert::execution::Viewer;

/// A message with an execution in it.
pub(crate) trait AboutExecution: Message + Default {
    /// The execution.
    fn execution(&mut self) -> Option<&mut v1::Execution>;
}

impl AboutExecution for v1::Execution {
    fn execution(&mut self) -> Option<&mut v1::Execution> {
        Some(self)
    }
}

impl AboutExecution for v1::ExecutionEvent {
    fn execution(&mut self) -> Option<&mut v1::Execution> {
        self.changed.as_mut()
    }
}

/// What one watcher gets.
#[derive(Clone)]
pub(super) struct Shown {
    /// The encoded message.
    pub(super) bytes: Bytes,
    /// The execution's status. Where it waits in a queue, its place there is not in the message, because that changes without
    /// an event.
    pub(super) status: ExecutionStatus,
}

/// A message for all watchers of an execution.
pub(super) struct Rendering<M> {
    /// With everything in it that anybody may do.
    whole: Bytes,
    status: ExecutionStatus,
    /// Who is asked for judgments that are not everybody's.
    judges: BTreeSet<String>,
    /// The message for those who may do less, made when the first of them wants it.
    restricted: Vec<(Rights, Bytes)>,
    message: PhantomData<fn() -> M>,
}

/// What is shown to be allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Rights {
    /// Nothing.
    Look,
    /// Everything but the judgments of certain people.
    Steer,
    /// The judgments of this person, too.
    Judge(String),
}

impl<M: AboutExecution> Rendering<M> {
    /// Of a message as [`Viewer::EVERYBODY`] sees it.
    pub(super) fn new(mut message: M) -> Self {
        let execution = message.execution();
        let status = execution.as_ref().map_or(ExecutionStatus::Unspecified, |execution| execution.status());
        let judgments = execution.into_iter().flat_map(|e| &e.stages).filter_map(|stage| stage.judgment.as_ref());
        let judges = judgments.flat_map(|judgment| judgment.judges.iter().cloned()).collect();
        Self { whole: message.encode_to_vec().into(), status, judges, restricted: Vec::new(), message: PhantomData }
    }

    /// How many bytes it takes, but for what the restricted forms take.
    pub(super) fn size(&self) -> usize {
        self.whole.len()
    }

    /// The message as a viewer may see it.
    pub(super) fn shown_to(&mut self, viewer: &Viewer) -> Shown {
        let is_whole = viewer.may_execute && self.judges.is_empty();
        let bytes = if is_whole { self.whole.clone() } else { self.restricted_to(viewer) };
        Shown { bytes, status: self.status }
    }

    fn restricted_to(&mut self, viewer: &Viewer) -> Bytes {
        let rights = match &viewer.name {
            _ if !viewer.may_execute => Rights::Look,
            Some(name) if self.judges.contains(name) => Rights::Judge(name.clone()),
            Some(_) | None => Rights::Steer,
        };
        if let Some((_, bytes)) = self.restricted.iter().find(|(known, _)| *known == rights) {
            return bytes.clone();
        }
        let bytes = change::<M>(&self.whole, |execution| restrict(execution, &rights));
        self.restricted.push((rights, bytes.clone()));
        bytes
    }
}

/// An encoded message with its execution changed.
pub(super) fn change<M: AboutExecution>(encoded: &Bytes, change: impl FnOnce(&mut v1::Execution)) -> Bytes {
    let mut message = M::decode(encoded.clone()).expect("what was encoded here can be decoded");
    if let Some(execution) = message.execution() {
        change(execution);
    }
    message.encode_to_vec().into()
}

/// Takes the actions out that somebody with these rights may not do.
fn restrict(execution: &mut v1::Execution, rights: &Rights) {
    for stage in &mut execution.stages {
        let is_judge = |judges: &[String]| match rights {
            Rights::Look => false,
            Rights::Steer => judges.is_empty(),
            Rights::Judge(name) => judges.is_empty() || judges.contains(name),
        };
        if *rights == Rights::Look {
            stage.allowed_actions.clear();
        } else if stage.judgment.as_ref().is_some_and(|judgment| !is_judge(&judgment.judges)) {
            stage.allowed_actions.retain(|action| *action != i32::from(StageAction::SubmitJudgment));
        }
    }
    if *rights == Rights::Look {
        execution.allowed_actions.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use v1::ExecutionAction::Cancel;

    fn stage(judges: &[&str]) -> v1::StageExecution {
        v1::StageExecution {
            allowed_actions: vec![StageAction::Skip.into(), StageAction::SubmitJudgment.into()],
            judgment: Some(v1::Judgment {
                judges: judges.iter().map(|&name| name.to_owned()).collect(),
                ..v1::Judgment::default()
            }),
            ..v1::StageExecution::default()
        }
    }

    /// The actions of the execution and of its two stages.
    fn shown(rendering: &mut Rendering<v1::Execution>, name: &str, may_execute: bool) -> [usize; 3] {
        let shown = rendering.shown_to(&Viewer { name: Some(name.to_owned()), may_execute });
        let execution = v1::Execution::decode(shown.bytes).unwrap();
        let actions = |place: usize| execution.stages[place].allowed_actions.len();
        [execution.allowed_actions.len(), actions(0), actions(1)]
    }

    #[test]
    fn everybody_sees_what_is_allowed_to_him() {
        let mut rendering = Rendering::new(v1::Execution {
            stages: vec![stage(&[]), stage(&["ann"])],
            allowed_actions: vec![Cancel.into()],
            ..v1::Execution::default()
        });
        assert_eq!(shown(&mut rendering, "ann", true), [1, 2, 2]);
        assert_eq!(shown(&mut rendering, "bob", true), [1, 2, 1], "it is for ann to judge");
        assert_eq!(shown(&mut rendering, "ann", false), [0, 0, 0]);
        for name in 0..100 {
            shown(&mut rendering, &format!("{name}"), name % 2 == 0);
        }
        assert_eq!(rendering.restricted.len(), 3, "there is one form for all with the same rights");
    }
}
