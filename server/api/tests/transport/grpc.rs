//! gRPC and gRPC-Web.

use std::time::{Duration, Instant};

use futures::StreamExt;
use gennaker_proto::v1;
use gennaker_proto::v1::application_service_client::ApplicationServiceClient;
use gennaker_proto::v1::infrastructure_service_client::InfrastructureServiceClient;
use gennaker_proto::v1::system_service_client::SystemServiceClient;
use prost::Message;
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1 as reflection;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_types::StatusExt;

use crate::support::TestServer;

const SERVICES: [&str; 8] = [
    "gennaker.v1.AccountService",
    "gennaker.v1.ApplicationService",
    "gennaker.v1.ExecutionService",
    "gennaker.v1.InfrastructureService",
    "gennaker.v1.PipelineService",
    "gennaker.v1.ProjectService",
    "gennaker.v1.SystemService",
    "gennaker.v1.TriggerService",
];

async fn reflect(server: &TestServer, request: MessageRequest) -> MessageResponse {
    let request = reflection::ServerReflectionRequest { host: String::new(), message_request: Some(request) };
    let mut client = ServerReflectionClient::new(server.channel().await);
    let stream = client.server_reflection_info(tokio_stream::once(request)).await.unwrap();
    stream.into_inner().next().await.unwrap().unwrap().message_response.unwrap()
}

#[tokio::test]
async fn reflection_lists_every_service_and_knows_error_details() {
    let server = TestServer::start().await;
    let MessageResponse::ListServicesResponse(list) =
        reflect(&server, MessageRequest::ListServices(String::new())).await
    else {
        panic!("no list of services")
    };
    let names: Vec<&str> = list.service.iter().map(|service| service.name.as_str()).collect();
    for service in SERVICES.into_iter().chain(["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"]) {
        assert!(names.contains(&service), "{service} is missing in {names:?}");
    }
    for symbol in ["google.rpc.ErrorInfo", "gennaker.v1.ExecutionService.WatchExecution", "gennaker.v1.Pipeline"] {
        let answer = reflect(&server, MessageRequest::FileContainingSymbol(symbol.to_owned())).await;
        assert!(matches!(answer, MessageResponse::FileDescriptorResponse(_)), "{symbol}: {answer:?}");
    }
}

#[tokio::test]
async fn every_service_has_a_health() {
    let server = TestServer::start().await;
    let mut client = HealthClient::new(server.channel().await);
    let mut watch = client.watch(HealthCheckRequest { service: String::new() }).await.unwrap().into_inner();
    assert_eq!(watch.next().await.unwrap().unwrap().status(), ServingStatus::Serving);
    // The first report of all services may come a moment later than the first connection.
    let mut all = client.watch(HealthCheckRequest { service: SERVICES[0].to_owned() }).await;
    while all.is_err() {
        tokio::task::yield_now().await;
        all = client.watch(HealthCheckRequest { service: SERVICES[0].to_owned() }).await;
    }
    for service in SERVICES {
        let answer = client.check(HealthCheckRequest { service: service.to_owned() }).await.unwrap();
        assert_eq!(answer.into_inner().status(), ServingStatus::Serving, "{service}");
    }
    server.stop.cancel();
    assert_eq!(watch.next().await.unwrap().unwrap().status(), ServingStatus::NotServing);
}

#[tokio::test]
async fn unknown_methods_are_unimplemented() {
    let server = TestServer::start().await;
    let mut client = tonic::client::Grpc::new(server.channel().await);
    for path in ["/gennaker.v1.ApplicationService/Nothing", "/nothing.Nothing/Nothing", "/"] {
        client.ready().await.unwrap();
        let codec = tonic_prost::ProstCodec::<v1::GetVersionRequest, v1::GetVersionResponse>::default();
        let path: http::uri::PathAndQuery = path.parse().unwrap();
        let status = client.unary(Request::new(v1::GetVersionRequest {}), path.clone(), codec).await.unwrap_err();
        assert_eq!(status.code(), Code::Unimplemented, "{path}");
    }
}

#[tokio::test]
async fn errors_say_what_is_wrong_and_where() {
    let server = TestServer::start().await;
    let mut client = ApplicationServiceClient::new(server.channel().await);
    let name = "applications/none".to_owned();
    let missing = client.get_application(v1::GetApplicationRequest { name: name.clone() }).await.unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);
    assert_eq!(missing.get_details_resource_info().unwrap().resource_name, name);
    assert_eq!(missing.get_details_error_info().unwrap().domain, "gennaker.dev");

    let wrong = v1::CreateApplicationRequest {
        application_id: "NOT-AN-ID".to_owned(),
        application: Some(v1::Application { email: "nobody".to_owned(), ..Default::default() }),
        ..Default::default()
    };
    let invalid = client.create_application(wrong).await.unwrap_err();
    assert_eq!(invalid.code(), Code::InvalidArgument);
    let violations = invalid.get_details_bad_request().unwrap().field_violations;
    let fields: Vec<&str> = violations.iter().map(|violation| violation.field.as_str()).collect();
    assert!(fields.contains(&"application_id") && fields.contains(&"application.email"), "{fields:?}");
}

