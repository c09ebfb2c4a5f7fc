//! What the server tells about itself: logs for programs, traces by OTLP.

use std::collections::BTreeMap;

use gennaker_client::v1;
use gennaker_tests::{Server, World, free_address, soon};
use nix::sys::signal::{Signal, kill};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

/// A collector that keeps what it gets.
struct Collector(mpsc::UnboundedSender<ExportTraceServiceRequest>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let _story_over = self.0.send(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

/// A span: its name, and its attributes as text.
#[derive(Debug)]
struct Span {
    name: String,
    attributes: BTreeMap<String, String>,
}

impl Span {
    fn has(&self, attribute: &str, value: &str) -> bool {
        self.attributes.get(attribute).is_some_and(|found| found == value)
    }
}

fn texts(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |pair: &KeyValue| {
        let any_value::Value::StringValue(value) = pair.value.as_ref()?.value.as_ref()? else { return None };
        Some((pair.key.clone(), value.clone()))
    };
    attributes.iter().filter_map(text).collect()
}

#[tokio::test]
async fn traces_say_which_execution_and_stage_they_are_about() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("telemetry.otlp_endpoint=http://{}", listener.local_addr().unwrap());
    let (collected, mut requests) = mpsc::unbounded_channel();
    let service = tonic::transport::Server::builder().add_service(TraceServiceServer::new(Collector(collected)));
    let collector = tokio::spawn(service.serve_with_incoming(TcpIncoming::from(listener)));

    let world = World::with(&[&endpoint]).await;
    let target = json!({"account": "local", "region": "local", "dynamic": {"cluster": "none"}});
    let stages = json!([
        {"id": "pause", "wait": {"duration": "0s"}},
        {"id": "gone", "dependsOn": ["pause"], "onFailure": "FAILURE_POLICY_IGNORE", "enableServerGroup": {"target": target}},
    ]);
    let execution = world.run("traced", stages).await.execution().name.clone();
    world.call::<v1::GetExecutionRequest>(json!({ "name": execution })).await.unwrap();
    // What is left is sent when the server stops.
    kill(world.server.pid(), Signal::SIGTERM).unwrap();

    let id = execution.rsplit('/').next().unwrap();
    let mut spans = Vec::new();
    let all = async {
        let wanted = |spans: &[Span]| {
            let has = |name: &str, attribute: &str, value: &str| {
                spans.iter().any(|span| span.name == name && span.has(attribute, value))
            };
            has("call", "execution", &execution)
                && has("call", "method", "gennaker.v1.ExecutionService/StartExecution")
                && has("decide", "execution", id)
                && has("task", "execution", id)
                && has("task", "stage", "gone")
        };
        while !wanted(&spans) {
            let request = requests.recv().await.unwrap();
            for resource in request.resource_spans {
                let about = texts(&resource.resource.unwrap_or_default().attributes);
                assert_eq!(about["service.name"], "gennaker");
                for span in resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                    spans.push(Span { name: span.name, attributes: texts(&span.attributes) });
                }
            }
        }
    };
    let complete = tokio::time::timeout(gennaker_tests::PATIENCE, all).await.is_ok();
    collector.abort();
    assert!(complete, "{spans:#?}");
    for span in spans.iter().filter(|span| span.name == "task" || span.name == "decide") {
        assert!(span.attributes.contains_key("execution"), "{span:?}");
    }
    for span in spans.iter().filter(|span| span.name == "task") {
        assert!(span.attributes.contains_key("stage"), "{span:?}");
    }
}

#[tokio::test]
async fn logs_for_programs_are_json_with_the_ids_of_what_they_are_about() {
    let directory = tempfile::tempdir().unwrap();
    let level = "telemetry.log_level=warn,gennaker=info,gennaker_api=debug";
    let server = Server::start_with(&directory.path().join("data"), &free_address(), &[level]).await;
    let name = "applications/hello/executions/01K00000000000000000000000";
    let request = v1::GetExecutionRequest { name: name.to_owned() };
    soon("an answer", server.client.call(request)).await.unwrap_err();
    let (_, lines) = server.stop().await;
    let entries: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(entries.iter().all(|entry| entry["timestamp"].is_string() && entry["level"].is_string()), "{lines:#?}");
    let about = |entry: &Value| entry["span"]["execution"] == name && entry["span"]["code"] == "NOT_FOUND";
    assert!(entries.iter().any(about), "{lines:#?}");
}
