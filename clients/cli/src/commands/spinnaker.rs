//! `import spinnaker` and `export spinnaker`: pipelines from Spinnaker, and back.

mod text;

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use gennaker_client::v1::import_finding::Severity;
use gennaker_client::{Code, v1};

use crate::document::{Source, texts};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names;
use crate::session::Session;

/// Where pipelines come from.
#[derive(Debug, Clone, Subcommand)]
pub enum Import {
    /// Imports pipelines of Spinnaker, with their triggers
    Spinnaker(ImportSpinnaker),
}

/// Where pipelines go to.
#[derive(Debug, Clone, Subcommand)]
pub enum Export {
    /// Turns a pipeline and its triggers into Spinnaker's JSON
    Spinnaker(ExportSpinnaker),
}

/// The arguments of `import spinnaker`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "What works a little differently is a note; what this server can't run yet is kept and called unsupported; \
    what can't be carried over is called dropped. The exit code is 65 where a pipeline can't be imported. A pipeline that was \
    imported before gets a new revision.\n\n\
    Spinnaker's own command line writes such files: `spin pipeline list --application A > pipelines.json`."
)]
pub struct ImportSpinnaker {
    /// A file with JSON: a pipeline, a list of pipelines, or the configuration of a templated pipeline; `-` for the standard
    /// input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,

    /// The application that the pipelines will belong to
    #[arg(short, long, value_name = "APPLICATION")]
    application: String,

    /// A file with a template (JSON) that templated pipelines use; can be given several times
    #[arg(long = "template", value_name = "FILE")]
    templates: Vec<String>,

    /// An account with another name here; can be given several times
    #[arg(long = "account", value_name = "THERE=HERE", value_parser = account)]
    accounts: Vec<(String, String)>,

    /// Only reports what would be done
    #[arg(long)]
    check: bool,
}

/// The arguments of `export spinnaker`.
#[derive(Debug, Clone, Args)]
pub struct ExportSpinnaker {
    /// The pipeline, APPLICATION/PIPELINE
    pipeline: String,

    /// The file to write; default: the standard output
    #[arg(short, long, value_name = "FILE")]
    file: Option<String>,
}

/// Reads `THERE=HERE`.
fn account(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((there, here)) if !there.is_empty() && !here.is_empty() => Ok((there.to_owned(), here.to_owned())),
        Some(_) | None => Err(format!("{text:?} is not THERE=HERE: the name in Spinnaker, and the name here")),
    }
}

impl Import {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        match self {
            Self::Spinnaker(import) => import.run(session).await,
        }
    }
}

impl Export {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        match self {
            Self::Spinnaker(export) => export.run(session).await,
        }
    }
}

impl ImportSpinnaker {
    async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let (files, documents) = read(&self.files)?;
        let (_, templates) = read(&self.templates)?;
        let request = v1::ImportSpinnakerPipelinesRequest {
            parent: names::application(&self.application)?,
            documents,
            templates,
            accounts: accounts(self.accounts)?,
            validate_only: self.check,
        };
        let size = request.documents.iter().chain(&request.templates).map(String::len).sum();
        let answer = session.client.call(request).await.map_err(|error| too_much(error, size))?;
        let palette = session.terminal.palette();
        session.print_or(&answer, |answer| text::report(answer, &files, self.check, palette).join("\n"))?;
        Ok(if is_whole(&answer, self.check) { Exit::Success } else { Exit::Data })
    }
}

impl ExportSpinnaker {
    async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let name = names::pipeline(&self.pipeline)?;
        let answer = session.client.call(v1::ExportSpinnakerPipelineRequest { name }).await?;
        if session.is_text() {
            for finding in &answer.findings {
                session.terminal.note(&text::finding(finding, session.terminal.palette()))?;
            }
        }
        match self.file {
            Some(path) => std::fs::write(&path, with_end(&answer.document))
                .map_err(|error| Failure::Unwritable { path, error })?,
            None => session.print_or(&answer, |answer| answer.document.trim_end().to_owned())?,
        }
        Ok(Exit::Success)
    }
}

/// A request that the server doesn't take for its size would be too great the next time, too.
fn too_much(error: gennaker_client::Error, size: usize) -> Failure {
    let is_limit = matches!(error.code(), Some(Code::ResourceExhausted | Code::OutOfRange));
    match error.status().filter(|_| is_limit) {
        Some(status) => Failure::Data(format!(
            "the server doesn't take {size} bytes at once: give fewer files, or raise its setting limits.max_message_bytes ({})",
            status.message()
        )),
        None => Failure::Api(error),
    }
}

/// The names of the files and what is in them.
fn read(files: &[String]) -> Result<(Vec<String>, Vec<String>), Failure> {
    let sources: Vec<Source> = files.iter().map(|file| Source::from(file.as_str())).collect();
    Ok(texts(&sources)?.into_iter().unzip())
}

fn accounts(pairs: Vec<(String, String)>) -> Result<BTreeMap<String, String>, Failure> {
    let mut accounts = BTreeMap::new();
    for (there, here) in pairs {
        if accounts.insert(there.clone(), here).is_some() {
            return Err(Failure::Usage(format!("the account `{there}` is given twice")));
        }
    }
    Ok(accounts)
}

/// Whether every document became a pipeline, which was saved unless it was only checked.
fn is_whole(answer: &v1::ImportSpinnakerPipelinesResponse, check: bool) -> bool {
    let is_wrong = |finding: &v1::ImportFinding| finding.severity() == Severity::Error;
    answer.pipelines.iter().all(|imported| (imported.saved || check) && !imported.findings.iter().any(is_wrong))
}

fn with_end(document: &str) -> String {
    format!("{}\n", document.trim_end())
}

#[cfg(test)]
mod tests;
