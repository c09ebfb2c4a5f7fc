//! Artifacts.

use gennaker_core::artifact::{Artifact, ArtifactSource, ExpectedArtifact, ResolvedArtifact};
use gennaker_proto::v1;
use serde_json::Value;

use super::json;

/// An artifact from a message.
pub(crate) fn to_core(artifact: &v1::Artifact) -> Artifact {
    let metadata = artifact.metadata.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str())));
    Artifact {
        kind: artifact.r#type.clone(),
        name: artifact.name.clone(),
        version: artifact.version.clone(),
        location: artifact.location.clone(),
        reference: artifact.reference.clone(),
        metadata: metadata.collect(),
        account: artifact.account.clone(),
        provenance: artifact.provenance.clone(),
    }
}

/// An artifact as a message. Metadata that is no text is written as JSON.
pub(crate) fn to_proto(artifact: &Artifact) -> v1::Artifact {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    v1::Artifact {
        r#type: artifact.kind.clone(),
        name: artifact.name.clone(),
        version: artifact.version.clone(),
        location: artifact.location.clone(),
        reference: artifact.reference.clone(),
        metadata: artifact.metadata.iter().map(|(key, value)| (key.clone(), text(value))).collect(),
        account: artifact.account.clone(),
        provenance: artifact.provenance.clone(),
    }
}

/// An artifact as it is shown with an execution, and with each of its events: of a long content, the beginning.
pub(crate) fn shown(artifact: &Artifact) -> v1::Artifact {
    v1::Artifact { reference: json::shorten_text(&artifact.reference), ..to_proto(artifact) }
}

/// An expected artifact from a message.
pub(crate) fn expected(expected: &v1::ExpectedArtifact) -> ExpectedArtifact {
    let name = if expected.display_name.is_empty() { &expected.id } else { &expected.display_name };
    ExpectedArtifact {
        id: expected.id.clone(),
        display_name: name.clone(),
        matches: expected.r#match.as_ref().map(to_core).unwrap_or_default(),
        use_prior: expected.use_prior,
        default: expected.default_artifact.as_ref().map(to_core),
    }
}

/// What an expected artifact was bound to, as a message.
pub(crate) fn resolved_to_proto(resolved: &ResolvedArtifact) -> v1::ResolvedArtifact {
    let source = match resolved.source {
        ArtifactSource::Received => v1::resolved_artifact::Source::Received,
        ArtifactSource::Prior => v1::resolved_artifact::Source::Prior,
        ArtifactSource::Default => v1::resolved_artifact::Source::Default,
        ArtifactSource::Produced => v1::resolved_artifact::Source::Produced,
    };
    v1::ResolvedArtifact {
        expected: resolved.id.clone(),
        artifact: Some(shown(&resolved.artifact)),
        source: source.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gennaker_proto::json;
    use serde_json::json;

    #[test]
    fn an_artifact_comes_back_as_it_was() {
        let message: v1::Artifact = json::decode(&json!({
            "type": "docker/image", "name": "app", "version": "1", "location": "eu", "reference": "app:1",
            "metadata": {"build": "7"}, "account": "hub", "provenance": "ci",
        }))
        .unwrap();
        assert_eq!(to_proto(&to_core(&message)), message);
        let numbered = Artifact { metadata: [("build".to_owned(), json!(7))].into(), ..Artifact::default() };
        assert_eq!(to_proto(&numbered).metadata["build"], "7");
    }

    #[test]
    fn an_expected_artifact_is_called_by_its_id_without_a_name() {
        let message = json::decode(&json!({"id": "img", "match": {"name": "app"}, "usePrior": true})).unwrap();
        let core = expected(&message);
        assert_eq!((core.display_name.as_str(), core.matches.name.as_str()), ("img", "app"));
        assert!(core.use_prior && core.default.is_none());
    }
}
