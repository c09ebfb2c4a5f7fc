//! Pages of lists.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::{AppError, Limits};

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageRequest {
    /// How many entries at most.
    pub(crate) size: usize,
    /// The key after which the page begins.
    pub(crate) after: Option<String>,
    scope: String,
}

impl PageRequest {
    /// The page that a request asks for. `scope` is everything else that the list depends on: a token of another list is
    /// refused.
    pub(crate) fn new(limits: &Limits, size: u32, token: &str, scope: &[&str]) -> Result<Self, AppError> {
        let size = if size == 0 { limits.default_page_size } else { size }.min(limits.max_page_size).max(1);
        let scope = fingerprint(scope);
        let after = if token.is_empty() { None } else { Some(open(token, &scope)?) };
        Ok(Self { size: size as usize, after, scope })
    }

    /// The token of the page that begins after a key.
    pub(crate) fn token(&self, key: Option<String>) -> String {
        key.map_or_else(String::new, |key| URL_SAFE_NO_PAD.encode(format!("{}{key}", self.scope)))
    }

    /// One page of a list that is complete and sorted by key, and the token of the next page.
    pub(crate) fn cut<T>(&self, items: Vec<T>, key: impl Fn(&T) -> String) -> (Vec<T>, String) {
        let after = |item: &T| self.after.as_ref().is_none_or(|after| key(item) > *after);
        let mut rest = items.into_iter().filter(after);
        let page: Vec<T> = rest.by_ref().take(self.size).collect();
        let next = rest.next().and(page.last()).map(key);
        (page, self.token(next))
    }
}

const FINGERPRINT: usize = 8;

fn fingerprint(scope: &[&str]) -> String {
    let digest = Sha256::digest(scope.join("\n"));
    hex::encode(&digest[..FINGERPRINT / 2])
}

fn open(token: &str, scope: &str) -> Result<String, AppError> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let key = text.as_deref().and_then(|text| text.strip_prefix(scope)).filter(|key| !key.is_empty());
    key.map(str::to_owned).ok_or_else(|| {
        AppError::invalid("page_token", "is not a token of this list; repeat the call that gave it, or leave it empty")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_and_stay_in_their_list() {
        let limits = Limits { max_page_size: 3, default_page_size: 2, ..Limits::default() };
        let all: Vec<String> = ["a", "b", "c", "d", "e"].map(String::from).into();
        let mut token = String::new();
        let mut pages = Vec::new();
        loop {
            let page = PageRequest::new(&limits, 0, &token, &["list", "x"]).unwrap();
            let (items, next) = page.cut(all.clone(), Clone::clone);
            pages.push(items.concat());
            if next.is_empty() {
                break;
            }
            token = next;
        }
        assert_eq!(pages, ["ab", "cd", "e"]);
        assert_eq!(PageRequest::new(&limits, 100, "", &[]).unwrap().size, 3);
        for odd in [token.as_str(), "%", "AAAA"] {
            assert!(PageRequest::new(&limits, 0, odd, &["list", "y"]).is_err(), "{odd}");
        }
    }
}
