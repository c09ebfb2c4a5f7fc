//! Plain HTTP, for what has no method in the API: webhooks and metrics.

use anyhow::{Context, ensure};
use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// A client that keeps its connections.
#[derive(Clone)]
pub(crate) struct Http(Client<HttpConnector, Full<Bytes>>);

impl Http {
    pub(crate) fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self(Client::builder(TokioExecutor::new()).build(connector))
    }

    /// Gets a text.
    pub(crate) async fn get(&self, url: &str) -> anyhow::Result<String> {
        let (status, body) = self.send(Request::get(url).body(Full::default())?).await?;
        ensure!(status.is_success(), "{url} answered {status}");
        String::from_utf8(body.to_vec()).with_context(|| format!("{url} answered with something else than text"))
    }

    /// Posts JSON.
    pub(crate) async fn post(&self, url: &str, json: &'static [u8]) -> anyhow::Result<(StatusCode, Bytes)> {
        let request = Request::post(url).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Full::new(Bytes::from_static(json)))?).await
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> anyhow::Result<(StatusCode, Bytes)> {
        let url = request.uri().clone();
        let failed = || format!("{url} can't be reached");
        let response = self.0.request(request).await.with_context(failed)?;
        Ok((response.status(), response.into_body().collect().await.with_context(failed)?.to_bytes()))
    }
}
