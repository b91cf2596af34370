//! Backups that leave the machine, encrypted with a passphrase in age's format: `age -d` opens them too.

use std::io::{self, BufRead, Write};

use age::scrypt;
use secrecy::SecretString;

use super::BackupError;

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
    let mut recipient = scrypt::Recipient::new(passphrase.clone());
    recipient.set_work_factor(WORK);
    let recipient: &dyn age::Recipient = &recipient;
    let encryptor = age::Encryptor::with_recipients(std::iter::once(recipient)).map_err(io::Error::other)?;
    let mut sealed = encryptor.wrap_output(out)?;
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
    let mut identity = scrypt::Identity::new(passphrase.clone());
    identity.set_max_work_factor(MOST_WORK);
    let identity: &dyn age::Identity = &identity;
    let damaged = |_| BackupError::Damaged("its encryption cannot be read");
    let decryptor = age::Decryptor::new_buffered(input).map_err(damaged)?;
    match decryptor.decrypt(std::iter::once(identity)) {
        Ok(plain) => Ok(Box::new(plain)),
        Err(age::DecryptError::DecryptionFailed | age::DecryptError::NoMatchingKeys) => {
            Err(BackupError::WrongPassphrase)
        }
        Err(_) => Err(BackupError::Damaged("its encryption cannot be read")),
    }
}
