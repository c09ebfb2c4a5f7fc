//! What an execution is given at its start: the values of parameters, artifacts, and what a trigger saw.

use std::collections::BTreeMap;

use clap::Args;
use gennaker_client::v1;
use gennaker_proto::values;

use crate::failure::Failure;

/// The parameters and artifacts of an execution.
#[derive(Debug, Clone, Args)]
pub(super) struct Inputs {
    /// The value of a parameter; can be given several times
    #[arg(short, long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    parameters: Vec<(String, String)>,

    /// An artifact, such as type=docker/image,name=shop,version=7,reference=shop:7; can be given several times
    ///
    /// The keys are type, name, version, location, reference, account, provenance, and metadata.NAME.
    #[arg(long = "artifact", value_name = "KEY=VALUE,...", value_parser = artifact)]
    pub(super) artifacts: Vec<v1::Artifact>,
}

impl Inputs {
    /// The parameters as a request has them.
    pub(super) fn parameters(&self) -> Result<BTreeMap<String, String>, Failure> {
        let mut parameters = BTreeMap::new();
        for (name, value) in &self.parameters {
            if parameters.insert(name.clone(), value.clone()).is_some() {
                return Err(Failure::Usage(format!("the parameter `{name}` is given twice")));
            }
        }
        Ok(parameters)
    }
}

/// The JSON value that a trigger saw, or would have seen.
pub(super) fn payload(text: Option<&str>) -> Result<Option<prost_types::Value>, Failure> {
    let value = text.map(serde_json::from_str::<serde_json::Value>).transpose();
    let value = value.map_err(|error| Failure::Usage(format!("the payload is not JSON: {error}")))?;
    Ok(value.as_ref().map(values::to_proto))
}

/// Reads `NAME=VALUE`.
pub(super) fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err(format!("{text:?} is not NAME=VALUE")),
    }
}

/// The keys of an artifact, besides those of its metadata.
const KEYS: [&str; 7] = ["type", "name", "version", "location", "reference", "account", "provenance"];

/// Reads `type=docker/image,name=shop`. A comma that no key follows belongs to the value before it.
fn artifact(text: &str) -> Result<v1::Artifact, String> {
    let mut pairs: Vec<(&str, String)> = Vec::new();
    for part in text.split(',') {
        match (pair(part), pairs.last_mut()) {
            (Some((key, value)), _) => pairs.push((key, value.to_owned())),
            (None, Some((_, before))) => {
                before.push(',');
                before.push_str(part);
            }
            (None, None) => {
                return Err(format!("{part:?} is not KEY=VALUE with a key of {}, metadata.NAME", KEYS.join(", ")));
            }
        }
    }
    let mut artifact = v1::Artifact::default();
    for (key, value) in pairs {
        match key {
            "type" => artifact.r#type = value,
            "name" => artifact.name = value,
            "version" => artifact.version = value,
            "location" => artifact.location = value,
            "reference" => artifact.reference = value,
            "account" => artifact.account = value,
            "provenance" => artifact.provenance = value,
            metadata => {
                artifact.metadata.insert(metadata.trim_start_matches("metadata.").to_owned(), value);
            }
        }
    }
    Ok(artifact)
}

/// A key of an artifact and its value.
fn pair(part: &str) -> Option<(&str, &str)> {
    let (key, value) = part.split_once('=')?;
    let key = key.trim();
    let is_key = KEYS.contains(&key) || key.strip_prefix("metadata.").is_some_and(|name| !name.is_empty());
    is_key.then_some((key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn artifacts_are_keys_with_values() {
        let read = artifact("type=docker/image,name=shop,version=7,reference=hub/shop:7,metadata.build=a=b,c").unwrap();
        let expected = v1::Artifact {
            r#type: "docker/image".into(),
            name: "shop".into(),
            version: "7".into(),
            reference: "hub/shop:7".into(),
            metadata: [("build".to_owned(), "a=b,c".to_owned())].into(),
            ..Default::default()
        };
        assert_eq!(read, expected);
        for wrong in ["", "shop:7", "image=shop", "metadata.=x"] {
            assert!(artifact(wrong).unwrap_err().contains("type, name"), "{wrong}");
        }
    }

    #[test]
    fn a_payload_is_any_json() {
        let read = payload(Some(r#"{"a": [1, null]}"#)).unwrap().unwrap();
        assert_eq!(values::value_of(&read), serde_json::json!({"a": [1, null]}));
        assert_eq!(payload(None).unwrap(), None);
        assert!(payload(Some("{a}")).unwrap_err().to_string().contains("is not JSON"));
    }
}
