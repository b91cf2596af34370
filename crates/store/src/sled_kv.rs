//! Rows in one sled tree, so that one batch is atomic, in blocks (see [`blocks`]). Everything in it stands in the books too.

use std::fs::File;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use sled::IVec;

use super::books::{Hash, Position};
use super::kv::{Batch, Direction, Kv, Visit};
use super::sled_faults::{Faults, io, unless_sled_panics};
use super::sled_options::SledOptions;
use super::{StoreError, blocks};

/// In the data dir.
pub const FOLDER: &str = "state";
/// The engine's own row; all others stand before it.
pub(super) const HIGH_WATER_MARK: u8 = b'~';
/// Raised when sled's folder must be made anew by this program.
const FORM: u32 = 2;

/// What sled says of itself: whose rows it has, and up to where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HighWaterMark {
    /// See [`FORM`].
    pub form: u32,
    /// The books' own number.
    pub books: Hash,
    /// All rows up to here are in sled.
    pub applied: Position,
    /// The books were durable up to here. If they end before, they have lost something.
    pub seen: Position,
    /// How long its files were when it was made from the books; 0: it never was.
    pub made_with: u64,
}

impl HighWaterMark {
    pub(super) const fn new(books: Hash, end: Position, made_with: u64) -> Self {
        Self { form: FORM, books, applied: end, seen: end, made_with }
    }
}

/// Why sled does not open.
pub(super) enum Unopened {
    Locked,
    Damaged(String),
    Failed(StoreError),
}

#[derive(Clone)]
pub(super) struct SledKv {
    db: sled::Db,
    path: PathBuf,
    faults: Arc<Faults>,
}

impl SledKv {
    pub(super) fn open(path: &Path, options: SledOptions, faults: &Arc<Faults>) -> Result<Self, Unopened> {
        // Short: our own last opening lets go within moments.
        const PAUSE: Duration = Duration::from_millis(2);
        const PATIENCE: Duration = Duration::from_secs(30);
        let began = Instant::now();
        loop {
            match open_once(path, options) {
                Err(Unopened::Locked) if began.elapsed() < PATIENCE => thread::sleep(PAUSE),
                opened => return Ok(Self { db: opened?, path: path.to_owned(), faults: Arc::clone(faults) }),
            }
        }
    }

    fn with<T>(&self, work: impl FnOnce(&sled::Db) -> Result<T, sled::Error>) -> Result<T, StoreError> {
        unless_sled_panics(|| work(&self.db)).map_err(|error| self.faults.of(&error))
    }

    /// `None`: what stands there is no state of this program's.
    pub(super) fn mark(&self) -> Result<Option<HighWaterMark>, StoreError> {
        let stored = self.with(|db| db.get([HIGH_WATER_MARK]))?;
        let mark: Option<HighWaterMark> = stored.and_then(|stored| serde_json::from_slice(&stored).ok());
        Ok(mark.filter(|mark| mark.form == FORM))
    }

    /// Writes rows, in order of their keys, all or none, and with them what sled says of itself from then on.
    pub(super) fn write(&self, rows: &Batch, mark: Option<&HighWaterMark>) -> Result<(), StoreError> {
        let (mut batch, mut rest) = (sled::Batch::default(), rows.as_slice());
        while let Some((first, _)) = rest.first() {
            let (block, next) = (self.block_of(first)?, self.with(|db| db.get_gt(first))?);
            let is_before = |key: &[u8]| next.as_ref().is_none_or(|(next, _)| key < &**next);
            let (own, others) = rest.split_at(rest.partition_point(|(key, _)| is_before(key)));
            let block = block.as_ref().map(|(key, block)| (&**key, &**block));
            for (key, block) in blocks::put(block, own).map_err(|_| self.damaged())? {
                match block {
                    Some(block) => batch.insert(key, block),
                    None => batch.remove(key),
                }
            }
            rest = others;
        }
        if let Some(mark) = mark {
            batch.insert(&[HIGH_WATER_MARK], super::rows::encode("state", mark)?);
        }
        self.with(|db| db.apply_batch(batch))
    }

