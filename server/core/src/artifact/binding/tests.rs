//! Every expected artifact is bound to what it takes, by the same order of preference.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::*;
use crate::Timestamp;
use crate::execution::{Cause, Concurrency, Definition, Event, EventRecord, ExecutionId, Origin, Start};

fn image(version: &str) -> Artifact {
    Artifact { kind: "docker/image".into(), name: "app".into(), version: version.into(), ..Artifact::default() }
}

fn expected(id: &str, version: &str) -> ExpectedArtifact {
    let matches = Artifact { version: version.into(), ..image("") };
    ExpectedArtifact { id: id.into(), display_name: id.into(), matches, use_prior: false, default: None }
}

/// An execution that was given artifacts and bound some.
fn prior(given: &[Artifact], bound: &[(&str, Artifact)]) -> Execution {
    let bound = bound.iter().map(|(id, artifact)| bind(&expected(id, ""), artifact.clone(), ArtifactSource::Received));
    let start = Start {
        id: ExecutionId::from_parts(Timestamp::EPOCH, 1),
        definition: Arc::new(Definition {
            application: "shop".into(),
            pipeline: None,
            revision: 1,
            display_name: "p".into(),
            stages: vec![],
            concurrency: Concurrency::default(),
            expected_artifacts: vec![],
            notifications: vec![],
        }),
        cause: Cause { actor: "ann".into(), origin: Origin::Manual, reason: String::new(), payload: Value::Null },
        parameters: Map::new(),
        labels: BTreeMap::new(),
        artifacts: given.to_vec(),
        resolved_artifacts: bound.collect(),
    };
    let event = Event::Created { start: Box::new(start), queued: false };
    Execution::replay([&EventRecord { sequence: 1, time: Timestamp::EPOCH, event }]).unwrap()
}

fn versions(resolved: &[ResolvedArtifact]) -> Vec<(&str, &str, ArtifactSource)> {
    resolved.iter().map(|r| (r.id.as_str(), r.artifact.version.as_str(), r.source)).collect()
}

fn messages(errors: &[Unbound]) -> Vec<String> {
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn what_was_received_goes_before_the_prior_one_and_the_default() {
    let taking = ExpectedArtifact { use_prior: true, default: Some(image("9")), ..expected("a", "[0-9]") };
    let before = prior(&[], &[("a", image("1"))]);
    let bound = |received: &[Artifact], prior| resolve(std::slice::from_ref(&taking), received, prior).unwrap();
    assert_eq!(versions(&bound(&[image("2")], Some(&before))), [("a", "2", ArtifactSource::Received)]);
    assert_eq!(versions(&bound(&[image("x")], Some(&before))), [("a", "1", ArtifactSource::Prior)]);
    assert_eq!(versions(&bound(&[], None)), [("a", "9", ArtifactSource::Default)]);
    let of_itself = ExpectedArtifact { use_prior: false, ..taking.clone() };
    let without = resolve(&[of_itself], &[], Some(&before)).unwrap();
    assert_eq!(versions(&without), [("a", "9", ArtifactSource::Default)], "it does not take the prior one");
}

#[test]
fn the_prior_one_is_what_it_was_bound_to_or_the_only_one_that_matches() {
    let taking = ExpectedArtifact { use_prior: true, ..expected("a", "[0-9]") };
    let of = |prior: &Execution| resolve(std::slice::from_ref(&taking), &[], Some(prior));
    let bound = prior(&[image("1"), image("2")], &[("b", image("1")), ("a", image("2"))]);
    assert_eq!(versions(&of(&bound).unwrap()), [("a", "2", ArtifactSource::Prior)]);
    let changed = prior(&[image("3")], &[("a", image("x"))]);
    assert_eq!(versions(&of(&changed).unwrap()), [("a", "3", ArtifactSource::Prior)], "the pattern is another one now");
    let errors = of(&prior(&[image("1"), image("2")], &[])).unwrap_err();
    let several =
        "the expected artifact \"a\" (docker/image app [0-9]) matches several: docker/image app 1, docker/image app 2";
    assert_eq!(messages(&errors), [several]);
    let errors = of(&prior(&[], &[])).unwrap_err();
    assert!(
        messages(&errors)[0]
            .ends_with("no artifact was received, and the execution before had none; it has no default")
    );
}

#[test]
fn all_that_is_missing_or_unclear_is_told_at_once() {
    let all = [expected("a", "1"), expected("b", "."), expected("c", "7")];
    let errors = resolve(&all, &[image("1"), image("2"), image("1")], None).unwrap_err();
    assert_eq!(
        messages(&errors),
        [
            "the expected artifact \"b\" (docker/image app .) matches several: docker/image app 1, docker/image app 2",
            "the expected artifact \"c\" (docker/image app 7) is none of the 3 artifacts that were received; it has no default",
        ]
    );
    let errors = resolve(&all[2..], &[image("1")], None).unwrap_err();
    assert!(messages(&errors)[0].contains("is not the artifact that was received"));
    assert_eq!(resolve(&all[..1], &[image("1"), image("1")], None).unwrap().len(), 1, "the same twice is one");
}

#[test]
fn a_stage_binds_the_first_that_it_made() {
    let all = [expected("a", "1|2"), ExpectedArtifact { default: Some(image("9")), ..expected("b", "8") }];
    let bound = bind_produced(&all, &[image("2"), image("1")]).unwrap();
    assert_eq!(versions(&bound), [("a", "2", ArtifactSource::Produced), ("b", "9", ArtifactSource::Default)]);
    assert_eq!(
        bind_produced(&all, &[image("3")]).unwrap_err(),
        "the stage made docker/image app 3, which is not what is expected: \"a\" (docker/image app 1|2)"
    );
    assert!(bind_produced(&all, &[]).unwrap_err().starts_with("the stage made nothing, "));
    assert_eq!(bind_produced(&[], &[]), Ok(vec![]));
}

#[test]
fn the_execution_before_is_only_needed_where_nothing_else_was_received() {
    let taking = ExpectedArtifact { use_prior: true, ..expected("a", "1") };
    assert!(needs_prior(std::slice::from_ref(&taking), &[]));
    assert!(needs_prior(std::slice::from_ref(&taking), &[image("2")]));
    assert!(!needs_prior(&[taking], &[image("1")]));
    assert!(!needs_prior(&[expected("a", "1")], &[]));
}

fn any_version() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["1", "2", "3", "x"]).prop_map(str::to_owned)
}

