//! An ExecutionService that plays a script: for each watch, what to send and how to break off.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use futures::StreamExt;
use gennaker_client::{Backoff, Client, Options, v1};
use gennaker_proto::v1::execution_service_server::{ExecutionService, ExecutionServiceServer};
use gennaker_proto::v1::watch_execution_response::Message;
use std::time::Duration;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

/// The name of the one execution.
pub(crate) const NAME: &str = "applications/hello/executions/01ARZ3NDEKTSV4RRFFQ69G5FAV";

/// The message of an error that isn't sent: nothing comes any more, but the stream stays open.
pub(crate) const SILENCE: &str = "silence";

/// How one watch goes: from the sequence that the client asked for to what is sent. An error ends the stream.
pub(crate) type Play = Box<dyn FnOnce(Option<u64>) -> Vec<Result<Message, Status>> + Send>;

#[derive(Default)]
pub(crate) struct Fake {
    plays: Mutex<VecDeque<Play>>,
    asked: Mutex<Vec<Option<u64>>>,
    stands: Mutex<v1::Execution>,
    starts: Mutex<Vec<v1::StartExecutionRequest>>,
    callers: Mutex<Vec<String>>,
    unavailable: Mutex<u32>,
}

impl Fake {
    pub(crate) fn new(plays: Vec<Play>, stands: v1::Execution) -> Arc<Self> {
        Arc::new(Self { plays: Mutex::new(plays.into()), stands: Mutex::new(stands), ..Self::default() })
    }

    /// The sequences that the watches asked for, in order.
    pub(crate) fn asked(&self) -> Vec<Option<u64>> {
        self.asked.lock().unwrap().clone()
    }

    /// The requests that StartExecution got.
    pub(crate) fn starts(&self) -> Vec<v1::StartExecutionRequest> {
        self.starts.lock().unwrap().clone()
    }

    /// The names of those who called StartExecution; empty for one without.
    pub(crate) fn callers(&self) -> Vec<String> {
        self.callers.lock().unwrap().clone()
    }

    /// The next calls of StartExecution fail.
    pub(crate) fn fail_starts(&self, times: u32) {
        *self.unavailable.lock().unwrap() = times;
    }

    /// Serves on a free port until the test ends, with a client that doesn't dawdle.
    pub(crate) fn client(self: &Arc<Self>, give_up_after: Duration) -> Client {
        let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap().with_nodelay(Some(true));
        let address = incoming.local_addr().unwrap();
        let service = ExecutionServiceServer::from_arc(self.clone());
        let server = tonic::transport::Server::builder().add_service(service);
        drop(tokio::spawn(server.serve_with_incoming(incoming)));
        let backoff = Backoff { first: Duration::from_millis(1), longest: Duration::from_millis(4) };
        let options =
            Options { backoff, give_up_after, idle_timeout: Duration::from_millis(300), ..Options::default() };
        Client::connect_with(&format!("http://{address}"), options).unwrap()
    }
}

macro_rules! unimplemented_methods {
    ($($method:ident: $request:ident -> $response:ident;)*) => {
        $(
            // As async_trait writes it, which doesn't see into macros.
            fn $method<'life, 'async_trait>(
                &'life self,
                _: Request<v1::$request>,
            ) -> futures::future::BoxFuture<'async_trait, Result<Response<v1::$response>, Status>>
            where
                'life: 'async_trait,
                Self: 'async_trait,
            {
                Box::pin(async { Err(Status::unimplemented(stringify!($method))) })
            }
        )*
    };
}

type WatchStream<T> = std::pin::Pin<Box<dyn futures::Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl ExecutionService for Fake {
    type WatchExecutionStream = WatchStream<v1::WatchExecutionResponse>;
    type WatchExecutionsStream = WatchStream<v1::WatchExecutionsResponse>;

    async fn watch_execution(
        &self,
        request: Request<v1::WatchExecutionRequest>,
    ) -> Result<Response<Self::WatchExecutionStream>, Status> {
        let after = request.into_inner().after_sequence;
        self.asked.lock().unwrap().push(after);
        let Some(play) = self.plays.lock().unwrap().pop_front() else {
            return Err(Status::unavailable("the play is over"));
        };
        let messages = play(after);
        if let Some(Err(status)) = messages.first() {
            return Err(status.clone());
        }
        let silence = messages.iter().any(|message| message.as_ref().is_err_and(|status| status.message() == SILENCE));
        let messages = messages.into_iter().take_while(|message| !silence || message.is_ok());
        let rest = if silence { futures::stream::pending().boxed() } else { futures::stream::empty().boxed() };
        let responses =
            messages.map(|message| message.map(|message| v1::WatchExecutionResponse { message: Some(message) }));
        Ok(Response::new(Box::pin(futures::stream::iter(responses.collect::<Vec<_>>()).chain(rest))))
    }

    async fn watch_executions(
        &self,
        _: Request<v1::WatchExecutionsRequest>,
    ) -> Result<Response<Self::WatchExecutionsStream>, Status> {
        Err(Status::unimplemented("watch_executions"))
    }

    async fn get_execution(
        &self,
        _: Request<v1::GetExecutionRequest>,
    ) -> Result<Response<v1::GetExecutionResponse>, Status> {
        let execution = Some(self.stands.lock().unwrap().clone());
        Ok(Response::new(v1::GetExecutionResponse { execution }))
    }

    async fn start_execution(
        &self,
        request: Request<v1::StartExecutionRequest>,
    ) -> Result<Response<v1::StartExecutionResponse>, Status> {
        let caller = request.metadata().get("x-gennaker-actor").map(|name| name.to_str().unwrap().to_owned());
        self.callers.lock().unwrap().push(caller.unwrap_or_default());
        self.starts.lock().unwrap().push(request.into_inner());
        let mut left = self.unavailable.lock().unwrap();
        if *left > 0 {
            *left -= 1;
            return Err(Status::unavailable("not yet"));
        }
        Ok(Response::new(v1::StartExecutionResponse::default()))
    }

    /// Two pages.
    async fn list_executions(
        &self,
        request: Request<v1::ListExecutionsRequest>,
    ) -> Result<Response<v1::ListExecutionsResponse>, Status> {
        let (name, next_page_token) = match request.into_inner().page_token.as_str() {
            "" => ("first", "more".to_owned()),
            _ => ("second", String::new()),
        };
        let executions = vec![v1::Execution { name: name.to_owned(), ..Default::default() }];
        Ok(Response::new(v1::ListExecutionsResponse { executions, next_page_token }))
    }

    unimplemented_methods! {
        cancel_execution: CancelExecutionRequest -> CancelExecutionResponse;
        pause_execution: PauseExecutionRequest -> PauseExecutionResponse;
        resume_execution: ResumeExecutionRequest -> ResumeExecutionResponse;
        retry_stage: RetryStageRequest -> RetryStageResponse;
        skip_stage: SkipStageRequest -> SkipStageResponse;
        submit_judgment: SubmitJudgmentRequest -> SubmitJudgmentResponse;
        explain_execution: ExplainExecutionRequest -> ExplainExecutionResponse;
        plan_execution: PlanExecutionRequest -> PlanExecutionResponse;
        evaluate_expression: EvaluateExpressionRequest -> EvaluateExpressionResponse;
    }
}
