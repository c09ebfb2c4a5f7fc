//! Lists of executions.

use std::collections::HashMap;

use futures::{StreamExt, TryStreamExt};
use gennaker_core::Timestamp;
use gennaker_core::execution::{ExecutionId, ExecutionStatus, Origin};
use gennaker_ports::store::{ExecutionFilter, ExecutionSummary};
use gennaker_proto::v1;

use crate::application::UNFINISHED;
use crate::convert;
use crate::filter::{self, Comparison};
use crate::page::PageRequest;
use crate::{App, AppError, Caller, names};

const FIELDS: [&str; 7] = ["status", "pipeline", "cause", "trigger", "actor", "active", "<created"];
const CAUSES: [&str; 4] = ["MANUAL", "TRIGGER", "PARENT", "OPERATION"];
/// How many rows one call looks at, for terms that the store has no index for. The page is then short, with a token.
const SCAN: usize = 5000;
/// How many executions are read with their stages at the same time.
const PARALLEL: usize = 8;

/// A filter taken apart: what the store selects by, and what is looked at row by row.
#[derive(Debug, Default)]
struct Selection {
    store: ExecutionFilter,
    pipelines: Vec<String>,
    causes: Vec<String>,
    triggers: Vec<String>,
    actors: Vec<String>,
    /// Terms that contradict each other select nothing.
    nothing: bool,
}

impl App {
    /// Lists the executions of an application, newest first.
    pub async fn list_executions(
        &self,
        caller: &Caller,
        request: v1::ListExecutionsRequest,
    ) -> Result<v1::ListExecutionsResponse, AppError> {
        self.admit(caller, &request).await?;
        let scope = ["executions", &request.parent, &request.filter];
        let page = PageRequest::new(&self.inner.options.limits, request.page_size, &request.page_token, &scope)?;
        let application = names::application_id("parent", &request.parent)?;
        let selection = Selection::parse(application, &request.filter)?;
        self.known(&request.parent).await?;
        let (rows, next) = self.select(&selection, &page).await?;
        let executions = if request.include_stages {
            futures::stream::iter(rows.into_iter().map(|row| self.whole(caller, row.id)))
                .buffered(PARALLEL)
                .try_collect()
                .await?
        } else {
            self.headers(caller, application, &rows).await?
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
    ) -> Result<(Vec<ExecutionSummary>, Option<String>), AppError> {
        let mut rows: Vec<ExecutionSummary> = Vec::new();
        let mut before: Option<ExecutionId> = page.after.as_deref().and_then(|key| key.parse().ok());
        let mut scanned = 0;
        while !selection.nothing && scanned < SCAN {
            let batch = self.inner.ports.store.executions(&selection.store, before, page.size + 1).await?;
            let more = batch.len() > page.size;
            scanned += batch.len();
            for row in batch {
                if rows.len() == page.size {
                    return Ok((rows, before.map(|id| id.to_string())));
                }
                before = Some(row.id);
                if selection.matches(&row) {
                    rows.push(row);
                }
            }
            if !more {
                return Ok((rows, None));
            }
        }
        Ok((rows, before.filter(|_| !selection.nothing).map(|id| id.to_string())))
    }

    async fn headers(
        &self,
        caller: &Caller,
        application: &str,
        rows: &[ExecutionSummary],
    ) -> Result<Vec<v1::Execution>, AppError> {
        let viewer = self.viewer(caller, application).await;
        let mut pinned: HashMap<&str, Vec<String>> = HashMap::new();
        let mut queues: HashMap<&str, Vec<ExecutionId>> = HashMap::new();
        for row in rows {
            let Some(pipeline) = row.pipeline.as_deref() else { continue };
            if !pinned.contains_key(pipeline) {
                pinned.insert(pipeline, self.pinned(Some(pipeline)).await?);
            }
            if row.status == ExecutionStatus::Queued && !queues.contains_key(pipeline) {
                let unfinished = self.inner.ports.store.unfinished(pipeline).await?;
                let waiting = unfinished.into_iter().filter(|(_, status)| *status == ExecutionStatus::Queued);
                queues.insert(pipeline, waiting.map(|(id, _)| id).collect());
            }
        }
        let header = |row: &ExecutionSummary| {
            let pipeline = row.pipeline.as_deref().unwrap_or_default();
            let waiting = queues.get(pipeline).filter(|_| row.status == ExecutionStatus::Queued);
            let place = waiting.and_then(|ids| ids.iter().position(|id| *id == row.id)).map_or(0, |place| place + 1);
            let pinned_parameters = pinned.get(pipeline).cloned().unwrap_or_default();
            let place = u32::try_from(place).unwrap_or(u32::MAX);
            v1::Execution { pinned_parameters, ..convert::execution::summary(row, &viewer, place) }
        };
        Ok(rows.iter().map(header).collect())
    }
}

impl Selection {
    fn parse(application: &str, text: &str) -> Result<Self, AppError> {
        let mut selection = Self::default();
        selection.store.application = Some(application.to_owned());
        let mut statuses: Vec<ExecutionStatus> = ExecutionStatus::ALL.into();
        for (field, comparison, values) in filter::parse(text, &FIELDS)?.iter() {
            let full = |collection: &str, value: &String| {
                if value.contains('/') {
                    value.clone()
                } else {
                    format!("applications/{application}/{collection}/{value}")
                }
            };
            match field {
                "status" => {
                    let wanted = values.iter().map(|word| status(word)).collect::<Result<Vec<_>, _>>()?;
                    statuses.retain(|status| wanted.contains(status));
                }
                "active" => {
                    let active = values.iter().map(|word| boolean(word)).collect::<Result<Vec<_>, _>>()?;
                    statuses.retain(|status| active.contains(&UNFINISHED.contains(status)));
                }
                "pipeline" => selection.pipelines = values.iter().map(|value| full("pipelines", value)).collect(),
                "trigger" => selection.triggers = values.iter().map(|value| full("triggers", value)).collect(),
                "cause" => {
                    if let Some(odd) = values.iter().find(|value| !CAUSES.contains(&value.as_str())) {
                        return Err(invalid(&format!("{odd:?} is not a cause; the causes are {}", CAUSES.join(", "))));
                    }
                    selection.causes = values.into();
                }
                "actor" => selection.actors = values.into(),
                _ => selection.created(comparison, values)?,
            }
        }
        selection.nothing = statuses.is_empty();
        selection.store.statuses = if statuses.len() == ExecutionStatus::ALL.len() { Vec::new() } else { statuses };
        if let [pipeline] = selection.pipelines.as_slice() {
            selection.store.pipeline = Some(pipeline.clone());
        }
        Ok(selection)
    }

