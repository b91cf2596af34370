//! What a shop owes its people when its data is not what it was: taken over from a backup or without some days, or no longer to
//! be written.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use tokio::sync::watch;

use super::ChatService;
use super::alerts::Alerts;
use super::apply_event::{Along, OrderEvents};
use super::outbox::Outbox;
use super::process::Process;
use crate::clock::ShopClock;
use konter_command::powers;
use konter_core::agent::Locale;
use konter_core::ids::ChatId;
use konter_core::order::restored::is_forgotten;
use konter_core::order::{Event, Order};
use konter_core::staff::Roster;
use konter_reply::{DayList, KeepingReply, Reply};
use konter_store::{Commit, InboxMessage, Restored, StoreError};

/// A chat whose messages cannot be stored is told so again only after this long.
const TELL_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(10);
/// Chats remembered for that; beyond it they hear it more often.
const MOST_REMEMBERED: usize = 10_000;

/// Who has been told that the store fails.
#[derive(Default)]
struct AlertThrottle {
    chats: Mutex<HashMap<ChatId, DateTime<Utc>>>,
    admins: AtomicBool,
}

impl AlertThrottle {
    fn is_due(&self, chat: &ChatId, now: DateTime<Utc>) -> bool {
        let mut chats = self.chats.lock();
        if chats.get(chat).is_some_and(|told| now - *told < TELL_AGAIN_AFTER) {
            return false;
        }
        if chats.len() >= MOST_REMEMBERED {
            chats.clear();
        }
        chats.insert(chat.clone(), now);
        true
    }
}

/// Says, past the outbox, that nothing can be stored.
pub(super) struct StoreFailures {
    process: Process,
    chats: Arc<dyn ChatService>,
    locale: Locale,
    roster: watch::Receiver<Roster>,
    throttle: AlertThrottle,
}

impl StoreFailures {
    pub fn new(process: Process, chats: Arc<dyn ChatService>, locale: Locale, roster: watch::Receiver<Roster>) -> Self {
        Self { process, chats, locale, roster, throttle: AlertThrottle::default() }
    }

    /// Tells whoever wrote that it could not be noted, and the admins that the shop stands still.
    pub fn tell(&self, messages: &[InboxMessage], error: &StoreError) {
        let StoreError::Unavailable(problem) = error else { return };
        if self.process.stop.is_cancelled() {
            return;
        }
        let now = self.process.clock.utc();
        let mut alerts: Vec<(ChatId, KeepingReply)> = Vec::new();
        for message in messages.iter().filter(|message| message.private) {
            if self.throttle.is_due(&message.chat, now) {
                alerts.push((message.chat.clone(), KeepingReply::TryLater));
            }
        }
        if !self.throttle.admins.swap(true, Ordering::Relaxed) {
            let alert = |chat: &ChatId| (chat.clone(), KeepingReply::StoreFailed { problem: problem.clone() });
            alerts.extend(self.roster.borrow().at_least(powers::ALERTED).map(alert));
        }
        let (chats, locale) = (Arc::clone(&self.chats), self.locale);
        self.process.tasks.spawn(async move {
            for (chat, reply) in alerts {
                chats.tell(&chat, locale, Reply::Keeping(reply)).await;
            }
        });
    }
}

/// When the shop was put back from a backup, if it ever was; known once it has been taken over.
pub(super) struct RestoredAt {
    clock: ShopClock,
    stale_after: TimeDelta,
    at: OnceLock<DateTime<Utc>>,
}

impl RestoredAt {
    /// `stale_after`: older messages are not carried out.
    pub const fn new(clock: ShopClock, stale_after: TimeDelta) -> Self {
        Self { clock, stale_after, at: OnceLock::new() }
    }

    /// Whether what came of something at this moment may have been forgotten by a restore.
    pub fn may_be_forgotten(&self, at: DateTime<Utc>) -> bool {
        self.at.get().is_some_and(|restored| at <= *restored)
    }

    /// A message from before a restore may have been carried out and forgotten: it is as old as one that is not carried
    /// out any more.
    pub fn as_of_now(&self, message: &InboxMessage) -> Option<InboxMessage> {
        self.may_be_forgotten(message.sent_at).then(|| {
            let too_old = self.clock.utc() - self.stale_after - TimeDelta::minutes(1);
            InboxMessage { sent_at: message.sent_at.min(too_old), ..message.clone() }
        })
    }
}

/// Takes a shop over from a backup.
pub(super) struct TakeOver {
    pub process: Process,
    pub events: Arc<OrderEvents>,
    pub alerts: Arc<Alerts>,
    pub outbox: Outbox,
    pub restored: Arc<RestoredAt>,
}

impl TakeOver {
    /// The first thing a shop does: one that came out of a backup puts every open order in doubt before anybody can look
    /// at it, and remembers what messages it may have carried out and forgotten. `true`: this was the first start, and the
    /// admins have been told.
    pub async fn run(&self) -> Result<bool, StoreError> {
        let Some(restored) = self.process.store.restored().await? else { return Ok(false) };
        let _ = self.restored.at.set(restored.at);
        let is_first = restored.pending;
        if is_first {
            self.put_in_doubt(restored).await?;
        }
        Ok(is_first)
    }

    async fn put_in_doubt(&self, restored: Restored) -> Result<(), StoreError> {
        let Restored { made_at, newer, at, rebuilt, lost_days, .. } = restored;
        let lost = (!lost_days.is_empty()).then(|| DayList::of(&lost_days));
        let (mut in_doubt, mut waiting) = (0, 0);
        for order in self.process.store.open_orders().await? {
            self.events.apply(order.id, &Event::Restored, &Along::default()).await?;
            // Also those that were put in doubt before a crash on the way.
            match self.process.store.order(order.id).await?.filter(Order::is_open) {
                Some(order) if order.attempts.last().is_some_and(is_forgotten) => in_doubt += 1,
                Some(_) => waiting += 1,
                None => {}
            }
        }
        // A crash on the way leaves the mark: the orders done so far are done, the others follow.
        let mut commit = Commit::new(self.process.clock.utc());
        commit.outgoing = self.alerts.to_admins(&Reply::Keeping(KeepingReply::Restored {
            made_at,
            newer,
            at,
            rebuilt,
            in_doubt,
            waiting,
            lost,
        }));
        commit.taken_over = true;
        self.outbox.say(commit).await?;
        let [made_at, newer] = [made_at, newer].map(|at| at.map(tracing::field::display));
        tracing::warn!(made_at, newer, ?lost_days, in_doubt, waiting, "taken over; orders in doubt wait for a person");
        Ok(())
    }
}
