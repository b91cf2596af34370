//! Which part of the work is this process's. Chats fall into [`SHARDS`] parts, and whoever holds a part answers its
//! chats' messages, buys and chases their orders and says their replies: alone, so that a chat's order of replies, its
//! pace and a PIN being typed are in one place. A data dir is one process's, which holds everything; a database shares
//! the parts out by leases (see `postgres::sharing`). Nothing here decides about money: versions and keys of the store
//! do, also for whoever believes to hold what it has lost.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::ids::{ChatId, InquiryId, OrderId};

/// Parts of the work. More processes than this would find nothing to do; fewer would make the parts uneven.
pub const SHARDS: usize = 64;

/// One part: below [`SHARDS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard(u8);

impl Shard {
    /// What nobody's chat decides about (asking Telegram, the day's figures) goes with the first part.
    pub const FIRST: Self = Self(0);

    /// The part a chat belongs to: the same in every process, of every version.
    #[must_use]
    pub fn of(chat: &ChatId) -> Self {
        let first = Sha256::digest(chat.to_string().as_bytes()).first().copied().unwrap_or_default();
        Self(first % Self::COUNT)
    }

    /// `None` for a number that is no part's.
    #[must_use]
    pub fn new(number: i64) -> Option<Self> {
        u8::try_from(number).ok().filter(|number| *number < Self::COUNT).map(Self)
    }

    #[must_use]
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
pub enum Nudge {
    /// Messages of this chat wait in the inbox.
    Inbox(ChatId),
    /// Something is to be said to this chat.
    Outbox(ChatId),
    /// This order has changed.
    Order(OrderId),
    /// Somebody wants to know what became of this order.
    Check(OrderId),
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
    Gained {
        shards: Vec<Shard>,
        orphaned: bool,
    },
    Nudged(Nudge),
    /// Nudges may have been missed.
    Missed,
}

#[derive(Clone, Copy, Debug)]
struct Holding {
    /// `None`: without end.
    until: Option<Instant>,
    /// It is to be given to somebody else: nothing new is begun.
    is_leaving: bool,
}

/// What of the work is this process's now.
#[derive(Debug)]
pub struct Share {
    held: Mutex<HashMap<Shard, Holding>>,
    busy: [AtomicU32; SHARDS],
    /// Processes at work, this one included; 0 until that is known.
    members: AtomicU32,
    leads: watch::Sender<bool>,
    /// First replies of chats whose process is gone: it may have said them.
    doubted: Mutex<HashMap<ChatId, u64>>,
}

/// Held while something of a part is being done: meanwhile it is given to nobody else of one's own accord.
#[derive(Debug)]
pub struct Busy {
    share: Arc<Share>,
    shard: Shard,
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.share.count(self.shard).fetch_sub(1, Ordering::AcqRel);
    }
}

impl Share {
    /// Everything, for good.
    #[must_use]
    pub fn alone() -> Arc<Self> {
        let holding = Holding { until: None, is_leaving: false };
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
            busy: std::array::from_fn(|_| AtomicU32::new(0)),
            members: AtomicU32::new(0),
            leads: watch::Sender::new(false),
            doubted: Mutex::default(),
        }
    }

    fn count(&self, shard: Shard) -> &AtomicU32 {
        let [first, ..] = &self.busy;
        self.busy.get(usize::from(shard.0)).unwrap_or(first)
    }

    /// Whether a chat is this process's at this moment.
    #[must_use]
    pub fn holds(&self, chat: &ChatId) -> bool {
        self.has(Shard::of(chat))
    }

    #[must_use]
    pub fn has(&self, shard: Shard) -> bool {
        self.held.lock().get(&shard).is_some_and(|held| held.until.is_none_or(|until| Instant::now() < until))
    }

    /// Begins something for a chat; `None` when it is not this process's, or soon will not be.
    #[must_use]
    pub fn enter(self: &Arc<Self>, chat: &ChatId) -> Option<Busy> {
        let shard = Shard::of(chat);
        let held = self.held.lock();
        let holding = held.get(&shard).filter(|held| !held.is_leaving)?;
        if holding.until.is_some_and(|until| Instant::now() >= until) {
            return None;
        }
        // Under the lock, so that whoever finds a leaving part idle has it to give.
        self.count(shard).fetch_add(1, Ordering::AcqRel);
        drop(held);
        Some(Busy { share: Arc::clone(self), shard })
    }

    /// Whether this process does what only one should do.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.has(Shard::FIRST)
    }

    /// The same, and word of every change.
    #[must_use]
    pub fn leading(&self) -> watch::Receiver<bool> {
        self.leads.subscribe()
    }

    /// Processes at work, at least this one.
    #[must_use]
    pub fn members(&self) -> u32 {
        self.members.load(Ordering::Acquire).max(1)
    }

    /// The parts held now.
    #[must_use]
    pub fn shards(&self) -> Vec<Shard> {
        Shard::all().filter(|shard| self.has(*shard)).collect()
    }

    /// This reply may have been said by a process that is gone.
    pub fn doubt(&self, chat: ChatId, seq: u64) {
        self.doubted.lock().insert(chat, seq);
    }

    #[must_use]
    pub fn is_doubted(&self, chat: &ChatId, seq: u64) -> bool {
        self.doubted.lock().get(chat) == Some(&seq)
    }

    /// It has been said now, or need not be.
    pub fn undoubt(&self, chat: &ChatId, seq: u64) {
        let mut doubted = self.doubted.lock();
        if doubted.get(chat).is_some_and(|known| *known <= seq) {
            doubted.remove(chat);
        }
    }

    // What follows is for whoever shares the work out.

    pub(super) fn set_members(&self, members: u32) {
        self.members.store(members, Ordering::Release);
    }

    /// These are held until then, and no others.
    pub(super) fn renewed(&self, shards: &[Shard], until: Instant) {
        let mut held = self.held.lock();
        held.retain(|shard, _| shards.contains(shard));
        for holding in held.values_mut() {
            holding.until = Some(until);
        }
        drop(held);
        self.tell_leading();
    }

    pub(super) fn gained(&self, shards: &[Shard], until: Instant) {
        let holding = Holding { until: Some(until), is_leaving: false };
        self.held.lock().extend(shards.iter().map(|shard| (*shard, holding)));
        self.tell_leading();
    }

    /// Lets go of what is idle among these, and gives what that was.
    pub(super) fn let_go_of_idle(&self, shards: &[Shard]) -> Vec<Shard> {
        let mut held = self.held.lock();
        let idle = self.idle(shards);
        held.retain(|shard, _| !idle.contains(shard));
        drop(held);
        self.tell_leading();
        idle
    }

    /// Those of these in which nothing is under way.
    pub(super) fn idle(&self, shards: &[Shard]) -> Vec<Shard> {
        let is_idle = |shard: &&Shard| self.count(**shard).load(Ordering::Acquire) == 0;
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

    /// Forgets what has run out.
    pub(super) fn expire(&self) {
        let now = Instant::now();
        self.held.lock().retain(|_, held| held.until.is_none_or(|until| now < until));
        self.tell_leading();
    }

    fn tell_leading(&self) {
        let first = self.held.lock().get(&Shard::FIRST).copied();
        let leads = first.is_some_and(|held| !held.is_leaving && held.until.is_none_or(|until| Instant::now() < until));
        self.leads.send_if_modified(|known| std::mem::replace(known, leads) != leads);
    }
}

