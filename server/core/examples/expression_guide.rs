//! Writes the tables of `docs/expressions.md` from the language's own: `cargo run -p gennaker-core --example expression_guide`.

use std::path::Path;
use std::{fs, io};

use gennaker_core::expression::catalogue;

const BEGIN: &str = "<!-- begin generated -->\n";
const END: &str = "<!-- end generated -->";

fn main() -> io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/expressions.md");
    let guide = fs::read_to_string(&path)?;
    let marks = guide.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = marks.ok_or_else(|| io::Error::other("the guide lacks the marks of the generated part"))?;
    fs::write(&path, format!("{before}{BEGIN}\n{}\n{END}{after}", catalogue().to_markdown().trim()))
}
