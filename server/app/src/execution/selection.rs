//! Which executions a list is about.

use std::time::Duration;

use gennaker_core::Timestamp;
use gennaker_core::execution::{ExecutionId, ExecutionStatus, Origin};
use gennaker_ports::store::{ExecutionFilter, ExecutionSummary};

use crate::application::UNFINISHED;
use crate::filter::{self, Comparison};
use crate::{AppError, convert, names};

const FIELDS: [&str; 8] = ["status", "pipeline", "cause", "trigger", "actor", "active", "text", "<created"];
const CAUSES: [&str; 4] = ["MANUAL", "TRIGGER", "PARENT", "OPERATION"];
/// How far the time in an id may be from the time when its execution was created: clocks of replicas differ, and who takes the
/// execution up may be busy.
const SLACK: Duration = Duration::from_secs(300);
/// From how many characters on a text is looked for in ids: shorter ones are in many by chance.
const PART_OF_ID: usize = 4;

/// A filter taken apart: what the store selects by, and what is looked at row by row.
#[derive(Debug, Default)]
pub(super) struct Selection {
    pub(super) store: ExecutionFilter,
    statuses: Vec<ExecutionStatus>,
    pipelines: Vec<String>,
    causes: Vec<String>,
    triggers: Vec<String>,
    actors: Vec<String>,
    /// In lower case.
    texts: Vec<String>,
    created_from: Option<Timestamp>,
    created_before: Option<Timestamp>,
    /// Terms that contradict each other select nothing.
    pub(super) nothing: bool,
}

impl Selection {
    /// Of the executions of an application, or of all.
    pub(super) fn parse(application: Option<&str>, text: &str) -> Result<Self, AppError> {
        let mut selection = Self::default();
        selection.store.application = application.map(str::to_owned);
        let mut statuses: Vec<ExecutionStatus> = ExecutionStatus::ALL.into();
        for (field, comparison, values) in filter::parse(text, &FIELDS)?.iter() {
            let full = |collection: &str, value: &String| match application {
                Some(application) if !value.contains('/') => {
                    format!("applications/{application}/{collection}/{value}")
                }
                Some(_) | None => value.clone(),
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
                "text" => selection.texts = values.iter().map(|value| value.to_lowercase()).collect(),
                _ => selection.created(comparison, values)?,
            }
        }
        selection.nothing = statuses.is_empty();
        selection.statuses = if statuses.len() == ExecutionStatus::ALL.len() { Vec::new() } else { statuses };
        selection.tell_store();
        Ok(selection)
    }

    /// Has the store select by what it has an index for. Of all executions it has none by time or by how they ended, and would
    /// look through millions.
    fn tell_store(&mut self) {
        if let [pipeline] = self.pipelines.as_slice()
            && pipeline.contains('/')
        {
            self.store.pipeline = Some(pipeline.clone());
        }
        let is_of_one = self.store.application.is_some() || self.store.pipeline.is_some();
        if is_of_one {
            (self.store.created_from, self.store.created_before) = (self.created_from, self.created_before);
        }
        if is_of_one || !self.statuses.iter().any(|status| status.is_final()) {
            self.store.statuses.clone_from(&self.statuses);
        }
    }

    fn created(&mut self, comparison: Comparison, values: &[String]) -> Result<(), AppError> {
        let [text] = values else { return Err(invalid("created is compared with one time")) };
        let time = chrono::DateTime::parse_from_rfc3339(text)
            .map_err(|_| invalid(&format!("{text:?} is not a time such as 2026-11-24T08:00:00Z")))?;
        let time = Some(Timestamp::from(time.to_utc()));
        match comparison {
            Comparison::From | Comparison::Equal => self.created_from = time,
            Comparison::Below => self.created_before = time,
        }
        Ok(())
    }

    /// The id below which the newest that matches can only be.
    pub(super) fn begin(&self) -> Option<ExecutionId> {
        self.created_before.map(|time| ExecutionId::from_parts(time + SLACK, 0))
    }

    /// Whether nothing older than this row can match.
    pub(super) fn ends_before(&self, row: &ExecutionSummary) -> bool {
        self.created_from.is_some_and(|from| row.created + SLACK < from)
    }

