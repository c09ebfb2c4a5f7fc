//! The name under which the server is called.
//!
//! A web page can make its own name mean this machine's loopback address and then call the server as if it were its own
//! (DNS rebinding). So a server without authentication that listens for this machine only answers to addresses, to
//! `localhost`, and to the names that the configuration allows.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::uri::Authority;
use http::{StatusCode, header};

use crate::{error, web};

/// The names that are allowed.
#[derive(Clone, Debug)]
pub(crate) struct Names(Arc<Vec<String>>);

impl Names {
    pub(crate) fn new(allowed: &[String]) -> Self {
        Self(Arc::new(allowed.iter().map(|name| name.to_ascii_lowercase()).collect()))
    }

    fn allows(&self, authority: &str) -> bool {
        let Ok(authority) = authority.parse::<Authority>() else { return false };
        let host = authority.host().to_ascii_lowercase();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        address.is_ok() || host == "localhost" || host.ends_with(".localhost") || self.0.contains(&host)
    }
}

/// Refuses requests under other names.
pub(crate) async fn check(State(names): State<Names>, request: Request, next: Next) -> Response {
    let header = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    let authority = request.uri().authority().map(Authority::as_str).or(header).unwrap_or_default();
    if names.allows(authority) {
        return next.run(request).await;
    }
    let status = error::foreign_host(authority);
    if web::is_grpc(request.headers()) {
        return status.into_http();
    }
    web::failure(StatusCode::FORBIDDEN, status.message())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_names_are_not_allowed() {
        let names = Names::new(&["CD.example.com".to_owned()]);
        for authority in
            ["127.0.0.1:8480", "127.0.0.1", "[::1]:8480", "localhost:8480", "a.localhost", "cd.Example.com:443"]
        {
            assert!(names.allows(authority), "{authority}");
        }
        for authority in ["", "evil.example.com:8480", "localhost.example.com", "127.0.0.1.example.com", "a b"] {
            assert!(!names.allows(authority), "{authority}");
        }
    }
}
