//! Rows in one sled tree, so that one batch is atomic. Neighbouring rows share a value, see [`super::blocks`]. Long rows
//! are cut into pieces: sled puts a node that outgrows a quarter of a segment into a file of its own below `blobs/`, and
//! never syncs those.

use std::borrow::Cow;
use std::ops::{Bound, ControlFlow, Range};

use sha2::{Digest as _, Sha256};

use super::StoreError;
use super::blocks::{self, Block, LONGEST_KEY, LONGEST_VALUE, Pieces, Row};
use super::kv::{Batch, Direction, Kv, Visit, after_prefix};
use super::rows::LONGEST_ROW;
use super::sled_faults::unavailable;
use super::sled_handle::SledHandle;

/// Where pieces are kept: behind all other keys.
pub(super) const PIECE: u8 = b'~';
/// How much of the log has settled; behind the pieces.
const SETTLED: u8 = PIECE + 1;
/// A row in pieces can change while it is read; then it is read again, but not for ever.
const READS: usize = 100;

/// The part of sled this store uses.
#[derive(Clone)]
pub(super) struct SledKv {
    sled: SledHandle,
}

/// A key and its value as sled has them.
type Stored = (sled::IVec, sled::IVec);

impl SledKv {
    pub(super) const fn new(sled: SledHandle) -> Self {
        Self { sled }
    }

    pub(super) const fn sled(&self) -> &SledHandle {
        &self.sled
    }

    pub(super) fn is_empty(&self) -> Result<bool, StoreError> {
        self.sled.with(|tree| Ok(tree.is_empty()))
    }

    /// Writes rows and notes that the log's records up to this one have settled; all or nothing.
    pub(super) fn settle(&self, rows: Batch, last: u64) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        batch.insert(&[SETTLED], &last.to_be_bytes());
        self.write_with(batch, rows)
    }

    /// The last record of the log that has settled; 0 when none has.
    pub(super) fn settled(&self) -> Result<u64, StoreError> {
        let stored = self.sled.with(|tree| tree.get([SETTLED]).map_err(|error| unavailable(&error)))?;
        let Some(stored) = stored else { return Ok(0) };
        let number = stored.as_ref().try_into().map(u64::from_be_bytes);
        number.map_err(|_| StoreError::Corrupt { what: "log", problem: "its mark in sled does not read".to_owned() })
    }

    /// Writes all rows or none; durable after [`Self::flush`] and a sync of the file. Only one thread may write.
    pub(super) fn write(&self, rows: Batch) -> Result<(), StoreError> {
        self.write_with(sled::Batch::default(), rows)
    }

    fn write_with(&self, mut batch: sled::Batch, mut rows: Batch) -> Result<(), StoreError> {
        if let Some((key, _)) = rows.iter().find(|(key, _)| key.is_empty() || key.len() > LONGEST_KEY) {
            return Err(StoreError::Corrupt { what: "key", problem: format!("it has {} bytes", key.len()) });
        }
        rows.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let mut rows = rows.into_iter().peekable();
        while let Some((first, _)) = rows.peek() {
            let (block, end) = self.sled.with(|tree| Ok((covering(tree, first)?, end_of_block(tree, first)?)))?;
            let (mut changes, mut long) = (Vec::new(), Vec::new());
            while let Some((key, row)) = rows.next_if(|(key, _)| *key < end) {
                changes.push((key.clone(), row.as_deref().map(as_stored)));
                long.extend(row.filter(|row| blocks::is_long(row)).map(|row| (key, row)));
            }
            let block = block.as_ref().map(|(from, stored)| Block::new(from, stored));
            let rewritten = blocks::rewrite(block, changes)?;
            for (key, pieces) in rewritten.loose {
                (0..pieces.count()).for_each(|piece| batch.remove(piece_key(&key, piece)));
            }
            for (key, value) in rewritten.values {
                match value {
                    Some(value) => batch.insert(key, value),
                    None => batch.remove(key),
                }
            }
            for (key, row) in long {
                for (number, piece) in row.chunks(LONGEST_VALUE).enumerate() {
                    batch.insert(piece_key(&key, number), piece);
                }
            }
        }
        self.apply(batch)
    }

    fn apply(&self, batch: sled::Batch) -> Result<(), StoreError> {
        self.sled.with(|tree| tree.apply_batch(batch).map_err(|error| unavailable(&error)))
    }

    pub(super) fn flush(&self) -> Result<(), StoreError> {
        self.sled.with(|tree| tree.flush().map(|_| ()).map_err(|error| unavailable(&error)))
    }
}

/// What stands for a row: short ones themselves.
fn as_stored(row: &[u8]) -> Row<'static> {
    if blocks::is_long(row) { Row::InPieces(pieces_of(row)) } else { Row::Whole(Cow::Owned(row.to_vec())) }
}

/// The block that covers a key: the last of the same kind that begins no later.
fn covering(tree: &sled::Db, key: &[u8]) -> Result<Option<Stored>, StoreError> {
    let Some(kind) = key.get(..1) else { return Ok(None) };
    tree.range(kind..=key).next_back().transpose().map_err(|error| unavailable(&error))
}

