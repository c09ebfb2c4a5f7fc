//! Pipelines.

use gennaker_core::execution::{Concurrency, Definition, ParameterSpec, ParameterType, QueuePolicy};
use gennaker_core::resource::Resource;
use gennaker_proto::v1;

use super::stage::{self, WindowProblem};
use super::{artifact, notification, time};
use crate::names;

/// A pipeline as an execution runs it, with its own notifications. Its stages have kinds: it was checked when it was saved.
///
/// # Errors
/// Where a window can't be, with the place of its stage.
pub(crate) fn to_core(pipeline: &v1::Pipeline, revision: i64) -> Result<Definition, (usize, WindowProblem)> {
    let mut stages = Vec::new();
    for (place, definition) in pipeline.stages.iter().enumerate() {
        stages.extend(stage::to_core(definition).map_err(|problem| (place, problem))?);
    }
    Ok(Definition {
        application: names::application_of(&pipeline.name).to_owned(),
        pipeline: Some(pipeline.name.clone()),
        revision,
        display_name: display_name(pipeline).to_owned(),
        stages,
        concurrency: concurrency(pipeline.concurrency.as_ref()),
        expected_artifacts: pipeline.expected_artifacts.iter().map(artifact::expected).collect(),
        notifications: pipeline.notifications.iter().filter_map(notification::to_core).collect(),
    })
}

fn display_name(pipeline: &v1::Pipeline) -> &str {
    if pipeline.display_name.is_empty() { names::last(&pipeline.name) } else { &pipeline.display_name }
}

/// How many executions run at a time; without a wish one does.
fn concurrency(concurrency: Option<&v1::Concurrency>) -> Concurrency {
    let policy = match concurrency.map(v1::Concurrency::queue_policy).unwrap_or_default() {
        v1::concurrency::QueuePolicy::Unspecified | v1::concurrency::QueuePolicy::WaitInOrder => {
            QueuePolicy::WaitInOrder
        }
        v1::concurrency::QueuePolicy::NewestOnly => QueuePolicy::NewestOnly,
        v1::concurrency::QueuePolicy::Skip => QueuePolicy::Skip,
    };
    Concurrency { limit: concurrency.and_then(|concurrency| concurrency.max_concurrent).unwrap_or(1), policy }
}

/// A pipeline as lists over all applications show it: without what it does.
pub(crate) fn outline(pipeline: v1::Pipeline) -> v1::Pipeline {
    v1::Pipeline {
        name: pipeline.name,
        display_name: pipeline.display_name,
        description: pipeline.description,
        disabled: pipeline.disabled,
        labels: pipeline.labels,
        etag: pipeline.etag,
        revision: pipeline.revision,
        create_time: pipeline.create_time,
        update_time: pipeline.update_time,
        update_actor: pipeline.update_actor,
        ..v1::Pipeline::default()
    }
}

/// What a start is checked against.
pub(crate) fn parameters(pipeline: &v1::Pipeline) -> Vec<ParameterSpec> {
    pipeline.parameters.iter().map(parameter).collect()
}

/// One of the parameters.
pub(crate) fn parameter(parameter: &v1::Parameter) -> ParameterSpec {
    let kind = match parameter.r#type() {
        v1::parameter::Type::Unspecified | v1::parameter::Type::String => ParameterType::Text,
        v1::parameter::Type::Integer => ParameterType::Integer,
        v1::parameter::Type::Number => ParameterType::Number,
        v1::parameter::Type::Boolean => ParameterType::Boolean,
        v1::parameter::Type::Date => ParameterType::Date,
    };
    ParameterSpec {
        name: parameter.name.clone(),
        kind,
        required: parameter.required,
        default: parameter.default_value.clone(),
        options: parameter.options.clone(),
    }
}

/// A revision as lists show it: without its pipeline.
pub(crate) fn revision(resource: &Resource) -> v1::PipelineRevision {
    v1::PipelineRevision {
        name: format!("{}/revisions/{}", resource.name, resource.revision),
        revision: u64::try_from(resource.revision).unwrap_or_default(),
        pipeline: None,
        actor: resource.actor.clone(),
        create_time: Some(time::to_proto(resource.updated)),
        message: resource.message.clone(),
    }
}
