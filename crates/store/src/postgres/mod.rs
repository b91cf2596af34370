//! Everything in PostgreSQL, so that several processes can share the work. The rules are those of every store
//! (`store::apply`) and the reads too; here stands how rows become tables, how a commit becomes a transaction
//! (`writer`), and the few reads that the database's own indexes answer better. No rule of the business lives here.
//!
//! A new kind of row needs nothing: it is kept in `other_rows` under its key. To give it a table of its own that people
//! can read: a new step in `migrations/` (which also moves the rows there are), an entry in `tables`, a function in
//! `columns`. A new read needs nothing either when it goes by keys and ranges (`fetch` says what it costs); it is
//! written once for all stores, and `queries` has those that the database's indexes answer better. When commits of a new
//! kind are frequent, `predicted_keys` saves them a round trip.
//!
//! Nothing read is kept for later. Guessing rows from what this process wrote last halved the round trips and did not let
//! more orders through (docs/postgres.md).

mod alone;
mod columns;
mod copy;
mod fetch;
mod link;
mod listener;
mod migrate;
mod predicted_keys;
mod queries;
mod references;
mod sharing;
mod tables;
mod value;
mod writer;

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use deadpool_postgres::Pool;
use futures::future::{BoxFuture, FutureExt as _};
use parking_lot::Mutex;
use secrecy::SecretString;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_postgres::Config;

use self::alone::Lock;
pub(super) use self::copy::Page;
use self::copy::Pages;
pub use self::link::round_trips;
use self::link::{Trouble, ask_once, connection, together};
use self::references::References;
use self::sharing::Sharing;
use self::writer::{Writer, barrier};
use super::apply::Prepared;
use super::writer::Job;
use super::{
    Commit, CommitError, Committed, Engine, Found, Leases, Notification, Read, Sequence, Shared, Snapshot, StoreError,
    Word,
};
use konter_core::ids::SupplierId;

/// How long a start waits for a database that is just starting too.
const OPEN_PATIENCE: Duration = Duration::from_secs(15);
/// How long a read or a commit waits for a database that is away; a restart of it takes seconds.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a commit waits that only asks whether commits go through: whoever looks after the shop wants to know soon.
const QUESTION_PATIENCE: Duration = Duration::from_secs(3);
/// How long one try of a read waits; no statement takes as long.
const READ_PATIENCE: Duration = Duration::from_secs(35);
/// Pauses between tries of a read.
const PAUSE: Duration = Duration::from_millis(50);
/// Pages of a copy that are read and not taken yet.
const PAGES_AHEAD: usize = 4;
const HALF_FILLED: &str = "a restore or a move into it was broken off, so it has no whole shop: do that again (`konter restore`, \
    `konter migrate-store`)";
/// How long closing waits for commits under way.
const CLOSE_PATIENCE: Duration = Duration::from_secs(30);

pub struct PostgresStore {
    pool: Pool,
    /// `None` once closed.
    jobs: Arc<Mutex<Option<mpsc::UnboundedSender<Job>>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// What keeps this process's place beside the others, once asked to.
    keepers: Mutex<Vec<JoinHandle<()>>>,
    id: [u8; 16],
    config: Config,
    share: Arc<OnceLock<Arc<Leases>>>,
    words: Mutex<Option<mpsc::UnboundedReceiver<Word>>>,
    is_retiring: Arc<AtomicBool>,
    places: sharing::Places,
    /// Why the writer waits, if it does.
    trouble: Arc<Mutex<Option<Trouble>>>,
    /// Rows with a number up to this one are on the disk.
    durable: Arc<AtomicU64>,
    references: References,
}

impl PostgresStore {
    /// Opens the database of this address (`postgres://…`), and makes or changes its tables where they are not this
    /// program's yet.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there is no such database, or a newer program has written to it.
    pub async fn open(address: &SecretString) -> Result<Self, StoreError> {
        Self::open_as(address, false).await
    }

