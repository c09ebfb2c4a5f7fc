//! Lists of executions.

use std::collections::HashMap;

use futures::{StreamExt, TryStreamExt};
use gennaker_core::execution::{ExecutionId, ExecutionStatus};
use gennaker_ports::store::{ExecutionFilter, ExecutionSummary};
use gennaker_proto::v1;

use super::selection::Selection;
use crate::convert;
use crate::page::PageRequest;
use crate::viewers::Viewers;
use crate::{App, AppError, Caller, names};

/// How many rows one call looks at, for terms that the store has no index for. The page is then short, with a token.
const SCAN: usize = 5000;
/// How many rows are read at once where those of one page were not enough.
const BATCH: usize = 500;
/// How many executions are read with their stages at the same time.
const PARALLEL: usize = 8;

impl App {
    /// Lists the executions of an application, or of all that the caller may read, newest first.
    pub async fn list_executions(
        &self,
        caller: &Caller,
        request: v1::ListExecutionsRequest,
    ) -> Result<v1::ListExecutionsResponse, AppError> {
        self.admit(caller, &request).await?;
        let scope = ["executions", &request.parent, &request.filter];
        let page = PageRequest::new(&self.inner.options.limits, request.page_size, &request.page_token, &scope)?;
        let is_of_all = request.parent == names::ALL_APPLICATIONS;
        let application = if is_of_all { None } else { Some(names::application_id("parent", &request.parent)?) };
        let selection = Selection::parse(application, &request.filter)?;
        if !is_of_all {
            self.known(&request.parent).await?;
        }
        let mut viewers = Viewers::new(self, caller);
        let (rows, next) = self.select(&selection, &page, &mut viewers).await?;
        let executions = if request.include_stages {
            futures::stream::iter(rows.into_iter().map(|row| self.whole(caller, row.id)))
                .buffered(PARALLEL)
                .try_collect()
                .await?
        } else {
            self.headers(&mut viewers, &rows).await?
        };
        Ok(v1::ListExecutionsResponse { executions, next_page_token: page.token(next) })
    }

    /// Fails for an application or a pipeline that is not there and has left no executions either: most likely its name is
    /// wrong, and a list or a stream that stays empty would not say so.
    pub(crate) async fn known(&self, name: &str) -> Result<(), AppError> {
        let application = names::application_of(name);
        let mut of_it = ExecutionFilter { application: Some(application.to_owned()), ..ExecutionFilter::default() };
        let gone = if name.contains("/pipelines/") {
            of_it.pipeline = Some(name.to_owned());
            self.get::<v1::Pipeline>(name).await.err()
        } else {
            self.get::<v1::Application>(name).await.err()
        };
        match gone {
            Some(error) if self.inner.ports.store.executions(&of_it, None, 1).await?.is_empty() => Err(error),
            Some(_) | None => Ok(()),
        }
    }

    async fn whole(&self, caller: &Caller, id: ExecutionId) -> Result<v1::Execution, AppError> {
        let execution = self.inner.ports.engine.execution(id).await?;
        self.show(caller, &execution).await
    }

    /// The rows of a page, and the key of the next.
    async fn select(
        &self,
        selection: &Selection,
        page: &PageRequest,
        viewers: &mut Viewers,
    ) -> Result<(Vec<ExecutionSummary>, Option<String>), AppError> {
        let mut rows: Vec<ExecutionSummary> = Vec::new();
        let mut before: Option<ExecutionId> = page.after.as_deref().and_then(|key| key.parse().ok());
        if before.is_none() {
            before = selection.begin();
        }
        let mut scanned = 0;
        while !selection.nothing && scanned < SCAN {
            let limit = if scanned == 0 { page.size + 1 } else { BATCH.max(page.size + 1) };
            let batch = self.inner.ports.store.executions(&selection.store, before, limit).await?;
            let more = batch.len() == limit;
            scanned += batch.len();
            for row in batch {
                if selection.ends_before(&row) {
                    return Ok((rows, None));
                }
                if rows.len() == page.size {
                    return Ok((rows, before.map(|id| id.to_string())));
                }
                before = Some(row.id);
                if selection.matches(&row) && viewers.may_read(&row.application).await {
                    rows.push(row);
                }
            }
            if !more {
                return Ok((rows, None));
            }
        }
        Ok((rows, before.filter(|_| !selection.nothing).map(|id| id.to_string())))
    }

    async fn headers(&self, viewers: &mut Viewers, rows: &[ExecutionSummary]) -> Result<Vec<v1::Execution>, AppError> {
        let mut pinned: HashMap<&str, Vec<String>> = HashMap::new();
        let mut queues: HashMap<&str, Vec<ExecutionId>> = HashMap::new();
        let mut headers = Vec::new();
        for row in rows {
            let Some(viewer) = viewers.of(&row.application).await else { continue };
            let Some(pipeline) = row.pipeline.as_deref() else {
                headers.push(convert::execution::summary(row, &viewer, 0));
                continue;
            };
            if !pinned.contains_key(pipeline) {
                pinned.insert(pipeline, self.pinned(Some(pipeline)).await?);
            }
            let is_queued = row.status == ExecutionStatus::Queued;
            if is_queued && !queues.contains_key(pipeline) {
                let unfinished = self.inner.ports.store.unfinished(pipeline).await?;
                let waiting = unfinished.into_iter().filter(|(_, status)| *status == ExecutionStatus::Queued);
                queues.insert(pipeline, waiting.map(|(id, _)| id).collect());
            }
            let waiting = queues.get(pipeline).filter(|_| is_queued);
            let place = waiting.and_then(|ids| ids.iter().position(|id| *id == row.id)).map_or(0, |place| place + 1);
            let place = u32::try_from(place).unwrap_or(u32::MAX);
            let pinned_parameters = pinned.get(pipeline).cloned().unwrap_or_default();
            headers.push(v1::Execution { pinned_parameters, ..convert::execution::summary(row, &viewer, place) });
        }
        Ok(headers)
    }
}
