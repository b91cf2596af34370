//! A store in a folder as parts, each of which is written once and never changes: the books' base, their records in pieces, the
//! closed days. So a copy takes only what an earlier one does not have. What the parts are called and where they are kept is
//! their keeper's business; here is what they are, which ones are new, and how they are read as rows.

use std::fs::File;
use std::io::{Read, Seek as _};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::books::{self, CopiedFile, Hash, Original, Position};
use super::days::{self, Copied, Merged};
use super::hex::{hex, unhex};
use super::sled_faults::io;
use super::{Snapshot, StoreError};

/// A record of the books: its number, and its hash in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub record: u64,
    pub hash: String,
}

/// What a part is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "snake_case")]
pub enum Part {
    /// All rows as of a record.
    Base { at: Mark },
    /// Records in a row. One that is not full has a longer one in its place as soon as there are more.
    Book { first: u64, last: Mark, is_full: bool },
    /// The rows of a closed day. `blocks`: the SHA-256 of what it holds, in hexadecimal digits.
    Day { day: NaiveDate, blocks: String },
}

/// A part and where it lies.
#[derive(Clone, Debug)]
pub struct PartFile {
    pub part: Part,
    pub path: PathBuf,
}

/// Takes a new part and its bytes.
pub type Give<'a, E> = &'a mut dyn FnMut(Part, &mut dyn Read) -> Result<(), E>;

/// A store's parts as they are at one moment, between two commits. Nothing waits for whoever copies them.
pub struct Parts {
    books: Original,
    days: Vec<Copied>,
}

impl Parts {
    pub(super) const fn new(books: Original, days: Vec<Copied>) -> Self {
        Self { books, days }
    }

    /// A number that no other shop's books have, in hexadecimal digits.
    pub fn books(&self) -> String {
        hex(&self.books.books)
    }

    /// The files of the closed days, where they lie.
    pub fn days(&self) -> Vec<PartFile> {
        self.days.iter().map(file_of).collect()
    }

    /// The last record.
    #[must_use]
    pub fn end(&self) -> Mark {
        Mark::of(self.books.to)
    }

    /// Holds an earlier copy of these books against what is here.
    ///
    /// # Errors
    /// When the books cannot be read.
    pub fn against(&self, earlier: &[Part]) -> Result<Difference<'_>, StoreError> {
        let (mut known, reached) = self.known_pieces(earlier)?;
        known.extend(earlier.iter().filter(|part| self.has_file(part)).cloned());
        Ok(Difference { parts: self, known, reached })
    }

    /// A base or a day that is here.
    fn has_file(&self, part: &Part) -> bool {
        let base = self.books.base.iter().map(|(position, _)| base_at(*position));
        base.chain(self.days.iter().map(day_of)).any(|own| own == *part)
    }

    /// Pieces that go on from the base without a gap, and the last record in them.
    fn known_pieces(&self, earlier: &[Part]) -> Result<(Vec<Part>, Position), StoreError> {
        let (begin, to) = (self.books.begin, self.books.to);
        let (mut known, mut reached) = (Vec::new(), begin);
        let mut pieces: Vec<_> = earlier.iter().filter_map(|part| Some((part, part.piece()?))).collect();
        pieces.sort_unstable_by_key(|(_, piece)| piece.first);
        for (part, Piece { first, last, is_full }) in pieces {
            let goes_on = first <= reached.number + 1 && (reached.number + 1..=to.number).contains(&last.number);
            if goes_on && (is_full || last == to) {
                known.push(part.clone());
                reached = last;
            }
        }
        // Books that were put back from a copy of the folder go on differently under the same numbers. As each record holds the
        // hash of the one before, one look tells of all.
        if self.books.have(reached)? { Ok((known, reached)) } else { Ok((Vec::new(), begin)) }
    }
}

/// What a copy has of a store already; the rest is new.
pub struct Difference<'a> {
    parts: &'a Parts,
    known: Vec<Part>,
    /// The last record it has.
    reached: Position,
}

impl Difference<'_> {
    /// Whether the copy's part is still as it is in the store.
    #[must_use]
    pub fn knows(&self, part: &Part) -> bool {
        self.known.contains(part)
    }

    fn new_base(&self) -> Option<(Part, &File)> {
        let base = self.parts.books.base.as_ref().map(|(position, file)| (base_at(*position), file));
        base.filter(|(part, _)| !self.knows(part))
    }

    fn new_days(&self) -> impl Iterator<Item = (Part, &Path)> {
        let days = self.parts.days.iter().map(|day| (day_of(day), day.path.as_path()));
        days.filter(|(part, _)| !self.knows(part))
    }

    /// About how many bytes the new parts take.
    pub fn bytes(&self) -> u64 {
        let size = |file: std::io::Result<std::fs::Metadata>| file.map_or(0, |file| file.len());
        self.parts.books.bytes_behind(self.reached)
            + self.new_base().map_or(0, |(_, file)| size(file.metadata()))
            + self.new_days().map(|(_, path)| size(std::fs::metadata(path))).sum::<u64>()
    }

    /// Gives every new part. Blocks on the disk.
    ///
    /// # Errors
    /// When a file cannot be read or is damaged; whatever `give` says.
    pub fn copy<E: From<StoreError>>(&self, give: Give<'_, E>) -> Result<(), E> {
        if let Some((part, mut file)) = self.new_base() {
            // It may be copied a second time.
            file.rewind().map_err(|error| io("reading a base", &error))?;
            give(part, &mut file)?;
        }
        for (part, path) in self.new_days() {
            let opened = File::open(path);
            give(part, &mut opened.map_err(|error| io(&format!("opening {}", path.display()), &error))?)?;
        }
        self.parts.books.cut(self.reached, |piece| {
            let part = Part::Book { first: piece.first, last: Mark::of(piece.last), is_full: piece.is_full };
            give(part, &mut piece.bytes.as_slice())
        })
    }
}

