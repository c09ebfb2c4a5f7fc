//! `WatchExecutions`: many executions on one stream.
//!
//! It begins with a snapshot of each execution, and then sends events. Between the position that the stream follows from
//! and the moment a snapshot was taken, an execution may have gone on: its events up to there are dropped. An execution that
//! the stream does not have in mind (a new one, or one that nothing happened to for long) is sent as a snapshot when
//! something happens to it, so that a client that resumes can't miss or repeat anything of it; only the executions that
//! were asked for by name need their last events in the token.

use std::collections::{BTreeMap, HashMap};

use gennaker_core::execution::{Event, ExecutionId};
use gennaker_engine::{ManyItem, Subject, WatchMany};
use gennaker_ports::store::{CommittedStep, Cursor, ExecutionFilter, ExecutionSummary};
use gennaker_proto::v1;
use gennaker_proto::v1::watch_executions_response::Message;

use super::token::{self, Fingerprint, ResumeToken};
use super::{Followed, Snapshot};
use crate::application::UNFINISHED;
use crate::encoded::Encoded;
use crate::pump::{End, Outlet};
use crate::viewers::Viewers;
use crate::{App, AppError, Caller, Stream, names};

/// How many executions one stream has in mind; others are shown anew when something happens to them.
const KEPT: usize = 256;
/// How many rows are read at once.
const BATCH: usize = 100;

type Response = Encoded<v1::WatchExecutionsResponse>;

/// What one stream follows.
struct Many {
    app: App,
    viewers: Viewers,
    /// Executions that were asked for by name, with the last event that the client has.
    named: BTreeMap<ExecutionId, u64>,
    followed: HashMap<ExecutionId, Followed>,
    subjects: Fingerprint,
    /// Up to where the client knows all of the log.
    cursor: Cursor,
}

/// What a request asks for.
#[derive(Default)]
struct Asked {
    executions: Vec<(ExecutionSummary, Option<u64>)>,
    /// Those of all applications.
    all: bool,
    applications: Vec<String>,
    pipelines: Vec<String>,
}

impl App {
    /// Follows many executions on one stream.
    pub async fn watch_executions(
        &self,
        caller: &Caller,
        request: v1::WatchExecutionsRequest,
    ) -> Result<Stream<Response>, AppError> {
        self.admit(caller, &request).await?;
        let limit = self.inner.options.limits.max_watch_subjects;
        if request.subjects.len() > limit as usize {
            return Err(AppError::invalid(
                "subjects",
                format!("at most {limit} subjects can be watched on one stream"),
            ));
        }
        let asked = self.asked(&request.subjects).await?;
        let viewers = Viewers::new(self, caller);
        let subjects = Fingerprint::of(&request.subjects);
        let (token, from_now) = if request.resume_token.is_empty() {
            (ResumeToken { cursor: self.inner.ports.store.cursor().await?, ..ResumeToken::default() }, true)
        } else {
            (token::read(&request.resume_token, subjects)?, false)
        };
        let ResumeToken { cursor, sequences: named } = token;
        let mut many = Many { app: self.clone(), viewers, named, followed: HashMap::new(), subjects, cursor };
        let snapshots = many.follow_named(&asked, from_now).await?;
        let watch = self.inner.ports.engine.watch_many(many.subjects(&asked), Some(many.cursor.clone())).await?;
        Ok(self.stream(|outlet| async move {
            if from_now {
                many.begin(&asked, snapshots, &outlet).await?;
            }
            many.run(watch, &outlet).await
        }))
    }

    async fn asked(&self, subjects: &[v1::WatchSubject]) -> Result<Asked, AppError> {
        let mut asked = Asked::default();
        for (place, subject) in subjects.iter().enumerate() {
            let field = format!("subjects[{place}].name");
            let parts: Vec<&str> = subject.name.split('/').collect();
            match parts.as_slice() {
                _ if subject.name == names::ALL_APPLICATIONS => asked.all = true,
                ["applications", application] => {
                    self.known(&subject.name).await?;
                    asked.applications.push((*application).to_owned());
                }
                ["applications", _, "pipelines", _] => {
                    self.known(&subject.name).await?;
                    asked.pipelines.push(subject.name.clone());
                }
                _ => {
                    let row = self.row(&names::parse_execution(&field, &subject.name)?).await?;
                    asked.executions.push((row, subject.after_sequence));
                }
            }
            if subject.after_sequence.is_some() && parts.get(2) != Some(&"executions") {
                let field = format!("subjects[{place}].after_sequence");
                return Err(AppError::invalid(field, "can only be set for an execution"));
            }
        }
        Ok(asked)
    }
}

