//! Blocks: neighbouring rows that stand under one key of sled's. What sled needs to open its files grows with the number
//! of its pages, and a page of sled's is some ten rows, however short they are; most of ours are very short.
//!
//! A block stands under a key that is no higher than any of its rows', and covers everything up to the next key sled has.
//! A row that sled has under its own key, as older stores do, is a block of one. No I/O here.

use std::borrow::Cow;
use std::iter::Peekable;

use super::StoreError;
use super::kv::Batch;

/// First byte of a block; no row begins with it: rows are JSON or empty, and see [`IN_PIECES`].
const BLOCK: u8 = 1;
/// First byte of a lone row that stands in pieces.
const IN_PIECES: u8 = 0;
/// Length of a row that stands in pieces; no row in a block is as long.
const PIECES: u16 = u16::MAX;
/// What an entry has before its key and its row: what its key shares with the one before, and both lengths.
const HEAD: usize = 5;

/// sled keeps up to 17 rows in a leaf before it splits it, and up to 3 more while two leaves merge. 20 values of this
/// size with their keys stay below the 131,052 bytes (a quarter of a segment) a node may have outside `blobs/`.
pub(super) const LONGEST_VALUE: usize = 4 << 10;
/// Short rows: a change writes the whole block, so it is not filled up to the last byte.
const MOST_ROWS: usize = 64;
/// A block that rows come into anywhere is cut when it is longer: each of them writes the whole block, and one of their
/// neighbours seldom comes with it. Rows that are added one behind the other come many at once, and are never changed.
const LONGEST_SCATTERED: usize = 1 << 10;
/// Of a row in a block: with its head and a key as ours are it is no longer than a value may be.
const LONGEST_ROW: usize = 4_000;
/// No key this program makes comes near.
pub(super) const LONGEST_KEY: usize = 512;

/// Where a row in pieces is to be found: how long it is, and a digest of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pieces {
    pub bytes: usize,
    /// Of the whole row, so that pieces of two writes are never taken for one.
    pub digest: [u8; 8],
}

impl Pieces {
    const LENGTH: usize = 16;

    pub(super) const fn count(self) -> usize {
        self.bytes.div_ceil(LONGEST_VALUE)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (length, digest) = bytes.split_first_chunk::<8>()?;
        Some(Self { bytes: usize::try_from(u64::from_be_bytes(*length)).ok()?, digest: digest.try_into().ok()? })
    }

    fn write(self, to: &mut Vec<u8>) {
        to.extend_from_slice(&(self.bytes as u64).to_be_bytes());
        to.extend_from_slice(&self.digest);
    }
}

/// A row as a block has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Row<'a> {
    Whole(Cow<'a, [u8]>),
    InPieces(Pieces),
}

impl Row<'_> {
    fn length(&self) -> usize {
        match self {
            Row::Whole(row) => row.len(),
            Row::InPieces(_) => Pieces::LENGTH,
        }
    }
}

/// Whether a row is too long for a block.
pub(super) const fn is_long(row: &[u8]) -> bool {
    row.len() > LONGEST_ROW
}

/// A block as sled has it, under the key it covers from.
#[derive(Clone, Copy)]
pub(super) struct Block<'a> {
    from: &'a [u8],
    stored: &'a [u8],
}

impl<'a> Block<'a> {
    pub(super) const fn new(from: &'a [u8], stored: &'a [u8]) -> Self {
        Self { from, stored }
    }

    /// Its rows in order of their keys.
    pub(super) fn rows(self) -> Rows<'a> {
        let rest = match self.stored.split_first() {
            Some((&BLOCK, rest)) => Rest::Entries(rest),
            Some((&IN_PIECES, rest)) => {
                Pieces::read(rest).map_or(Rest::Torn, |pieces| Rest::Lone(Row::InPieces(pieces)))
            }
            _ => Rest::Lone(Row::Whole(Cow::Borrowed(self.stored))),
        };
        Rows { key: self.from.to_vec(), rest }
    }

    /// The row of a key.
    pub(super) fn find(self, key: &[u8]) -> Result<Option<Row<'a>>, StoreError> {
        let mut rows = self.rows();
        while let Some(row) = rows.advance()? {
            if rows.key.as_slice() >= key {
                return Ok(Some(row).filter(|_| rows.key == key));
            }
        }
        Ok(None)
    }
}

