//! All rows as of a record, in order of their keys, out of a base and the records behind it. Of the records only as many rows
//! are in memory as fit: then they are read again for the keys that come next.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek as _, SeekFrom};
use std::path::PathBuf;

use super::files;
use super::record::{Hash, Position};
use super::{base, cut, rows};
use crate::StoreError;
use crate::layers::size;
use crate::sled_faults::io;
use crate::snapshot::{PAGE, RawRow, RowSource};

/// Memory for rows read out of the records at a time. Each time all records are read, so of long ones more rows are taken:
/// an eighth of them, between these.
const LEAST_AT_ONCE: u64 = 8 << 20;
const MOST_AT_ONCE: u64 = 32 << 20;

/// A file of records.
pub(super) struct OpenSegment {
    pub path: PathBuf,
    pub first: u64,
    pub held: Held,
}

/// How a file of records is held until it is read.
pub(super) enum Held {
    /// Open, so that it can be read though it is removed meanwhile.
    Open(File),
    /// A piece that was cut for a copy, compressed. A copy can have more of them than a process may have handles.
    Packed,
}

/// Rows, and keys whose rows were deleted.
type Newer = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

pub struct AsOf {
    books: Hash,
    base: Option<base::Reader>,
    /// Of the base, or before all records.
    begin: Position,
    segments: Vec<OpenSegment>,
    to: Position,
    /// The base's next row.
    next: Option<RawRow>,
    /// Rows of the records, from some key on; those before `until`, where that is said, are all.
    newer: Newer,
    until: Option<Vec<u8>>,
    at_once: usize,
    is_begun: bool,
}

impl AsOf {
    pub(super) fn new(books: Hash, base: Option<base::Reader>, segments: Vec<OpenSegment>, to: Position) -> Self {
        let begin = base.as_ref().map_or(Position { number: 0, hash: books }, |base| base.position);
        let at_once = (segments.iter().map(OpenSegment::bytes).sum::<u64>() / 8).clamp(LEAST_AT_ONCE, MOST_AT_ONCE);
        Self {
            books,
            base,
            begin,
            segments,
            to,
            next: None,
            newer: Newer::new(),
            until: None,
            at_once: usize::try_from(at_once).unwrap_or(usize::MAX),
            is_begun: false,
        }
    }

    /// Reads the records' rows from a key on, as many as fit.
    fn read_newer(&mut self, from: &[u8]) -> Result<(), StoreError> {
        let (mut newer, mut until, mut bytes) = (Newer::new(), None::<Vec<u8>>, 0);
        cut::read_behind(self.books, &self.segments, self.begin, self.to, &mut |record, _| {
            rows::read(record.payload, |key, row| {
                if key < from || until.as_ref().is_some_and(|until| key >= until.as_slice()) {
                    return;
                }
                bytes += size(key, row);
                if let Some(old) = newer.insert(key.to_vec(), row.map(<[u8]>::to_vec)) {
                    bytes -= size(key, old.as_deref());
                }
                while bytes > self.at_once && newer.len() > 1 {
                    let Some((key, row)) = newer.pop_last() else { break };
                    bytes -= size(&key, row.as_deref());
                    until = Some(key);
                }
            })
        })?;
        (self.newer, self.until) = (newer, until);
        Ok(())
    }

    /// What it is read from: the position before the records, the base's file, the files of records.
    pub(super) fn into_files(self) -> (Position, Option<PathBuf>, Vec<OpenSegment>) {
        (self.begin, self.base.map(base::Reader::into_path), self.segments)
    }

    /// How much of it has been read, by the base's file; 0 where there is none.
    pub fn percent(&self) -> u64 {
        self.base.as_ref().map_or(0, base::Reader::percent)
    }

    fn next_of_base(&mut self) -> Result<(), StoreError> {
        self.next = self.base.as_mut().map_or(Ok(None), base::Reader::next_row)?;
        Ok(())
    }

    /// The next row, `None` behind the last one.
    fn next_row(&mut self) -> Result<Option<RawRow>, StoreError> {
        loop {
            let newer = self.newer.first_key_value().map(|(key, _)| key);
            let base = self.next.as_ref().map(|(key, _)| key);
            let key = newer.into_iter().chain(base).min();
            if let Some(until) = self.until.clone().filter(|until| key.is_none_or(|key| key >= until)) {
                self.read_newer(&until)?;
                continue;
            }
            let Some(key) = key else { return Ok(None) };
            let (is_newer, is_base) = (newer == Some(key), base == Some(key));
            let of_base = if is_base { self.next.take() } else { None };
            let of_records = if is_newer { self.newer.pop_first() } else { None };
            if is_base {
                self.next_of_base()?;
            }
            match of_records {
                Some((key, Some(row))) => return Ok(Some((key, row))),
                // Deleted.
                Some((_, None)) => {}
                None => return Ok(of_base),
            }
        }
    }
}

impl OpenSegment {
    /// How long it is, before it was packed about.
    pub(super) fn bytes(&self) -> u64 {
        /// What records are packed to.
        const PACKED: u64 = 4;
        match &self.held {
            Held::Open(file) => file.metadata().map_or(0, |file| file.len()),
            Held::Packed => self.path.metadata().map_or(0, |file| file.len() * PACKED),
        }
    }

    pub(super) fn read(&self) -> Result<Vec<u8>, StoreError> {
        let failed = |what: &str, error: &std::io::Error| io(&format!("{what} {}", files::shown(&self.path)), error);
        match &self.held {
            Held::Open(file) => {
                let mut at_start = file;
                at_start.seek(SeekFrom::Start(0)).map_err(|error| failed("reading", &error))?;
                files::bytes_of(file, &self.path)
            }
            Held::Packed => {
                let file = File::open(&self.path).map_err(|error| failed("opening", &error))?;
                cut::unpack(&file, &self.path)
            }
        }
    }
}

impl RowSource for AsOf {
    fn next_page(&mut self) -> Result<Vec<RawRow>, StoreError> {
        if !self.is_begun {
            self.next_of_base()?;
            self.read_newer(&[])?;
            self.is_begun = true;
        }
        let (mut page, mut bytes) = (Vec::new(), 0);
        while bytes < PAGE {
            let Some((key, row)) = self.next_row()? else { break };
            bytes += key.len() + row.len();
            page.push((key, row));
        }
        Ok(page)
    }
}

#[cfg(test)]
mod tests;
