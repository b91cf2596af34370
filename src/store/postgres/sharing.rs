//! Sharing the work out between the processes of one database: a lease on each part of it (see `store::share`), renewed
//! every second. Whoever has more parts than its fair share gives some back, once nothing is under way in them; whoever
//! has fewer takes what nobody holds. A process that dies, hangs, or cannot reach the database stops renewing: its
//! parts run out and another takes them.
//!
//! Times are the database's own, so clocks of machines need not agree. A process counts a lease from before it asked
//! for it, and believes in it for less than the database does ([`BELIEVED`]): it stops before anybody else can begin.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Object, Pool};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, timeout};
use tokio_postgres::Row;

use super::link::{Trouble, ask, connection, together};
use super::value::Param;
use crate::ids::SupplierId;
use crate::store::share::{Nudge, Shard, Share, Word, fair};

/// How long a part is held without a word: long enough for a database that is restarted quickly, short enough that a
/// reseller whose shop's process died still waits.
pub(super) const LEASE: Duration = Duration::from_secs(6);
/// How long a process believes in its lease: it stops well before anybody else can begin.
const BELIEVED: Duration = Duration::from_millis(4_500);
const RENEW_EVERY: Duration = Duration::from_secs(1);
/// How long one renewal may take; then the next one is tried on a new connection.
const PATIENCE: Duration = Duration::from_secs(2);
/// Parts on their way to somebody else at the same time: their chats wait until nothing is under way in them.
const LEAVING_AT_ONCE: usize = 8;

const BEAT: &str = "INSERT INTO members (id, name, until) VALUES ($1, $2, now() + $3::bigint * interval '1 ms') \
    ON CONFLICT (id) DO UPDATE SET until = excluded.until";
const GO: &str = "DELETE FROM members WHERE id = $1 OR until < now() - interval '1 day'";
const COUNT: &str = "SELECT count(*) FROM members WHERE until > now()";
const RENEW: &str = "UPDATE work SET until = now() + $2::bigint * interval '1 ms' WHERE owner = $1 AND until > now() \
    RETURNING part::bigint";
/// Whatever nobody holds, as many as wanted. Of two processes that want the same, one passes over it.
const TAKE: &str = "UPDATE work SET owner = $1, until = now() + $2::bigint * interval '1 ms' FROM (\
    SELECT part, owner FROM work WHERE owner IS NULL OR until <= now() ORDER BY part LIMIT $3 FOR UPDATE SKIP LOCKED\
    ) AS free WHERE work.part = free.part RETURNING work.part::bigint, free.owner IS NOT NULL AND free.owner <> $1";
const GIVE_BACK: &str =
    "UPDATE work SET owner = NULL, until = '-infinity' WHERE owner = $1 AND part::bigint = ANY($2::bigint[])";

/// What one process needs to take part.
pub(super) struct Sharing {
    pub pool: Pool,
    /// Of this process, this time.
    pub id: [u8; 16],
    /// What people call it.
    pub name: String,
    pub share: Arc<Share>,
    pub words: UnboundedSender<Word>,
    /// It is about to stop: what it has goes to the others as it becomes idle.
    pub is_retiring: Arc<AtomicBool>,
    client: Option<ClientWrapper>,
}

impl Sharing {
    pub(super) fn new(pool: Pool, id: [u8; 16], share: Arc<Share>, words: UnboundedSender<Word>) -> Self {
        let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
        let name = format!("{} {}", host.trim(), std::process::id()).trim().to_owned();
        Self { pool, id, name, share, words, is_retiring: Arc::default(), client: None }
    }

