//! Properties that a job hands over: in lines of its output, and in a file.

use std::path::Path;

use serde_json::{Map, Value};

/// What the lines begin with that have a property. Spinnaker's names are in small letters whatever is written.
const OWN_PROPERTY: &str = "GENNAKER_PROPERTY_";
const SPINNAKER_PROPERTY: &str = "SPINNAKER_PROPERTY_";
/// What the lines begin with that have a JSON object of properties.
const JSON_PROPERTIES: [&str; 2] = ["GENNAKER_CONFIG_JSON=", "SPINNAKER_CONFIG_JSON="];
/// How many properties a job may hand over in its output.
const MAX_PROPERTIES: usize = 500;

/// The properties in lines `GENNAKER_PROPERTY_name=value` and `GENNAKER_CONFIG_JSON={...}`, or the same with `SPINNAKER_`.
///
/// # Errors
/// Where a line is to have JSON and has none, or there are too many.
pub(crate) fn of_log(log: &str) -> Result<Map<String, Value>, String> {
    let mut properties = Map::new();
    for line in log.lines().map(str::trim) {
        if let Some(json) = JSON_PROPERTIES.iter().find_map(|prefix| line.strip_prefix(prefix)) {
            properties.extend(object(serde_json::from_str(json), "a line of the output with properties as JSON")?);
        } else if let Some((name, value)) = line.strip_prefix(OWN_PROPERTY).and_then(|rest| rest.split_once('=')) {
            properties.insert(name.trim().to_owned(), value.trim().into());
        } else if let Some((name, value)) = line.strip_prefix(SPINNAKER_PROPERTY).and_then(|rest| rest.split_once('='))
        {
            properties.insert(name.trim().to_lowercase(), value.trim().into());
        }
    }
    if properties.len() > MAX_PROPERTIES {
        return Err(format!("the output has {} properties; {MAX_PROPERTIES} may be", properties.len()));
    }
    Ok(properties)
}

/// The properties of a file: JSON or YAML by the end of its name, and lines `name=value` otherwise.
///
/// # Errors
/// Where it is not what it should be, or empty.
pub(crate) fn of_file(path: &str, content: &str) -> Result<Map<String, Value>, String> {
    let what = format!("the property file {path}");
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let properties = match extension.to_lowercase().as_str() {
        _ if content.trim().is_empty() => Map::new(),
        "json" => object(serde_json::from_str(content), &what)?,
        "yaml" | "yml" => object(serde_saphyr::from_str(content), &what)?,
        _ => of_lines(content),
    };
    if properties.is_empty() { Err(format!("{what} is empty")) } else { Ok(properties) }
}

fn object<E: std::fmt::Display>(parsed: Result<Value, E>, what: &str) -> Result<Map<String, Value>, String> {
    match parsed {
        Ok(Value::Object(properties)) => Ok(properties),
        Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            Err(format!("{what} is no object with names and values"))
        }
        Err(error) => Err(format!("{what} can't be read: {error}")),
    }
}

/// Lines `name=value` or `name: value`, and comments that begin with `#` or `!`.
fn of_lines(content: &str) -> Map<String, Value> {
    let property = |line: &str| {
        let line = line.trim();
        let (name, value) = line.split_once(['=', ':']).unwrap_or((line, ""));
        let comment = line.is_empty() || line.starts_with(['#', '!']);
        (!comment).then(|| (name.trim().to_owned(), value.trim().into()))
    };
    content.lines().filter_map(property).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_of_the_output_are_found_among_others() {
        let log = "begin\n GENNAKER_PROPERTY_Version = 1=2 \nSPINNAKER_PROPERTY_Tag=v1\nGENNAKER_PROPERTY_none\n\
                   SPINNAKER_CONFIG_JSON={\"artifacts\": [{\"type\": \"docker/image\"}], \"n\": 3}\nmy GENNAKER_PROPERTY_x=1\n";
        let expected = json!({"Version": "1=2", "tag": "v1", "artifacts": [{"type": "docker/image"}], "n": 3});
        assert_eq!(Value::Object(of_log(log).unwrap()), expected);
        assert!(of_log("GENNAKER_CONFIG_JSON=[1]").unwrap_err().ends_with("is no object with names and values"));
        assert!(of_log("GENNAKER_CONFIG_JSON={").unwrap_err().contains("can't be read: EOF"));
        let many: String = (0..501).map(|n| format!("GENNAKER_PROPERTY_p{n}=1\n")).collect();
        assert_eq!(of_log(&many).unwrap_err(), "the output has 501 properties; 500 may be");
    }

    #[test]
    fn files_are_read_by_the_end_of_their_name() {
        let read = |path: &str, content: &str| of_file(path, content).map(Value::Object);
        let lines = "# comment\n! too\n\na = 1=1\nb: two words\nc\n";
        assert_eq!(read("out.properties", lines), Ok(json!({"a": "1=1", "b": "two words", "c": ""})));
        assert_eq!(read("a/OUT.JSON", r#"{"a": [1]}"#), Ok(json!({"a": [1]})));
        assert_eq!(read("out.yml", "a:\n  b: true\n"), Ok(json!({"a": {"b": true}})));
        assert_eq!(read("out.json", " \n"), Err("the property file out.json is empty".to_owned()));
        assert_eq!(read("out.json", "{}"), Err("the property file out.json is empty".to_owned()));
        assert_eq!(
            read("out.yaml", "- 1\n"),
            Err("the property file out.yaml is no object with names and values".to_owned())
        );
        assert!(read("out.json", "{").unwrap_err().starts_with("the property file out.json can't be read: "));
        assert!(read("out.yaml", "a: [").unwrap_err().starts_with("the property file out.yaml can't be read: "));
    }
}
