//! Rows in one sled tree, so that one batch is atomic. Long rows are cut into pieces: sled puts a node that outgrows a
//! quarter of a segment into a file of its own below `blobs/`, and never syncs those.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};

use super::StoreError;
use super::keys::number_at;
use super::kv::{Batch, Direction, Kv, Visit};

/// sled keeps up to 17 rows in a leaf before it splits it, and up to 3 more while two leaves merge. 20 pieces of this
/// size with their keys stay below the 131,052 bytes (a quarter of a segment) a node may have outside `blobs/`.
const LONGEST_PIECE: usize = 4 << 10;

/// First byte of a row that stands in pieces; JSON never starts with it. The number of bytes and a digest follow.
const IN_PIECES: u8 = 0;
/// Where pieces are kept: behind all other keys.
pub(super) const PIECE: u8 = b'~';
/// Records of the log, see [`super::layers`].
pub(super) const LOG: u8 = b'w';
/// A row in pieces can change while it is read; then it is read again, but not for ever.
const READS: usize = 100;

/// The part of sled this store uses.
#[derive(Clone)]
pub(super) struct SledKv {
    tree: sled::Db,
    /// Keys whose rows stand in pieces: few, and asking sled before every write would cost more than the write.
    in_pieces: Arc<Mutex<HashSet<Vec<u8>>>>,
}

pub(super) fn unavailable(error: &sled::Error) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

impl SledKv {
    pub(super) fn new(tree: sled::Db) -> Result<Self, StoreError> {
        let mut in_pieces = HashSet::new();
        for key in tree.scan_prefix([PIECE]).keys() {
            let key = key.map_err(|error| unavailable(&error))?;
            in_pieces.extend(key.get(1..key.len().saturating_sub(8)).map(<[u8]>::to_vec));
        }
        Ok(Self { tree, in_pieces: Arc::new(Mutex::new(in_pieces)) })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tree.is_empty()
    }

    pub(super) fn has(&self, key: &[u8]) -> Result<bool, StoreError> {
        self.tree.contains_key(key).map_err(|error| unavailable(&error))
    }

    /// Writes a record of the log, whole or not at all; durable after [`Self::flush`] and a sync of the file. Gives
    /// the number of its pieces.
    pub(super) fn append(&self, number: u64, record: &[u8]) -> Result<u32, StoreError> {
        let mut batch = sled::Batch::default();
        let mut pieces = 0;
        for piece in record.chunks(LONGEST_PIECE) {
            batch.insert(log_key(number, pieces), piece);
            pieces += 1;
        }
        self.tree.apply_batch(batch).map_err(|error| unavailable(&error))?;
        Ok(pieces)
    }

    /// Every piece of the log in order, with the number of its record and its place in that.
    pub(super) fn scan_log(&self, visit: &mut dyn FnMut(u64, u32, &[u8])) -> Result<(), StoreError> {
        for row in self.tree.scan_prefix([LOG]) {
            let (key, piece) = row.map_err(|error| unavailable(&error))?;
            let place = key.get(9..13).and_then(|place| place.try_into().ok()).map(u32::from_be_bytes);
            if let (Some(number), Some(place)) = (number_at(&key, 1), place) {
                visit(number, place, &piece);
            }
        }
        Ok(())
    }

