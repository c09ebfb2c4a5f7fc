//! Expected artifacts.

use std::collections::BTreeMap;

use gennaker_core::artifact::{Artifact, problems};
use gennaker_proto::v1;

use super::Findings;
use crate::convert;

/// What is wrong with the artifacts that a pipeline and its stages expect.
pub(super) fn check(pipeline: &v1::Pipeline, findings: &mut Findings) {
    let mut places = BTreeMap::new();
    for (path, expected, of_stage) in all(pipeline) {
        if let Some(first) = places.insert(&expected.id, path.clone()) {
            findings.violation(format!("{path}.id"), format!("{:?} is the id of {first} already", expected.id));
        }
        let core = convert::artifact::expected(expected);
        for problem in problems(&core) {
            findings.violation(format!("{path}.match.{}", problem.field), problem.problem);
        }
        if core.matches == Artifact::default() {
            findings.warning(format!("{path}.match"), "matches any artifact at all");
        }
        if expected.use_prior && of_stage {
            let problem =
                "does nothing here: only a pipeline's own expected artifacts take those of the execution before";
            findings.warning(format!("{path}.use_prior"), problem);
        }
    }
}

/// The ids that fields can refer to.
pub(super) fn ids(pipeline: &v1::Pipeline) -> Vec<&str> {
    all(pipeline).into_iter().map(|(_, expected, _)| expected.id.as_str()).collect()
}

/// All of them with their paths, and whether they are a stage's.
fn all(pipeline: &v1::Pipeline) -> Vec<(String, &v1::ExpectedArtifact, bool)> {
    let own = pipeline.expected_artifacts.iter().enumerate();
    let mut all: Vec<_> = own.map(|(place, own)| (format!("expected_artifacts[{place}]"), own, false)).collect();
    for (stage, definition) in pipeline.stages.iter().enumerate() {
        let of_stage = definition.expected_artifacts.iter().enumerate();
        all.extend(of_stage.map(|(place, own)| (format!("stages[{stage}].expected_artifacts[{place}]"), own, true)));
    }
    all
}
