//! Judgments.

use super::{Machine, wrong_stage_status};
use crate::execution::{Event, JudgmentDecision, Rejection, StageId, TaskKind, VerdictRecord};

impl Machine<'_> {
    pub(super) fn judge(
        &mut self,
        id: &StageId,
        actor: &str,
        decision: JudgmentDecision,
        input: Option<&str>,
        comment: &str,
    ) -> Result<(), Rejection> {
        self.must_not_have_ended()?;
        let stage = self.find(id)?;
        let waiting = stage.current_task().and_then(|(_, task)| match &task.spec.kind {
            TaskKind::Judgment(spec) => Some(spec),
            TaskKind::Run { .. } | TaskKind::Wait { .. } | TaskKind::AwaitChild { .. } => None,
        });
        let Some(spec) = waiting.filter(|_| stage.judgment.is_none()) else {
            return Err(wrong_stage_status(stage, "only a stage that waits for a judgment can be judged"));
        };
        if !spec.judges.is_empty() && !spec.judges.iter().any(|judge| judge == actor) {
            let (stage, actor, judges) = (id.clone(), actor.to_owned(), spec.judges.clone());
            return Err(Rejection::NotAJudge { stage, actor, judges });
        }
        let chosen = input.unwrap_or_default();
        let must_choose = decision == JudgmentDecision::Continue && !spec.options.is_empty();
        if (must_choose || !chosen.is_empty()) && !spec.options.iter().any(|option| option == chosen) {
            let (stage, input, options) = (id.clone(), chosen.to_owned(), spec.options.clone());
            return Err(Rejection::NotAnOption { stage, input, options });
        }
        let verdict = VerdictRecord {
            decision,
            judge: actor.to_owned(),
            input: input.filter(|input| !input.is_empty()).map(str::to_owned),
            comment: comment.to_owned(),
            time: self.now(),
        };
        self.emit(Event::Judged { stage: id.clone(), verdict });
        Ok(())
    }
}
