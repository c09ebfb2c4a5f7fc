//! `check_preconditions`: fails unless conditions hold. A stage of the pipeline checks each of its preconditions in a
//! stage of its own, side by side; such a stage has one precondition and does the check.

use async_trait::async_trait;
use gennaker_core::execution::{Failure, Plan, Scope, StageStatus, SyntheticStage, TaskOutcome, TaskSpec};
use gennaker_core::expression::{Environment, Template, truth};
use gennaker_engine::TaskRun;
use gennaker_proto::v1::precondition::Check as CheckMessage;
use gennaker_proto::v1::{CheckPreconditionsStage, Comparison, ExpressionPrecondition, Precondition};
use gennaker_proto::{json, v1};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::common::cluster::Cluster;
use crate::common::config::{inputs, required, resolve, synthetic, to_inputs};
use crate::common::outputs::succeeded;
use crate::common::timeouts;
use crate::kind::{Context, StageKind, Unplanned};

const KIND: &str = "check_preconditions";
/// How many characters of an expression, and of its value, a message shows.
const SHOWN: usize = 200;

pub(crate) struct CheckPreconditions;

/// One precondition, as it is checked.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inputs {
    fail_message: String,
    check: Check,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Check {
    ClusterSize {
        target: Cluster,
        comparison: Compare,
        expected: usize,
        only_enabled: bool,
    },
    /// `actual` is what the stage stood at when this one was planned.
    StageStatus {
        stage: String,
        status: StageStatus,
        actual: Option<StageStatus>,
    },
    /// `actual` is its value when the stage was planned.
    Expression {
        expression: String,
        actual: Value,
    },
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Compare {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[async_trait]
impl StageKind for CheckPreconditions {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let mut config: CheckPreconditionsStage = resolve(scope)?;
        if scope.stage.parent.is_none() {
            let inputs = json::encode(&config);
            let before = config.preconditions.into_iter().map(single).collect::<Result<_, _>>()?;
            return Ok(Plan { inputs, before, ..Plan::default() });
        }
        let precondition = required(config.preconditions.pop(), "preconditions")?;
        let inputs = Inputs {
            fail_message: precondition.fail_message,
            check: Check::new(required(precondition.check, "preconditions.check")?, scope)?,
        };
        let tasks = vec![TaskSpec::run("check", timeouts::CHECK)];
        Ok(Plan { inputs: to_inputs(&inputs), tasks, ..Plan::default() })
    }

    async fn run(&self, context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        let Inputs { fail_message, check } = inputs(run)?;
        match check.hold(context).await? {
            Ok(message) => {
                let mut result = json!({ "preconditions": [{ "holds": true, "message": message }] });
                if let Check::Expression { actual, .. } = check {
                    result["expressionResult"] = actual;
                }
                Ok(succeeded(message, result))
            }
            Err(message) if fail_message.is_empty() => Err(Failure::permanent(message)),
            Err(message) => Err(Failure::permanent(format!("{fail_message} ({message})"))),
        }
    }
}

/// The stage for one precondition.
fn single(precondition: Precondition) -> Result<SyntheticStage, Failure> {
    let what = match required(precondition.check.as_ref(), "preconditions.check")? {
        CheckMessage::ClusterSize(_) => "cluster size",
        CheckMessage::StageStatus(_) => "stage status",
        CheckMessage::Expression(_) => "expression",
    };
    let config = CheckPreconditionsStage { preconditions: vec![precondition] };
    Ok(synthetic(format!("Check precondition ({what})"), KIND, &config))
}

impl Check {
    fn new(check: CheckMessage, scope: &Scope<'_>) -> Result<Self, Unplanned> {
        match check {
            CheckMessage::ClusterSize(size) => Ok(Self::ClusterSize {
                comparison: Compare::from(size.comparison()),
                expected: size.expected.unwrap_or(1) as usize,
                only_enabled: size.only_enabled,
                target: Cluster::try_from(size.target)?,
            }),
            CheckMessage::StageStatus(check) => {
                let actual = scope.stage_named(&check.stage).map(|stage| stage.status);
                Ok(Self::StageStatus { status: status(check.status())?, stage: check.stage, actual })
            }
            CheckMessage::Expression(ExpressionPrecondition { expression }) => {
                let value = Template::parse_expression(&expression)
                    .and_then(|template| template.evaluate(&Environment::from(scope)));
                let actual = value.map_err(|error| Unplanned::at("the expression", &error))?;
                Ok(Self::Expression { expression, actual })
            }
        }
    }

    /// What was found: in `Ok` where it is as it should be, in `Err` where it is not.
    async fn hold(&self, context: &Context) -> Result<Result<String, String>, Failure> {
        match self {
            Self::StageStatus { stage, actual: None, .. } => Ok(Err(format!("there is no stage {stage}"))),
            Self::StageStatus { stage, status, actual: Some(actual) } if status == actual => {
                Ok(Ok(format!("stage {stage} is {}", actual.as_str())))
            }
            Self::StageStatus { stage, status, actual: Some(actual) } => {
                Ok(Err(format!("stage {stage} is {}, not {}", actual.as_str(), status.as_str())))
            }
            Self::Expression { expression, actual } if truth(actual) == Some(true) => {
                Ok(Ok(format!("{} is true", shown(expression))))
            }
            Self::Expression { expression, actual } => {
                Ok(Err(format!("{} is {}, not true", shown(expression), shown(&actual.to_string()))))
            }
            Self::ClusterSize { target, comparison, expected, only_enabled } => {
                let mut found = Vec::new();
                let mut holds = true;
                for (location, groups) in target.groups(context).await? {
                    let count = groups.iter().filter(|group| !only_enabled || !group.disabled).count();
                    holds &= comparison.holds(count, *expected);
                    let which = if *only_enabled { "enabled server group" } else { "server group" };
                    let plural = if count == 1 { "" } else { "s" };
                    found.push(format!("{count} {which}{plural} in {}", location.region));
                }
                let found = format!("cluster {} has {}", target.cluster, found.join(", "));
                let rule = format!("{} {expected} {}", comparison.words(), if holds { "holds" } else { "is needed" });
                Ok(if holds { Ok(found) } else { Err(format!("{found}; {rule}")) })
            }
        }
    }
}

/// As much of a text as a message has room for.
fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl From<Comparison> for Compare {
    fn from(comparison: Comparison) -> Self {
        match comparison {
            Comparison::Unspecified | Comparison::Equal => Self::Equal,
            Comparison::Less => Self::Less,
            Comparison::LessOrEqual => Self::LessOrEqual,
            Comparison::Greater => Self::Greater,
            Comparison::GreaterOrEqual => Self::GreaterOrEqual,
        }
    }
}

impl Compare {
    fn holds(self, found: usize, expected: usize) -> bool {
        match self {
            Self::Equal => found == expected,
            Self::Less => found < expected,
            Self::LessOrEqual => found <= expected,
            Self::Greater => found > expected,
            Self::GreaterOrEqual => found >= expected,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Equal => "exactly",
            Self::Less => "fewer than",
            Self::LessOrEqual => "at most",
            Self::Greater => "more than",
            Self::GreaterOrEqual => "at least",
        }
    }
}

/// The status that a precondition asks for; those that the API only shows are none that a stage could have here.
fn status(status: v1::StageStatus) -> Result<StageStatus, Failure> {
    Ok(match status {
        v1::StageStatus::NotStarted => StageStatus::NotStarted,
        v1::StageStatus::Running | v1::StageStatus::Waiting | v1::StageStatus::Paused => StageStatus::Running,
        v1::StageStatus::Succeeded => StageStatus::Succeeded,
        v1::StageStatus::FailedContinue => StageStatus::FailedContinue,
        v1::StageStatus::Terminal => StageStatus::Terminal,
        v1::StageStatus::Canceled => StageStatus::Canceled,
        v1::StageStatus::Stopped => StageStatus::Stopped,
        v1::StageStatus::Skipped => StageStatus::Skipped,
        v1::StageStatus::Unspecified => {
            return Err(Failure::permanent("the stage's configuration lacks `preconditions.stage_status.status`"));
        }
    })
}
