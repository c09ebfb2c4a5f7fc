//! `WatchExecutions`: many executions on one stream.
//!
//! It begins with a snapshot of each execution, and then sends events. Between the position that the stream follows from
//! and the moment a snapshot was taken, an execution may have gone on: its events up to there are dropped. An execution that
//! the stream does not have in mind (a new one, or one that nothing happened to for long) is sent as a snapshot when
//! something happens to it, so that a client that resumes can't miss or repeat anything of it; only the executions that
//! were asked for by name need their last events in the token.

use std::collections::{BTreeMap, HashMap};

use gennaker_core::execution::{Execution, ExecutionId};
use gennaker_engine::{ManyItem, Subject, WatchMany};
use gennaker_ports::store::{CommittedStep, ExecutionFilter, Position};
use gennaker_proto::v1;
use gennaker_proto::v1::watch_executions_response::Message;

use super::Followed;
use super::token::{ResumeToken, fingerprint};
use crate::application::UNFINISHED;
use crate::convert::execution::Viewer;
use crate::pump::{End, Outlet};
use crate::{App, AppError, Caller, Stream, names};

/// How many executions are kept in memory for one stream; others are read again when something happens to them.
const KEPT: usize = 256;
/// How many rows are read at once.
const BATCH: usize = 100;

/// What one stream follows.
struct Many {
    app: App,
    viewers: HashMap<String, Viewer>,
    /// Executions that were asked for by name, with the last event that the client has.
    named: BTreeMap<ExecutionId, u64>,
    followed: HashMap<ExecutionId, Followed>,
    subjects: String,
    /// The last commit that the client knows all of.
    position: Position,
}

/// What a request asks for.
#[derive(Default)]
struct Asked {
    executions: Vec<(ExecutionId, Option<u64>)>,
    applications: Vec<String>,
    pipelines: Vec<String>,
    /// The applications that the subjects belong to.
    owners: Vec<String>,
}

impl App {
    /// Follows many executions on one stream.
    pub async fn watch_executions(
        &self,
        caller: &Caller,
        request: v1::WatchExecutionsRequest,
    ) -> Result<Stream<v1::WatchExecutionsResponse>, AppError> {
        self.admit(caller, &request).await?;
        let limit = self.inner.options.limits.max_watch_subjects;
        if request.subjects.len() > limit as usize {
            return Err(AppError::invalid(
                "subjects",
                format!("at most {limit} subjects can be watched on one stream"),
            ));
        }
        let asked = self.asked(&request.subjects).await?;
        let mut viewers = HashMap::new();
        for owner in &asked.owners {
            viewers.insert(owner.clone(), self.viewer(caller, owner).await);
        }
        let mut many = Many {
            app: self.clone(),
            viewers,
            named: BTreeMap::new(),
            followed: HashMap::new(),
            subjects: fingerprint(&request.subjects),
            position: Position::default(),
        };
        let (position, snapshots) = if request.resume_token.is_empty() {
            (self.inner.ports.store.position().await?, true)
        } else {
            let token = ResumeToken::read(&request.resume_token, &request.subjects)?;
            many.named = token.sequences;
            (token.position, false)
        };
        many.position = position;
        many.follow_named(&asked, snapshots).await?;
        let watch = self.inner.ports.engine.watch_many(many.subjects(&asked), Some(position)).await?;
        Ok(self.stream(|outlet| async move { many.run(asked, snapshots, watch, &outlet).await }))
    }

    async fn asked(&self, subjects: &[v1::WatchSubject]) -> Result<Asked, AppError> {
        let mut asked = Asked::default();
        for (place, subject) in subjects.iter().enumerate() {
            let field = format!("subjects[{place}].name");
            let parts: Vec<&str> = subject.name.split('/').collect();
            match parts.as_slice() {
                ["applications", application] => {
                    self.known(&subject.name).await?;
                    asked.applications.push((*application).to_owned());
                }
                ["applications", _, "pipelines", _] => {
                    self.known(&subject.name).await?;
                    asked.pipelines.push(subject.name.clone());
                }
                _ => {
                    let name = names::parse_execution(&field, &subject.name)?;
                    let row = self.row(&name).await?;
                    if subject.after_sequence.is_some_and(|sequence| sequence > row.sequence) {
                        return Err(AppError::OutOfRange {
                            message: format!("{} has only {} events", subject.name, row.sequence),
                            oldest: row.sequence,
                        });
                    }
                    asked.executions.push((name.id, subject.after_sequence));
                }
            }
            if subject.after_sequence.is_some() && parts.get(2) != Some(&"executions") {
                let field = format!("subjects[{place}].after_sequence");
                return Err(AppError::invalid(field, "can only be set for an execution"));
            }
            asked.owners.push(parts.get(1).copied().unwrap_or_default().to_owned());
        }
        Ok(asked)
    }
}

