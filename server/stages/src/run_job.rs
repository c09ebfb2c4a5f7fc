//! `run_job`: runs a process of an image until it ends, and hands its properties to later stages.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use gennaker_core::cloud::{Job, JobOutput, JobSpec, JobState, Location, ResourceId};
use gennaker_core::execution::{CallOff, CallOffPlan, EffectKey, Failure, Plan, Scope, TaskOutcome, TaskSpec};
use gennaker_engine::TaskRun;
use gennaker_ports::{Cloud, CloudError, Jobs};
use gennaker_proto::v1::RunJobStage;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::common::config::{duration, from_inputs, inputs, required, resolve, to_inputs};
use crate::common::operate::{Explain as _, cloud, request};
use crate::common::outputs::{done, read, succeeded};
use crate::common::watch::WHILE_UNAVAILABLE;
use crate::common::{duration_text, image, properties, timeouts};
use crate::kind::{Context, StageKind, Unplanned};

const RUN: &str = "run_job";
const WAIT: &str = "wait_for_job";

/// The output that says how the job ended.
const STATUS: &str = "jobStatus";

/// How long a job may run if the stage does not say, and how much longer it may take to be ended and recorded.
const TIMEOUT: Duration = Duration::from_hours(2);
const MARGIN: Duration = Duration::from_mins(10);
/// How much of its output is looked through for properties, and how much of that is put out.
const SEARCHED: usize = 4 << 20;
const PUT_OUT: usize = 64 << 10;
/// How many lines of its output, and how much of them, a failure shows.
const SHOWN_LINES: usize = 5;
const SHOWN: usize = 500;

pub(crate) struct RunJob;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inputs {
    #[serde(flatten)]
    job: ResourceId,
    image: String,
    command: Vec<String>,
    env: BTreeMap<String, String>,
    #[serde(with = "duration_text")]
    timeout: Duration,
    property_file: Option<String>,
    detached: bool,
}

/// How a job ended, as later tasks and stages read it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    job_state: Outcome,
    /// What is wrong.
    message: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Outcome {
    Succeeded,
    Failed,
}

#[async_trait]
impl StageKind for RunJob {
    fn kind(&self) -> &'static str {
        "run_job"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let config: RunJobStage = resolve(scope)?;
        let location = Location::new(config.account, config.region);
        let image = image::named(&config.image, &config.image_artifact, &location, scope)?;
        let inputs = Inputs {
            job: ResourceId::new(location, name(scope)),
            image: required(image, "image")?,
            command: config.command,
            env: config.env.into_iter().collect(),
            timeout: duration(config.timeout.as_ref(), TIMEOUT)?,
            property_file: Some(config.property_file).filter(|path| !path.is_empty()),
            detached: config.detached,
        };
        let mut tasks = vec![TaskSpec::run(RUN, timeouts::OPERATION)];
        if !inputs.detached {
            tasks.push(TaskSpec::run(WAIT, inputs.timeout + MARGIN));
            tasks.push(TaskSpec::run("check_result", timeouts::CHECK));
        }
        Ok(Plan { inputs: to_inputs(&inputs), tasks, ..Plan::default() })
    }

    /// A job that has not ended, and that was not to be left alone, is ended.
    fn call_off(&self, scope: &Scope<'_>, _task: &EffectKey) -> Option<CallOffPlan> {
        let Inputs { job, detached, .. } = from_inputs(&scope.stage.inputs).ok()?;
        let left_alone = detached || scope.outputs().contains_key(STATUS);
        (!left_alone).then(|| CallOffPlan { description: format!("end the job {job}"), body: to_inputs(&job) })
    }

    async fn run_call_off(&self, context: &Context, call_off: &CallOff) -> Result<String, Failure> {
        let job: ResourceId = from_inputs(&call_off.body)?;
        let cloud = cloud(context, &job.location.account)?;
        jobs(&cloud, &job)?.cancel_job(&job).await.during("ending job", &job)?;
        Ok(format!("ended the job {job}"))
    }

    async fn run(&self, context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        let inputs: Inputs = inputs(run)?;
        let cloud = cloud(context, &inputs.job.location.account)?;
        match run.task.as_str() {
            RUN => start(&cloud, run, inputs).await,
            WAIT => wait(&cloud, run, &inputs).await,
            _ => check(run, &inputs.job.name),
        }
    }
}

/// `{application}-{stage}-{a part of the execution's id}-{the start of the stage}`: the same for each try of the task.
fn name(scope: &Scope<'_>) -> String {
    let application = &scope.execution.start.definition.application;
    let stage: String =
        scope.stage.id().as_str().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(30).collect();
    let id = scope.execution.id().to_string().to_lowercase();
    // The first ten characters of the id are its time, the others chance.
    format!("{application}-{}-{}-{}", stage.to_lowercase(), &id[10..], scope.stage.attempt)
}

fn jobs<'a>(cloud: &'a Arc<dyn Cloud>, job: &ResourceId) -> Result<&'a dyn Jobs, Failure> {
    cloud.jobs().ok_or_else(|| Failure::permanent(format!("account {} can't run jobs", job.location.account)))
}

