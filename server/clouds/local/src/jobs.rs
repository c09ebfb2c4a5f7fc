//! The local cloud as one that runs jobs.

use async_trait::async_trait;
use gennaker_core::cloud::{Job, JobOutput, JobSpec, ResourceId};
use gennaker_ports::cloud::{CloudError, Jobs};

use crate::check;
use crate::cloud::{LocalCloud, MAX_LOG_BYTES};
use crate::hub::Hub;
use crate::record::{Change, JobRecord, Operation};
use crate::world::{World, not_found};

#[async_trait]
impl Jobs for LocalCloud {
    async fn run_job(&self, request: &str, spec: &JobSpec) -> Result<Job, CloudError> {
        check::job(&self.hub.options, spec)?;
        let (hub, spec, id) = (self.hub.clone(), spec.clone(), spec.id.clone());
        let plan = move |world: &World| plan_job(&hub, world, spec);
        self.hub.once(request, Operation::RunJob, &id, plan).await?;
        self.job(&id).await
    }

    async fn job(&self, id: &ResourceId) -> Result<Job, CloudError> {
        let known = self.hub.read(|world| world.jobs.get(id).map(|job| job.record.view()));
        known.ok_or_else(|| not_found("job", id))
    }

    async fn job_output(&self, id: &ResourceId, bytes: usize) -> Result<JobOutput, CloudError> {
        let record = self.hub.read(|world| world.jobs.get(id).map(|job| job.record.clone()));
        let record = record.ok_or_else(|| not_found("job", id))?;
        let ended = record.end.is_some();
        let property_problem = record.end.and_then(|end| end.property_problem);
        let id = id.clone();
        let read = move |hub: &std::sync::Arc<Hub>| -> std::io::Result<JobOutput> {
            let log = hub.jobs.tail(&id, bytes.min(MAX_LOG_BYTES))?;
            let properties = if ended { hub.jobs.properties(&id)? } else { None };
            let (log, truncated) = log.map_or_else(Default::default, |log| (log.text, log.truncated));
            Ok(JobOutput { log, truncated, properties, property_problem })
        };
        let output = self.hub.blocking(read).await?;
        output.map_err(|error| CloudError::Unavailable(format!("cannot read the output of the job: {error}")))
    }

    async fn cancel_job(&self, id: &ResourceId) -> Result<(), CloudError> {
        let id = id.clone();
        let plan = move |world: &World| {
            let running = world.jobs.get(&id).map(|job| &job.record).filter(|record| record.end.is_none());
            let condemned =
                running.map(|record| JobRecord { condemned: Some("it was canceled".to_owned()), ..record.clone() });
            Ok((condemned.into_iter().map(|record| Change::Job(Box::new(record))).collect(), ()))
        };
        self.hub.blocking(|hub| hub.commit(plan, |_, ()| ())).await?
    }
}

fn plan_job(hub: &Hub, world: &World, spec: JobSpec) -> Result<Vec<Change>, CloudError> {
    if world.jobs.contains_key(&spec.id) {
        return Err(CloudError::Exists { kind: "job", name: spec.id.to_string() });
    }
    let limit = hub.options.limits.jobs;
    if world.running_jobs().count() >= limit {
        return Err(CloudError::Unavailable(format!("the local cloud may run {limit} jobs at a time, and does")));
    }
    let digest = world.image_digest(&spec.id.location, &spec.image)?;
    hub.library.manifest(&digest)?.with_command(&spec.command)?;
    let record = JobRecord { spec, started: hub.clock.now(), process: None, condemned: None, end: None };
    Ok(vec![Change::Job(Box::new(record))])
}
