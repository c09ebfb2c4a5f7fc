//! Methods of lists. Lists are values: nothing changes one.

use crate::expression::Problem;
use crate::expression::builtin::{Builtin, Call, Outcome, row};
use crate::expression::operators::equal;
use crate::expression::value::Value;

pub(super) static ROWS: [Builtin; 12] = [
    row("size", "", "How many elements it has.", "{1, 2, 3}.size()", "3", size),
    row("isEmpty", "", "Whether it has none.", "{}.isEmpty()", "true", is_empty),
    row("get", "index", "An element, counted from 0.", "{'a', 'b'}.get(1)", r#""b""#, get),
    row("getFirst", "", "The first element.", "{'a', 'b'}.getFirst()", r#""a""#, get_first),
    row("getLast", "", "The last element.", "{'a', 'b'}.getLast()", r#""b""#, get_last),
    row("contains", "value", "Whether a value is among them.", "{'a', 'b'}.contains('b')", "true", contains),
    row(
        "containsAll",
        "values",
        "Whether all values of another list are among them.",
        "{1, 2, 3}.containsAll({1, 3})",
        "true",
        contains_all,
    ),
    row(
        "indexOf",
        "value",
        "The place of the first such element, or -1.",
        "{'a', 'b', 'a'}.indexOf('a')",
        "0",
        index_of,
    ),
    row(
        "lastIndexOf",
        "value",
        "The place of the last such element, or -1.",
        "{'a', 'b', 'a'}.lastIndexOf('a')",
        "2",
        last_index_of,
    ),
    row(
        "subList",
        "from, to",
        "The elements from one place up to, but without, another.",
        "{1, 2, 3, 4}.subList(1, 3)",
        "[2,3]",
        sub_list,
    ),
    row("toArray", "", "The list itself.", "{1, 2}.toArray()", "[1,2]", to_array),
    row("reversed", "", "The elements from the last to the first.", "{1, 2, 3}.reversed()", "[3,2,1]", reversed),
];

fn length(call: &Call<'_, '_>) -> usize {
    call.this.length().unwrap_or(0)
}

fn size<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(Value::count(length(call)))
}

fn is_empty<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok((length(call) == 0).into())
}

fn at<'a>(call: &Call<'_, 'a>, index: i64) -> Outcome<'a> {
    let element = usize::try_from(index).ok().and_then(|place| call.this.element(place));
    element.ok_or_else(|| Problem::OutOfRange { owner: "the list".to_owned(), index, length: length(call) })
}

fn get<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    at(call, call.whole(0)?)
}

fn get_first<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    at(call, 0)
}

fn get_last<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    at(call, i64::try_from(length(call)).unwrap_or(i64::MAX) - 1)
}

fn place_of<'a>(call: &mut Call<'_, 'a>, wanted: &Value<'a>, last: bool) -> Result<Option<usize>, Problem> {
    let mut found = None;
    for (place, element) in call.this_list()?.iter().enumerate() {
        if equal(element, wanted, call.budget())? {
            found = Some(place);
            if !last {
                break;
            }
        }
    }
    Ok(found)
}

fn contains<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let wanted = call.value(0);
    Ok(place_of(call, &wanted, false)?.is_some().into())
}

fn contains_all<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    for wanted in call.list(0)? {
        if place_of(call, &wanted, false)?.is_none() {
            return Ok(false.into());
        }
    }
    Ok(true.into())
}

fn index_of<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let wanted = call.value(0);
    Ok(place_of(call, &wanted, false)?.map_or_else(|| (-1).into(), Value::count))
}

fn last_index_of<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let wanted = call.value(0);
    Ok(place_of(call, &wanted, true)?.map_or_else(|| (-1).into(), Value::count))
}

fn sub_list<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let (from, to) = (call.count(0)?, call.count(1)?);
    let list = call.this_list()?;
    match list.get(from..to) {
        Some(part) => Ok(part.to_vec().into()),
        None => call.failed(format!("there are no elements {from} to {to} in a list of {}", list.len())),
    }
}

fn to_array<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(call.this.clone())
}

fn reversed<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let mut list = call.this_list()?;
    list.reverse();
    Ok(list.into())
}
