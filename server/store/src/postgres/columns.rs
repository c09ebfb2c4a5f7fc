//! Values of the domain in columns.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use gennaker_core::Timestamp;
use gennaker_core::execution::ExecutionId;
use gennaker_ports::store::Shard;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::postgres::PgRow;
use sqlx::{Error, Row};

/// A number as a column holds it. Sequences, epochs and limits beyond its range do not occur; they clamp to its end.
pub(super) fn number(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// Numbers as an array of them.
pub(super) fn numbers<T: TryInto<i64> + Copy>(values: &[T]) -> Vec<i64> {
    values.iter().map(|&value| number(value)).collect()
}

/// A text as a column holds it. PostgreSQL can't hold NUL, which occurs only where somebody is up to something: it is shown by
/// its symbol. JSON is not affected, where NUL is escaped.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{2400}")) } else { Cow::Borrowed(text) }
}

/// A number that is never negative.
pub(super) fn count(row: &PgRow, column: usize) -> Result<u64, Error> {
    let value: i64 = row.try_get(column)?;
    u64::try_from(value).map_err(|error| unreadable(column, error))
}

/// A shard or a lane.
pub(super) fn shard(row: &PgRow, column: usize) -> Result<Shard, Error> {
    let value: i64 = row.try_get(column)?;
    Shard::try_from(value).map_err(|error| unreadable(column, error))
}

/// A time.
pub(super) fn time(row: &PgRow, column: usize) -> Result<Timestamp, Error> {
    row.try_get(column).map(Timestamp::from_micros)
}

/// A time that may be missing.
pub(super) fn optional_time(row: &PgRow, column: usize) -> Result<Option<Timestamp>, Error> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_micros))
}

/// An execution's id.
pub(super) fn execution(row: &PgRow, column: usize) -> Result<ExecutionId, Error> {
    ExecutionId::from_str(row.try_get(column)?).map_err(|error| unreadable(column, error))
}

/// An execution's id that may be missing.
pub(super) fn optional_execution(row: &PgRow, column: usize) -> Result<Option<ExecutionId>, Error> {
    let text: Option<&str> = row.try_get(column)?;
    text.map(ExecutionId::from_str).transpose().map_err(|error| unreadable(column, error))
}

/// A value that `parse` finds by the word that stands for it.
pub(super) fn word<T>(row: &PgRow, column: usize, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Error> {
    let word: &str = row.try_get(column)?;
    parse(word).ok_or_else(|| unreadable(column, format!("{word:?} is not a word of this version")))
}

/// A value kept as JSON.
pub(super) fn json<T: DeserializeOwned>(row: &PgRow, column: usize) -> Result<T, Error> {
    serde_json::from_str(row.try_get(column)?).map_err(|error| unreadable(column, error))
}

/// A value kept as JSON that may be missing.
pub(super) fn optional_json<T: DeserializeOwned>(row: &PgRow, column: usize) -> Result<Option<T>, Error> {
    let text: Option<&str> = row.try_get(column)?;
    text.map(serde_json::from_str).transpose().map_err(|error| unreadable(column, error))
}

/// A value as the JSON that is kept of it.
pub(super) fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Encode(Box::new(error)))
}

fn unreadable(column: impl fmt::Display, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::ColumnDecode { index: column.to_string(), source: error.into() }
}
