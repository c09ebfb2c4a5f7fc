//! The execution on which expressions are tested; the examples of the catalogue are about it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::Timestamp;
use crate::artifact::{Artifact, ArtifactSource, ResolvedArtifact};
use crate::execution::{
    Cause, Concurrency, Definition, Event, EventRecord, Execution, ExecutionId, FailurePolicy, Origin, StageDefinition,
    StageId, StageStatus, Start,
};
use crate::expression::{Environment, Traced, evaluate, evaluate_traced};

/// Noon of a Sunday.
const NOW: Timestamp = Timestamp::from_secs(1_772_366_400);

pub(super) struct World {
    pub(super) execution: Execution,
    pub(super) facts: Map<String, Json>,
}

impl World {
    pub(super) fn new() -> Self {
        let payload = json!({
            "branch": "feature/a", "hash": "abc123", "image": "shop:42", "evil": "${ parameters.size }",
            "buildInfo": {"number": 42, "scm": [{"branch": "main", "sha1": "abc"}], "artifacts": [{"fileName": "a.deb"}]},
        });
        let mut execution = created(start(payload));
        outputs(
            &mut execution,
            "bake",
            &json!({"image": "shop:42", "images": [{"name": "shop:42", "size": 7}], "count": 5}),
        );
        outputs(&mut execution, "go", &json!({"decision": "CONTINUE", "judge": "bob", "input": "blue"}));
        outputs(
            &mut execution,
            "deploy-east",
            &json!({
                "deployments": [{"account": "local", "region": "east", "server_group": "shop-v001", "image": "shop:42"}],
                "manifests": [{"kind": "Deployment", "spec": {"template": {"metadata": {"labels": {"app": "shop"}}}}}],
                "image": "shop:43",
            }),
        );
        Self { execution, facts: facts() }
    }

    pub(super) fn environment(&self) -> Environment<'_> {
        let stage = self.execution.stage(&StageId::from("deploy")).unwrap();
        Environment::new(&self.execution, NOW, 7).with_stage(stage).with_facts(&self.facts)
    }

    pub(super) fn said(&self, text: &str) -> Json {
        evaluate(text, self.environment()).unwrap_or_else(|error| Json::String(format!("! {error}")))
    }

    pub(super) fn traced(&self, text: &str) -> Traced {
        evaluate_traced(text, &self.environment())
    }
}

fn start(payload: Json) -> Start {
    let parameters = json!({
        "size": 3, "on": true, "off": false, "yes": "true", "name": "shop", "empty": "", "none": null, "ratio": 1.5,
        "a-b": {"c.d": "deep"}, "count-1": "named", "count": 10, "list": [1, 2, 3], "big": 4_000_000_000_i64,
        "huge": u64::MAX, "version": "1.2.3",
    });
    let stages = [
        ("bake", "Bake", "bake", vec![]),
        ("go", "Go?", "manual_judgment", vec!["bake"]),
        ("deploy-east", "Deploy east", "deploy", vec!["go"]),
        ("deploy", "Deploy", "deploy", vec!["deploy-east"]),
    ];
    Start {
        id: ExecutionId::from_parts(NOW, 1),
        definition: Arc::new(Definition {
            application: "shop".into(),
            pipeline: Some("applications/shop/pipelines/release".into()),
            revision: 1,
            display_name: "Release".into(),
            stages: stages.into_iter().map(|(id, name, kind, after)| stage(id, name, kind, &after)).collect(),
            concurrency: Concurrency::default(),
            expected_artifacts: Vec::new(),
            notifications: Vec::new(),
        }),
        cause: Cause { actor: "ada".into(), origin: Origin::Manual, reason: "because".into(), payload },
        parameters: parameters.as_object().unwrap().clone(),
        labels: BTreeMap::new(),
        artifacts: vec![artifact()],
        resolved_artifacts: vec![ResolvedArtifact {
            id: "image".into(),
            display_name: "The image".into(),
            artifact: artifact(),
            source: ArtifactSource::Received,
        }],
    }
}

fn artifact() -> Artifact {
    Artifact {
        kind: "docker/image".into(),
        name: "shop".into(),
        version: "42".into(),
        reference: "shop:42".into(),
        ..Artifact::default()
    }
}

fn stage(id: &str, name: &str, kind: &str, after: &[&str]) -> StageDefinition {
    StageDefinition {
        id: id.into(),
        name: name.into(),
        kind: kind.into(),
        depends_on: after.iter().map(|&id| id.into()).collect(),
        on_failure: FailurePolicy::default(),
        timeout: None,
        succeed_on_timeout: false,
        window: None,
        config: json!({"account": "local", "targetSize": 4}),
        expressions: BTreeMap::new(),
        condition: String::new(),
        expected_artifacts: Vec::new(),
        notifications: Vec::new(),
    }
}

fn created(start: Start) -> Execution {
    let event = Event::Created { start: Box::new(start), queued: false };
    Execution::replay(&[EventRecord { sequence: 1, time: NOW, event }]).unwrap()
}

fn outputs(execution: &mut Execution, id: &str, outputs: &Json) {
    let place = execution.place(&StageId::from(id)).unwrap();
    let stage = &mut execution.stages[place];
    stage.status = StageStatus::Succeeded;
    stage.started = Some(NOW);
    stage.ended = Some(NOW);
    stage.outputs = outputs.as_object().unwrap().clone();
}

fn facts() -> Map<String, Json> {
    let facts = json!({
        "fromUrl(\"https://example.com/version\")": {"value": "1.2.3\n"},
        "fromUrl(\"https://example.com/build.json\")": {"value": "{\"number\": 42}"},
        "fromUrl(\"https://example.com/values.yaml\")": {"value": "replicas: 3\n"},
        "fromUrl(\"https://example.com/build.properties\")": {"value": "branch=main\n"},
        "fromUrl(\"https://example.com/gone\")": {"error": "https://example.com/gone answered 404"},
        "pipelineId(\"shop\", \"Deploy shop\")": {"value": "deploy-shop"},
        "pipelineId(\"shop\", \"Gone\")": {"value": null},
        "pipelineId(\"cart\", \"Deploy cart\")": {"value": "deploy-cart"},
        "applicationMetadata(\"shop\")": {"value": {"email": "shop@example.com"}},
    });
    facts.as_object().unwrap().clone()
}