/// Walks a block's rows.
pub(super) struct Rows<'a> {
    /// Of the row given last.
    key: Vec<u8>,
    rest: Rest<'a>,
}

enum Rest<'a> {
    Entries(&'a [u8]),
    /// A block of one.
    Lone(Row<'a>),
    /// What stands there cannot be read.
    Torn,
}

impl<'a> Rows<'a> {
    /// The next row; [`Self::key`] is its key then.
    pub(super) fn advance(&mut self) -> Result<Option<Row<'a>>, StoreError> {
        let torn = || StoreError::Corrupt { what: "block of rows", problem: "it ends too early".to_owned() };
        match std::mem::replace(&mut self.rest, Rest::Entries(&[])) {
            Rest::Entries([]) => Ok(None),
            Rest::Entries(entries) => self.split(entries).map(Some).ok_or_else(torn),
            Rest::Lone(row) => Ok(Some(row)),
            Rest::Torn => Err(torn()),
        }
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }

    fn split(&mut self, entries: &'a [u8]) -> Option<Row<'a>> {
        let (&shared, rest) = entries.split_first()?;
        let (key, rest) = rest.split_first_chunk::<2>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (key, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*key)))?;
        if usize::from(shared) > self.key.len() {
            return None;
        }
        self.key.truncate(usize::from(shared));
        self.key.extend_from_slice(key);
        let (row, rest) = match u16::from_be_bytes(*length) {
            PIECES => {
                let (pieces, rest) = rest.split_at_checked(Pieces::LENGTH)?;
                (Row::InPieces(Pieces::read(pieces)?), rest)
            }
            length => {
                let (row, rest) = rest.split_at_checked(usize::from(length))?;
                (Row::Whole(Cow::Borrowed(row)), rest)
            }
        };
        self.rest = Rest::Entries(rest);
        Some(row)
    }
}

/// A row to be written; `None` deletes it.
pub(super) type Change<'a> = (Vec<u8>, Option<Row<'a>>);

/// What becomes of a block.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rewritten {
    /// Values to write and keys to remove.
    pub values: Batch,
    /// Rows whose pieces are nobody's any more.
    pub loose: Vec<(Vec<u8>, Pieces)>,
}

/// Writes changes, in order of their keys, into the block that covers them. `None`: no block does yet.
pub(super) fn rewrite(block: Option<Block<'_>>, changes: Vec<Change<'_>>) -> Result<Rewritten, StoreError> {
    let (mut done, mut rows, mut old) = (Rewritten::default(), Vec::new(), Vec::new());
    if let Some(block) = block {
        let mut walk = block.rows();
        while let Some(row) = walk.advance()? {
            old.push((walk.key().to_vec(), row));
        }
    }
    let first_change = changes.first().map(|(key, _)| key.as_slice());
    let appends = old.last().map(|(key, _)| key.as_slice()) < first_change;
    let count_before = old.len();
    let mut old = old.into_iter().peekable();
    let mut is_changed = false;
    for (key, row) in changes {
        take_below(&mut old, &key, &mut rows);
        let before = old.next_if(|(there, _)| *there == key);
        is_changed |= before.is_some() || row.is_some();
        if let Some((key, Row::InPieces(pieces))) = before {
            done.loose.push((key, pieces));
        }
        rows.extend(row.map(|row| (key, row)));
    }
    rows.extend(old);
    let from = block.map(|block| block.from);
    match from {
        _ if !is_changed => {}
        Some(from) if rows.is_empty() => done.values.push((from.to_vec(), None)),
        _ if appends => write_blocks(from, &rows, LONGEST_VALUE, Spread::OneByOne, &mut done.values),
        _ if rows.len() > count_before => {
            write_blocks(from, &rows, LONGEST_SCATTERED, Spread::Evenly, &mut done.values);
        }
        _ => write_blocks(from, &rows, LONGEST_VALUE, Spread::Evenly, &mut done.values),
    }
    Ok(done)
}

