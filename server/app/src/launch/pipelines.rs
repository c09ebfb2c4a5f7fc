//! Pipelines as they are started and shown again and again, decoded once for each revision.
//!
//! Whether a pipeline still has the revision that is known is asked of the store each time, so that it does not matter which
//! server changed it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use gennaker_core::execution::{Definition, ParameterSpec};
use gennaker_core::resource::{Resource, ResourceKind};
use gennaker_ports::store::Reread;
use gennaker_proto::v1;
use lru::LruCache;
use serde_json::Value;

use crate::resource::decode;
use crate::{App, AppError, convert};

/// How many stages all pipelines have that are kept; a pipeline without stages counts as one with one.
const KEPT_STAGES: usize = 5_000;

/// The pipelines that were used last.
pub(crate) struct Pipelines(Mutex<Kept>);

struct Kept {
    by_name: LruCache<String, Arc<Pipeline>>,
    stages: usize,
}

/// A pipeline at a revision.
pub(crate) struct Pipeline {
    pub(super) name: String,
    revision: i64,
    stages: usize,
    /// The parameters that it pins.
    pub(crate) pinned: Vec<String>,
    startable: Result<Startable, AppError>,
}

/// What starts need of a pipeline.
pub(super) struct Startable {
    pub(super) disabled: bool,
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
    fn of(resource: &Resource) -> Self {
        let parameters = resource.body.get("parameters").and_then(Value::as_array);
        let pinned = parameters.into_iter().flatten().filter(|p| p.get("pinned") == Some(&Value::Bool(true)));
        let stages = resource.body.get("stages").and_then(Value::as_array).map_or(0, Vec::len);
        Self {
            name: resource.name.clone(),
            revision: resource.revision,
            stages: stages.max(1),
            pinned: pinned.filter_map(|p| p.get("name")?.as_str().map(str::to_owned)).collect(),
            startable: decode::<v1::Pipeline>(resource).map(|definition| Startable::of(definition, resource.revision)),
        }
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
    fn of(pipeline: v1::Pipeline, revision: i64) -> Self {
        let definition = convert::pipeline::to_core(&pipeline, revision).map(Arc::new).map_err(|(place, problem)| {
            let description = format!("stages[{place}].window: {}", problem.error);
            AppError::precondition("PIPELINE_INVALID", &pipeline.name, description)
        });
        Self {
            disabled: pipeline.disabled,
            parameters: convert::pipeline::parameters(&pipeline),
            labels: pipeline.labels,
            definition,
        }
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
        let read = match pipelines.get(name) {
            None => store.resource(ResourceKind::Pipeline, name).await?,
            Some(known) => match store.reread_resource(ResourceKind::Pipeline, name, known.revision).await? {
                Reread::Unchanged => return Ok(Some(known)),
                Reread::Changed(resource) => Some(*resource),
                Reread::Gone => None,
            },
        };
        let pipeline = read.as_ref().map(|resource| Arc::new(Pipeline::of(resource)));
        pipelines.put(name, pipeline.clone());
        Ok(pipeline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pipeline(revision: i64, stages: usize) -> Option<Arc<Pipeline>> {
        let startable = Err(AppError::Internal { message: String::new() });
        Some(Arc::new(Pipeline { name: String::new(), revision, stages, pinned: Vec::new(), startable }))
    }

    #[test]
    fn what_was_used_last_is_kept() {
        let pipelines = Pipelines::default();
        let kept = |name: &str| pipelines.get(name).map(|pipeline| pipeline.revision);
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