    fn created(&mut self, comparison: Comparison, values: &[String]) -> Result<(), AppError> {
        let [text] = values else { return Err(invalid("created is compared with one time")) };
        let time = chrono::DateTime::parse_from_rfc3339(text)
            .map_err(|_| invalid(&format!("{text:?} is not a time such as 2026-11-24T08:00:00Z")))?;
        let time = Some(Timestamp::from(time.to_utc()));
        match comparison {
            Comparison::From | Comparison::Equal => self.store.created_from = time,
            Comparison::Below => self.store.created_before = time,
        }
        Ok(())
    }

    fn matches(&self, row: &ExecutionSummary) -> bool {
        let any = |wanted: &[String], value: Option<&str>| {
            wanted.is_empty() || value.is_some_and(|value| wanted.iter().any(|wanted| wanted == value))
        };
        let cause = &row.header.cause;
        let (kind, trigger) = match &cause.origin {
            Origin::Manual => ("MANUAL", None),
            Origin::Trigger { trigger, .. } => ("TRIGGER", Some(trigger.as_str())),
            Origin::Parent(_) => ("PARENT", None),
            Origin::Operation => ("OPERATION", None),
        };
        any(&self.pipelines, row.pipeline.as_deref())
            && any(&self.causes, Some(kind))
            && any(&self.triggers, trigger)
            && any(&self.actors, Some(&cause.actor))
    }
}

fn status(word: &str) -> Result<ExecutionStatus, AppError> {
    ExecutionStatus::parse(word).ok_or_else(|| {
        let words: Vec<&str> = ExecutionStatus::ALL.iter().map(|status| status.as_str()).collect();
        invalid(&format!("{word:?} is not a status; the statuses are {}", words.join(", ")))
    })
}

fn boolean(word: &str) -> Result<bool, AppError> {
    word.parse().map_err(|_| invalid(&format!("{word:?} is neither true nor false")))
}

fn invalid(problem: &str) -> AppError {
    AppError::invalid("filter", problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_goes_to_the_store_as_far_as_it_can() {
        let text = "status=RUNNING,TERMINAL active=true pipeline=p created>=2026-11-24T08:00:00Z";
        let selection = Selection::parse("a", text).unwrap();
        assert_eq!(selection.store.statuses, [ExecutionStatus::Running]);
        assert_eq!(selection.store.pipeline.as_deref(), Some("applications/a/pipelines/p"));
        assert_eq!(selection.store.created_from, Some(Timestamp::from_secs(1_795_507_200)));
        assert!(Selection::parse("a", "active=true status=SUCCEEDED").unwrap().nothing);
        assert!(Selection::parse("a", "").unwrap().store.statuses.is_empty());
    }

    #[test]
    fn odd_values_are_named() {
        let error = |text: &str| Selection::parse("a", text).unwrap_err().to_string();
        assert!(error("status=DONE").starts_with("filter: \"DONE\" is not a status; the statuses are QUEUED, RUNNING"));
        assert!(error("active=yes").contains("neither true nor false"));
        assert!(error("cause=X").contains("the causes are MANUAL"));
        assert!(error("created<tomorrow").contains("is not a time"));
    }
}
