//! A test double of the stage kinds: a stage's configuration is the script of what it plans.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::execution::{
    CallOffPlan, Definition, EffectKey, Failure, JudgmentSpec, Plan, Scope, StageDefinition, StageId, StageKinds,
    SyntheticStage, TaskKind, TaskSpec,
};

/// How long a scripted stage waits for its child.
pub(super) const CHILD_TIMEOUT: Duration = Duration::from_secs(12 * 3600);

/// What a scripted stage plans, and where its planning fails.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Script {
    pub(super) tasks: Vec<TaskSpec>,
    pub(super) before: Vec<SyntheticStage>,
    pub(super) after: Vec<SyntheticStage>,
    pub(super) cleanup: Vec<SyntheticStage>,
    pub(super) plan_error: Option<String>,
    pub(super) after_error: Option<String>,
    pub(super) cleanup_error: Option<String>,
    /// Facts that it must know before it plans.
    pub(super) look_ups: Vec<String>,
    /// Whether its work is called off when it is canceled or fails.
    pub(super) calls_off: bool,
}

impl Script {
    pub(super) fn of(tasks: impl IntoIterator<Item = TaskSpec>) -> Self {
        Self { tasks: tasks.into_iter().collect(), ..Self::default() }
    }

    pub(super) fn before(mut self, stages: impl IntoIterator<Item = SyntheticStage>) -> Self {
        self.before.extend(stages);
        self
    }

    pub(super) fn after(mut self, stages: impl IntoIterator<Item = SyntheticStage>) -> Self {
        self.after.extend(stages);
        self
    }

    pub(super) fn cleanup(mut self, stages: impl IntoIterator<Item = SyntheticStage>) -> Self {
        self.cleanup.extend(stages);
        self
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap()
    }
}

/// Plans what each stage's script says.
pub(super) struct Scripted;

impl StageKinds for Scripted {
    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Failure> {
        let script = script(scope);
        refuse(script.plan_error)?;
        let provisional =
            !script.look_ups.is_empty() && !script.look_ups.iter().all(|fact| scope.stage.facts.contains_key(fact));
        if provisional {
            return Ok(Plan { tasks: vec![run("look_up")], provisional, ..Plan::default() });
        }
        let inputs = serde_json::json!({"planned": true});
        Ok(Plan { inputs, before: script.before, tasks: script.tasks, provisional })
    }

    fn plan_after(&self, scope: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        let script = script(scope);
        refuse(script.after_error)?;
        Ok(script.after)
    }

    fn plan_on_failure(&self, scope: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        let script = script(scope);
        refuse(script.cleanup_error)?;
        Ok(script.cleanup)
    }

    fn call_off(&self, scope: &Scope<'_>, task: &EffectKey) -> Option<CallOffPlan> {
        let description = format!("calls {} off", scope.stage.tasks[task.task as usize].spec.name);
        script(scope).calls_off.then_some(CallOffPlan { description, body: serde_json::Value::Null })
    }
}

fn script(scope: &Scope<'_>) -> Script {
    Script::deserialize(scope.config()).expect("the configuration is a script")
}

fn refuse(error: Option<String>) -> Result<(), Failure> {
    error.map_or(Ok(()), |message| Err(Failure::permanent(message)))
}

/// A task with an effect, limited to an hour.
pub(super) fn run(name: &str) -> TaskSpec {
    TaskSpec::run(name, Duration::from_secs(3600))
}

pub(super) fn wait(secs: u64) -> TaskSpec {
    TaskSpec { name: "wait".into(), kind: TaskKind::Wait { duration: Duration::from_secs(secs) } }
}

pub(super) fn judgment(judges: &[&str], options: &[&str], deadline: u64) -> TaskSpec {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    let spec = JudgmentSpec {
        instructions: "look at the graphs".into(),
        options: owned(options),
        judges: owned(judges),
        deadline: Duration::from_secs(deadline),
        ..JudgmentSpec::default()
    };
    TaskSpec { name: "judge".into(), kind: TaskKind::Judgment(spec) }
}

pub(super) fn await_child() -> TaskSpec {
    TaskSpec { name: "await".into(), kind: TaskKind::AwaitChild { timeout: CHILD_TIMEOUT } }
}

pub(super) fn synthetic(name: &str, script: &Script) -> SyntheticStage {
    SyntheticStage::new(name, "scripted", script.json())
}

/// A stage of a pipeline, named by its id, that halts the pipeline when it fails.
pub(super) fn stage(id: &str, depends_on: &[&str], script: &Script) -> StageDefinition {
    StageDefinition {
        id: id.into(),
        name: id.to_uppercase(),
        kind: "scripted".into(),
        depends_on: depends_on.iter().map(|&id| StageId::from(id)).collect(),
        config: script.json(),
        ..StageDefinition::default()
    }
}

pub(super) fn definition(stages: Vec<StageDefinition>) -> Arc<Definition> {
    Arc::new(Definition {
        application: "hello".into(),
        pipeline: Some("applications/hello/pipelines/deploy".into()),
        revision: 3,
        display_name: "Deploy".into(),
        stages,
        ..Definition::default()
    })
}