    /// The block that a row is in, or would be.
    fn block_of(&self, key: &[u8]) -> Result<Option<(IVec, IVec)>, StoreError> {
        self.with(|db| db.range::<&[u8], _>(..=key).next_back().transpose())
    }

    fn damaged(&self) -> StoreError {
        self.faults.of(&sled::Error::ReportableBug("a block of its rows does not read".to_owned()))
    }

    /// Hands everything written over to the system; it is durable once [`Self::file`] is synced.
    pub(super) fn flush(&self) -> Result<(), StoreError> {
        self.with(|db| db.flush().map(drop))
    }

    /// What to sync: sled's own flush is `sync_file_range`, which neither waits for the disk's cache nor writes the file's length.
    pub(super) fn file(&self) -> Result<File, StoreError> {
        File::open(self.path.join("db")).map_err(|error| io("opening the state's file", &error))
    }

    pub(super) fn bytes(&self) -> Result<u64, StoreError> {
        self.with(sled::Db::size_on_disk)
    }
}

fn open_once(path: &Path, options: SledOptions) -> Result<sled::Db, Unopened> {
    let config = sled::Config::new()
        .path(path)
        .cache_capacity(options.cache)
        .mode(sled::Mode::HighThroughput)
        // The applier flushes.
        .flush_every_ms(None);
    match unless_sled_panics(|| config.open()) {
        Ok(db) => Ok(db),
        // sled gives the lock no error of its own.
        Err(sled::Error::Io(error)) if error.to_string().contains("could not acquire lock") => Err(Unopened::Locked),
        Err(sled::Error::Io(error)) if is_about_the_disk(&error) => {
            Err(Unopened::Failed(io("opening the state", &error)))
        }
        Err(error) => Err(Unopened::Damaged(error.to_string())),
    }
}

/// What making sled anew would not mend.
fn is_about_the_disk(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    let kind = error.kind();
    // No name has been given to a process that has no handles left.
    let is_out_of_handles = matches!(error.raw_os_error(), Some(23 | 24));
    is_out_of_handles
        || matches!(kind, ErrorKind::PermissionDenied | ErrorKind::StorageFull | ErrorKind::ReadOnlyFilesystem)
}

impl Kv for SledKv {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let (block, mut found) = (self.block_of(key)?, None);
        if let Some((_, block)) = block {
            let look = |own: &[u8], row: &[u8]| {
                if own == key {
                    found = Some(row.to_vec());
                }
            };
            blocks::rows(&block, look).map_err(|_| self.damaged())?;
        }
        Ok(found)
    }

    fn scan(&self, mut range: Range<Vec<u8>>, direction: Direction, visit: Visit<'_>) -> Result<(), StoreError> {
        range.end = range.end.min(vec![HIGH_WATER_MARK]);
        if range.is_empty() {
            return Ok(());
        }
        let first = self.block_of(&range.start)?.map_or_else(|| range.start.as_slice().into(), |(key, _)| key);
        let mut blocks = self.db.range(first..range.end.as_slice().into());
        loop {
            let Some((_, block)) = self.with(|_| direction.next(&mut blocks).transpose())? else { return Ok(()) };
            let mut rows = Vec::new();
            let read = blocks::rows(&block, |key, row| {
                if range.start.as_slice() <= key && key < range.end.as_slice() {
                    rows.push((key, row));
                }
            });
            read.map_err(|_| self.damaged())?;
            if direction == Direction::Down {
                rows.reverse();
            }
            for (key, row) in &rows {
                if visit(key, row)? == ControlFlow::Break(()) {
                    return Ok(());
                }
            }
            // A block that is cut while this walk is under way comes as two: the later one has rows that were in the first.
            if let Some((last, _)) = rows.last() {
                direction.pass(&mut range, last);
            }
        }
    }
}
