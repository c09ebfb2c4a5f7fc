//! The execution as it stands, folded from what a watch brings.

use prost_types::Timestamp;

use crate::follow::Update;
use crate::v1;

/// An execution, kept up to date by the snapshots and events of a watch.
///
/// A view that starts with the events after a sequence other than 0 knows only the stages that changed since.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExecutionView {
    execution: v1::Execution,
    time: Option<Timestamp>,
}

impl From<v1::Execution> for ExecutionView {
    fn from(execution: v1::Execution) -> Self {
        Self { execution, time: None }
    }
}

impl ExecutionView {
    /// Takes an update in. Says whether it changed anything: what is older than the view doesn't.
    pub fn apply(&mut self, update: &Update) -> bool {
        match update {
            Update::Snapshot(execution) => self.apply_snapshot(execution),
            Update::Event(event) => self.apply_event(event),
            Update::Interrupted { .. } => false,
        }
    }

    fn apply_snapshot(&mut self, execution: &v1::Execution) -> bool {
        if execution.sequence < self.execution.sequence {
            return false;
        }
        *self = Self::from(execution.clone());
        true
    }

    /// Takes an event in. Says whether it changed anything: an event that was seen before doesn't.
    pub fn apply_event(&mut self, event: &v1::ExecutionEvent) -> bool {
        if event.sequence <= self.execution.sequence {
            return false;
        }
        if let Some(changed) = &event.changed {
            let (stages, errands) =
                (std::mem::take(&mut self.execution.stages), std::mem::take(&mut self.execution.errands));
            self.execution = v1::Execution { stages, errands, ..header(changed) };
            changed.stages.iter().for_each(|stage| self.put(stage));
            changed.errands.iter().for_each(|errand| self.put_errand(errand));
        }
        self.execution.stages.retain(|stage| !event.removed_stages.contains(&stage.id));
        self.execution.sequence = event.sequence;
        self.time = event.time;
        true
    }

    fn put(&mut self, stage: &v1::StageExecution) {
        match self.execution.stages.iter_mut().find(|known| known.id == stage.id) {
            Some(known) => known.clone_from(stage),
            None => self.execution.stages.push(stage.clone()),
        }
    }

    fn put_errand(&mut self, errand: &v1::Errand) {
        match self.execution.errands.iter_mut().find(|known| known.id == errand.id) {
            Some(known) => known.clone_from(errand),
            None => self.execution.errands.push(errand.clone()),
        }
    }

    /// The execution.
    #[must_use]
    pub fn execution(&self) -> &v1::Execution {
        &self.execution
    }

    /// Where it stands.
    #[must_use]
    pub fn status(&self) -> v1::ExecutionStatus {
        self.execution.status()
    }

    /// Whether it has ended. A retry can open it again.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        is_ended(self.status())
    }

    /// The time of the last event. `None` after a snapshot, which doesn't say.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        self.time
    }

    /// A stage by its id.
    #[must_use]
    pub fn stage(&self, id: &str) -> Option<&v1::StageExecution> {
        self.execution.stages.iter().find(|stage| stage.id == id)
    }

    /// The stages of the pipeline, or with a stage's id the stages that it made: those before its tasks, those after
    /// them, and those after its failure. A stage whose parent isn't known counts as one of the pipeline.
    #[must_use]
    pub fn children(&self, parent: Option<&str>) -> Vec<&v1::StageExecution> {
        let belongs = |stage: &&v1::StageExecution| match parent {
            Some(parent) => stage.parent == parent,
            None => stage.parent.is_empty() || self.stage(&stage.parent).is_none(),
        };
        let mut children: Vec<_> = self.execution.stages.iter().filter(belongs).collect();
        children.sort_by_key(|stage| stage.position);
        children
    }

    /// The stages that wait for a judgment now.
    #[must_use]
    pub fn open_judgments(&self) -> Vec<(&v1::StageExecution, &v1::Judgment)> {
        let open =
            |stage: &v1::StageExecution| matches!(stage.status(), v1::StageStatus::Running | v1::StageStatus::Paused);
        let stages = self.execution.stages.iter().filter(|stage| open(stage));
        stages
            .filter_map(|stage| stage.judgment.as_ref().map(|judgment| (stage, judgment)))
            .filter(|(_, judgment)| judgment.decision() == v1::judgment::Decision::Unspecified)
            .collect()
    }
}

/// An execution without its stages and errands.
fn header(execution: &v1::Execution) -> v1::Execution {
    let mut header = execution.clone();
    header.stages = Vec::new();
    header.errands = Vec::new();
    header
}

