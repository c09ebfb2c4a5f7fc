//! Many watchers, one that does not read, and one that follows all applications from a browser.

use bytes::{Buf, Bytes, BytesMut};
use gennaker_client::v1;
use gennaker_client::v1::execution_service_client::ExecutionServiceClient;
use gennaker_client::v1::watch_execution_response::Message;
use gennaker_tests::{Server, World, pipeline, soon};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::json;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Streaming};
use tonic_types::StatusExt;

/// How many watch at a time.
const WATCHERS: usize = 1000;
/// How many of them share a connection.
const PER_CONNECTION: usize = 250;
/// How often memory is looked at.
const ROUNDS: usize = 6;
/// How often the execution is paused and resumed in between.
const PAUSES: usize = 3;

async fn connection(server: &Server, configure: impl FnOnce(Endpoint) -> Endpoint) -> ExecutionServiceClient<Channel> {
    let endpoint = configure(Endpoint::from_shared(server.address.clone()).unwrap());
    ExecutionServiceClient::new(soon("a connection", endpoint.connect()).await.unwrap())
}

async fn watch(
    client: &mut ExecutionServiceClient<Channel>,
    name: &str,
    after: u64,
) -> Streaming<v1::WatchExecutionResponse> {
    let request = v1::WatchExecutionRequest { name: name.to_owned(), after_sequence: Some(after) };
    soon("a watch", client.watch_execution(request)).await.unwrap().into_inner()
}

