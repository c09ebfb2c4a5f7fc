//! Secrets: values that definitions refer to and never hold.

use async_trait::async_trait;

/// Why a secret can't be read. Never has its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The reference is not of a form that is known.
    #[error("{0:?} is not a reference to a secret; write env:NAME or file:/PATH")]
    Reference(String),
    /// There is nothing behind the reference.
    #[error("secret {reference:?} can't be read: {problem}")]
    Unreadable {
        /// The reference.
        reference: String,
        /// What is wrong.
        problem: String,
    },
}

/// Reads secrets by their references.
#[async_trait]
pub trait Secrets: Send + Sync + 'static {
    /// The value behind a reference, `env:NAME` or `file:/PATH`. One line break at its end is not part of it.
    async fn secret(&self, reference: &str) -> Result<Vec<u8>, SecretError>;
}

/// The secrets of the machine: its environment and its files, which are read anew at each use.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemSecrets;

/// More than any key.
const LIMIT: u64 = 64 * 1024;

#[async_trait]
impl Secrets for SystemSecrets {
    async fn secret(&self, reference: &str) -> Result<Vec<u8>, SecretError> {
        let value = if let Some(name) = reference.strip_prefix("env:") {
            environment(name)
        } else if let Some(path) = reference.strip_prefix("file:") {
            file(path.to_owned()).await
        } else {
            return Err(SecretError::Reference(reference.to_owned()));
        };
        let value = value.map_err(|problem| SecretError::Unreadable { reference: reference.to_owned(), problem })?;
        let value = value.strip_suffix(b"\n").map_or(value.as_slice(), |v| v.strip_suffix(b"\r").unwrap_or(v));
        if value.is_empty() {
            let problem = "it is empty".to_owned();
            return Err(SecretError::Unreadable { reference: reference.to_owned(), problem });
        }
        Ok(value.to_vec())
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place where secrets in the environment are read")]
fn environment(name: &str) -> Result<Vec<u8>, String> {
    std::env::var(name).map(String::into_bytes).map_err(|error| error.to_string())
}

async fn file(path: String) -> Result<Vec<u8>, String> {
    let read = tokio::task::spawn_blocking(move || {
        use std::io::Read as _;
        let mut value = Vec::new();
        std::fs::File::open(path)?.take(LIMIT).read_to_end(&mut value)?;
        Ok::<_, std::io::Error>(value)
    });
    match read.await {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}
