//! The shop among others that run it on the same database: what to do when a part of the work becomes this process's, and
//! with word from the other processes. Alone, all of it is taken up once at the start.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;

use super::announcing::Announcing;
use super::buying::{Asker, Purchasing};
use super::deposits::Deposits;
use super::inbox::Intake;
use super::inquiring::Inquiries;
use super::outbox::Outbox;
use super::process::Process;
use super::schedule::Schedule;
use super::scheduler::Scheduler;
use super::staff::Staff;
use super::stock::Stock;
use konter_core::ids::{ChatId, InquiryId, OrderId};
use konter_core::order::{AttemptStep, Order};
use konter_store::{Notification, Outgoing, Payload, Shard, StoreError, Word};

/// Words heard together are acted on together.
const AT_ONCE: usize = 512;
/// Between tries to take up work while the store fails.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// How often the inbox is looked at for messages nobody spoke of.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Rows of a chat's outbox among which its first message is: as many as go together.
const FIRST_ROWS: usize = 64;

/// What one handful of words asks for.
#[derive(Debug, Default)]
struct Todo {
    /// With those whose last holder is gone without a word.
    gained: Vec<(Shard, bool)>,
    everything: bool,
    inbox: bool,
    settings: bool,
    outbox: BTreeSet<ChatId>,
    orders: BTreeSet<OrderId>,
    /// And whether a person asks.
    checks: BTreeMap<OrderId, bool>,
    inquiries: BTreeSet<InquiryId>,
}

impl Todo {
    fn of(words: impl Iterator<Item = Word>) -> Self {
        let mut todo = Self::default();
        for word in words {
            match word {
                Word::Gained { shards, orphaned } => todo.gained.extend(shards.into_iter().map(|s| (s, orphaned))),
                Word::Missed | Word::Notified(Notification::Everything) => todo.everything = true,
                Word::Notified(Notification::Inbox(_)) => todo.inbox = true,
                Word::Notified(Notification::Outbox(chat)) => drop(todo.outbox.insert(chat)),
                Word::Notified(Notification::Order(id)) => drop(todo.orders.insert(id)),
                Word::Notified(Notification::Check { order, by_person }) => {
                    *todo.checks.entry(order).or_default() |= by_person;
                }
                Word::Notified(Notification::Inquiry(id)) => drop(todo.inquiries.insert(id)),
                Word::Notified(Notification::Settings) => todo.settings = true,
            }
        }
        todo
    }
}

/// Hands what it hears to whoever does that work.
pub(super) struct Sharing {
    pub process: Process,
    pub outbox: Outbox,
    pub staff: Arc<Staff>,
    pub stock: Arc<Stock>,
    pub deposits: Arc<Deposits>,
    pub announcing: Arc<Announcing>,
    pub schedule: Arc<Schedule>,
    pub scheduler: Arc<Scheduler>,
    pub purchasing: Arc<Purchasing>,
    pub inquiries: Arc<Inquiries>,
    pub intake: Arc<Intake>,
}

impl Sharing {
    /// Takes up whatever becomes this process's, until the shop stops.
    pub async fn run(self: Arc<Self>, mut words: UnboundedReceiver<Word>) {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        let mut heard = Vec::new();
        loop {
            let todo = tokio::select! {
                () = self.process.stop.cancelled() => return,
                count = words.recv_many(&mut heard, AT_ONCE) => {
                    if count == 0 {
                        return;
                    }
                    Todo::of(heard.drain(..))
                }
                _ = looks.tick() => Todo { inbox: true, ..Todo::default() },
            };
            while let Err(error) = self.act_on(&todo).await {
                tracing::error!(%error, "this process's part of the work could not be taken up; trying again");
                tokio::select! {
                    () = self.process.stop.cancelled() => return,
                    () = tokio::time::sleep(AGAIN_AFTER) => {}
                }
            }
        }
    }

