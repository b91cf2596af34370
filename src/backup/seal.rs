//! Backups that leave the machine, encrypted with a passphrase in age's format: `age -d` opens them too.

use std::io::{self, BufRead, Write};

use secrecy::SecretString;

use super::BackupError;
use super::age::{self, BadHeader};

/// What every file in age's format begins with.
const BEGINS: &[u8] = b"age-encryption.org/";
/// Two to this power tries the passphrase costs: 64 MiB of memory for a moment, which the smallest server has. What is
/// short on tries must be long in passphrase, so [`SHORTEST_PASSPHRASE`](crate::config::SHORTEST_PASSPHRASE).
const WORK: u8 = 16;
/// The most work taken on to read a file: a gigabyte of memory.
const MOST_WORK: u8 = 20;

pub(super) fn is_sealed(begin: &[u8]) -> bool {
    begin.starts_with(BEGINS)
}

/// Encrypts what `write` writes.
///
/// # Errors
/// What `out` or `write` say.
pub fn seal<W: Write>(
    out: W,
    passphrase: &SecretString,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<W> {
    let mut sealed = age::Encryptor::new(out, passphrase, WORK)?;
    write(&mut sealed)?;
    sealed.finish()
}

/// What was encrypted.
///
/// # Errors
/// [`BackupError::WrongPassphrase`], or that the file is damaged where age keeps its key.
pub(super) fn unseal<'a, R: BufRead + Send + 'a>(
    input: R,
    passphrase: &SecretString,
) -> Result<Box<dyn io::Read + Send + 'a>, BackupError> {
    match age::Decryptor::new(input, passphrase, MOST_WORK) {
        Ok(plain) => Ok(Box::new(plain)),
        Err(BadHeader::WrongPassphrase) => Err(BackupError::WrongPassphrase),
        Err(BadHeader::Unreadable) => Err(BackupError::Damaged("its encryption cannot be read")),
    }
}
