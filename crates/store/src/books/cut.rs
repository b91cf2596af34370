//! Records cut into pieces for a copy: each piece is a file of records of its own, compressed. A piece that has its full length
//! is never cut again, so a copy that is made often takes only the records that have come since, and those of the last piece.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::as_of::OpenSegment;
use super::files::{self, HEADER, Kind};
use super::record::{Hash, Position, Record, head_of, record_of};
use crate::StoreError;
use crate::sled_faults::io;

/// A piece is full with the record that makes it this long. Long enough that a large shop has few of them, short enough that
/// writing the last one anew costs nothing.
pub(super) const FULL: usize = 1 << 20;
/// No file of records is longer unpacked, whatever a damaged one claims: a piece ends with one record, and a record is a group of
/// commits.
const LONGEST: u64 = 1 << 30;

/// Some records in a row.
pub struct Piece {
    pub first: u64,
    pub last: Position,
    /// It has its full length.
    pub is_full: bool,
    /// Compressed.
    pub bytes: Vec<u8>,
}

/// A piece being gathered.
struct Gathered {
    first: u64,
    last: Position,
    bytes: Vec<u8>,
}

impl Gathered {
    fn piece(self) -> Result<Piece, StoreError> {
        let failed = |error: std::io::Error| io("compressing records", &error);
        let mut packed = GzEncoder::new(Vec::with_capacity(self.bytes.len() / 4), Compression::default());
        packed.write_all(&self.bytes).map_err(failed)?;
        let (is_full, bytes) = (self.bytes.len() >= FULL, packed.finish().map_err(failed)?);
        Ok(Piece { first: self.first, last: self.last, is_full, bytes })
    }
}

/// Gives the records behind one up to another, in pieces. Each is proven to go on from the one before it.
pub(super) fn cut<E: From<StoreError>>(
    books: Hash,
    segments: &[OpenSegment],
    after: Position,
    to: Position,
    mut give: impl FnMut(Piece) -> Result<(), E>,
) -> Result<(), E> {
    let mut gathered: Option<Gathered> = None;
    read_behind(books, segments, after, to, &mut |record, bytes| {
        let piece = gathered.get_or_insert_with(|| Gathered {
            first: record.number,
            last: record.position(),
            bytes: files::header(Kind::Book, books).to_vec(),
        });
        piece.bytes.extend_from_slice(bytes);
        piece.last = record.position();
        match gathered.take_if(|piece| piece.bytes.len() >= FULL) {
            Some(full) => give(full.piece()?),
            None => Ok(()),
        }
    })?;
    gathered.map_or(Ok(()), |rest| give(rest.piece()?))
}

/// Whether a record stands in these files.
pub(super) fn stands(segments: &[OpenSegment], position: Position) -> Result<bool, StoreError> {
    let Some(segment) = segments.iter().rev().find(|segment| segment.first <= position.number) else {
        return Ok(false);
    };
    let content = segment.read()?;
    let (_, found) = pass_over(&content, segment.first, position.number);
    Ok(found == Some(position))
}

/// What stands behind the records up to this one, and the last of them.
fn pass_over(content: &[u8], first: u64, to: u64) -> (&[u8], Option<Position>) {
    let (mut rest, mut last) = (content.get(HEADER..).unwrap_or_default(), None);
    for number in first..=to {
        let Some(head) = head_of(rest).filter(|head| head.position.number == number) else { break };
        let Some(behind) = rest.get(head.bytes..) else { break };
        (rest, last) = (behind, Some(head.position));
    }
    (rest, last)
}

/// What is done with a record and its bytes.
type Give<'a, E> = &'a mut dyn FnMut(Record<'_>, &[u8]) -> Result<(), E>;

/// Gives the records behind one up to another. Each is proven to go on from the one before it.
pub(super) fn read_behind<E: From<StoreError>>(
    books: Hash,
    segments: &[OpenSegment],
    after: Position,
    to: Position,
    give: Give<'_, E>,
) -> Result<(), E> {
    let mut last = after;
    for (place, segment) in segments.iter().enumerate() {
        let is_before = segments.get(place + 1).is_some_and(|next| next.first <= last.number + 1);
        if is_before || last.number >= to.number {
            continue;
        }
        if segment.first > last.number + 1 {
            return Err(files::missing(last.number + 1, segment.first - 1).into());
        }
        let content = segment.read()?;
        match files::read_header(&content, Kind::Book) {
            Some(own) if own == books => {}
            Some(_) => return Err(files::damaged(&segment.path, "belongs to another shop's books").into()),
            None => return Err(files::unreadable(&segment.path, last.number + 1).into()),
        }
        let (mut rest, passed) = pass_over(&content, segment.first, last.number);
        let goes_on = segment.first == last.number + 1 || passed == Some(last);
        while let Some(record) = record_of(rest).filter(|_| goes_on && last.number < to.number) {
            if record.number != last.number + 1 || record.previous != last.hash {
                break;
            }
            let (bytes, behind) = rest.split_at(record.bytes());
            give(record, bytes)?;
            (last, rest) = (record.position(), behind);
        }
        if last.number < to.number && rest.iter().any(|&byte| byte != 0) {
            return Err(files::unreadable(&segment.path, last.number + 1).into());
        }
    }
    if last == to { Ok(()) } else { Err(files::missing(last.number + 1, to.number).into()) }
}

/// A piece as it was before it was compressed.
pub(super) fn unpack(file: &File, path: &Path) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    let read = MultiGzDecoder::new(file).take(LONGEST).read_to_end(&mut bytes);
    match read {
        Ok(_) => Ok(bytes),
        Err(error) if matches!(error.kind(), std::io::ErrorKind::InvalidInput | std::io::ErrorKind::UnexpectedEof) => {
            Err(files::damaged(path, "does not unpack"))
        }
        Err(error) => Err(io(&format!("reading {}", files::shown(path)), &error)),
    }
}
