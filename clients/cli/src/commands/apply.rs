//! `apply`: creates or updates what files describe.

use std::collections::HashSet;

use clap::Args;
use gennaker_client::v1;
use gennaker_proto::rules;

use super::resource::{Change, Resource, Save, put};
use crate::document::{self, Document, DocumentKind, Source};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names::short;
use crate::palette::Tone;
use crate::session::Session;
use crate::terminal::harmless;

/// The arguments of `apply`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "A file has one or more YAML or JSON documents, each with `kind: Application`, `Pipeline`, \
    `Trigger`, `Project`, `LoadBalancer` or `Firewall` and the fields of that message. `gennaker get KIND NAME` prints one.")]
pub struct Apply {
    /// A file, a directory of .yaml, .yml and .json files, or `-` for the standard input
    #[arg(short, long = "file", value_name = "FILE", required = true)]
    files: Vec<String>,

    /// What to write about the change in the list of a pipeline's revisions
    #[arg(short, long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    message: String,

    /// Shows what would change, and changes nothing
    #[arg(long)]
    dry_run: bool,
}

/// Calls a generic function with the message of a kind.
macro_rules! with_resource {
    ($kind:expr, $resource:ident => $body:expr) => {
        match $kind {
            DocumentKind::Application => {
                type $resource = v1::Application;
                $body
            }
            DocumentKind::Firewall => {
                type $resource = v1::Firewall;
                $body
            }
            DocumentKind::LoadBalancer => {
                type $resource = v1::LoadBalancer;
                $body
            }
            DocumentKind::Pipeline => {
                type $resource = v1::Pipeline;
                $body
            }
            DocumentKind::Trigger => {
                type $resource = v1::Trigger;
                $body
            }
            DocumentKind::Project => {
                type $resource = v1::Project;
                $body
            }
        }
    };
}

/// A document whose message is right as far as this program knows.
struct Item {
    document: Document,
    name: String,
    needs: Vec<String>,
}

impl Apply {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let sources: Vec<Source> = self.files.iter().map(|file| Source::from(file.as_str())).collect();
        let items = items(document::read(&sources)?)?;
        let save = Save { validate_only: false, message: &self.message };
        let changes = rehearse(session, &items).await?;
        for (item, rehearsed) in items.iter().zip(changes) {
            let change = if self.dry_run { rehearsed } else { Some(carry_out(session, item, save).await?) };
            report(session, item, change.as_ref(), self.dry_run)?;
        }
        Ok(Exit::Success)
    }
}

/// Decodes everything, so that nothing is saved when something is wrong.
fn items(documents: Vec<Document>) -> Result<Vec<Item>, Failure> {
    let mut items = Vec::new();
    let mut wrong = Vec::new();
    let mut names = HashSet::new();
    for document in documents {
        match item(document) {
            Ok(item) if !names.insert(item.name.clone()) => {
                wrong.push(item.document.located("name", &format!("`{}` is there twice", item.name)));
            }
            Ok(item) => items.push(item),
            Err(error) => wrong.push(error.to_string()),
        }
    }
    if wrong.is_empty() { Ok(items) } else { Err(Failure::Data(wrong.join("\n"))) }
}

fn item(document: Document) -> Result<Item, Failure> {
    let (name, needs) = item_parts(&document)?;
    Ok(Item { document, name, needs })
}

/// The name of a document's resource, and the names of those that must be there first.
fn item_parts(document: &Document) -> Result<(String, Vec<String>), Failure> {
    with_resource!(document.kind, R => {
        let mut resource: R = document.decode()?;
        if resource.name().is_empty() {
            return Err(Failure::Data(document.located("name", "`name` is missing")));
        }
        resource.complete_name().map_err(|error| Failure::Data(document.located("name", &error.to_string())))?;
        Ok((resource.name().to_owned(), resource.needs()))
    })
}

/// What is wrong with a document as far as can be told without the server.
pub(super) fn check(document: &Document) -> Vec<String> {
    if let Err(error) = item_parts(document) {
        return vec![error.to_string()];
    }
    let violations = with_resource!(document.kind, R => document.decode::<R>().map(|mut resource| {
        // `item_parts` did the same without an error.
        let _ = resource.complete_name();
        rules::check(&resource)
    }));
    let violations = violations.unwrap_or_default();
    violations.iter().map(|violation| document.located(&violation.field, &violation.description)).collect()
}

/// Lets the server check everything that doesn't need something new first, which only the real run can make.
async fn rehearse(session: &Session, items: &[Item]) -> Result<Vec<Option<Change>>, Failure> {
    let mut new: HashSet<&str> = HashSet::new();
    let mut changes = Vec::new();
    let mut wrong = Vec::new();
    for item in items {
        if item.needs.iter().any(|name| new.contains(name.as_str())) {
            new.insert(&item.name);
            changes.push(None);
            continue;
        }
        match carry_out(session, item, Save { validate_only: true, message: "" }).await {
            Ok(change) => {
                if matches!(change, Change::Created { .. }) {
                    new.insert(&item.name);
                }
                changes.push(Some(change));
            }
            Err(Failure::Data(error)) => wrong.push(error),
            Err(failure) => return Err(failure),
        }
    }
    if wrong.is_empty() { Ok(changes) } else { Err(Failure::Data(wrong.join("\n"))) }
}

async fn carry_out(session: &Session, item: &Item, save: Save<'_>) -> Result<Change, Failure> {
    let document = &item.document;
    let result = with_resource!(document.kind, R => put::<R>(&session.client, document.decode()?, save).await);
    result.map_err(|error| match Exit::from(&error) {
        Exit::Data | Exit::NotFound => Failure::Data(document.refused(&error)),
        Exit::Success
        | Exit::Terminal
        | Exit::Canceled
        | Exit::Usage
        | Exit::Unreachable
        | Exit::Internal
        | Exit::Io
        | Exit::TryAgain
        | Exit::Denied
        | Exit::Interrupted => Failure::Api(error),
    })
}

fn report(session: &Session, item: &Item, change: Option<&Change>, dry_run: bool) -> Result<(), Failure> {
    let word = change.map_or("would be created (not checked: it needs what isn't there yet)", |it| it.word(dry_run));
    if !session.is_text() {
        let report = serde_json::json!({"kind": item.document.kind.name(), "name": item.name, "result": word});
        return session.line(&report.to_string());
    }
    let tone = if matches!(change, Some(Change::Unchanged)) { Tone::Muted } else { Tone::Good };
    let palette = session.terminal.palette();
    session.line(&format!("{} {} {}", item.document.kind.name(), short(&item.name), palette.paint(tone, word)))?;
    if dry_run {
        for line in harmless(&change.map(Change::diff).unwrap_or_default()).lines() {
            session.line(&palette.paint(diff_tone(line), line))?;
        }
    }
    Ok(())
}

/// How a line of a difference looks.
pub(super) fn diff_tone(line: &str) -> Tone {
    match line.chars().next() {
        Some('+') => Tone::Good,
        Some('-') => Tone::Bad,
        Some(_) | None => Tone::Muted,
    }
}

#[cfg(test)]
mod tests;