async fn start(cloud: &Arc<dyn Cloud>, run: &TaskRun, inputs: Inputs) -> Result<TaskOutcome, Failure> {
    let id = inputs.job.clone();
    let spec = JobSpec {
        id: inputs.job,
        application: run.execution.definition.application.clone(),
        image: inputs.image,
        command: inputs.command,
        env: inputs.env,
        timeout: inputs.timeout,
        property_file: inputs.property_file,
    };
    jobs(cloud, &id)?.run_job(&request(&run.key, &id.to_string()), &spec).await.during("starting job", &id)?;
    Ok(succeeded(format!("started {}", id.name), json!({ "job": id.name })))
}

/// Waits for the end of the job, looking again with every change of its cloud.
async fn wait(cloud: &Arc<dyn Cloud>, run: &TaskRun, inputs: &Inputs) -> Result<TaskOutcome, Failure> {
    let jobs = jobs(cloud, &inputs.job)?;
    let mut changes = cloud.changes();
    loop {
        changes.borrow_and_update();
        match ended(jobs, inputs).await {
            Ok(Some((job, output))) => return Ok(result(&job, &output, inputs)),
            Ok(None) => run.progress.report(format!("{} runs", inputs.job.name), None),
            Err(CloudError::Unavailable(message)) => {
                let (after, outputs) = (WHILE_UNAVAILABLE, Map::new());
                return Ok(TaskOutcome::Later { after, message, percent: None, outputs });
            }
            Err(error) => return Err(error).during("reading job", &inputs.job),
        }
        if changes.changed().await.is_err() {
            return Err(Failure::retryable(format!("the provider {} has stopped", cloud.provider())));
        }
    }
}

/// The job and what it has written, once it has ended.
async fn ended(jobs: &dyn Jobs, inputs: &Inputs) -> Result<Option<(Job, JobOutput)>, CloudError> {
    let job = jobs.job(&inputs.job).await?;
    if job.state == JobState::Running {
        return Ok(None);
    }
    let output = jobs.job_output(&inputs.job, SEARCHED).await?;
    Ok(Some((job, output)))
}

/// What the stage puts out. A failure is one of the next task, so that the outputs of a job that failed can be read.
fn result(job: &Job, output: &JobOutput, inputs: &Inputs) -> TaskOutcome {
    let mut problem = match &job.state {
        JobState::Exited { code: 0 } | JobState::Running => None,
        JobState::Exited { code } => Some(format!("ended with exit code {code}")),
        JobState::Killed { reason } => Some(format!("did not end well: {reason}")),
    };
    let mut take = |properties: Result<Map<String, Value>, String>| {
        properties.unwrap_or_else(|wrong| {
            problem.get_or_insert(format!("handed over no properties: {wrong}"));
            Map::new()
        })
    };
    let mut properties = take(properties::of_log(&output.log));
    let of_file = inputs.property_file.as_deref().map(|path| take(of_file(path, output)));
    properties.extend(of_file.clone().unwrap_or_default());
    let job_state = if problem.is_some() { Outcome::Failed } else { Outcome::Succeeded };
    let message = problem.unwrap_or_default();
    // What the stage says itself wins over a property of the same name.
    let mut outputs = properties.clone();
    outputs.insert("properties".to_owned(), properties.into());
    outputs.extend(of_file.map(|properties| ("propertyFileContents".to_owned(), properties.into())));
    if let JobState::Exited { code } = job.state {
        outputs.insert("exitCode".to_owned(), code.into());
    }
    outputs.insert("job".to_owned(), job.spec.id.name.as_str().into());
    outputs.insert("log".to_owned(), end_of(&output.log, PUT_OUT).into());
    outputs.insert(STATUS.to_owned(), to_inputs(&Status { job_state, message }));
    succeeded(format!("{} has ended", job.spec.id.name), outputs.into())
}

fn of_file(path: &str, output: &JobOutput) -> Result<Map<String, Value>, String> {
    match (&output.properties, &output.property_problem) {
        (_, Some(problem)) => Err(format!("the property file {problem}")),
        (Some(content), None) => properties::of_file(path, content),
        (None, None) => Err(format!("the property file {path} is missing")),
    }
}

/// Fails the stage where the job did not end well.
fn check(run: &TaskRun, job: &str) -> Result<TaskOutcome, Failure> {
    let Status { job_state, message } = read(&run.outputs, STATUS)?;
    let log: String = read(&run.outputs, "log")?;
    if job_state == Outcome::Succeeded {
        return Ok(done(format!("{job} ended well")));
    }
    let lines: Vec<&str> = log.trim_end().lines().collect();
    let last = lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n");
    let shown = if last.is_empty() { String::new() } else { format!("; its last lines: {}", end_of(&last, SHOWN)) };
    Err(Failure::permanent(format!("job {job} {message}{shown}")))
}

/// The end of a text, of so many bytes at the most.
fn end_of(text: &str, bytes: usize) -> &str {
    let from = text.len().saturating_sub(bytes);
    let from = (from..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    &text[from..]
}
