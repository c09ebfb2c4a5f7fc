//! One job from its start to its end: its directory made, its supervisor started or adopted, its time watched, its end
//! recorded.

mod files;

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use gennaker_core::Timestamp;
use gennaker_core::cloud::{JobState, ResourceId};
use gennaker_ports::CloudError;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::hub::Hub;
use crate::process::{CLOUD_VARIABLE, INSTANCE_VARIABLE, Launch, Process, let_starts_finish, reap_all};
use crate::record::{Change, JobEnd, JobRecord};
use crate::supervisor::Report;
use crate::world::{World, not_found};

pub(crate) use files::JobFiles;

/// How long until it is tried again to record the end of a job.
const RECORD_AGAIN: Duration = Duration::from_secs(1);

/// Sees to a job until it has ended.
pub(crate) async fn attend(hub: Arc<Hub>, id: ResourceId, wake: Arc<Notify>) {
    let job = Job { hub, id, wake };
    count_running(&job.hub, &job.id.location.region);
    let state = job.run().await;
    job.close(state).await;
}

/// What the processes of a job have in [`INSTANCE_VARIABLE`].
pub(crate) fn mark(id: &ResourceId) -> String {
    format!("job/{}/{}", id.location.region, id.name)
}

struct Job {
    hub: Arc<Hub>,
    id: ResourceId,
    wake: Arc<Notify>,
}

impl Job {
    fn look<T>(&self, look: impl FnOnce(&JobRecord) -> T) -> Option<T> {
        self.hub.read(|world| world.jobs.get(&self.id).map(|job| look(&job.record)))
    }

    /// Why it shall not go on.
    fn condemned(&self) -> Option<String> {
        let limit = self.look(|record| record.spec.timeout).unwrap_or_default();
        let told = self.look(|record| record.condemned.clone()).flatten();
        let ending = self.hub.is_ending().then(|| "ended with the server".to_owned());
        let late = self.left().is_zero().then(|| format!("ran for longer than its limit of {limit:?}"));
        told.or(ending).or(late)
    }

    /// How long it may still run.
    fn left(&self) -> Duration {
        let deadline = self.look(|record| record.started + record.spec.timeout).unwrap_or(Timestamp::EPOCH);
        deadline.since(self.hub.clock.now())
    }

    /// Goes on where an earlier server left it, or begins, and says how it ended.
    async fn run(&self) -> JobState {
        let mut recorded = self.look(|record| record.process).flatten().map(Process::adopt);
        loop {
            let process = match recorded.take() {
                Some(adopted) => adopted,
                None => match self.begin().await {
                    Ok(process) => Some(process),
                    Err(reason) => return JobState::Killed { reason },
                },
            };
            if let Some(reason) = self.over(process).await {
                return JobState::Killed { reason };
            }
            match self.report().await {
                Some(Report::NotBegun) => {}
                Some(Report::Exited { code }) => return JobState::Exited { code },
                Some(Report::Signaled { signal }) => return JobState::Killed { reason: format!("killed by {signal}") },
                Some(Report::Unstartable { reason }) => {
                    return JobState::Killed { reason: format!("cannot start: {reason}") };
                }
                None => {
                    let reason = "its supervisor is gone and has not told how it ended".to_owned();
                    return JobState::Killed { reason };
                }
            }
        }
    }

    /// Starts the supervisor, records it, and lets it begin.
    async fn begin(&self) -> Result<Process, String> {
        if let Some(reason) = self.condemned() {
            return Err(reason);
        }
        let id = self.id.clone();
        let started = self.hub.blocking(move |hub| start(hub, &id)).await.flatten();
        let mut process = started.map_err(|error| format!("cannot start: {error}"))?;
        if let Some(mut input) = process.take_input() {
            // Where this fails the supervisor is gone, which is seen by waiting for it.
            let _ = input.write_all(b"\n").await;
        }
        tracing::info!(job = %self.id, "started a job");
        Ok(process)
    }

    /// Waits for the end of its supervisor, if that runs still; says why, where it was made to end.
    async fn over(&self, process: Option<Process>) -> Option<String> {
        let Some(mut process) = process else { return self.look(|record| record.condemned.clone()).flatten() };
        loop {
            if let Some(reason) = self.condemned() {
                self.end(process).await;
                return Some(reason);
            }
            tokio::select! {
                _ = process.ended() => return None,
                () = self.wake.notified() => {}
                () = sleep(self.left()) => {}
            }
        }
    }

    /// Asks it to end, and makes it.
    async fn end(&self, mut process: Process) {
        process.terminate();
        if timeout(self.hub.options.stop_grace, process.ended()).await.is_err() {
            process.kill();
            process.ended().await;
        }
    }

    async fn report(&self) -> Option<Report> {
        let id = self.id.clone();
        let read = self.hub.blocking(move |hub| hub.jobs.report(&id)).await;
        match read.map_err(|error| error.to_string()).and_then(|read| read.map_err(|error| error.to_string())) {
            Ok(report) => report,
            Err(error) => {
                tracing::warn!(job = %self.id, error, "cannot read the report of a job");
                None
            }
        }
    }

    /// Records the end. Nobody is told of it before it is durable.
    async fn close(&self, state: JobState) {
        tracing::info!(job = %self.id, ?state, "a job ended");
        loop {
            let (id, state) = (self.id.clone(), state.clone());
            match self.hub.blocking(move |hub| close(hub, &id, state)).await.flatten() {
                Ok(()) => return,
                Err(error) => tracing::error!(job = %self.id, %error, "cannot record the end of a job; trying again"),
            }
            sleep(RECORD_AGAIN).await;
        }
    }
}

