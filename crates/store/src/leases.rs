//! Which part of the work is this process's. Chats fall into [`SHARDS`] parts, and whoever holds a part answers its
//! chats' messages, buys and chases their orders and says their replies: alone, so that a chat's order of replies, its
//! pace and a PIN being typed are in one place. A data dir is one process's, which holds everything; a database shares
//! the parts out by leases (see `postgres::sharing`). Nothing here decides about money: versions and keys of the store
//! do, also for whoever believes to hold what it has lost.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;
use tokio::time::Instant;

use konter_core::ids::{ChatId, InquiryId, OrderId};

/// Parts of the work. More processes than this would find nothing to do; fewer would make the parts uneven.
pub const SHARDS: usize = 64;

/// One part: below [`SHARDS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard(u8);

impl Shard {
    /// What nobody's chat decides about (asking Telegram, the day's figures) goes with the first part.
    pub const FIRST: Self = Self(0);

    /// The part a chat belongs to: the same in every process, of every version.
    pub fn of(chat: &ChatId) -> Self {
        let first = Sha256::digest(chat.to_string().as_bytes()).first().copied().unwrap_or_default();
        Self(first % Self::COUNT)
    }

    /// `None` for a number that is no part's.
    pub fn new(number: i64) -> Option<Self> {
        u8::try_from(number).ok().filter(|number| *number < Self::COUNT).map(Self)
    }

    pub const fn number(self) -> u8 {
        self.0
    }

    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT).map(Self)
    }

    #[expect(clippy::cast_possible_truncation, reason = "64")]
    const COUNT: u8 = SHARDS as u8;
}

/// Something happened, perhaps in another process, that this one may have to act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notification {
    /// Messages of this chat wait in the inbox.
    Inbox(ChatId),
    /// Something is to be said to this chat.
    Outbox(ChatId),
    /// This order has changed.
    Order(OrderId),
    /// Somebody wants to know what became of this order.
    Check {
        order: OrderId,
        /// A person, who knows that asking may buy.
        by_person: bool,
    },
    /// This inquiry waits to be asked.
    Inquiry(InquiryId),
    /// The catalog, the roles, what is set for suppliers, or an announcement changed.
    Settings,
    /// Look at everything.
    Everything,
}

/// What a process is told about its part of the work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// These are its own from now on. `orphaned`: whoever had them is gone without a word.
    Gained { shards: Vec<Shard>, orphaned: bool },
    /// Another process has stored or done something.
    Notified(Notification),
    /// Nudges may have been missed.
    Missed,
}

/// The end of a lease, by two clocks: the one that only goes forward stands still while a machine sleeps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Until {
    steady: Instant,
    wall: Option<SystemTime>,
}

impl Until {
    pub fn after(since: Since, lease: Duration) -> Self {
        Self { steady: since.steady + lease, wall: since.wall.checked_add(lease) }
    }

    fn is_over(&self) -> bool {
        Instant::now() >= self.steady || self.wall.is_some_and(|wall| SystemTime::now() >= wall)
    }
}

/// A moment by both clocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Since {
    steady: Instant,
    wall: SystemTime,
}

impl Since {
    pub fn now() -> Self {
        Self { steady: Instant::now(), wall: SystemTime::now() }
    }
}

#[derive(Clone, Copy, Debug)]
struct Holding {
    /// `None`: without end.
    until: Option<Until>,
    /// It is to be given to somebody else: nothing new is begun.
    is_leaving: bool,
    /// What waited there has been taken up. Before that nothing is answered or said: it would overtake what waits.
    is_open: bool,
    /// Whoever had it before is gone without a word, and what that means has not been taken note of yet.
    is_orphan: bool,
}

impl Holding {
    fn counts(&self) -> bool {
        self.until.is_none_or(|until| !until.is_over())
    }
}

