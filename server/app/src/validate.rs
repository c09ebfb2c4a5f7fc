//! What is wrong with a pipeline beyond the rules of its single fields: its graph, windows, parameters, expressions,
//! notifications, artifacts, what its kinds of stages know, and what it refers to.

mod artifacts;
mod expressions;
mod notifications;
mod references;

use std::collections::BTreeMap;

use gennaker_core::execution::{GraphError, StageDefinition, StageId, bind_parameters, check_graph};
use gennaker_proto::rules;
use gennaker_proto::v1::stage::Kind;
use gennaker_proto::v1::{self, FieldViolation};
use gennaker_stages::CustomKinds;

pub(crate) use notifications::{Level, check as check_notifications};

use crate::convert;
use crate::resource::Definition;
use crate::{App, AppError, Limits};

/// What a check has found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Findings {
    /// What makes a save fail.
    pub(crate) violations: Vec<FieldViolation>,
    /// What is allowed but probably not meant.
    pub(crate) warnings: Vec<FieldViolation>,
}

impl Findings {
    /// Refuses what has violations; their paths begin with a field of the request.
    pub(crate) fn refuse(self, field: &str) -> Result<(), AppError> {
        let mut violations = self.violations;
        for violation in &mut violations {
            violation.field = format!("{field}.{}", violation.field);
        }
        if violations.is_empty() { Ok(()) } else { Err(AppError::InvalidArgument { violations }) }
    }

    fn violation(&mut self, field: impl Into<String>, description: impl Into<String>) {
        self.violations.push(FieldViolation { field: field.into(), description: description.into() });
    }

    fn warning(&mut self, field: impl Into<String>, description: impl Into<String>) {
        self.warnings.push(FieldViolation { field: field.into(), description: description.into() });
    }
}

impl App {
    /// Everything that is wrong, or odd, with a pipeline.
    pub(crate) async fn examine(&self, pipeline: &v1::Pipeline) -> Result<Findings, AppError> {
        let mut bare = pipeline.clone();
        bare.strip();
        let mut findings = Findings { violations: rules::check(&bare), warnings: Vec::new() };
        parameters(pipeline, &mut findings);
        notifications::check(&pipeline.notifications, Level::Pipeline, "notifications", &mut findings);
        artifacts::check(pipeline, &mut findings);
        if stages(pipeline, &self.inner.options.limits, &mut findings) {
            for (place, stage) in pipeline.stages.iter().enumerate() {
                one_stage(stage, &format!("stages[{place}]"), &self.inner.ports.custom, &mut findings);
            }
        }
        self.references(pipeline, &mut findings).await?;
        findings.violations.dedup();
        Ok(findings)
    }
}

fn parameters(pipeline: &v1::Pipeline, findings: &mut Findings) {
    let mut places = BTreeMap::new();
    for (place, parameter) in pipeline.parameters.iter().enumerate() {
        let path = format!("parameters[{place}]");
        if let Some(first) = places.insert(&parameter.name, place) {
            let problem = format!("{:?} is the name of parameters[{first}] already", parameter.name);
            findings.violation(format!("{path}.name"), problem);
        }
        let spec = convert::pipeline::parameter(parameter);
        for (number, option) in parameter.options.iter().enumerate() {
            let given = [(spec.name.clone(), option.as_str().into())].into_iter().collect();
            if let Err(errors) = bind_parameters(std::slice::from_ref(&spec), &given) {
                findings.violation(format!("{path}.options[{number}]"), errors[0].problem.clone());
            }
        }
        if spec.default.as_ref().is_some_and(|default| !(spec.required && default.is_empty()))
            && let Err(errors) = bind_parameters(std::slice::from_ref(&spec), &serde_json::Map::new())
        {
            findings.violation(format!("{path}.default_value"), errors[0].problem.clone());
        }
    }
}

/// Checks the stages as a graph. Says whether a look at each of them is worth it.
fn stages(pipeline: &v1::Pipeline, limits: &Limits, findings: &mut Findings) -> bool {
    let limit = limits.max_stages_per_pipeline as usize;
    if pipeline.stages.len() > limit {
        let problem = format!("a pipeline has at most {limit} stages; this one has {}", pipeline.stages.len());
        findings.violation("stages", problem);
        return false;
    }
    if pipeline.stages.is_empty() {
        findings.warning("stages", "the pipeline has no stages; a run of it does nothing");
    }
    let mut nodes = Vec::new();
    for (place, stage) in pipeline.stages.iter().enumerate() {
        match convert::stage::to_core(stage) {
            Ok(definition) => nodes.push(definition.unwrap_or_else(|| node(stage))),
            Err(problem) => {
                let dot = if problem.field.is_empty() { "" } else { "." };
                findings.violation(format!("stages[{place}].window{dot}{}", problem.field), problem.error.to_string());
                nodes.push(node(stage));
            }
        }
    }
    if let Err(errors) = check_graph(&nodes, limits.max_graph_depth as usize) {
        errors.iter().for_each(|error| findings.violation(graph_path(error), error.to_string()));
    }
    true
}

/// Checks one stage by itself.
fn one_stage(stage: &v1::Stage, path: &str, custom: &CustomKinds, findings: &mut Findings) {
    expressions::check(stage, path, findings);
    let judges = matches!(stage.kind, Some(Kind::ManualJudgment(_)));
    notifications::check(&stage.notifications, Level::Stage { judges }, &format!("{path}.notifications"), findings);
    for problem in gennaker_stages::problems(stage, custom) {
        findings.violation(format!("{path}.{}", problem.field), problem.description);
    }
    if let Some(Kind::Spinnaker(spinnaker)) = &stage.kind {
        let problem = format!(
            "stages of Spinnaker's type {:?} can't run here yet: the pipeline can be saved, and not started",
            spinnaker.r#type
        );
        findings.warning(format!("{path}.spinnaker"), problem);
    }
}

/// A stage as far as the graph is concerned.
fn node(stage: &v1::Stage) -> StageDefinition {
    let bare = v1::Stage {
        id: stage.id.clone(),
        depends_on: stage.depends_on.clone(),
        kind: Some(v1::stage::Kind::Wait(v1::WaitStage::default())),
        ..v1::Stage::default()
    };
    convert::stage::to_core(&bare).ok().flatten().expect("a stage with a kind and without a window converts")
}

fn graph_path(error: &GraphError) -> String {
    match error {
        GraphError::Duplicate { place, .. } => format!("stages[{place}].id"),
        GraphError::Unknown { place, dependency, .. } => format!("stages[{place}].depends_on[{dependency}]"),
        GraphError::Cycle { place, .. } => format!("stages[{place}].depends_on"),
        GraphError::TooDeep { .. } => "stages".to_owned(),
    }
}

/// The ids of a pipeline's stages.
fn stage_ids(pipeline: &v1::Pipeline) -> Vec<StageId> {
    pipeline.stages.iter().map(|stage| StageId::from(stage.id.as_str())).collect()
}
