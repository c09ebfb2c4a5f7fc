//! A certificate authority for counterparts that speak TLS.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::NamedTempFile;
use tokio_rustls::TlsAcceptor;

/// An authority that exists for one test. Its certificate is a file, which clients can be told to trust.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    file: NamedTempFile,
}

impl Authority {
    /// A new one.
    ///
    /// # Errors
    /// Where no key can be made or no file be written.
    pub fn new() -> Result<Self> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(Vec::<String>::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key)?;
        let mut file = NamedTempFile::new()?;
        file.write_all(certificate.pem().as_bytes())?;
        file.flush()?;
        Ok(Self { issuer: Issuer::new(params, key), file })
    }

    /// The file with its certificate, in PEM.
    #[must_use]
    pub fn certificate(&self) -> &Path {
        self.file.path()
    }

    /// The TLS of a server with these names and addresses.
    pub(crate) fn acceptor(&self, names: &[&str]) -> Result<TlsAcceptor> {
        let key = KeyPair::generate()?;
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let certificate = CertificateParams::new(names)?.signed_by(&key, &self.issuer)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}
