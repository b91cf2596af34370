//! The one task of a process that writes. It takes all commits that wait as one group, and a group is one transaction of two
//! round trips: lock the tip and read what the rules will ask; run the rules, write what changed and commit. Then each is
//! answered.
//!
//! Isolation is READ COMMITTED, and that is enough: every writer of every process locks the one row of `tip` before it
//! reads anything, so no two groups are ever at work at the same time, and each statement after the lock sees all that
//! was committed before. As there is one lock, there is no order of locks to get wrong and no deadlock. The cost: the
//! commits of all processes wait for each other, but not one by one. While one group is at work, what comes meanwhile
//! gathers in the others.
//!
//! The lock is let go before the disk has everything, or all processes together would write as few groups a second as the
//! disk can sync: the transaction itself commits without waiting (`synchronous_commit = off`), and [`BARRIER`], sent along
//! behind it, waits for the disk. Nobody is answered before. Whoever builds on what is not on the disk yet writes behind
//! it in the same log, and is durable later or not at all; whoever says something without writing asks first
//! (`Store::settled`).
//!
//! A connection may be lost after a group was sent and before its answer came. Each attempt has a number that is written
//! with it. An attempt is sent only once it holds the lock, and holds it to its end; so whoever has the lock next reads
//! that number and knows whether the one before stands.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Object, Pool};
use parking_lot::Mutex;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_postgres::Row;

use super::fetch::{Fetched, View, Wanted, fetch};
use super::link::{Asked, Trouble, ask, connection, tell, together};
use super::listener::{lines_of, words_of};
use super::predicted_keys::keys_of;
use super::tables::{Statements, Table};
use super::value::{Column, Param};
use crate::apply::{Group, Tip};
use crate::kv::Batch;
use crate::writer::{Answer, Job};
use crate::{Leases, StoreError, keys};
use konter_core::ledger::Digest;

/// Commits made durable together at most: bounds how long the first of them waits for the last.
const LARGEST_GROUP: usize = 512;
/// How long one attempt may take before its connection is given up. The server gives up after the same time.
const ATTEMPT_PATIENCE: Duration = Duration::from_secs(30);
/// Pauses between attempts: the first, doubled each time, up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Times a group is begun anew because others were in the way; with the one lock it hardly ever is.
const OVERTAKEN_AT_MOST: u32 = 50;
/// Round trips of reading for one group; what the rules ask depends on few things before.
const MOST_ROUNDS: usize = 200;

const LOCK_TIP: &str = "SELECT seq, digest, counter FROM tip FOR UPDATE";
/// Explicit, whatever the database's default is. See above why it need not wait.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = off";
/// Writes a word into the write-ahead log and waits until the disk has the log up to there, as any commit does.
pub(super) const BARRIER: &str = "SELECT pg_logical_emit_message(true, 'konter', '')";
/// The writer's statements go by keys. A plan made while a table was still empty would read all of it, and stay; to compile
/// one takes longer than to run it.
const SETTINGS: &str = "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; SET jit = off";
const LAST_GROUP: &str = "SELECT last_group FROM writers WHERE id = $1";
pub(super) const MOVE_TIP: &str = "UPDATE tip SET seq = $1, digest = $2, counter = $3";
const STAMP: &str = "INSERT INTO writers (id, last_group) VALUES ($1, $2) \
    ON CONFLICT (id) DO UPDATE SET last_group = excluded.last_group, at = now()";

pub(super) struct Writer {
    pub pool: Pool,
    /// Of this process, this time: unlike any other's.
    pub id: [u8; 16],
    /// Number of the last attempt.
    pub attempts: i64,
    pub client: Option<ClientWrapper>,
    /// The tip's counter up to which the disk has everything.
    pub durable: Arc<AtomicU64>,
    /// What the database said last when it did not do what it was asked.
    pub trouble: Arc<Mutex<Option<Trouble>>>,
    /// What of the work is this process's, once it takes part.
    pub share: Arc<OnceLock<Arc<Leases>>>,
}

/// What became of an attempt.
enum Attempt {
    Answered(Vec<Answer>),
    /// Nothing of it stands.
    Failed(Trouble),
    /// It was sent, and whether it stands is not known.
    InDoubt(Trouble, Doubt),
}

/// An attempt of which it is not known whether it stands.
struct Doubt {
    attempt: i64,
    /// For the case that it does.
    answers: Vec<Answer>,
}

/// Where the journal's tip is: its last line with its digest, and the last number given to a row of the inbox, the outbox
/// or the acts.
type Position = (u64, Digest, u64);