    /// Takes part until aborted.
    pub(super) async fn run(mut self) {
        let mut ticks = tokio::time::interval(RENEW_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        // The first one is at once, and was before this.
        ticks.tick().await;
        loop {
            ticks.tick().await;
            if let Err(trouble) = self.renew().await {
                tracing::warn!(error = %crate::store::StoreError::from(trouble), "this process's part of the work could not be renewed");
            }
        }
    }

    /// One round: says that this process lives, renews what it has, and evens out.
    ///
    /// # Errors
    /// When the database is away; what is held then runs out by itself.
    pub(super) async fn renew(&mut self) -> Result<(), Trouble> {
        let round = timeout(PATIENCE, self.round()).await;
        let result = round.unwrap_or_else(|_| Err(Trouble::Lost("no answer in time".to_owned())));
        if result.is_err() {
            self.client = None;
        }
        self.share.expire();
        result
    }

    async fn round(&mut self) -> Result<(), Trouble> {
        let client = match self.client.take() {
            Some(client) if !client.is_closed() => client,
            _ => Object::take(connection(&self.pool).await?),
        };
        let retiring = self.is_retiring.load(Ordering::Acquire);
        let asked_at = Instant::now();
        let beat = if retiring { ask(&client, GO, vec![self.me()]).await? } else { self.beat(&client).await? };
        let rounds = vec![
            beat,
            ask(&client, COUNT, Vec::new()).await?,
            ask(&client, RENEW, vec![self.me(), Param::Number(millis(LEASE))]).await?,
        ];
        let answers = together(rounds).await?;
        let until = asked_at + BELIEVED;
        let members = answers.get(1).and_then(|rows| rows.first()).map(|row| row.try_get::<_, i64>(0)).transpose()?;
        let members = members.and_then(|count| u32::try_from(count).ok()).unwrap_or(1);
        self.share.set_members(members);
        let before = self.share.shards();
        let mine = shards(answers.get(2).map(Vec::as_slice).unwrap_or_default())?;
        self.share.renewed(&mine, until);
        if before.iter().any(|shard| !mine.contains(shard)) {
            // What was committed in the belief of holding them may be unknown to whoever does.
            tracing::warn!("parts of the work have run out and are another process's now");
            super::listener::nudge(&client, self.id, &Nudge::Everything).await?;
        }
        self.even_out(&client, if retiring { 0 } else { fair(members) }, until).await?;
        self.client = Some(client);
        Ok(())
    }

    async fn beat<'c>(&self, client: &'c ClientWrapper) -> Result<super::link::Asked<'c>, Trouble> {
        ask(client, BEAT, vec![self.me(), Param::Text(self.name.clone()), Param::Number(millis(LEASE))]).await
    }

    async fn even_out(&self, client: &ClientWrapper, most: usize, until: Instant) -> Result<(), Trouble> {
        let leaving = self.share.leaving();
        // The first part goes last: whoever asks Telegram goes on as long as it can.
        let staying: Vec<Shard> = self.share.shards().into_iter().rev().filter(|s| !leaving.contains(s)).collect();
        if let Some(surplus) = staying.len().checked_sub(most).filter(|surplus| *surplus > 0) {
            // What is idle goes at once, whatever is already on its way.
            let at_once = if most == 0 { surplus } else { surplus.min(LEAVING_AT_ONCE.saturating_sub(leaving.len())) };
            let idle = self.share.idle(&staying);
            let busy = staying.iter().copied().filter(|shard| !idle.contains(shard));
            let going: Vec<Shard> = idle.iter().copied().take(surplus).collect();
            let rest = surplus.saturating_sub(going.len()).min(at_once);
            let going: Vec<Shard> = going.into_iter().chain(busy.take(rest)).collect();
            self.share.set_leaving(&going, true);
        } else if let Some(wanted) = most.checked_sub(staying.len()).filter(|wanted| *wanted > 0) {
            let back: Vec<Shard> = leaving.into_iter().take(wanted).collect();
            self.share.set_leaving(&back, false);
            self.tell(back.clone(), false);
            self.take(client, wanted - back.len(), until).await?;
        }
        let idle = self.share.let_go_of_idle(&self.share.leaving());
        if !idle.is_empty() {
            together(vec![ask(client, GIVE_BACK, vec![self.me(), numbers(&idle)]).await?]).await?;
        }
        Ok(())
    }

    async fn take(&self, client: &ClientWrapper, wanted: usize, until: Instant) -> Result<(), Trouble> {
        if wanted == 0 {
            return Ok(());
        }
        let wanted = Param::Number(i64::try_from(wanted).unwrap_or(i64::MAX));
        let asked = ask(client, TAKE, vec![self.me(), Param::Number(millis(LEASE)), wanted]).await?;
        let rows = asked.await?;
        let taken = shards(&rows)?;
        let mut orphans = Vec::new();
        for row in &rows {
            if row.try_get::<_, bool>(1)? {
                orphans.push(row);
            }
        }
        let orphaned = orphans.into_iter().map(shard).collect::<Result<Vec<_>, _>>()?;
        self.share.gained(&taken, until);
        self.tell(taken.into_iter().filter(|shard| !orphaned.contains(shard)).collect(), false);
        self.tell(orphaned, true);
        Ok(())
    }

    fn tell(&self, shards: Vec<Shard>, orphaned: bool) {
        if !shards.is_empty() {
            tracing::info!(parts = shards.len(), orphaned, "took over a part of the work");
            // Nobody listens when no shop runs in this process.
            let _ = self.words.send(Word::Gained { shards, orphaned });
        }
    }

    fn me(&self) -> Param {
        Param::Bytes(self.id.to_vec())
    }
}