impl Many {
    /// Loads the executions that were asked for by name, as the client has them.
    async fn follow_named(&mut self, asked: &Asked, snapshots: bool) -> Result<(), AppError> {
        for (id, after) in &asked.executions {
            let execution = match (self.named.get(id), after) {
                (Some(sequence), _) => self.app.state_at(*id, *sequence).await?,
                (None, Some(sequence)) => self.app.state_at(*id, *sequence).await?,
                (None, None) if snapshots => Some((*self.app.inner.ports.engine.execution(*id).await?).clone()),
                (None, None) => None,
            };
            self.named.insert(*id, execution.as_ref().map_or(0, |execution| execution.sequence));
            let followed = self.followed(*id, execution).await?;
            self.followed.insert(*id, followed);
        }
        Ok(())
    }

    fn subjects(&self, asked: &Asked) -> Vec<Subject> {
        let executions = self.named.iter().map(|(id, after)| Subject::Execution { id: *id, after: *after });
        let applications = asked.applications.iter().cloned().map(Subject::Application);
        let pipelines = asked.pipelines.iter().cloned().map(Subject::Pipeline);
        executions.chain(applications).chain(pipelines).collect()
    }

    async fn followed(&self, id: ExecutionId, execution: Option<Execution>) -> Result<Followed, AppError> {
        let row = self.app.inner.ports.store.execution(id).await?;
        let row = row.ok_or_else(|| AppError::not_found("execution", id.to_string()))?;
        self.followed_as(&row.application, row.pipeline.as_deref(), execution).await
    }

    async fn followed_as(
        &self,
        application: &str,
        pipeline: Option<&str>,
        execution: Option<Execution>,
    ) -> Result<Followed, AppError> {
        let nobody = || Viewer { name: String::new(), may_execute: false };
        let viewer = self.viewers.get(application).cloned().unwrap_or_else(nobody);
        Ok(Followed::new(execution, viewer, self.app.pinned(pipeline).await?))
    }

    async fn run(
        mut self,
        asked: Asked,
        snapshots: bool,
        mut watch: WatchMany,
        outlet: &Outlet<v1::WatchExecutionsResponse>,
    ) -> Result<(), End> {
        if snapshots {
            self.begin(&asked, outlet).await?;
            self.heartbeat(outlet).await?;
        }
        while let Some(item) = outlet.or_left(watch.next()).await? {
            match item? {
                ManyItem::Heartbeat { position } => {
                    self.position = position;
                    self.heartbeat(outlet).await?;
                }
                ManyItem::Step(step) => self.step(&step, outlet).await?,
            }
        }
        Ok(())
    }

