//! Commands on their way, and what became of them.

use std::collections::HashSet;

use gennaker_core::execution::CommandId;
use gennaker_ports::store::{Applied, InboxCommand, InboxMessage, Shard};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Row, query};

use super::columns::{self, text};
use super::error::Error;

/// Commands as arrays of the columns of the inbox.
#[derive(Default)]
pub(super) struct Columns {
    pub(super) ids: Vec<String>,
    pub(super) executions: Vec<String>,
    pub(super) shards: Vec<i64>,
    pub(super) digests: Vec<String>,
    pub(super) messages: Vec<String>,
}

impl Columns {
    pub(super) fn push(&mut self, command: &InboxCommand) -> Result<(), Error> {
        self.ids.push(text(&command.id.0).into_owned());
        self.executions.push(command.execution.to_string());
        self.shards.push(command.shard.into());
        self.digests.push(text(&command.digest).into_owned());
        self.messages.push(columns::to_json::<InboxMessage>(&command.message)?);
        Ok(())
    }
}

/// Puts commands into inboxes, except those whose ids were sent or applied before.
pub(super) async fn send(connection: &mut PgConnection, commands: &[InboxCommand]) -> Result<(), Error> {
    let sql = "INSERT INTO inbox (id, execution, shard, digest, message)
        SELECT id, execution, shard, digest, message
        FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[])
            WITH ORDINALITY AS sent (id, execution, shard, digest, message, n)
        WHERE NOT EXISTS (SELECT 1 FROM applied WHERE applied.id = sent.id)
        ORDER BY n ON CONFLICT (id) DO NOTHING";
    let mut columns = Columns::default();
    commands.iter().try_for_each(|command| columns.push(command))?;
    query(sql)
        .bind(columns.ids)
        .bind(columns.executions)
        .bind(columns.shards)
        .bind(columns.digests)
        .bind(columns.messages)
        .execute(connection)
        .await?;
    Ok(())
}

/// What waits. A command that was sent again just while it was applied comes in after it was taken out, since neither
/// transaction saw the other: it is dropped here, before anybody can apply it a second time.
pub(super) async fn list(
    connection: &mut PgConnection,
    shards: &[Shard],
    limit: usize,
) -> Result<Vec<InboxCommand>, Error> {
    let sql = "SELECT id, execution, shard, digest, message,
            EXISTS (SELECT 1 FROM applied WHERE applied.id = inbox.id)
        FROM inbox WHERE shard = ANY($1) ORDER BY arrival LIMIT $2";
    let shards = columns::numbers(shards);
    loop {
        let rows = query(sql).bind(&shards).bind(columns::number(limit)).fetch_all(&mut *connection).await?;
        let (mut waiting, mut stale) = (Vec::with_capacity(rows.len()), Vec::new());
        for row in &rows {
            if row.try_get(5)? {
                stale.push(row.try_get::<String, _>(0)?);
            } else {
                waiting.push(command_row(row)?);
            }
        }
        if stale.is_empty() {
            return Ok(waiting);
        }
        let sql = "DELETE FROM inbox WHERE id = ANY($1) AND EXISTS (SELECT 1 FROM applied WHERE applied.id = inbox.id)";
        query(sql).bind(stale).execute(&mut *connection).await?;
    }
}

fn command_row(row: &PgRow) -> Result<InboxCommand, sqlx::Error> {
    Ok(InboxCommand {
        id: CommandId(row.try_get(0)?),
        execution: columns::execution(row, 1)?,
        shard: columns::shard(row, 2)?,
        digest: row.try_get(3)?,
        message: columns::json(row, 4)?,
    })
}

/// One statement, so that a command on its way from the one table to the other is not missed.
pub(super) async fn command(connection: &mut PgConnection, id: &CommandId) -> Result<Option<Option<Applied>>, Error> {
    let sql = "SELECT id, execution, sequence, rejection, digest, time FROM applied WHERE id = $1
        UNION ALL SELECT id, execution, NULL, NULL, NULL, NULL FROM inbox WHERE id = $1";
    let rows = query(sql).bind(text(&id.0)).fetch_all(connection).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let is_applied = row.try_get::<Option<i64>, _>(2)?.is_some();
    Ok(Some(is_applied.then(|| applied_row(row)).transpose()?.map(|(_, applied)| applied)))
}

/// What became of those that were dealt with.
pub(super) async fn applied(
    connection: &mut PgConnection,
    ids: &[CommandId],
) -> Result<Vec<(CommandId, Applied)>, Error> {
    let sql = "SELECT id, execution, sequence, rejection, digest, time FROM applied WHERE id = ANY($1)";
    let ids: Vec<_> = ids.iter().map(|id| text(&id.0).into_owned()).collect();
    let rows = query(sql).bind(ids).fetch_all(connection).await?;
    Ok(rows.iter().map(applied_row).collect::<Result<_, _>>()?)
}

fn applied_row(row: &PgRow) -> Result<(CommandId, Applied), sqlx::Error> {
    let applied = Applied {
        execution: columns::execution(row, 1)?,
        sequence: columns::count(row, 2)?,
        rejection: columns::optional_json(row, 3)?,
        digest: row.try_get(4)?,
        time: columns::time(row, 5)?,
    };
    Ok((CommandId(row.try_get(0)?), applied))
}

/// Those of the ids that were applied.
pub(super) async fn already_applied(
    connection: &mut PgConnection,
    ids: Vec<String>,
) -> Result<HashSet<String>, sqlx::Error> {
    let rows = query("SELECT id FROM applied WHERE id = ANY($1)").bind(ids).fetch_all(connection).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}
