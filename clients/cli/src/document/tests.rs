use gennaker_client::{Status, v1};
use tonic_types::{ErrorDetails, StatusExt};

use super::*;

const PIPELINE: &str = "\
kind: Application
name: applications/hello
---
kind: Pipeline
name: applications/hello/pipelines/deploy
stages:
  - id: a
    wait:
      duration: 1s
  - id: b
    dependsOn: [a]
    wait: {duration: 2s}
";

fn errors(text: &str) -> String {
    let documents = match parse("f.yaml", text) {
        Ok(documents) => documents,
        Err(error) => return error.to_string(),
    };
    let wrong = documents.iter().filter_map(|document| document.decode::<v1::Pipeline>().err());
    wrong.map(|error| error.to_string()).collect::<Vec<_>>().join("\n")
}

#[test]
fn reads_several_documents() {
    let documents = parse("f.yaml", PIPELINE).unwrap();
    assert_eq!(
        documents.iter().map(|it| it.kind).collect::<Vec<_>>(),
        [DocumentKind::Application, DocumentKind::Pipeline]
    );
    let pipeline: v1::Pipeline = documents[1].decode().unwrap();
    assert_eq!(pipeline.stages[1].depends_on, ["a"]);
}

#[test]
fn reads_json_too() {
    let text = r#"{"kind": "Pipeline", "display_name": "A", "stages": [{"id": "a", "wait": {}}]}"#;
    let pipeline: v1::Pipeline = parse("f.json", text).unwrap()[0].decode().unwrap();
    assert_eq!(pipeline.display_name, "A");
}

#[test]
fn names_the_line_of_what_is_wrong() {
    let texts = [
        "kind: Pipeline\nstages:\n- id: a\n  wait:\n    durration: 1s\n",
        "kind: Pipeline\nstages:\n- id: a\n  wait:\n    duration: soon\n",
        "kind: Pipeline\nstages:\n- id: 7\n  wait: {}\n",
        "kind: Pipeline\nstages:\n- id: a\n  onFailure: IGNORED\n",
        "kind: Pipeline\ncolour: red\n",
        "kind: Pipeline\nstages:\n- id: a\n  wait: {}\n  deploy: {}\n",
    ];
    insta::assert_snapshot!(texts.map(errors).join("\n"));
}

#[test]
fn names_what_is_missing_or_no_document() {
    let texts = [
        "name: x\n",
        "kind: Deployment\n---\n- a\n",
        "kind: Pipeline\nname: [a\n",
        "kind: Pipeline\nname: a\nname: b\n",
    ];
    insta::assert_snapshot!(texts.map(errors).join("\n"));
}

#[test]
fn a_refusal_of_the_server_names_the_lines() {
    let details = ErrorDetails::with_bad_request(vec![
        tonic_types::FieldViolation::new("pipeline.stages[1].wait.duration", "must be at least 3 s"),
        tonic_types::FieldViolation::new("stages[1].depends_on[0]", "there is no stage `a`"),
        tonic_types::FieldViolation::new("pipeline.parameters", "is missing"),
    ]);
    let status = Status::with_error_details(gennaker_client::Code::InvalidArgument, "wrong", details);
    let documents = parse("f.yaml", PIPELINE).unwrap();
    let other = Error::from(Status::not_found("there is no application"));
    insta::assert_snapshot!([documents[1].refused(&Error::from(status)), documents[1].refused(&other)].join("\n"));
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let mut text = "kind: Pipeline\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let names = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{names}]\n"));
    }
    assert!(parse("f.yaml", &text).is_err());
}
