//! `validate`: checks files without saving anything.

use clap::Args;
use gennaker_client::v1;

use super::apply::check;
use crate::document::{self, Document, DocumentKind, Source};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names;
use crate::palette::Tone;
use crate::session::Session;

/// The arguments of `validate`.
#[derive(Debug, Clone, Args)]
pub struct Validate {
    /// A file, a directory of .yaml, .yml and .json files, or `-` for the standard input
    #[arg(short, long = "file", value_name = "FILE", required = true)]
    files: Vec<String>,
}

impl Validate {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let sources: Vec<Source> = self.files.iter().map(|file| Source::from(file.as_str())).collect();
        let documents = document::read(&sources)?;
        let palette = session.terminal.palette();
        let (mut errors, mut warnings) = (Vec::new(), Vec::new());
        for document in &documents {
            match document.kind {
                DocumentKind::Pipeline => {
                    let answer = pipeline(session, document).await?;
                    let locate = |it: &v1::FieldViolation| document.located(&it.field, &it.description);
                    errors.extend(answer.violations.iter().map(locate));
                    warnings.extend(answer.warnings.iter().map(locate));
                }
                DocumentKind::Application
                | DocumentKind::Firewall
                | DocumentKind::LoadBalancer
                | DocumentKind::Trigger
                | DocumentKind::Project => errors.extend(check(document)),
            }
        }
        for warning in &warnings {
            session.line(&format!("{} {warning}", palette.paint(Tone::Waiting, "warning:")))?;
        }
        for error in &errors {
            session.line(&format!("{} {error}", palette.paint(Tone::Bad, "error:")))?;
        }
        if !errors.is_empty() {
            return Ok(Exit::Data);
        }
        let count = documents.len();
        session.line(&format!("{count} {} right", if count == 1 { "document is" } else { "documents are" }))?;
        Ok(Exit::Success)
    }
}

async fn pipeline(session: &Session, document: &Document) -> Result<v1::ValidatePipelineResponse, Failure> {
    let mut pipeline: v1::Pipeline = document.decode()?;
    pipeline.name =
        names::pipeline(&pipeline.name).map_err(|error| Failure::Data(document.located("name", &error.to_string())))?;
    let parent = names::application(pipeline.name.split('/').nth(1).unwrap_or_default())?;
    let request = v1::ValidatePipelineRequest { parent, pipeline: Some(pipeline) };
    Ok(session.client.call(request).await?)
}
