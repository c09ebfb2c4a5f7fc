//! Commands on their way, and what became of them.

use gennaker_core::execution::CommandId;
use gennaker_ports::store::{Applied, InboxCommand, InboxMessage, Shard};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::columns;
use super::error::Error;

pub(super) fn send(transaction: &Transaction<'_>, commands: &[InboxCommand]) -> Result<(), Error> {
    for command in commands {
        put(transaction, command, &message(command)?)?;
    }
    Ok(())
}

/// What a command asks, as JSON.
pub(super) fn message(command: &InboxCommand) -> rusqlite::Result<String> {
    columns::to_json::<InboxMessage>(&command.message)
}

/// Puts a command into the inbox, unless its id was sent or applied before.
pub(super) fn put(transaction: &Transaction<'_>, command: &InboxCommand, message: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO inbox (id, execution, shard, digest, message) SELECT $1, $2, $3, $4, $5
        WHERE NOT EXISTS (SELECT 1 FROM applied WHERE id = $1) ON CONFLICT (id) DO NOTHING";
    let values = params![command.id.0, command.execution.to_string(), command.shard, command.digest, message];
    transaction.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// Takes a command out of the inbox and keeps what became of it.
pub(super) fn settle(
    transaction: &Transaction<'_>,
    id: &CommandId,
    applied: &Applied,
    rejection: Option<&str>,
) -> rusqlite::Result<()> {
    transaction.prepare_cached("DELETE FROM inbox WHERE id = $1")?.execute([&id.0])?;
    let sql = "INSERT INTO applied (id, execution, sequence, rejection, digest, time) VALUES ($1, $2, $3, $4, $5, $6)";
    transaction.prepare_cached(sql)?.execute(params![
        id.0,
        applied.execution.to_string(),
        columns::number(applied.sequence),
        rejection,
        applied.digest,
        applied.time.as_micros(),
    ])?;
    Ok(())
}

/// Whether a command was applied.
pub(super) fn is_applied(transaction: &Transaction<'_>, id: &CommandId) -> rusqlite::Result<bool> {
    transaction.prepare_cached("SELECT 1 FROM applied WHERE id = $1")?.exists([&id.0])
}

/// Walks in order of arrival and leaves out the shards of others: the owner of an embedded database owns them all.
pub(super) fn list(connection: &Connection, shards: &[Shard], limit: usize) -> Result<Vec<InboxCommand>, Error> {
    let sql = "SELECT id, execution, shard, digest, message FROM inbox
        WHERE shard IN (SELECT value FROM json_each($1)) ORDER BY arrival LIMIT $2";
    let values = params![columns::shards(shards)?, columns::number(limit)];
    let command = |row: &Row<'_>| {
        Ok(InboxCommand {
            id: CommandId(row.get(0)?),
            execution: columns::execution(row, 1)?,
            shard: row.get(2)?,
            digest: row.get(3)?,
            message: columns::json(row, 4)?,
        })
    };
    Ok(connection.prepare_cached(sql)?.query_map(values, command)?.collect::<Result<_, _>>()?)
}

/// What became of those of some commands that were dealt with.
pub(super) fn applied(connection: &Connection, ids: &[CommandId]) -> Result<Vec<(CommandId, Applied)>, Error> {
    let sql = "SELECT execution, sequence, rejection, digest, time, id FROM applied
        WHERE id IN (SELECT value FROM json_each($1))";
    let ids: Vec<_> = ids.iter().map(|id| &id.0).collect();
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_map([columns::to_json(&ids)?], |row| Ok((CommandId(row.get(5)?), outcome(row)?)))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// One statement, so that a command on its way from the one table to the other is not missed.
pub(super) fn command(connection: &Connection, id: &CommandId) -> Result<Option<Option<Applied>>, Error> {
    let sql = "SELECT execution, sequence, rejection, digest, time FROM applied WHERE id = $1
        UNION ALL SELECT execution, NULL, NULL, NULL, NULL FROM inbox WHERE id = $1";
    let applied = |row: &Row<'_>| {
        if row.get_ref(1)?.as_i64_or_null()?.is_none() {
            return Ok(None);
        }
        outcome(row).map(Some)
    };
    Ok(connection.prepare_cached(sql)?.query_row([&id.0], applied).optional()?)
}

fn outcome(row: &Row<'_>) -> rusqlite::Result<Applied> {
    Ok(Applied {
        execution: columns::execution(row, 0)?,
        sequence: columns::count(row, 1)?,
        rejection: columns::optional_json(row, 2)?,
        digest: row.get(3)?,
        time: columns::time(row, 4)?,
    })
}
