//! sled, which can be closed and opened again while the shop works. sled notes where its pages stand only when it is
//! opened; whatever it writes afterwards the next opening reads again, and a start must not take long. Readers wait
//! meanwhile. Nothing else closes sled but dropping the last handle.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::RwLock;

use super::StoreError;
use super::sled_faults::unless_sled_panics;
use super::sled_open::{durable_files, open_twice};
use super::sled_options::SledOptions;

/// Our own last opening lets go of the files as soon as its threads are done.
const LOCK_PATIENCE: Duration = Duration::from_secs(30);
/// A reader in the middle of a long walk is not waited for longer: there will be a better moment.
const READER_PATIENCE: Duration = Duration::from_millis(100);

#[derive(Clone)]
pub(super) struct SledHandle(Arc<Inner>);

struct Inner {
    path: PathBuf,
    options: SledOptions,
    /// `None` once opening it again has failed.
    sled: RwLock<Option<Sled>>,
}

struct Sled {
    db: sled::Db,
    /// Where its log stood when it was opened.
    opened_at: i64,
}

impl Sled {
    fn new(db: sled::Db) -> Self {
        let opened_at = end_of_log(&db);
        Self { db, opened_at }
    }
}

/// sled's own count of all bytes it has ever written.
fn end_of_log(db: &sled::Db) -> i64 {
    db.context.pagecache.log.stable_offset()
}

impl SledHandle {
    /// `true`: its files were damaged, and have been read another way.
    pub(super) fn open(path: &Path, options: SledOptions) -> Result<(Self, bool), StoreError> {
        let (db, repaired) = open_twice(path, options)?;
        let sled = RwLock::new(Some(Sled::new(db)));
        let options = SledOptions { lock_patience: LOCK_PATIENCE, ..options };
        Ok((Self(Arc::new(Inner { path: path.to_owned(), options, sled })), repaired))
    }

    pub(super) fn with<T>(&self, work: impl FnOnce(&sled::Db) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let sled = self.0.sled.read();
        work(&sled.as_ref().ok_or_else(gone)?.db)
    }

    /// Bytes written since it was opened: about what the next opening reads again.
    pub(super) fn written(&self) -> u64 {
        let sled = self.0.sled.read();
        sled.as_ref().map_or(0, |sled| u64::try_from(end_of_log(&sled.db) - sled.opened_at).unwrap_or(0))
    }

    /// What opening takes, taken and given back at once: closed sled without a handle to open it with would be the end.
    fn handles_to_open(&self) -> std::io::Result<()> {
        const TAKEN_BY_OPENING: usize = 16; // its files, its folder, its snapshot, and ours to sync with
        let handles: std::io::Result<Vec<_>> =
            (0..TAKEN_BY_OPENING).map(|_| std::fs::File::open(&self.0.path)).collect();
        handles.map(drop)
    }

    /// Closes sled and opens it again, unless somebody reads for long. Everything written must be synced. To be called
    /// by the only thread that writes.
    ///
    /// # Errors
    /// When it does not open again. What the disk has is known only after a restart then.
    pub(super) fn reopen(&self) -> Result<bool, StoreError> {
        if let Err(error) = self.handles_to_open() {
            tracing::warn!(%error, "sled is not opened again for want of file handles; later");
            return Ok(false);
        }
        let Some(mut sled) = self.0.sled.try_write_for(READER_PATIENCE) else { return Ok(false) };
        let began = Instant::now();
        let Some(Sled { db, opened_at }) = sled.take() else { return Err(gone()) };
        let written = end_of_log(&db) - opened_at;
        let reopened = unless_sled_panics(move || {
            drop(db);
            let (db, repaired) = open_twice(&self.0.path, self.0.options)?;
            if repaired {
                // What was read another way has not been proven, and commits rest on it already.
                return Err(StoreError::Corrupt { what: "store", problem: "its snapshot was damaged".to_owned() });
            }
            durable_files(&self.0.path)?;
            Ok(db)
        });
        match reopened {
            Ok(db) => *sled = Some(Sled::new(db)),
            Err(error) => return Err(StoreError::Unavailable(format!("it cannot be opened again: {error}"))),
        }
        drop(sled);
        tracing::debug!(written, took = ?began.elapsed(), "sled opened again");
        Ok(true)
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable("it could not be opened again".to_owned())
}
