//! The books as they are copied: the base as it is, the records behind it in pieces; and such a copy read as rows.

use std::fs::File;
use std::path::Path;

use super::as_of::{AsOf, Held, OpenSegment};
use super::files::{self, Kind, Segment};
use super::record::{End, Hash, Position};
use super::{base, cut};
use crate::StoreError;
use crate::sled_faults::io;
use cut::Piece;

/// The files that tell the rows as of a record, held open: what is removed meanwhile can still be copied.
pub struct Original {
    pub books: Hash,
    pub to: Position,
    pub base: Option<(Position, File)>,
    /// The base's record, or where the books begin: there the pieces do.
    pub begin: Position,
    segments: Vec<OpenSegment>,
}

impl Original {
    pub(super) fn of(books: Hash, to: Position, rows: AsOf) -> Result<Self, StoreError> {
        let (begin, base, segments) = rows.into_files();
        let base = base.map(|path| {
            let file = File::open(&path).map_err(|error| io(&format!("opening {}", files::shown(&path)), &error))?;
            Ok::<_, StoreError>((begin, file))
        });
        Ok(Self { books, to, base: base.transpose()?, begin, segments })
    }

    /// Whether these are the books in which that record was written.
    pub fn have(&self, position: Position) -> Result<bool, StoreError> {
        if position.number <= self.begin.number {
            return Ok(position == self.begin);
        }
        cut::stands(&self.segments, position)
    }

    /// The records behind one, in pieces.
    pub fn cut<E: From<StoreError>>(&self, after: Position, give: impl FnMut(Piece) -> Result<(), E>) -> Result<(), E> {
        cut::cut(self.books, &self.segments, after, self.to, give)
    }

    /// Bytes that a copy of what stands behind a record takes at most.
    pub fn bytes_behind(&self, after: Position) -> u64 {
        let later = self
            .segments
            .iter()
            .enumerate()
            .filter(|(place, _)| self.segments.get(place + 1).is_none_or(|next| next.first > after.number + 1));
        later.map(|(_, segment)| segment.bytes()).sum()
    }
}

/// A file of a copy.
pub struct CopiedFile<'a> {
    pub path: &'a Path,
    pub first: u64,
}

/// All rows that a copy tells as of a record.
pub fn rows_of(books: Hash, base: Option<&Path>, pieces: &[CopiedFile<'_>], to: Position) -> Result<AsOf, StoreError> {
    let base = base.map(base::Reader::open).transpose()?;
    Ok(AsOf::new(books, base, packed(pieces), to))
}

/// Whether a record stands in these pieces.
pub fn stands_in(pieces: &[CopiedFile<'_>], position: Position) -> Result<bool, StoreError> {
    cut::stands(&packed(pieces), position)
}

fn packed(pieces: &[CopiedFile<'_>]) -> Vec<OpenSegment> {
    let held =
        |piece: &CopiedFile<'_>| OpenSegment { path: piece.path.to_owned(), first: piece.first, held: Held::Packed };
    pieces.iter().map(held).collect()
}

/// Reads a copied base to its end.
pub fn prove_base(path: &Path, books: Hash, position: Position) -> Result<(), StoreError> {
    let base = base::Reader::open(path)?;
    if (base.books, base.position) != (books, position) {
        return Err(files::damaged(path, "is another one"));
    }
    base.prove()
}

/// Reads a piece to its end.
pub fn prove_piece(path: &Path, books: Hash, first: u64, last: Position) -> Result<(), StoreError> {
    let file = File::open(path).map_err(|error| io(&format!("opening {}", files::shown(path)), &error))?;
    let bytes = cut::unpack(&file, path)?;
    let own = files::read_header(&bytes, Kind::Book);
    let read = Segment { bytes: &bytes, file: path, first }.read(Some(books), None, &mut |_| Ok(()))?;
    if own == Some(books) && read.last == Some(last) && read.end == End::Clean {
        return Ok(());
    }
    Err(files::damaged(path, "is another one"))
}
