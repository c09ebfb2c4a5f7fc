//! A disk that fills up: clear errors, nothing half done, and a server that goes on when there is room again.

use gennaker_client::v1::{ExecutionStatus, HealthStatus};
use gennaker_client::{Code, Error, v1};
use gennaker_parts::SmallDisk;
use gennaker_tests::{Server, call, free_address, pipeline};
use serde_json::json;

async fn health(server: &Server) -> HealthStatus {
    call::<v1::GetHealthRequest>(&server.client, json!({})).await.unwrap().status()
}

async fn status(server: &Server, execution: &str) -> ExecutionStatus {
    let got = call::<v1::GetExecutionRequest>(&server.client, json!({ "name": execution })).await.unwrap();
    got.execution.unwrap_or_default().status()
}

#[tokio::test]
async fn a_full_disk_is_told_and_survived() {
    let Some(disk) = SmallDisk::mount(8) else {
        eprintln!("skipped: file systems can only be mounted by root");
        return;
    };
    let server = Server::start_with(&disk.path().join("data"), &free_address(), &[]).await;
    let application = json!({"applicationId": "hello", "application": {}});
    call::<v1::CreateApplicationRequest>(&server.client, application).await.unwrap();
    let stages = json!([{"id": "judge", "manualJudgment": {}}]);
    let made = json!({"parent": "applications/hello", "pipelineId": "judged", "pipeline": pipeline(stages)});
    call::<v1::CreatePipelineRequest>(&server.client, made).await.unwrap();
    let start = json!({"pipeline": "applications/hello/pipelines/judged"});
    let started = call::<v1::StartExecutionRequest>(&server.client, start.clone()).await.unwrap();
    let execution = started.execution.unwrap_or_default().name;

    disk.fill().unwrap();
    let full = |error: Error| {
        assert_eq!(error.code(), Some(Code::Unavailable), "{error}");
        assert!(error.to_string().contains("full; free some space"), "{error}");
    };
    let another = |id: &str| json!({"applicationId": id, "application": {"description": "x".repeat(4000)}});
    full(call::<v1::CreateApplicationRequest>(&server.client, another("other")).await.unwrap_err());
    full(call::<v1::StartExecutionRequest>(&server.client, start).await.unwrap_err());
    let judge = json!({"name": execution, "decision": "DECISION_CONTINUE"});
    full(call::<v1::SubmitJudgmentRequest>(&server.client, judge.clone()).await.unwrap_err());
    assert_eq!(status(&server, &execution).await, ExecutionStatus::Running, "what there is can still be read");
    assert_eq!(health(&server).await, HealthStatus::Failing);

    disk.clear().unwrap();
    call::<v1::CreateApplicationRequest>(&server.client, another("other")).await.unwrap();
    assert_eq!(health(&server).await, HealthStatus::Ok);
    call::<v1::SubmitJudgmentRequest>(&server.client, judge).await.unwrap();
    assert_eq!(status(&server, &execution).await, ExecutionStatus::Succeeded);
    let list = v1::ListExecutionsRequest { parent: "applications/hello".to_owned(), ..Default::default() };
    assert_eq!(server.client.list(list).await.unwrap().len(), 1, "a start that failed has left nothing");
    assert!(server.stop().await.0.success());
}
