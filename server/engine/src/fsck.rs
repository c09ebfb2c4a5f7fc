//! The invariants of what is stored, checked: what must hold after any crash, of any replica, at any instruction.
//!
//! It only reads, on any store, in pages; the memory it takes does not grow with the store. Servers may go on meanwhile: an
//! execution is judged by its row and the events up to that row's sequence, which were written together; and what depends on
//! several executions is looked at twice, so that only what stays is reported.

mod children;
mod history;
mod orphans;
mod projection;
mod waiting;

use std::fmt;
use std::time::Duration;

use gennaker_core::Timestamp;
use gennaker_core::execution::{Execution, ExecutionId, ExecutionStatus};
use gennaker_ports::store::{ExecutionFilter, ExecutionRow};
use gennaker_ports::{Store, StoreError};

use children::Families;
use history::History;
use waiting::Waiting;

/// So many executions are read at once.
const PAGE: usize = 200;
/// A server has this long to do what follows from what it did, before it is said not to be done.
const SETTLE: Duration = Duration::from_secs(2);
/// A timer that struck longer ago than this is overdue.
const OVERDUE: Duration = Duration::from_secs(60);

/// What must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Invariant {
    /// The database is sound.
    Storage,
    /// The events of an execution are there, dense, and tell one story; and they are those of an execution.
    Log,
    /// The row is what the events make it.
    Row,
    /// An execution that has not ended waits for something that will come.
    Liveness,
    /// Nothing follows the end but a retry.
    End,
    /// Each try of a task has one outcome.
    Outcome,
    /// An execution that a stage started belongs to that stage alone, and the stage hears of its end.
    Child,
    /// Each effect that starts an execution starts one.
    Launch,
    /// Commands wait only for executions that exist or are to be created.
    Inbox,
    /// No more executions of a pipeline run than its limit allows.
    Limit,
}

impl Invariant {
    /// What to do about a violation.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Storage => "stop the server and restore the database from a backup",
            Self::Log | Self::Row | Self::End | Self::Outcome => {
                "keep a copy of the database and report it; the execution can be read, but don't trust what it does next"
            }
            Self::Liveness => "start a server where none runs; where it stays, cancel the execution and report it",
            Self::Child => "cancel the execution that waits, or retry its stage, and report it",
            Self::Launch => "cancel the execution that should not be, look at what it did, and report it",
            Self::Inbox => "start a server where none runs: it drops the command; report it where it stays",
            Self::Limit => "pause or cancel what runs too much, and report it",
        }
    }

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Storage => "storage",
            Self::Log => "log",
            Self::Row => "row",
            Self::Liveness => "liveness",
            Self::End => "end",
            Self::Outcome => "outcome",
            Self::Child => "child",
            Self::Launch => "launch",
            Self::Inbox => "inbox",
            Self::Limit => "limit",
        }
    }
}

/// An invariant that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub invariant: Invariant,
    /// The execution that it is about, if it is about one.
    pub execution: Option<ExecutionId>,
    /// What was found.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(execution) = self.execution {
            write!(f, "execution {execution}: ")?;
        }
        write!(f, "{} ({}); {}", self.what, self.invariant.as_str(), self.invariant.remedy())
    }
}

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Executions.
    pub executions: u64,
    /// Of them, those that have not ended.
    pub unfinished: u64,
    /// Their events.
    pub events: u64,
    /// Commands that waited in inboxes.
    pub commands: u64,
    /// Executions whose timer struck more than a minute ago and was not heeded. Many are to be expected where no server runs,
    /// and none where one does.
    pub overdue: u64,
    /// Findings.
    pub findings: u64,
}

/// Checks every invariant and reports what does not hold.
///
/// # Errors
/// [`StoreError`] where the store could not be read to the end; what was reported until then holds.
pub async fn fsck(
    store: &dyn Store,
    now: Timestamp,
    report: impl FnMut(Finding) + Send,
) -> Result<Summary, StoreError> {
    let mut check = Check { store, now, report, summary: Summary::default() };
    for what in store.verify().await? {
        check.report(Finding { invariant: Invariant::Storage, execution: None, what });
    }
    let waiting = check.executions().await?;
    for orphan in orphans::find(store).await? {
        check.report(orphan);
    }
    check.confirm(&waiting).await?;
    Ok(check.summary)
}

/// A check under way.
struct Check<'a, R> {
    store: &'a dyn Store,
    now: Timestamp,
    report: R,
    summary: Summary,
}

impl<R: FnMut(Finding) + Send> Check<'_, R> {
    fn report(&mut self, finding: Finding) {
        self.summary.findings += 1;
        (self.report)(finding);
    }

    /// Looks at each execution by itself. Returns what has to be seen in the light of others.
    async fn executions(&mut self) -> Result<Waiting, StoreError> {
        let (mut waiting, mut families) = (Waiting::default(), Families::default());
        let mut before = None;
        loop {
            let page = self.store.executions(&ExecutionFilter::default(), before, PAGE).await?;
            for row in &page {
                self.execution(row, &mut waiting, &mut families).await?;
            }
            let Some(last) = page.last() else { return Ok(waiting) };
            families.forget_after(last.id);
            before = Some(last.id);
        }
    }

    async fn execution(
        &mut self,
        row: &ExecutionRow,
        waiting: &mut Waiting,
        families: &mut Families,
    ) -> Result<(), StoreError> {
        self.summary.executions += 1;
        self.summary.unfinished += u64::from(!row.status.is_final());
        let mut history = match History::read(self.store, row).await {
            Err(StoreError::Damaged(what)) => {
                self.report(Finding { invariant: Invariant::Storage, execution: Some(row.id), what });
                return Ok(());
            }
            read => read?,
        };
        self.summary.events += history.events();
        self.summary.overdue += u64::from(row.wake_at.is_some_and(|wake_at| wake_at + OVERDUE < self.now));
        let mut problems = history.take_problems();
        if let Some(state) = history.state() {
            problems.extend(projection::difference(state, row).map(|what| (Invariant::Row, what)));
            problems.extend(stuck(state).map(|what| (Invariant::Liveness, what)));
            waiting.note(state, row);
        }
        problems.extend(families.child(row).map(|what| (Invariant::Launch, what)));
        for launched in history.launches() {
            let problem = children::belongs(self.store, row.id, launched).await?;
            problems.extend(problem.map(|what| (Invariant::Child, what)));
        }
        if !problems.is_empty() && self.store.execution(row.id).await?.is_some() {
            // It was not pruned meanwhile.
            for (invariant, what) in problems {
                self.report(Finding { invariant, execution: Some(row.id), what });
            }
        }
        Ok(())
    }

    /// Reports what is wrong between executions, and stays so.
    async fn confirm(&mut self, waiting: &Waiting) -> Result<(), StoreError> {
        let (suspected, commands) = waiting.suspicions(self.store).await?;
        self.summary.commands = commands;
        if suspected.is_empty() {
            return Ok(());
        }
        tokio::time::sleep(SETTLE).await;
        let (confirmed, _) = waiting.suspicions(self.store).await?;
        for (suspicion, finding) in confirmed {
            if suspected.contains_key(&suspicion) {
                self.report(finding);
            }
        }
        Ok(())
    }
}

/// Why nothing will ever move an execution, if that is so. One that is queued is moved by others, one that is paused by a
/// person.
fn stuck(state: &Execution) -> Option<String> {
    let moves = state.wake_at().is_some() || state.outstanding().next().is_some();
    (state.status == ExecutionStatus::Running && !moves)
        .then(|| "it runs, but no effect, no timer, no judge and no child will ever move it".to_owned())
}
