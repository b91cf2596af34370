//! Everything in one folder: the books, and sled made of them. See [`super::writer`] for how a commit becomes durable.

use std::fs::{self, File};
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Utc};
use fs2::FileExt;
use futures::future::{self, BoxFuture, FutureExt as _};
use parking_lot::{Mutex, RwLock};
use tokio::sync::{oneshot, watch};

use super::applier::{Applier, Flow};
use super::apply::{Prepared, Tip};
use super::books::{self, Books, Contents, Rolling};
use super::books_end::BooksEnd;
use super::days::{self, Closed, Days, WithDays};
use super::engine::{Engine, Found as Answer, Read};
use super::kv::Batch;
use super::layers::{Layers, Nearby};
use super::read::Reader;
use super::rows::{SCHEMA, SCHEMA_NAME, encode};
use super::sequences::Sequences;
use super::sled_faults::{Faults, closed, io, is_marked};
use super::sled_kv::{FOLDER, HighWaterMark};
pub use super::sled_options::{Limits, SledOptions};
use super::snapshot::{RawRow, Snapshot};
use super::writer::{Job, Syncing, Work, Writer};
use super::{Commit, CommitError, Committed, Sequence, StoreError, books_end, keys, rebuilding};

/// Locked by the process that has the folder open.
const LOCK: &str = "lock";

pub struct SledStore {
    sequences: Sequences,
    /// `None` once closed. Readers hold it while they read, so closing waits for them.
    open: Arc<RwLock<Option<Open>>>,
    /// `None` once closed.
    threads: Mutex<Option<Threads>>,
    /// Days are closed one at a time. `true`: what a stop may have left of the last one has been seen to.
    closing: tokio::sync::Mutex<bool>,
    failed: watch::Receiver<Option<StoreError>>,
}

/// What readers need.
struct Open {
    rows: WithDays<Layers>,
    contents: Arc<Mutex<Contents>>,
    /// Let go of last.
    _lock: File,
}

struct Threads {
    jobs: mpsc::Sender<Work>,
    writer: JoinHandle<()>,
    applier: JoinHandle<()>,
    flow: Arc<Flow>,
}

impl Threads {
    /// Everything that waits is written and applied.
    fn end(self) -> thread::Result<()> {
        drop(self.jobs);
        let written = self.writer.join();
        self.flow.close();
        self.applier.join().and(written)
    }
}

/// A store that has been read back, before anything is written.
struct Parts {
    books: Books,
    layers: Layers,
    mark: HighWaterMark,
    faults: Arc<Faults>,
    lock: File,
}

fn lock(data: &Path, patience: Duration) -> Result<File, StoreError> {
    const PAUSE: Duration = Duration::from_millis(2);
    fs::create_dir_all(data).map_err(|error| io("making its folder", &error))?;
    let file = File::options().write(true).create(true).truncate(false).open(data.join(LOCK));
    let (file, began) = (file.map_err(|error| io("opening its lock", &error))?, Instant::now());
    while FileExt::try_lock_exclusive(&file).is_err() {
        if began.elapsed() >= patience {
            return Err(StoreError::InUse(data.display().to_string()));
        }
        thread::sleep(PAUSE);
    }
    Ok(file)
}

/// Keeps others out of a store that is looked at from outside.
pub(super) fn locked(data: &Path) -> Result<File, StoreError> {
    lock(data, SledOptions::default().lock_patience)
}

/// Whether another process has a store open. A folder that cannot be opened for any other reason is nobody's.
pub fn is_in_use(data: &Path) -> bool {
    File::open(data.join(LOCK)).is_ok_and(|lock| FileExt::try_lock_shared(&lock).is_err())
}

/// Whether a data dir holds a store, whole or not.
#[must_use]
pub fn holds_store(data: &Path) -> bool {
    [books::FOLDER, FOLDER, days::FOLDER, books_end::FILE].iter().any(|name| data.join(name).exists())
}

