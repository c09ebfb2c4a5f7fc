//! Methods of maps and of their entries.

use std::rc::Rc;

use crate::expression::builtin::{Builtin, Call, Outcome, row};
use crate::expression::operators::equal;
use crate::expression::value::Value;

pub(super) static ROWS: [Builtin; 9] = [
    row("size", "", "How many entries it has.", "{a: 1, b: 2}.size()", "2", size),
    row("isEmpty", "", "Whether it has none.", "{:}.isEmpty()", "true", is_empty),
    row("get", "key", "What it has under a key, or null.", "{a: 1}.get('b') == null", "true", get),
    row(
        "getOrDefault",
        "key, otherwise",
        "What it has under a key, or else another value.",
        "{a: 1}.getOrDefault('b', 2)",
        "2",
        get_or_default,
    ),
    row("containsKey", "key", "Whether it has a key.", "{a: 1}.containsKey('a')", "true", contains_key),
    row("containsValue", "value", "Whether it has a value.", "{a: 1}.containsValue(2)", "false", contains_value),
    row("keySet", "", "The keys, in alphabetical order.", "{b: 1, a: 2}.keySet()", r#"["a","b"]"#, key_set),
    row("values", "", "The values, in the order of their keys.", "{b: 1, a: 2}.values()", "[2,1]", values),
    row(
        "entrySet",
        "",
        "The entries, each with `key` and `value`, in the order of their keys.",
        "{b: 1, a: 2}.entrySet().![key + value]",
        r#"["a2","b1"]"#,
        entry_set,
    ),
];

pub(super) static ENTRY: [Builtin; 2] = [
    row("getKey", "", "The key.", "{a: 1}.entrySet()[0].getKey()", r#""a""#, get_key),
    row("getValue", "", "The value.", "{a: 1}.![getValue()]", "[1]", get_value),
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

fn get<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let key = call.written(0)?;
    Ok(call.this.get(&key).into())
}

fn get_or_default<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let key = call.written(0)?;
    Ok(call.this.get(&key).unwrap_or_else(|| call.value(1)))
}

fn contains_key<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let key = call.written(0)?;
    Ok(call.this.get(&key).is_some().into())
}

/// The values, paid for.
fn all<'a>(call: &mut Call<'_, 'a>) -> Result<Vec<Value<'a>>, crate::expression::Problem> {
    let entries = call.this.entries().unwrap_or_default();
    call.session.budget.steps(entries.len())?;
    Ok(entries.into_iter().map(|(_, value)| value).collect())
}

fn contains_value<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let wanted = call.value(0);
    for value in all(call)? {
        if equal(&value, &wanted, call.budget())? {
            return Ok(true.into());
        }
    }
    Ok(false.into())
}

fn key_set<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let mut keys = call.this.keys();
    call.session.budget.steps(keys.len())?;
    keys.sort();
    Ok(keys.into_iter().map(Value::Text).collect::<Vec<_>>().into())
}

fn values<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(all(call)?.into())
}

fn entry_set<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let entries = call.this.entries().unwrap_or_default();
    call.session.budget.steps(entries.len())?;
    Ok(entries.into_iter().map(|entry| Value::Entry(Rc::new(entry))).collect::<Vec<_>>().into())
}

fn get_key<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(call.this.get("key").into())
}

fn get_value<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(call.this.get("value").into())
}
