//! The files of the books: `<first record>.book` holds records, `<record>.base` all rows as of a record. Each begins with
//! what it is and whose books it belongs to.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::record::{End, Hash, Position, Records};
use crate::StoreError;
use crate::sled_faults::io;

/// In the data dir.
pub const FOLDER: &str = "books";
pub(super) const HEADER: usize = 32;
pub(super) const BOOK: [u8; 16] = *b"konter book   1\n";
pub(super) const BASE: [u8; 16] = *b"konter base   1\n";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Base,
    Book,
}

impl Kind {
    const fn ending(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Book => "book",
        }
    }

    const fn magic(self) -> [u8; 16] {
        match self {
            Self::Base => BASE,
            Self::Book => BOOK,
        }
    }
}

/// A file of records, or of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub path: PathBuf,
    /// Of its first record, or of the last one that its rows know.
    pub number: u64,
    pub bytes: u64,
}

pub(super) fn path_of(folder: &Path, kind: Kind, number: u64) -> PathBuf {
    folder.join(format!("{number:020}.{}", kind.ending()))
}

/// What lies in a folder of books, each kind in order.
pub(super) fn list(folder: &Path, kind: Kind) -> Result<Vec<Named>, StoreError> {
    let failed = |error: std::io::Error| io("looking for the books", &error);
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.split_once('.'));
        if let Some(number) = name.filter(|(_, ending)| *ending == kind.ending()).and_then(|(n, _)| n.parse().ok()) {
            // One that is removed meanwhile is empty soon.
            let bytes = fs::metadata(&path).map_or(0, |file| file.len());
            files.push(Named { path, number, bytes });
        }
    }
    files.sort_unstable_by_key(|file| file.number);
    Ok(files)
}

pub(super) fn header(kind: Kind, books: Hash) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header.iter_mut().zip(kind.magic().into_iter().chain(books)).for_each(|(to, from)| *to = from);
    header
}

/// Whose books lie in a data dir. Only the beginning of each file is read.
pub fn whose(data: &Path) -> Option<Hash> {
    let folder = data.join(FOLDER);
    let mut owners = [Kind::Book, Kind::Base].into_iter().flat_map(|kind| {
        let named = list(&folder, kind).unwrap_or_default().into_iter();
        named.filter_map(move |named| {
            let mut begin = [0; HEADER];
            fs::File::open(named.path).and_then(|mut file| file.read_exact(&mut begin)).ok()?;
            read_header(&begin, kind)
        })
    });
    let first = owners.next()?;
    owners.all(|owner| owner == first).then_some(first)
}

/// Whose books a file belongs to; `None` when it does not begin as such a file does.
pub(super) fn read_header(bytes: &[u8], kind: Kind) -> Option<Hash> {
    let (magic, rest) = bytes.split_first_chunk::<16>()?;
    (*magic == kind.magic()).then_some(*rest.first_chunk::<16>()?)
}

/// A file of records as it was read.
pub(super) struct Segment<'a> {
    pub bytes: &'a [u8],
    pub file: &'a Path,
    pub first: u64,
}

/// How a file of records ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read {
    pub last: Option<Position>,
    /// Up to the end of the last record.
    pub bytes: u64,
    pub end: End,
}

impl Segment<'_> {
    /// Gives all records in order. `last` is the one before the first, where that is known.
    pub(super) fn read(
        &self,
        books: Option<Hash>,
        last: Option<Position>,
        give: &mut dyn FnMut(super::Record<'_>) -> Result<(), StoreError>,
    ) -> Result<Read, StoreError> {
        let own = read_header(self.bytes, Kind::Book);
        if own.is_some() && books.is_some() && own != books {
            return Err(damaged(self.file, "belongs to another shop's books"));
        }
        let rest = self.bytes.get(HEADER..).unwrap_or_default();
        let mut records = Records::new(rest, self.first, last);
        if own.is_none() {
            // A file that was only just begun when the power went has nothing behind its beginning.
            let end = if records.next().is_some() { End::Damaged(self.first) } else { records.end() };
            return Ok(Read { last, bytes: 0, end });
        }
        for record in records.by_ref() {
            give(record)?;
        }
        Ok(Read { last: records.position(), bytes: (HEADER + records.read()) as u64, end: records.end() })
    }
}

pub(super) fn bytes_of(mut file: &File, path: &Path) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|error| io(&format!("reading {}", shown(path)), &error))?;
    Ok(bytes)
}

/// A file as it is called in what people read.
pub(super) fn shown(path: &Path) -> String {
    format!("{FOLDER}/{}", path.file_name().unwrap_or_default().to_string_lossy())
}

pub(super) fn damaged(file: &Path, problem: &str) -> StoreError {
    StoreError::Corrupt { what: "book", problem: format!("{} {problem}", shown(file)) }
}

pub(super) fn unreadable(file: &Path, record: u64) -> StoreError {
    damaged(file, &format!("is damaged at record {record}; `konter books` prints what stands before it"))
}

pub(super) fn missing(from: u64, to: u64) -> StoreError {
    StoreError::Corrupt { what: "book", problem: format!("the records from {from} to {to} are missing") }
}

/// A file that stays costs room and is passed over.
pub(super) fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path) {
        tracing::warn!(%error, file = %path.display(), "a file of the books that is not needed any more cannot be removed");
    }
}
