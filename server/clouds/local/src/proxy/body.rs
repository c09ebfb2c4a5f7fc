//! Bodies that pass through the proxy.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::endpoint::InFlight;

/// Why a body ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error(transparent)]
    Broken(#[from] hyper::Error),
    #[error("the drain deadline of the instance has passed")]
    Cut,
}

/// A body in either direction.
pub(crate) type ProxyBody = UnsyncBoxBody<Bytes, BodyError>;

pub(crate) fn empty() -> ProxyBody {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

pub(crate) fn text(text: impl Into<Bytes>) -> ProxyBody {
    Full::new(text.into()).map_err(|never| match never {}).boxed_unsync()
}

pub(crate) fn incoming(body: Incoming) -> ProxyBody {
    body.map_err(BodyError::from).boxed_unsync()
}

/// An instance's response body. The request counts as in flight until it has passed, and then its connection is free for
/// the next one.
pub(crate) struct ResponseBody {
    body: Incoming,
    passing: Option<(InFlight, SendRequest<ProxyBody>)>,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl ResponseBody {
    pub(crate) fn new(body: Incoming, in_flight: InFlight, sender: SendRequest<ProxyBody>) -> Self {
        let cut = Box::pin(in_flight.cut().cancelled_owned());
        let mut this = Self { body, passing: Some((in_flight, sender)), cut };
        this.free_at_end();
        this
    }

    fn free_at_end(&mut self) {
        if self.body.is_end_stream()
            && let Some((in_flight, sender)) = self.passing.take()
        {
            in_flight.endpoint().give_free(sender);
        }
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        if self.passing.is_some() && self.cut.as_mut().poll(cx).is_ready() {
            self.passing = None;
            return Poll::Ready(Some(Err(BodyError::Cut)));
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        match frame {
            Some(Ok(frame)) => {
                self.free_at_end();
                Poll::Ready(Some(Ok(frame)))
            }
            Some(Err(error)) => {
                self.passing = None;
                Poll::Ready(Some(Err(error.into())))
            }
            None => {
                self.free_at_end();
                self.passing = None;
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
