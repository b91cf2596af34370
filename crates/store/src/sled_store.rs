//! Everything in sled, in one folder. See `writer` for how a commit becomes durable.

use std::fs::{self, File};
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread;

use chrono::{DateTime, NaiveDate, Utc};
use futures::future::{self, BoxFuture, FutureExt as _};
use parking_lot::{Mutex, RwLock};
use tokio::sync::{oneshot, watch};

use super::apply::{Prepared, Tip};
use super::days::{self, Closed, Days, WithDays};
use super::engine::{Engine, Found, Read};
use super::high_water_mark::HighWaterMark;
use super::layers::{Layers, Log};
use super::read::Reader;
use super::sequences::Sequences;
use super::sled_faults::{closed, io, unless_sled_panics};
use super::sled_handle::SledHandle;
use super::sled_kv::SledKv;
pub use super::sled_open::SEGMENT;
use super::sled_open::durable_files;
pub use super::sled_options::{LogLimits, ReopenLimits, SledOptions};
use super::sled_schema::prepare_schema;
use super::sled_snapshot::SledSnapshot;
use super::snapshot::Snapshot;
use super::writer::{Job, Syncing, Work, Writer};
use super::{Commit, CommitError, Committed, Sequence, StoreError};

pub struct SledStore {
    sequences: Sequences,
    /// `None` once closed. Readers hold it while they read, so closing waits for them.
    kv: Arc<RwLock<Option<WithDays<Layers>>>>,
    /// `None` once closed.
    writer: Mutex<Option<WriterThread>>,
    /// Days are closed one at a time. `true`: what a stop may have left of the last one has been seen to.
    closing: tokio::sync::Mutex<bool>,
    repaired: bool,
    failed: watch::Receiver<Option<StoreError>>,
}

struct WriterThread {
    jobs: mpsc::Sender<Work>,
    thread: thread::JoinHandle<()>,
}

/// A store that has been read back, before its writer starts.
struct Parts {
    log: Log,
    days: Arc<Days>,
    tip: Tip,
    sequences: Sequences,
    /// Of sled's file.
    sync: File,
    high_water_mark: HighWaterMark,
    repaired: bool,
}

fn read_back(path: &Path, options: SledOptions) -> Result<Parts, StoreError> {
    let mut high_water_mark = HighWaterMark::read(path)?;
    let (sled, repaired) = SledHandle::open(path, options)?;
    let kv = SledKv::new(sled);
    let sync = durable_files(path)?;
    prepare_schema(&kv, &sync, &high_water_mark)?;
    let log = Log::open(kv, path, options.log.file)?;
    let days = Arc::new(Days::open(path, log.layers())?);
    let rows = WithDays::new(log.layers().clone(), Arc::clone(&days));
    let tip = Tip::load(&rows)?;
    let rows = Reader(&rows);
    high_water_mark.verify(&rows, &tip)?;
    Ok(Parts { sequences: Sequences::load(&rows)?, log, days, tip, sync, high_water_mark, repaired })
}

impl SledStore {
    /// Opens the folder, or makes a new store in it. Blocks on the disk.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when another process has it open, when it was written by a newer program, or when
    /// the disk fails; [`StoreError::Corrupt`] when what stands there cannot be read.
    pub fn open(path: &Path, options: SledOptions) -> Result<Self, StoreError> {
        Self::open_synced(path, options, || Box::new(|_, file| file.sync_data()))
    }

