//! The streams of executions on the wire, where one encoded message goes to many clients.

use futures::{StreamExt, TryStreamExt};
use gennaker_proto::v1;
use gennaker_proto::v1::execution_service_client::ExecutionServiceClient;
use gennaker_proto::v1::watch_execution_response::Message as One;
use gennaker_proto::v1::watch_executions_response::Message as Many;
use serde_json::json;
use tonic::Code;
use tonic::transport::Channel;
use tonic_types::StatusExt;

use crate::support::TestServer;

const PIPELINE: &str = "applications/shop/pipelines/p";

async fn call(server: &TestServer, method: &str, body: serde_json::Value) -> serde_json::Value {
    let headers = [("content-type", "application/json")];
    let answer = server.http("POST", &format!("/v1/{method}"), &headers, body.to_string()).await;
    assert!(answer.status.is_success(), "{}", answer.text());
    answer.json()
}

/// Runs an execution. Its name.
async fn run(server: &TestServer) -> String {
    let application = json!({"applicationId": "shop", "application": {"email": "a@b"}});
    call(server, "ApplicationService/CreateApplication", application).await;
    let stages = json!([{"id": "a", "wait": {"duration": "1s"}}, {"id": "b", "wait": {"duration": "1s"}}]);
    let pipeline = json!({"parent": "applications/shop", "pipelineId": "p", "pipeline": {"stages": stages}});
    call(server, "PipelineService/CreatePipeline", pipeline).await;
    let started = call(server, "ExecutionService/StartExecution", json!({"pipeline": PIPELINE})).await;
    started["execution"]["name"].as_str().unwrap().to_owned()
}

async fn watch(
    client: &mut ExecutionServiceClient<Channel>,
    name: &str,
    after_sequence: Option<u64>,
) -> Result<Vec<v1::WatchExecutionResponse>, tonic::Status> {
    let request = v1::WatchExecutionRequest { name: name.to_owned(), after_sequence };
    client.watch_execution(request).await?.into_inner().try_collect().await
}

#[tokio::test]
async fn a_stream_brings_what_a_read_shows() {
    let server = TestServer::start().await;
    let name = run(&server).await;
    let mut client = ExecutionServiceClient::new(server.channel().await);
    let events = watch(&mut client, &name, Some(0)).await.unwrap();
    let read = client.get_execution(v1::GetExecutionRequest { name: name.clone() }).await.unwrap().into_inner();
    let read = read.execution.unwrap();
    let sequences = events.iter().map(|response| match &response.message {
        Some(One::Event(event)) => event.sequence,
        other => panic!("{other:?}"),
    });
    assert!(sequences.eq(1..=read.sequence), "each once and in order");
    assert_eq!(watch(&mut client, &name, Some(0)).await.unwrap(), events);
    let whole = v1::WatchExecutionResponse { message: Some(One::Snapshot(read)) };
    assert_eq!(watch(&mut client, &name, None).await.unwrap(), [whole]);
}

#[tokio::test]
async fn a_stream_over_many_brings_the_same_and_a_token() {
    let server = TestServer::start().await;
    let name = run(&server).await;
    let mut client = ExecutionServiceClient::new(server.channel().await);
    let events = watch(&mut client, &name, Some(0)).await.unwrap();
    let subjects = vec![v1::WatchSubject { name: name.clone(), after_sequence: Some(0) }];
    let request = v1::WatchExecutionsRequest { subjects, ..Default::default() };
    let stream = client.watch_executions(request).await.unwrap().into_inner();
    let many: Vec<v1::WatchExecutionsResponse> = stream.take(events.len() + 1).try_collect().await.unwrap();
    let told: Vec<_> = many.into_iter().filter(|m| !matches!(m.message, Some(Many::Heartbeat(_)))).collect();
    for (many, one) in told.iter().zip(&events) {
        assert_eq!((many.execution.as_str(), many.resume_token.is_empty()), (name.as_str(), false));
        let (Some(Many::Event(many)), Some(One::Event(one))) = (&many.message, &one.message) else { panic!() };
        assert_eq!(many, one);
    }
    assert_eq!(told.len(), events.len());
}

#[tokio::test]
async fn a_stream_that_cannot_be_opened_says_why() {
    let server = TestServer::start().await;
    run(&server).await;
    let mut client = ExecutionServiceClient::new(server.channel().await);
    let missing =
        watch(&mut client, "applications/shop/executions/01ARZ3NDEKTSV4RRFFQ69G5FAV", None).await.unwrap_err();
    assert_eq!(
        (missing.code(), missing.get_details_error_info().unwrap().reason.as_str()),
        (Code::NotFound, "NOT_FOUND")
    );
    let nonsense = watch(&mut client, "nonsense", None).await.unwrap_err();
    assert_eq!(nonsense.code(), Code::InvalidArgument);
    assert!(nonsense.get_details_bad_request().is_some());
}
