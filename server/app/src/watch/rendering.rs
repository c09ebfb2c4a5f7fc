//! Messages about an execution as its watchers get them: encoded once for all who may see the same.

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
    /// Who started the execution.
    starter: String,
    /// The judgments that are asked for, by the places of their stages in the message.
    judgments: Vec<(usize, v1::Judgment)>,
    /// The message for those who may do less, made when the first of them wants it.
    restricted: Vec<(Rights, Bytes)>,
    message: PhantomData<fn() -> M>,
}

/// What is shown to be allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Rights {
    /// Nothing.
    Look,
    /// Everything but the judgments of the stages at these places.
    Steer {
        /// The places in the message.
        but: Vec<usize>,
    },
}

impl<M: AboutExecution> Rendering<M> {
    /// Of a message as [`Viewer::EVERYBODY`] sees it.
    pub(super) fn new(mut message: M) -> Self {
        let (mut status, mut starter, mut judgments) = (ExecutionStatus::Unspecified, String::new(), Vec::new());
        if let Some(execution) = message.execution() {
            status = execution.status();
            starter = execution.cause.as_ref().map(|cause| cause.actor.clone()).unwrap_or_default();
            judgments = execution.stages.iter().enumerate().filter_map(asked).collect();
        }
        let whole = message.encode_to_vec().into();
        Self { whole, status, starter, judgments, restricted: Vec::new(), message: PhantomData }
    }

    /// How many bytes it takes, but for what the restricted forms take.
    pub(super) fn size(&self) -> usize {
        self.whole.len()
    }

    /// The message as a viewer may see it.
    pub(super) fn shown_to(&mut self, viewer: &Viewer) -> Shown {
        let rights = self.rights(viewer);
        let is_whole = matches!(&rights, Rights::Steer { but } if but.is_empty());
        let bytes = if is_whole { self.whole.clone() } else { self.restricted_to(rights) };
        Shown { bytes, status: self.status }
    }

    fn rights(&self, viewer: &Viewer) -> Rights {
        if !viewer.may_execute {
            return Rights::Look;
        }
        let denied = self.judgments.iter().filter(|(_, judgment)| !viewer.may_judge(judgment, &self.starter));
        Rights::Steer { but: denied.map(|(place, _)| *place).collect() }
    }

    fn restricted_to(&mut self, rights: Rights) -> Bytes {
        if let Some((_, bytes)) = self.restricted.iter().find(|(known, _)| *known == rights) {
            return bytes.clone();
        }
        let bytes = change::<M>(&self.whole, |execution| restrict(execution, &rights));
        self.restricted.push((rights, bytes.clone()));
        bytes
    }
}

/// The judgment that a stage asks for, without what is to be judged.
fn asked((place, stage): (usize, &v1::StageExecution)) -> Option<(usize, v1::Judgment)> {
    let judgment = stage.judgment.as_ref()?;
    let is_open = stage.allowed_actions.contains(&StageAction::SubmitJudgment.into());
    is_open.then(|| (place, v1::Judgment { instructions: String::new(), inputs: Vec::new(), ..judgment.clone() }))
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
    match rights {
        Rights::Look => {
            execution.allowed_actions.clear();
            execution.stages.iter_mut().for_each(|stage| stage.allowed_actions.clear());
        }
        Rights::Steer { but } => {
            for place in but {
                let judges = i32::from(StageAction::SubmitJudgment);
                execution.stages[*place].allowed_actions.retain(|action| *action != judges);
            }
        }
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
        let roles = if name == "eve" { vec!["ops".to_owned()] } else { Vec::new() };
        let shown = rendering.shown_to(&Viewer { name: Some(name.to_owned()), roles, may_execute });
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
        assert_eq!(rendering.restricted.len(), 2, "there is one form for all with the same rights");
    }

    #[test]
    fn judgments_are_shown_to_those_who_could_make_them() {
        let judgment = |stage: v1::StageExecution, change: fn(&mut v1::Judgment)| {
            let mut judgment = stage.judgment.unwrap();
            change(&mut judgment);
            v1::StageExecution { judgment: Some(judgment), ..stage }
        };
        let by_role = judgment(stage(&["ann"]), |judgment| {
            judgment.roles = vec!["ops".to_owned()];
            judgment.verdicts = vec![v1::Verdict { judge: "ann".to_owned(), ..v1::Verdict::default() }];
        });
        let of_others = judgment(stage(&[]), |judgment| judgment.no_self_approval = true);
        let mut rendering = Rendering::new(v1::Execution {
            cause: Some(v1::Cause { actor: "eve".to_owned(), ..v1::Cause::default() }),
            stages: vec![by_role, of_others],
            ..v1::Execution::default()
        });
        assert_eq!(shown(&mut rendering, "eve", true), [0, 2, 1], "she has the role, and started it");
        assert_eq!(shown(&mut rendering, "ann", true), [0, 2, 2], "she has let it go on, and may still stop it");
        assert_eq!(shown(&mut rendering, "bob", true), [0, 1, 2], "nobody asks him");
    }
}
