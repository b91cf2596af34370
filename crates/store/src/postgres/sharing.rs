//! Sharing the work out between the processes of one database: a lease on each part of it (see `leases`), renewed
//! every second. Whoever has more parts than its fair share gives some back, once nothing is under way in them; whoever
//! has fewer takes what nobody holds. A process that dies, hangs, or cannot reach the database stops renewing: its
//! parts run out and another takes them.
//!
//! Times are the database's own, so clocks of machines need not agree. A process counts a lease from before it asked
//! for it, and believes in it for less than the database does ([`BELIEVED`]): it stops before anybody else can begin.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Object, Pool};
use parking_lot::Mutex;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::timeout;
use tokio_postgres::Row;

use super::link::{Trouble, ask, connection, together};
use super::value::{Column, Param};
use crate::leases::{Leases, Notification, Shard, Since, Until, Word, fair};
use konter_core::ids::SupplierId;

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
/// Whatever nobody holds, as many as wanted. Of two processes that want the same, one passes over it. With each part,
/// whether whoever had it is gone without a word, and whether that was this process itself.
const TAKE: &str = "UPDATE work SET owner = $1, until = now() + $2::bigint * interval '1 ms' FROM (\
    SELECT part, owner FROM work WHERE owner IS NULL OR until <= now() ORDER BY part LIMIT $3 FOR UPDATE SKIP LOCKED\
    ) AS free WHERE work.part = free.part RETURNING work.part::bigint, coalesce(free.owner <> $1, false), coalesce(free.owner = $1, false)";
/// What is in doubt keeps its owner's name, as if the owner had died: whoever takes it knows.
const GIVE_BACK: &str = "UPDATE work SET until = '-infinity', \
    owner = CASE WHEN part::bigint = ANY($3::bigint[]) THEN owner END WHERE owner = $1 AND part::bigint = ANY($2::bigint[])";

/// What one process needs to take part.
pub(super) struct Sharing {
    pub pool: Pool,
    /// Of this process, this time.
    pub id: [u8; 16],
    /// What people call it.
    pub name: String,
    pub share: Arc<Leases>,
    pub words: UnboundedSender<Word>,
    /// It is about to stop: what it has goes to the others as it becomes idle.
    pub is_retiring: Arc<AtomicBool>,
    pub places: Places,
    client: Option<ClientWrapper>,
    /// What the database has said is this process's.
    known: BTreeSet<Shard>,
    /// Parts were lost: what was committed in the belief of holding them may be unknown to whoever does.
    owes_word: bool,
}

impl Sharing {
    pub(super) fn new(pool: Pool, id: [u8; 16], share: Arc<Leases>, words: UnboundedSender<Word>) -> Self {
        let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
        let name = format!("{} {}", host.trim(), std::process::id()).trim().to_owned();
        Self {
            pool,
            id,
            name,
            share,
            words,
            is_retiring: Arc::default(),
            places: Places::default(),
            client: None,
            known: BTreeSet::new(),
            owes_word: false,
        }
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
                tracing::warn!(error = %crate::StoreError::from(trouble), "this process's part of the work could not be renewed");
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
        self.owes_word |= self.share.expire();
        result
    }

    async fn round(&mut self) -> Result<(), Trouble> {
        let client = match self.client.take() {
            Some(client) if !client.is_closed() => client,
            _ => Object::take(connection(&self.pool).await?),
        };
        let retiring = self.is_retiring.load(Ordering::Acquire);
        let asked_at = Since::now();
        let beat = if retiring { ask(&client, GO, vec![self.me()]).await? } else { self.beat(&client).await? };
        let rounds = vec![
            beat,
            ask(&client, COUNT, Vec::new()).await?,
            ask(&client, RENEW, vec![self.me(), Param::Number(millis(LEASE))]).await?,
            self.places.renewal(&client, self.id).await?,
        ];
        let answers = together(rounds).await?;
        let until = Until::after(asked_at, BELIEVED);
        let members = answers.get(1).and_then(|rows| rows.first()).map(|row| row.try_get::<_, i64>(0)).transpose()?;
        let members = members.and_then(|count| u32::try_from(count).ok()).unwrap_or(1);
        self.share.set_members(members);
        let mine = shards(answers.get(2).map(Vec::as_slice).unwrap_or_default())?;
        self.owes_word |= self.share.renewed(&mine, until);
        self.take_up_strange(mine, until);
        if self.owes_word {
            tracing::warn!("parts of the work had run out");
            super::listener::notify_others(&client, self.id, &Notification::Everything).await?;
            self.owes_word = false;
        }
        self.even_out(&client, if retiring { 0 } else { fair(members) }, until).await?;
        self.client = Some(client);
        Ok(())
    }