    /// Sends a snapshot of each execution, but of those whose events are wanted instead.
    async fn begin(&mut self, asked: &Asked, outlet: &Outlet<v1::WatchExecutionsResponse>) -> Result<(), End> {
        for (id, after) in &asked.executions {
            if after.is_none() {
                self.send_snapshot(*id, String::new(), outlet).await?;
            }
        }
        let applications = asked.applications.iter().map(|id| (Some(id.clone()), None));
        let pipelines = asked.pipelines.iter().map(|name| (None, Some(name.clone())));
        for (application, pipeline) in applications.chain(pipelines) {
            let statuses = UNFINISHED.into();
            let filter = ExecutionFilter { application, pipeline, statuses, ..ExecutionFilter::default() };
            let mut before = None;
            loop {
                let rows = self.app.inner.ports.store.executions(&filter, before, BATCH).await?;
                for row in
                    rows.iter().filter(|row| !self.followed.contains_key(&row.id)).map(|row| row.id).collect::<Vec<_>>()
                {
                    self.load(row).await?;
                    self.send_snapshot(row, String::new(), outlet).await?;
                }
                before = rows.last().map(|row| row.id);
                if rows.len() < BATCH {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Reads an execution as it is now, making room for it.
    async fn load(&mut self, id: ExecutionId) -> Result<(), AppError> {
        let execution = (*self.app.inner.ports.engine.execution(id).await?).clone();
        let followed = self.followed(id, Some(execution)).await?;
        self.keep(id, followed);
        Ok(())
    }

    /// Takes an execution up that a commit is about: the commit that made it says all that there is to know of it.
    async fn take_up(&mut self, step: &CommittedStep) -> Result<(), AppError> {
        if step.events.first().is_none_or(|first| first.sequence != 1) {
            return self.load(step.execution).await;
        }
        let execution = Execution::replay(step.events.iter());
        let followed = self.followed_as(&step.application, step.pipeline.as_deref(), execution).await?;
        self.keep(step.execution, followed);
        Ok(())
    }

    fn keep(&mut self, id: ExecutionId, followed: Followed) {
        if self.followed.len() >= KEPT + self.named.len() {
            let spare = self.followed.keys().find(|id| !self.named.contains_key(id)).copied();
            spare.and_then(|id| self.followed.remove(&id));
        }
        self.followed.insert(id, followed);
    }

    /// Tells what a commit did to an execution. One that the stream does not have in mind is shown as a whole.
    async fn step(&mut self, step: &CommittedStep, outlet: &Outlet<v1::WatchExecutionsResponse>) -> Result<(), End> {
        let id = step.execution;
        if !self.followed.contains_key(&id) {
            self.take_up(step).await?;
            self.position = step.position;
            self.send_snapshot(id, self.token(), outlet).await?;
            self.forget_ended(id);
            return Ok(());
        }
        let app = self.app.clone();
        for (place, record) in step.events.iter().enumerate() {
            let Some(followed) = self.followed.get_mut(&id) else { break };
            let event = followed.next(&app, record).await?;
            if let Some(sequence) = self.named.get_mut(&id) {
                *sequence = record.sequence.max(*sequence);
            }
            if place + 1 == step.events.len() {
                self.position = step.position;
            }
            if let Some(event) = event {
                send(outlet, event.execution.clone(), self.token(), Message::Event(event)).await?;
            }
        }
        self.forget_ended(id);
        Ok(())
    }

    /// Makes room for executions to which more will happen.
    fn forget_ended(&mut self, id: ExecutionId) {
        if !self.named.contains_key(&id) && self.followed.get(&id).is_some_and(Followed::has_ended) {
            self.followed.remove(&id);
        }
    }

    async fn send_snapshot(
        &mut self,
        id: ExecutionId,
        token: String,
        outlet: &Outlet<v1::WatchExecutionsResponse>,
    ) -> Result<(), End> {
        let Some(followed) = self.followed.get(&id) else { return Ok(()) };
        if let Some(snapshot) = followed.snapshot(&self.app).await? {
            send(outlet, snapshot.name.clone(), token, Message::Snapshot(snapshot)).await?;
        }
        Ok(())
    }

    async fn heartbeat(&self, outlet: &Outlet<v1::WatchExecutionsResponse>) -> Result<(), End> {
        let sequence = u64::try_from(self.position.0).unwrap_or_default();
        let message = Message::Heartbeat(v1::Heartbeat { sequence });
        send(outlet, String::new(), self.token(), message).await
    }

    fn token(&self) -> String {
        let (sequences, subjects) = (self.named.clone(), self.subjects.clone());
        ResumeToken { position: self.position, sequences, subjects }.write()
    }
}

async fn send(
    outlet: &Outlet<v1::WatchExecutionsResponse>,
    execution: String,
    resume_token: String,
    message: Message,
) -> Result<(), End> {
    let message = v1::WatchExecutionsResponse { execution, resume_token, message: Some(message) };
    outlet.send(message, 0).await
}
