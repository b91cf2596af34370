//! The one task of a process that writes. It takes all commits that wait as one group, and a group is one transaction. It
//! goes one of two ways:
//!
//! - Nobody else wrote lately (`warm`): the rules run on what is known from the groups before, and one round trip moves
//!   the tip *if it is where this process left it*, writes if that was so, and commits. If it was not so, nothing of it
//!   counts, and the group goes the other way.
//! - Others write too: lock the tip and read what the rules will ask (one round trip), run the rules, write what changed
//!   and commit (a second one).
//!
//! Then each is answered.
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
//! (`PostgresStore::settled`).
//!
//! A connection may be lost after a group was sent and before its answer came. Each attempt has a number that is written
//! with it; the next attempt, once it has the lock, reads the number and knows whether the one before stands. It may still
//! be on its way to the lock; so the next attempt moves the tip in any case, and the one before finds it moved.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Object, Pool};
use parking_lot::Mutex;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_postgres::Row;

use super::fetch::{Fetched, View, Wanted, fetch};
use super::foresight::{keys_of, new_keys_of};
use super::known::Known;
use super::link::{Asked, Trouble, ask, connection, tell, together};
use super::listener::{lines_of, words_of};
use super::tables::{Index, Statements, Table};
use super::value::{Column, Param};
use super::warm::{Position, Warm};
use crate::apply::{Group, Tip};
use crate::kv::Batch;
use crate::writer::{Answer, Job};
use crate::{Share, StoreError, keys};
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

const LOCK_TIP: &str = "SELECT seq, digest, counter, moves FROM tip FOR UPDATE";
/// Explicit, whatever the database's default is. See above why it need not wait.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = off";
/// Writes a word into the write-ahead log and waits until the disk has the log up to there, as any commit does.
pub(super) const BARRIER: &str = "SELECT pg_logical_emit_message(true, 'konter', '')";
/// The writer's statements go by keys. A plan made while a table was still empty would read all of it, and stay; to compile
/// one takes longer than to run it.
const SETTINGS: &str = "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; SET jit = off";
const LAST_GROUP: &str = "SELECT last_group FROM writers WHERE id = $1";
pub(super) const MOVE_TIP: &str = "UPDATE tip SET seq = $1, digest = $2, counter = $3, moves = moves + 1";
/// Tables whose rows can be taken for missing, see [`move_tip_from`].
const CONFIRMED: [&str; 8] =
    ["orders", "holds", "slots", "supplier_references", "bills", "answered", "inbox", "other_rows"];

/// Moves the tip and notes the attempt, if the tip is where it is expected and none of the rows that were taken for missing
/// is there. One row when it was so. The lock of the tip's row is waited for, and then its newest version counts; and when
/// `moves` is as expected nobody has written since, so that the statement sees all rows there are.
fn move_tip_from() -> &'static (String, Vec<Index>) {
    static STATEMENT: LazyLock<(String, Vec<Index>)> = LazyLock::new(|| {
        let tables = Table::all().iter().enumerate().filter(|(_, table)| CONFIRMED.contains(&table.name));
        let (mut missing, mut indexes) = (String::new(), Vec::new());
        for (parameter, (index, table)) in (7..).zip(tables) {
            let (name, (id, sort)) = (table.name, table.id());
            let sort = sort.name();
            let _ = write!(missing, " AND NOT EXISTS (SELECT FROM {name} WHERE {id} = ANY(${parameter}::{sort}[]))");
            indexes.push(index);
        }
        let statement = format!(
            "WITH moved AS (UPDATE tip SET seq = $1, digest = $2, counter = $3, moves = moves + 1 WHERE moves = $4{missing} RETURNING 1) \
            INSERT INTO writers (id, last_group) SELECT $5::bytea, $6::bigint FROM moved \
            ON CONFLICT (id) DO UPDATE SET last_group = excluded.last_group, at = now() RETURNING 1"
        );
        (statement, indexes)
    });
    &STATEMENT
}

pub(super) struct Writer {
    pub pool: Pool,
    /// Of this process, this time: unlike any other's.
    pub id: [u8; 16],
    /// Number of the last attempt.
    pub attempts: i64,
    pub client: Option<ClientWrapper>,
    /// What is known of the rows, by that connection.
    pub warm: Warm,
    /// An attempt of which nothing is known may still be on its way: the tip must move before anything is answered.
    pub fence: bool,
    /// The tip's counter up to which the disk has everything.
    pub durable: Arc<AtomicU64>,
    pub known: Arc<Known>,
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
    /// It was sent, and whether it stands is not known.
    InDoubt(Trouble, Doubt),
}

/// An attempt of which it is not known whether it stands.
struct Doubt {
    attempt: i64,
    /// For the case that it does.
    answers: Vec<Answer>,
}

