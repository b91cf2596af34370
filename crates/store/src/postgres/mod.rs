//! Everything in PostgreSQL, so that several processes can share the work. The rules are those of every store
//! (`store::apply`) and the reads too; here stands how rows become tables, how a commit becomes a transaction
//! (`writer`), and the few reads that the database's own indexes answer better. No rule of the business lives here.
//!
//! A new kind of row needs nothing: it is kept in `other_rows` under its key. To give it a table of its own that people
//! can read: a new step in `migrations/` (which also moves the rows there are), an entry in `tables`, a function in
//! `columns`. A new read needs nothing either when it goes by keys and ranges (`fetch` says what it costs); it is
//! written once for all stores. When commits of a new kind are frequent, `foresight` saves them a round trip.

mod ahead;
mod alone;
mod columns;
mod copy;
mod fetch;
mod foresight;
mod known;
mod link;
mod listener;
mod migrate;
mod reader;
mod reads;
mod references;
mod sharing;
mod tables;
mod value;
mod warm;
mod writer;

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use deadpool_postgres::Pool;
use parking_lot::Mutex;
use secrecy::SecretString;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_postgres::Config;

use self::ahead::{Habits, Reading};
use self::alone::Lock;
pub(super) use self::copy::Page;
use self::copy::Pages;
use self::fetch::{Fetched, MOST_ROUNDS, View, fetch, read_on, run_over};
use self::known::Known;
pub use self::link::round_trips;
use self::link::{Trouble, connection};
use self::reader::{Granted, Readings, Request, Wish};
use self::references::References;
use self::sharing::Sharing;
use self::warm::Warm;
use self::writer::Writer;
use super::apply::Prepared;
use super::read::Reader;
use super::reads::store_with_plain_reads;
use super::sitting;
use super::writer::Job;
use super::{
    Act, Answered, Commit, CommitError, Committed, Cut, InboxMessage, MessageKey, Nudge, Outgoing, Sequence, Share,
    Store, StoreError, Word,
};
use konter_core::agent::Agent;
use konter_core::catalog::Product;
use konter_core::ids::{AgentId, ChatId, InquiryId, OrderId, ProductCode, Reference, SupplierId};
use konter_core::inquiry::Inquiry;
use konter_core::ledger::{Account, AccountId, Entry, Hold};
use konter_core::network::{InviteCode, Invited};
use konter_core::order::{BillKey, Order, SerialKey, SlotKey};
use konter_core::pricing::{GroupName, PriceGroup};
use konter_core::question::Question;

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
    share: Arc<OnceLock<Arc<Share>>>,
    words: Mutex<Option<mpsc::UnboundedReceiver<Word>>>,
    is_retiring: Arc<AtomicBool>,
    places: sharing::Places,
    /// Why the writer waits, if it does.
    trouble: Arc<Mutex<Option<Trouble>>>,
    /// Rows with a number up to this one are on the disk.
    durable: Arc<AtomicU64>,
    /// `None` once closed.
    requests: Mutex<Option<mpsc::UnboundedSender<Request>>>,
    habits: Habits,
    known: Arc<Known>,
    references: References,
}

