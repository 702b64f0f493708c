//! The installation's secret key: seals feed secrets at rest (XChaCha20-Poly1305) and keys the
//! fingerprints of payers and memos (HMAC-SHA256).

use std::fmt;
use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use diesel::prelude::*;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use super::payer_years::{PayerMark, PayerYears};
use crate::db::schema::key_checks;
use crate::db::{DbConnection, Fault, Outcome};
use crate::primitives::{Refusal, UnixMs};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const CHECK: &str = "sealing";

/// 32 random bytes that live in a file beside the database, or in the environment, and nowhere
/// else. Without them stored feed secrets cannot be read.
#[derive(Clone)]
pub struct SecretKey {
    bytes: [u8; KEY_BYTES],
    /// The keys that it seals for the years' payers.
    years: PayerYears,
}

impl SecretKey {
    /// A new random key.
    pub fn generate() -> Outcome<Self> {
        let mut bytes = [0; KEY_BYTES];
        getrandom::fill(&mut bytes).map_err(Fault::broken)?;
        Ok(Self::of(bytes))
    }

    fn of(bytes: [u8; KEY_BYTES]) -> Self {
        Self { bytes, years: PayerYears::default() }
    }

    pub(super) const fn bytes(&self) -> [u8; KEY_BYTES] {
        self.bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::of)
    }

    /// Knows the keys of the years' payers, makes those to come and forgets those of the past; clones
    /// know them too. In the caller's transaction.
    pub fn turn_years(&self, connection: &mut DbConnection, at: UnixMs) -> Outcome<()> {
        self.years.turn(connection, self, at)
    }

    /// A payer's hash at an instant.
    #[must_use]
    pub fn payer_mark(&self, payer: &str, at: UnixMs) -> PayerMark {
        self.years.mark(self, payer, at)
    }

    /// A payer's hashes of all years whose keys are there.
    #[must_use]
    pub fn payer_marks(&self, payer: &str) -> Vec<i64> {
        self.years.all(payer)
    }

    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        hex::decode(text.trim()).ok()?.try_into().ok().map(Self::of)
    }

    /// Reads the key file, or makes it (mode 0600) where `may_create`.
    ///
    /// # Errors
    /// `key-file-missing`, `key-file-malformed` and `key-file-unreadable` on `key_file`.
    pub fn load(path: &Path, may_create: bool) -> Outcome<Self> {
        let refused = |code| Refusal::invalid("key_file", code).with("path", path.display());
        match std::fs::read_to_string(path) {
            Ok(text) => Self::from_hex(&text).ok_or_else(|| refused("key-file-malformed").into()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && may_create => {
                let key = Self::generate()?;
                key.write_new(path)?;
                Ok(key)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(refused("key-file-missing").into())
            }
            Err(error) => Err(refused("key-file-unreadable").with("error", error).into()),
        }
    }

    /// Writes the key file (mode 0600); one that is there stays as it is.
    ///
    /// # Errors
    /// `key-file-not-creatable` on `key_file`.
    pub fn write_new(&self, path: &Path) -> Outcome<()> {
        use std::io::Write;
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(|error| {
            let refusal = Refusal::invalid("key_file", "key-file-not-creatable");
            refusal.with("path", path.display()).with("error", error)
        })?;
        writeln!(file, "{}", hex::encode(self.bytes)).map_err(Fault::broken)?;
        file.sync_all().map_err(Fault::broken)
    }

    /// Seals a secret for one place; `context` (e.g. the feed's id) must be given again to open it.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Outcome<Vec<u8>> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(Fault::broken)?;
        let payload = Payload { msg: plain, aad: context.as_bytes() };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| Fault::broken("sealing failed"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`Self::seal`] made; `None` for another key, another context or altered bytes.
    #[must_use]
    pub fn open(&self, context: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: sealed, aad: context.as_bytes() };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).ok()
    }

    /// 64 bits that tell equal values without telling the values.
    #[must_use]
    pub fn fingerprint(&self, purpose: &str, value: &str) -> i64 {
        let digest = self.mac(purpose, value.as_bytes());
        let first = digest.ok().and_then(|digest| digest.first_chunk::<8>().copied());
        first.map_or(0, i64::from_be_bytes)
    }

    /// What nobody can say of a value without the key (HMAC-SHA256).
    pub fn mac(&self, purpose: &str, value: &[u8]) -> Outcome<[u8; 32]> {
        let mut key = Sha256::new_with_prefix(b"cho40 fingerprint ");
        key.update(purpose);
        key.update(self.bytes);
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&key.finalize())
            .map_err(Fault::broken)?;
        mac.update(value);
        Ok(mac.finalize().into_bytes().into())
    }

    /// Whether the database belongs to a key already, so that no new one may be made for it.
    pub fn is_settled(connection: &mut DbConnection) -> Outcome<bool> {
        Ok(known(connection)?.is_some())
    }

    /// Proves that this is the key that the database was made with; the first call records it.
    ///
    /// # Errors
    /// `secret-key-wrong`.
    pub fn check(&self, connection: &mut DbConnection) -> Outcome<()> {
        match known(connection)? {
            Some(sealed) if self.open(CHECK, &sealed).is_some() => Ok(()),
            Some(_) => Err(Refusal::conflict("secret-key-wrong").into()),
            None => {
                let sealed = self.seal(CHECK, CHECK.as_bytes())?;
                diesel::insert_into(key_checks::table)
                    .values((key_checks::name.eq(CHECK), key_checks::sealed.eq(sealed)))
                    .execute(connection)?;
                Ok(())
            }
        }
    }

    /// Makes this the database's key, in place of one that is lost. What the old one has sealed
    /// must be forgotten in the same transaction.
    pub fn settle_anew(&self, connection: &mut DbConnection) -> Outcome<()> {
        diesel::delete(key_checks::table.find(CHECK)).execute(connection)?;
        self.check(connection)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.bytes.into())
    }
}

fn known(connection: &mut DbConnection) -> Outcome<Option<Vec<u8>>> {
    let sealed = key_checks::table.find(CHECK).select(key_checks::sealed);
    Ok(sealed.first(connection).optional()?)
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}
