//! `plan`: shows what a run of a pipeline would do.

mod text;

use clap::Args;
use gennaker_client::v1;
use gennaker_client::v1::planned_stage::Verdict;

use super::input::{Inputs, payload};
use crate::document::{self, Document, DocumentKind, Source};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names::{self, short};
use crate::session::Session;

pub(super) use text::{outcome, reads};

/// The arguments of `plan`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Nothing is started, saved or called. The exit code is 65 where a stage would fail or the pipeline \
    could not be started."
)]
pub struct Plan {
    /// The pipeline, APPLICATION/PIPELINE
    pipeline: String,

    #[command(flatten)]
    inputs: Inputs,

    /// The execution whose parameters, trigger, artifacts and outputs of stages are taken: its id, or APPLICATION/ID
    #[arg(long, value_name = "EXECUTION")]
    execution: Option<String>,

    /// A file with the pipeline as it might be saved, or `-` for the standard input; default: as it is saved
    #[arg(short, long, value_name = "FILE")]
    file: Option<String>,

    /// The JSON value that a trigger would have seen
    #[arg(long, value_name = "JSON")]
    payload: Option<String>,
}

impl Plan {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let pipeline = names::pipeline(&self.pipeline)?;
        let draft = self.file.as_deref().map(|file| draft(file, &pipeline)).transpose()?;
        let execution = match &self.execution {
            Some(text) => names::execution(&session.client, text).await?,
            None => String::new(),
        };
        let request = v1::PlanExecutionRequest {
            definition: draft.as_ref().map(|(_, definition)| definition.clone()),
            parameters: self.inputs.parameters()?,
            artifacts: self.inputs.artifacts,
            payload: payload(self.payload.as_deref())?,
            execution,
            pipeline,
        };
        let name = short(&request.pipeline);
        let document = draft.map(|(document, _)| document);
        let plan = session.client.call(request).await.map_err(|error| refused(document.as_ref(), error))?;
        session.print_or(&plan, |plan| text::plan(plan, &name, session.terminal.palette()).join("\n"))?;
        Ok(if is_good(&plan) { Exit::Success } else { Exit::Data })
    }
}

/// The pipeline of a file that has the name.
fn draft(file: &str, name: &str) -> Result<(Document, v1::Pipeline), Failure> {
    let mut others = Vec::new();
    for document in document::read(&[Source::from(file)])? {
        if document.kind != DocumentKind::Pipeline {
            continue;
        }
        let mut pipeline: v1::Pipeline = document.decode()?;
        let full = names::pipeline(&pipeline.name);
        pipeline.name = full.map_err(|error| Failure::Data(document.located("name", &error.to_string())))?;
        if pipeline.name == name {
            return Ok((document, pipeline));
        }
        others.push(short(&pipeline.name));
    }
    let found = if others.is_empty() { "no pipeline".to_owned() } else { others.join(", ") };
    Err(Failure::Data(format!("{file} has no pipeline {}, but {found}", short(name))))
}

/// What the server says about a draft, with the places in its file.
fn refused(document: Option<&Document>, error: gennaker_client::Error) -> Failure {
    match document {
        Some(document) if !error.field_violations().is_empty() => Failure::Data(document.refused(&error)),
        Some(_) | None => Failure::Api(error),
    }
}

fn is_good(plan: &v1::PlanExecutionResponse) -> bool {
    plan.problems.is_empty() && plan.stages.iter().all(|stage| stage.verdict() != Verdict::Fails)
}

#[cfg(test)]
mod tests;
