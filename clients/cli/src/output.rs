//! Messages of the API as JSON and YAML.

use gennaker_proto::{from_dynamic, to_dynamic};
use prost::{Message, Name};
use prost_reflect::DynamicMessage;
use serde::{Serialize, Serializer};

use crate::canonical::Canonical;
use crate::failure::Failure;
use crate::globals::Format;
use crate::session::Session;

/// A message in the form that `apply` reads: with its `kind` first, when it is one that can be applied, and its
/// fields in their order.
pub(crate) struct Document {
    kind: Option<&'static str>,
    message: DynamicMessage,
}

impl Document {
    /// A message that `apply` can read as a kind.
    pub(crate) fn of_kind<T: Message + Name>(kind: &'static str, message: &T) -> Self {
        Self { kind: Some(kind), message: to_dynamic(message) }
    }

    /// Another message.
    pub(crate) fn new<T: Message + Name>(message: &T) -> Self {
        Self { kind: None, message: to_dynamic(message) }
    }

    /// The message as JSON, without its kind.
    pub(crate) fn value(&self) -> serde_json::Value {
        gennaker_proto::json::encode_dynamic(&self.message)
    }

    /// The message back.
    pub(crate) fn message<T: Message + Name + Default>(&self) -> T {
        from_dynamic(&self.message)
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            kind: Option<&'static str>,
            #[serde(flatten)]
            message: Canonical<'a>,
        }
        Fields { kind: self.kind, message: Canonical(&self.message) }.serialize(serializer)
    }
}

/// A document as YAML.
pub(crate) fn yaml(document: &Document) -> String {
    serde_saphyr::to_string(document).expect("every message has a YAML form")
}

/// A document as JSON on several lines.
pub(crate) fn json(document: &Document) -> String {
    serde_json::to_string_pretty(document).expect("every message has a JSON form")
}

impl Session {
    /// Prints one message as the options say; as text it is YAML.
    pub(crate) fn print(&self, document: &Document) -> Result<(), Failure> {
        match self.globals.output {
            Format::Text | Format::Yaml => Ok(self.terminal.raw(&yaml(document))?),
            Format::Json => self.line(&json(document)),
        }
    }

    /// Prints one message, for people by a function of their own.
    pub(crate) fn print_or<T: Message + Name>(
        &self,
        message: &T,
        text: impl FnOnce(&T) -> String,
    ) -> Result<(), Failure> {
        match self.globals.output {
            Format::Text => self.line(&text(message)),
            Format::Yaml | Format::Json => self.print(&Document::new(message)),
        }
    }

    /// Prints several messages: as JSON in a list, as YAML in documents.
    pub(crate) fn print_all(&self, documents: &[Document]) -> Result<(), Failure> {
        match self.globals.output {
            Format::Text | Format::Yaml => {
                for document in documents {
                    self.terminal.raw(&format!("---\n{}", yaml(document)))?;
                }
                Ok(())
            }
            Format::Json => {
                let text = serde_json::to_string_pretty(documents).expect("every message has a JSON form");
                self.line(&text)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gennaker_client::v1;

    #[test]
    fn what_is_printed_can_be_applied() {
        let pipeline = v1::Pipeline {
            name: "applications/hello/pipelines/deploy".into(),
            display_name: "Deploy: to all".into(),
            stages: vec![v1::Stage {
                id: "w".into(),
                kind: Some(v1::stage::Kind::Wait(v1::WaitStage::default())),
                ..Default::default()
            }],
            ..Default::default()
        };
        let document = Document::of_kind("Pipeline", &pipeline);
        insta::assert_snapshot!(yaml(&document));
        let parsed = crate::document::parse("-", &yaml(&document)).unwrap();
        assert_eq!(parsed[0].decode::<v1::Pipeline>().unwrap(), pipeline);
        assert_eq!(document.message::<v1::Pipeline>(), pipeline);
    }
}
