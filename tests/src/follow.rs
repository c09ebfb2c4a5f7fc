//! Watchers that go on at another replica whenever a stream breaks.

use std::collections::BTreeMap;
use std::time::Duration;

use gennaker_client::{Client, Code, ExecutionView, Status, Update, v1};
use tokio::time::{Instant, timeout};

/// How long a stream may be silent: heartbeats come every second.
const SILENCE: Duration = Duration::from_secs(4);
/// How long nothing may come at all before the watcher gives up.
const GIVE_UP: Duration = Duration::from_secs(40);
/// How long it waits before it tries again.
const PAUSE: Duration = Duration::from_millis(50);

/// Reads all events of an execution to its end, beginning at one of the replicas.
///
/// # Errors
/// In words, where an event is missing, comes twice, or does not come.
pub async fn read_to_end(clients: &[Client], first: usize, execution: &str) -> Result<ExecutionView, String> {
    let mut view = ExecutionView::default();
    let mut seen = 0;
    let mut heard = Instant::now();
    for client in clients.iter().cycle().skip(first % clients.len()) {
        let broken = match read_on(client, execution, &mut seen, &mut view, &mut heard).await {
            Ok(()) => return Ok(view),
            Err(broken) => broken,
        };
        if !is_passing(broken.code()) || heard.elapsed() > GIVE_UP {
            return Err(format!("{execution} after event {seen}: {broken:?}"));
        }
        tokio::time::sleep(PAUSE).await;
    }
    unreachable!("there is always another client")
}

/// Reads from one stream until the execution ends or the stream breaks.
async fn read_on(
    client: &Client,
    execution: &str,
    seen: &mut u64,
    view: &mut ExecutionView,
    heard: &mut Instant,
) -> Result<(), Status> {
    use v1::watch_execution_response::Message;

    let request = v1::WatchExecutionRequest { name: execution.to_owned(), after_sequence: Some(*seen) };
    let mut stream = within(client.executions().watch_execution(request)).await?.into_inner();
    while !view.is_ended() {
        let Some(response) = within(stream.message()).await? else {
            return Err(Status::unavailable("the stream ended early"));
        };
        if let Some(Message::Event(event)) = response.message {
            if event.sequence != *seen + 1 {
                return Err(Status::data_loss(format!("event {} came after event {seen}", event.sequence)));
            }
            (*seen, *heard) = (event.sequence, Instant::now());
            view.apply(&Update::Event(Box::new(event)));
        }
    }
    Ok(())
}

/// Reads everything that happens in a pipeline until some executions have ended, beginning at one of the replicas.
///
/// # Errors
/// In words, where an event is missing or comes twice, or one of the executions does not end.
pub async fn read_until_ended(
    clients: &[Client],
    first: usize,
    subject: &str,
    mut ended: impl FnMut(&BTreeMap<String, ExecutionView>) -> bool,
) -> Result<BTreeMap<String, ExecutionView>, String> {
    let mut reader = Reader::default();
    let mut heard = Instant::now();
    for client in clients.iter().cycle().skip(first % clients.len()) {
        let broken = match reader.read_on(client, subject, &mut heard, &mut ended).await {
            Ok(()) => return Ok(reader.views),
            Err(broken) => broken,
        };
        if !is_passing(broken.code()) || heard.elapsed() > GIVE_UP {
            return Err(format!("{subject}: {broken:?}"));
        }
        tokio::time::sleep(PAUSE).await;
    }
    unreachable!("there is always another client")
}

/// What was read of many executions.
#[derive(Default)]
struct Reader {
    views: BTreeMap<String, ExecutionView>,
    token: String,
    /// The last event of each execution that the present stream has brought. A stream that goes on after another may show an
    /// execution again, as it stood before the last that was seen, and must be dense from there.
    streamed: BTreeMap<String, u64>,
}

impl Reader {
    async fn read_on(
        &mut self,
        client: &Client,
        subject: &str,
        heard: &mut Instant,
        ended: &mut impl FnMut(&BTreeMap<String, ExecutionView>) -> bool,
    ) -> Result<(), Status> {
        let subject = v1::WatchSubject { name: subject.to_owned(), after_sequence: None };
        let request = v1::WatchExecutionsRequest { subjects: vec![subject], resume_token: self.token.clone() };
        let mut stream = within(client.executions().watch_executions(request)).await?.into_inner();
        self.streamed.clear();
        while !ended(&self.views) {
            let Some(response) = within(stream.message()).await? else {
                return Err(Status::unavailable("the stream ended early"));
            };
            self.take(response, heard)?;
        }
        Ok(())
    }

    fn take(&mut self, response: v1::WatchExecutionsResponse, heard: &mut Instant) -> Result<(), Status> {
        use v1::watch_executions_response::Message;

        self.token = response.resume_token;
        let seen = self.views.get(&response.execution).map_or(0, |view| view.execution().sequence);
        let (update, sequence) = match response.message {
            Some(Message::Snapshot(execution)) => {
                let sequence = execution.sequence;
                (Update::Snapshot(Box::new(execution)), sequence)
            }
            Some(Message::Event(event)) => {
                let sequence = event.sequence;
                let last = self.streamed.get(&response.execution).copied().unwrap_or(seen);
                if sequence != last + 1 {
                    let problem = format!("event {sequence} of {} came after {last}", response.execution);
                    return Err(Status::data_loss(problem));
                }
                (Update::Event(Box::new(event)), sequence)
            }
            Some(Message::Heartbeat(_)) | None => return Ok(()),
        };
        *heard = Instant::now();
        self.streamed.insert(response.execution.clone(), sequence);
        self.views.entry(response.execution).or_default().apply(&update);
        Ok(())
    }
}

/// Waits no longer than a stream may be silent.
async fn within<T>(future: impl Future<Output = Result<T, Status>>) -> Result<T, Status> {
    timeout(SILENCE, future).await.unwrap_or_else(|_| Err(Status::deadline_exceeded("the server is silent")))
}

/// Whether the call may succeed elsewhere, or later.
pub(crate) fn is_passing(code: Code) -> bool {
    match code {
        Code::Cancelled
        | Code::Unknown
        | Code::DeadlineExceeded
        | Code::ResourceExhausted
        | Code::Aborted
        | Code::Internal
        | Code::Unavailable => true,
        Code::Ok
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::DataLoss
        | Code::Unauthenticated => false,
    }
}