fn take_below<'a>(
    old: &mut Peekable<impl Iterator<Item = (Vec<u8>, Row<'a>)>>,
    key: &[u8],
    rows: &mut Vec<(Vec<u8>, Row<'a>)>,
) {
    while let Some(row) = old.next_if(|(there, _)| there.as_slice() < key) {
        rows.push(row);
    }
}

/// How rows are cut into blocks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spread {
    /// Each is filled before the next begins: more will follow behind.
    OneByOne,
    /// All get about the same: more will come in between.
    Evenly,
}

/// Cuts rows into blocks of `longest` bytes at most and writes them out. The first covers from `first`, or from its own
/// first key. A row that is longer itself has a block of its own.
fn write_blocks(first: Option<&[u8]>, rows: &[(Vec<u8>, Row<'_>)], longest: usize, spread: Spread, values: &mut Batch) {
    let bytes_of = |(key, row): &(Vec<u8>, Row<'_>)| HEAD + key.len() + row.length();
    let total: usize = rows.iter().map(bytes_of).sum();
    let blocks = total.div_ceil(longest).max(rows.len().div_ceil(MOST_ROWS)).max(1);
    let share = match spread {
        Spread::OneByOne => usize::MAX,
        Spread::Evenly => total.div_ceil(blocks),
    };
    let mut writing: Option<Writing> = None;
    let mut in_block = 0;
    for entry in rows {
        let (key, row) = entry;
        let is_full = |writing: &Writing| {
            writing.rows == MOST_ROWS
                || writing.bytes_with(key, row) > longest
                || in_block + bytes_of(entry) / 2 > share
        };
        if let Some(full) = writing.take_if(|writing| is_full(writing)) {
            values.push(full.done());
            in_block = 0;
        }
        in_block += bytes_of(entry);
        let from = first.filter(|_| values.is_empty()).unwrap_or(key);
        writing.get_or_insert_with(|| Writing::new(from)).push(key, row);
    }
    values.extend(writing.map(Writing::done));
}

/// A block being written out.
struct Writing {
    from: Vec<u8>,
    last: Vec<u8>,
    stored: Vec<u8>,
    rows: usize,
}

impl Writing {
    fn new(from: &[u8]) -> Self {
        Self { from: from.to_vec(), last: from.to_vec(), stored: vec![BLOCK], rows: 0 }
    }

    fn shared_with(&self, key: &[u8]) -> u8 {
        let shared = self.last.iter().zip(key).take(usize::from(u8::MAX)).take_while(|(a, b)| a == b).count();
        u8::try_from(shared).unwrap_or(u8::MAX)
    }

    fn bytes_with(&self, key: &[u8], row: &Row<'_>) -> usize {
        self.stored.len() + HEAD + (key.len() - usize::from(self.shared_with(key))) + row.length()
    }

    fn push(&mut self, key: &[u8], row: &Row<'_>) {
        let shared = self.shared_with(key);
        let rest = key.get(usize::from(shared)..).unwrap_or_default();
        self.stored.push(shared);
        // Keys are hashed when they are long, and a longer row stands in pieces.
        self.stored.extend_from_slice(&u16::try_from(rest.len()).unwrap_or(u16::MAX).to_be_bytes());
        match row {
            Row::Whole(row) => {
                self.stored.extend_from_slice(&u16::try_from(row.len()).unwrap_or(u16::MAX).to_be_bytes());
                self.stored.extend_from_slice(rest);
                self.stored.extend_from_slice(row);
            }
            Row::InPieces(pieces) => {
                self.stored.extend_from_slice(&PIECES.to_be_bytes());
                self.stored.extend_from_slice(rest);
                pieces.write(&mut self.stored);
            }
        }
        key.clone_into(&mut self.last);
        self.rows += 1;
    }

    fn done(self) -> (Vec<u8>, Option<Vec<u8>>) {
        (self.from, Some(self.stored))
    }
}

#[cfg(test)]
mod tests;
