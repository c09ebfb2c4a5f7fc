//! The ends of the ranges of numbers.

use serde_json::json;

use super::{ANY, all_end};
use crate::fixture::World;
use crate::table;

#[test]
fn numbers_have_ends() {
    let world = World::with([("huge", json!(u64::MAX)), ("tiny", json!(i64::MIN)), ("great", json!(1.7e308))]);
    for extreme in [
        "T(Integer).MIN_VALUE",
        "T(Long).MIN_VALUE",
        "T(Double).MIN_VALUE",
        "T(Double).MAX_VALUE",
        "parameters.tiny",
        "parameters.huge",
        "parameters.great",
    ] {
        for row in table::rows(include_str!("numbers.txt")) {
            let expression = row.text.replace('X', extreme);
            all_end(&world, [format!("${{ {expression} }}"), format!("a ${{ {expression} }}")], ANY);
        }
    }
}