/// A group as it was decided: what is written, and where the tip goes.
struct Decided {
    answers: Vec<Answer>,
    batch: Batch,
    tip: Position,
}

impl From<Trouble> for Attempt {
    fn from(trouble: Trouble) -> Self {
        Self::Failed(trouble)
    }
}

impl From<StoreError> for Attempt {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl Writer {
    /// Works until every sender is gone and nothing waits.
    pub(super) async fn run(mut self, mut jobs: UnboundedReceiver<Job>) {
        let mut waiting = Vec::new();
        while jobs.recv_many(&mut waiting, LARGEST_GROUP).await > 0 {
            let mut group = std::mem::take(&mut waiting);
            // Whoever was told that it failed will decide anew.
            group.retain(|job| !job.answer.is_closed());
            self.group(group).await;
        }
    }

    /// Brings a group to its end, whatever the database goes through meanwhile.
    async fn group(&mut self, mut jobs: Vec<Job>) {
        let mut pause = FIRST_PAUSE;
        let mut overtaken = 0;
        let mut in_doubt: Option<Doubt> = None;
        while !jobs.is_empty() {
            let trouble = match self.attempt(&jobs, &mut in_doubt).await {
                Attempt::Answered(answers) => {
                    *self.trouble.lock() = None;
                    return answer(jobs, answers);
                }
                Attempt::Failed(trouble) => trouble,
                Attempt::InDoubt(trouble, doubt) => {
                    in_doubt = Some(doubt);
                    trouble
                }
            };
            self.client = None;
            *self.trouble.lock() = Some(trouble.clone());
            match trouble {
                Trouble::Overtaken if overtaken < OVERTAKEN_AT_MOST => overtaken += 1,
                Trouble::Lost(_) => {
                    tracing::warn!(?pause, error = %StoreError::from(trouble), "a commit waits for the database");
                }
                // One of them cannot be written. Which one shows when each goes by itself.
                trouble if jobs.len() > 1 && in_doubt.is_none() => {
                    tracing::error!(error = %StoreError::from(trouble), "a group of commits is refused; each is tried alone");
                    for job in jobs {
                        Box::pin(self.group(vec![job])).await;
                    }
                    return;
                }
                trouble if in_doubt.is_none() => {
                    let error = StoreError::from(trouble);
                    let answers = jobs.iter().map(|_| Err(error.clone().into())).collect();
                    return answer(jobs, answers);
                }
                _ => {}
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            if in_doubt.is_none() {
                jobs.retain(|job| !job.answer.is_closed());
            }
        }
    }

    async fn attempt(&mut self, jobs: &[Job], in_doubt: &mut Option<Doubt>) -> Attempt {
        self.attempts += 1;
        let client = match self.client.take() {
            Some(client) => client,
            None => match self.connect().await {
                Ok(client) => client,
                Err(trouble) => return trouble.into(),
            },
        };
        let mut sent = None;
        let transaction = self.transaction(&client, jobs, in_doubt, &mut sent);
        let attempt = match tokio::time::timeout(ATTEMPT_PATIENCE, transaction).await {
            Ok(Ok(answers)) => Attempt::Answered(answers),
            Ok(Err(trouble)) => self.failed(trouble, sent),
            Err(_) => self.failed(Trouble::Lost("no answer in time".to_owned()), sent),
        };
        if matches!(attempt, Attempt::Answered(_)) {
            self.client = Some(client);
        }
        attempt
    }

    async fn connect(&self) -> Result<ClientWrapper, Trouble> {
        // Never back into the pool: it may have a transaction open.
        let client = Object::take(connection(&self.pool).await?);
        together(vec![tell(&client, SETTINGS)]).await?;
        Ok(client)
    }

    /// One transaction. `sent` are the answers from the moment it may be committed.
    async fn transaction(
        &self,
        client: &ClientWrapper,
        jobs: &[Job],
        in_doubt: &mut Option<Doubt>,
        sent: &mut Option<Vec<Answer>>,
    ) -> Result<Vec<Answer>, Trouble> {
        let lead = vec![
            tell(client, BEGIN),
            ask(client, LOCK_TIP, Vec::new()).await?,
            ask(client, LAST_GROUP, vec![Param::Bytes(self.id.to_vec())]).await?,
        ];
        let wanted = Wanted::of_keys(jobs.iter().flat_map(|job| keys_of(job.commit.commit())));
        let mut fetched = Fetched::default();
        let begun = fetch(client, lead, wanted, &mut fetched).await?;
        let last = begun.get(2).and_then(|rows| rows.first()).map(|row| row.try_get::<_, i64>(0)).transpose()?;
        let tip = position(begun.get(1).and_then(|rows| rows.first()).ok_or_else(|| no_tip("it is gone"))?)?;
        if let Some(doubt) = in_doubt.as_ref() {
            if last.is_some_and(|last| last >= doubt.attempt) {
                self.leave(client, tip).await?;
                let answers = in_doubt.take().map(|doubt| doubt.answers).unwrap_or_default();
                self.tell_others(client, &self.lines(jobs, &answers)).await;
                return Ok(answers);
            }
            *in_doubt = None;
        }
        let decided = self.decide(client, jobs, tip, fetched).await?;
        if decided.batch.is_empty() {
            self.leave(client, tip).await?;
            return Ok(decided.answers);
        }
        self.send(client, jobs, decided, sent).await
    }

    /// Lets go of the tip without having written. What is answered rests on what stands, which may not be on the disk yet.
    async fn leave(&self, client: &ClientWrapper, tip: Position) -> Result<(), Trouble> {
        together(vec![tell(client, "ROLLBACK"), barrier(client).await?]).await?;
        self.durable.fetch_max(tip.2, Ordering::Release);
        Ok(())
    }

    /// Sends what was decided and waits until it is durable.
    async fn send(
        &self,
        client: &ClientWrapper,
        jobs: &[Job],
        decided: Decided,
        sent: &mut Option<Vec<Answer>>,
    ) -> Result<Vec<Answer>, Trouble> {
        let Decided { answers, batch, tip: (seq, digest, counter) } = decided;
        let tip = vec![number(seq)?, Param::Text(digest.to_string()), number(counter)?];
        let stamp = vec![Param::Bytes(self.id.to_vec()), Param::Number(self.attempts)];
        let mut asked = vec![ask(client, MOVE_TIP, tip).await?, ask(client, STAMP, stamp).await?];
        asked.extend(writes(client, batch).await?);
        let lines = self.lines(jobs, &answers);
        asked.extend(words_of(client, self.id, &lines).await?);
        asked.push(tell(client, "COMMIT"));
        asked.push(barrier(client).await?);
        *sent = Some(answers);
        together(asked).await?;
        let answers = sent.take().unwrap_or_default();
        self.durable.fetch_max(counter, Ordering::Release);
        // A part may have been given away while the commit was on its way: whoever has it now may have looked before.
        self.tell_others(client, &(&self.lines(jobs, &answers) - &lines)).await;
        Ok(answers)
    }

    fn lines(&self, jobs: &[Job], answers: &[Answer]) -> BTreeSet<String> {
        let commits = jobs.iter().map(|job| job.commit.commit()).zip(answers);
        self.share.get().map(|share| lines_of(share, commits)).unwrap_or_default()
    }

    /// Best effort: what stands, stands.
    async fn tell_others(&self, client: &ClientWrapper, lines: &BTreeSet<String>) {
        if lines.is_empty() {
            return;
        }
        let told = async { together(words_of(client, self.id, lines).await?).await };
        if let Err(trouble) = told.await {
            tracing::warn!(error = %StoreError::from(trouble), "other processes were not told of a commit; they find it later");
        }
    }

    /// Runs the rules, as often as they still miss something.
    async fn decide(
        &self,
        client: &ClientWrapper,
        jobs: &[Job],
        (seq, digest, counter): Position,
        mut fetched: Fetched,
    ) -> Result<Decided, Trouble> {
        for _ in 0..MOST_ROUNDS {
            let missed = {
                let mut tip = Tip::shared(seq, digest, counter);
                let view = View::new(&fetched);
                let mut group = Group::new(&view, &mut tip);
                let answers: Vec<Answer> = jobs.iter().map(|job| group.apply(job.commit.clone())).collect();
                let batch = group.finish();
                let missed = view.missed();
                if missed.is_empty() {
                    return Ok(Decided { answers, batch: batch?, tip: tip.position() });
                }
                missed
            };
            fetch(client, Vec::new(), missed, &mut fetched).await?;
        }
        Err(Trouble::Refused(format!("a commit read on and on, {MOST_ROUNDS} times")))
    }

    /// What a failed attempt means: once sent, only the database's own refusal says that nothing of it stands.
    fn failed(&self, trouble: Trouble, sent: Option<Vec<Answer>>) -> Attempt {
        match (trouble, sent) {
            (trouble @ Trouble::Lost(_), Some(answers)) => {
                Attempt::InDoubt(trouble, Doubt { attempt: self.attempts, answers })
            }
            (trouble, _) => Attempt::Failed(trouble),
        }
    }
}

fn answer(jobs: Vec<Job>, answers: Vec<Answer>) {
    for (job, answer) in jobs.into_iter().zip(answers) {
        // Whoever asked may have gone; what was decided stands.
        let _ = job.answer.send(answer);
    }
}

pub(super) fn number(number: u64) -> Result<Param, StoreError> {
    let too_large = |_| StoreError::Corrupt { what: "number", problem: format!("{number} is too large") };
    i64::try_from(number).map(Param::Number).map_err(too_large)
}

fn no_tip(problem: &str) -> StoreError {
    StoreError::Corrupt { what: "journal's tip", problem: problem.to_owned() }
}

/// Where the tip is, by its row.
fn position(row: &Row) -> Result<Position, Trouble> {
    let digest: Digest = row.try_get::<_, &str>(1)?.parse().map_err(|_| no_tip("its digest is none"))?;
    let unsigned = |number: i64| u64::try_from(number).map_err(|_| no_tip("it is below zero"));
    Ok((unsigned(row.try_get(0)?)?, digest, unsigned(row.try_get(2)?)?))
}

/// Waits for the disk. When that fails, what it was sent along with may stand all the same.
pub(super) async fn barrier(client: &ClientWrapper) -> Result<Asked<'_>, Trouble> {
    let asked = ask(client, BARRIER, Vec::new()).await?;
    let in_doubt = |trouble| Trouble::Lost(StoreError::from(trouble).to_string());
    Ok(Box::pin(async move { asked.await.map_err(in_doubt) }))
}

/// Rows of one table to write and to delete.
struct Changes {
    columns: Vec<Column>,
    deleted: Column,
    counts: (usize, usize),
}

/// The statements that write a batch: what goes is deleted first, then what stays is written, table by table.
pub(super) async fn writes(client: &ClientWrapper, batch: Batch) -> Result<Vec<Asked<'_>>, Trouble> {
    let mut tables: Vec<Changes> = Table::all().iter().map(Changes::new).collect();
    for (key, row) in batch {
        for (key, row) in rows_of(key, row)? {
            let Some((index, table)) = Table::of(&key) else { continue };
            if let Some(changes) = tables.get_mut(index) {
                changes.add(table, &key, row)?;
            }
        }
    }
    let mut asked = Vec::new();
    let mut written: Vec<(&Statements, Vec<Column>)> = Vec::new();
    for (index, changes) in tables.into_iter().enumerate() {
        let Some(statements) = Statements::of(index) else { continue };
        let (writes, deletes) = changes.counts;
        if deletes > 0 {
            asked.push(ask(client, &statements.delete, vec![Param::Column(changes.deleted)]).await?);
        }
        if writes > 0 {
            written.push((statements, changes.columns));
        }
    }
    for (statements, columns) in written {
        asked.push(ask(client, &statements.write, columns.into_iter().map(Param::Column).collect()).await?);
    }
    Ok(asked)
}