/// Whether a data dir's books are all that was kept in it, as far as can be told without opening it. Nothing is written.
/// `came_to`: see [`SledOptions`].
///
/// # Errors
/// What opening it would end at.
pub fn may_open(data: &Path, came_to: u64) -> Result<(), StoreError> {
    rebuilding::look(data, came_to).map(drop)
}

impl Parts {
    fn read_back(data: &Path, options: SledOptions) -> Result<Self, StoreError> {
        let lock = lock(data, options.lock_patience)?;
        let mut found = rebuilding::look(data, options.came_to)?;
        if found.are_none() {
            // Before sled's folder: where that is, books have been.
            found.write_on(options.limits.segment)?;
            found = rebuilding::look(data, options.came_to)?;
        }
        let (layers, mark, faults) = rebuilding::open(data, &found, options)?;
        let mut parts = Self { books: found.write_on(options.limits.segment)?, layers, mark, faults, lock };
        parts.has_schema()?;
        Ok(parts)
    }

    /// Marks a new store with the version of its rows; refuses one this program cannot read.
    fn has_schema(&mut self) -> Result<(), StoreError> {
        if Reader(&self.layers).has_schema()? {
            return Ok(());
        }
        if self.books.end().number > 0 {
            return Err(StoreError::Unavailable("its folder holds something else than a konter store".to_owned()));
        }
        self.write(vec![(keys::meta(SCHEMA_NAME), Some(encode("schema version", &SCHEMA)?))])
    }

    /// Writes rows before anybody uses the store.
    fn write(&mut self, mut rows: Batch) -> Result<(), StoreError> {
        let end = self.books.append(&mut rows)?;
        self.books.file().sync_data().map_err(|error| io("syncing the books", &error))?;
        self.layers.publish(rows, end);
        Ok(())
    }
}

impl SledStore {
    /// Opens the folder, or makes a new store in it. Blocks on the disk.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another process has it open; [`StoreError::Unavailable`] when it was written by another
    /// version, or when the disk fails; [`StoreError::Corrupt`] when the books cannot be read.
    pub fn open(path: &Path, options: SledOptions) -> Result<Self, StoreError> {
        Self::open_synced(path, options, Arc::new(|_, file| file.sync_data()))
    }

    /// The same with another way of syncing files, for tests of what a power cut leaves.
    pub(super) fn open_synced(path: &Path, options: SledOptions, sync: Syncing) -> Result<Self, StoreError> {
        match Self::open_once(path, options, Arc::clone(&sync)) {
            // sled opened, and broke when it was read: now it is marked, and made anew.
            Err(StoreError::Corrupt { .. }) if is_marked(path) => Self::open_once(path, options, sync),
            opened => opened,
        }
    }

    fn open_once(path: &Path, options: SledOptions, sync: Syncing) -> Result<Self, StoreError> {
        let Parts { books, layers, mark, faults, lock } = Parts::read_back(path, options)?;
        let days = Arc::new(Days::open(path, &layers)?);
        let closed = days.last();
        let rows = WithDays::new(layers.clone(), days);
        let (tip, sequences) = (Tip::load(&rows, closed.as_ref())?, Sequences::load(&Reader(&rows))?);
        let (limits, flow, contents) = (options.limits, Arc::new(Flow::default()), Arc::clone(books.contents()));
        let failed = faults.listen();
        let applier = Applier::new(layers, mark, limits, Arc::clone(&sync), &flow, &faults)?;
        let rolling = Rolling::default();
        let end = BooksEnd::open(path, books.id(), books.end().number)?;
        let writer = Writer {
            books,
            rows: rows.clone(),
            tip,
            limits,
            sync,
            flow: Arc::clone(&flow),
            faults: Arc::clone(&faults),
            rolling,
            end,
        };
        let (jobs, waiting) = mpsc::channel();
        let spawn = |name: &str, work: Box<dyn FnOnce() + Send>| {
            thread::Builder::new().name(name.to_owned()).spawn(work).map_err(|error| io("starting its threads", &error))
        };
        let applier = spawn("store-applier", Box::new(move || applier.run()))?;
        let writer = spawn("store-writer", Box::new(move || writer.run(&waiting)))?;
        let threads = Mutex::new(Some(Threads { jobs, writer, applier, flow }));
        let open = Arc::new(RwLock::new(Some(Open { rows, contents, _lock: lock })));
        Ok(Self { sequences, open, threads, closing: tokio::sync::Mutex::default(), failed })
    }