/// Starts and records the supervisor of a job. It waits to be told to begin.
fn start(hub: &Arc<Hub>, id: &ResourceId) -> Result<Process, CloudError> {
    let process = Process::start(prepare(hub, id)?).map_err(|error| CloudError::Unavailable(error.to_string()))?;
    let recorded = hub.commit(
        |world| {
            let mut record = world.jobs.get(id).ok_or_else(|| not_found("job", id))?.record.clone();
            record.process = Some(process.id());
            Ok((vec![Change::Job(Box::new(record))], ()))
        },
        |_, ()| (),
    );
    if let Err(error) = recorded {
        process.kill();
        return Err(error);
    }
    Ok(process)
}

/// What to start for a job: its supervisor, in a directory of its own that has a copy of the image.
fn prepare(hub: &Hub, id: &ResourceId) -> Result<Launch, CloudError> {
    let record = hub.read(|world| world.jobs.get(id).map(|job| job.record.clone()));
    let spec = record.ok_or_else(|| not_found("job", id))?.spec;
    let digest = hub.read(|world| world.image_digest(&spec.id.location, &spec.image))?;
    let unusable = |error: std::io::Error| CloudError::Unavailable(format!("cannot use the job's directory: {error}"));
    let work = hub.jobs.make(id).map_err(unusable)?;
    let manifest = hub.library.check_out(&digest, &work)?.with_command(&spec.command)?;
    // A program can't be run while somebody has it open for writing, as a process that is just being started may have.
    let_starts_finish();
    let own = [("JOB", id.name.clone()), (CLOUD_VARIABLE, hub.identity.clone()), (INSTANCE_VARIABLE, mark(id))];
    let env = hub.options.environment(manifest.env, spec.env, own);
    let mut command = hub.options.supervisor.clone();
    command.extend([hub.jobs.report_path(id).to_string_lossy().into_owned(), "--".to_owned()]);
    command.extend(manifest.command);
    let output = hub.jobs.output(id).map_err(unusable)?;
    Ok(Launch { command, directory: work, env, input: Stdio::piped(), output })
}

fn close(hub: &Arc<Hub>, id: &ResourceId, state: JobState) -> Result<(), CloudError> {
    reap_all(&hub.identity, &mark(id));
    if let Err(error) = hub.jobs.rotate(id) {
        tracing::warn!(job = %id, %error, "cannot rotate a log");
    }
    let Some(record) = hub.read(|world| world.jobs.get(id).map(|job| job.record.clone())) else { return Ok(()) };
    let property_file = record.spec.property_file.as_deref();
    let property_problem = property_file.and_then(|path| hub.jobs.keep_properties(id, path).err());
    let end = JobEnd { state, time: hub.clock.now(), property_problem };
    count_end(id, &end, record.started);
    let record = JobRecord { end: Some(end), ..record };
    hub.commit(|_| Ok((vec![Change::Job(Box::new(record))], ())), |_, ()| ())?;
    count_running(hub, &id.location.region);
    hub.jobs.clear(id);
    forget_old(hub);
    Ok(())
}

/// Forgets jobs that ended long ago, and the oldest where there are too many.
pub(crate) fn forget_old(hub: &Arc<Hub>) {
    let limits = &hub.options.limits;
    let old = hub.read(|world| old(world, hub.clock.now(), limits.ended_jobs, limits.job_retention));
    if old.is_empty() {
        return;
    }
    // The files go first, while nobody can make others in their place.
    old.iter().for_each(|id| hub.jobs.remove(id));
    let changes = old.into_iter().map(Change::JobGone).collect();
    if let Err(error) = hub.commit(|_| Ok((changes, ())), |_, ()| ()) {
        tracing::warn!(%error, "cannot forget old jobs");
    }
}

fn old(world: &World, now: Timestamp, keep: usize, retention: Duration) -> Vec<ResourceId> {
    let ended = world.jobs.iter().filter_map(|(id, job)| Some((job.record.end.as_ref()?.time, id)));
    let mut newest_first: Vec<_> = ended.collect();
    newest_first.sort_unstable_by(|a, b| b.cmp(a));
    let old = |(place, (time, _)): &(usize, (Timestamp, &ResourceId))| *place >= keep || now.since(*time) > retention;
    newest_first.into_iter().enumerate().filter(old).map(|(_, (_, id))| id.clone()).collect()
}

fn count_running(hub: &Hub, region: &str) {
    let running = hub.read(|world| world.running_jobs().filter(|job| job.spec.id.location.region == region).count());
    metrics::gauge!("gennaker_local_jobs_running", "region" => region.to_owned())
        .set(u32::try_from(running).unwrap_or(u32::MAX));
}

fn count_end(id: &ResourceId, end: &JobEnd, started: Timestamp) {
    let result = match end.state {
        JobState::Exited { code: 0 } => "succeeded",
        JobState::Exited { .. } => "failed",
        JobState::Killed { .. } | JobState::Running => "killed",
    };
    let region = id.location.region.clone();
    metrics::counter!("gennaker_local_jobs_total", "region" => region.clone(), "result" => result).increment(1);
    metrics::histogram!("gennaker_local_job_duration_seconds", "region" => region)
        .record(end.time.since(started).as_secs_f64());
}