/// What of the work is this process's now.
#[derive(Debug)]
pub struct Leases {
    held: Mutex<HashMap<Shard, Holding>>,
    busy: Counts,
    /// Of those that are busy, so many only wait for a supplier.
    resting: Counts,
    /// Processes at work, this one included; 0 until that is known.
    members: AtomicU32,
    leads: watch::Sender<bool>,
    /// First replies of chats whose process is gone: it may have said them, together if there are several.
    doubted: Mutex<HashMap<ChatId, RangeInclusive<u64>>>,
    /// Replies that this process is saying, or has said without the store knowing.
    saying: Mutex<HashMap<ChatId, u64>>,
}

type Counts = [AtomicU32; SHARDS];

fn zeros() -> Counts {
    std::array::from_fn(|_| AtomicU32::new(0))
}

fn count(counts: &Counts, shard: Shard) -> &AtomicU32 {
    let [first, ..] = counts;
    counts.get(usize::from(shard.0)).unwrap_or(first)
}

/// Held while something of a part is being done: meanwhile it is given to nobody else of one's own accord.
#[derive(Debug)]
pub struct WorkGuard {
    share: Arc<Leases>,
    shard: Shard,
}

impl WorkGuard {
    /// While a supplier is waited for, the part can be given away all the same: nobody else's chat waits for that
    /// supplier. The rows say what is under way.
    #[must_use]
    pub fn rest(&self) -> WaitGuard {
        count(&self.share.resting, self.shard).fetch_add(1, Ordering::AcqRel);
        WaitGuard { share: Arc::clone(&self.share), shard: self.shard }
    }
}

impl Drop for WorkGuard {
    fn drop(&mut self) {
        count(&self.share.busy, self.shard).fetch_sub(1, Ordering::AcqRel);
    }
}

/// A wait for a supplier. Dropped when what comes after it needs no part.
#[derive(Debug)]
pub struct WaitGuard {
    share: Arc<Leases>,
    shard: Shard,
}

impl WaitGuard {
    /// Ends the wait; `false` when the part has been given away meanwhile: whoever has it goes on.
    pub fn is_over_and_still_ours(self) -> bool {
        let share = Arc::clone(&self.share);
        // Under the lock, so that a part is not given away at the very moment its work goes on.
        let held = share.held.lock();
        let is_ours = held.get(&self.shard).is_some_and(Holding::counts);
        drop(self);
        drop(held);
        is_ours
    }
}

impl Drop for WaitGuard {
    fn drop(&mut self) {
        count(&self.share.resting, self.shard).fetch_sub(1, Ordering::AcqRel);
    }
}

impl Leases {
    /// Everything, for good.
    #[must_use]
    pub fn alone() -> Arc<Self> {
        let holding = Holding { until: None, is_leaving: false, is_open: true, is_orphan: false };
        let share = Self::nothing();
        *share.held.lock() = Shard::all().map(|shard| (shard, holding)).collect();
        share.members.store(1, Ordering::Release);
        share.leads.send_replace(true);
        Arc::new(share)
    }

    /// Nothing yet.
    pub(super) fn nothing() -> Self {
        Self {
            held: Mutex::default(),
            busy: zeros(),
            resting: zeros(),
            members: AtomicU32::new(0),
            leads: watch::Sender::new(false),
            doubted: Mutex::default(),
            saying: Mutex::default(),
        }
    }

    /// Whether a chat is this process's at this moment.
    #[must_use]
    pub fn holds(&self, chat: &ChatId) -> bool {
        self.has(Shard::of(chat))
    }

    #[must_use]
    pub fn has(&self, shard: Shard) -> bool {
        self.held.lock().get(&shard).is_some_and(Holding::counts)
    }

    /// Whether a chat is this process's and what waited for it has been taken up.
    pub fn is_open(&self, chat: &ChatId) -> bool {
        self.held.lock().get(&Shard::of(chat)).is_some_and(|held| held.counts() && held.is_open)
    }

    /// Begins something for a chat's orders; `None` when it is not this process's, or soon will not be.
    #[must_use]
    pub fn enter(self: &Arc<Self>, chat: &ChatId) -> Option<WorkGuard> {
        self.enter_if(chat, |_| true)
    }

