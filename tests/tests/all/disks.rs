//! A disk that fills up: clear errors, nothing half done, and a server that goes on when there is room again.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use gennaker_client::v1::{ExecutionStatus, HealthStatus};
use gennaker_client::{Code, Error, v1};
use gennaker_proto::json as proto_json;
use gennaker_tests::{Server, free_address, pipeline, soon};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A file system of a few megabytes in memory.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// `None` where the system does not let us mount one.
    fn mount() -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let mut mount = std::process::Command::new("mount");
        let mount = mount.args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(directory.path()).output();
        mount.is_ok_and(|output| output.status.success()).then_some(Self(directory))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes until nothing fits any more.
    fn fill(&self) -> PathBuf {
        let path = self.path().join("filler");
        let mut file = File::create(&path).unwrap();
        while file.write_all(&[b'x'; 512]).is_ok() {}
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _unmounted = std::process::Command::new("umount").args(["-l"]).arg(self.path()).status();
    }
}

async fn call<C>(server: &Server, request: Value) -> Result<C::Response, Error>
where
    C: gennaker_client::Call + prost::Message + prost::Name + Default,
{
    let request = proto_json::decode::<C>(&request).unwrap();
    soon(C::NAME, server.client.call(request)).await
}

async fn health(server: &Server) -> HealthStatus {
    call::<v1::GetHealthRequest>(server, json!({})).await.unwrap().status()
}

async fn status(server: &Server, execution: &str) -> ExecutionStatus {
    let got = call::<v1::GetExecutionRequest>(server, json!({ "name": execution })).await.unwrap();
    got.execution.unwrap_or_default().status()
}

#[tokio::test]
async fn a_full_disk_is_told_and_survived() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("skipped: file systems can only be mounted by root");
        return;
    };
    let server = Server::start_with(&disk.path().join("data"), &free_address(), &[]).await;
    let application = json!({"applicationId": "hello", "application": {}});
    call::<v1::CreateApplicationRequest>(&server, application).await.unwrap();
    let stages = json!([{"id": "judge", "manualJudgment": {}}]);
    let made = json!({"parent": "applications/hello", "pipelineId": "judged", "pipeline": pipeline(stages)});
    call::<v1::CreatePipelineRequest>(&server, made).await.unwrap();
    let start = json!({"pipeline": "applications/hello/pipelines/judged"});
    let started = call::<v1::StartExecutionRequest>(&server, start.clone()).await.unwrap();
    let execution = started.execution.unwrap_or_default().name;

    let filler = disk.fill();
    let full = |error: Error| {
        assert_eq!(error.code(), Some(Code::Unavailable), "{error}");
        assert!(error.to_string().contains("full; free some space"), "{error}");
    };
    let another = |id: &str| json!({"applicationId": id, "application": {"description": "x".repeat(4000)}});
    full(call::<v1::CreateApplicationRequest>(&server, another("other")).await.unwrap_err());
    full(call::<v1::StartExecutionRequest>(&server, start).await.unwrap_err());
    let judge = json!({"name": execution, "decision": "DECISION_CONTINUE"});
    full(call::<v1::SubmitJudgmentRequest>(&server, judge.clone()).await.unwrap_err());
    assert_eq!(status(&server, &execution).await, ExecutionStatus::Running, "what there is can still be read");
    assert_eq!(health(&server).await, HealthStatus::Failing);

    std::fs::remove_file(filler).unwrap();
    call::<v1::CreateApplicationRequest>(&server, another("other")).await.unwrap();
    assert_eq!(health(&server).await, HealthStatus::Ok);
    call::<v1::SubmitJudgmentRequest>(&server, judge).await.unwrap();
    assert_eq!(status(&server, &execution).await, ExecutionStatus::Succeeded);
    let list = v1::ListExecutionsRequest { parent: "applications/hello".to_owned(), ..Default::default() };
    assert_eq!(server.client.list(list).await.unwrap().len(), 1, "a start that failed has left nothing");
    assert!(server.stop().await.0.success());
}
