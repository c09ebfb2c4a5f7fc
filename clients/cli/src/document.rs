//! Files of resources: documents of YAML or JSON, each with a `kind` and the fields of its message.

mod node;
mod source;

use gennaker_client::Error;
use gennaker_proto::json;
use prost::{Message, Name};

use crate::failure::Failure;
use node::{Content, Node};
pub(crate) use source::{Source, read, texts};

/// The kinds that can be applied, in the order in which they need each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DocumentKind {
    Application,
    Firewall,
    LoadBalancer,
    Pipeline,
    Trigger,
    Project,
}

impl DocumentKind {
    const ALL: [Self; 6] =
        [Self::Application, Self::Firewall, Self::LoadBalancer, Self::Pipeline, Self::Trigger, Self::Project];

    /// The kind as documents name it, which is the name of its message.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Application => "Application",
            Self::Firewall => "Firewall",
            Self::LoadBalancer => "LoadBalancer",
            Self::Pipeline => "Pipeline",
            Self::Trigger => "Trigger",
            Self::Project => "Project",
        }
    }
}

/// One document of a file.
#[derive(Debug)]
pub(crate) struct Document {
    /// The file.
    pub(crate) source: String,
    /// What it is.
    pub(crate) kind: DocumentKind,
    root: Node,
}

/// The documents of a text, or everything that is wrong with them.
pub(crate) fn parse(source: &str, text: &str) -> Result<Vec<Document>, Failure> {
    let roots = node::parse(text).map_err(|(place, error)| Failure::Data(format!("{source}:{place}: {error}")))?;
    let mut documents = Vec::new();
    let mut wrong = Vec::new();
    for root in roots.into_iter().filter(|root| !matches!(root.content, Content::Null)) {
        match document(source, root) {
            Ok(document) => documents.push(document),
            Err(error) => wrong.push(error),
        }
    }
    if wrong.is_empty() { Ok(documents) } else { Err(Failure::Data(wrong.join("\n"))) }
}

fn document(source: &str, mut root: Node) -> Result<Document, String> {
    let at = root.place;
    let kinds = || DocumentKind::ALL.map(DocumentKind::name).join(", ");
    let Content::Map(entries) = &mut root.content else {
        return Err(format!("{source}:{at}: a document has to be an object with `kind: ...` and fields"));
    };
    let Some(index) = entries.iter().position(|entry| entry.key == "kind") else {
        return Err(format!("{source}:{at}: `kind` is missing; it is one of {}", kinds()));
    };
    let kind = entries.remove(index).value;
    let named = kind.text().and_then(|name| DocumentKind::ALL.into_iter().find(|kind| kind.name() == name));
    match named {
        Some(kind) => Ok(Document { source: source.to_owned(), kind, root }),
        None => Err(format!("{source}:{}: this kind can't be applied; it is one of {}", kind.place, kinds())),
    }
}

impl Document {
    /// The message of the document.
    pub(crate) fn decode<T: Message + Name + Default>(&self) -> Result<T, Failure> {
        json::decode(&self.root.json()).map_err(|error| Failure::Data(self.located(&error.path, &error.message)))
    }

    /// What the server does not accept, each with its place in the file.
    pub(crate) fn refused(&self, error: &Error) -> String {
        let violations = error.field_violations();
        if violations.is_empty() {
            return format!("{}:{}: {error}", self.source, self.root.place);
        }
        let lines = violations.iter().map(|(path, description)| self.located(path, description));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// A message about a path, with the place of the path or of its nearest parent that is in the file.
    pub(crate) fn located(&self, path: &str, message: &str) -> String {
        let unknown = message.split('\'').nth(1).filter(|_| message.starts_with("unrecognized field"));
        let full = unknown.map(|field| if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") });
        let place = self.root.locate(full.as_deref().unwrap_or(path));
        let message = match unknown {
            Some(field) => format!("there is no field `{field}`"),
            None if message.contains("expected a string") || message.contains("expected string") => {
                format!("{message}; put it in quotes")
            }
            None => message.to_owned(),
        };
        let path = if path.is_empty() { String::new() } else { format!("{path}: ") };
        format!("{}:{place}: {path}{message}", self.source)
    }
}

#[cfg(test)]
mod tests;
