//! `explain`: says what an execution waits for.

use clap::Args;
use gennaker_client::v1;
use gennaker_client::v1::{ExplainExecutionResponse, StageAction, StageExplanation, Waiting};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::names::{self, short};
use crate::palette::{Palette, Tone};
use crate::render::{execution_word, stage_word, waits_for};
use crate::session::Session;
use crate::terminal::one_line;
use crate::time::{deadline, from_proto, now};

/// The arguments of `explain`.
#[derive(Debug, Clone, Args)]
pub struct Explain {
    /// The execution: its id, or APPLICATION/ID
    execution: String,
}

impl Explain {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let name = names::execution(&session.client, &self.execution).await?;
        let answer = session.client.call(v1::ExplainExecutionRequest { name: name.clone() }).await?;
        let palette = session.terminal.palette();
        session.print_or(&answer, |answer| text(answer, &name, &session.globals.program(), palette))?;
        Ok(Exit::Success)
    }
}

fn text(answer: &ExplainExecutionResponse, name: &str, program: &str, palette: Palette) -> String {
    let word = execution_word(answer.status());
    let mut lines = vec![format!("{} {} {}", word.icon(palette), short(name), word.text(palette))];
    lines.extend(answer.waiting.as_ref().map(|it| format!("  {}", waiting(it))));
    for stage in &answer.stages {
        let word = stage_word(stage.status());
        let title = if stage.name.is_empty() { &stage.stage } else { &stage.name };
        lines.push(format!("{} {} {}", word.icon(palette), one_line(title), word.text(palette)));
        if !stage.task.is_empty() {
            lines.push(format!("  in the task `{}`", one_line(&stage.task)));
        }
        lines.extend(stage.waiting.as_ref().map(|it| format!("  {}", waiting(it))));
        lines.extend(actions(stage, name, program).map(|it| format!("  {}", palette.paint(Tone::Strong, &it))));
    }
    if answer.stages.is_empty() && answer.waiting.is_none() {
        lines.push("  nothing is left to wait for".to_owned());
    }
    lines.join("\n")
}

fn waiting(waiting: &Waiting) -> String {
    let mut text = waits_for(waiting);
    if let Some(until) = from_proto(waiting.until.as_ref()) {
        text.push_str(&format!(", until {}", deadline(until, now())));
    }
    if !waiting.owners.is_empty() {
        text.push_str(&format!("; it is up to {}", one_line(&waiting.owners.join(", "))));
    }
    text
}

/// The commands that would help.
fn actions(stage: &StageExplanation, name: &str, program: &str) -> impl Iterator<Item = String> {
    let name = short(name);
    stage.allowed_actions().filter_map(move |action| match action {
        StageAction::Unspecified => None,
        StageAction::Retry => Some(format!("{program} retry {name} {}", stage.stage)),
        StageAction::Skip => Some(format!("{program} skip {name} {}", stage.stage)),
        StageAction::SubmitJudgment => Some(format!("{program} judge {name} {} --continue|--stop", stage.stage)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::palette::Palette;
    use gennaker_client::v1::waiting::Kind;

    #[test]
    fn says_who_can_do_what() {
        let judgment = StageExplanation {
            stage: "check".into(),
            name: "Check".into(),
            status: v1::StageStatus::Running.into(),
            waiting: Some(Waiting {
                kind: Kind::Judgment.into(),
                reason: "a judgment: Does it look right?".into(),
                until: None,
                owners: vec!["ann".into(), "bob".into()],
            }),
            allowed_actions: vec![StageAction::SubmitJudgment.into(), StageAction::Skip.into()],
            ..Default::default()
        };
        let after = StageExplanation {
            stage: "deploy".into(),
            status: v1::StageStatus::NotStarted.into(),
            waiting: Some(Waiting {
                kind: Kind::Stages.into(),
                reason: "the stages it depends on".into(),
                owners: vec!["check".into()],
                ..Default::default()
            }),
            ..Default::default()
        };
        let status = v1::ExecutionStatus::Running.into();
        let answer = ExplainExecutionResponse { status, waiting: None, stages: vec![judgment, after] };
        insta::assert_snapshot!(text(&answer, "applications/a/executions/01X", "gennaker", Palette::new(false)));
    }
}
