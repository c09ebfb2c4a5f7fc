//! Judgments.

use super::{Machine, wrong_stage_status};
use crate::execution::{Event, JudgmentDecision, JudgmentSpec, Rejection, Stage, StageId, TaskKind, VerdictRecord};

/// Who judges.
pub(super) struct Judge<'a> {
    pub(super) actor: &'a str,
    pub(super) roles: &'a [String],
}

impl Machine<'_> {
    pub(super) fn judge(
        &mut self,
        id: &StageId,
        judge: &Judge<'_>,
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
        self.must_be_judge(stage, spec, judge, decision)?;
        let chosen = input.unwrap_or_default();
        let must_choose = decision == JudgmentDecision::Continue && !spec.options.is_empty();
        if (must_choose || !chosen.is_empty()) && !spec.options.iter().any(|option| option == chosen) {
            let (stage, input, options) = (id.clone(), chosen.to_owned(), spec.options.clone());
            return Err(Rejection::NotAnOption { stage, input, options });
        }
        let before = stage.verdicts.iter().find(|verdict| verdict.decision == JudgmentDecision::Continue);
        let other = before.and_then(|verdict| verdict.input.clone()).filter(|before| before != chosen);
        if let (JudgmentDecision::Continue, Some(chosen)) = (decision, other) {
            return Err(Rejection::OtherOption { stage: id.clone(), chosen });
        }
        let verdict = VerdictRecord {
            decision,
            judge: judge.actor.to_owned(),
            input: input.filter(|input| !input.is_empty()).map(str::to_owned),
            comment: comment.to_owned(),
            time: self.now(),
        };
        self.emit(Event::Judged { stage: id.clone(), verdict });
        Ok(())
    }

    /// Whoever judges must be among those who may, and not the one who started it where that is ruled out. Nobody lets it go on
    /// twice, but may still stop it.
    fn must_be_judge(
        &self,
        stage: &Stage,
        spec: &JudgmentSpec,
        judge: &Judge<'_>,
        decision: JudgmentDecision,
    ) -> Result<(), Rejection> {
        let (id, actor) = (stage.id().clone(), judge.actor.to_owned());
        let anybody = spec.judges.is_empty() && spec.roles.is_empty();
        let by_role = spec.roles.iter().any(|role| judge.roles.contains(role));
        if !anybody && !by_role && !spec.judges.contains(&actor) {
            let (judges, roles) = (spec.judges.clone(), spec.roles.clone());
            return Err(Rejection::NotAJudge { stage: id, actor, judges, roles });
        }
        if spec.no_self_approval && self.execution.start.cause.actor == actor {
            return Err(Rejection::SelfApproval { stage: id, actor });
        }
        let again = stage.verdicts.iter().any(|verdict| verdict.judge == actor);
        if again && decision == JudgmentDecision::Continue {
            return Err(Rejection::JudgedAlready { stage: id, actor, missing: stage.missing_approvals() });
        }
        Ok(())
    }
}
