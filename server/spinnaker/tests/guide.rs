//! The guide for those who come from Spinnaker says what the importer does.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeSet;

use gennaker_proto::v1;
use gennaker_spinnaker::{Known, import, stage_kinds};
use serde_json::Value as Json;

const GUIDE: &str = include_str!("../../../docs/coming-from-spinnaker.md");

fn block(language: &str) -> &'static str {
    let start = GUIDE.split_once(&format!("```{language}\n")).unwrap().1;
    start.split_once("```").unwrap().0
}

#[test]
fn the_example_becomes_what_it_says() {
    let known = Known { application: "shop".to_owned(), ..Known::default() };
    let imported = import(&[block("json").to_owned()], &[], &known).remove(0);
    let mut expected: Json = serde_saphyr::from_str(block("yaml")).unwrap();
    assert_eq!(expected.as_object_mut().unwrap().remove("kind"), Some(Json::from("Pipeline")));
    let expected: v1::Pipeline = gennaker_proto::json::decode(&expected).unwrap();
    let encode = |pipeline: &v1::Pipeline| gennaker_proto::json::encode(pipeline);
    assert_eq!(imported.pipeline.as_ref().map(encode), Some(encode(&expected)), "{:?}", imported.findings);
}

#[test]
fn the_table_of_kinds_is_complete() {
    let table = GUIDE.split_once("| Spinnaker's type | Kind here |").unwrap().1;
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let words = |cell: &str| -> Vec<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let mut told = BTreeSet::new();
    for row in rows {
        let cells: Vec<&str> = row.split('|').collect();
        let (theirs, ours) = (words(cells[1]), words(cells[2]));
        theirs.iter().filter(|word| *word != "EXPLICIT").for_each(|word| {
            told.insert((word.clone(), ours[0].clone()));
        });
    }
    let camel = |name: &str| {
        let mut words = name.split('_');
        let first = words.next().unwrap().to_owned();
        words.fold(first, |name, word| format!("{name}{}{}", word[..1].to_uppercase(), &word[1..]))
    };
    let known: BTreeSet<(String, String)> = stage_kinds()
        .filter(|(_, ours)| *ours != "fail")
        .map(|(theirs, ours)| (theirs.to_owned(), camel(ours)))
        .collect();
    assert_eq!(told, known);
}