    /// The same for what has an order in its chat: answering and saying. It waits until what is older is taken up.
    #[must_use]
    pub fn attend(self: &Arc<Self>, chat: &ChatId) -> Option<WorkGuard> {
        self.enter_if(chat, |held| held.is_open)
    }

    fn enter_if(self: &Arc<Self>, chat: &ChatId, may: impl Fn(&Holding) -> bool) -> Option<WorkGuard> {
        let shard = Shard::of(chat);
        let held = self.held.lock();
        held.get(&shard).filter(|held| held.counts() && !held.is_leaving && may(held))?;
        // Under the lock, so that whoever finds a leaving part idle has it to give.
        count(&self.busy, shard).fetch_add(1, Ordering::AcqRel);
        drop(held);
        Some(WorkGuard { share: Arc::clone(self), shard })
    }

    /// What waited in these has been taken up.
    pub fn open(&self, shards: &[Shard]) {
        for (_, holding) in self.held.lock().iter_mut().filter(|(shard, _)| shards.contains(shard)) {
            holding.is_open = true;
            holding.is_orphan = false;
        }
    }

    /// The parts held now whose waiting work has been taken up.
    #[must_use]
    pub fn opened(&self) -> Vec<Shard> {
        let held = self.held.lock();
        Shard::all().filter(|shard| held.get(shard).is_some_and(|held| held.counts() && held.is_open)).collect()
    }

    /// Whether this process does what only one should do.
    pub fn leads(&self) -> bool {
        self.has(Shard::FIRST)
    }

    /// The same, and word of every change.
    #[must_use]
    pub fn leading(&self) -> watch::Receiver<bool> {
        self.leads.subscribe()
    }

    /// Processes at work, at least this one.
    pub fn members(&self) -> u32 {
        self.members.load(Ordering::Acquire).max(1)
    }

    /// The parts held now.
    #[must_use]
    pub fn shards(&self) -> Vec<Shard> {
        Shard::all().filter(|shard| self.has(*shard)).collect()
    }

    /// These replies may have been said by a process that is gone.
    pub fn doubt(&self, chat: ChatId, seqs: RangeInclusive<u64>) {
        self.doubted.lock().insert(chat, seqs);
    }

    pub fn is_doubted(&self, chat: &ChatId, seq: u64) -> bool {
        self.doubted.lock().get(chat).is_some_and(|seqs| seqs.contains(&seq))
    }

    /// It has been said now, or need not be; and so has what stands before it.
    pub fn undoubt(&self, chat: &ChatId, seq: u64) {
        let mut doubted = self.doubted.lock();
        if doubted.get(chat).is_some_and(|seqs| *seqs.end() <= seq) {
            doubted.remove(chat);
        }
    }

    /// From now on this reply may have been said, though its row still waits.
    pub fn saying(&self, chat: &ChatId, seq: u64) {
        self.saying.lock().insert(chat.clone(), seq);
    }

    /// Its row is gone, or it surely was not said.
    pub fn said(&self, chat: &ChatId, seq: u64) {
        let mut saying = self.saying.lock();
        if saying.get(chat) == Some(&seq) {
            saying.remove(chat);
        }
    }

    // What follows is for whoever shares the work out.

    pub(super) fn set_members(&self, members: u32) {
        self.members.store(members, Ordering::Release);
    }

    /// These are held until then, and no others. `true` when one was held before that is not any more.
    pub(super) fn renewed(&self, shards: &[Shard], until: Until) -> bool {
        let mut held = self.held.lock();
        let before = held.len();
        held.retain(|shard, _| shards.contains(shard));
        let is_less = held.len() < before;
        for holding in held.values_mut() {
            holding.until = Some(until);
        }
        drop(held);
        self.tell_leading();
        is_less
    }

    /// Those of these that are not held here.
    pub(super) fn strange(&self, shards: &[Shard]) -> Vec<Shard> {
        let held = self.held.lock();
        shards.iter().filter(|shard| !held.contains_key(shard)).copied().collect()
    }

