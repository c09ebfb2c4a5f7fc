//! What a client takes, and in which order it likes it.

use gennaker_ui::Encoding;
use http::{HeaderMap, header};

/// The encodings that a client takes, the best first: by what it says, and the smaller one where it doesn't care. A file as it
/// is comes last, even where it is not wanted, since an answer is of more use than none.
pub(crate) fn accepted(headers: &HeaderMap) -> Vec<Encoding> {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let said: Vec<(&str, f32)> = values.flat_map(choices).collect();
    let of = |names: &[&str]| {
        let named = said.iter().find(|(name, _)| names.iter().any(|known| name.eq_ignore_ascii_case(known)));
        named.map(|(_, quality)| *quality)
    };
    let any = of(&["*"]).unwrap_or(0.0);
    let identity = of(&["identity"]).unwrap_or(0.0);
    let mut compressed =
        [(Encoding::Brotli, of(&["br"]).unwrap_or(any)), (Encoding::Gzip, of(&["gzip", "x-gzip"]).unwrap_or(any))];
    compressed.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let better = compressed.into_iter().filter(|(_, quality)| *quality > 0.0 && *quality >= identity);
    better.map(|(encoding, _)| encoding).chain([Encoding::Identity]).collect()
}

/// The members of a list such as `br;q=0.9, gzip`, with the quality of each, from 0 to 1. A quality that is none counts as 0.
pub(crate) fn choices(list: &str) -> impl Iterator<Item = (&str, f32)> {
    list.split(',').map(|choice| {
        let mut parts = choice.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        let quality = quality.map_or(1.0, |text| text.parse().unwrap_or(0.0));
        (name, if (0.0..=1.0).contains(&quality) { quality } else { 0.0 })
    })
}

#[cfg(test)]
mod tests {
    use super::Encoding::{Brotli, Gzip, Identity};
    use super::*;

    fn order(value: &str) -> Vec<Encoding> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, value.parse().unwrap());
        accepted(&headers)
    }

    #[test]
    fn the_client_chooses_and_then_the_size() {
        assert_eq!(accepted(&HeaderMap::new()), [Identity]);
        for (value, best) in [
            ("gzip, deflate, br, zstd", &[Brotli, Gzip, Identity][..]),
            ("gzip", &[Gzip, Identity]),
            ("X-GZIP", &[Gzip, Identity]),
            ("br;q=0.5, gzip;q=0.8", &[Gzip, Brotli, Identity]),
            ("br; q=0.5 , gzip", &[Gzip, Brotli, Identity]),
            ("*", &[Brotli, Gzip, Identity]),
            ("*;q=0.1, br;q=0", &[Gzip, Identity]),
            ("br;q=0.5, identity", &[Identity]),
            ("br;q=0.5, identity;q=0.5", &[Brotli, Identity]),
            ("br;q=0, gzip;q=0.000", &[Identity]),
            ("identity;q=0, gzip", &[Gzip, Identity]),
            ("br;q=2, gzip;q=x", &[Identity]),
            ("br;q=nan", &[Identity]),
            ("", &[Identity]),
            (",;,q=1", &[Identity]),
        ] {
            assert_eq!(order(value), best, "{value}");
        }
    }
}
