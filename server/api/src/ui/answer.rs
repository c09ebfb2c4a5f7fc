//! The answers of the UI, with the headers that keep them quick and safe.

use axum::body::Body;
use axum::response::{Html, IntoResponse, Response};
use gennaker_ui::{Encoding, INDEX};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use super::Found;

/// Only what this server sent may run, and nothing that stands in a page. The code editor and the graph set styles of their own.
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; \
                      img-src 'self' data:; font-src 'self'; style-src 'self' 'unsafe-inline'; manifest-src 'self'; \
                      base-uri 'self'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

/// What every file carries.
const SAFE: [(HeaderName, &str); 2] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// What pages and the worker carry besides. The parts of a page run under its policy; with three dozen of them, these headers on
/// each would be a sixth of the first view.
const SAFE_PAGE: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// Where the files are that are only parts of pages.
const PARTS: &str = "assets/";

/// Files whose name changes with what is in them.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// Kept by browsers, and asked for again each time.
const ASK_AGAIN: &str = "no-cache";

/// A page that was made here and that nobody keeps.
pub(super) fn page(status: StatusCode, text: String) -> Response {
    let mut response = (status, Html(text)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    safe(response, false)
}

/// A file of the UI, or that the client has it already.
pub(super) fn found(method: &Method, asked: &HeaderMap, found: Found) -> Response {
    let tag = tag(&found.file.hash);
    let is_part = found.path.starts_with(PARTS);
    let caching = if is_part { IMMUTABLE } else { ASK_AGAIN };
    let vary = if found.path == INDEX { "accept, accept-encoding" } else { "accept-encoding" };
    let shared = [(header::ETAG, tag.as_str()), (header::CACHE_CONTROL, caching), (header::VARY, vary)];
    if has(asked, &tag) {
        return safe((StatusCode::NOT_MODIFIED, shared).into_response(), is_part);
    }
    let length = found.file.bytes.len();
    let body = if method == Method::HEAD { Body::empty() } else { Body::from(found.file.bytes) };
    let mut response = (shared, [(header::CONTENT_TYPE, kind(&found.path))], body).into_response();
    let encoding = match found.encoding {
        Encoding::Identity => None,
        Encoding::Gzip => Some("gzip"),
        Encoding::Brotli => Some("br"),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, length.into());
    headers.extend(encoding.map(|name| (header::CONTENT_ENCODING, HeaderValue::from_static(name))));
    safe(response, is_part)
}

fn safe(mut response: Response, is_part: bool) -> Response {
    let page = SAFE_PAGE.into_iter().filter(|_| !is_part);
    let headers = SAFE.into_iter().chain(page).map(|(name, value)| (name, HeaderValue::from_static(value)));
    response.headers_mut().extend(headers);
    response
}

/// Half of the hash tells versions of a file apart as well as all of it.
fn tag(hash: &[u8; 32]) -> String {
    let digits: String = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{digits}\"")
}

/// Whether the client says that it has what this tag stands for.
fn has(asked: &HeaderMap, tag: &str) -> bool {
    let lists = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = lists.flat_map(|list| list.split(',')).map(str::trim);
    tags.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gennaker_ui::File;

    fn file(path: &str) -> Found {
        Found { path: path.to_owned(), encoding: Encoding::Brotli, file: File::new("text") }
    }

    #[test]
    fn files_are_kept_as_long_as_their_names_hold() {
        for (path, caching, kind) in [
            ("assets/app-abc.js", IMMUTABLE, "text/javascript; charset=utf-8"),
            ("assets/app-abc.css", IMMUTABLE, "text/css; charset=utf-8"),
            ("worker.js", ASK_AGAIN, "text/javascript; charset=utf-8"),
            ("favicon.svg", ASK_AGAIN, "image/svg+xml"),
            ("index.html", ASK_AGAIN, "text/html; charset=utf-8"),
            ("LICENSE", ASK_AGAIN, "application/octet-stream"),
        ] {
            let response = found(&Method::GET, &HeaderMap::new(), file(path));
            let headers = response.headers();
            assert_eq!(
                (&headers["cache-control"], &headers["content-type"]),
                (&caching.parse().unwrap(), &kind.parse().unwrap())
            );
            assert_eq!((&headers["content-encoding"], &headers["content-length"]), (&"br".parse().unwrap(), &4.into()));
            assert!(SAFE.iter().all(|(name, _)| headers.contains_key(name)), "{headers:?}");
        }
    }

    #[test]
    fn a_file_that_the_client_has_is_not_sent_again() {
        let first = found(&Method::GET, &HeaderMap::new(), file("worker.js"));
        let tag = first.headers()["etag"].to_str().unwrap().to_owned();
        for (known, status) in [
            (tag.clone(), 304),
            (format!("W/{tag}"), 304),
            (format!("\"x\" , {tag}"), 304),
            ("*".to_owned(), 304),
            ("\"x\"".to_owned(), 200),
            (tag.trim_matches('"').to_owned(), 200),
        ] {
            let mut asked = HeaderMap::new();
            asked.insert(header::IF_NONE_MATCH, known.parse().unwrap());
            let response = found(&Method::GET, &asked, file("worker.js"));
            assert_eq!(response.status(), status, "{known}");
            assert_eq!(response.headers()["etag"], tag.as_str());
        }
    }
}
