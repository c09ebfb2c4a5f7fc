//! What every call goes through on its way to the use cases: the caller, errors, the end of streams.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::Duration;

use futures::{FutureExt, Stream, StreamExt};
use gennaker_app::{App, AppError};
use tokio_util::sync::CancellationToken;
use tonic::{Response, Status};

use crate::call::Call;
use crate::error;

/// A stream of answers.
pub(crate) type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// The way to the use cases. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Gate {
    /// The use cases.
    pub(crate) app: App,
    /// Streams end when it is cancelled.
    pub(crate) shutdown: CancellationToken,
}

impl Gate {
    /// Answers a unary call.
    pub(crate) async fn unary<T>(
        &self,
        call: &Call,
        answer: impl Future<Output = Result<T, AppError>>,
    ) -> Result<Response<T>, Status> {
        let answered = answer.await;
        answered.map(Response::new).map_err(|failed| error::status(&failed, &call.request_id))
    }

    /// Answers a call with a stream. It ends with the client's deadline, if there is one, and with the server.
    pub(crate) async fn stream<T, S>(
        &self,
        call: Call,
        open: impl Future<Output = Result<S, AppError>>,
    ) -> Result<Response<Answers<T>>, Status>
    where
        T: Send + 'static,
        S: Stream<Item = Result<T, AppError>> + Send + 'static,
    {
        let end = end(self.shutdown.clone(), call.timeout);
        let items = self.unary(&call, open).await?.into_inner();
        Ok(Response::new(Box::pin(until(items, end, call.request_id))))
    }
}

/// Resolves when a stream has to end, to what it ends with.
async fn end(shutdown: CancellationToken, timeout: Option<Duration>) -> Status {
    let deadline = async {
        match timeout {
            Some(limit) => {
                tokio::time::sleep(limit).await;
                error::deadline_exceeded(limit)
            }
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = shutdown.cancelled() => error::shutting_down(),
        status = deadline => status,
    }
}

/// The items until the first failure, or the end.
fn until<T, S>(
    items: S,
    end: impl Future<Output = Status> + Send + 'static,
    request_id: String,
) -> impl Stream<Item = Result<T, Status>> + Send + 'static
where
    T: Send + 'static,
    S: Stream<Item = Result<T, AppError>> + Send + 'static,
{
    let open = Some((Box::pin(AssertUnwindSafe(items).catch_unwind()), Box::pin(end.fuse()), request_id));
    futures::stream::unfold(open, async |open| {
        let (mut items, mut end, request_id) = open?;
        let item = tokio::select! {
            biased;
            status = &mut end => return Some((Err(status), None)),
            item = items.next() => item?,
        };
        match item {
            Ok(Ok(item)) => Some((Ok(item), Some((items, end, request_id)))),
            Ok(Err(failed)) => Some((Err(error::status(&failed, &request_id)), None)),
            Err(_) => Some((Err(error::panicked(&request_id)), None)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;
    use tonic::Code;

    async fn codes(answers: impl Stream<Item = Result<u8, Status>>) -> Vec<Result<u8, Code>> {
        answers.map(|item| item.map_err(|status| status.code())).collect().await
    }

    #[tokio::test]
    async fn a_stream_ends_with_its_first_failure() {
        let items = stream::iter([Ok(1), Err(AppError::unavailable("no")), Ok(2)]);
        assert_eq!(codes(until(items, std::future::pending(), String::new())).await, [Ok(1), Err(Code::Unavailable)]);
    }

    #[tokio::test]
    async fn a_stream_ends_when_the_server_stops() {
        let shutdown = CancellationToken::new();
        let items = stream::once(async { Ok(1) }).chain(stream::pending());
        let answers = until(items, end(shutdown.clone(), None), String::new());
        let stop = async { shutdown.cancel() };
        let (seen, ()) = tokio::join!(codes(answers), stop);
        assert_eq!(seen.last(), Some(&Err(Code::Unavailable)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_ends_with_the_deadline_of_its_client() {
        let answers = end(CancellationToken::new(), Some(Duration::from_secs(5)));
        let seen = codes(until(stream::pending(), answers, String::new())).await;
        assert_eq!(seen, [Err(Code::DeadlineExceeded)]);
    }

    #[tokio::test]
    async fn a_panic_is_an_internal_error() {
        let items = stream::once(async { panic!("a bug") });
        assert_eq!(codes(until(items, std::future::pending(), String::new())).await, [Err(Code::Internal)]);
    }
}