/// How many of so many parts one of so many processes should have, at most.
pub(super) fn fair(members: u32) -> usize {
    SHARDS.div_ceil(usize::try_from(members.max(1)).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn chats() -> impl Iterator<Item = ChatId> {
        (1..2_000).map(ChatId::telegram)
    }

    fn all() -> Vec<Shard> {
        Shard::all().collect()
    }

    #[test]
    fn chats_fall_into_all_parts_evenly_and_always_into_the_same() {
        let mut counts = [0_usize; SHARDS];
        for chat in chats() {
            counts[usize::from(Shard::of(&chat).number())] += 1;
        }
        assert!(counts.iter().all(|count| (10..60).contains(count)), "{counts:?}");
        // A part that moved would be answered by two processes of different versions.
        assert_eq!(Shard::of(&ChatId::telegram(111)).number(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_renewed_runs_out() {
        let share = Arc::new(Share::nothing());
        let chat = ChatId::telegram(1);
        assert!(!share.holds(&chat) && share.enter(&chat).is_none() && !share.leads());
        share.gained(&all(), Instant::now() + Duration::from_secs(5));
        assert!(share.holds(&chat) && share.enter(&chat).is_some() && share.leads());
        tokio::time::advance(Duration::from_secs(4)).await;
        share.renewed(&all(), Instant::now() + Duration::from_secs(5));
        tokio::time::advance(Duration::from_secs(4)).await;
        assert!(share.holds(&chat));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!share.holds(&chat) && share.enter(&chat).is_none() && !share.leads());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_busy_is_not_given_away_and_begins_nothing_new() {
        let share = Arc::new(Share::nothing());
        share.gained(&all(), Instant::now() + Duration::from_secs(5));
        let chat = ChatId::telegram(1);
        let part = Shard::of(&chat);
        let busy = share.enter(&chat);
        share.set_leaving(&[part], true);
        assert!(share.enter(&chat).is_none() && share.holds(&chat), "what is under way is finished");
        assert_eq!(share.let_go_of_idle(&share.leaving()), []);
        drop(busy);
        assert_eq!(share.let_go_of_idle(&share.leaving()), [part]);
        assert!(!share.holds(&chat));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_loses_the_first_part_hears_that_it_does_not_lead() {
        let share = Arc::new(Share::nothing());
        let leading = share.leading();
        assert!(!*leading.borrow());
        share.gained(&all(), Instant::now() + Duration::from_secs(5));
        assert!(*leading.borrow());
        tokio::time::advance(Duration::from_secs(6)).await;
        share.expire();
        assert!(!*leading.borrow());
    }

    #[test]
    fn parts_are_shared_out_whole() {
        for (members, most) in [(0, 64), (1, 64), (2, 32), (3, 22), (4, 16), (64, 1), (65, 1)] {
            assert_eq!(fair(members), most, "{members}");
        }
    }

    #[test]
    fn a_doubted_reply_is_doubted_until_it_is_said() {
        let (share, chat) = (Share::alone(), ChatId::telegram(1));
        share.doubt(chat.clone(), 7);
        assert!(share.is_doubted(&chat, 7) && !share.is_doubted(&chat, 8));
        share.undoubt(&chat, 6);
        assert!(share.is_doubted(&chat, 7));
        share.undoubt(&chat, 7);
        assert!(!share.is_doubted(&chat, 7));
    }
}