#[tokio::test]
async fn the_actor_is_recorded_and_the_request_has_an_id() {
    let server = TestServer::start().await;
    let mut client = ApplicationServiceClient::new(server.channel().await);
    let mut create = Request::new(v1::CreateApplicationRequest {
        application_id: "a".to_owned(),
        application: Some(v1::Application::default()),
        ..Default::default()
    });
    create.metadata_mut().insert("x-gennaker-actor", "ada".parse().unwrap());
    create.metadata_mut().insert("x-request-id", "mine".parse().unwrap());
    let created = client.create_application(create).await.unwrap();
    assert_eq!(created.metadata().get("x-request-id").unwrap(), "mine");
    assert_eq!(created.into_inner().application.unwrap().update_actor, "ada");

    let mut wrong = Request::new(v1::ListApplicationsRequest::default());
    wrong.metadata_mut().insert("x-gennaker-actor", "a".repeat(200).parse().unwrap());
    assert_eq!(client.list_applications(wrong).await.unwrap_err().code(), Code::InvalidArgument);
}

#[tokio::test]
async fn small_answers_do_not_wait_for_acknowledgements() {
    let server = TestServer::start().await;
    let client = SystemServiceClient::new(server.channel().await);
    let call = |mut client: SystemServiceClient<_>| async move { client.get_version(v1::GetVersionRequest {}).await };
    call(client.clone()).await.unwrap();
    let mut rounds = Vec::new();
    for _ in 0..21 {
        let begin = Instant::now();
        let calls = (0..5).map(|_| call(client.clone()));
        for answer in futures::future::join_all(calls).await {
            answer.unwrap();
        }
        rounds.push(begin.elapsed());
    }
    rounds.sort_unstable();
    // With Nagle's algorithm a round takes 40 ms.
    assert!(rounds[10] < Duration::from_millis(30), "{rounds:?}");
}

#[tokio::test]
async fn grpc_web_answers_over_http1() {
    let server = TestServer::start().await;
    let frame = |message: &[u8]| {
        let length = u32::try_from(message.len()).unwrap().to_be_bytes();
        [&[0], &length[..], message].concat()
    };
    let headers = [("content-type", "application/grpc-web+proto"), ("x-grpc-web", "1")];
    let path = "/gennaker.v1.SystemService/GetVersion";
    let answer = server.http("POST", path, &headers, frame(&[])).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/grpc-web+proto");
    let length = u32::from_be_bytes(answer.body[1..5].try_into().unwrap()) as usize;
    let version = v1::GetVersionResponse::decode(&answer.body[5..5 + length]).unwrap();
    assert!(!version.version.is_empty());
    let trailers = &answer.body[5 + length..];
    assert_eq!(trailers[0], 0x80);
    assert!(String::from_utf8_lossy(&trailers[5..]).contains("grpc-status:0"));

    let request = v1::GetApplicationRequest { name: "applications/none".to_owned() }.encode_to_vec();
    let missing =
        server.http("POST", "/gennaker.v1.ApplicationService/GetApplication", &headers, frame(&request)).await;
    let told = format!("{}{}", missing.header("grpc-status"), missing.text());
    assert!(told.starts_with('5') || told.contains("grpc-status:5"), "{told}");
}

fn watched() -> v1::WatchInfrastructureRequest {
    v1::WatchInfrastructureRequest { application: "applications/a".to_owned(), ..Default::default() }
}

#[tokio::test]
async fn streams_end_with_the_server_and_say_so() {
    let server = TestServer::start().await;
    let mut client = InfrastructureServiceClient::new(server.channel().await);
    let request = watched();
    let mut stream = client.watch_infrastructure(request).await.unwrap().into_inner();
    stream.next().await.unwrap().unwrap();
    server.stopped().await;
    let end = loop {
        match stream.next().await.expect("the stream ends with an error") {
            Ok(_) => {}
            Err(status) => break status,
        }
    };
    assert_eq!(end.code(), Code::Unavailable);
    assert_eq!(end.get_details_error_info().unwrap().reason, "SHUTTING_DOWN");
    assert!(end.get_details_retry_info().is_some());
}

#[tokio::test]
async fn a_stream_ends_with_the_deadline_of_its_client() {
    let server = TestServer::start().await;
    let channel = tonic::transport::Endpoint::from_shared(format!("http://{}", server.address)).unwrap();
    let mut client = InfrastructureServiceClient::new(channel.connect().await.unwrap());
    let mut request = Request::new(watched());
    request.metadata_mut().insert("grpc-timeout", "2S".parse().unwrap());
    let mut stream = client.watch_infrastructure(request).await.unwrap().into_inner();
    let end = loop {
        if let Err(status) = stream.next().await.expect("the stream ends with an error") {
            break status;
        }
    };
    assert_eq!(end.code(), Code::DeadlineExceeded);
}
