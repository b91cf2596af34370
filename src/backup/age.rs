//! The age file format, version 1 (<https://c2sp.org/age>), as far as a passphrase needs it: a header with one `scrypt`
//! stanza, then the payload in chunks (STREAM).
//!
//! Why not the `age` crate: it brings 67 crates that nothing else here needs, elliptic curves, post-quantum keys and
//! translations among them, and none of that can be switched off (str4d/rage issue 422). `iota-crypto` holds the whole
//! file in memory, libraries for PGP are larger still, and zip's AES is weak against guessing. So the primitives are the
//! same well-kept ones that `age` uses, and the tests hold what is written here to a file of `age` 0.12, byte for byte.

use std::io::{self, BufRead, Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead as _, AeadInOut as _};
use chacha20poly1305::{ChaCha20Poly1305, Key, KeyInit as _, Nonce};
use hkdf::Hkdf;
use hkdf::hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

/// The first line, and what every file begins with.
pub(super) const VERSION: &str = "age-encryption.org/v1";
/// Begins the line of a passphrase's stanza, and with the version the salt of its key.
const SCRYPT: &str = "scrypt";
/// Begins the header's last line. It is the last thing its code covers.
const END: &str = "---";
/// No line of a header with one passphrase is longer.
const LONGEST_LINE: u64 = 128;
const CHUNK: usize = 64 << 10;
/// Of Poly1305, behind each chunk.
const TAG: usize = 16;

/// Why a header is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadHeader {
    WrongPassphrase,
    /// Damaged, for other keys than a passphrase, or asking for more work than wanted.
    Unreadable,
}

/// What is drawn by chance for each file.
#[derive(Clone, Copy)]
struct Drawn {
    file_key: [u8; 16],
    salt: [u8; 16],
    /// Keeps payloads of the same file key apart.
    nonce: [u8; 16],
}

/// Encrypts what is written to it.
pub(super) struct Encryptor<W> {
    out: W,
    stream: Stream,
    chunk: Vec<u8>,
}

impl<W: Write> Encryptor<W> {
    /// `work` is the logarithm of what each try of a passphrase costs.
    pub(super) fn new(out: W, passphrase: &SecretString, work: u8) -> io::Result<Self> {
        let drawn = Drawn { file_key: rand::random(), salt: rand::random(), nonce: rand::random() };
        Self::with(out, passphrase, work, drawn)
    }

    fn with(mut out: W, passphrase: &SecretString, work: u8, drawn: Drawn) -> io::Result<Self> {
        let encrypted = || {
            let wrapped =
                wrapping(passphrase, drawn.salt, work)?.encrypt(&Nonce::default(), &drawn.file_key[..]).ok()?;
            let (salt, wrapped) = (STANDARD_NO_PAD.encode(drawn.salt), STANDARD_NO_PAD.encode(wrapped));
            let header = format!("{VERSION}\n-> {SCRYPT} {salt} {work}\n{wrapped}\n{END}");
            let code = header_code(&drawn.file_key, &header)?.finalize().into_bytes();
            Some((header, code, Stream::new(&drawn.file_key, drawn.nonce)?))
        };
        let (header, code, stream) = encrypted().ok_or_else(|| io::Error::other("it cannot be encrypted"))?;
        writeln!(out, "{header} {}", STANDARD_NO_PAD.encode(code))?;
        out.write_all(&drawn.nonce)?;
        Ok(Self { out, stream, chunk: Vec::with_capacity(CHUNK + TAG) })
    }

    /// Without it the file counts as cut off.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.put(true)?;
        Ok(self.out)
    }

    fn put(&mut self, last: bool) -> io::Result<()> {
        self.stream.encrypt(&mut self.chunk, last)?;
        self.out.write_all(&self.chunk)?;
        self.chunk.clear();
        Ok(())
    }
}

impl<W: Write> Write for Encryptor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Not before more comes: a full chunk may be the last one.
        if self.chunk.len() == CHUNK && !bytes.is_empty() {
            self.put(false)?;
        }
        let taken = bytes.get(..CHUNK - self.chunk.len()).unwrap_or(bytes);
        self.chunk.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Decrypts what is read through it. Nothing comes out of a chunk that was changed.
pub(super) struct Decryptor<R> {
    input: R,
    stream: Stream,
    chunk: Vec<u8>,
    /// Where in the chunk the next read begins.
    at: usize,
    /// The last chunk has been decrypted.
    ended: bool,
}

impl<R: BufRead> Decryptor<R> {
    pub(super) fn new(mut input: R, passphrase: &SecretString, most_work: u8) -> Result<Self, BadHeader> {
        let header = Header::read(&mut input).filter(|header| header.work <= most_work).ok_or(BadHeader::Unreadable)?;
        let wrapping = wrapping(passphrase, header.salt, header.work).ok_or(BadHeader::Unreadable)?;
        let file_key = wrapping.decrypt(&Nonce::default(), &header.wrapped[..]);
        let file_key = file_key.map_err(|_| BadHeader::WrongPassphrase)?;
        let mut believed = || {
            header_code(&file_key, &header.text)?.verify_slice(&header.code).ok()?;
            let mut nonce = [0; 16];
            input.read_exact(&mut nonce).ok()?;
            Stream::new(&file_key, nonce)
        };
        let stream = believed().ok_or(BadHeader::Unreadable)?;
        Ok(Self { input, stream, chunk: Vec::with_capacity(CHUNK + TAG), at: 0, ended: false })
    }

