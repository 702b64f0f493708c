//! TLS by certificate files, for whoever puts no proxy in front. The files are read at the start, and again each
//! minute: what was renewed is shown from then on, and nobody needs to start the server anew.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::db::{Fault, Outcome};
use crate::primitives::Refusal;

/// Where the certificate and its key are, as PEM.
#[derive(Clone, Debug)]
pub struct CertificateFiles {
    /// The server's certificate first, then those by which it was issued.
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl CertificateFiles {
    /// Both or none.
    ///
    /// # Errors
    /// `tls-half` on the one that is missing.
    pub fn of(certificate: Option<PathBuf>, key: Option<PathBuf>) -> Result<Option<Self>, Refusal> {
        match (certificate, key) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Ok(Some(Self { certificate, key })),
            (Some(_), None) => Err(Refusal::invalid("tls_key", "tls-half")),
            (None, Some(_)) => Err(Refusal::invalid("tls_certificate", "tls-half")),
        }
    }

    fn read(&self) -> Result<CertifiedKey, Refusal> {
        let (chain_field, key_field) = ("tls_certificate", "tls_key");
        let chain = || -> Result<Vec<_>, pem::Error> {
            CertificateDer::pem_file_iter(&self.certificate)?.collect()
        };
        let chain = chain().map_err(|error| unreadable(chain_field, &self.certificate, &error))?;
        if chain.is_empty() {
            return Err(unreadable(chain_field, &self.certificate, &pem::Error::NoItemsFound));
        }
        let key = PrivateKeyDer::from_pem_file(&self.key);
        let key = key.map_err(|error| unreadable(key_field, &self.key, &error))?;
        CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(|error| {
            let refusal = Refusal::invalid(key_field, "tls-pair-wrong");
            let refusal = refusal.with("certificate", self.certificate.display());
            refusal.with("path", self.key.display()).with("error", error)
        })
    }
}

fn unreadable(field: &'static str, path: &Path, error: &pem::Error) -> Refusal {
    let refusal = Refusal::invalid(field, "tls-file-wrong").with("path", path.display());
    match error {
        pem::Error::Io(error) => refusal.with("error", error),
        pem::Error::NoItemsFound => refusal.with("error", "PEM?"),
        error => refusal.with("error", error),
    }
}

/// The certificate that callers are shown.
#[derive(Debug)]
pub struct Certificate {
    files: CertificateFiles,
    shown: RwLock<Arc<CertifiedKey>>,
}

impl Certificate {
    /// # Errors
    /// `tls-file-wrong` on `tls_certificate` or `tls_key`, `tls-pair-wrong` on `tls_key`.
    pub fn load(files: CertificateFiles) -> Result<Arc<Self>, Refusal> {
        let shown = RwLock::new(Arc::new(files.read()?));
        Ok(Arc::new(Self { files, shown }))
    }

    /// TLS 1.2 and 1.3.
    pub fn server_config(self: Arc<Self>) -> Outcome<ServerConfig> {
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider);
        let builder = builder.with_safe_default_protocol_versions().map_err(Fault::broken)?;
        Ok(builder.with_no_client_auth().with_cert_resolver(self))
    }

    /// Reads the files again. Of a pair that is none, as while only one of them is written, nothing is taken.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn renew(&self) -> Result<(), Refusal> {
        let read = self.files.read()?;
        if self.now().cert == read.cert {
            return Ok(());
        }
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(read);
        tracing::info!(path = %self.files.certificate.display(), "a renewed certificate is shown");
        Ok(())
    }

    fn now(&self) -> Arc<CertifiedKey> {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.now())
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn certify(folder: &Path) {
        let mut openssl = Command::new("openssl");
        let openssl = openssl.args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"]);
        let openssl = openssl.args(["-pkeyopt", "ec_paramgen_curve:prime256v1"]);
        let openssl = openssl.args(["-subj", "/CN=localhost", "-keyout", "a.key", "-out", "a.crt"]);
        let output = openssl.current_dir(folder).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    #[test]
    fn a_renewed_pair_is_shown_and_a_broken_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        certify(folder);
        let (certificate, key) = (folder.join("a.crt"), folder.join("a.key"));
        let files = CertificateFiles::of(Some(certificate), Some(key.clone())).unwrap().unwrap();
        let shown = Certificate::load(files).unwrap();
        let first = shown.now();
        shown.renew().unwrap();
        assert!(Arc::ptr_eq(&first, &shown.now()), "nothing is new");
        // The certificate is there already, its key is not yet.
        let before = std::fs::read(&key).unwrap();
        certify(folder);
        let renewed = std::fs::read(&key).unwrap();
        std::fs::write(&key, before).unwrap();
        assert_eq!(shown.renew().unwrap_err().code, "tls-pair-wrong");
        assert!(Arc::ptr_eq(&first, &shown.now()));
        std::fs::write(&key, renewed).unwrap();
        shown.renew().unwrap();
        assert_ne!(first.cert, shown.now().cert);
        std::fs::remove_file(&key).unwrap();
        assert_eq!(shown.renew().unwrap_err().code, "tls-file-wrong");
    }
}
