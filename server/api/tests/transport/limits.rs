//! Limits: at the edge, and one past it.

use std::time::Duration;

use gennaker_api::Options;
use gennaker_app::Limits;
use gennaker_proto::v1;
use gennaker_proto::v1::application_service_client::ApplicationServiceClient;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::Code;
use tonic_types::StatusExt;

use crate::support::{PATIENCE, TestServer};

async fn with_limits(limits: Limits) -> TestServer {
    TestServer::with_limits(Options::default(), limits).await
}

/// A request that takes exactly so many bytes.
fn request_of(bytes: usize) -> v1::ListApplicationsRequest {
    use prost::Message;
    let with = |length: usize| v1::ListApplicationsRequest { filter: "x".repeat(length), ..Default::default() };
    let request = with(bytes - (with(bytes).encoded_len() - bytes));
    assert_eq!(request.encoded_len(), bytes);
    request
}

#[tokio::test]
async fn the_greatest_message() {
    let server = with_limits(Limits { max_message_bytes: 4096, ..Limits::default() }).await;
    let mut client = ApplicationServiceClient::new(server.channel().await);
    // It is read, and then refused for its filter.
    let fits = client.list_applications(request_of(4096)).await.unwrap_err();
    assert_eq!(fits.code(), Code::InvalidArgument, "{fits:?}");
    let too_large = client.list_applications(request_of(4097)).await.unwrap_err();
    assert_eq!(too_large.code(), Code::ResourceExhausted, "{too_large:?}");
    assert_eq!(too_large.get_details_error_info().unwrap().reason, "REQUEST_TOO_LARGE");
}

#[tokio::test]
async fn the_greatest_body_of_a_webhook() {
    let server = with_limits(Limits { max_webhook_bytes: 100, ..Limits::default() }).await;
    let path = "/webhooks/applications/a/triggers/t";
    assert_ne!(server.http("POST", path, &[], vec![b'x'; 100]).await.status, 413);
    let too_large = server.http("POST", path, &[], vec![b'x'; 101]).await;
    assert_eq!(too_large.status, 413);
    let error = &too_large.json()["error"];
    assert_eq!((error["code"].as_u64(), &error["status"]), (Some(413), &"RESOURCE_EXHAUSTED".into()));
    assert!(too_large.text().contains("limit max_webhook_bytes of 100 bytes"), "{}", too_large.text());
}

#[tokio::test]
async fn the_greatest_json_call() {
    let server = with_limits(Limits { max_message_bytes: 1024, ..Limits::default() }).await;
    let (path, headers) = ("/v1/SystemService/GetVersion", [("content-type", "application/json")]);
    let body = |bytes: usize| format!("{{}}{}", " ".repeat(bytes - 2)).into_bytes();
    assert_eq!(server.http("POST", path, &headers, body(1024)).await.status, 200);
    let too_large = server.http("POST", path, &headers, body(1025)).await;
    assert_eq!(too_large.status, 413);
    assert!(too_large.text().contains("limit max_message_bytes of 1024 bytes"), "{}", too_large.text());
}

#[tokio::test]
async fn connections_beyond_the_limit_wait() {
    let server = TestServer::with(Options { max_connections: 1, ..Options::default() }).await;
    let get = b"GET /readyz HTTP/1.1\r\nhost: a\r\n\r\n";
    let mut first = TcpStream::connect(server.address).await.unwrap();
    first.write_all(get).await.unwrap();
    let mut buffer = [0; 4096];
    assert!(first.read(&mut buffer).await.unwrap() > 0);

    let mut second = TcpStream::connect(server.address).await.unwrap();
    second.write_all(get).await.unwrap();
    let waits = tokio::time::timeout(Duration::from_millis(100), second.read(&mut buffer)).await;
    assert!(waits.is_err(), "the second connection was served beside the first");
    drop(first);
    let answered = tokio::time::timeout(PATIENCE, second.read(&mut buffer)).await.unwrap().unwrap();
    assert!(answered > 0);
}

#[tokio::test]
async fn clients_that_send_nothing_are_let_go() {
    let server = TestServer::with(Options { header_timeout: Duration::from_millis(100), ..Options::default() }).await;
    for sent in ["", "PRI * HTTP/2.0\r\n", "GET /readyz HTTP/1.1\r\nhost: a\r\n"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "{sent:?} keeps its connection");
        assert!(!String::from_utf8_lossy(&rest).contains(" 200 "), "{sent:?} was answered");
    }
}

#[tokio::test]
async fn headers_that_are_too_large_are_refused() {
    let server = TestServer::with(Options { max_header_bytes: 8 << 10, ..Options::default() }).await;
    let large = "x".repeat(16 << 10);
    assert_eq!(server.http("GET", "/readyz", &[("x-large", &large)], "").await.status, 431);
    assert_eq!(server.http("GET", "/readyz", &[("x-large", &large[..4096])], "").await.status, 200);
}

#[tokio::test]
async fn a_stop_waits_for_nobody_who_is_silent() {
    let options = Options { shutdown_grace: Duration::from_millis(100), ..Options::default() };
    let server = TestServer::with(options).await;
    let _silent = TcpStream::connect(server.address).await.unwrap();
    let _idle = server.channel().await;
    server.stopped().await;
}

#[tokio::test]
async fn a_request_whose_body_does_not_come_is_given_up() {
    let options = Options { request_timeout: Duration::from_millis(100), ..Options::default() };
    let server = TestServer::with(options).await;
    for path in ["/webhooks/applications/a/triggers/t", "/v1/SystemService/GetVersion"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = [0; 64];
        let read = tokio::time::timeout(PATIENCE, stream.read(&mut answer)).await.unwrap().unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 408 "), "{}", String::from_utf8_lossy(&answer[..read]));
    }
}
