//! The guide to expressions says what there is.

use crate::expression::catalogue;

const GUIDE: &str = include_str!("../../../../../docs/expressions.md");

#[test]
fn the_guide_has_the_catalogue_as_it_is() {
    let begin = GUIDE.find("<!-- begin generated -->\n").expect("the guide has a mark");
    let end = GUIDE.find("<!-- end generated -->").expect("the guide has a mark");
    let generated = GUIDE[begin..end].split_once("-->\n").map(|(_, rest)| rest.trim());
    let stale = generated != Some(catalogue().to_markdown().trim());
    assert!(!stale, "docs/expressions.md is stale: run `cargo run -p gennaker-core --example expression_guide`");
}
