//! A call, read and checked as far as it can be without the operator's options.

use bytes::Bytes;
use gennaker_ports::{EgressError, EgressRequest};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Uri};
use url::Url;

/// The methods there are.
const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

/// Headers that are the connection's own business, or would name another host than the URL does.
const RESERVED: [HeaderName; 8] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::UPGRADE,
    header::TE,
    header::TRAILER,
    header::EXPECT,
];

/// A call that is to be made.
#[derive(Clone, Debug)]
pub(super) struct Call {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Bytes,
    max_body: usize,
}

impl Call {
    /// Reads a request. Headers that say who asks and what is taken are added where they are missing; compressed answers are
    /// never asked for.
    pub(super) fn new(request: EgressRequest, max_body: usize) -> Result<Self, EgressError> {
        let method = METHODS.into_iter().find(|known| known.as_str() == request.method).ok_or_else(|| {
            EgressError::Invalid(format!(
                "{:?} is no method of HTTP that may be used; write GET or POST",
                request.method
            ))
        })?;
        let url = read_url(&request.url)?;
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            let (name, value) = read_header(name, value)?;
            headers.append(name, value);
        }
        let user_agent = HeaderValue::from_static(concat!("gennaker/", env!("CARGO_PKG_VERSION")));
        headers.entry(header::USER_AGENT).or_insert(user_agent);
        headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        Ok(Self { method, url, headers, body: request.body, max_body: request.max_body.min(max_body) })
    }

    /// The call that a redirect asks for: without a body where the method becomes GET, and elsewhere than to the same origin
    /// without headers that could be credentials.
    pub(super) fn redirected(&self, url: Url, method: Method) -> Self {
        let mut next = Self { url, method, ..self.clone() };
        if next.method != self.method {
            next.body = Bytes::new();
            for name in [header::CONTENT_TYPE, header::CONTENT_ENCODING, header::CONTENT_LANGUAGE] {
                next.headers.remove(name);
            }
        }
        if next.url.origin() != self.url.origin() {
            let kept = [
                header::ACCEPT,
                header::ACCEPT_ENCODING,
                header::ACCEPT_LANGUAGE,
                header::USER_AGENT,
                header::CONTENT_TYPE,
            ];
            next.headers =
                kept.into_iter().filter_map(|name| Some((name.clone(), next.headers.remove(name)?))).collect();
        }
        next
    }

    pub(super) const fn method(&self) -> &Method {
        &self.method
    }

    pub(super) const fn url(&self) -> &Url {
        &self.url
    }

    pub(super) const fn max_body(&self) -> usize {
        self.max_body
    }

    /// The request as it goes over the connection.
    pub(super) fn request(&self) -> Result<http::Request<http_body_util::Full<Bytes>>, EgressError> {
        let path = self.url.query().map_or_else(|| self.url.path().to_owned(), |q| format!("{}?{q}", self.url.path()));
        let path: Uri =
            path.parse().map_err(|_| self.invalid("its path or query has characters that can't be sent"))?;
        let host = self.url.host_str().unwrap_or_default();
        let host = self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let host = HeaderValue::try_from(host).map_err(|_| self.invalid("its host can't be sent"))?;
        let mut request = http::Request::new(http_body_util::Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = path;
        request.headers_mut().insert(header::HOST, host);
        request.headers_mut().extend(self.headers.clone());
        Ok(request)
    }

    /// The method and the origin: paths and queries may have secrets.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method, self.url.origin().ascii_serialization())
    }

    fn invalid(&self, problem: &str) -> EgressError {
        EgressError::Invalid(format!("{}: {problem}", self.name()))
    }

    pub(super) fn forbidden(&self, problem: impl std::fmt::Display) -> EgressError {
        EgressError::Forbidden(format!("{}: {problem}", self.name()))
    }

    pub(super) fn unreachable(&self, problem: impl std::fmt::Display) -> EgressError {
        EgressError::Unreachable(format!("{}: {problem}", self.name()))
    }
}

/// Reads a URL. The text is not repeated in errors, for it may have secrets.
fn read_url(text: &str) -> Result<Url, EgressError> {
    let url = Url::parse(text).map_err(|error| EgressError::Invalid(format!("the URL can't be read: {error}")))?;
    check_url(url).map_err(EgressError::Invalid)
}

/// What holds for the URLs of redirects too.
pub(super) fn check_url(mut url: Url) -> Result<Url, String> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL must not have a user or password; send a header instead".to_owned());
    }
    url.set_fragment(None);
    Ok(url)
}

fn read_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), EgressError> {
    let invalid = |problem: &str| EgressError::Invalid(format!("header {name:?} {problem}"));
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid("has no valid name"))?;
    if RESERVED.contains(&name) || name.as_str() == "keep-alive" || name.as_str().starts_with("proxy-") {
        return Err(invalid("can't be set; it follows from the URL and the body"));
    }
    let mut value =
        HeaderValue::from_str(value).map_err(|_| invalid("has a value with characters that can't be sent"))?;
    value.set_sensitive(true);
    Ok((name, value))
}
