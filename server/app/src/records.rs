//! What stages look up on the server's records.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use gennaker_core::execution::{Execution, ExecutionId, ExecutionStatus};
use gennaker_ports::{Records, RecordsUnavailable};
use gennaker_proto::v1;
use serde_json::{Value, json};

use crate::names::ExecutionName;
use crate::{App, AppError, names};

/// The label with the id that a pipeline had at Spinnaker.
const SPINNAKER_ID: &str = "spinnaker_id";

/// How well a name fits a pipeline; the best one is taken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    SpinnakerId,
    DisplayName,
    Id,
}

impl App {
    async fn pipeline_called(&self, application: &str, name: &str) -> Result<Option<String>, AppError> {
        let prefix = format!("{}/pipelines/", names::application(application));
        let fitting: Vec<v1::Pipeline> = self.matching(&prefix, |pipeline| fit(pipeline, name).is_some()).await?;
        let best = fitting.into_iter().rev().max_by_key(|pipeline| fit(pipeline, name));
        Ok(best.map(|pipeline| pipeline.name))
    }

    async fn application_record(&self, application: &str) -> Result<Option<Value>, AppError> {
        let found = self.find::<v1::Application>(&names::application(application)).await?;
        Ok(found.map(|found| {
            let v1::Application { display_name, email, description, labels, .. } = found.definition;
            json!({
                "name": application,
                "displayName": display_name,
                "email": email,
                "description": description,
                "labels": labels,
            })
        }))
    }

    /// How an execution ended, once it has.
    async fn status_at_end(&self, name: &ExecutionName<'_>) -> Result<Option<ExecutionStatus>, AppError> {
        let row = match self.row(name).await {
            Err(AppError::NotFound(_)) => return Ok(None),
            row => row?,
        };
        if row.status.is_final() {
            return Ok(Some(row.status));
        }
        let mut watch = self.inner.ports.engine.watch(name.id, row.sequence)?;
        while let Some(item) = watch.next().await {
            item?;
        }
        match self.row(name).await {
            Err(AppError::NotFound(_)) => Ok(None),
            row => Ok(Some(row?.status)),
        }
    }
}

fn fit(pipeline: &v1::Pipeline, name: &str) -> Option<Fit> {
    let is_spinnakers = || pipeline.labels.get(SPINNAKER_ID).is_some_and(|id| id == name);
    if names::last(&pipeline.name) == name {
        Some(Fit::Id)
    } else if pipeline.display_name == name {
        Some(Fit::DisplayName)
    } else {
        is_spinnakers().then_some(Fit::SpinnakerId)
    }
}

fn unavailable(error: AppError) -> RecordsUnavailable {
    RecordsUnavailable(error.to_string())
}

#[async_trait]
impl Records for App {
    async fn pipeline(&self, application: &str, name: &str) -> Result<Option<String>, RecordsUnavailable> {
        self.pipeline_called(application, name).await.map_err(unavailable)
    }

    async fn application(&self, application: &str) -> Result<Option<Value>, RecordsUnavailable> {
        self.application_record(application).await.map_err(unavailable)
    }

    async fn latest_execution(
        &self,
        pipeline: &str,
        statuses: &[ExecutionStatus],
    ) -> Result<Option<Arc<Execution>>, RecordsUnavailable> {
        self.newest(pipeline, statuses).await.map_err(unavailable)
    }

    async fn end_of(
        &self,
        application: &str,
        execution: ExecutionId,
        patience: Duration,
    ) -> Result<Option<ExecutionStatus>, RecordsUnavailable> {
        let name = ExecutionName { application, id: execution };
        match tokio::time::timeout(patience, self.status_at_end(&name)).await {
            Ok(status) => status.map_err(unavailable),
            Err(_) => match self.row(&name).await {
                Err(AppError::NotFound(_)) => Ok(None),
                row => Ok(Some(row.map_err(unavailable)?.status)),
            },
        }
    }
}
