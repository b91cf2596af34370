//! The one task of a process that writes. It takes all commits that wait as one group, and a group is one transaction:
//! lock the journal's tip and read what the rules will ask (one round trip), run the rules, write what changed and commit
//! (a second one). Then each is answered.
//!
//! Isolation is READ COMMITTED, and that is enough: every writer of every process locks the one row of `tip` before it
//! reads anything, so no two groups are ever at work at the same time, and each statement after the lock sees all that
//! was committed before. As there is one lock, there is no order of locks to get wrong and no deadlock. The cost: the
//! commits of all processes wait for each other, but not one by one. While one group is at work, what comes meanwhile
//! gathers in the others.
//!
//! A connection may be lost after a group was sent and before its answer came. Each group has a number that is written
//! with it; the next attempt, once it has the lock (so that no earlier attempt can still be at work), reads the number
//! again and knows whether the group stands.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Object, Pool};
use parking_lot::Mutex;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_postgres::Row;

use super::fetch::{Fetched, View, Wanted, fetch};
use super::foresight::keys_of;
use super::link::{Asked, Trouble, ask, connection, tell, together};
use super::listener::words_of;
use super::tables::{Index, Statements, Table};
use super::value::{Column, Param};
use crate::ledger::Digest;
use crate::store::apply::{Group, Tip};
use crate::store::kv::Batch;
use crate::store::writer::{Answer, Job};
use crate::store::{Share, StoreError, keys};

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
const LAST_GROUP: &str = "SELECT last_group FROM writers WHERE id = $1";
pub(super) const MOVE_TIP: &str = "UPDATE tip SET seq = $1, digest = $2, counter = $3";
const NOTE_GROUP: &str = "INSERT INTO writers (id, last_group) VALUES ($1, $2) \
    ON CONFLICT (id) DO UPDATE SET last_group = excluded.last_group, at = now()";

pub(super) struct Writer {
    pub pool: Pool,
    /// Of this process, this time: unlike any other's.
    pub id: [u8; 16],
    /// Number of the last group.
    pub groups: i64,
    pub client: Option<ClientWrapper>,
    /// What the database said last when it did not do what it was asked.
    pub trouble: Arc<Mutex<Option<Trouble>>>,
    /// What of the work is this process's, once it takes part.
    pub share: Arc<OnceLock<Arc<Share>>>,
}