/// Up to where a row of `key`'s kind may stand in the block that covers `key`: the next block, or the next kind.
fn end_of_block(tree: &sled::Db, key: &[u8]) -> Result<Vec<u8>, StoreError> {
    let end = after_prefix(key.get(..1).unwrap_or_default());
    let behind = (Bound::Excluded(key), Bound::Excluded(end.as_slice()));
    let next = tree.range::<&[u8], _>(behind).next().transpose().map_err(|error| unavailable(&error))?;
    Ok(next.map_or(end, |(key, _)| key.to_vec()))
}

/// A row put together again. `None` when it has been written over meanwhile.
fn whole(tree: &sled::Db, key: &[u8], row: Row<'_>) -> Result<Option<Vec<u8>>, StoreError> {
    let pieces = match row {
        Row::Whole(row) => return Ok(Some(row.into_owned())),
        Row::InPieces(pieces) => pieces,
    };
    let mut row = Vec::with_capacity(pieces.bytes.min(LONGEST_ROW));
    for piece in 0..pieces.count() {
        match tree.get(piece_key(key, piece)).map_err(|error| unavailable(&error))? {
            Some(piece) => row.extend_from_slice(&piece),
            None => return Ok(None),
        }
    }
    Ok(Some(row).filter(|row| pieces_of(row) == pieces))
}

fn get(tree: &sled::Db, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
    for _ in 0..READS {
        let Some((from, stored)) = covering(tree, key)? else { return Ok(None) };
        let Some(row) = Block::new(&from, &stored).find(key)? else { return Ok(None) };
        if let Some(row) = whole(tree, key, row)? {
            return Ok(Some(row));
        }
    }
    Err(StoreError::Corrupt { what: "long row", problem: "its pieces do not fit together".to_owned() })
}

/// A walk over some rows. Blocks may be cut in two while it goes on, so it remembers how far it has come.
struct Walk<'a> {
    tree: &'a sled::Db,
    range: Range<Vec<u8>>,
    direction: Direction,
    last: Option<Vec<u8>>,
}

impl Walk<'_> {
    fn run(&mut self, visit: Visit<'_>) -> Result<(), StoreError> {
        // The first rows may stand in a block that begins before them.
        let first = covering(self.tree, &self.range.start)?.map(|(from, _)| from);
        let first = first.as_deref().unwrap_or(&self.range.start);
        let mut blocks = self.tree.range(first..self.range.end.as_slice());
        loop {
            let block = match self.direction {
                Direction::Up => blocks.next(),
                Direction::Down => blocks.next_back(),
            };
            let Some(block) = block else { return Ok(()) };
            let (from, stored) = block.map_err(|error| unavailable(&error))?;
            if self.block(Block::new(&from, &stored), visit)?.is_break() {
                return Ok(());
            }
        }
    }

    fn block(&mut self, block: Block<'_>, visit: Visit<'_>) -> Result<ControlFlow<()>, StoreError> {
        let mut rows = block.rows();
        if self.direction == Direction::Up {
            while let Some(row) = rows.advance()? {
                if self.row(rows.key(), row, visit)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            return Ok(ControlFlow::Continue(()));
        }
        let mut all = Vec::new();
        while let Some(row) = rows.advance()? {
            all.push((rows.key().to_vec(), row));
        }
        for (key, row) in all.into_iter().rev() {
            if self.row(&key, row, visit)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn row(&mut self, key: &[u8], row: Row<'_>, visit: Visit<'_>) -> Result<ControlFlow<()>, StoreError> {
        let is_new = self.last.as_deref().is_none_or(|last| match self.direction {
            Direction::Up => key > last,
            Direction::Down => key < last,
        });
        if !is_new || key < self.range.start.as_slice() || key >= self.range.end.as_slice() {
            return Ok(ControlFlow::Continue(()));
        }
        match &mut self.last {
            Some(last) => key.clone_into(last),
            none => *none = Some(key.to_vec()),
        }
        match row {
            Row::Whole(row) => visit(key, &row),
            Row::InPieces(_) => match get(self.tree, key)? {
                Some(row) => visit(key, &row),
                None => Ok(ControlFlow::Continue(())),
            },
        }
    }
}

impl Kv for SledKv {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.sled.with(|tree| get(tree, key))
    }

    fn scan(&self, range: Range<Vec<u8>>, direction: Direction, visit: Visit<'_>) -> Result<(), StoreError> {
        if range.is_empty() {
            return Ok(());
        }
        self.sled.with(|tree| Walk { tree, range, direction, last: None }.run(visit))
    }
}

fn pieces_of(row: &[u8]) -> Pieces {
    let mut digest = [0; 8];
    digest.iter_mut().zip(Sha256::digest(row)).for_each(|(to, from)| *to = from);
    Pieces { bytes: row.len(), digest }
}

fn piece_key(key: &[u8], piece: usize) -> Vec<u8> {
    let mut name = Vec::with_capacity(key.len() + 9);
    name.push(PIECE);
    name.extend_from_slice(key);
    name.extend_from_slice(&(piece as u64).to_be_bytes());
    name
}

#[cfg(test)]
mod tests;