/// A group as it was decided: what is written, and where the tip goes.
struct Decided {
    answers: Vec<Answer>,
    batch: Batch,
    from: Position,
    to: Position,
    /// Rows that were taken for missing and not asked for.
    missing: Vec<Vec<u8>>,
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
        // Whatever goes wrong, nothing is known any more.
        let mut warm = std::mem::take(&mut self.warm);
        let client = match self.client.take() {
            Some(client) => client,
            None => match self.connect().await {
                Ok(client) => {
                    warm = Warm::default();
                    client
                }
                Err(trouble) => return trouble.into(),
            },
        };
        let mut sent = None;
        let transaction = self.transaction(&client, jobs, in_doubt, &mut warm, &mut sent);
        let attempt = match tokio::time::timeout(ATTEMPT_PATIENCE, transaction).await {
            Ok(Ok(answers)) => Attempt::Answered(answers),
            Ok(Err(trouble)) => self.failed(trouble, sent),
            Err(_) => self.failed(Trouble::Lost("no answer in time".to_owned()), sent),
        };
        if matches!(attempt, Attempt::Answered(_)) {
            (self.client, self.warm) = (Some(client), warm);
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
        &mut self,
        client: &ClientWrapper,
        jobs: &[Job],
        in_doubt: &mut Option<Doubt>,
        warm: &mut Warm,
        sent: &mut Option<Vec<Answer>>,
    ) -> Result<Vec<Answer>, Trouble> {
        if let Some(tip) = warm.expected().filter(|_| in_doubt.is_none() && !self.fence)
            && let Some(answers) = self.unlocked(client, jobs, tip, warm, sent).await?
        {
            return Ok(answers);
        }
        self.locked(client, jobs, in_doubt, warm, sent).await
    }

    /// On what is known, without the lock. `None`: nothing of it counts.
    async fn unlocked(
        &mut self,
        client: &ClientWrapper,
        jobs: &[Job],
        tip: Position,
        warm: &mut Warm,
        sent: &mut Option<Vec<Answer>>,
    ) -> Result<Option<Vec<Answer>>, Trouble> {
        let commits = || jobs.iter().map(|job| job.commit.commit());
        let missing = warm.take_for_missing(commits().flat_map(new_keys_of));
        let wanted = Wanted::of_keys(warm.unknown(commits().flat_map(keys_of)));
        if !wanted.is_empty() {
            let mut fetched = Fetched::default();
            fetch(client, Vec::new(), wanted, &mut fetched).await?;
            warm.take_in(fetched);
        }
        let decided = Decided { missing, ..self.decide(client, jobs, tip, warm).await? };
        // A refusal is an answer too, and counts only if what it was decided on is still so.
        if decided.batch.is_empty() {
            warm.forget(&decided.missing);
            return Ok(None);
        }
        self.send(client, vec![tell(client, BEGIN)], jobs, decided, warm, sent).await
    }

    /// With the tip locked.
    async fn locked(
        &mut self,
        client: &ClientWrapper,
        jobs: &[Job],
        in_doubt: &mut Option<Doubt>,
        warm: &mut Warm,
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
        let row = begun.get(1).and_then(|rows| rows.first()).ok_or_else(|| no_tip("it is gone"))?;
        let tip = position(row)?;
        if let Some(doubt) = in_doubt.as_ref() {
            if last.is_some_and(|last| last >= doubt.attempt) {
                self.leave(client, tip).await?;
                let answers = in_doubt.take().map(|doubt| doubt.answers).unwrap_or_default();
                self.tell_others(client, &self.lines(jobs, &answers)).await;
                return Ok(answers);
            }
            *in_doubt = None;
            self.fence = true;
        }
        warm.found(tip);
        warm.take_in(fetched);
        let decided = self.decide(client, jobs, tip, warm).await?;
        if decided.batch.is_empty() && !self.fence {
            self.leave(client, tip).await?;
            return Ok(decided.answers);
        }
        let answers = self.send(client, Vec::new(), jobs, decided, warm, sent).await?;
        answers.ok_or_else(|| no_tip("it moved under its lock").into())
    }

    /// Lets go of the tip without having written. What is answered rests on what stands, which may not be on the disk yet.
    async fn leave(&self, client: &ClientWrapper, tip: Position) -> Result<(), Trouble> {
        together(vec![tell(client, "ROLLBACK"), barrier(client).await?]).await?;
        self.durable.fetch_max(tip.counter, Ordering::Release);
        Ok(())
    }

