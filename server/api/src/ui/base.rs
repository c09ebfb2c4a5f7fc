//! The path that browsers reach the server under.

use std::fmt;
use std::str::FromStr;

use bytes::Bytes;
use http::{Request, Uri};

use super::NO_PAGES;

/// What every page begins its addresses with, as the build leaves it.
const HREF: &str = r#"<base href="/""#;

/// The path under which a reverse proxy has the server: `/` where it has a name of its own, or `/cd/` for instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasePath(String);

impl Default for BasePath {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl fmt::Display for BasePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for BasePath {
    type Err = String;

    /// Reads a path of names between slashes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let names = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        let names: Vec<&str> = names.map(|names| names.split('/').collect()).unwrap_or_default();
        if text != "/" && (names.is_empty() || !names.iter().all(|name| is_name(name))) {
            return Err(
                "must be / or a path such as /cd/, of letters, digits and -._~, with a slash at both ends".to_owned()
            );
        }
        match names.first() {
            Some(first) if NO_PAGES.contains(first) => {
                Err(format!("must not begin with /{first}, which the server uses"))
            }
            _ => Ok(Self(text.to_owned())),
        }
    }
}

fn is_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~');
    !name.is_empty() && name != "." && name != ".." && name.chars().all(is_plain)
}

impl BasePath {
    pub(crate) fn is_root(&self) -> bool {
        self.0 == "/"
    }

    /// The request as if it had come without this path. One that came without it, from a proxy that takes it away, stays.
    pub(crate) fn strip<B>(&self, mut request: Request<B>) -> Request<B> {
        if let Some(uri) = self.without(request.uri()) {
            *request.uri_mut() = uri;
        }
        request
    }

    fn without(&self, uri: &Uri) -> Option<Uri> {
        if self.is_root() {
            return None;
        }
        let names = self.0.strip_suffix('/')?;
        let path = uri.path().strip_prefix(names).filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
        let path = if path.is_empty() { "/" } else { path };
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = Some(format!("{path}{query}").parse().ok()?);
        Uri::from_parts(parts).ok()
    }

    /// The page with its addresses under this path.
    pub(crate) fn rebased(&self, page: &[u8]) -> Bytes {
        let page = String::from_utf8_lossy(page);
        page.replacen(HREF, &format!(r#"<base href="{self}""#), 1).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_slashes_at_both_ends() {
        for good in ["/", "/cd/", "/tools/cd-2.x/"] {
            assert_eq!(good.parse::<BasePath>().unwrap().to_string(), good);
        }
        for wrong in [
            "",
            "cd",
            "/cd",
            "cd/",
            "//",
            "/a//b/",
            "/../",
            "/a/./",
            "/ä/",
            "/a b/",
            "/\"/",
            "/a?b/",
            "/v1/",
            "/assets/x/",
        ] {
            assert!(wrong.parse::<BasePath>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn requests_lose_the_path_where_they_have_it() {
        let strip = |base: &str, uri: &str| {
            let request = Request::get(uri).body(()).unwrap();
            base.parse::<BasePath>().unwrap().strip(request).uri().to_string()
        };
        for (uri, left) in [
            ("/cd/", "/"),
            ("/cd", "/"),
            ("/cd/apps/a?tab=graph&x=/cd/", "/apps/a?tab=graph&x=/cd/"),
            ("/cd/cd/apps", "/cd/apps"),
            ("/cd?x=1", "/?x=1"),
            ("/apps/a", "/apps/a"),
            ("/cdx/apps", "/cdx/apps"),
            ("/", "/"),
            ("http://h:1/cd/gennaker.v1.S/M", "http://h:1/gennaker.v1.S/M"),
            ("*", "*"),
        ] {
            assert_eq!(strip("/cd/", uri), left);
        }
        assert_eq!(strip("/", "/cd/x"), "/cd/x");
        assert_eq!(strip("/a/b/", "/a/b/c"), "/c");
    }
}