impl Many {
    /// Takes the executions up that were asked for by name, as the client has them. Those that it does not have at all are
    /// returned as they stand.
    async fn follow_named(&mut self, asked: &Asked, from_now: bool) -> Result<Vec<Snapshot>, AppError> {
        let mut snapshots = Vec::new();
        for (row, after) in &asked.executions {
            let name = || names::execution(&row.application, row.id);
            let viewer = self.viewers.of(&row.application).await;
            let viewer = viewer.ok_or_else(|| AppError::not_found("execution", name()))?;
            let known = self.named.get(&row.id).copied().or(*after).or((!from_now).then_some(0));
            let followed = match known {
                Some(sequence) => self.app.follow_after(row, sequence, viewer).await?,
                None => {
                    let (followed, snapshot) = self.app.follow_from_now(row, viewer).await?;
                    snapshots.push(snapshot);
                    followed
                }
            };
            self.named.insert(row.id, followed.sequence());
            self.followed.insert(row.id, followed);
        }
        Ok(snapshots)
    }

    fn subjects(&self, asked: &Asked) -> Vec<Subject> {
        let executions = self.named.iter().map(|(id, after)| Subject::Execution { id: *id, after: *after });
        let applications = asked.applications.iter().cloned().map(Subject::Application);
        let pipelines = asked.pipelines.iter().cloned().map(Subject::Pipeline);
        let all = asked.all.then_some(Subject::All);
        executions.chain(applications).chain(pipelines).chain(all).collect()
    }

    /// Sends each execution as it stands, but for those whose events are wanted instead.
    async fn begin(&mut self, asked: &Asked, snapshots: Vec<Snapshot>, outlet: &Outlet<Response>) -> Result<(), End> {
        for snapshot in snapshots {
            send_snapshot(outlet, snapshot, String::new()).await?;
        }
        let applications = asked.applications.iter().map(|id| (Some(id.clone()), None));
        let pipelines = asked.pipelines.iter().map(|name| (None, Some(name.clone())));
        let all = asked.all.then_some((None, None));
        for (application, pipeline) in applications.chain(pipelines).chain(all) {
            let filter =
                ExecutionFilter { application, pipeline, statuses: UNFINISHED.into(), ..ExecutionFilter::default() };
            let mut before = None;
            loop {
                let rows = self.app.inner.ports.store.executions(&filter, before, BATCH).await?;
                for row in &rows {
                    self.show(row, outlet).await?;
                }
                before = rows.last().map(|row| row.id);
                if rows.len() < BATCH {
                    break;
                }
            }
        }
        self.heartbeat(outlet).await
    }

    /// Sends an execution as it stands, where that has not been done and the client may read it.
    async fn show(&mut self, row: &ExecutionSummary, outlet: &Outlet<Response>) -> Result<(), End> {
        if self.followed.contains_key(&row.id) {
            return Ok(());
        }
        let Some(viewer) = self.viewers.of(&row.application).await else { return Ok(()) };
        match self.app.follow_from_now(row, viewer).await {
            Ok((followed, snapshot)) => {
                self.keep(row.id, followed);
                send_snapshot(outlet, snapshot, String::new()).await
            }
            Err(AppError::NotFound(_)) => Ok(()), // It was removed in the meantime.
            Err(error) => Err(error.into()),
        }
    }

    fn keep(&mut self, id: ExecutionId, followed: Followed) {
        if self.followed.len() >= KEPT + self.named.len() {
            let spare = self.followed.keys().find(|id| !self.named.contains_key(id)).copied();
            spare.and_then(|id| self.followed.remove(&id));
        }
        self.followed.insert(id, followed);
    }

