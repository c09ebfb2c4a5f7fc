//! The streams of executions, whose messages come encoded from the use cases, because thousands of clients may get the same
//! one. Everything else of their service goes to the generated code.

use std::convert::Infallible;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use gennaker_app::Encoded;
use gennaker_proto::v1;
use gennaker_proto::v1::execution_service_server::ExecutionServiceServer;
use prost::Message;
use tonic::body::Body;
use tonic::codec::{BufferSettings, Codec, EncodeBuf, Encoder};
use tonic::server::{Grpc, NamedService, ServerStreamingService};
use tonic::{Request, Response, Status};
use tonic_prost::ProstDecoder;
use tower::Service;
use tracing::Span;

use crate::call::Call;
use crate::gate::{Answers, Gate};

const WATCH_EXECUTION: &str = "/gennaker.v1.ExecutionService/WatchExecution";
const WATCH_EXECUTIONS: &str = "/gennaker.v1.ExecutionService/WatchExecutions";

/// `ExecutionService`.
#[derive(Clone)]
pub(crate) struct Executions {
    others: ExecutionServiceServer<Gate>,
    gate: Gate,
    max_request: usize,
    max_answer: usize,
}

impl Executions {
    /// The service, with the greatest sizes of its messages in bytes.
    pub(crate) fn new(gate: Gate, max_request: usize, max_answer: usize) -> Self {
        let others = ExecutionServiceServer::new(gate.clone())
            .max_decoding_message_size(max_request)
            .max_encoding_message_size(max_answer);
        Self { others, gate, max_request, max_answer }
    }

    fn stream<S, M, R>(&self, service: S, request: http::Request<Body>) -> Answering
    where
        S: ServerStreamingService<R, Response = Encoded<M>> + Send + 'static,
        S::ResponseStream: Send + 'static,
        S::Future: Send + 'static,
        M: Message + Default + 'static,
        R: Message + Default + 'static,
    {
        let mut grpc = Grpc::new(EncodedCodec::<M, R>::default())
            .apply_max_message_size_config(Some(self.max_request), Some(self.max_answer));
        Box::pin(async move { Ok(grpc.server_streaming(service, request).await) })
    }
}

type Answering = Pin<Box<dyn Future<Output = Result<http::Response<Body>, Infallible>> + Send>>;

impl NamedService for Executions {
    const NAME: &'static str = ExecutionServiceServer::<Gate>::NAME;
}

impl Service<http::Request<Body>> for Executions {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Answering {
        match request.uri().path() {
            WATCH_EXECUTION => self.stream(WatchExecution(self.gate.clone()), request),
            WATCH_EXECUTIONS => self.stream(WatchExecutions(self.gate.clone()), request),
            _ => self.others.call(request),
        }
    }
}

struct WatchExecution(Gate);

impl ServerStreamingService<v1::WatchExecutionRequest> for WatchExecution {
    type Response = Encoded<v1::WatchExecutionResponse>;
    type ResponseStream = Answers<Self::Response>;
    type Future = Opening<Self::ResponseStream>;

    fn call(&mut self, request: Request<v1::WatchExecutionRequest>) -> Self::Future {
        let gate = self.0.clone();
        Box::pin(async move {
            let call = Call::read(request.metadata().as_ref())?;
            let request = request.into_inner();
            Span::current().record("execution", request.name.as_str());
            let caller = call.caller.clone();
            gate.stream(call, gate.app.watch_execution(&caller, request)).await
        })
    }
}

struct WatchExecutions(Gate);

impl ServerStreamingService<v1::WatchExecutionsRequest> for WatchExecutions {
    type Response = Encoded<v1::WatchExecutionsResponse>;
    type ResponseStream = Answers<Self::Response>;
    type Future = Opening<Self::ResponseStream>;

    fn call(&mut self, request: Request<v1::WatchExecutionsRequest>) -> Self::Future {
        let gate = self.0.clone();
        Box::pin(async move {
            let call = Call::read(request.metadata().as_ref())?;
            let caller = call.caller.clone();
            gate.stream(call, gate.app.watch_executions(&caller, request.into_inner())).await
        })
    }
}

type Opening<S> = Pin<Box<dyn Future<Output = Result<Response<S>, Status>> + Send>>;

/// Writes messages that are encoded, and reads requests.
struct EncodedCodec<M, R>(PhantomData<fn() -> (M, R)>);

impl<M, R> Default for EncodedCodec<M, R> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<M, R> Codec for EncodedCodec<M, R>
where
    M: Message + Default + 'static,
    R: Message + Default + 'static,
{
    type Encode = Encoded<M>;
    type Decode = R;
    type Encoder = EncodedEncoder<M>;
    type Decoder = ProstDecoder<R>;

    fn encoder(&mut self) -> EncodedEncoder<M> {
        EncodedEncoder(PhantomData)
    }

    fn decoder(&mut self) -> ProstDecoder<R> {
        ProstDecoder::default()
    }
}

struct EncodedEncoder<M>(PhantomData<fn() -> M>);

/// Room that each stream has for its next message: enough for most, and not much for an idle one to hold.
const BUFFER: usize = 2 << 10;
/// How much is written at once while more is there.
const YIELD: usize = 32 << 10;

impl<M: Message + Default> Encoder for EncodedEncoder<M> {
    type Item = Encoded<M>;
    type Error = Status;

    fn encode(&mut self, message: Encoded<M>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.reserve(message.size());
        message.write(buffer);
        Ok(())
    }

    fn buffer_settings(&self) -> BufferSettings {
        BufferSettings::new(BUFFER, YIELD)
    }
}