/// Whether a status is one that executions end in.
pub(crate) fn is_ended(status: v1::ExecutionStatus) -> bool {
    match status {
        v1::ExecutionStatus::Succeeded | v1::ExecutionStatus::Terminal | v1::ExecutionStatus::Canceled => true,
        v1::ExecutionStatus::Unspecified
        | v1::ExecutionStatus::Queued
        | v1::ExecutionStatus::Running
        | v1::ExecutionStatus::Paused => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(id: &str, parent: &str, status: v1::StageStatus) -> v1::StageExecution {
        v1::StageExecution { id: id.into(), parent: parent.into(), status: status.into(), ..Default::default() }
    }

    fn event(sequence: u64, stages: Vec<v1::StageExecution>, removed: &[&str]) -> v1::ExecutionEvent {
        let status = v1::ExecutionStatus::Running.into();
        v1::ExecutionEvent {
            sequence,
            changed: Some(v1::Execution { status, sequence, stages, ..Default::default() }),
            removed_stages: removed.iter().map(|&id| id.to_owned()).collect(),
            ..Default::default()
        }
    }

    fn ids(view: &ExecutionView, parent: Option<&str>) -> Vec<String> {
        view.children(parent).iter().map(|stage| stage.id.clone()).collect()
    }

    #[test]
    fn folds_events_into_the_execution() {
        let mut view = ExecutionView::default();
        let not_started = v1::StageStatus::NotStarted;
        assert!(view.apply_event(&event(1, vec![stage("a", "", not_started), stage("b", "", not_started)], &[])));
        assert!(view.apply_event(&event(2, vec![stage("a", "", v1::StageStatus::Running)], &[])));
        assert!(view.apply_event(&event(3, vec![stage("a/1", "a", not_started)], &[])));
        assert_eq!(view.status(), v1::ExecutionStatus::Running);
        assert_eq!(view.stage("a").unwrap().status(), v1::StageStatus::Running);
        assert_eq!((ids(&view, None), ids(&view, Some("a"))), (vec!["a".into(), "b".into()], vec!["a/1".into()]));
        assert!(view.apply_event(&event(4, vec![], &["a/1"])));
        assert!(view.stage("a/1").is_none());
        assert_eq!(view.execution().sequence, 4);
    }

    #[test]
    fn errands_are_folded_by_their_numbers() {
        let mut view = ExecutionView::default();
        let mut told = |sequence, id, state: v1::errand::State| {
            let mut event = event(sequence, vec![], &[]);
            let errands = vec![v1::Errand { id, state: state.into(), ..Default::default() }];
            event.changed.as_mut().unwrap().errands = errands;
            view.apply_event(&event)
        };
        assert!(told(1, 1, v1::errand::State::Pending) && told(2, 2, v1::errand::State::Pending));
        assert!(told(3, 1, v1::errand::State::Done));
        let states: Vec<_> = view.execution().errands.iter().map(|errand| (errand.id, errand.state())).collect();
        assert_eq!(states, [(1, v1::errand::State::Done), (2, v1::errand::State::Pending)]);
    }

    #[test]
    fn what_is_old_changes_nothing() {
        let mut view = ExecutionView::from(v1::Execution { sequence: 7, ..Default::default() });
        let before = view.clone();
        assert!(!view.apply_event(&event(7, vec![stage("x", "", v1::StageStatus::Running)], &[])));
        assert!(!view.apply(&Update::Snapshot(Box::new(v1::Execution { sequence: 6, ..Default::default() }))));
        assert_eq!(view, before);
    }

    #[test]
    fn children_come_in_the_order_of_their_positions() {
        let placed = |id: &str, position: v1::stage_execution::Position| v1::StageExecution {
            position: position.into(),
            ..stage(id, "p", v1::StageStatus::NotStarted)
        };
        let stages = vec![
            stage("p", "", v1::StageStatus::Running),
            placed("late", v1::stage_execution::Position::After),
            placed("early", v1::stage_execution::Position::Before),
        ];
        let view = ExecutionView::from(v1::Execution { stages, ..Default::default() });
        assert_eq!(ids(&view, Some("p")), ["early", "late"]);
    }

    #[test]
    fn a_judgment_is_open_until_somebody_decides() {
        let mut waiting = stage("j", "", v1::StageStatus::Running);
        waiting.judgment = Some(v1::Judgment::default());
        let mut view = ExecutionView::from(v1::Execution { stages: vec![waiting.clone()], ..Default::default() });
        assert_eq!(view.open_judgments().len(), 1);
        let decision = v1::judgment::Decision::Continue.into();
        waiting.judgment = Some(v1::Judgment { decision, ..Default::default() });
        view.apply_event(&event(1, vec![waiting], &[]));
        assert!(view.open_judgments().is_empty());
    }
}
