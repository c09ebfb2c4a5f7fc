//! Values from outside the execution, as far as they were gathered.

use super::read;
use crate::expression::builtin::{Builtin, Call, Outcome, row};
use crate::expression::text::Text;
use crate::expression::value::Value;
use crate::expression::{Lookup, LookupFunction, MAX_QUESTION, Problem};

pub(super) static ROWS: [Builtin; 10] = [
    row(
        "fromUrl",
        "url",
        "The text behind a URL.",
        "#fromUrl('https://example.com/version')",
        r#""1.2.3\n""#,
        from_url,
    ),
    row(
        "jsonFromUrl",
        "url",
        "The JSON value behind a URL.",
        "#jsonFromUrl('https://example.com/build.json').number",
        "42",
        json_from_url,
    ),
    row(
        "yamlFromUrl",
        "url",
        "The value of the YAML document behind a URL.",
        "#yamlFromUrl('https://example.com/values.yaml').replicas",
        "3",
        yaml_from_url,
    ),
    row(
        "propertiesFromUrl",
        "url",
        "The properties behind a URL, as texts.",
        "#propertiesFromUrl('https://example.com/build.properties').branch",
        r#""main""#,
        properties_from_url,
    ),
    row(
        "pipelineId",
        "name",
        "The id of a pipeline of the same application; it is a mistake if there is none.",
        "#pipelineId('Deploy shop')",
        r#""deploy-shop""#,
        pipeline_id,
    ),
    row(
        "pipelineIdOrNull",
        "name",
        "The id of a pipeline of the same application, or null.",
        "#pipelineIdOrNull('Gone') == null",
        "true",
        pipeline_id_or_null,
    ),
    row(
        "pipelineIdInApplication",
        "name, application",
        "The id of a pipeline of another application.",
        "#pipelineIdInApplication('Deploy cart', 'cart')",
        r#""deploy-cart""#,
        pipeline_id_in_application,
    ),
    row(
        "applicationMetadata",
        "name",
        "What is known of an application.",
        "#applicationMetadata('shop').email",
        r#""shop@example.com""#,
        application_metadata,
    ),
    row(
        "canaryConfigNameToId",
        "name, application",
        "Not supported by this server; it is always a mistake.",
        "#stageExists('Canary') ? #canaryConfigNameToId('a', 'b') : ''",
        r#""""#,
        not_supported,
    ),
    row(
        "cfServiceKey",
        "stage",
        "Not supported by this server; it is always a mistake.",
        "#stageExists('Canary') ? #cfServiceKey('a') : ''",
        r#""""#,
        not_supported,
    ),
];

/// The answer to a question, as it was gathered.
fn fact<'a>(call: &Call<'_, 'a>, function: LookupFunction, arguments: &[&str]) -> Outcome<'a> {
    if arguments.iter().map(|argument| argument.len()).sum::<usize>() > MAX_QUESTION {
        return Err(Problem::TooLong { what: "what is looked up", limit: MAX_QUESTION });
    }
    let lookup = Lookup::new(function, arguments);
    match call.environment.fact(&lookup) {
        Some(Ok(value)) => Ok(value.into()),
        Some(Err(error)) => call.failed(error),
        None => Err(Problem::Missing(lookup)),
    }
}

fn body<'a>(call: &Call<'_, 'a>) -> Result<Text<'a>, Problem> {
    let url = call.text(0)?;
    match fact(call, LookupFunction::FromUrl, &[&*url])? {
        Value::Text(text) => Ok(text),
        other => Err(call.mismatch("a text behind the URL", &other)),
    }
}

fn from_url<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    body(call).map(Value::Text)
}

fn json_from_url<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let text = body(call)?;
    read::json(call, &text)
}

fn yaml_from_url<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let text = body(call)?;
    read::yaml(call, &text)
}

fn properties_from_url<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let text = body(call)?;
    read::properties(call, &text)
}

fn own_application<'a>(call: &Call<'_, 'a>) -> &'a str {
    &call.environment.execution().start.definition.application
}

fn pipeline<'a>(call: &Call<'_, 'a>, application: &str) -> Outcome<'a> {
    let name = call.text(0)?;
    match fact(call, LookupFunction::PipelineId, &[application, &*name])? {
        Value::Null => call.failed(format!("application {application:?} has no pipeline {:?}", &*name)),
        id => Ok(id),
    }
}

fn pipeline_id<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    pipeline(call, own_application(call))
}

fn pipeline_id_or_null<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let name = call.text(0)?;
    fact(call, LookupFunction::PipelineId, &[own_application(call), &*name])
}

fn pipeline_id_in_application<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let application = call.text(1)?;
    pipeline(call, &application)
}

fn application_metadata<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let name = call.text(0)?;
    fact(call, LookupFunction::ApplicationMetadata, &[&*name])
}

fn not_supported<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    call.failed("this function is not supported by this server")
}