/// Leaves for good: everything this process has is free at once.
pub(super) async fn leave(pool: &Pool, id: [u8; 16]) -> Result<(), Trouble> {
    const FREE: &str = "UPDATE work SET owner = NULL, until = '-infinity' WHERE owner = $1";
    let client = connection(pool).await?;
    let me = || vec![Param::Bytes(id.to_vec())];
    together(vec![ask(&client, FREE, me()).await?, ask(&client, GO, me()).await?]).await.map(drop)
}

fn shards(rows: &[Row]) -> Result<Vec<Shard>, Trouble> {
    rows.iter().map(shard).collect()
}

fn shard(row: &Row) -> Result<Shard, Trouble> {
    Shard::new(row.try_get(0)?)
        .ok_or_else(|| Trouble::Refused("there are more parts of the work than known".to_owned()))
}

fn numbers(shards: &[Shard]) -> Param {
    Param::Column(super::value::Column::Numbers(shards.iter().map(|shard| Some(shard.number().into())).collect()))
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Longer than any supplier is waited for: a place whose process is gone is free again then.
const PLACE_LEASE: &str = "interval '10 minutes'";

/// Takes one of a supplier's few places.
pub(super) async fn take_place(
    client: &ClientWrapper,
    id: [u8; 16],
    supplier: &SupplierId,
    of: u16,
) -> Result<Option<u16>, Trouble> {
    const MAKE: &str = "INSERT INTO supplier_places (supplier, place) SELECT $1, generate_series(1, $2::bigint) \
        ON CONFLICT DO NOTHING";
    let take = format!(
        "UPDATE supplier_places AS taken SET owner = $3, until = now() + {PLACE_LEASE} FROM (\
        SELECT place FROM supplier_places WHERE supplier = $1 AND place <= $2::bigint \
        AND (owner IS NULL OR until <= now()) ORDER BY place LIMIT 1 FOR UPDATE SKIP LOCKED\
        ) AS free WHERE taken.supplier = $1 AND taken.place = free.place RETURNING taken.place::bigint"
    );
    let params = || vec![Param::Text(supplier.to_string()), Param::Number(of.into())];
    let taking = [params(), vec![Param::Bytes(id.to_vec())]].concat();
    let answers = together(vec![ask(client, MAKE, params()).await?, ask(client, &take, taking).await?]).await?;
    let place = answers.get(1).and_then(|rows| rows.first()).map(|row| row.try_get::<_, i64>(0)).transpose()?;
    Ok(place.and_then(|place| u16::try_from(place).ok()))
}

/// Gives a place back.
pub(super) async fn free_place(
    client: &ClientWrapper,
    id: [u8; 16],
    supplier: &SupplierId,
    place: u16,
) -> Result<(), Trouble> {
    const FREE: &str = "UPDATE supplier_places SET owner = NULL, until = '-infinity' \
        WHERE supplier = $1 AND place = $2::bigint AND owner = $3";
    let params = vec![Param::Text(supplier.to_string()), Param::Number(place.into()), Param::Bytes(id.to_vec())];
    ask(client, FREE, params).await?.await.map(drop)
}