    async fn run(mut self, mut watch: WatchMany, outlet: &Outlet<Response>) -> Result<(), End> {
        while let Some(item) = outlet.or_left(watch.next()).await? {
            match item? {
                ManyItem::Heartbeat { cursor } => {
                    self.cursor = cursor;
                    self.heartbeat(outlet).await?;
                }
                ManyItem::Step(step) => {
                    if self.followed.contains_key(&step.execution) {
                        self.step(&step, outlet).await?;
                    } else {
                        self.take_up(&step, outlet).await?;
                    }
                    self.forget_ended(&step);
                }
            }
        }
        Ok(())
    }

    /// Tells what a commit did to an execution.
    async fn step(&mut self, step: &CommittedStep, outlet: &Outlet<Response>) -> Result<(), End> {
        for (place, record) in step.events.iter().enumerate() {
            let Some(followed) = self.followed.get_mut(&step.execution) else { break };
            let event = followed.next(&self.app, record).await?;
            let name = followed.name().to_owned();
            if let Some(sequence) = self.named.get_mut(&step.execution) {
                *sequence = record.sequence.max(*sequence);
            }
            if place + 1 == step.events.len() {
                self.cursor.advance(step.lane, step.position);
            }
            if let Some(event) = event {
                let message = response(name, self.token(), Message::Event(v1::ExecutionEvent::default()));
                outlet.send(Encoded::ending_in(&message, event), 0).await?;
            }
        }
        Ok(())
    }

    /// Shows an execution as a whole that a commit is about and that the stream does not have in mind, where the client may
    /// read it. The commit that made it says all that there is to know of it.
    async fn take_up(&mut self, step: &CommittedStep, outlet: &Outlet<Response>) -> Result<(), End> {
        let id = step.execution;
        let sequence = step.events.last().map_or(0, |record| record.sequence);
        let pipeline = step.pipeline.as_deref();
        let Some(viewer) = self.viewers.of(&step.application).await else {
            self.cursor.advance(step.lane, step.position);
            return Ok(());
        };
        let shared = self.app.share(id, &step.application, pipeline, sequence, &step.events).await;
        self.cursor.advance(step.lane, step.position);
        let shared = match shared {
            Err(AppError::NotFound(_)) => return Ok(()), // It was removed in the meantime.
            shared => shared?,
        };
        let (followed, snapshot) = self.app.show_all(shared, viewer).await?;
        self.keep(id, followed);
        send_snapshot(outlet, snapshot, self.token()).await
    }

    /// Makes room for executions to which more will happen.
    fn forget_ended(&mut self, step: &CommittedStep) {
        let may_settle = |event: &Event| matches!(event, Event::Finished { .. } | Event::ErrandFinished { .. });
        let is_settled = |followed: &Followed| followed.is_settled();
        if step.events.iter().any(|record| may_settle(&record.event))
            && !self.named.contains_key(&step.execution)
            && self.followed.get(&step.execution).is_some_and(is_settled)
        {
            self.followed.remove(&step.execution);
        }
    }

    /// The sequence of a heartbeat grows with the log.
    async fn heartbeat(&self, outlet: &Outlet<Response>) -> Result<(), End> {
        let sequence = self.cursor.iter().map(|(_, position)| u64::try_from(position.0).unwrap_or_default()).sum();
        let message = Message::Heartbeat(v1::Heartbeat { sequence });
        outlet.send(Encoded::of(&response(String::new(), self.token(), message)), 0).await
    }

    fn token(&self) -> String {
        token::write(self.subjects, &self.cursor, &self.named)
    }
}

async fn send_snapshot(outlet: &Outlet<Response>, snapshot: Snapshot, token: String) -> Result<(), End> {
    let message = response(snapshot.name, token, Message::Snapshot(v1::Execution::default()));
    outlet.send(Encoded::ending_in(&message, snapshot.bytes), 0).await
}

fn response(execution: String, resume_token: String, message: Message) -> v1::WatchExecutionsResponse {
    v1::WatchExecutionsResponse { execution, resume_token, message: Some(message) }
}