    pub(super) fn matches(&self, row: &ExecutionSummary) -> bool {
        // Without an application a name can be only its last part.
        let fits = |wanted: &String, name: &str| {
            wanted == name || (!wanted.contains('/') && names::last(name) == wanted.as_str())
        };
        let named = |wanted: &[String], name: Option<&str>| {
            wanted.is_empty() || name.is_some_and(|name| wanted.iter().any(|wanted| fits(wanted, name)))
        };
        let any = |wanted: &[String], value: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == value);
        let cause = &row.header.cause;
        let (kind, trigger) = match &cause.origin {
            Origin::Manual => ("MANUAL", None),
            Origin::Trigger { trigger, .. } => ("TRIGGER", Some(trigger.as_str())),
            Origin::Parent(_) => ("PARENT", None),
            Origin::Operation => ("OPERATION", None),
        };
        (self.statuses.is_empty() || self.statuses.contains(&row.status))
            && self.created_from.is_none_or(|from| row.created >= from)
            && self.created_before.is_none_or(|before| row.created < before)
            && named(&self.pipelines, row.pipeline.as_deref())
            && any(&self.causes, kind)
            && named(&self.triggers, trigger)
            && any(&self.actors, &cause.actor)
            && (self.texts.is_empty() || self.has_text(row, trigger))
    }

    /// Whether one of the texts is in what people know an execution by.
    fn has_text(&self, row: &ExecutionSummary, trigger: Option<&str>) -> bool {
        let has = |text: &str| {
            let text = text.to_lowercase();
            self.texts.iter().any(|wanted| text.contains(wanted))
        };
        has(&row.header.display_name)
            || self.has_part_of_id(row)
            || row.pipeline.as_deref().is_some_and(|pipeline| has(names::last(pipeline)))
            || trigger.is_some_and(|trigger| has(names::last(trigger)))
            || has(&row.header.cause.actor)
            || has(&row.header.cause.reason)
            || row.header.parameters.values().any(|value| has(&convert::json::text(value)))
    }

    fn has_part_of_id(&self, row: &ExecutionSummary) -> bool {
        let id = row.id.to_string().to_lowercase();
        self.texts.iter().any(|wanted| wanted.len() >= PART_OF_ID && id.contains(wanted))
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
        let selection = Selection::parse(Some("a"), text).unwrap();
        assert_eq!(selection.store.statuses, [ExecutionStatus::Running]);
        assert_eq!(selection.store.pipeline.as_deref(), Some("applications/a/pipelines/p"));
        assert_eq!(selection.store.created_from, Some(Timestamp::from_secs(1_795_507_200)));
        assert!(Selection::parse(Some("a"), "active=true status=SUCCEEDED").unwrap().nothing);
        assert!(Selection::parse(Some("a"), "").unwrap().store.statuses.is_empty());
    }

    #[test]
    fn of_all_executions_the_store_selects_only_those_that_have_not_ended() {
        let filter = |text: &str| Selection::parse(None, text).unwrap().store;
        assert_eq!(filter("active=true").statuses, UNFINISHED);
        let ended = "status=TERMINAL,RUNNING created>=2026-11-24T08:00:00Z created<2026-11-25T08:00:00Z pipeline=p";
        assert_eq!(filter(ended), ExecutionFilter::default());
        let of_pipeline = filter("status=TERMINAL pipeline=applications/a/pipelines/p");
        assert_eq!(of_pipeline.pipeline.as_deref(), Some("applications/a/pipelines/p"));
        assert_eq!(of_pipeline.statuses, [ExecutionStatus::Terminal]);
    }

    #[test]
    fn odd_values_are_named() {
        let error = |text: &str| Selection::parse(Some("a"), text).unwrap_err().to_string();
        assert!(error("status=DONE").starts_with("filter: \"DONE\" is not a status; the statuses are QUEUED, RUNNING"));
        assert!(error("active=yes").contains("neither true nor false"));
        assert!(error("cause=X").contains("the causes are MANUAL"));
        assert!(error("created<tomorrow").contains("is not a time"));
    }
}
