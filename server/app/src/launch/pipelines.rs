//! Pipelines as they are started and shown again and again, decoded once for each revision.
//!
//! Whether a pipeline and its application still have the revisions that are known is asked of the store each time, with one
//! look, so that it does not matter which server changed them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use gennaker_core::artifact::ExpectedArtifact;
use gennaker_core::execution::{Definition, ParameterSpec};
use gennaker_core::notification::Notification;
use gennaker_core::resource::{Resource, ResourceKind};
use gennaker_ports::store::Known;
use gennaker_proto::v1;
use gennaker_proto::v1::stage::Kind;
use lru::LruCache;
use serde_json::Value;

use crate::error::Precondition;
use crate::resource::decode;
use crate::{App, AppError, convert, names};

/// How many stages all pipelines have that are kept; a pipeline without stages counts as one with one.
const KEPT_STAGES: usize = 5_000;

/// The pipelines that were used last.
pub(crate) struct Pipelines(Mutex<Kept>);

struct Kept {
    by_name: LruCache<String, Arc<Pipeline>>,
    stages: usize,
}

/// A pipeline at a revision, with what its application adds to it.
pub(crate) struct Pipeline {
    pub(super) name: String,
    /// What it was made from.
    read: Vec<Known>,
    stages: usize,
    /// The parameters that it pins.
    pub(crate) pinned: Vec<String>,
    startable: Result<Startable, AppError>,
}

/// What starts need of a pipeline.
pub(super) struct Startable {
    disabled: bool,
    /// The stages that can't run here, by their ids, with their types at Spinnaker.
    unsupported: Vec<(String, String)>,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) parameters: Vec<ParameterSpec>,
    /// What its executions run, which they share.
    pub(super) definition: Result<Arc<Definition>, AppError>,
}

impl Default for Pipelines {
    fn default() -> Self {
        Self(Mutex::new(Kept { by_name: LruCache::unbounded(), stages: 0 }))
    }
}

impl Pipelines {
    fn get(&self, name: &str) -> Option<Arc<Pipeline>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).by_name.get(name).cloned()
    }

    fn put(&self, name: &str, pipeline: Option<Arc<Pipeline>>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(name, pipeline);
    }
}

impl Kept {
    /// Keeps a pipeline, or none of that name, at the expense of those that were used least recently.
    fn put(&mut self, name: &str, pipeline: Option<Arc<Pipeline>>) {
        let replaced = match pipeline {
            Some(pipeline) => {
                self.stages += pipeline.stages;
                self.by_name.put(name.to_owned(), pipeline)
            }
            None => self.by_name.pop(name),
        };
        self.stages -= replaced.map_or(0, |replaced| replaced.stages);
        while self.stages > KEPT_STAGES
            && let Some((_, oldest)) = self.by_name.pop_lru()
        {
            self.stages -= oldest.stages;
        }
    }
}

impl Pipeline {
    fn of(resource: &Resource, application: Option<&Resource>) -> Self {
        let parameters = resource.body.get("parameters").and_then(Value::as_array);
        let pinned = parameters.into_iter().flatten().filter(|p| p.get("pinned") == Some(&Value::Bool(true)));
        let stages = resource.body.get("stages").and_then(Value::as_array).map_or(0, Vec::len);
        let startable = || {
            let application = application.map(decode::<v1::Application>).transpose()?.unwrap_or_default();
            let notifications = application.notifications.iter().filter_map(convert::notification::to_core);
            Ok(Startable::of(decode(resource)?, resource.revision, notifications.collect()))
        };
        Self {
            name: resource.name.clone(),
            read: [resource].into_iter().chain(application).map(known).collect(),
            stages: stages.max(1),
            pinned: pinned.filter_map(|p| p.get("name")?.as_str().map(str::to_owned)).collect(),
            startable: startable(),
        }
    }

    /// The artifacts that its starts need.
    ///
    /// # Errors
    /// Where it can't be started at all.
    pub(crate) fn expected_artifacts(&self) -> Result<&[ExpectedArtifact], AppError> {
        let definition = self.startable()?.definition.as_ref();
        definition.map(|definition| definition.expected_artifacts.as_slice()).map_err(Clone::clone)
    }

    /// What starts need of it.
    ///
    /// # Errors
    /// [`AppError::Internal`] where what is stored can't be read.
    pub(super) fn startable(&self) -> Result<&Startable, AppError> {
        self.startable.as_ref().map_err(Clone::clone)
    }
}