impl PostgresStore {
    /// Opens the database of this address (`postgres://…`), and makes or changes its tables where they are not this
    /// program's yet.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there is no such database, or a newer program has written to it.
    pub async fn open(address: &SecretString) -> Result<Self, StoreError> {
        let config = link::config(address)?;
        let pool = link::pool(config.clone())?;
        let migrating = patiently(OPEN_PATIENCE, || migrate::migrate(&pool), StoreError::from);
        let late = |_| StoreError::Unavailable("the database: its tables are not ready in time".to_owned());
        tokio::time::timeout(migrate::PATIENCE, migrating).await.map_err(late)??;
        let (jobs, waiting) = mpsc::unbounded_channel();
        // Asked once before anything rests on it.
        patiently(OPEN_PATIENCE, || migrate::check_barrier(&pool), StoreError::from).await?;
        let (trouble, share, id): (Arc<Mutex<_>>, Arc<OnceLock<_>>, _) =
            (Arc::default(), Arc::default(), rand::random());
        let (durable, known): (_, Arc<Known>) = (Arc::default(), Arc::default());
        let writer = Writer {
            pool: pool.clone(),
            id,
            attempts: 0,
            client: None,
            warm: Warm::default(),
            fence: false,
            durable: Arc::clone(&durable),
            known: Arc::clone(&known),
            trouble: Arc::clone(&trouble),
            share: Arc::clone(&share),
        };
        let writer = Mutex::new(Some(tokio::spawn(writer.run(waiting))));
        let (requests, asked) = mpsc::unbounded_channel();
        tokio::spawn(Readings { pool: pool.clone(), client: None }.run(asked));
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
            requests: Mutex::new(Some(requests)),
            habits: Habits::default(),
            known,
            references: References::default(),
        })
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
        let share = Arc::new(Share::nothing());
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
        let (client, moved) = patiently(OPEN_PATIENCE, || alone::take(&self.pool, lock), in_use).await?;
        if moved {
            let words = "its shop has moved to a folder; what is here is what it was then";
            return Err(StoreError::Unavailable(words.to_owned()));
        }
        let keeper = tokio::spawn(alone::keep(client, lock, self.pool.clone(), Arc::clone(&self.jobs)));
        self.keepers.lock().push(keeper);
        Ok(())
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

    /// Runs a read over what it needs, see [`fetch`].
    async fn read<T: Send + 'static>(
        &self,
        read: impl Fn(&Reader<'_, View<'_>>) -> Result<T, StoreError> + Send + Sync + 'static,
    ) -> Result<T, StoreError> {
        patiently(PATIENCE, || self.read_once(&read), StoreError::from).await
    }

    async fn read_once<T: Send>(
        &self,
        read: &(impl Fn(&Reader<'_, View<'_>>) -> Result<T, StoreError> + Sync),
    ) -> Result<T, Trouble> {
        let Some(sitting) = sitting::current() else { return self.read_on(read, &mut Fetched::default(), None).await };
        let mut reading = Reading::of(&sitting);
        let mut fetched = std::mem::take(&mut reading.fetched);
        let found = self.read_on(read, &mut fetched, Some((&sitting.about, &mut reading))).await;
        if found.is_ok() {
            reading.fetched = fetched;
            reading.put_back(&sitting);
        }
        found
    }

    /// Goes on with what was fetched, and adds to it.
    async fn read_on<T: Send>(
        &self,
        read: &(impl Fn(&Reader<'_, View<'_>>) -> Result<T, StoreError> + Sync),
        fetched: &mut Fetched,
        mut ahead: Option<(&ChatId, &mut Reading)>,
    ) -> Result<T, Trouble> {
        for _ in 0..MOST_ROUNDS {
            let mut missed = match run_over(fetched, read)? {
                Ok(found) => return Ok(found),
                Err(missed) => missed,
            };
            if !missed.is_short(fetched) {
                fetch(&*connection(&self.pool).await?, Vec::new(), missed, fetched).await?;
                continue;
            }
            let mut number = None;
            if let Some((about, reading)) = &mut ahead {
                self.habits.learn(about, &missed);
                self.habits.add_to(&mut missed, about, reading);
                number = reading.draws(&missed).then_some(Sequence::Order);
            }
            let granted = self.grant(Wish { rows: missed.clone(), number, settled: false }).await?;
            fetched.take_wanted(&missed, &granted.rows);
            if let Some((_, reading)) = &mut ahead {
                reading.drawn(granted.number);
            }
        }
        Err(read_on())
    }

    /// Asks together with everybody else who asks now.
    async fn grant(&self, wish: Wish) -> Result<Granted, Trouble> {
        let closed = || Trouble::Refused("it is closed".to_owned());
        let (answer, answered) = oneshot::channel();
        let requests = self.requests.lock().clone().ok_or_else(closed)?;
        requests.send(Request { wish, answer }).map_err(|_| closed())?;
        drop(requests);
        match tokio::time::timeout(READ_PATIENCE, answered).await {
            Ok(answered) => answered.unwrap_or_else(|_| Err(closed())),
            Err(_) => Err(Trouble::Lost("no answer in time".to_owned())),
        }
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
    let may_be = commit.postings.is_empty() && commit.received.is_empty() && commit.said.is_empty();
    may_be && commit.answers.is_none() && format!("{commit:?}") == format!("{:?}", Commit::new(commit.at))
}

