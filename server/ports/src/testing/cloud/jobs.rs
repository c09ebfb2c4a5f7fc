//! Jobs of the cloud in memory: they run until the test ends them.

use async_trait::async_trait;
use gennaker_core::cloud::{Job, JobOutput, JobSpec, JobState, ResourceId};

use super::state::{State, not_found};
use super::{MemoryCloud, Operation};
use crate::cloud::{CloudError, Jobs};

/// A job and what it has written.
#[derive(Clone, Debug)]
pub(super) struct FakeJob {
    job: Job,
    output: JobOutput,
}

impl MemoryCloud {
    /// All jobs, in order of their ids.
    pub fn all_jobs(&self) -> Vec<Job> {
        self.lock().jobs.values().map(|fake| fake.job.clone()).collect()
    }

    /// Ends a job, with what it has written.
    ///
    /// # Panics
    /// Where there is no such job.
    pub fn end_job(&self, id: &ResourceId, state: JobState, output: JobOutput) {
        self.change(|all| {
            let ended = all.tick();
            let fake = all.jobs.get_mut(id).expect("the test named a job that exists");
            fake.job.state = state;
            fake.job.ended = Some(ended);
            fake.output = output;
        });
    }
}

impl State {
    fn run_job(&mut self, spec: &JobSpec) -> Result<(), CloudError> {
        self.check_location(&spec.id)?;
        if self.jobs.contains_key(&spec.id) {
            return Err(CloudError::Exists { kind: "job", name: spec.id.to_string() });
        }
        let job = Job { spec: spec.clone(), state: JobState::Running, started: self.tick(), ended: None };
        self.jobs.insert(spec.id.clone(), FakeJob { job, output: JobOutput::default() });
        Ok(())
    }

    fn job(&self, id: &ResourceId) -> Result<&FakeJob, CloudError> {
        self.jobs.get(id).ok_or_else(|| not_found("job", id))
    }
}

#[async_trait]
impl Jobs for MemoryCloud {
    async fn run_job(&self, request: &str, spec: &JobSpec) -> Result<Job, CloudError> {
        self.once(request, Operation::RunJob, &spec.id, |state| state.run_job(spec))?;
        Ok(self.lock().job(&spec.id)?.job.clone())
    }

    async fn job(&self, id: &ResourceId) -> Result<Job, CloudError> {
        let mut state = self.lock();
        state.take_fault(Operation::ReadJob)?;
        Ok(state.job(id)?.job.clone())
    }

    async fn job_output(&self, id: &ResourceId, bytes: usize) -> Result<JobOutput, CloudError> {
        let mut state = self.lock();
        state.take_fault(Operation::JobOutput)?;
        let mut output = state.job(id)?.output.clone();
        while output.log.len() > bytes {
            output.log.remove(0);
            output.truncated = true;
        }
        Ok(output)
    }

    async fn cancel_job(&self, id: &ResourceId) -> Result<(), CloudError> {
        self.attempt(Operation::CancelJob, |state| {
            let ended = state.tick();
            if let Some(fake) = state.jobs.get_mut(id).filter(|fake| fake.job.state == JobState::Running) {
                fake.job.state = JobState::Killed { reason: "it was canceled".to_owned() };
                fake.job.ended = Some(ended);
            }
            Ok(())
        })
    }
}