    pub(super) fn gained(&self, shards: &[Shard], until: Until, is_orphan: bool) {
        let holding = Holding { until: Some(until), is_leaving: false, is_open: false, is_orphan };
        self.held.lock().extend(shards.iter().map(|shard| (*shard, holding)));
        self.tell_leading();
    }

    /// Lets go of what is idle among these, and gives what that was, each with whether something of it may have been
    /// said that still waits.
    pub(super) fn let_go_of_idle(&self, shards: &[Shard]) -> Vec<(Shard, bool)> {
        let mut held = self.held.lock();
        let doubtful = self.in_doubt(&held);
        let idle = self.idle(shards);
        held.retain(|shard, _| !idle.contains(shard));
        drop(held);
        self.tell_leading();
        idle.into_iter().map(|shard| (shard, doubtful.contains(&shard))).collect()
    }

    /// Lets go of everything, whatever is under way.
    pub(super) fn give_up(&self) {
        self.held.lock().clear();
        self.tell_leading();
    }

    /// Those in which something is being done that nobody will finish, or may have been said that still waits.
    pub(super) fn unfinished(&self) -> Vec<Shard> {
        let doubtful = self.in_doubt(&self.held.lock());
        let is_busy = |shard: &Shard| count(&self.busy, *shard).load(Ordering::Acquire) > 0;
        Shard::all().filter(|shard| is_busy(shard) || doubtful.contains(shard)).collect()
    }

    fn in_doubt(&self, held: &HashMap<Shard, Holding>) -> BTreeSet<Shard> {
        let mut found: BTreeSet<Shard> = self.doubted.lock().keys().map(Shard::of).collect();
        found.extend(self.saying.lock().keys().map(Shard::of));
        found.extend(held.iter().filter(|(_, held)| held.is_orphan).map(|(shard, _)| *shard));
        found
    }

    /// Whatever was in doubt about these is another process's to know now.
    pub(super) fn forget_doubts(&self, shards: &[Shard]) {
        self.doubted.lock().retain(|chat, _| !shards.contains(&Shard::of(chat)));
        self.saying.lock().retain(|chat, _| !shards.contains(&Shard::of(chat)));
    }

    /// Those of these in which nothing is under way but requests to suppliers.
    pub(super) fn idle(&self, shards: &[Shard]) -> Vec<Shard> {
        let is_idle = |shard: &&Shard| {
            let resting = count(&self.resting, **shard).load(Ordering::Acquire);
            count(&self.busy, **shard).load(Ordering::Acquire) <= resting
        };
        shards.iter().filter(is_idle).copied().collect()
    }

    /// Those about to be given away.
    pub(super) fn leaving(&self) -> Vec<Shard> {
        self.held.lock().iter().filter(|(_, held)| held.is_leaving).map(|(shard, _)| *shard).collect()
    }

    /// Begins nothing new for these, or does so again.
    pub(super) fn set_leaving(&self, shards: &[Shard], is_leaving: bool) {
        for (_, holding) in self.held.lock().iter_mut().filter(|(shard, _)| shards.contains(shard)) {
            holding.is_leaving = is_leaving;
        }
        self.tell_leading();
    }

    /// Forgets what has run out; `true` when there was something.
    pub(super) fn expire(&self) -> bool {
        let mut held = self.held.lock();
        let before = held.len();
        held.retain(|_, held| held.counts());
        let is_less = held.len() < before;
        drop(held);
        self.tell_leading();
        is_less
    }

    fn tell_leading(&self) {
        let first = self.held.lock().get(&Shard::FIRST).copied();
        let leads = first.is_some_and(|held| !held.is_leaving && held.counts());
        self.leads.send_if_modified(|known| std::mem::replace(known, leads) != leads);
    }
}

/// How many of so many parts one of so many processes should have, at most.
pub(super) fn fair(members: u32) -> usize {
    SHARDS.div_ceil(usize::try_from(members.max(1)).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests;