/// The memory of a process that is in use, in bytes.
fn resident(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

/// Reads to an event; checks that events come once and in order.
async fn read_to(stream: &mut Streaming<v1::WatchExecutionResponse>, seen: &mut u64, to: u64) {
    while *seen < to {
        if let Some(Message::Event(event)) = stream.message().await.unwrap().expect("it has not ended").message {
            assert_eq!(event.sequence, *seen + 1);
            *seen = event.sequence;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_watchers_see_everything_and_memory_stays_flat() {
    let world = World::new().await;
    let name = world.save("judged", &pipeline(json!([{"id": "judge", "manualJudgment": {}}]))).await;
    let execution = world.start(&name).await;
    let mut watchers = Vec::new();
    for _ in 0..WATCHERS / PER_CONNECTION {
        let mut client = connection(&world.server, |endpoint| endpoint).await;
        for _ in 0..PER_CONNECTION {
            watchers.push((watch(&mut client, &execution, 0).await, 0));
        }
    }
    let mut memory = Vec::new();
    for _ in 0..ROUNDS {
        let mut sequence = 0;
        for _ in 0..PAUSES {
            world.call::<v1::PauseExecutionRequest>(json!({ "name": execution })).await.unwrap();
            let resumed = world.call::<v1::ResumeExecutionRequest>(json!({ "name": execution })).await.unwrap();
            sequence = resumed.execution.unwrap_or_default().sequence;
        }
        let read = watchers.iter_mut().map(|(stream, seen)| read_to(stream, seen, sequence));
        soon("all watchers", futures::future::join_all(read)).await;
        memory.push(resident(&world.server));
    }
    world.call::<v1::CancelExecutionRequest>(json!({ "name": execution })).await.unwrap();
    for (stream, seen) in &mut watchers {
        while let Some(message) = soon("the end of a stream", stream.message()).await.unwrap() {
            let Some(Message::Event(event)) = message.message else { continue };
            assert_eq!(event.sequence, *seen + 1);
            *seen = event.sequence;
        }
    }
    println!("resident after each round of {WATCHERS} watchers: {memory:?}");
    let (first, last) = (memory[1], memory[ROUNDS - 1]);
    assert!(last < first + (4 << 20), "it grows: {memory:?}");
}

#[tokio::test]
async fn who_does_not_read_is_cut_off_and_goes_on_where_it_was() {
    let world = World::with(&["limits.slow_watcher=300ms"]).await;
    let stages = (0..60).map(|n| json!({"id": format!("s{n}"), "wait": {"duration": "0s"}}));
    let name = world.save("many", &pipeline(stages.collect())).await;
    let execution = world.start(&name).await;
    let small = |endpoint: Endpoint| endpoint.initial_stream_window_size(1024).initial_connection_window_size(65_535);
    let mut client = connection(&world.server, small).await;
    let mut stream = watch(&mut client, &execution, 0).await;
    let all = world.end(&execution).await.execution().sequence;
    // The server gives the watch back when it cuts it off; until then nothing is read.
    let given_back = async {
        while !world.metrics().await.contains("gennaker_watches 0") {
            tokio::task::yield_now().await;
        }
    };
    soon("the cut", given_back).await;
    let mut seen = 0;
    let cut = loop {
        match soon("a message", stream.message()).await {
            Ok(Some(v1::WatchExecutionResponse { message: Some(Message::Event(event)) })) => {
                assert_eq!(event.sequence, seen + 1);
                seen = event.sequence;
            }
            Ok(Some(_)) => {}
            Ok(None) => panic!("it was not cut off"),
            Err(status) => break status,
        }
    };
    assert_eq!(cut.code(), Code::ResourceExhausted, "{cut:?}");
    let details = cut.get_details_error_info().unwrap();
    assert_eq!((details.reason.as_str(), details.metadata["sequence"].clone()), ("SLOW_CLIENT", seen.to_string()));
    assert!(seen < all, "{seen} of {all}");
    let mut rest = watch(&mut client, &execution, seen).await;
    soon("the rest", read_to(&mut rest, &mut seen, all)).await;
}

/// A stream as a browser has it: gRPC-Web over HTTP/1.1.
struct WebStream {
    body: Incoming,
    read: BytesMut,
}

impl WebStream {
    async fn open<M: prost::Message>(server: &Server, method: &str, request: &M) -> Self {
        let message = request.encode_to_vec();
        let length = u32::try_from(message.len()).unwrap().to_be_bytes();
        let request = http::Request::post(format!("{}/gennaker.v1.{method}", server.address))
            .header("content-type", "application/grpc-web+proto")
            .header("x-grpc-web", "1")
            .body(Full::from([&[0], &length[..], &message].concat()))
            .unwrap();
        let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
        let response = soon("the head of the answer", client.request(request)).await.unwrap();
        assert_eq!((response.status().as_u16(), response.version()), (200, http::Version::HTTP_11));
        Self { body: response.into_body(), read: BytesMut::new() }
    }

    /// The next message; `None` at the end, which must be a good one.
    async fn next<M: prost::Message + Default>(&mut self) -> Option<M> {
        loop {
            if let Some(head) = self.read.get(..5) {
                let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
                if self.read.len() >= 5 + length {
                    let is_trailer = head[0] == 0x80;
                    self.read.advance(5);
                    let message = self.read.split_to(length);
                    if is_trailer {
                        assert!(String::from_utf8_lossy(&message).contains("grpc-status:0"), "{message:?}");
                        return None;
                    }
                    return Some(M::decode(message).unwrap());
                }
            }
            let frame = soon("a frame", self.body.frame()).await.expect("the stream goes on").unwrap();
            self.read.extend_from_slice(&frame.into_data().unwrap_or_default());
        }
    }
}

#[tokio::test]
async fn a_browser_follows_all_applications_on_one_stream() {
    use v1::watch_executions_response::Message as Many;

    let world = World::with(&["limits.heartbeat_interval=200ms"]).await;
    let name = world.save("judged", &pipeline(json!([{"id": "judge", "manualJudgment": {}}]))).await;
    let all = v1::WatchSubject { name: "applications/-".to_owned(), ..Default::default() };
    let request = v1::WatchExecutionsRequest { subjects: vec![all], ..Default::default() };
    let mut stream = WebStream::open(&world.server, "ExecutionService/WatchExecutions", &request).await;
    // Nothing has happened, and yet something comes, at once and again and again.
    for _ in 0..3 {
        let message: v1::WatchExecutionsResponse = stream.next().await.unwrap();
        assert!(matches!(message.message, Some(Many::Heartbeat(_))), "{message:?}");
    }
    let execution = world.start(&name).await;
    let snapshot = loop {
        let message: v1::WatchExecutionsResponse = stream.next().await.unwrap();
        match message.message.unwrap() {
            Many::Snapshot(snapshot) => break snapshot,
            Many::Heartbeat(_) => {}
            Many::Event(event) => panic!("{event:?}"),
        }
    };
    assert_eq!(snapshot.name, execution);
    world.call::<v1::CancelExecutionRequest>(json!({ "name": execution })).await.unwrap();
    let ended = loop {
        let message: v1::WatchExecutionsResponse = stream.next().await.unwrap();
        let Some(Many::Event(event)) = message.message else { continue };
        let changed = event.changed.unwrap();
        if changed.end_time.is_some() {
            break changed;
        }
    };
    assert_eq!(ended.status(), v1::ExecutionStatus::Canceled);

    let request = v1::WatchExecutionRequest { name: execution, after_sequence: Some(0) };
    let mut stream = WebStream::open(&world.server, "ExecutionService/WatchExecution", &request).await;
    let mut seen = 0;
    while let Some(message) = stream.next::<v1::WatchExecutionResponse>().await {
        let Some(Message::Event(event)) = message.message else { panic!("{message:?}") };
        assert_eq!(event.sequence, seen + 1);
        seen = event.sequence;
    }
    assert_eq!(seen, ended.sequence, "all events of what has ended, and then the end");
}