    /// A read that looks at few rows is done here and now: going to a thread that may block and back costs more than the
    /// read itself. `None`: it looks at many, or the store is being closed.
    fn read_nearby(&self, read: &Read) -> Option<Result<Answer, StoreError>> {
        let open = self.open.try_read()?;
        let rows = &open.as_ref()?.rows;
        let nearby = Nearby::over(rows);
        let found = read.run(&nearby);
        nearby.was_enough().then_some(found)
    }

    /// Looks at the open store on a thread that may block.
    async fn when_open<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Open) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let open = Arc::clone(&self.open);
        let looking = tokio::task::spawn_blocking(move || look(open.read().as_ref().ok_or_else(closed)?));
        looking.await.map_err(|_| StoreError::Unavailable("a read was broken off".to_owned()))?
    }

    /// Takes a closed day's rows out of the engine, a page at a time.
    async fn forget(&self, day: Closed) -> Result<(), StoreError> {
        let (mut row, mut pages) = (Some(day.row()?), day.pages());
        loop {
            let (rows, left) = self.when_open(move |_| Ok((pages.next()?, pages))).await?;
            if rows.is_empty() {
                return Ok(());
            }
            pages = left;
            let (answer, answered) = oneshot::channel();
            self.jobs()?.send(Work::Forget { rows, closed: row.take(), answer }).map_err(|_| closed())?;
            answered.await.map_err(|_| StoreError::Unavailable("the writer is gone".to_owned()))??;
        }
    }

    #[cfg(test)]
    pub(super) fn layers(&self) -> Layers {
        self.open.read().as_ref().unwrap().rows.upper().clone()
    }

    fn jobs(&self) -> Result<mpsc::Sender<Work>, StoreError> {
        self.threads.lock().as_ref().map(|threads| threads.jobs.clone()).ok_or_else(closed)
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        if let Some(threads) = self.threads.lock().take() {
            let _ = threads.end();
        }
        *self.open.write() = None;
    }
}

/// Makes books of rows in a folder that has no store; see [`books::begin_with`].
pub(super) fn begin_with<E: From<StoreError>>(
    path: &Path,
    next: impl FnMut() -> Result<Vec<RawRow>, E>,
) -> Result<(), E> {
    rebuilding::look(path, 0)?;
    let _lock = lock(path, Duration::ZERO)?;
    books::begin_with(&path.join(books::FOLDER), next)
}

/// Puts rows into a store that nobody uses, past all rules: for tests of rows that no program would write.
///
/// # Errors
/// When the store does not open, or the disk fails.
#[doc(hidden)]
pub fn write_raw(path: &Path, rows: Vec<(Vec<u8>, Option<Vec<u8>>)>) -> Result<(), StoreError> {
    write_into(path, |_| Ok(rows))
}

