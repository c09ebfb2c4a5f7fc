//! The web UI: its files, and the page that all its addresses have.
//!
//! The UI draws its screens in the browser, so whatever address a person opens gives the same page. What programs ask for is
//! never answered with it.

mod answer;
mod base;
mod encoding;
mod plain;

use gennaker_ui::{Assets, Encoding, File, INDEX};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, header};

use axum::response::Response;

pub use base::BasePath;

/// Where the first segments of paths lead that are not the UI's.
const NO_PAGES: [&str; 6] = ["assets", "v1", "webhooks", "healthz", "readyz", "metrics"];

/// The web UI as it is served.
#[derive(Clone, Debug)]
pub(crate) struct Ui {
    /// Its files. None where it is switched off.
    pub(crate) assets: Option<Assets>,
    /// The path that browsers reach the server under.
    pub(crate) base: BasePath,
}

/// What is sent of the UI.
#[derive(Debug)]
struct Found {
    /// The path of the file.
    path: String,
    encoding: Encoding,
    file: File,
}

impl Ui {
    /// Answers a request that nothing else serves, if it asks for the UI.
    pub(crate) async fn answer(&self, request: &Parts) -> Option<Response> {
        if !matches!(request.method, Method::GET | Method::HEAD) {
            return None;
        }
        let path = request.uri.path().strip_prefix('/')?.to_owned();
        let is_root = path.is_empty();
        let is_page = is_root || path == INDEX || (leads_to_page(&path) && wants_page(&request.headers));
        let encodings = encoding::accepted(&request.headers);
        let ui = self.clone();
        // Where the UI is in a folder, this reads from the disk.
        let look = move || if is_page { ui.page(&encodings) } else { ui.asset(path, &encodings) };
        match tokio::task::spawn_blocking(look).await.ok().flatten() {
            Some(found) => Some(answer::found(&request.method, &request.headers, found)),
            None if is_root => Some(answer::page(StatusCode::OK, plain::page(self))),
            None if is_page && self.assets.is_some() => Some(answer::page(StatusCode::NOT_FOUND, plain::page(self))),
            None => None,
        }
    }

    fn asset(&self, path: String, encodings: &[Encoding]) -> Option<Found> {
        let (encoding, file) = self.assets.as_ref()?.find(&path, encodings)?;
        Some(Found { path, encoding, file })
    }

    /// The page, for the path that browsers reach it under. The compressed copies are of the page as it was built, for `/`.
    fn page(&self, encodings: &[Encoding]) -> Option<Found> {
        if self.base.is_root() {
            return self.asset(INDEX.to_owned(), encodings);
        }
        let found = self.asset(INDEX.to_owned(), &[Encoding::Identity])?;
        Some(Found { file: File::new(self.base.rebased(&found.file.bytes)), ..found })
    }
}

/// Whether a path can be one of the UI's screens. Their first segments have no dot, unlike files and the names of services.
fn leads_to_page(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    !first.contains('.') && !NO_PAGES.contains(&first)
}

/// Whether a page may be the answer. Who doesn't say what they take is no browser.
fn wants_page(headers: &HeaderMap) -> bool {
    let ranges = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    ranges.flat_map(encoding::choices).any(|(range, quality)| {
        quality > 0.0 && ["text/html", "text/*", "*/*"].iter().any(|page| range.eq_ignore_ascii_case(page))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;
    use http::Request;
    use std::fs;
    use tempfile::TempDir;

    const PAGE: &str = r#"<!doctype html><base href="/" /><script type="module" src="./assets/app-abc.js"></script>"#;

    fn built() -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("assets")).unwrap();
        for (name, text) in [
            ("index.html", PAGE),
            ("index.html.br", "a small page"),
            ("worker.js", "work()"),
            ("assets/app-abc.js", "run()"),
            ("assets/app-abc.js.br", "small"),
        ] {
            fs::write(dir.path().join(name), text).unwrap();
        }
        dir
    }

    fn ui(dir: &TempDir, base: &str) -> Ui {
        Ui { assets: Some(Assets::folder(dir.path())), base: base.parse().unwrap() }
    }

    async fn ask(ui: &Ui, path: &str, headers: &[(&str, &str)]) -> Option<(u16, HeaderMap, String)> {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = ui.answer(&request.body(()).unwrap().into_parts().0).await?;
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Some((head.status.as_u16(), head.headers, String::from_utf8(body.to_vec()).unwrap()))
    }

    const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

    #[tokio::test]
    async fn screens_have_the_page_and_nothing_else_has() {
        let dir = built();
        let ui = ui(&dir, "/");
        for path in ["/", "/index.html", "/apps", "/apps/my.app/pipelines/a.js?stage=x", "/search"] {
            let (status, headers, body) = ask(&ui, path, &[BROWSER]).await.unwrap();
            assert_eq!((status, body.as_str(), &headers["cache-control"]), (200, PAGE, &"no-cache".parse().unwrap()));
        }
        assert!(ask(&ui, "/apps", &[("accept", "*/*")]).await.is_some());
        assert!(ask(&ui, "/", &[]).await.is_some());
        for accept in ["application/json", "text/html;q=0", "image/*"] {
            assert!(ask(&ui, "/apps", &[("accept", accept)]).await.is_none(), "{accept}");
        }
        assert!(ask(&ui, "/apps", &[]).await.is_none());
        for path in
            ["/assets/nothing.js", "/nothing.js", "/v1/x", "/webhooks/x", "/gennaker.v1.SystemService/GetVersion"]
        {
            assert!(ask(&ui, path, &[BROWSER]).await.is_none(), "{path}");
        }
    }

    #[tokio::test]
    async fn the_page_has_the_path_that_it_is_reached_under() {
        let dir = built();
        let small = ("accept-encoding", "br");
        let (_, headers, body) = ask(&ui(&dir, "/"), "/", &[small]).await.unwrap();
        assert_eq!((body.as_str(), headers["content-encoding"].to_str().unwrap()), ("a small page", "br"));
        let (_, below, body) = ask(&ui(&dir, "/cd/"), "/", &[small]).await.unwrap();
        assert_eq!(body, PAGE.replace(r#"href="/""#, r#"href="/cd/""#));
        assert!(!below.contains_key("content-encoding"));
        assert_ne!(headers["etag"], below["etag"]);
    }

    #[tokio::test]
    async fn without_the_ui_a_page_says_how_to_get_it() {
        let empty = tempfile::tempdir().unwrap();
        let missing = ui(&empty, "/cd/");
        let (status, headers, body) = ask(&missing, "/", &[]).await.unwrap();
        assert!(status == 200 && body.contains("make ui") && body.contains("--ui-dir"), "{body}");
        assert!(body.contains(r#"href="/cd/healthz""#) && !body.contains("<script"), "{body}");
        assert!(headers.contains_key("content-security-policy") && headers["cache-control"] == "no-store");
        assert_eq!(ask(&missing, "/apps/hello", &[BROWSER]).await.unwrap().0, 404);

        let off = Ui { assets: None, base: BasePath::default() };
        let (status, _, body) = ask(&off, "/", &[]).await.unwrap();
        assert!(status == 200 && !body.contains("make ui") && body.contains("ui.enabled"), "{body}");
        assert!(ask(&off, "/apps/hello", &[BROWSER]).await.is_none());
    }
}
