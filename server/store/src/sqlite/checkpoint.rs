//! Copying the write-ahead log back into the database.
//!
//! SQLite would do it within the commit that finds the log long, and that commit would take a hundred times as long as the
//! others. Instead a thread of its own copies beside the writer. Under constant load it never catches up with the very end
//! of the log, and only then can the log begin anew; so when the log becomes much too long the writer copies the little
//! that is left, between two jobs.

use std::cell::Cell;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;

/// The log's length, in pages of 4 KiB, at which it is copied in the background.
const LONG: i32 = 1000;
/// The length at which the writer helps.
const TOO_LONG: i32 = 4 * LONG;

thread_local! {
    /// The log's length after the last commit on this thread. SQLite's hook takes a plain function, which cannot know where
    /// else to put it.
    static PAGES: Cell<i32> = const { Cell::new(0) };
}

/// The thread that copies; it ends when the writer's [`Wal`] is dropped, and dropping this waits for that.
#[derive(Debug)]
pub(super) struct Checkpointer(Option<JoinHandle<()>>);

/// The writer's end: watches the log's length.
#[derive(Clone)]
pub(super) struct Wal {
    wake: SyncSender<()>,
    /// The length at which something is to be done next.
    next: i32,
}

impl Checkpointer {
    pub(super) fn start(connection: Connection) -> io::Result<(Self, Wal)> {
        let (wake, woken) = sync_channel(1);
        let thread = thread::Builder::new().name("store-checkpoint".to_owned());
        let thread = thread.spawn(move || work(&connection, &woken))?;
        Ok((Self(Some(thread)), Wal { wake, next: LONG }))
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            // It has nothing to say that it has not logged.
            let _ = thread.join();
        }
    }
}

impl Wal {
    /// Watches the commits of a connection; takes the place of SQLite's own automatic checkpoint.
    pub(super) fn watch(writer: &Connection) {
        writer.wal_hook(Some(|_, pages| {
            PAGES.set(pages);
            Ok(())
        }));
    }

    /// Called on the writer's thread after each job.
    pub(super) fn written(&mut self, writer: &Connection) {
        let pages = PAGES.get();
        if pages < LONG {
            self.next = LONG;
        }
        if pages < self.next {
            return;
        }
        self.next = pages + LONG;
        if pages < TOO_LONG {
            // A full channel means that it is about to copy anyway.
            let _ = self.wake.try_send(());
        } else {
            copy(writer);
        }
    }
}

fn work(connection: &Connection, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        copy(connection);
    }
}

/// Copies what no reader still needs, without waiting for anybody.
fn copy(connection: &Connection) {
    let copied = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    if let Err(error) = copied {
        tracing::warn!(%error, "cannot copy the write-ahead log back; trying again after more writes");
    }
}