impl Startable {
    fn of(pipeline: v1::Pipeline, revision: i64, of_application: Vec<Notification>) -> Self {
        let definition = convert::pipeline::to_core(&pipeline, revision).map_err(|(place, problem)| {
            let description = format!("stages[{place}].window: {}", problem.error);
            AppError::precondition("PIPELINE_INVALID", &pipeline.name, description)
        });
        Self {
            disabled: pipeline.disabled,
            unsupported: pipeline.stages.iter().filter_map(unsupported).collect(),
            parameters: convert::pipeline::parameters(&pipeline),
            labels: pipeline.labels,
            definition: definition.map(|mut definition| {
                definition.notifications.extend(of_application);
                Arc::new(definition)
            }),
        }
    }

    /// Whether it may be started at all.
    ///
    /// # Errors
    /// [`AppError::FailedPrecondition`] where it is disabled, or has stages that can't run here.
    pub(super) fn check(&self, name: &str) -> Result<(), AppError> {
        if self.disabled {
            let description = format!("{name} is disabled; enable it to start it");
            return Err(AppError::precondition("PIPELINE_DISABLED", name, description));
        }
        let violation = |(id, kind): &(String, String)| Precondition {
            kind: "UNSUPPORTED_STAGE",
            subject: name.to_owned(),
            description: format!(
                "stage {id} is of Spinnaker's type {kind:?}, which can't run here; replace or remove it"
            ),
        };
        let violations: Vec<Precondition> = self.unsupported.iter().map(violation).collect();
        if violations.is_empty() { Ok(()) } else { Err(AppError::FailedPrecondition { violations }) }
    }
}

fn known(resource: &Resource) -> Known {
    Known { kind: resource.kind, name: resource.name.clone(), revision: resource.revision }
}

/// The id and Spinnaker's type of a stage that can't run here.
fn unsupported(stage: &v1::Stage) -> Option<(String, String)> {
    match &stage.kind {
        Some(Kind::Spinnaker(spinnaker)) => Some((stage.id.clone(), spinnaker.r#type.clone())),
        _ => None,
    }
}

impl App {
    /// A pipeline as it is now, which must be there.
    pub(crate) async fn pipeline(&self, name: &str) -> Result<Arc<Pipeline>, AppError> {
        self.find_pipeline(name).await?.ok_or_else(|| AppError::not_found(ResourceKind::Pipeline.as_str(), name))
    }

    /// A pipeline as it is now, if it is there.
    pub(crate) async fn find_pipeline(&self, name: &str) -> Result<Option<Arc<Pipeline>>, AppError> {
        let (store, pipelines) = (&self.inner.ports.store, &self.inner.pipelines);
        if let Some(known) = pipelines.get(name)
            && store.are_current(&known.read).await?
        {
            return Ok(Some(known));
        }
        let application = names::application(names::application_of(name));
        let application = store.resource(ResourceKind::Application, &application).await?;
        let read = store.resource(ResourceKind::Pipeline, name).await?;
        let pipeline = read.as_ref().map(|resource| Arc::new(Pipeline::of(resource, application.as_ref())));
        pipelines.put(name, pipeline.clone());
        Ok(pipeline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pipeline(revision: i64, stages: usize) -> Option<Arc<Pipeline>> {
        let startable = Err(AppError::Internal { message: String::new() });
        let read = vec![Known { kind: ResourceKind::Pipeline, name: String::new(), revision }];
        Some(Arc::new(Pipeline { name: String::new(), read, stages, pinned: Vec::new(), startable }))
    }

    #[test]
    fn what_was_used_last_is_kept() {
        let pipelines = Pipelines::default();
        let kept = |name: &str| pipelines.get(name).map(|pipeline| pipeline.read[0].revision);
        for (name, revision) in [("a", 1), ("b", 1), ("a", 2)] {
            pipelines.put(name, pipeline(revision, KEPT_STAGES / 2));
        }
        assert_eq!((kept("b"), kept("a")), (Some(1), Some(2)), "a revision takes the place of the one before");
        pipelines.put("c", pipeline(1, 1));
        assert_eq!((kept("a"), kept("b"), kept("c")), (Some(2), None, Some(1)), "b was used least recently");
        pipelines.put("a", None);
        assert_eq!((kept("a"), kept("c")), (None, Some(1)));
        pipelines.put("d", pipeline(1, KEPT_STAGES + 1));
        assert_eq!((kept("c"), kept("d")), (None, None), "one that is too large is not kept");
        assert_eq!(pipelines.0.lock().unwrap().stages, 0);
    }
}