fn any_expected() -> impl Strategy<Value = ExpectedArtifact> {
    let pattern = prop::sample::select(vec!["1", "2", "[0-9]", "", "(", "x|1"]);
    let default = prop::option::of(any_version());
    (pattern, any::<bool>(), default, 0..3usize).prop_map(|(pattern, use_prior, default, id)| ExpectedArtifact {
        use_prior,
        default: default.map(|version| image(&version)),
        ..expected(["a", "b", "c"][id], pattern)
    })
}

proptest! {
    #[test]
    fn what_is_bound_is_what_was_expected(
        all in prop::collection::vec(any_expected(), 0..5),
        received in prop::collection::vec(any_version(), 0..4),
        before in prop::option::of(prop::collection::vec(any_version(), 0..3)),
    ) {
        let received: Vec<Artifact> = received.iter().map(|version| image(version)).collect();
        let before = before.map(|given| prior(&given.iter().map(|version| image(version)).collect::<Vec<_>>(), &[]));
        let resolved = resolve(&all, &received, before.as_ref());
        prop_assert_eq!(&resolved, &resolve(&all, &received, before.as_ref()));
        match resolved {
            Err(unbound) => prop_assert!(!unbound.is_empty() && unbound.len() <= all.len()),
            Ok(bound) => {
                prop_assert_eq!(bound.len(), all.len());
                for (expected, resolved) in all.iter().zip(&bound) {
                    prop_assert_eq!(&expected.id, &resolved.id);
                    let matcher = Matcher::new(expected);
                    let met = matcher.is_met_by(&resolved.artifact);
                    match resolved.source {
                        ArtifactSource::Received => prop_assert!(met && received.contains(&resolved.artifact)),
                        ArtifactSource::Prior => prop_assert!(met && expected.use_prior && before.is_some()),
                        ArtifactSource::Default => prop_assert_eq!(Some(&resolved.artifact), expected.default.as_ref()),
                        ArtifactSource::Produced => prop_assert!(false, "nothing is produced at a start"),
                    }
                    let is_received = received.iter().any(|artifact| matcher.is_met_by(artifact));
                    prop_assert_eq!(is_received, resolved.source == ArtifactSource::Received);
                }
            }
        }
    }
}