    async fn act_on(&self, todo: &Todo) -> Result<(), StoreError> {
        if todo.settings || todo.everything {
            self.reload().await?;
        }
        let mut parts: BTreeSet<Shard> = todo.gained.iter().map(|(shard, _)| *shard).collect();
        if todo.everything {
            // Others are told of by a word of their own, which says whom they come from.
            parts.extend(self.process.share.opened());
        }
        if !parts.is_empty() {
            let orphans = todo.gained.iter().filter(|(_, orphaned)| *orphaned).map(|(shard, _)| *shard);
            self.take_up_parts(&parts.into_iter().collect::<Vec<_>>(), &orphans.collect::<Vec<_>>()).await?;
        } else if todo.inbox {
            self.intake.recover().await?;
        }
        for id in &todo.orders {
            if let Some(order) = self.process.store.order(*id).await? {
                self.see_to(&order);
            }
        }
        for (id, by_person) in &todo.checks {
            if self.process.store.order(*id).await?.is_some_and(|order| self.process.share.holds(&order.chat)) {
                self.purchasing.spawn_check(*id, if *by_person { Asker::Person } else { Asker::Shop });
            }
        }
        for id in &todo.inquiries {
            self.inquiries.spawn(*id);
        }
        self.outbox
            .notify(&todo.outbox.iter().filter(|chat| self.process.share.holds(chat)).cloned().collect::<Vec<_>>());
        Ok(())
    }

    /// What another process has changed and this one keeps in memory.
    async fn reload(&self) -> Result<(), StoreError> {
        self.deposits.load_overrides().await?;
        self.staff.reload().await?;
        self.stock.change().await.reload().await?;
        self.announcing.begin();
        Ok(())
    }

    /// Everything of these parts that waits for somebody: orders first, what the inbox orders must not be taken for
    /// something interrupted. `orphans` are those whose last holder is gone without a word; what any other has under way
    /// at a supplier it brings to its end itself.
    async fn take_up_parts(&self, shards: &[Shard], orphans: &[Shard]) -> Result<(), StoreError> {
        if !orphans.is_empty() {
            let waiting: Vec<ChatId> = self.process.store.waiting_chats().await?;
            for chat in waiting.iter().filter(|chat| orphans.contains(&Shard::of(chat))) {
                self.doubt_first_reply(chat).await?;
            }
        }
        self.scheduler.recover(shards, orphans, false).await?;
        self.inquiries.recover(shards).await?;
        self.intake.take_in(shards).await?;
        // Not before: nothing is said for a part until it is open.
        let waiting = self.process.store.waiting_chats().await?;
        self.outbox.notify(&waiting.into_iter().filter(|chat| shards.contains(&Shard::of(chat))).collect::<Vec<_>>());
        self.announcing.begin();
        Ok(())
    }

    /// Whoever said replies to this chat is gone. The first that waits may have been said, with those behind it if the
    /// chat was behind: they are marked as such.
    async fn doubt_first_reply(&self, chat: &ChatId) -> Result<(), StoreError> {
        let rows = self.process.store.outbox(chat, FIRST_ROWS).await?;
        let is_reply = |row: &&Outgoing| matches!(row.payload, Payload::Reply(_));
        let mut waiting = rows.iter().skip_while(|row| !is_reply(row));
        if let Some(first) = waiting.next() {
            let with_it = waiting.take_while(|row| is_reply(row) && row.is_in_lane_of(first)).last();
            self.process.share.doubt(chat.clone(), first.seq..=with_it.unwrap_or(first).seq);
        }
        Ok(())
    }

    /// An order of this process's that another has changed.
    fn see_to(&self, order: &Order) {
        self.schedule.note(order);
        let is_ready = order.current().is_some_and(|attempt| attempt.step == AttemptStep::Ready);
        if order.is_open() && is_ready && self.process.share.holds(&order.chat) {
            self.purchasing.spawn_buy(order.id);
        }
    }
}