/// Records in a row.
struct Piece {
    first: u64,
    last: Position,
    is_full: bool,
}

impl Part {
    fn piece(&self) -> Option<Piece> {
        let Self::Book { first, last, is_full } = self else { return None };
        Some(Piece { first: *first, last: last.position()?, is_full: *is_full })
    }
}

fn base_at(position: Position) -> Part {
    Part::Base { at: Mark::of(position) }
}

fn day_of(copied: &Copied) -> Part {
    Part::Day { day: copied.row.day, blocks: copied.row.sha256.clone() }
}

pub(super) fn file_of(copied: &Copied) -> PartFile {
    PartFile { part: day_of(copied), path: copied.path.clone() }
}

impl Mark {
    fn of(position: Position) -> Self {
        Self { record: position.number, hash: hex(&position.hash) }
    }

    fn position(&self) -> Option<Position> {
        Some(Position { number: self.record, hash: hash(&self.hash)? })
    }
}

impl PartFile {
    /// Which closed day it is of, and where it lies.
    fn day(&self) -> Option<(NaiveDate, &Path)> {
        if let Part::Day { day, .. } = self.part { Some((day, &self.path)) } else { None }
    }

    /// Reads it to its end.
    ///
    /// # Errors
    /// When it cannot be read, or is not the part it should be.
    pub fn prove(&self, books: &str) -> Result<(), StoreError> {
        let id = || hash(books).ok_or_else(unnamed);
        match &self.part {
            Part::Base { at } => books::prove_base(&self.path, id()?, at.position().ok_or_else(unnamed)?),
            Part::Book { first, last, .. } => {
                books::prove_piece(&self.path, id()?, *first, last.position().ok_or_else(unnamed)?)
            }
            Part::Day { day, blocks } => days::prove(&self.path, *day, blocks),
        }
    }
}

/// All rows that the parts of a copy tell, as of its last record.
///
/// # Errors
/// When a part cannot be opened, or is another than it should be. A gap, or damage within a part, comes out when it is read.
pub fn rows_of_parts(books: &str, end: &Mark, files: &[PartFile]) -> Result<Snapshot, StoreError> {
    let (id, end) = (hash(books).ok_or_else(unnamed)?, end.position().ok_or_else(unnamed)?);
    let mut days: Vec<(NaiveDate, &Path)> = files.iter().filter_map(PartFile::day).collect();
    days.sort_unstable();
    let days: Vec<&Path> = days.into_iter().map(|(_, path)| path).collect();
    let base = files.iter().find(|file| matches!(file.part, Part::Base { .. })).map(|file| file.path.as_path());
    Ok(Snapshot::new(Merged::new(books::rows_of(id, base, &pieces(files), end)?, days::walk_copied(&days)?)))
}

/// The number of the books in a data dir, as long as their files agree on it: the one thing that damaged books tell, too.
#[must_use]
pub fn books_in(data: &Path) -> Option<String> {
    books::whose(data).as_ref().map(|id| hex(id))
}

/// Whether the books that a copy is of went through a record. `false` also where that is older than all the copy has of them.
///
/// # Errors
/// When the piece it would stand in cannot be read.
pub fn went_through(mark: &Mark, files: &[PartFile]) -> Result<bool, StoreError> {
    let position = mark.position().ok_or_else(unnamed)?;
    let is_base = files.iter().any(|file| matches!(&file.part, Part::Base { at } if at == mark));
    // As each record holds the hash of the one before, one look tells of all.
    Ok(is_base || mark.record == 0 || books::stands_in(&pieces(files), position)?)
}

/// A copy's pieces of records, in order.
fn pieces(files: &[PartFile]) -> Vec<CopiedFile<'_>> {
    let books = files.iter().filter_map(|file| match file.part {
        Part::Book { first, .. } => Some(CopiedFile { path: &file.path, first }),
        Part::Base { .. } | Part::Day { .. } => None,
    });
    let mut pieces: Vec<_> = books.collect();
    pieces.sort_unstable_by_key(|piece| piece.first);
    pieces
}

fn hash(digits: &str) -> Option<Hash> {
    unhex(digits)?.try_into().ok()
}

fn unnamed() -> StoreError {
    StoreError::Corrupt { what: "part", problem: "its number is none".to_owned() }
}