fn closed() -> StoreError {
    StoreError::Unavailable("it is closed".to_owned())
}

store_with_plain_reads! {
impl PostgresStore {
    async fn commit(&self, commit: Commit) -> Result<Committed, CommitError> {
        if let Some(sitting) = sitting::current() {
            // What comes next is another decision.
            Reading::default().put_back(&sitting);
        }
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

    async fn next(&self, sequence: Sequence) -> Result<u64, StoreError> {
        self.next_number(sequence).await
    }

    async fn next_reference(&self, floor: u64) -> Result<Reference, StoreError> {
        self.references.next(&self.pool, floor).await
    }

    async fn journal(&self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.lines(after, limit).await
    }

    async fn statement(&self, id: &AccountId, before: Option<u64>, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.lines_before(id, before, limit).await
    }

    async fn orders_of(
        &self,
        agent: AgentId,
        dest: Option<&str>,
        before: Option<OrderId>,
        limit: usize,
    ) -> Result<Vec<Order>, StoreError> {
        self.orders_before(agent, dest, before, limit).await
    }

    async fn order(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        self.known.forget(id);
        self.read(move |rows| rows.order(id)).await
    }

    async fn order_as_known(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        match self.known.order(id) {
            Some(order) => Ok(Some(order)),
            None => self.order(id).await,
        }
    }

    /// What is said outside must be on the disk, whoever wrote it.
    async fn outbox(&self, chat: &ChatId, limit: usize) -> Result<Vec<Outgoing>, StoreError> {
        let chat = chat.clone();
        let rows = self.read(move |rows| rows.outbox(&chat, limit)).await?;
        if rows.iter().any(|row| row.number() > self.durable.load(Ordering::Acquire)) {
            self.settled().await?;
        }
        Ok(rows)
    }

    async fn settled(&self) -> Result<(), StoreError> {
        let wish = || Wish { settled: true, ..Wish::default() };
        patiently(PATIENCE, || self.grant(wish()), StoreError::from).await.map(drop)
    }

    async fn waiting_chats(&self) -> Result<Vec<ChatId>, StoreError> {
        self.chats_with_outgoing().await
    }

    async fn first_order_since(&self, at: DateTime<Utc>) -> Result<Option<OrderId>, StoreError> {
        Ok(self.first_number_since(reads::FIRST_ORDER, at).await?.map(OrderId))
    }

    async fn first_entry_since(&self, at: DateTime<Utc>) -> Result<Option<u64>, StoreError> {
        self.first_number_since(reads::FIRST_LINE, at).await
    }

    async fn statement_after(&self, id: &AccountId, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.lines_after(id, after, limit).await
    }

    /// In one transaction that sees what it began with; the shop goes on meanwhile.
    async fn cut(&self) -> Result<Cut, StoreError> {
        let (pages, waiting) = mpsc::channel(PAGES_AHEAD);
        let pool = self.pool.clone();
        tokio::spawn(async move { copy::read_all(&pool, pages).await });
        Ok(Cut::new(Pages(waiting)))
    }

    fn share(&self) -> Arc<Share> {
        self.share.get().map_or_else(Share::alone, Arc::clone)
    }

    fn words(&self) -> Option<mpsc::UnboundedReceiver<Word>> {
        self.words.lock().take()
    }

    async fn nudge(&self, nudge: Nudge) -> Result<(), StoreError> {
        let client = connection(&self.pool).await?;
        Ok(listener::nudge(&client, self.id, &nudge).await?)
    }

    async fn take_place(&self, supplier: &SupplierId, of: u16) -> Result<Option<u16>, StoreError> {
        let client = connection(&self.pool).await?;
        Ok(self.places.take(&client, self.id, supplier, of).await?)
    }

    async fn free_place(&self, supplier: &SupplierId, place: u16) -> Result<(), StoreError> {
        self.places.forget(supplier, place);
        let client = connection(&self.pool).await?;
        Ok(sharing::free_place(&client, self.id, supplier, place).await?)
    }

    fn retire(&self) {
        self.is_retiring.store(true, Ordering::Release);
    }

    async fn close(&self) -> Result<(), StoreError> {
        drop(self.jobs.lock().take());
        drop(self.requests.lock().take());
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
}
}
