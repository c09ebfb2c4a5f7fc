//! Where a stream over many executions stands.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gennaker_core::execution::ExecutionId;
use gennaker_ports::store::{Cursor, Position};
use gennaker_proto::v1::WatchSubject;
use prost::Message;
use sha2::{Digest, Sha256};

use crate::AppError;

/// What a resume token holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ResumeToken {
    /// How far the log was looked at.
    pub(super) cursor: Cursor,
    /// The last events of the executions that were asked for by name.
    pub(super) sequences: BTreeMap<ExecutionId, u64>,
}

/// A digest of a request's subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint([u8; 8]);

/// The form in which clients carry a token, in Base64; they don't look into it. It is sent with each message, so it is compact:
/// the positions of busy lanes are near each other.
#[derive(Clone, PartialEq, Message)]
struct Form {
    /// The subjects' fingerprint.
    #[prost(fixed64, tag = "1")]
    subjects: u64,
    /// The greatest position of all lanes.
    #[prost(int64, tag = "2")]
    greatest: i64,
    #[prost(uint32, repeated, tag = "3")]
    lanes: Vec<u32>,
    /// How much smaller the position of each lane is.
    #[prost(int64, repeated, tag = "4")]
    behind: Vec<i64>,
    #[prost(btree_map = "string, uint64", tag = "5")]
    sequences: BTreeMap<String, u64>,
}

impl Fingerprint {
    pub(super) fn of(subjects: &[WatchSubject]) -> Self {
        let mut names: Vec<&str> = subjects.iter().map(|subject| subject.name.as_str()).collect();
        names.sort_unstable();
        let digest = Sha256::digest(names.join("\n"));
        Self(std::array::from_fn(|place| digest[place]))
    }
}

/// Writes a token of a stream over some subjects.
pub(super) fn write(subjects: Fingerprint, cursor: &Cursor, sequences: &BTreeMap<ExecutionId, u64>) -> String {
    let greatest = cursor.iter().map(|(_, position)| position.0).max().unwrap_or_default();
    let (lanes, behind) = cursor.iter().map(|(lane, position)| (lane, greatest - position.0)).unzip();
    let sequences = sequences.iter().map(|(id, sequence)| (id.to_string(), *sequence)).collect();
    let form = Form { subjects: u64::from_le_bytes(subjects.0), greatest, lanes, behind, sequences };
    URL_SAFE_NO_PAD.encode(form.encode_to_vec())
}

/// Reads a token of a stream over the same subjects.
pub(super) fn read(text: &str, subjects: Fingerprint) -> Result<ResumeToken, AppError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    let form = bytes.and_then(|bytes| Form::decode(&*bytes).ok());
    let form = form.filter(|form| form.subjects == u64::from_le_bytes(subjects.0));
    form.and_then(Form::token).ok_or_else(|| {
        let problem = "is not a token of a stream over these subjects; leave it empty to begin with snapshots";
        AppError::invalid("resume_token", problem)
    })
}

impl Form {
    fn token(self) -> Option<ResumeToken> {
        if self.lanes.len() != self.behind.len() {
            return None;
        }
        let position = |behind: &i64| self.greatest.checked_sub(*behind).map(Position);
        let positions = self.lanes.iter().zip(&self.behind);
        let cursor = positions.map(|(lane, behind)| Some((*lane, position(behind)?))).collect::<Option<_>>()?;
        let sequences = self.sequences.iter().map(|(id, sequence)| Some((id.parse().ok()?, *sequence)));
        Some(ResumeToken { cursor, sequences: sequences.collect::<Option<_>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gennaker_core::Timestamp;

    fn fingerprint(names: &[&str]) -> Fingerprint {
        let subject = |name: &&str| WatchSubject { name: (*name).to_owned(), ..WatchSubject::default() };
        Fingerprint::of(&names.iter().map(subject).collect::<Vec<_>>())
    }

    #[test]
    fn a_token_is_read_as_it_was_written() {
        let cursor: Cursor = (0..64).map(|lane| (lane, Position(1_000_000 - i64::from(lane) * 100))).collect();
        let sequences = (0..3).map(|n| (ExecutionId::from_parts(Timestamp::EPOCH, n), 5)).collect();
        let of = fingerprint(&["a", "b"]);
        let text = write(of, &cursor, &sequences);
        assert_eq!(read(&text, fingerprint(&["b", "a"])), Ok(ResumeToken { cursor: cursor.clone(), sequences }));
        let text = write(of, &cursor, &BTreeMap::new());
        assert!(text.len() < 300, "{} characters for 64 lanes", text.len());
    }

    #[test]
    fn what_is_no_token_of_the_stream_is_refused() {
        let of = fingerprint(&["a"]);
        let text = write(of, &Cursor::default(), &BTreeMap::new());
        assert!(read(&text, fingerprint(&["b"])).is_err());
        for text in ["?", "", "AAAA", &text[1..]] {
            assert!(read(text, of).is_err(), "{text:?}");
        }
        let torn = Form { subjects: u64::from_le_bytes(of.0), lanes: vec![1], ..Form::default() };
        assert!(read(&URL_SAFE_NO_PAD.encode(torn.encode_to_vec()), of).is_err());
    }
}
