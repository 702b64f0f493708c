//! Files under a passphrase: the key is made from it by Argon2id (RFC 9106), and the bytes are
//! sealed in pieces (STREAM over XChaCha20-Poly1305), none of which can be changed, moved or left
//! out unnoticed, the last ones neither.
//!
//! A sealed file is [`MAGIC`], 16 bytes of salt, 19 of nonce, and pieces of 64 KiB, each with its
//! tag of 16 bytes.

use std::io::{self, Read, Write};

use aead_stream::{DecryptorBE32, EncryptorBE32};
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{Key, XChaCha20Poly1305};

use crate::db::{Fault, Outcome};
use crate::primitives::Refusal;

/// How a sealed file begins.
pub const MAGIC: &[u8] = b"cho40 sealed file 1\n";
/// Fewer characters are guessed.
const SHORTEST: usize = 12;
const SALT_BYTES: usize = 16;
const NONCE_BYTES: usize = 19;
const PIECE_BYTES: usize = 64 * 1024;
const TAG_BYTES: usize = 16;
/// Argon2id's second recommendation: 64 MiB, three passes.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;

/// What a person remembers or keeps in a file of its own.
pub struct Passphrase(String);

impl Passphrase {
    /// Takes a passphrase without the line's end that an editor adds.
    ///
    /// # Errors
    /// `passphrase-too-short` on `passphrase`.
    pub fn new(text: &str) -> Result<Self, Refusal> {
        let text = text.trim_end_matches(['\r', '\n']);
        if text.chars().count() < SHORTEST {
            let refusal = Refusal::invalid("passphrase", "passphrase-too-short");
            return Err(refusal.with("shortest", SHORTEST));
        }
        Ok(Self(text.to_owned()))
    }

    fn key(&self, salt: &[u8]) -> Outcome<Key> {
        let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(broken)?;
        let mut key = Key::default();
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(self.0.as_bytes(), salt, &mut key)
            .map_err(broken)?;
        Ok(key)
    }
}

fn broken(error: argon2::Error) -> Fault {
    Fault::broken(error.to_string())
}

/// Seals what is written to it; nothing of worth is there before [`Self::finish`].
pub struct SealingWriter<W: Write> {
    inner: W,
    stream: EncryptorBE32<XChaCha20Poly1305>,
    pending: Vec<u8>,
}

impl<W: Write> SealingWriter<W> {
    /// Begins a sealed file.
    pub fn begin(mut inner: W, passphrase: &Passphrase) -> Outcome<Self> {
        let (mut salt, mut nonce) = ([0; SALT_BYTES], [0; NONCE_BYTES]);
        getrandom::fill(&mut salt).map_err(Fault::broken)?;
        getrandom::fill(&mut nonce).map_err(Fault::broken)?;
        for part in [MAGIC, &salt, &nonce] {
            inner.write_all(part).map_err(Fault::broken)?;
        }
        let stream = EncryptorBE32::new(&passphrase.key(&salt)?, &nonce.into());
        Ok(Self { inner, stream, pending: Vec::with_capacity(2 * PIECE_BYTES) })
    }

    /// Seals the last piece.
    pub fn finish(mut self) -> io::Result<W> {
        let sealed = self.stream.encrypt_last(self.pending.as_slice()).map_err(too_long)?;
        self.inner.write_all(&sealed)?;
        Ok(self.inner)
    }
}

/// A stream has 2^32 pieces.
fn too_long(_: aead_stream::aead::Error) -> io::Error {
    io::Error::other("the file is too long to be sealed")
}

impl<W: Write> Write for SealingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (taken, _) = bytes.split_at(bytes.len().min(PIECE_BYTES));
        self.pending.extend_from_slice(taken);
        // The last piece is sealed otherwise, so one is held back until more comes.
        while self.pending.len() > PIECE_BYTES {
            let rest = self.pending.split_off(PIECE_BYTES);
            let sealed = self.stream.encrypt_next(self.pending.as_slice()).map_err(too_long)?;
            self.inner.write_all(&sealed)?;
            self.pending = rest;
        }
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Opens a sealed file as it is read. What it gives is genuine piece by piece; only its end says
/// that it is whole.
pub struct OpeningReader<R: Read> {
    inner: R,
    /// None after the last piece.
    stream: Option<DecryptorBE32<XChaCha20Poly1305>>,
    /// The sealed piece after the one that is given out.
    ahead: Vec<u8>,
    open: io::Cursor<Vec<u8>>,
}

impl<R: Read> OpeningReader<R> {
    /// Opens a file that stands after its [`MAGIC`].
    ///
    /// # Errors
    /// A file that ends too early, as any other that is not whole: an [`io::Error`] inside.
    pub fn begin(mut inner: R, passphrase: &Passphrase) -> Outcome<Self> {
        let (mut salt, mut nonce) = ([0; SALT_BYTES], [0; NONCE_BYTES]);
        inner.read_exact(&mut salt).map_err(Fault::broken)?;
        inner.read_exact(&mut nonce).map_err(Fault::broken)?;
        let stream = DecryptorBE32::new(&passphrase.key(&salt)?, &nonce.into());
        let ahead = piece(&mut inner).map_err(Fault::broken)?;
        Ok(Self { inner, stream: Some(stream), ahead, open: io::Cursor::default() })
    }

    fn open_next(&mut self) -> io::Result<()> {
        let Some(mut stream) = self.stream.take() else { return Ok(()) };
        let next = piece(&mut self.inner)?;
        let sealed = std::mem::replace(&mut self.ahead, next);
        let opened = if self.ahead.is_empty() {
            stream.decrypt_last(sealed.as_slice())
        } else {
            let opened = stream.decrypt_next(sealed.as_slice());
            self.stream = Some(stream);
            opened
        };
        let wrong = |_| io::Error::new(io::ErrorKind::InvalidData, "wrong passphrase or altered");
        self.open = io::Cursor::new(opened.map_err(wrong)?);
        Ok(())
    }
}

/// A sealed piece; empty after the end.
fn piece(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut piece = Vec::with_capacity(PIECE_BYTES + TAG_BYTES);
    from.take((PIECE_BYTES + TAG_BYTES) as u64).read_to_end(&mut piece)?;
    Ok(piece)
}

impl<R: Read> Read for OpeningReader<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.open.read(to)?;
            if read > 0 || to.is_empty() || self.stream.is_none() {
                return Ok(read);
            }
            self.open_next()?;
        }
    }
}