/// What became of an attempt.
enum Attempt {
    Answered(Vec<Answer>),
    /// Nothing of it stands.
    Failed(Trouble),
    /// It was sent, and whether it stands is not known. The answers are for the case that it does.
    InDoubt(Trouble, Vec<Answer>),
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
        let mut in_doubt: Option<Vec<Answer>> = None;
        self.groups += 1;
        while !jobs.is_empty() {
            let trouble = match self.attempt(&jobs, &mut in_doubt).await {
                Attempt::Answered(answers) => {
                    *self.trouble.lock() = None;
                    return answer(jobs, answers);
                }
                Attempt::Failed(trouble) => trouble,
                Attempt::InDoubt(trouble, answers) => {
                    in_doubt = Some(answers);
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

    async fn attempt(&mut self, jobs: &[Job], in_doubt: &mut Option<Vec<Answer>>) -> Attempt {
        let client = match self.client.take() {
            Some(client) => client,
            None => match connection(&self.pool).await {
                // Never back into the pool: it may have a transaction open.
                Ok(client) => Object::take(client),
                Err(trouble) => return trouble.into(),
            },
        };
        let mut sent = None;
        let transaction = self.transaction(&client, jobs, in_doubt, &mut sent);
        let attempt = match tokio::time::timeout(ATTEMPT_PATIENCE, transaction).await {
            Ok(Ok(answers)) => Attempt::Answered(answers),
            Ok(Err(trouble)) => failed(trouble, sent),
            Err(_) => failed(Trouble::Lost("no answer in time".to_owned()), sent),
        };
        self.client = matches!(attempt, Attempt::Answered(_)).then_some(client);
        attempt
    }

    /// One transaction. `sent` are the answers from the moment it may be committed.
    async fn transaction(
        &self,
        client: &ClientWrapper,
        jobs: &[Job],
        in_doubt: &mut Option<Vec<Answer>>,
        sent: &mut Option<Vec<Answer>>,
    ) -> Result<Vec<Answer>, Trouble> {
        let lead = vec![
            tell(client, "BEGIN"),
            ask(client, LOCK_TIP, Vec::new()).await?,
            ask(client, LAST_GROUP, vec![Param::Bytes(self.id.to_vec())]).await?,
        ];
        let mut fetched = Fetched::default();
        let wanted = Wanted::of_keys(jobs.iter().flat_map(|job| keys_of(job.commit.commit())));
        let begun = fetch(client, lead, wanted, &mut fetched).await?;
        let stands = begun.get(2).and_then(|rows| rows.first()).map(|row| row.try_get::<_, i64>(0)).transpose()?;
        if let Some(answers) = in_doubt.take()
            && stands.is_some_and(|last| last >= self.groups)
        {
            together(vec![tell(client, "ROLLBACK")]).await.ok();
            return Ok(answers);
        }
        let row = begun.get(1).and_then(|rows| rows.first()).ok_or_else(|| no_tip("it is gone"))?;
        let (answers, batch, (seq, digest, counter)) = self.decide(client, jobs, row, &mut fetched).await?;
        if batch.is_empty() {
            together(vec![tell(client, "ROLLBACK")]).await?;
            return Ok(answers);
        }
        let mut writes = writes(client, batch).await?;
        let tip = vec![number(seq)?, Param::Text(digest.to_string()), number(counter)?];
        writes.push(ask(client, MOVE_TIP, tip).await?);
        let group = vec![Param::Bytes(self.id.to_vec()), Param::Number(self.groups)];
        writes.push(ask(client, NOTE_GROUP, group).await?);
        if let Some(share) = self.share.get() {
            let commits = jobs.iter().map(|job| job.commit.commit()).zip(&answers);
            writes.extend(words_of(client, self.id, share, commits).await?);
        }
        writes.push(tell(client, "COMMIT"));
        *sent = Some(answers);
        together(writes).await?;
        Ok(sent.take().unwrap_or_default())
    }

    /// Runs the rules, as often as they still miss something.
    async fn decide(
        &self,
        client: &ClientWrapper,
        jobs: &[Job],
        tip: &Row,
        fetched: &mut Fetched,
    ) -> Result<(Vec<Answer>, Batch, (u64, Digest, u64)), Trouble> {
        let digest: Digest = tip.try_get::<_, &str>(1)?.parse().map_err(|_| no_tip("its digest is none"))?;
        let unsigned = |number: i64| u64::try_from(number).map_err(|_| no_tip("it is below zero"));
        let (seq, counter) = (unsigned(tip.try_get(0)?)?, unsigned(tip.try_get(2)?)?);
        for _ in 0..MOST_ROUNDS {
            let missed = {
                let mut tip = Tip::shared(seq, digest, counter);
                let view = View::new(fetched);
                let mut group = Group::new(&view, &mut tip);
                let answers: Vec<Answer> = jobs.iter().map(|job| group.apply(job.commit.clone())).collect();
                let batch = group.finish();
                let missed = view.missed();
                if missed.is_empty() {
                    return Ok((answers, batch?, tip.position()));
                }
                missed
            };
            fetch(client, Vec::new(), missed, fetched).await?;
        }
        Err(Trouble::Refused(format!("a commit read on and on, {MOST_ROUNDS} times")))
    }
}

/// What a failed attempt means: once sent, only the database's own refusal says that nothing of it stands.
fn failed(trouble: Trouble, sent: Option<Vec<Answer>>) -> Attempt {
    match (trouble, sent) {
        (trouble @ Trouble::Lost(_), Some(answers)) => Attempt::InDoubt(trouble, answers),
        (trouble, _) => Attempt::Failed(trouble),
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
    let mut written: Vec<(Index, Vec<Column>)> = Vec::new();
    for (index, changes) in tables.into_iter().enumerate() {
        let Some(statements) = Statements::of(index) else { continue };
        let (writes, deletes) = changes.counts;
        if deletes > 0 {
            asked.push(ask(client, &statements.delete, vec![Param::Column(changes.deleted)]).await?);
        }
        if writes > 0 {
            written.push((index, changes.columns));
        }
    }
    for (index, columns) in written {
        if let Some(statements) = Statements::of(index) {
            asked.push(ask(client, &statements.write, columns.into_iter().map(Param::Column).collect()).await?);
        }
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
