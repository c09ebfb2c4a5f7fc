//! Bad input: each gets a clear error that names what and where, and nothing is half done.

use std::os::unix::fs::PermissionsExt as _;

use gennaker_client::{Code, Error, v1};
use gennaker_tests::{APPLICATION, Output, Server, World, gennaker, pipeline};
use serde_json::{Value, json};

/// The violations of a refused request, `field: description`.
fn violations(error: &Error) -> String {
    error.to_string()
}

async fn refused(world: &World, stages: Value) -> String {
    let request = json!({"parent": APPLICATION, "pipelineId": "bad", "pipeline": pipeline(stages)});
    let error = world.call::<v1::CreatePipelineRequest>(request).await.unwrap_err();
    assert_eq!(error.code(), Some(Code::InvalidArgument), "{error}");
    violations(&error)
}

#[tokio::test]
async fn pipelines_that_cannot_run_are_not_saved() {
    let world = World::new().await;
    let wait = |id: &str, depends_on: &[&str]| json!({"id": id, "dependsOn": depends_on, "wait": {"duration": "1s"}});
    for (stages, parts) in [
        (json!([wait("a", &["b"]), wait("b", &["a"])]), &["circle", "a -> b -> a"][..]),
        (json!([wait("a", &["nowhere"])]), &["stages[0].depends_on", "nowhere"]),
        (json!([wait("a", &[]), wait("a", &[])]), &["stages[1].id", "used"]),
        (json!([{"id": "a"}]), &["stages[0]", "kind"]),
        (json!([{"id": "a", "wait": {"duration": "-1s"}}]), &["stages[0].wait.duration"]),
        (json!([{"id": "no spaces", "wait": {"duration": "1s"}}]), &["stages[0].id"]),
    ] {
        let said = refused(&world, stages.clone()).await;
        assert!(parts.iter().all(|part| said.contains(part)), "{stages}\n{said}");
    }
    let list = v1::ListPipelinesRequest { parent: APPLICATION.to_owned(), ..Default::default() };
    assert!(world.server.client.list(list).await.unwrap().is_empty(), "nothing was saved");
}

#[tokio::test]
async fn limits_hold_at_their_edge_and_not_one_before() {
    let world = World::with(&["limits.max_stages_per_pipeline=5", "limits.max_graph_depth=3"]).await;
    let stage = |n: usize, depends: Option<usize>| {
        let depends_on: Vec<String> = depends.iter().map(|d| format!("s{d}")).collect();
        json!({"id": format!("s{n}"), "dependsOn": depends_on, "wait": {"duration": "0s"}})
    };
    let wide = |n: usize| -> Value { (0..n).map(|n| stage(n, None)).collect() };
    let deep = |n: usize| -> Value { (0..n).map(|n| stage(n, n.checked_sub(1))).collect() };
    world.save("wide", &pipeline(wide(5))).await;
    world.save("deep", &pipeline(deep(3))).await;
    let said = refused(&world, wide(6)).await;
    assert!(said.contains("stages") && said.contains('5'), "{said}");
    let said = refused(&world, deep(4)).await;
    assert!(said.contains("longest path") && said.contains('3'), "{said}");
}

#[tokio::test]
async fn stale_etags_and_missing_parameters_are_refused() {
    let world = World::new().await;
    let mut definition = pipeline(json!([{"id": "a", "wait": {"duration": "0s"}}]));
    definition["parameters"] = json!([{"name": "version", "required": true}]);
    let name = world.save("careful", &definition).await;

    let error = world.call::<v1::StartExecutionRequest>(json!({"pipeline": name})).await.unwrap_err();
    assert_eq!(error.code(), Some(Code::InvalidArgument), "{error}");
    assert!(error.to_string().contains("parameters.version: is required"), "{error}");

    let old = world.call::<v1::GetPipelineRequest>(json!({"name": name})).await.unwrap().pipeline.unwrap();
    for (etag, expected) in [(old.etag.clone(), None), (old.etag, Some(Code::Aborted))] {
        let mut pipeline = definition.clone();
        pipeline["name"] = json!(name);
        pipeline["etag"] = json!(etag);
        pipeline["description"] = json!(format!("{expected:?}"));
        let result = world.call::<v1::UpdatePipelineRequest>(json!({"pipeline": pipeline})).await;
        assert_eq!(result.err().and_then(|error| error.code()), expected);
    }
}

#[tokio::test]
async fn unknown_names_are_not_found() {
    let world = World::new().await;
    let missing = "applications/hello/executions/01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let error = world.call::<v1::GetExecutionRequest>(json!({"name": missing})).await.unwrap_err();
    assert_eq!(error.code(), Some(Code::NotFound), "{error}");
    assert!(error.to_string().contains(missing), "{error}");
    let start = json!({"pipeline": "applications/hello/pipelines/nowhere"});
    let error = world.call::<v1::StartExecutionRequest>(start).await.unwrap_err();
    assert_eq!(error.code(), Some(Code::NotFound), "{error}");
}

/// Serves on a data directory, expecting to fail.
async fn serve(listen: &str, data: &std::path::Path) -> Output {
    gennaker(None, &["serve", "--log-format", "json", "--listen", listen, "--data-dir", data.to_str().unwrap()]).await
}

#[tokio::test]
async fn a_server_that_cannot_start_says_why() {
    let world = World::new().await;
    let other = tempfile::tempdir().unwrap();

    let port_in_use = serve(world.server.authority(), other.path()).await;
    assert!(port_in_use.stderr.contains(world.server.authority()), "{port_in_use:?}");
    assert!(port_in_use.stderr.contains("another program uses that port"), "{port_in_use:?}");

    let data_in_use = serve("127.0.0.1:0", &world.directory.path().join("data")).await;
    assert!(data_in_use.stderr.contains("in use by another server"), "{data_in_use:?}");

    let unwritable = serve("127.0.0.1:0", std::path::Path::new("/proc/gennaker")).await;
    assert!(unwritable.stderr.contains("/proc/gennaker"), "{unwritable:?}");

    let exposed = serve("0.0.0.0:0", other.path()).await;
    assert!(exposed.stderr.contains("--insecure"), "{exposed:?}");
    assert_eq!(exposed.code, 64);

    let corrupt = tempfile::tempdir().unwrap();
    let (status, _) = Server::start(corrupt.path()).await.stop().await;
    assert!(status.success());
    for file in std::fs::read_dir(corrupt.path()).unwrap().flatten().filter(|f| f.path().is_file()) {
        std::fs::write(file.path(), "this is not a database, it is a poem about one").unwrap();
    }
    let damaged = serve("127.0.0.1:0", corrupt.path()).await;
    assert!(damaged.stderr.contains("database"), "{damaged:?}");

    for output in [port_in_use, data_in_use, unwritable, damaged] {
        assert!(output.code > 0 && output.code < 128, "{output:?}");
        assert!(!output.stderr.contains("panic"), "{output:?}");
    }
}

#[tokio::test]
async fn a_wrong_setting_is_named_with_its_source() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("gennaker.toml");
    std::fs::write(&file, "[limits]\nmax_page_sice = 3\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let output = gennaker(None, &["config", "check", "--config", file.to_str().unwrap()]).await;
    assert_eq!(output.code, 64, "{output:?}");
    assert!(output.stderr.contains("max_page_sice") && output.stderr.contains("gennaker.toml"), "{output:?}");
    let output = gennaker(None, &["config", "check", "--set", "limits.max_page_size=many"]).await;
    assert_eq!(output.code, 64, "{output:?}");
    assert!(output.stderr.contains("limits.max_page_size") && output.stderr.contains("many"), "{output:?}");
}
