//! Opening sled's files: who else has them, what to do when they are damaged, and what sled leaves to chance when it
//! creates them.

use std::fs::{self, File};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::StoreError;
use super::sled_faults::{io, something_else, unavailable};
use super::sled_options::SledOptions;

/// Opens sled; when it finds its files damaged, once more without its snapshot. That is only a shortcut for reading the
/// log, and the part of sled most likely to be torn by a power cut. `true`: it came to that.
pub(super) fn open_twice(path: &Path, options: SledOptions) -> Result<(sled::Db, bool), StoreError> {
    match open_patiently(path, options) {
        Err(Unopened::Damaged(_)) => {
            let aside = set_snapshots_aside(path)?;
            tracing::warn!(folder = %aside.display(), "the store's snapshot is damaged; set aside, reading the whole log");
            Ok((open_patiently(path, options)?, true))
        }
        opened => Ok((opened?, false)),
    }
}

/// Why sled does not open.
enum Unopened {
    Locked(PathBuf),
    /// What sled says, or says as it breaks down.
    Damaged(String),
    /// No store of ours.
    Foreign,
    Failed(sled::Error),
}

impl Unopened {
    fn of(error: sled::Error, path: &Path) -> Self {
        match error {
            error @ sled::Error::Corruption { .. } => Self::Damaged(error.to_string()),
            error if is_locked(&error) => Self::Locked(path.to_owned()),
            // Made with other settings than ours.
            sled::Error::Unsupported(_) => Self::Foreign,
            error => Self::Failed(error),
        }
    }
}

impl From<Unopened> for StoreError {
    fn from(unopened: Unopened) -> Self {
        match unopened {
            Unopened::Locked(path) => Self::InUse(path.display().to_string()),
            Unopened::Damaged(problem) => Self::Corrupt { what: "store", problem },
            Unopened::Foreign => something_else(),
            Unopened::Failed(error) => unavailable(&error),
        }
    }
}

/// Parts that sled writes its file in. With the first write after it is opened it looks at each of them once for each of
/// them: with its own 512 KiB that is more than a second where the file has 10 GiB, with these less than a tenth.
pub const SEGMENT: usize = 2 << 20;

/// One opening, its panic an error.
fn open_once(path: &Path, options: SledOptions) -> Result<sled::Db, Unopened> {
    // No flushing by time: the writer flushes every group.
    let config = sled::Config::new()
        .path(path)
        .segment_size(SEGMENT)
        .cache_capacity(options.cache)
        .mode(sled::Mode::HighThroughput)
        .flush_every_ms(None);
    match catch_unwind(AssertUnwindSafe(|| config.open())) {
        Ok(opened) => opened.map_err(|error| Unopened::of(error, path)),
        Err(_) => Err(Unopened::Damaged("sled broke down over its files".to_owned())),
    }
}

fn open_patiently(path: &Path, options: SledOptions) -> Result<sled::Db, Unopened> {
    // Short: our own last opening lets go within moments.
    const PAUSE: Duration = Duration::from_millis(2);
    let started = Instant::now();
    loop {
        match open_once(path, options) {
            Err(Unopened::Locked(_)) if started.elapsed() < options.lock_patience => thread::sleep(PAUSE),
            opened => return opened,
        }
    }
}

/// sled gives the lock no error of its own.
fn is_locked(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(error) if error.to_string().contains("could not acquire lock"))
}

/// Moves `snap.*` into a new folder beside them.
fn set_snapshots_aside(path: &Path) -> Result<PathBuf, StoreError> {
    const MOST: u32 = 1000; // a folder per damage; nobody looks away that often
    let failed = |error: std::io::Error| io("setting a damaged snapshot aside", &error);
    let folder = (1..=MOST).map(|n| path.join(format!("damaged-{n}"))).find(|folder| !folder.exists());
    let folder = folder.ok_or_else(|| StoreError::Unavailable("too many damaged snapshots set aside".to_owned()))?;
    fs::create_dir(&folder).map_err(failed)?;
    for file in fs::read_dir(path).map_err(failed)? {
        let file = file.map_err(failed)?;
        if file.file_name().to_string_lossy().starts_with("snap.") {
            fs::rename(file.path(), folder.join(file.file_name())).map_err(failed)?;
        }
    }
    Ok(folder)
}

/// Makes durable what sled leaves to chance when it creates its files, and gives the handle to sync its log with:
/// on Linux sled's own flush is `sync_file_range`, which neither waits for the disk's cache nor writes the file's length.
pub(super) fn durable_files(path: &Path) -> Result<File, StoreError> {
    let failed = |error: std::io::Error| io("syncing its folder", &error);
    for name in ["conf", "blobs"] {
        File::open(path.join(name)).and_then(|file| file.sync_all()).map_err(failed)?;
    }
    let log = File::open(path.join("db")).map_err(failed)?;
    log.sync_all().map_err(failed)?;
    for folder in path.canonicalize().map_err(failed)?.ancestors().take(2) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    }
    Ok(log)
}

/// Whether another process has a store open. A folder that cannot be opened for any other reason is nobody's.
#[must_use]
pub fn is_in_use(path: &Path) -> bool {
    path.join("db").exists() && matches!(open_patiently(path, SledOptions::default()), Err(Unopened::Locked(_)))
}
