//! `judge`: answers a judgment.

use clap::{ArgGroup, Args};
use gennaker_client::v1::judgment::Decision;
use gennaker_client::{ExecutionView, v1};

use super::steer::done;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names;
use crate::render::progress;
use crate::session::Session;

/// The arguments of `judge`.
#[derive(Debug, Clone, Args)]
#[command(group(ArgGroup::new("decision").required(true).args(["go_on", "stop"])))]
pub struct Judge {
    /// The execution: its id, or APPLICATION/ID
    execution: String,

    /// The id of the stage, when more than one waits for a judgment
    #[arg(default_value = "", hide_default_value = true)]
    stage: String,

    /// The execution goes on
    #[arg(long = "continue")]
    go_on: bool,

    /// The stage fails
    #[arg(long)]
    stop: bool,

    /// One of the inputs that the stage offers
    #[arg(long, value_name = "INPUT", default_value = "", hide_default_value = true)]
    input: String,

    /// What to write about the decision
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    comment: String,
}

impl Judge {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let decision = if self.go_on { Decision::Continue } else { Decision::Stop };
        let stage = self.stage.clone();
        let request = v1::SubmitJudgmentRequest {
            name: names::execution(&session.client, &self.execution).await?,
            stage: self.stage,
            decision: decision.into(),
            input: self.input,
            comment: self.comment,
            ..Default::default()
        };
        let execution = session.client.call(request).await?.execution.unwrap_or_default();
        let what = what(decision, still_open(&execution, &stage));
        done(session, Some(execution), &what)
    }
}

/// The judgment of the stage, when more people must answer it.
fn still_open(execution: &v1::Execution, stage: &str) -> Option<v1::Judgment> {
    let view = ExecutionView::from(execution.clone());
    let mut open = view.open_judgments().into_iter();
    let judgment =
        open.find(|(it, judgment)| if stage.is_empty() { !judgment.verdicts.is_empty() } else { it.id == stage });
    judgment.map(|(_, judgment)| judgment.clone())
}

fn what(decision: Decision, open: Option<v1::Judgment>) -> String {
    match (decision, open) {
        (Decision::Continue, Some(judgment)) => format!("waits for more: {}", progress(&judgment)),
        (Decision::Continue, None) => "goes on".to_owned(),
        (Decision::Stop | Decision::Unspecified, _) => "is told to stop".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stage `look` that two people must let go on, one of whom has.
    fn execution(decision: Decision) -> v1::Execution {
        let verdict = v1::Verdict { decision: Decision::Continue.into(), judge: "ann".into(), ..Default::default() };
        let judgment =
            v1::Judgment { approvals: 2, decision: decision.into(), verdicts: vec![verdict], ..Default::default() };
        let stage = v1::StageExecution {
            id: "look".into(),
            status: v1::StageStatus::Running.into(),
            judgment: Some(judgment),
            ..Default::default()
        };
        v1::Execution { stages: vec![stage], ..Default::default() }
    }

    #[test]
    fn says_how_many_more_must_answer() {
        for stage in ["", "look"] {
            let open = still_open(&execution(Decision::Unspecified), stage);
            let text = what(Decision::Continue, open);
            assert_eq!(text, "waits for more: 1 of 2 people let it go on, 1 more must");
            assert_eq!(what(Decision::Continue, still_open(&execution(Decision::Continue), stage)), "goes on");
        }
        assert_eq!(what(Decision::Stop, still_open(&execution(Decision::Unspecified), "")), "is told to stop");
    }
}