    /// Sends what was decided and waits until it is durable. `None`: the database was not as expected, and nothing of it
    /// came about.
    async fn send<'c>(
        &mut self,
        client: &'c ClientWrapper,
        mut asked: Vec<Asked<'c>>,
        jobs: &[Job],
        decided: Decided,
        warm: &mut Warm,
        sent: &mut Option<Vec<Answer>>,
    ) -> Result<Option<Vec<Answer>>, Trouble> {
        let Decided { answers, batch, from, to, missing } = decided;
        let stamp = Stamp { id: self.id, attempt: self.attempts };
        let guard = asked.len();
        asked.push(ask(client, &move_tip_from().0, guard_params(from, to, &stamp, &missing)?).await?);
        asked.extend(writes(client, batch.clone(), Some(&stamp)).await?);
        let lines = self.lines(jobs, &answers);
        asked.extend(words_of(client, self.id, &lines).await?);
        asked.push(tell(client, "COMMIT"));
        asked.push(barrier(client).await?);
        *sent = Some(answers);
        let answered = together(asked).await?;
        let answers = sent.take().unwrap_or_default();
        if answered.get(guard).is_none_or(Vec::is_empty) {
            warm.forget(&missing);
            return Ok(None);
        }
        self.fence = false;
        self.durable.fetch_max(to.counter, Ordering::Release);
        self.known.wrote(&batch);
        warm.moved(batch, to);
        // A part may have been given away while the commit was on its way: whoever has it now may have looked before.
        self.tell_others(client, &(&self.lines(jobs, &answers) - &lines)).await;
        Ok(Some(answers))
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
        from: Position,
        warm: &mut Warm,
    ) -> Result<Decided, Trouble> {
        for _ in 0..MOST_ROUNDS {
            let missed = {
                let mut tip = Tip::shared(from.seq, from.digest, from.counter);
                let view = View::new(warm.rows());
                let mut group = Group::new(&view, &mut tip);
                let answers: Vec<Answer> = jobs.iter().map(|job| group.apply(job.commit.clone())).collect();
                let batch = group.finish();
                let missed = view.missed();
                if missed.is_empty() {
                    let (seq, digest, counter) = tip.position();
                    let to = Position { seq, digest, counter, moves: from.moves + 1 };
                    return Ok(Decided { answers, batch: batch?, from, to, missing: Vec::new() });
                }
                missed
            };
            fetch(client, Vec::new(), missed, warm.rows()).await?;
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
    let number = |column| unsigned(row.try_get(column)?).map_err(Trouble::from);
    Ok(Position { seq: number(0)?, digest, counter: number(2)?, moves: number(3)? })
}

/// Waits for the disk. When that fails, what it was sent along with may stand all the same.
pub(super) async fn barrier(client: &ClientWrapper) -> Result<Asked<'_>, Trouble> {
    let asked = ask(client, BARRIER, Vec::new()).await?;
    let in_doubt = |trouble| Trouble::Lost(StoreError::from(trouble).to_string());
    Ok(Box::pin(async move { asked.await.map_err(in_doubt) }))
}

fn guard_params(from: Position, to: Position, stamp: &Stamp, missing: &[Vec<u8>]) -> Result<Vec<Param>, StoreError> {
    let [id, attempt] = stamp.params();
    let mut params = vec![
        number(to.seq)?,
        Param::Text(to.digest.to_string()),
        number(to.counter)?,
        number(from.moves)?,
        id,
        attempt,
    ];
    for &index in &move_tip_from().1 {
        let Some(table) = Table::all().get(index) else { continue };
        let mut ids = Column::new(table.id().1);
        for key in missing.iter().filter(|key| Table::of(key).is_some_and(|(of, _)| of == index)) {
            ids.push(table.id_of(key)?)?;
        }
        params.push(Param::Column(ids));
    }
    Ok(params)
}

/// By what an attempt is known in the database.
pub(super) struct Stamp {
    id: [u8; 16],
    attempt: i64,
}

impl Stamp {
    fn params(&self) -> [Param; 2] {
        [Param::Bytes(self.id.to_vec()), Param::Number(self.attempt)]
    }
}

/// Rows of one table to write and to delete.
struct Changes {
    columns: Vec<Column>,
    deleted: Column,
    counts: (usize, usize),
}

/// The statements that write a batch: what goes is deleted first, then what stays is written, table by table. With a
/// stamp, only if that attempt has moved the tip.
pub(super) async fn writes<'c>(
    client: &'c ClientWrapper,
    batch: Batch,
    stamp: Option<&Stamp>,
) -> Result<Vec<Asked<'c>>, Trouble> {
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
            let statement = if stamp.is_some() { &statements.delete_if } else { &statements.delete };
            let condition = stamp.into_iter().flat_map(Stamp::params);
            let params = [Param::Column(changes.deleted)].into_iter().chain(condition).collect();
            asked.push(ask(client, statement, params).await?);
        }
        if writes > 0 {
            written.push((index, changes.columns));
        }
    }
    for (index, columns) in written {
        if let Some(statements) = Statements::of(index) {
            let statement = if stamp.is_some() { &statements.write_if } else { &statements.write };
            let condition = stamp.into_iter().flat_map(Stamp::params);
            let params = columns.into_iter().map(Param::Column).chain(condition).collect();
            asked.push(ask(client, statement, params).await?);
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