type Pairs = Vec<(Vec<u8>, Option<Vec<u8>>)>;

/// The rows that one row of the rules is here: the journal has a row per line.
fn rows_of(key: Vec<u8>, row: Option<Vec<u8>>) -> Result<Pairs, StoreError> {
    let (Some(keys::JOURNAL), Some(pack)) = (key.first().copied(), &row) else { return Ok(vec![(key, row)]) };
    let first = keys::last_number(&key);
    let first =
        first.ok_or_else(|| StoreError::Corrupt { what: "journal", problem: "a line has no number".to_owned() })?;
    let lines = pack.split(|&byte| byte == b'\n');
    Ok((first..).zip(lines).map(|(seq, line)| (keys::journal(seq), Some(line.to_vec()))).collect())
}

impl Changes {
    fn new(table: &Table) -> Self {
        Self { columns: table.sorts().map(Column::new).collect(), deleted: Column::new(table.id().1), counts: (0, 0) }
    }

    fn add(&mut self, table: &Table, key: &[u8], row: Option<Vec<u8>>) -> Result<(), StoreError> {
        match row {
            None => {
                self.deleted.push(table.id_of(key)?)?;
                self.counts.1 += 1;
            }
            Some(row) => {
                for (column, value) in self.columns.iter_mut().zip(table.values(key, row)?) {
                    column.push(value)?;
                }
                self.counts.0 += 1;
            }
        }
        Ok(())
    }
}
