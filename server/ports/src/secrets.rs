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
    /// Definitions may not refer to it.
    #[error("{0:?} is no secret that definitions may refer to; the setting secrets.allowed lists those")]
    NotAllowed(String),
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

/// The secrets that definitions may refer to. Whoever writes a definition may also choose where a value is sent, so what the
/// operator keeps for the server itself must be out of reach.
#[derive(Clone, Debug)]
pub struct AllowedSecrets<S> {
    secrets: S,
    allowed: Vec<String>,
}

impl<S> AllowedSecrets<S> {
    /// Those whose references are in a list; an entry that ends with `*` stands for all that begin like it.
    pub fn new(secrets: S, allowed: Vec<String>) -> Self {
        Self { secrets, allowed }
    }

    fn allows(&self, reference: &str) -> bool {
        let climbs = reference.split('/').any(|part| part == ".." || part == ".");
        self.allowed.iter().any(|allowed| match allowed.strip_suffix('*') {
            Some(beginning) => !climbs && reference.starts_with(beginning),
            None => reference == allowed,
        })
    }
}

#[async_trait]
impl<S: Secrets> Secrets for AllowedSecrets<S> {
    async fn secret(&self, reference: &str) -> Result<Vec<u8>, SecretError> {
        if self.allows(reference) {
            self.secrets.secret(reference).await
        } else {
            Err(SecretError::NotAllowed(reference.to_owned()))
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    struct Open;

    #[async_trait]
    impl Secrets for Open {
        async fn secret(&self, reference: &str) -> Result<Vec<u8>, SecretError> {
            Ok(reference.as_bytes().to_vec())
        }
    }

    #[tokio::test]
    async fn only_what_is_listed_can_be_read() {
        let allowed = ["env:GENNAKER_SECRET_*", "file:/run/secrets/*", "env:DEPLOY_KEY"].map(str::to_owned);
        let secrets = AllowedSecrets::new(Open, allowed.to_vec());
        for reference in ["env:GENNAKER_SECRET_A", "file:/run/secrets/slack", "file:/run/secrets/a/b", "env:DEPLOY_KEY"]
        {
            assert_eq!(secrets.secret(reference).await, Ok(reference.as_bytes().to_vec()));
        }
        for reference in [
            "env:PATH",
            "env:DEPLOY_KEYS",
            "file:/etc/shadow",
            "file:/run/secrets/../../etc/shadow",
            "file:/run/secrets/./x",
            "file:/run/secret",
            "env:gennaker_secret_a",
            "",
        ] {
            assert_eq!(secrets.secret(reference).await, Err(SecretError::NotAllowed(reference.to_owned())));
        }
        let none = AllowedSecrets::new(Open, Vec::new());
        assert!(none.secret("env:GENNAKER_SECRET_A").await.is_err());
    }
}