    /// The same with another way of syncing files, for tests of what a power cut leaves.
    pub(super) fn open_synced(
        path: &Path,
        options: SledOptions,
        syncing: impl FnOnce() -> Syncing,
    ) -> Result<Self, StoreError> {
        fs::create_dir_all(path).map_err(|error| io("making its folder", &error))?;
        let Parts { log, days, tip, sequences, sync, high_water_mark, repaired } =
            unless_sled_panics(|| read_back(path, options))?;
        let kv = WithDays::new(log.layers().clone(), Arc::clone(&days));
        let (jobs, waiting) = mpsc::channel();
        let writer = Writer::new(log, days, sync, tip, options, syncing(), Some(high_water_mark));
        let (telling, failed) = watch::channel(None);
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || writer.run(&waiting, &telling))
            .map_err(|error| io("starting its writer", &error))?;
        let writer = Mutex::new(Some(WriterThread { jobs, thread }));
        Ok(Self {
            sequences,
            kv: Arc::new(RwLock::new(Some(kv))),
            writer,
            closing: tokio::sync::Mutex::default(),
            repaired,
            failed,
        })
    }

    /// Whether its files were found damaged and read another way: prove the books before relying on them.
    #[must_use]
    pub const fn was_repaired(&self) -> bool {
        self.repaired
    }

    /// Never waits; `None` when the young layer does not know enough.
    fn glance(&self, read: &Read) -> Option<Result<Found, StoreError>> {
        let kv = self.kv.try_read()?;
        let glance = kv.as_ref()?.upper().glance();
        let found = read.run(&glance);
        glance.was_enough().then_some(found)
    }

    /// Reads on a thread that may block.
    async fn on_rows<T: Send + 'static>(
        &self,
        read: impl FnOnce(&WithDays<Layers>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let kv = self.kv.clone();
        let reading = tokio::task::spawn_blocking(move || read(kv.read().as_ref().ok_or_else(closed)?));
        reading.await.map_err(|_| StoreError::Unavailable("a read was broken off".to_owned()))?
    }

    /// Takes a closed day's rows out of the engine, a page at a time.
    async fn forget(&self, day: Closed) -> Result<(), StoreError> {
        let (mut row, mut pages) = (Some(day.row()?), day.pages());
        loop {
            let (rows, left) = self.on_rows(move |_| Ok((pages.next()?, pages))).await?;
            if rows.is_empty() {
                return Ok(());
            }
            pages = left;
            let (answer, answered) = oneshot::channel();
            self.jobs()?.send(Work::Forget { rows, closed: row.take(), answer }).map_err(|_| closed())?;
            answered.await.map_err(|_| StoreError::Unavailable("the writer is gone".to_owned()))??;
        }
    }

    fn jobs(&self) -> Result<mpsc::Sender<Work>, StoreError> {
        self.writer.lock().as_ref().map(|writer| writer.jobs.clone()).ok_or_else(closed)
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

impl Engine for SledStore {
    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, CommitError>> {
        async {
            let commit = Prepared::new(commit)?;
            let jobs = self.jobs()?;
            let (answer, answered) = oneshot::channel();
            jobs.send(Work::Commit(Job { commit, answer })).map_err(|_| closed())?;
            drop(jobs);
            // Not answering means it died in the middle: nobody knows before the next start.
            answered.await.map_err(|_| StoreError::Unavailable("the writer is gone".to_owned()))?
        }
        .boxed()
    }

    /// Reads what is young at once, everything else on a thread that may block: going there and back costs more than
    /// the read itself, and an order on its way is always young. All there is to read is durable.
    fn read(&self, read: Read) -> BoxFuture<'_, Result<Found, StoreError>> {
        async move {
            if let Some(found) = self.glance(&read) {
                return found;
            }
            self.on_rows(move |rows| read.run(rows)).await
        }
        .boxed()
    }

    fn next(&self, sequence: Sequence, above: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        future::ready(Ok(self.sequences.next(sequence, above))).boxed()
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        async {
            let (answer, answered) = oneshot::channel();
            self.jobs()?.send(Work::Snapshot(answer)).map_err(|_| closed())?;
            let begun = answered.await.map_err(|_| StoreError::Unavailable("the writer is gone".to_owned()))??;
            Ok(Snapshot::new(SledSnapshot::new(Arc::clone(&self.kv), begun)?))
        }
        .boxed()
    }

    fn first_unclosed(&self) -> BoxFuture<'_, Result<Option<DateTime<Utc>>, StoreError>> {
        self.on_rows(|rows| days::first_left(rows.upper(), rows.days().last().as_ref())).boxed()
    }

    fn close_day(&self, day: NaiveDate, ends: DateTime<Utc>) -> BoxFuture<'_, Result<u64, StoreError>> {
        async move {
            let mut has_looked = self.closing.lock().await;
            if !*has_looked {
                // The program may have ended in the middle of this.
                if let Some(last) = self.on_rows(|rows| days::closed_last(rows.days())).await? {
                    self.forget(last).await?;
                }
                *has_looked = true;
            }
            let closed = self.on_rows(move |rows| days::close(rows, day, ends)).await?;
            let Some(closed) = closed else { return Ok(0) };
            let count = closed.rows();
            self.forget(closed).await?;
            Ok(count)
        }
        .boxed()
    }

    fn failed(&self) -> BoxFuture<'_, StoreError> {
        async {
            let mut failed = self.failed.clone();
            let error = failed.wait_for(Option::is_some).await.ok().and_then(|error| error.clone());
            error.unwrap_or_else(|| StoreError::Unavailable("the writer is gone".to_owned()))
        }
        .boxed()
    }

    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        async {
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
        .boxed()
    }
}
