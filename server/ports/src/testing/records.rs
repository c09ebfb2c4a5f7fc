//! [`MemoryRecords`]: what the server has on record, as the test says.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use gennaker_core::execution::{Execution, ExecutionId, ExecutionStatus};
use serde_json::Value;
use tokio::sync::watch;

use crate::records::{Records, RecordsUnavailable};

/// Records in memory. Cheap to clone; clones share everything.
#[derive(Clone, Debug, Default)]
pub struct MemoryRecords {
    held: Arc<Mutex<Held>>,
    changes: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Held {
    /// Resource names by application and by id or name.
    pipelines: BTreeMap<(String, String), String>,
    applications: BTreeMap<String, Value>,
    executions: BTreeMap<ExecutionId, Arc<Execution>>,
    down: bool,
}

impl MemoryRecords {
    /// No records.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a pipeline that is found by its id and by the name that people call it.
    pub fn add_pipeline(&self, application: &str, id: &str, display_name: &str) {
        let name = format!("applications/{application}/pipelines/{id}");
        self.change(|held| {
            for word in [id, display_name] {
                held.pipelines.insert((application.to_owned(), word.to_owned()), name.clone());
            }
        });
    }

    /// Adds what is known of an application.
    pub fn add_application(&self, application: &str, metadata: Value) {
        self.change(|held| held.applications.insert(application.to_owned(), metadata));
    }

    /// Adds an execution, or puts it in place of the one of its id.
    pub fn put_execution(&self, execution: Execution) {
        self.change(|held| held.executions.insert(execution.id(), Arc::new(execution)));
    }

    /// Whether nothing can be read from now on.
    pub fn set_down(&self, down: bool) {
        self.change(|held| held.down = down);
    }

    fn change<T>(&self, change: impl FnOnce(&mut Held) -> T) {
        change(&mut self.held.lock().expect("nothing panics while it holds the lock"));
        self.changes.send_modify(|version| *version += 1);
    }

    fn read(&self) -> Result<MutexGuard<'_, Held>, RecordsUnavailable> {
        let held = self.held.lock().expect("nothing panics while it holds the lock");
        if held.down { Err(RecordsUnavailable("they are down".to_owned())) } else { Ok(held) }
    }

    fn status(&self, application: &str, id: ExecutionId) -> Result<Option<ExecutionStatus>, RecordsUnavailable> {
        let held = self.read()?;
        let execution = held.executions.get(&id);
        Ok(execution.filter(|known| known.start.definition.application == application).map(|known| known.status))
    }
}

#[async_trait]
impl Records for MemoryRecords {
    async fn pipeline(&self, application: &str, name: &str) -> Result<Option<String>, RecordsUnavailable> {
        Ok(self.read()?.pipelines.get(&(application.to_owned(), name.to_owned())).cloned())
    }

    async fn application(&self, application: &str) -> Result<Option<Value>, RecordsUnavailable> {
        Ok(self.read()?.applications.get(application).cloned())
    }

    async fn latest_execution(
        &self,
        pipeline: &str,
        statuses: &[ExecutionStatus],
    ) -> Result<Option<Arc<Execution>>, RecordsUnavailable> {
        let held = self.read()?;
        let fits = |execution: &&Arc<Execution>| {
            execution.start.definition.pipeline.as_deref() == Some(pipeline) && statuses.contains(&execution.status)
        };
        Ok(held.executions.values().rev().find(fits).cloned())
    }

    async fn end_of(
        &self,
        application: &str,
        execution: ExecutionId,
        patience: Duration,
    ) -> Result<Option<ExecutionStatus>, RecordsUnavailable> {
        let mut changes = self.changes.subscribe();
        let ended = async {
            loop {
                match self.status(application, execution)? {
                    Some(status) if !status.is_final() => {}
                    known => return Ok(known),
                }
                // The sender is a part of `self`.
                let _ = changes.changed().await;
            }
        };
        match tokio::time::timeout(patience, ended).await {
            Ok(known) => known,
            Err(_) => self.status(application, execution),
        }
    }
}
