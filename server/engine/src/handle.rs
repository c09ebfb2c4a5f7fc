//! How the rest of the server uses the engine.

use std::sync::Arc;

use gennaker_core::execution::{Command, CommandId, Definition, Execution, ExecutionId, Start};
use gennaker_ports::Store;
use gennaker_ports::store::{Cursor, InboxCommand, InboxMessage};
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::hub::Hub;
use crate::ownership::Ownership;
use crate::permit::Permit;
use crate::{EngineError, Options, Subject, Watch, WatchMany, load};

/// How many ids are tried until one belongs to a shard of this replica.
const PLACES_TRIED: usize = 64;

/// A caller's name for a request, so that repeating it does nothing new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The id, unique over all executions and methods.
    pub id: CommandId,
    /// A digest of what is asked, so that the id can't be used again for something else.
    pub digest: String,
}

/// Where the answer to a command goes.
pub(crate) type Reply = oneshot::Sender<Result<Arc<Execution>, EngineError>>;

/// What the owner of executions is told.
#[derive(Debug)]
pub(crate) enum Message {
    /// A caller starts an execution.
    Start { start: Box<Start>, request: Request, reply: Reply },
    /// A caller asks something of one.
    Command { execution: ExecutionId, command: Command, request: Request, reply: Reply },
    /// The clock, an effect or a queue asks something of one.
    Internal { execution: ExecutionId, command: Command },
    /// Another execution asks something of one, durably.
    Inbox(InboxCommand),
}

impl Message {
    /// The execution of this replica that has to be in memory for it. Whose it is that a caller names is not known.
    pub(crate) fn about(&self) -> Option<ExecutionId> {
        match self {
            Self::Internal { execution, .. } => Some(*execution),
            Self::Inbox(sent) => match sent.message {
                InboxMessage::Command(_) => Some(sent.execution),
                InboxMessage::Start(_) => None,
            },
            Self::Start { .. } | Self::Command { .. } => None,
        }
    }
}

/// Uses the engine. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    // Of the ports only this one: the stage kinds may start executions through a handle, and would keep each other alive.
    store: Arc<dyn Store>,
    hub: Arc<Hub>,
    ownership: Arc<Ownership>,
    mailbox: mpsc::Sender<Message>,
    watches: Arc<Semaphore>,
    options: Arc<Options>,
}

impl Handle {
    pub(crate) fn new(
        options: Options,
        store: Arc<dyn Store>,
        hub: Arc<Hub>,
        ownership: Arc<Ownership>,
        mailbox: mpsc::Sender<Message>,
    ) -> Self {
        let watches = Arc::new(Semaphore::new(options.max_watches));
        Self { store, hub, ownership, mailbox, watches, options: Arc::new(options) }
    }

    /// An id for a new execution, out of those that `next` makes: one that this replica owns, where the execution may be
    /// anywhere, so that it need not be handed on.
    pub fn place(&self, definition: &Definition, mut next: impl FnMut() -> ExecutionId) -> ExecutionId {
        let mut id = next();
        for _ in 0..PLACES_TRIED {
            if is_bound(definition) || self.ownership.owns(self.ownership.shard_of(definition, id)) {
                break;
            }
            id = next();
        }
        id
    }

    /// Starts an execution; it is durable when this returns. The same request gives the same execution.
    ///
    /// # Errors
    /// [`EngineError::Rejected`] where the pipeline's limit or queue is full, [`EngineError::RequestReused`], and when the
    /// engine is overloaded or stops.
    pub async fn start(&self, start: Start, request: Request) -> Result<Arc<Execution>, EngineError> {
        self.ask(|reply| Message::Start { start: Box::new(start), request, reply }).await
    }

    /// Has a command applied; its events are durable when this returns. The same request is applied once.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], [`EngineError::Rejected`], [`EngineError::RequestReused`], and when the engine is
    /// overloaded or stops.
    pub async fn command(
        &self,
        execution: ExecutionId,
        command: Command,
        request: Request,
    ) -> Result<Arc<Execution>, EngineError> {
        self.ask(|reply| Message::Command { execution, command, request, reply }).await
    }

    /// An execution as it is now, read from the store.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], and when the store can't be read.
    pub async fn execution(&self, id: ExecutionId) -> Result<Arc<Execution>, EngineError> {
        let found = load::execution(&*self.store, id).await?;
        found.map(Arc::new).ok_or(EngineError::NotFound(id))
    }

    /// Follows an execution that exists: every event after a sequence, in order and once, until it has ended or is no
    /// longer kept.
    ///
    /// # Errors
    /// [`EngineError::TooManyWatches`].
    pub fn watch(&self, id: ExecutionId, after: u64) -> Result<Watch, EngineError> {
        let permit = self.permit()?;
        Ok(Watch::new(self.store.clone(), self.hub.clone(), id, after, self.options.heartbeat, permit))
    }

    /// Follows many executions by the commits of all of them: after a cursor, or from now on. Events of the subjects that
    /// name an execution come from the sequence given with it, whatever the cursor.
    ///
    /// # Errors
    /// [`EngineError::Compacted`] where steps after the cursor are no longer kept, [`EngineError::TooManyWatches`], and when
    /// the store can't be read.
    pub async fn watch_many(&self, subjects: Vec<Subject>, after: Option<Cursor>) -> Result<WatchMany, EngineError> {
        let permit = self.permit()?;
        let subscription = self.hub.subscribe_all();
        let cursor = match after {
            Some(cursor) if cursor.is_behind(&self.store.pruned().await?) => return Err(EngineError::Compacted),
            Some(cursor) => cursor,
            None => self.store.cursor().await?,
        };
        let (store, lanes) = (self.store.clone(), self.ownership.lanes(&*self.store));
        Ok(WatchMany::new(store, lanes, subscription, subjects, cursor, self.options.heartbeat, permit))
    }

    fn permit(&self) -> Result<Permit, EngineError> {
        let limit = self.options.max_watches;
        let permit = self.watches.clone().try_acquire_owned();
        permit.map(Permit::new).map_err(|_| EngineError::TooManyWatches { limit })
    }

    async fn ask(&self, message: impl FnOnce(Reply) -> Message) -> Result<Arc<Execution>, EngineError> {
        let (reply, answer) = oneshot::channel();
        self.mailbox.try_send(message(reply)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => EngineError::Busy("too many commands are waiting"),
            mpsc::error::TrySendError::Closed(_) => stopping(),
        })?;
        answer.await.unwrap_or_else(|_| Err(stopping()))
    }
}

/// Whether the shard of an execution does not depend on its id.
fn is_bound(definition: &Definition) -> bool {
    definition.pipeline.is_some() && definition.concurrency.limit > 0
}

fn stopping() -> EngineError {
    EngineError::Unavailable("the server is stopping".to_owned())
}