/// Puts rows into a store that nobody uses.
pub(super) fn write_into(
    path: &Path,
    rows: impl FnOnce(&Reader<'_, WithDays<Layers>>) -> Result<Batch, StoreError>,
) -> Result<(), StoreError> {
    let mut parts = Parts::read_back(path, SledOptions::default())?;
    let days = Arc::new(Days::open(path, &parts.layers)?);
    let rows = rows(&Reader(&WithDays::new(parts.layers.clone(), days)))?;
    if rows.is_empty() { Ok(()) } else { parts.write(rows) }
}

/// Makes sled's folder anew from the books of a store that nobody uses. `came_to`: see [`SledOptions`].
///
/// # Errors
/// When there are no books, their end is lost, they cannot be read to it, or the folder is in use.
pub fn rebuild(path: &Path, came_to: u64) -> Result<(), StoreError> {
    let _lock = locked(path)?;
    let found = rebuilding::look(path, came_to)?;
    if found.are_none() {
        return Err(StoreError::Unavailable(format!("there are no books in {}", path.display())));
    }
    let (options, faults) = (SledOptions::default(), Arc::new(Faults::new(path)));
    drop(rebuilding::agreeing(path, &found, options, &faults)?);
    rebuilding::rebuild(path, &found, options, &faults)
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

    fn read(&self, read: Read) -> BoxFuture<'_, Result<Answer, StoreError>> {
        async move {
            if let Some(found) = self.read_nearby(&read) {
                return found;
            }
            self.when_open(move |open| read.run(&open.rows)).await
        }
        .boxed()
    }

    fn next(&self, sequence: Sequence, above: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        future::ready(Ok(self.sequences.next(sequence, above))).boxed()
    }

    /// Read out of the books' files as they are now: nothing waits for it, however long it takes.
    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        async {
            let opened = self.when_open(|open| {
                let rows = open.contents.lock().as_of(open.rows.upper().end())?;
                // After that: a day that is closed in between is in both, and its rows are shown once.
                Ok(Snapshot::new(days::Merged::new(rows, open.rows.days().walk_all())))
            });
            opened.await
        }
        .boxed()
    }

    fn parts(&self) -> BoxFuture<'_, Result<Option<super::parts::Parts>, StoreError>> {
        async {
            let opened = self.when_open(|open| {
                // With no day added in between, each is one whose rows the books have, or had.
                let (days, books) = open.rows.days().with(|| open.contents.lock().original(open.rows.upper().end()));
                Ok(Some(super::parts::Parts::new(books?, days)))
            });
            opened.await
        }
        .boxed()
    }

    fn first_unclosed(&self, now: DateTime<Utc>) -> BoxFuture<'_, Result<Option<DateTime<Utc>>, StoreError>> {
        self.when_open(move |open| days::first_left(open.rows.upper(), open.rows.days().last().as_ref(), now)).boxed()
    }

    fn close_day(
        &self,
        day: NaiveDate,
        ends: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> BoxFuture<'_, Result<u64, StoreError>> {
        async move {
            let mut has_looked = self.closing.lock().await;
            if !*has_looked {
                // The program may have ended in the middle of this.
                if let Some(last) = self.when_open(|open| days::closed_last(open.rows.days())).await? {
                    self.forget(last).await?;
                }
                *has_looked = true;
            }
            // Whatever goes wrong from here on is looked at again the next time.
            *has_looked = false;
            let closed = self.when_open(move |open| days::close(&open.rows, day, ends, now)).await?;
            let count = closed.as_ref().map_or(0, Closed::rows);
            if let Some(closed) = closed {
                self.forget(closed).await?;
            }
            *has_looked = true;
            Ok(count)
        }
        .boxed()
    }

    fn day_damaged(&self) -> BoxFuture<'_, ()> {
        let days = self.open.read().as_ref().map(|open| Arc::clone(open.rows.days()));
        async move {
            match days {
                Some(days) => days.damaged().await,
                None => future::pending().await,
            }
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
            let (open, threads) = (Arc::clone(&self.open), self.threads.lock().take());
            let closing = tokio::task::spawn_blocking(move || {
                let ended = threads.map(Threads::end).transpose();
                *open.write() = None;
                ended
            });
            match closing.await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(_)) | Err(_) => Err(StoreError::Unavailable("the writer broke down".to_owned())),
            }
        }
        .boxed()
    }
}
