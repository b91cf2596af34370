//! Everything in sled, in one folder. See `writer` for how a commit becomes durable.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use parking_lot::{Mutex, RwLock};
use tokio::sync::oneshot;

use super::apply::{Prepared, Tip};
use super::kv::Kv;
use super::layers::{Layers, Log};
use super::read::Reader;
use super::reads::{Sequences, store_with_reads};
use super::rows::{SCHEMA, SCHEMA_NAME, encode};
use super::sled_kv::{SledKv, unavailable};
pub use super::writer::LogLimits;
use super::writer::{Job, Writer};
use super::{
    Act, Answered, Commit, CommitError, Committed, InboxMessage, MessageKey, Outgoing, Sequence, Store, StoreError,
    keys,
};
use crate::agent::Agent;
use crate::catalog::Product;
use crate::ids::{AgentId, ChatId, InquiryId, OrderId, ProductCode, Reference, SupplierId};
use crate::inquiry::Inquiry;
use crate::ledger::{Account, AccountId, Entry, Hold};
use crate::network::{InviteCode, Invited, PendingTransfer};
use crate::order::{BillKey, Order, SlotKey};
use crate::pricing::{GroupName, PriceGroup};

/// How to open a [`SledStore`].
#[derive(Clone, Copy, Debug)]
pub struct SledOptions {
    /// Memory for pages, in bytes. Small on purpose: a shop's hot rows are few.
    pub cache: u64,
    /// How long to wait for another process (or our own last one, on its way out) to let go of the folder.
    pub lock_patience: Duration,
    pub log: LogLimits,
}

impl Default for SledOptions {
    fn default() -> Self {
        Self { cache: 32 << 20, lock_patience: Duration::from_secs(1), log: LogLimits::default() }
    }
}

pub struct SledStore {
    sequences: Sequences,
    /// `None` once closed. Readers hold it while they read, so closing waits for them.
    kv: Arc<RwLock<Option<Layers>>>,
    /// `None` once closed.
    writer: Mutex<Option<WriterThread>>,
}

struct WriterThread {
    jobs: mpsc::Sender<Job>,
    thread: thread::JoinHandle<()>,
}

impl SledStore {
    /// Opens the folder, or makes a new store in it. Blocks on the disk.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when another process has it open, when it was written by a newer program, or when
    /// the disk fails; [`StoreError::Corrupt`] when what stands there cannot be read.
    pub fn open(path: &Path, options: SledOptions) -> Result<Self, StoreError> {
        fs::create_dir_all(path).map_err(|error| io("making its folder", &error))?;
        let kv = SledKv::new(open_twice(path, options)?)?;
        let sync = durable_files(path)?;
        prepare_schema(&kv, &sync)?;
        let log = Log::open(kv)?;
        let kv = log.layers().clone();
        let tip = Tip::load(&kv)?;
        let sequences = Sequences::load(&Reader(&kv))?;
        let (jobs, waiting) = mpsc::channel();
        let writer = Writer { log, tip, limits: options.log, sync: Box::new(move || sync.sync_data()) };
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || writer.run(&waiting))
            .map_err(|error| io("starting its writer", &error))?;
        let writer = Mutex::new(Some(WriterThread { jobs, thread }));
        Ok(Self { sequences, kv: Arc::new(RwLock::new(Some(kv))), writer })
    }

    /// Reads what is young at once, everything else on a thread that may block: going there and back costs more than
    /// the read itself, and an order on its way is always young. All there is to read is durable.
    async fn read<T: Send + 'static>(
        &self,
        read: impl Fn(&Reader<'_, dyn Kv + '_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        if let Some(found) = self.glance(&read) {
            return found;
        }
        let kv = self.kv.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let kv = kv.read();
            read(&Reader(kv.as_ref().ok_or_else(closed)?))
        });
        reading.await.map_err(|_| StoreError::Unavailable("a read was broken off".to_owned()))?
    }

    /// Never waits; `None` when the young layer does not know enough.
    fn glance<T>(
        &self,
        read: impl Fn(&Reader<'_, dyn Kv + '_>) -> Result<T, StoreError>,
    ) -> Option<Result<T, StoreError>> {
        let kv = self.kv.try_read()?;
        let glance = kv.as_ref()?.glance();
        let found = read(&Reader(&glance));
        glance.was_enough().then_some(found)
    }

    /// Reads its rows as they are. Blocks on the disk.
    pub(super) fn with_rows<T>(&self, read: impl FnOnce(&Layers) -> Result<T, StoreError>) -> Result<T, StoreError> {
        read(self.kv.read().as_ref().ok_or_else(closed)?)
    }

    fn let_go(&self) -> Option<thread::JoinHandle<()>> {
        // Without its sender the writer ends after what waits; without ours sled closes its files.
        let writer = self.writer.lock().take();
        *self.kv.write() = None;
        writer.map(|writer| writer.thread)
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        if let Some(thread) = self.let_go() {
            let _ = thread.join();
        }
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("it is closed".to_owned())
}