    /// Writes rows and deletes the record they came from, both or neither.
    pub(super) fn settle(&self, rows: Batch, number: u64, pieces: u32) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        for piece in 0..pieces {
            batch.remove(log_key(number, piece));
        }
        self.write_with(batch, rows)
    }

    /// Writes all rows or none; durable after [`Self::flush`] and a sync of the file.
    pub(super) fn write(&self, rows: Batch) -> Result<(), StoreError> {
        self.write_with(sled::Batch::default(), rows)
    }

    fn write_with(&self, mut batch: sled::Batch, rows: Batch) -> Result<(), StoreError> {
        let mut in_pieces = self.in_pieces.lock();
        for (key, row) in rows {
            if in_pieces.remove(&key) {
                self.drop_pieces(&mut batch, &key)?;
            }
            match row {
                None => batch.remove(key),
                Some(row) if row.len() > LONGEST_PIECE => {
                    in_pieces.insert(key.clone());
                    insert_in_pieces(&mut batch, key, &row);
                }
                Some(row) => batch.insert(key, row),
            }
        }
        drop(in_pieces);
        self.tree.apply_batch(batch).map_err(|error| unavailable(&error))
    }

    pub(super) fn flush(&self) -> Result<(), StoreError> {
        self.tree.flush().map(|_| ()).map_err(|error| unavailable(&error))
    }

    fn stored(&self, key: &[u8]) -> Result<Option<sled::IVec>, StoreError> {
        self.tree.get(key).map_err(|error| unavailable(&error))
    }

    fn drop_pieces(&self, batch: &mut sled::Batch, key: &[u8]) -> Result<(), StoreError> {
        if let Some(pieces) = self.stored(key)?.as_deref().and_then(Pieces::read) {
            (0..pieces.count()).for_each(|piece| batch.remove(piece_key(key, piece)));
        }
        Ok(())
    }

    /// A stored row put together again. `None` when it has been written over meanwhile.
    fn whole(&self, key: &[u8], stored: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(pieces) = Pieces::read(stored) else { return Ok(Some(stored.to_vec())) };
        let mut row = Vec::with_capacity(pieces.bytes);
        for piece in 0..pieces.count() {
            match self.stored(&piece_key(key, piece))? {
                Some(piece) => row.extend_from_slice(&piece),
                None => return Ok(None),
            }
        }
        Ok(Some(row).filter(|row| Pieces::of(row) == pieces))
    }
}

impl Kv for SledKv {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        for _ in 0..READS {
            let Some(stored) = self.stored(key)? else { return Ok(None) };
            if let Some(row) = self.whole(key, &stored)? {
                return Ok(Some(row));
            }
        }
        Err(StoreError::Corrupt { what: "long row", problem: "its pieces do not fit together".to_owned() })
    }

    fn scan(&self, range: Range<Vec<u8>>, direction: Direction, visit: Visit<'_>) -> Result<(), StoreError> {
        if range.is_empty() {
            return Ok(());
        }
        let mut rows = self.tree.range(range);
        loop {
            let row = match direction {
                Direction::Up => rows.next(),
                Direction::Down => rows.next_back(),
            };
            let Some(row) = row else { return Ok(()) };
            let (key, stored) = row.map_err(|error| unavailable(&error))?;
            let flow = match Pieces::read(&stored) {
                None => visit(&key, &stored)?,
                Some(_) => match self.get(&key)? {
                    Some(row) => visit(&key, &row)?,
                    None => continue,
                },
            };
            if flow.is_break() {
                return Ok(());
            }
        }
    }
}

/// What stands under the key of a row in pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pieces {
    bytes: usize,
    /// Of the whole row, so that pieces of two writes are never taken for one.
    digest: [u8; 8],
}

impl Pieces {
    fn of(row: &[u8]) -> Self {
        let mut digest = [0; 8];
        digest.iter_mut().zip(Sha256::digest(row)).for_each(|(to, from)| *to = from);
        Self { bytes: row.len(), digest }
    }

    fn read(stored: &[u8]) -> Option<Self> {
        let (&IN_PIECES, rest) = stored.split_first()? else { return None };
        let (bytes, digest) = rest.split_first_chunk::<8>()?;
        Some(Self { bytes: usize::try_from(u64::from_be_bytes(*bytes)).ok()?, digest: digest.try_into().ok()? })
    }

    fn write(self) -> Vec<u8> {
        let mut stored = vec![IN_PIECES];
        stored.extend_from_slice(&(self.bytes as u64).to_be_bytes());
        stored.extend_from_slice(&self.digest);
        stored
    }

    const fn count(self) -> usize {
        self.bytes.div_ceil(LONGEST_PIECE)
    }
}

fn log_key(number: u64, piece: u32) -> Vec<u8> {
    let mut key = vec![LOG];
    key.extend_from_slice(&number.to_be_bytes());
    key.extend_from_slice(&piece.to_be_bytes());
    key
}

fn piece_key(key: &[u8], piece: usize) -> Vec<u8> {
    let mut name = Vec::with_capacity(key.len() + 9);
    name.push(PIECE);
    name.extend_from_slice(key);
    name.extend_from_slice(&(piece as u64).to_be_bytes());
    name
}

fn insert_in_pieces(batch: &mut sled::Batch, key: Vec<u8>, row: &[u8]) {
    for (number, piece) in row.chunks(LONGEST_PIECE).enumerate() {
        batch.insert(piece_key(&key, number), piece);
    }
    batch.insert(key, Pieces::of(row).write());
}