    /// What is this process's without its knowing: the database's answer was lost, or it was given up for lost. It
    /// would be renewed for ever and nobody would work on it.
    fn take_up_strange(&mut self, mine: Vec<Shard>, until: Until) {
        let (own, unknown): (Vec<_>, Vec<_>) =
            self.share.strange(&mine).into_iter().partition(|shard| self.known.contains(shard));
        self.known = mine.into_iter().collect();
        for (shards, orphaned) in [(own, false), (unknown, true)] {
            self.share.gained(&shards, until, orphaned);
            self.tell(shards, orphaned);
        }
    }

    async fn beat<'c>(&self, client: &'c ClientWrapper) -> Result<super::link::Asked<'c>, Trouble> {
        ask(client, BEAT, vec![self.me(), Param::Text(self.name.clone()), Param::Number(millis(LEASE))]).await
    }

    async fn even_out(&mut self, client: &ClientWrapper, most: usize, until: Until) -> Result<(), Trouble> {
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
            let all: Vec<Shard> = idle.iter().map(|(shard, _)| *shard).collect();
            let doubtful: Vec<Shard> = idle.iter().filter(|(_, doubtful)| *doubtful).map(|(shard, _)| *shard).collect();
            let giving = ask(client, GIVE_BACK, vec![self.me(), numbers(&all), numbers(&doubtful)]).await?;
            together(vec![giving]).await?;
            self.known.retain(|shard| !all.contains(shard));
        }
        Ok(())
    }

    async fn take(&mut self, client: &ClientWrapper, wanted: usize, until: Until) -> Result<(), Trouble> {
        if wanted == 0 {
            return Ok(());
        }
        let wanted = Param::Number(i64::try_from(wanted).unwrap_or(i64::MAX));
        let asked = ask(client, TAKE, vec![self.me(), Param::Number(millis(LEASE)), wanted]).await?;
        let (mut others, mut orphaned, mut own) = (Vec::new(), Vec::new(), Vec::new());
        for row in &asked.await? {
            let kind = match (row.try_get(1)?, row.try_get(2)?) {
                (true, _) => &mut orphaned,
                (false, true) => &mut own,
                (false, false) => &mut others,
            };
            kind.push(shard(row)?);
        }
        // What this process knew of them is old.
        self.share.forget_doubts(&[others.as_slice(), orphaned.as_slice()].concat());
        for (taken, is_orphan) in [(others, false), (orphaned, true), (own, false)] {
            self.share.gained(&taken, until, is_orphan);
            self.known.extend(&taken);
            self.tell(taken, is_orphan);
        }
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
pub(super) async fn leave(pool: &Pool, id: [u8; 16], share: &Leases) -> Result<(), Trouble> {
    const FREE: &str = "UPDATE work SET until = '-infinity', \
        owner = CASE WHEN part::bigint = ANY($2::bigint[]) THEN owner END WHERE owner = $1";
    const FREE_PLACES: &str = "UPDATE supplier_places SET owner = NULL, until = '-infinity' WHERE owner = $1";
    let unfinished = share.unfinished();
    // Before anybody else can begin: a task that was not waited for must not go on in the belief of holding something.
    share.give_up();
    let client = connection(pool).await?;
    let me = || Param::Bytes(id.to_vec());
    let words = vec![
        ask(&client, FREE, vec![me(), numbers(&unfinished)]).await?,
        ask(&client, FREE_PLACES, vec![me()]).await?,
        ask(&client, GO, vec![me()]).await?,
    ];
    together(words).await.map(drop)
}

fn shards(rows: &[Row]) -> Result<Vec<Shard>, Trouble> {
    rows.iter().map(shard).collect()
}

fn shard(row: &Row) -> Result<Shard, Trouble> {
    Shard::new(row.try_get(0)?)
        .ok_or_else(|| Trouble::Refused("there are more parts of the work than known".to_owned()))
}

fn numbers(shards: &[Shard]) -> Param {
    Param::Column(Column::Numbers(shards.iter().map(|shard| Some(shard.number().into())).collect()))
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// How long a place is held without a word: its request goes on while the database is restarted, and one of a process
/// that died is free again soon.
const PLACE_LEASE: Duration = Duration::from_secs(30);

/// The places among requests to suppliers that this process has. What it took without hearing of it runs out.
#[derive(Clone, Default)]
pub(super) struct Places(Arc<Mutex<BTreeSet<(SupplierId, u16)>>>);

impl Places {
    async fn renewal<'c>(&self, client: &'c ClientWrapper, id: [u8; 16]) -> Result<super::link::Asked<'c>, Trouble> {
        const RENEW: &str = "UPDATE supplier_places SET until = now() + $2::bigint * interval '1 ms' \
            WHERE owner = $1 AND (supplier, place) IN (SELECT * FROM unnest($3::text[], $4::bigint[]))";
        let held: Vec<(SupplierId, u16)> = self.0.lock().iter().cloned().collect();
        let suppliers = held.iter().map(|(supplier, _)| Some(supplier.to_string())).collect();
        let places = held.iter().map(|(_, place)| Some((*place).into())).collect();
        let params = vec![
            Param::Bytes(id.to_vec()),
            Param::Number(millis(PLACE_LEASE)),
            Param::Column(Column::Texts(suppliers)),
            Param::Column(Column::Numbers(places)),
        ];
        ask(client, RENEW, params).await
    }

    /// Takes one of a supplier's few places.
    pub(super) async fn take(
        &self,
        client: &ClientWrapper,
        id: [u8; 16],
        supplier: &SupplierId,
        of: u16,
    ) -> Result<Option<u16>, Trouble> {
        const MAKE: &str = "INSERT INTO supplier_places (supplier, place) SELECT $1, generate_series(1, $2::bigint) \
            ON CONFLICT DO NOTHING";
        const TAKE: &str = "UPDATE supplier_places AS taken SET owner = $3, \
            until = now() + $4::bigint * interval '1 ms' FROM (\
            SELECT place FROM supplier_places WHERE supplier = $1 AND place <= $2::bigint \
            AND (owner IS NULL OR until <= now()) ORDER BY place LIMIT 1 FOR UPDATE SKIP LOCKED\
            ) AS free WHERE taken.supplier = $1 AND taken.place = free.place RETURNING taken.place::bigint";
        let params = || vec![Param::Text(supplier.to_string()), Param::Number(of.into())];
        let taking = [params(), vec![Param::Bytes(id.to_vec()), Param::Number(millis(PLACE_LEASE))]].concat();
        let answers = together(vec![ask(client, MAKE, params()).await?, ask(client, TAKE, taking).await?]).await?;
        let place = answers.get(1).and_then(|rows| rows.first()).map(|row| row.try_get::<_, i64>(0)).transpose()?;
        let place = place.and_then(|place| u16::try_from(place).ok());
        self.0.lock().extend(place.map(|place| (supplier.clone(), place)));
        Ok(place)
    }

    /// Nothing is under way there any more.
    pub(super) fn forget(&self, supplier: &SupplierId, place: u16) {
        self.0.lock().remove(&(supplier.clone(), place));
    }
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
