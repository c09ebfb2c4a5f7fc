//! Methods of all values.

use crate::expression::builtin::{Builtin, Call, Outcome, row};
use crate::expression::operators::{equal, order, written};
use crate::expression::value::Value;

pub(super) static ROWS: [Builtin; 3] = [
    row(
        "toString",
        "",
        "The value written out; a list or a map as JSON.",
        "{1, 2}.toString()",
        r#""[1,2]""#,
        to_string,
    ),
    row("equals", "other", "Whether it is the same as another.", "'a'.equals('A')", "false", equals),
    row(
        "compareTo",
        "other",
        "-1 if it comes before another of its type, 0 if it is the same, 1 if it comes after.",
        "(2).compareTo(10)",
        "-1",
        compare_to,
    ),
];

fn to_string<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(Value::Text(written(&call.this.clone(), call.budget())?))
}

fn equals<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(equal(&call.this.clone(), &call.value(0), call.budget())?.into())
}

fn compare_to<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let order = order("compareTo", &call.this, &call.value(0))?;
    Ok(order.map_or(0, |order| order as i32).into())
}