    /// The same to put a shop into it: where that is broken off, from the first table on, no other begins there.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_to_fill(address: &SecretString) -> Result<Self, StoreError> {
        Self::open_as(address, true).await
    }

    async fn open_as(address: &SecretString, is_to_be_filled: bool) -> Result<Self, StoreError> {
        let config = link::config(address)?;
        let pool = link::pool(config.clone())?;
        let migrating = patiently(OPEN_PATIENCE, || migrate::migrate(&pool, is_to_be_filled), StoreError::from);
        let late = |_| StoreError::Unavailable("the database: its tables are not ready in time".to_owned());
        tokio::time::timeout(migrate::PATIENCE, migrating).await.map_err(late)??;
        let (jobs, waiting) = mpsc::unbounded_channel();
        // Asked once before anything rests on it.
        patiently(OPEN_PATIENCE, || migrate::check_barrier(&pool), StoreError::from).await?;
        let (trouble, share, id): (Arc<Mutex<_>>, Arc<OnceLock<_>>, _) =
            (Arc::default(), Arc::default(), rand::random());
        let durable = Arc::default();
        let writer = Writer {
            pool: pool.clone(),
            id,
            attempts: 0,
            client: None,
            durable: Arc::clone(&durable),
            trouble: Arc::clone(&trouble),
            share: Arc::clone(&share),
        };
        let writer = Mutex::new(Some(tokio::spawn(writer.run(waiting))));
        Ok(Self {
            pool,
            jobs: Arc::new(Mutex::new(Some(jobs))),
            writer,
            keepers: Mutex::default(),
            id,
            config,
            share,
            words: Mutex::default(),
            is_retiring: Arc::default(),
            places: sharing::Places::default(),
            trouble,
            durable,
            references: References::default(),
        })
    }

    /// Asks whether there is a database at this address, and which version; changes nothing there.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub async fn reach(address: &SecretString) -> Result<String, StoreError> {
        let client = connection(&link::pool(link::config(address)?)?).await?;
        let row = client.query_one("SHOW server_version", &[]).await.map_err(Trouble::from)?;
        row.try_get(0).map_err(|error| Trouble::from(error).into())
    }

    /// From now on no other process runs a shop on this database. One that was killed may count for a moment.
    ///
    /// # Errors
    /// When another process does, or the database is away.
    pub async fn claim_alone(&self) -> Result<(), StoreError> {
        self.claim(Lock::Alone, "another process runs a shop on this database").await
    }

    /// From now on this process takes its part of the work, together with any others.
    ///
    /// # Errors
    /// When the shop is being moved or has moved away, or the database is away.
    pub async fn join(&self) -> Result<(), StoreError> {
        self.claim(Lock::Together, "its shop is being moved (konter migrate-store)").await?;
        let (words, waiting) = mpsc::unbounded_channel();
        let share = Arc::new(Leases::nothing());
        // Connections of its own: reads that hang must not cost this process its leases.
        let pool = link::pool(self.config.clone())?;
        let mut sharing = Sharing::new(pool, self.id, Arc::clone(&share), words.clone());
        sharing.is_retiring = Arc::clone(&self.is_retiring);
        sharing.places = self.places.clone();
        if self.share.set(share).is_err() {
            return Ok(());
        }
        *self.words.lock() = Some(waiting);
        // Heard first: what happens from the moment on that something is ours must not be missed.
        let listening = tokio::spawn(listener::listen(self.config.clone(), self.id, words));
        self.keepers.lock().push(listening);
        let until = Instant::now() + OPEN_PATIENCE;
        while let Err(trouble) = sharing.renew().await {
            if !matches!(trouble, Trouble::Lost(_)) || Instant::now() >= until {
                return Err(trouble.into());
            }
            tokio::time::sleep(PAUSE).await;
        }
        self.keepers.lock().push(tokio::spawn(sharing.run()));
        Ok(())
    }

    async fn claim(&self, lock: Lock, problem: &'static str) -> Result<(), StoreError> {
        let in_use = |error| match error {
            Trouble::Overtaken => StoreError::Unavailable(problem.to_owned()),
            trouble => trouble.into(),
        };
        let (client, standing) = patiently(OPEN_PATIENCE, || alone::take(&self.pool, lock), in_use).await?;
        if standing.is_half_filled && lock == Lock::Together {
            return Err(StoreError::Unavailable(HALF_FILLED.to_owned()));
        }
        if standing.has_moved {
            let words = "its shop has moved to a folder; what is here is what it was then";
            return Err(StoreError::Unavailable(words.to_owned()));
        }
        let keeper = tokio::spawn(alone::keep(client, lock, self.pool.clone(), Arc::clone(&self.jobs)));
        self.keepers.lock().push(keeper);
        Ok(())
    }

    /// For whoever looks at a shop, and is not to take an empty database for one.
    ///
    /// # Errors
    /// When there is none here, or only a part of one; when the database is away.
    pub async fn has_shop(&self) -> Result<(), StoreError> {
        let client = connection(&self.pool).await?;
        if alone::standing(&client).await?.is_half_filled {
            return Err(StoreError::Unavailable(HALF_FILLED.to_owned()));
        }
        if copy::is_empty(&client).await? {
            return Err(StoreError::Unavailable("there is no shop in it".to_owned()));
        }
        Ok(())
    }

    /// Whether nothing was ever kept in it, whole or not.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn is_new(&self) -> Result<bool, StoreError> {
        let client = connection(&self.pool).await?;
        Ok(!alone::standing(&client).await?.is_half_filled && copy::is_empty(&client).await?)
    }

    /// Takes every row of another store, when there is none here yet. An empty page is the end.
    pub(super) async fn fill(&self, pages: mpsc::Receiver<Page>) -> Result<(), StoreError> {
        copy::write_all(&self.pool, pages).await.map_err(StoreError::from)
    }

    /// Notes that the shop has moved away: no process runs it here again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mark_moved(&self) -> Result<(), StoreError> {
        let client = connection(&self.pool).await?;
        client.execute("UPDATE tip SET moved_at = now()", &[]).await.map_err(Trouble::from)?;
        Ok(())
    }

    /// One try of a read.
    async fn read_once(&self, read: &Read) -> Result<Found, Trouble> {
        let reading = async { fetch::read_over(&*connection(&self.pool).await?, read).await };
        let late = |_| Trouble::Lost("no answer in time".to_owned());
        tokio::time::timeout(READ_PATIENCE, reading).await.map_err(late)?
    }

    /// Waits until the disk has everything that can be seen.
    async fn barrier(&self) -> Result<(), Trouble> {
        let client = connection(&self.pool).await?;
        together(vec![barrier(&client).await?]).await.map(drop)
    }

    /// Draws a number from one of the database's sequences.
    async fn draw(&self, statement: &'static str) -> Result<u64, Trouble> {
        let rows = ask_once(&*connection(&self.pool).await?, statement, Vec::new()).await?;
        let none = || Trouble::Refused("it gives no number".to_owned());
        u64::try_from(rows.first().ok_or_else(none)?.try_get::<_, i64>(0)?).map_err(|_| none())
    }
}

