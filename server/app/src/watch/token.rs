//! Where a stream over many executions stands.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gennaker_core::execution::ExecutionId;
use gennaker_ports::store::Position;
use gennaker_proto::v1::WatchSubject;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::AppError;

/// What a resume token holds. Clients don't look into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ResumeToken {
    /// The last commit that was looked at.
    #[serde(rename = "p")]
    pub(super) position: Position,
    /// The last events of the executions that were asked for by name.
    #[serde(rename = "s")]
    pub(super) sequences: BTreeMap<ExecutionId, u64>,
    /// A digest of the subjects.
    #[serde(rename = "f")]
    pub(super) subjects: String,
}

/// The digest of a request's subjects.
pub(super) fn fingerprint(subjects: &[WatchSubject]) -> String {
    let mut names: Vec<&str> = subjects.iter().map(|subject| subject.name.as_str()).collect();
    names.sort_unstable();
    hex::encode(&Sha256::digest(names.join("\n"))[..8])
}

impl ResumeToken {
    pub(super) fn write(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).expect("a token has a JSON form"))
    }

    /// Reads a token of a stream over the same subjects.
    pub(super) fn read(text: &str, subjects: &[WatchSubject]) -> Result<Self, AppError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let token: Option<Self> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        token.filter(|token| token.subjects == fingerprint(subjects)).ok_or_else(|| {
            let problem = "is not a token of a stream over these subjects; leave it empty to begin with snapshots";
            AppError::invalid("resume_token", problem)
        })
    }
}
