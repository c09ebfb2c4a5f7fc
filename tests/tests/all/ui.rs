//! The web UI on the one port: its page and files, what is never answered with them, and a server below a path.

use std::fs;
use std::path::Path;

use bytes::Bytes;
use gennaker_tests::{Server, Setup, free_address, gennaker, soon};
use http::{HeaderMap, Method};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tempfile::TempDir;

const PAGE: &str = r#"<!doctype html><base href="/" /><script type="module" src="./assets/app-abc.js"></script>"#;
const SCRIPT: &[u8] = b"console.log('Gennaker')";

/// What a browser says when it opens an address, and when it loads what a page names.
const OPENS: (&str, &str) = ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
const LOADS: (&str, &str) = ("accept-encoding", "gzip, deflate, br, zstd");

/// A server with a small UI.
struct Story {
    server: Server,
    directory: TempDir,
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Story {
    async fn new(settings: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let ui = directory.path().join("ui");
        build(&ui);
        let place = format!("ui.dir={}", ui.display());
        let setup = Setup::with(&[settings, &[place.as_str()]].concat());
        let server = Server::start_as(&directory.path().join("data"), &free_address(), &setup).await;
        Self { server, directory }
    }

    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.ask_over(false, method, path, headers, body).await
    }

    async fn ask_over(&self, http2: bool, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let client: HttpClient<_, Full<Bytes>> =
            HttpClient::builder(TokioExecutor::new()).http2_only(http2).build_http();
        let mut request = http::Request::builder().method(method).uri(format!("{}{path}", self.server.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::from(body.to_vec())).unwrap();
        let response = soon(path, client.request(request)).await.unwrap();
        let (head, body) = response.into_parts();
        let body = soon(path, body.collect()).await.unwrap().to_bytes();
        Answer { status: head.status.as_u16(), headers: head.headers, body }
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(Method::GET, path, headers, b"").await
    }
}

/// What a build of the UI leaves, but small.
fn build(ui: &Path) {
    fs::create_dir_all(ui.join("assets")).unwrap();
    for (name, bytes) in [
        ("index.html", PAGE.as_bytes()),
        ("worker.js", b"work()"),
        ("favicon.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("assets/app-abc.js", SCRIPT),
        ("assets/app-abc.js.br", b"brotli"),
        ("assets/app-abc.js.gz", b"gzip"),
    ] {
        fs::write(ui.join(name), bytes).unwrap();
    }
}

#[tokio::test]
async fn every_address_of_the_ui_has_its_page() {
    let story = Story::new(&[]).await;
    for path in ["/", "/apps", "/apps/hello.world/executions/01J?stage=deploy&tab=graph", "/projects/shop"] {
        let page = story.get(path, &[OPENS, LOADS]).await;
        assert_eq!((page.status, page.text().as_str()), (200, PAGE), "{path}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("cache-control"), "no-cache");
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-eval"), "{policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(page.header(name), value, "{name}");
        }
        let again = story.get(path, &[OPENS, LOADS, ("if-none-match", page.header("etag"))]).await;
        assert_eq!((again.status, again.body.len()), (304, 0));
    }
    // A new build is served at once.
    fs::write(story.directory.path().join("ui/index.html"), "<!doctype html>new").unwrap();
    assert_eq!(story.get("/apps", &[OPENS]).await.text(), "<!doctype html>new");
}

#[tokio::test]
async fn files_are_compressed_and_kept() {
    let story = Story::new(&[]).await;
    let path = "/assets/app-abc.js";
    let mut tags = Vec::new();
    for (takes, encoding, body) in
        [("gzip, deflate, br, zstd", "br", &b"brotli"[..]), ("gzip", "gzip", b"gzip"), ("br;q=0", "", SCRIPT)]
    {
        let file = story.get(path, &[("accept-encoding", takes)]).await;
        assert_eq!((file.status, file.header("content-encoding"), &file.body[..]), (200, encoding, body));
        assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(file.header("content-type"), "text/javascript; charset=utf-8");
        assert_eq!((file.header("vary"), file.header("x-content-type-options")), ("accept-encoding", "nosniff"));
        tags.push(file.header("etag").to_owned());
    }
    tags.dedup();
    assert_eq!(tags.len(), 3, "each form of the file has a tag of its own");
    for (name, kind) in [("/worker.js", "text/javascript; charset=utf-8"), ("/favicon.svg", "image/svg+xml")] {
        let file = story.get(name, &[]).await;
        assert_eq!((file.status, file.header("content-type"), file.header("cache-control")), (200, kind, "no-cache"));
        assert!(file.header("content-security-policy").contains("script-src 'self'"), "a worker has its own policy");
    }
    for http2 in [false, true] {
        let head = story.ask_over(http2, Method::HEAD, path, &[LOADS], b"").await;
        assert_eq!((head.status, head.body.len(), head.header("content-length")), (200, 0, "6"));
        assert_eq!(head.header("content-encoding"), "br");
        let page = story.ask_over(http2, Method::HEAD, "/apps", &[OPENS], b"").await;
        assert_eq!((page.status, page.body.len()), (200, 0));
        assert_eq!(page.header("content-length"), PAGE.len().to_string());
    }
}

#[tokio::test]
async fn programs_never_get_a_page() {
    let story = Story::new(&[]).await;
    for path in ["/assets/gone-abc.js", "/nothing.js", "/v1/SystemService", "/gennaker.v1.SystemService/GetVersion"] {
        let missing = story.get(path, &[OPENS]).await;
        let body: Value = serde_json::from_slice(&missing.body).unwrap();
        assert_eq!((missing.status, body["error"]["code"].as_u64()), (404, Some(404)), "{path}");
    }
    assert_eq!(story.get("/apps", &[("accept", "application/json")]).await.status, 404);
    let unknown = story.ask(Method::POST, "/unknown", &[OPENS], b"").await;
    assert_eq!((unknown.status, unknown.header("content-type")), (404, "application/json"));
    let health: Value = serde_json::from_slice(&story.get("/healthz", &[OPENS]).await.body).unwrap();
    assert_eq!(health["status"], "HEALTH_STATUS_OK");
    assert!(story.get("/metrics", &[OPENS]).await.header("content-type").starts_with("text/plain"));
    for kind in ["application/grpc-web+proto", "application/grpc"] {
        let headers = [("content-type", kind), OPENS];
        let path = "/gennaker.v1.SystemService/GetNothing";
        let answer = story.ask_over(kind == "application/grpc", Method::POST, path, &headers, &[0; 5]).await;
        assert_eq!((answer.status, answer.header("grpc-status")), (200, "12"), "{kind}: {}", answer.text());
    }
}

#[tokio::test]
async fn nothing_beside_the_ui_can_be_read() {
    let story = Story::new(&[]).await;
    fs::write(story.directory.path().join("secret"), "secret").unwrap();
    fs::write(story.directory.path().join("ui/.env"), "secret").unwrap();
    std::os::unix::fs::symlink("../secret", story.directory.path().join("ui/link")).unwrap();
    for path in ["/../secret", "/assets/../../secret", "/%2e%2e/secret", "/..%2fsecret", "/.env", "//secret", "/link"] {
        let answer = story.get(path, &[]).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.text().contains("\"secret\"") && answer.text() != "secret", "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_server_can_be_below_a_path() {
    let story = Story::new(&["ui.base_path=/cd/"]).await;
    // With the path, and from a proxy that takes it away.
    for path in ["/cd/", "/cd", "/cd/apps/hello", "/", "/apps/hello"] {
        let page = story.get(path, &[OPENS, LOADS]).await;
        assert_eq!((page.status, page.text()), (200, PAGE.replace(r#"href="/""#, r#"href="/cd/""#)), "{path}");
    }
    assert_eq!(story.get("/cd/assets/app-abc.js", &[]).await.body, SCRIPT);
    assert_eq!(story.get("/cd/healthz", &[]).await.status, 200);
    for prefix in ["", "/cd"] {
        let path = format!("{prefix}/gennaker.v1.SystemService/GetVersion");
        let headers = [("content-type", "application/grpc-web+proto"), ("x-grpc-web", "1")];
        let answer = story.ask(Method::POST, &path, &headers, &[0; 5]).await;
        assert!(answer.status == 200 && answer.text().contains("grpc-status:0"), "{path}: {}", answer.text());
        let headers = [("content-type", "application/json")];
        let json = story.ask(Method::POST, &format!("{prefix}/v1/SystemService/GetVersion"), &headers, b"{}").await;
        assert!(serde_json::from_slice::<Value>(&json.body).unwrap()["version"].is_string(), "{prefix}");
        let hook = story.server.post(&format!("{prefix}/webhooks/applications/a/triggers/t"), &json!({})).await;
        assert!(matches!(hook, 401 | 404), "{hook}");
        let headers = [("content-type", "application/grpc"), ("te", "trailers")];
        let native = story.ask_over(true, Method::POST, &path, &headers, &[0; 5]).await;
        assert!(native.status == 200 && native.body.len() > 5, "{path}: {:?}", native.headers);
    }
}

#[tokio::test]
async fn a_folder_without_a_ui_is_refused_and_a_ui_can_be_switched_off() {
    let empty = tempfile::tempdir().unwrap();
    let (folder, data) = (empty.path().display().to_string(), empty.path().join("data").display().to_string());
    let output = gennaker(None, &["serve", "--ui-dir", &folder, "--data-dir", &data, "--listen", "127.0.0.1:0"]).await;
    assert_eq!(output.code, 64, "{}", output.stderr);
    for part in ["ui.dir", &folder, "make ui"] {
        assert!(output.stderr.contains(part), "{part} is not in {}", output.stderr);
    }
    let output = gennaker(None, &["config", "check", "--set", "ui.base_path=cd"]).await;
    assert!(output.code == 64 && output.stderr.contains("ui.base_path"), "{}", output.stderr);

    let story = Story::new(&["ui.enabled=false"]).await;
    let root = story.get("/", &[OPENS]).await;
    assert!(root.status == 200 && root.text().contains("ui.enabled"), "{}", root.text());
    assert_eq!(story.get("/assets/app-abc.js", &[]).await.status, 404);
    assert_eq!(story.get("/apps", &[OPENS]).await.status, 404);
}
