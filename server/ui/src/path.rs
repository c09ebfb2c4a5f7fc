//! Paths of files, as they stand in addresses.

/// Whether this can be the path of a file: names that begin with no dot, with slashes between. What would have to be decoded
/// first is none.
pub(crate) fn is_valid(path: &str) -> bool {
    path.split('/').all(is_name)
}

fn is_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '@' | '+');
    !name.is_empty() && !name.starts_with('.') && name.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_downwards_only() {
        for good in ["index.html", "assets/index-B_4f~1.js", "assets/a/b.js.br", "a..b"] {
            assert!(is_valid(good), "{good}");
        }
        for wrong in [
            "",
            "/",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "../a",
            "a/../b",
            ".env",
            "a/.git/config",
            "a\\..\\b",
            "c:/a",
            "a%2fb",
            "%2e%2e/a",
            "a\0b",
            "a b",
            "ä",
        ] {
            assert!(!is_valid(wrong), "{wrong}");
        }
    }
}
