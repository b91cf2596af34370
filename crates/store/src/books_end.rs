//! How far the books had come, in a small file beside the state: should that be gone, or be made anew, this still tells that
//! their end is lost. Written once a record is durable, so never ahead of what a power cut leaves; not synced, so it may be behind.

use std::fs::{self, File};
use std::io::{ErrorKind, Seek as _, Write as _};
use std::path::Path;

use super::StoreError;
use super::books::Hash;
use super::hex::hex;
use super::sled_faults::io;

/// In the data dir.
pub(super) const FILE: &str = "books-end";

/// Whose books, and their last record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub books: Hash,
    pub record: u64,
}

impl Known {
    /// Always as long, so that it is written over in place.
    fn line(self) -> String {
        let said = format!("{} {:020}", hex(&self.books), self.record);
        format!("{said} {:08x}\n", crc32fast::hash(said.as_bytes()))
    }

    fn read(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let books = super::hex::unhex(words.next()?)?.try_into().ok()?;
        let known = Self { books, record: words.next()?.parse().ok()? };
        (known.line() == line).then_some(known)
    }
}

/// What is known of the books of a data dir; nothing where a power cut has torn it.
pub(super) fn known(data: &Path) -> Option<Known> {
    match fs::read(data.join(FILE)) {
        Ok(bytes) => {
            let known = str::from_utf8(&bytes).ok().and_then(Known::read);
            if known.is_none() {
                tracing::warn!(file = FILE, "it does not read; how far the books had come is not known from it");
            }
            known
        }
        Err(error) => {
            if error.kind() != ErrorKind::NotFound {
                tracing::warn!(%error, file = FILE, "how far the books had come cannot be read");
            }
            None
        }
    }
}

/// Keeps the file.
pub(super) struct BooksEnd {
    books: Hash,
    /// `None` once it could not be written: what it says is older then, and still true.
    file: Option<File>,
}

impl BooksEnd {
    /// # Errors
    /// When it cannot be made.
    pub(super) fn open(data: &Path, books: Hash, record: u64) -> Result<Self, StoreError> {
        let file = File::options().write(true).create(true).truncate(false).open(data.join(FILE));
        let mut end = Self { books, file: Some(file.map_err(|error| io("opening books-end", &error))?) };
        end.note(record);
        Ok(end)
    }

    /// A record is durable.
    pub(super) fn note(&mut self, record: u64) {
        let Some(file) = &mut self.file else { return };
        let line = Known { books: self.books, record }.line();
        if let Err(error) = file.rewind().and_then(|()| file.write_all(line.as_bytes())) {
            tracing::warn!(%error, file = FILE, "how far the books have come is not noted any more");
            self.file = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_last_is_known_and_nothing_torn_is() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(known(folder.path()), None);
        let mut end = BooksEnd::open(folder.path(), [7; 16], 0).unwrap();
        for record in [1, 12, u64::MAX] {
            end.note(record);
            assert_eq!(known(folder.path()), Some(Known { books: [7; 16], record }));
        }
        let line = fs::read(folder.path().join(FILE)).unwrap();
        for cut in 0..line.len() {
            fs::write(folder.path().join(FILE), &line[..cut]).unwrap();
            assert_eq!(known(folder.path()), None, "cut at {cut}");
            let mut other = line.clone();
            other[cut] ^= 1;
            fs::write(folder.path().join(FILE), other).unwrap();
            assert_eq!(known(folder.path()), None, "another byte at {cut}");
        }
    }
}