/// Tries again while the database is away.
async fn patiently<T, F: Future<Output = Result<T, Trouble>>>(
    patience: Duration,
    attempt: impl Fn() -> F,
    give_up: impl FnOnce(Trouble) -> StoreError,
) -> Result<T, StoreError> {
    let started = Instant::now();
    loop {
        match attempt().await {
            Ok(found) => return Ok(found),
            Err(Trouble::Lost(_) | Trouble::Overtaken) if started.elapsed() < patience => {
                tokio::time::sleep(PAUSE).await;
            }
            Err(trouble) => return Err(give_up(trouble)),
        }
    }
}

/// Whether a commit only asks if commits go through. Nearly every other one has something of these; what is left is
/// compared whole, whatever a commit may come to carry.
fn is_question(commit: &Commit) -> bool {
    let may_be = commit.postings.is_empty() && commit.received.is_empty() && commit.sent.is_empty();
    may_be && commit.answers.is_none() && format!("{commit:?}") == format!("{:?}", Commit::new(commit.at))
}

fn closed() -> StoreError {
    StoreError::Unavailable("it is closed".to_owned())
}

impl Engine for PostgresStore {
    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, CommitError>> {
        async {
            let patience = if is_question(&commit) { QUESTION_PATIENCE } else { PATIENCE };
            let commit = Prepared::new(commit)?;
            let jobs = self.jobs.lock().clone().ok_or_else(closed)?;
            let (answer, answered) = oneshot::channel();
            jobs.send(Job { commit, answer }).map_err(|_| closed())?;
            drop(jobs);
            match tokio::time::timeout(patience, answered).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(_)) => Err(StoreError::Unavailable("the writer is gone".to_owned()).into()),
                // It may still come about, whole: versions and keys guard whoever decides again.
                Err(_) => {
                    let trouble = self.trouble.lock().clone();
                    let slow = || Trouble::Lost("no answer in time".to_owned());
                    Err(StoreError::from(trouble.unwrap_or_else(slow)).into())
                }
            }
        }
        .boxed()
    }

    fn read(&self, read: Read) -> BoxFuture<'_, Result<Found, StoreError>> {
        async move { patiently(PATIENCE, || self.read_once(&read), StoreError::from).await }.boxed()
    }

    fn next(&self, sequence: Sequence, above: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        async move {
            let statement = match sequence {
                Sequence::Order => "SELECT nextval('order_numbers')",
                Sequence::Agent => "SELECT nextval('agent_numbers')",
                Sequence::Ticket => "SELECT nextval('ticket_numbers')",
                Sequence::Broadcast => "SELECT nextval('broadcast_numbers')",
                Sequence::Transfer => "SELECT nextval('transfer_numbers')",
                Sequence::Reference => return self.references.next(&self.pool, above).await,
            };
            patiently(PATIENCE, || self.draw(statement), StoreError::from).await
        }
        .boxed()
    }

    /// In one transaction that sees what it began with; the shop goes on meanwhile.
    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        async {
            let (pages, waiting) = mpsc::channel(PAGES_AHEAD);
            let pool = self.pool.clone();
            tokio::spawn(async move { copy::read_all(&pool, pages).await });
            Ok(Snapshot::new(Pages(waiting)))
        }
        .boxed()
    }

    fn settled(&self, number: u64) -> BoxFuture<'_, Result<(), StoreError>> {
        async move {
            if number <= self.durable.load(Ordering::Acquire) {
                return Ok(());
            }
            patiently(PATIENCE, || self.barrier(), StoreError::from).await
        }
        .boxed()
    }

    fn shared(&self) -> Option<&dyn Shared> {
        Some(self)
    }

    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        async {
            drop(self.jobs.lock().take());
            let writer = self.writer.lock().take();
            if let Some(mut writer) = writer
                && tokio::time::timeout(CLOSE_PATIENCE, &mut writer).await.is_err()
            {
                // The database is away. What waits has not been answered, so nobody believes that it was written.
                writer.abort();
            }
            let keepers = std::mem::take(&mut *self.keepers.lock());
            for keeper in keepers {
                keeper.abort();
            }
            if let Some(share) = self.share.get() {
                // Else it runs out by itself, a little later.
                let _ = tokio::time::timeout(QUESTION_PATIENCE, sharing::leave(&self.pool, self.id, share)).await;
            }
            self.pool.close();
            Ok(())
        }
        .boxed()
    }
}