    fn next_chunk(&mut self) -> io::Result<()> {
        self.at = 0;
        self.chunk.clear();
        let most = u64::try_from(CHUNK + TAG).unwrap_or(u64::MAX);
        self.input.by_ref().take(most).read_to_end(&mut self.chunk)?;
        let last = self.input.fill_buf()?.is_empty();
        if self.chunk.len() < TAG {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let first = self.stream.chunks == 0;
        self.stream.decrypt(&mut self.chunk, last)?;
        // Otherwise the same payload could be written in two ways.
        if self.chunk.is_empty() && !first {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.ended = last;
        Ok(())
    }
}

impl<R: BufRead> Read for Decryptor<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.chunk.len() && !self.ended {
            self.next_chunk().inspect_err(|_| self.chunk.clear())?;
        }
        let mut left = self.chunk.get(self.at..).unwrap_or_default();
        let read = left.read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

struct Header {
    salt: [u8; 16],
    work: u8,
    wrapped: [u8; 16 + TAG],
    /// What the code covers.
    text: String,
    code: [u8; 32],
}

impl Header {
    fn read(input: &mut impl BufRead) -> Option<Self> {
        let version = line(input).filter(|version| version == VERSION)?;
        let stanza = line(input)?;
        let (salt, work) = stanza.strip_prefix("-> ")?.strip_prefix(SCRYPT)?.strip_prefix(' ')?.split_once(' ')?;
        let wrapped = line(input)?;
        let end = line(input)?;
        let code = end.strip_prefix(END)?.strip_prefix(' ')?;
        Some(Self {
            salt: decoded(salt)?,
            // One number has one way of being written.
            work: work.parse().ok().filter(|number: &u8| *number > 0 && number.to_string() == work)?,
            wrapped: decoded(&wrapped)?,
            code: decoded(code)?,
            text: format!("{version}\n{stanza}\n{wrapped}\n{END}"),
        })
    }
}

fn line(input: &mut impl BufRead) -> Option<String> {
    let mut line = Vec::new();
    input.take(LONGEST_LINE).read_until(b'\n', &mut line).ok()?;
    String::from_utf8(line).ok()?.strip_suffix('\n').map(ToOwned::to_owned)
}

fn decoded<const N: usize>(text: &str) -> Option<[u8; N]> {
    STANDARD_NO_PAD.decode(text).ok()?.try_into().ok()
}

/// What the file key is encrypted with. Slow, and takes 2^`work` KiB of memory.
fn wrapping(passphrase: &SecretString, salt: [u8; 16], work: u8) -> Option<ChaCha20Poly1305> {
    let salt = [VERSION.as_bytes(), b"/", SCRYPT.as_bytes(), &salt].concat();
    let mut key = Key::default();
    let params = scrypt::Params::new(work, 8, 1).ok()?;
    scrypt::scrypt(passphrase.expose_secret().as_bytes(), &salt, &params, &mut key).ok()?;
    Some(ChaCha20Poly1305::new(&key))
}

fn header_code(file_key: &[u8], header: &str) -> Option<Hmac<Sha256>> {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(None, file_key).expand(b"header", &mut key).ok()?;
    let code = <Hmac<Sha256> as hkdf::hmac::KeyInit>::new_from_slice(&key).ok()?;
    Some(code.chain_update(header))
}

/// The payload's chunks, each of which knows its place and whether it is the last one.
struct Stream {
    key: ChaCha20Poly1305,
    chunks: u64,
}

impl Stream {
    fn new(file_key: &[u8], nonce: [u8; 16]) -> Option<Self> {
        let mut key = Key::default();
        Hkdf::<Sha256>::new(Some(&nonce), file_key).expand(b"payload", &mut key).ok()?;
        Some(Self { key: ChaCha20Poly1305::new(&key), chunks: 0 })
    }

    fn encrypt(&mut self, chunk: &mut Vec<u8>, last: bool) -> io::Result<()> {
        let nonce = self.next_nonce(last);
        self.key.encrypt_in_place(&nonce, b"", chunk).map_err(|_| io::Error::other("it cannot be encrypted"))
    }

    fn decrypt(&mut self, chunk: &mut Vec<u8>, last: bool) -> io::Result<()> {
        let nonce = self.next_nonce(last);
        self.key.decrypt_in_place(&nonce, b"", chunk).map_err(|_| io::ErrorKind::InvalidData.into())
    }

    /// Eleven bytes of counter, one for the end.
    fn next_nonce(&mut self, last: bool) -> Nonce {
        let [_, _, _, _, nonce @ ..] = (u128::from(self.chunks) << 8 | u128::from(last)).to_be_bytes();
        self.chunks += 1;
        nonce.into()
    }
}

#[cfg(test)]
mod tests;
