use serde_json::{Value as Json, json};

use super::*;

fn plan(template: &Json, config: &Json) -> Result<Json, String> {
    let mut findings = Findings::default();
    let templates = Templates::read(&[template.to_string()], &mut findings);
    let problems: Vec<String> = findings.into_vec().into_iter().map(|finding| finding.reason).collect();
    if !problems.is_empty() {
        return Err(problems.join("; "));
    }
    let Json::Object(config) = config.clone() else { panic!("a configuration is an object") };
    templates.plan(config, &mut Findings::default()).map(Json::Object)
}

fn template(variables: Json, pipeline: Json) -> Json {
    json!({"schema": "v2", "id": "t", "variables": variables, "pipeline": pipeline})
}

fn config(variables: Json) -> Json {
    json!({"schema": "v2", "application": "a", "name": "n", "template": {"reference": "spinnaker://t"}, "variables": variables})
}

/// What a text of the template becomes.
fn filled(text: &str, kind: &str, value: Json) -> Result<Json, String> {
    let template = template(json!([{"name": "v", "type": kind}]), json!({"x": text}));
    plan(&template, &config(json!({ "v": value }))).map(|planned| planned["x"].clone())
}

#[test]
fn values_are_put_into_texts() {
    let object = json!({"a": {"b": [1, "two"]}, "c": "it's"});
    for (text, kind, value, expected) in [
        ("${ templateVariables.v }", "int", json!(3), json!(3)),
        ("${templateVariables['v']}", "list", json!([1]), json!([1])),
        ("${templateVariables.v.a.b[1]}", "object", object.clone(), json!("two")),
        ("n=${ templateVariables.v }!", "int", json!(3), json!("n=3!")),
        ("${ templateVariables.v.a.b }-", "object", object.clone(), json!("[1,\"two\"]-")),
        ("${ templateVariables.v + parameters.n }", "int", json!(3), json!("${ 3 + parameters.n }")),
        ("${ templateVariables.v.c == x }", "object", object.clone(), json!("${ 'it''s' == x }")),
        ("${ templateVariables.v.a.b.size() }", "object", object.clone(), json!("${ {1, 'two'}.size() }")),
        ("${ 'templateVariables.v' }", "int", json!(3), json!("${ 'templateVariables.v' }")),
        ("${ my.templateVariables.v }", "int", json!(3), json!("${ my.templateVariables.v }")),
        ("${ {1: '}'} } ${ templateVariables.v }", "boolean", json!(true), json!("${ {1: '}'} } true")),
        ("${ templateVariables.v", "int", json!(3), json!("${ templateVariables.v")),
    ] {
        assert_eq!(filled(text, kind, value), Ok(expected), "{text}");
    }
    let condition =
        template(json!([{"name": "v"}]), json!({"stageEnabled": {"expression": "templateVariables.v == 'x'"}}));
    let planned = plan(&condition, &config(json!({"v": "y"}))).unwrap();
    assert_eq!(planned["stageEnabled"]["expression"], "'y' == 'x'");
}

#[test]
fn values_are_checked() {
    let error = |kind: &str, value: Json| filled("", kind, value).unwrap_err();
    assert_eq!(error("int", json!("3")), "the variable \"v\" is of the type int, and its value is a text");
    assert_eq!(error("int", json!(1.5)), "the variable \"v\" is of the type int, and its value is a number");
    assert_eq!(error("list", json!({})), "the variable \"v\" is of the type list, and its value is an object");
    assert!(error("map", json!({})).contains("none of int, float"));
    assert!(error("string", json!("${ templateVariables.v }")).contains("refers to a variable"));
    assert_eq!(filled("${templateVariables.v}", "int", json!("${ parameters.n }")), Ok(json!("${ parameters.n }")));
    let two =
        template(json!([{"name": "a"}, {"name": "b", "defaultValue": "x"}]), json!({"y": "${templateVariables.b}"}));
    assert_eq!(
        plan(&two, &config(json!({"c": 1}))).unwrap_err(),
        "the variable \"a\" has no value; the template has no variable \"c\""
    );
    assert_eq!(plan(&two, &config(json!({"a": ""}))).unwrap()["y"], "x");
    assert!(filled("${ x + templateVariables.w }", "int", json!(1)).unwrap_err().contains("no such variable"));
}

#[test]
fn a_configuration_adds_to_its_template() {
    let base = json!({"triggers": [{"type": "cron"}], "parameterConfig": [{"name": "p", "default": "1"}],
        "notifications": [{"type": "slack"}], "limitConcurrent": true, "stages": [{"refId": "1"}]});
    let mut config = config(json!({}));
    config["exclude"] = json!(["notifications"]);
    config["parameters"] = json!([{"name": "p", "default": "2"}, {"name": "q"}]);
    config["triggers"] = json!([{"type": "cron"}, {"type": "webhook"}]);
    config["limitConcurrent"] = json!(false);
    let planned = plan(&template(json!([]), base.clone()), &config).unwrap();
    assert_eq!(
        planned,
        json!({"application": "a", "name": "n", "limitConcurrent": false, "stages": [{"refId": "1"}],
            "triggers": [{"type": "cron"}, {"type": "webhook"}], "notifications": [], "expectedArtifacts": [],
            "parameterConfig": [{"name": "p", "default": "2"}, {"name": "q"}]})
    );
    config["inherit"] = json!(["parameters"]);
    let planned = plan(&template(json!([]), base.clone()), &config).unwrap();
    assert_eq!(planned["triggers"], json!([{"type": "cron"}, {"type": "webhook"}]));
    config["stages"] = json!([{"refId": "2"}]);
    let mut protected = template(json!([]), base);
    protected["protect"] = json!(true);
    assert!(plan(&protected, &config).unwrap_err().contains("protected"));
}

#[test]
fn what_can_not_be_planned_is_an_error() {
    let sound = template(json!([]), json!({}));
    let with = |template: Json| json!({"schema": "v2", "name": "n", "template": template});
    assert!(plan(&sound, &with(json!("spinnaker://other"))).unwrap_err().contains("not among the templates"));
    assert!(plan(&sound, &with(json!("https://x"))).unwrap_err().contains("spinnaker://ID"));
    assert!(plan(&sound, &with(json!("spinnaker://t:v1"))).is_ok());
    assert!(plan(&sound, &json!({"type": "templatedPipeline", "config": {}})).unwrap_err().contains("schema v1"));
    assert!(plan(&json!({"schema": "1", "id": "t"}), &with(json!("x"))).unwrap_err().contains("not of the schema v2"));
    let recursive = template(json!([]), json!({"template": "spinnaker://t"}));
    assert!(plan(&recursive, &with(json!("spinnaker://t"))).unwrap_err().contains("uses a template itself"));
    let bomb = template(json!([{"name": "v"}]), json!({"stages": vec!["${ templateVariables.v }x"; 100]}));
    assert!(plan(&bomb, &config(json!({"v": "y".repeat(100_000)}))).unwrap_err().contains("more than 4000000 bytes"));
}
