//! One file.

use std::borrow::Cow;

use bytes::Bytes;
use rust_embed::EmbeddedFile;
use sha2::{Digest, Sha256};

/// How a file is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Identity,
    /// By gzip.
    Gzip,
    /// By brotli.
    Brotli,
}

impl Encoding {
    /// What follows the name of a file that is kept like this.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Gzip => ".gz",
            Self::Brotli => ".br",
        }
    }
}

/// What is in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// All of it.
    pub bytes: Bytes,
    /// The SHA-256 of that.
    pub hash: [u8; 32],
}

impl File {
    /// A file with this in it.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let hash = Sha256::digest(&bytes).into();
        Self { bytes, hash }
    }
}

impl From<EmbeddedFile> for File {
    fn from(file: EmbeddedFile) -> Self {
        let bytes = match file.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => bytes.into(),
        };
        Self { bytes, hash: file.metadata.sha256_hash() }
    }
}
