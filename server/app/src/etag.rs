//! Etags: revisions that clients pass back without looking into them.

use gennaker_ports::store::Expect;

/// The etag of a revision.
pub(crate) fn of(revision: i64) -> String {
    format!("r{revision:x}")
}

/// What a write with this etag expects. An etag that never was one matches no revision.
pub(crate) fn expect(etag: &str) -> Expect {
    let revision = etag.strip_prefix('r').and_then(|digits| i64::from_str_radix(digits, 16).ok());
    Expect::Revision(revision.filter(|revision| of(*revision) == etag).unwrap_or(-1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_an_etag_matches_nothing() {
        assert_eq!(expect(&of(300)), Expect::Revision(300));
        for odd in ["", "r", "300", "r+1", "r0x1", "rZ", "r01"] {
            assert_eq!(expect(odd), Expect::Revision(-1), "{odd}");
        }
    }
}
