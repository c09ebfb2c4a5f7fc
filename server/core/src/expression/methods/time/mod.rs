//! Methods of dates, times, durations and their units.

mod duration;
mod instant;
mod local;

pub(super) use duration::{DURATION, ENUMS};
pub(super) use instant::{DATE, FORMAT, INSTANT};
pub(super) use local::{LOCAL, LOCAL_TIME};

use crate::expression::Problem;
use crate::expression::builtin::{Call, Outcome};
use crate::expression::number::Number;
use crate::expression::time::{Time, Unit};

fn counted<'a>(value: u32) -> Outcome<'a> {
    Ok(Number::whole(value.into()).into())
}

fn wrong_type(call: &Call<'_, '_>, found: Time) -> Problem {
    call.mismatch("another type of time", &found.into())
}

fn beyond<T>(call: &Call<'_, '_>, found: Option<T>) -> Result<T, Problem> {
    found.map_or_else(|| call.failed("there is no such date or time, or the type has no such unit"), Ok)
}

fn unit(call: &Call<'_, '_>, place: usize) -> Result<Unit, Problem> {
    match call.time(place)? {
        Time::Unit(unit) => Ok(unit),
        other => Err(call.mismatch("a ChronoUnit", &other.into())),
    }
}

fn to_string<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(call.this_time()?.to_string().into())
}

fn order(call: &Call<'_, '_>) -> Result<std::cmp::Ordering, Problem> {
    let (this, other) = (call.this_time()?, call.time(0)?);
    this.order(other).ok_or_else(|| call.mismatch("a time of the same type", &other.into()))
}

fn is_before<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(order(call)?.is_lt().into())
}

fn is_after<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(order(call)?.is_gt().into())
}

fn is_equal<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(order(call)?.is_eq().into())
}

/// So many units later, where the argument says how many and `sign` whether it is earlier.
fn later<'a>(call: &Call<'_, 'a>, sign: i64, unit: Unit) -> Outcome<'a> {
    let amount = beyond(call, call.whole(0)?.checked_mul(sign))?;
    Ok(beyond(call, call.this_time()?.plus(amount, unit))?.into())
}

/// Later by a Duration, or by a number of units.
fn moved<'a>(call: &Call<'_, 'a>, sign: i64) -> Outcome<'a> {
    if call.has(1) {
        return later(call, sign, unit(call, 1)?);
    }
    let Time::Duration(length) = call.time(0)? else {
        return Err(call.mismatch("a Duration, or a number and a ChronoUnit", &call.value(0)));
    };
    let amount = beyond(call, length.num_milliseconds().checked_mul(sign))?;
    Ok(beyond(call, call.this_time()?.plus(amount, Unit::Millis))?.into())
}

fn plus<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    moved(call, 1)
}

fn minus<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    moved(call, -1)
}

fn truncated_to<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(beyond(call, call.this_time()?.truncated(unit(call, 0)?))?.into())
}

fn until<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(beyond(call, call.this_time()?.until(call.time(0)?, unit(call, 1)?))?.into())
}
