//! Values of the domain in columns.

use std::str::FromStr;

use gennaker_core::Timestamp;
use gennaker_core::execution::ExecutionId;
use gennaker_ports::store::Shard;
use rusqlite::types::Type;
use rusqlite::{Error, Result, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A number as a column holds it. Sequences, epochs and limits beyond its range do not occur; they clamp to its end.
pub(super) fn number(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// A number that is never negative.
pub(super) fn count(row: &Row<'_>, column: usize) -> Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| Error::IntegralValueOutOfRange(column, value))
}

/// A time.
pub(super) fn time(row: &Row<'_>, column: usize) -> Result<Timestamp> {
    row.get(column).map(Timestamp::from_micros)
}

/// A time that may be missing.
pub(super) fn optional_time(row: &Row<'_>, column: usize) -> Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_micros))
}

/// An execution's id.
pub(super) fn execution(row: &Row<'_>, column: usize) -> Result<ExecutionId> {
    let text = row.get_ref(column)?.as_str()?;
    ExecutionId::from_str(text).map_err(|error| unreadable(column, error))
}

/// An execution's id that may be missing.
pub(super) fn optional_execution(row: &Row<'_>, column: usize) -> Result<Option<ExecutionId>> {
    let text = row.get_ref(column)?.as_str_or_null()?;
    text.map(ExecutionId::from_str).transpose().map_err(|error| unreadable(column, error))
}

/// A value that `parse` finds by the word that stands for it.
pub(super) fn word<T>(row: &Row<'_>, column: usize, parse: impl FnOnce(&str) -> Option<T>) -> Result<T> {
    let word = row.get_ref(column)?.as_str()?;
    parse(word).ok_or_else(|| unreadable(column, format!("{word:?} is not a word of this version")))
}

/// A value kept as JSON.
pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text).map_err(|error| unreadable(column, error))
}

/// A value kept as JSON that may be missing.
pub(super) fn optional_json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<Option<T>> {
    let text = row.get_ref(column)?.as_str_or_null()?;
    text.map(serde_json::from_str).transpose().map_err(|error| unreadable(column, error))
}

/// A value as the JSON that is kept of it.
pub(super) fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::ToSqlConversionFailure(Box::new(error)))
}

/// Shards as a JSON array, which `json_each` makes a table of: one statement for any number of shards.
pub(super) fn shards(shards: &[Shard]) -> Result<String> {
    to_json(shards)
}

fn unreadable(column: usize, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::FromSqlConversionFailure(column, Type::Text, error.into())
}