fn io(what: &str, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("{what} failed: {error}"))
}

/// Opens sled; when it finds its files damaged, once more without its snapshot. That is only a shortcut for reading the
/// log, and the part of sled most likely to be torn by a power cut.
fn open_twice(path: &Path, options: SledOptions) -> Result<sled::Db, StoreError> {
    match open_patiently(path, options) {
        Err(sled::Error::Corruption { .. }) => {
            let aside = set_snapshots_aside(path)?;
            tracing::warn!(folder = %aside.display(), "the store's snapshot is damaged; set aside, reading the whole log");
            open_patiently(path, options)
        }
        opened => opened,
    }
    .map_err(|error| match error {
        sled::Error::Corruption { .. } => {
            StoreError::Corrupt { what: "store", problem: "sled finds its files damaged".to_owned() }
        }
        error if is_locked(&error) => {
            StoreError::Unavailable(format!("another process has {} open", path.display()))
        }
        error => unavailable(&error),
    })
}

fn open_patiently(path: &Path, options: SledOptions) -> sled::Result<sled::Db> {
    const PAUSE: Duration = Duration::from_millis(20);
    let started = Instant::now();
    loop {
        // No flushing by time: the writer flushes every group.
        let config = sled::Config::new()
            .path(path)
            .cache_capacity(options.cache)
            .mode(sled::Mode::HighThroughput)
            .flush_every_ms(None);
        match config.open() {
            Err(error) if is_locked(&error) && started.elapsed() < options.lock_patience => thread::sleep(PAUSE),
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
fn durable_files(path: &Path) -> Result<File, StoreError> {
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

/// Marks a new store with the version of its rows; refuses one this program cannot read.
fn prepare_schema(kv: &SledKv, log: &File) -> Result<(), StoreError> {
    if Reader(kv).check_schema()?.is_some() {
        return Ok(());
    }
    if !kv.is_empty() || kv.get(&keys::meta(SCHEMA_NAME))?.is_some() {
        return Err(StoreError::Unavailable("its folder holds something else than a konter store".to_owned()));
    }
    kv.write(vec![(keys::meta(SCHEMA_NAME), Some(encode("schema version", &SCHEMA)?))])?;
    kv.flush()?;
    log.sync_data().map_err(|error| io("syncing a new store", &error))
}

store_with_reads! {
impl SledStore {
    async fn commit(&self, commit: Commit) -> Result<Committed, CommitError> {
        let commit = Prepared::new(commit)?;
        let jobs = self.writer.lock().as_ref().map(|writer| writer.jobs.clone()).ok_or_else(closed)?;
        let (answer, answered) = oneshot::channel();
        jobs.send(Job { commit, answer }).map_err(|_| closed())?;
        drop(jobs);
        // Not answering means it died in the middle: nobody knows before the next start.
        answered.await.map_err(|_| StoreError::Unavailable("the writer is gone".to_owned()))?
    }

    async fn close(&self) -> Result<(), StoreError> {
        let (kv, writer) = (self.kv.clone(), self.writer.lock().take());
        let closing = tokio::task::spawn_blocking(move || {
            let ended = writer.map(|writer| {
                drop(writer.jobs);
                writer.thread.join()
            });
            *kv.write() = None;
            ended.transpose()
        });
        match closing.await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(StoreError::Unavailable("the writer broke down".to_owned())),
        }
    }
}
}
