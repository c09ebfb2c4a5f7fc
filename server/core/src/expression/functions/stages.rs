//! Finding stages and what they made.

use crate::execution::{Stage, StageId};
use crate::expression::Problem;
use crate::expression::builtin::{Builtin, Call, Outcome, row};
use crate::expression::roots::{View, server_groups};
use crate::expression::value::Value;

pub(super) static ROWS: [Builtin; 7] = [
    row(
        "stage",
        "nameOrId",
        "The first stage with a name or an id; it is a mistake if there is none.",
        "#stage('Bake').outputs.image",
        r#""shop:42""#,
        stage,
    ),
    row(
        "stageByRefId",
        "id",
        "The stage with an id; it is a mistake if there is none.",
        "#stageByRefId('bake').name",
        r#""Bake""#,
        stage_by_ref_id,
    ),
    row(
        "stageExists",
        "nameOrId",
        "Whether there is a stage with a name or an id.",
        "#stageExists('Canary')",
        "false",
        stage_exists,
    ),
    row(
        "currentStage",
        "",
        "The stage whose expression this is.",
        "#currentStage().name",
        r#""Deploy""#,
        current_stage,
    ),
    row(
        "judgment",
        "name",
        "The option that was chosen in a manual judgment.",
        "#judgment('Go?')",
        r#""blue""#,
        judgment,
    ),
    row("judgement", "name", "The same as `judgment`.", "#judgement('Go?') == 'blue'", "true", judgment),
    row(
        "deployedServerGroups",
        "names...",
        "The server groups that the stages before have made: all, or those of the stages with these names.",
        "#deployedServerGroups('Deploy east')[0].serverGroup",
        r#""shop-v001""#,
        deployed_server_groups,
    ),
];

/// The first stage with this id or name. Going through the stages is paid for.
pub(super) fn find<'a>(call: &mut Call<'_, 'a>, name: &str) -> Result<Option<&'a Stage>, Problem> {
    call.session.budget.steps(call.environment.effort())?;
    let execution = call.environment.execution();
    let by_id = execution.stage(&StageId::from(name));
    Ok(by_id.or_else(|| execution.stages.iter().find(|stage| stage.definition.name == name)))
}

fn names(call: &Call<'_, '_>) -> Vec<String> {
    call.environment.execution().top_level().map(|stage| stage.definition.name.clone()).collect()
}

pub(super) fn found<'a>(call: &Call<'_, 'a>, name: &str, stage: Option<&'a Stage>) -> Result<&'a Stage, Problem> {
    stage.ok_or_else(|| Problem::NotOffered { what: "stage", name: format!("{name:?}"), known: names(call) })
}

fn stage<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let name = call.written(0)?;
    let stage = find(call, &name)?;
    let stage = found(call, &name, stage)?;
    Ok(Value::View(View::Stage(stage)))
}

fn stage_by_ref_id<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let id = call.written(0)?;
    let stage = found(call, &id, call.environment.execution().stage(&StageId::from(&*id)))?;
    Ok(Value::View(View::Stage(stage)))
}

fn stage_exists<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let name = call.written(0)?;
    Ok(find(call, &name)?.is_some().into())
}

fn current_stage<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    match call.environment.stage() {
        Some(stage) => Ok(Value::View(View::Stage(stage))),
        None => call.failed("this expression belongs to no stage"),
    }
}

fn judgment<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let name = call.text(0)?;
    let stage = find(call, &name)?;
    let stage = found(call, &name, stage)?;
    match stage.outputs.get("input").or_else(|| stage.outputs.get("judgmentInput")) {
        Some(input) => Ok(input.into()),
        None => call.failed(format!("stage {:?} has no answer to a judgment", &*name)),
    }
}

fn deployed_server_groups<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let mut names = Vec::new();
    for place in 0..call.arguments.len() {
        match call.value(place) {
            Value::Text(text) => names.push(text),
            _ => {
                for name in call.list(place)? {
                    let Value::Text(name) = name else { return Err(call.mismatch("names of stages", &name)) };
                    names.push(name);
                }
            }
        }
    }
    call.session.budget.steps(call.environment.execution().stages.len())?;
    Ok(server_groups(call.environment, &names))
}
