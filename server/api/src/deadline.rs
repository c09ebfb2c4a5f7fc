//! The time that a call may take until its answer begins: what the client says, or the configured default.
//!
//! For a unary call that is all of it, the reading of the request included. A stream goes on after that.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use tonic::body::Body;
use tower::Service;

use crate::call::timeout;
use crate::error;

/// Ends calls whose answers do not begin in time.
#[derive(Clone, Debug)]
pub(crate) struct Deadline<S> {
    inner: S,
    default: Duration,
}

impl<S> Deadline<S> {
    pub(crate) fn new(inner: S, default: Duration) -> Self {
        Self { inner, default }
    }
}

impl<S> Service<Request<Body>> for Deadline<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let limit = match timeout(request.headers()) {
            Ok(asked) => asked.unwrap_or(self.default),
            Err(status) => return Box::pin(std::future::ready(Ok(status.into_http()))),
        };
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answered = tokio::time::timeout(limit, answer).await;
            answered.unwrap_or_else(|_| Ok(error::deadline_exceeded(limit).into_http()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;
    use tonic::{Code, Status};
    use tower::{ServiceExt, service_fn};

    /// The code of the answer to a call that takes 20 seconds, and the time after which it came.
    async fn outcome(asked: Option<&str>) -> (Code, Duration) {
        let slow = service_fn(|_: Request<Body>| async {
            tokio::time::sleep(Duration::from_secs(20)).await;
            Ok(Status::ok("").into_http())
        });
        let mut request = Request::new(Body::empty());
        if let Some(asked) = asked {
            request.headers_mut().insert("grpc-timeout", asked.parse().unwrap());
        }
        let begin = Instant::now();
        let response = Deadline::new(slow, Duration::from_secs(10)).oneshot(request).await.unwrap();
        (Status::from_header_map(response.headers()).unwrap().code(), begin.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn the_client_says_how_long_or_the_default_holds() {
        assert_eq!(outcome(None).await, (Code::DeadlineExceeded, Duration::from_secs(10)));
        assert_eq!(outcome(Some("5S")).await, (Code::DeadlineExceeded, Duration::from_secs(5)));
        assert_eq!(outcome(Some("21S")).await, (Code::Ok, Duration::from_secs(20)));
        assert_eq!(outcome(Some("soon")).await, (Code::InvalidArgument, Duration::ZERO));
    }
}
