//! Whose certificates are believed.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// Why certificates can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The file is no file of certificates.
    #[error("{} can't be read as certificates in PEM: {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

/// The authorities that the machine trusts, and those in a file of the operator's.
pub struct Trust {
    store: Arc<RootCertStore>,
    /// Those in the file.
    own: Vec<CertificateDer<'static>>,
}

impl std::fmt::Debug for Trust {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trust").field("roots", &self.store.len()).finish()
    }
}

impl Trust {
    /// Reads the machine's authorities, and those in a file.
    ///
    /// # Errors
    /// [`TrustError`] where the file has no certificates. A machine without authorities is none; connections fail then.
    pub fn new(ca_file: Option<&Path>) -> Result<Self, TrustError> {
        let machine = rustls_native_certs::load_native_certs();
        for error in &machine.errors {
            tracing::warn!(%error, "some of the machine's certificate authorities can't be read");
        }
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(machine.certs);
        let own = ca_file.map(|path| read(path, &mut store)).transpose()?.unwrap_or_default();
        Ok(Self { store: Arc::new(store), own })
    }

    /// How to speak TLS with HTTP servers.
    pub(crate) fn http(&self) -> Arc<ClientConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring knows the default versions of TLS")
            .with_root_certificates(Arc::clone(&self.store))
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Arc::new(config)
    }

    /// The authorities of the operator's file.
    pub(crate) fn own(&self) -> &[CertificateDer<'static>] {
        &self.own
    }
}

/// Adds the certificates of a file, of which there must be one at least.
fn read(path: &Path, store: &mut RootCertStore) -> Result<Vec<CertificateDer<'static>>, TrustError> {
    let wrong = |problem: String| TrustError::File { path: path.to_owned(), problem };
    let file = CertificateDer::pem_file_iter(path).map_err(|error| wrong(error.to_string()))?;
    let certificates: Vec<_> = file.collect::<Result<_, _>>().map_err(|error| wrong(error.to_string()))?;
    if certificates.is_empty() {
        return Err(wrong("it has none".to_owned()));
    }
    for certificate in &certificates {
        store.add(certificate.clone()).map_err(|error| wrong(error.to_string()))?;
    }
    Ok(certificates)
}

/// Whether an error, or one that led to it, is about a certificate that is not believed.
pub(crate) fn is_distrust(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        // What an error of IO carries is not among its causes.
        let carried = error.downcast_ref::<io::Error>().and_then(|error| error.get_ref()?.downcast_ref());
        if let Some(rustls::Error::InvalidCertificate(_)) = carried.or_else(|| error.downcast_ref()) {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use io::Write as _;

    use super::*;

    #[test]
    fn a_file_without_certificates_is_named() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        assert!(Trust::new(Some(file.path())).unwrap_err().to_string().contains("it has none"));
        file.write_all(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
        let problem = Trust::new(Some(file.path())).unwrap_err().to_string();
        assert!(problem.contains(file.path().to_str().unwrap()), "{problem}");
        assert!(Trust::new(Some(Path::new("/nowhere"))).is_err());
    }
}
