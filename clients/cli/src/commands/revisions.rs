//! `revisions`, `diff` and `restore`: the history of a pipeline.

use clap::Args;
use gennaker_client::v1;

use super::apply::diff_tone;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names::{self, short};
use crate::output::Document;
use crate::session::Session;
use crate::table::Table;
use crate::terminal::{harmless, one_line};
use crate::time::point;

/// The arguments of `revisions`.
#[derive(Debug, Clone, Args)]
pub struct Revisions {
    /// The pipeline, APPLICATION/PIPELINE
    pipeline: String,

    /// The most revisions, the newest first
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
}

/// The arguments of `diff`.
#[derive(Debug, Clone, Args)]
pub struct Diff {
    /// The pipeline, APPLICATION/PIPELINE
    pipeline: String,

    /// The older revision; 0 is the empty pipeline
    from: u64,

    /// The newer revision; 0 is the current one
    #[arg(default_value_t = 0)]
    to: u64,
}

/// The arguments of `restore`.
#[derive(Debug, Clone, Args)]
pub struct Restore {
    /// The pipeline, APPLICATION/PIPELINE
    pipeline: String,

    /// The revision to go back to
    revision: u64,
}

impl Revisions {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let parent = names::pipeline(&self.pipeline)?;
        let request = v1::ListPipelineRevisionsRequest { parent, ..Default::default() };
        let revisions = session.client.list_at_most(request, self.limit).await?;
        if !session.is_text() {
            session.print_all(&revisions.iter().map(Document::new).collect::<Vec<_>>())?;
            return Ok(Exit::Success);
        }
        let mut table = Table::new(["REVISION", "SAVED", "BY", "MESSAGE"]);
        for revision in &revisions {
            table.row([
                revision.revision.to_string(),
                point(revision.create_time.as_ref()),
                one_line(&revision.actor),
                one_line(&revision.message),
            ]);
        }
        session.line(&table.render())?;
        Ok(Exit::Success)
    }
}

impl Diff {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let name = names::pipeline(&self.pipeline)?;
        let request = v1::DiffPipelineRevisionsRequest { name, from_revision: self.from, to_revision: self.to };
        let diff = session.client.call(request).await?;
        if !session.is_text() {
            session.print(&Document::new(&diff))?;
            return Ok(Exit::Success);
        }
        for line in harmless(&diff.unified_diff).lines() {
            session.line(&session.terminal.palette().paint(diff_tone(line), line))?;
        }
        match diff.changes.len() {
            0 => session.terminal.note("the revisions are equal")?,
            1 => session.terminal.note("one field is different")?,
            count => session.terminal.note(&format!("{count} fields are different"))?,
        }
        Ok(Exit::Success)
    }
}

impl Restore {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let name = format!("{}/revisions/{}", names::pipeline(&self.pipeline)?, self.revision);
        let request = v1::RestorePipelineRevisionRequest { name, ..Default::default() };
        let pipeline = session.client.call(request).await?.pipeline.unwrap_or_default();
        session.print_or(&pipeline, |pipeline| {
            format!("{} is as in revision {}, in revision {}", short(&pipeline.name), self.revision, pipeline.revision)
        })?;
        Ok(Exit::Success)
    }
}
