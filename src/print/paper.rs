//! What the press can set: anything that says what stands on its pages.

use sha2::{Digest as _, Sha256};

use super::printed::Kind;
use super::sheet::Sheet;
use crate::db::Outcome;
use crate::primitives::Day;

/// Bytes of SHA-256 in a tag.
const TAG_BYTES: usize = 16;

/// A file in the making: a template, and the files that it finds.
pub trait Paper {
    /// The template that is set.
    fn template(&self) -> &'static str;

    /// `data.json`.
    fn data(&self) -> Outcome<Vec<u8>>;

    /// Another file that the template names.
    fn file(&self, name: &str) -> Option<Vec<u8>>;

    /// Names all that the paper says: the same paper gives the same bytes.
    fn digest(&self) -> Outcome<[u8; 32]>;

    /// The date of the file.
    fn issued_day(&self) -> Day;

    /// Its cards or rows: a paper of many is forgotten at once, and not described for screen readers.
    fn pieces(&self) -> usize;

    /// The sheet itself, where it is better set part by part.
    fn in_parts(&self) -> Option<&Sheet> {
        None
    }

    /// A name for the file in ASCII, e.g. `a-12-a6.pdf`.
    fn file_name(&self, kind: Kind) -> String;

    /// A strong entity tag (RFC 9110, 8.8.3) of the file that a [`super::Press`] of this digest will
    /// make.
    fn tag(&self, press: &[u8; 32], kind: Kind, dpi: u16) -> Outcome<String> {
        let digest = Sha256::new().chain_update(self.digest()?).chain_update(press);
        let digest = digest.chain_update(kind.as_str()).chain_update(dpi.to_be_bytes()).finalize();
        Ok(format!("\"{}\"", hex::encode(digest.get(..TAG_BYTES).unwrap_or(&digest))))
    }
}
