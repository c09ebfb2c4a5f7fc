//! Names that begin alike.

/// The first text after all that start with `prefix`: the prefix with its last character replaced by the next one. Rust
/// compares texts by bytes, and so do the databases as we use them; for UTF-8 that is the order of characters.
pub(crate) fn end_of(prefix: &str) -> String {
    let mut end = prefix.to_owned();
    while let Some(last) = end.pop() {
        let next = (last..=char::MAX).nth(1);
        if let Some(next) = next {
            end.push(next);
            return end;
        }
    }
    char::MAX.to_string()
}

#[cfg(test)]
mod tests {
    use super::end_of;

    #[test]
    fn the_end_of_a_prefix_is_after_all_that_start_with_it() {
        assert_eq!(end_of("applications/a/"), "applications/a0");
        assert_eq!(end_of("x\u{D7FF}"), "x\u{E000}");
        assert_eq!(end_of("x\u{10FFFF}"), "y");
        assert_eq!(end_of(""), "\u{10FFFF}");
    }
}