impl Shared for PostgresStore {
    fn share(&self) -> Arc<Leases> {
        self.share.get().map_or_else(Leases::alone, Arc::clone)
    }

    fn words(&self) -> Option<mpsc::UnboundedReceiver<Word>> {
        self.words.lock().take()
    }

    fn notify_others(&self, notification: Notification) -> BoxFuture<'_, Result<(), StoreError>> {
        async move {
            let client = connection(&self.pool).await?;
            Ok(listener::notify_others(&client, self.id, &notification).await?)
        }
        .boxed()
    }

    fn take_place<'a>(&'a self, supplier: &'a SupplierId, of: u16) -> BoxFuture<'a, Result<Option<u16>, StoreError>> {
        async move {
            let client = connection(&self.pool).await?;
            Ok(self.places.take(&client, self.id, supplier, of).await?)
        }
        .boxed()
    }

    fn free_place<'a>(&'a self, supplier: &'a SupplierId, place: u16) -> BoxFuture<'a, Result<(), StoreError>> {
        async move {
            self.places.forget(supplier, place);
            let client = connection(&self.pool).await?;
            Ok(sharing::free_place(&client, self.id, supplier, place).await?)
        }
        .boxed()
    }

    fn retire(&self) {
        self.is_retiring.store(true, Ordering::Release);
    }
}
