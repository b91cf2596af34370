//! Orders that need a person: told one by one while they are few, together when they are many.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

use super::alerts::Alerts;
use super::apply_event::{Along, OrderEvents};
use super::buying::Purchasing;
use super::outbox::Outbox;
use super::process::Process;
use konter_core::ids::{ChatId, OrderId};
use konter_core::money::Rupiah;
use konter_core::order::{Event, Order};
use konter_core::routing::Alarm;
use konter_reply::{Reply, RoutingReply};
use konter_store::{Commit, StoreError};

/// Orders that become overdue together are looked at together: this long after the first.
const GATHER: Duration = Duration::from_millis(300);
/// Products named of those sold at a loss.
const LOSSES_SHOWN: usize = 10;
/// How long the next message of an admin who tapped "delivered" is taken for the serial number.
const SERIAL_WITHIN: TimeDelta = TimeDelta::minutes(5);

/// Admins who were asked for a serial number: of which order, and when. In memory: after a restart they are asked anew.
#[derive(Default)]
pub(super) struct SerialPrompts(Mutex<HashMap<ChatId, Prompt>>);

/// An admin was asked for a serial number.
struct Prompt {
    order: OrderId,
    at: DateTime<Utc>,
    /// The messages that came since: how many, and the last of them.
    since: usize,
    last: String,
}

/// An order whose serial number was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct SerialOf {
    pub order: OrderId,
    /// Nothing else was written or tapped since: a bare number can only be meant for this.
    pub undisturbed: bool,
}

impl SerialPrompts {
    /// Something was written or tapped in a chat: what is typed after it may not be meant for an order any more.
    pub fn heard(&self, chat: &ChatId, message: &str) {
        if let Some(prompt) = self.0.lock().get_mut(chat).filter(|prompt| prompt.last != message) {
            prompt.since += 1;
            message.clone_into(&mut prompt.last);
        }
    }

    /// The admin's next message is this order's serial number.
    pub fn ask(&self, chat: &ChatId, order: OrderId, at: DateTime<Utc>) {
        let mut serials = self.0.lock();
        serials.retain(|_, prompt| at - prompt.at < SERIAL_WITHIN);
        serials.insert(chat.clone(), Prompt { order, at, since: 0, last: String::new() });
    }

    /// It is not any more.
    pub fn forget(&self, chat: &ChatId, order: OrderId) {
        let mut serials = self.0.lock();
        if serials.get(chat).is_some_and(|prompt| prompt.order == order) {
            serials.remove(chat);
        }
    }

    /// The order whose serial number this message is.
    pub fn asked(&self, chat: &ChatId, message: &str, at: DateTime<Utc>) -> Option<SerialOf> {
        let serials = self.0.lock();
        let prompt = serials.get(chat).filter(|prompt| at - prompt.at < SERIAL_WITHIN)?;
        let undisturbed = prompt.since == 0 || (prompt.since == 1 && prompt.last == message);
        Some(SerialOf { order: prompt.order, undisturbed })
    }
}

/// Tells of orders that need a person. What it has told is in memory; a restart tells anew.
pub(super) struct Alarms {
    process: Process,
    alerts: Arc<Alerts>,
    outbox: Outbox,
    events: Arc<OrderEvents>,
    purchasing: Arc<Purchasing>,
    /// Overdue, and not told yet.
    gathered: Mutex<BTreeSet<OrderId>>,
    told: Mutex<Alarm>,
}

impl Alarms {
    pub fn new(
        process: Process,
        alerts: Arc<Alerts>,
        outbox: Outbox,
        events: Arc<OrderEvents>,
        purchasing: Arc<Purchasing>,
    ) -> Self {
        let (gathered, told) = (Mutex::default(), Mutex::default());
        Self { process, alerts, outbox, events, purchasing, gathered, told }
    }

    /// An order needs a person. How that is told depends on how many do.
    pub fn overdue(self: &Arc<Self>, id: OrderId) {
        let mut gathered = self.gathered.lock();
        let is_first = gathered.is_empty();
        gathered.insert(id);
        drop(gathered);
        if is_first {
            let alarms = Arc::clone(self);
            self.process.tasks.spawn(async move {
                tokio::time::sleep(GATHER).await;
                let gathered = std::mem::take(&mut *alarms.gathered.lock());
                let one_by_one = alarms.told.lock().more(gathered.len(), alarms.process.clock.utc());
                for id in gathered {
                    if let Err(error) = alarms.tell_overdue(id, one_by_one).await {
                        tracing::error!(order = %id, %error, "an order that needs a person could not be told; trying again");
                    }
                }
            });
        }
    }

    async fn tell_overdue(&self, id: OrderId, one_by_one: bool) -> Result<(), StoreError> {
        let Some(order) = self.process.store.order(id).await?.filter(|order| order.is_open() && !order.escalated)
        else {
            return Ok(());
        };
        let event = if one_by_one {
            Event::Overdue { seen: self.purchasing.observe(&order).await }
        } else {
            Event::OverdueAmongMany
        };
        self.events.apply(id, &event, &Along::default()).await.map(drop)
    }

    /// Orders that were told before a restart, perhaps only together: told once more, with their number.
    pub fn owe_digest(&self) {
        self.told.lock().owe(self.process.clock.utc());
    }

    /// Tells of what was sold at a loss without a message of its own, when that is due.
    pub async fn tell_losses(&self) -> Result<(), StoreError> {
        let now = self.process.clock.utc();
        let mut lines = self.events.charges.take_together(now);
        if lines.is_empty() {
            return Ok(());
        }
        let count = lines.iter().map(|line| line.count).sum();
        let lost = lines.iter().map(|line| line.lost).try_fold(Rupiah::ZERO, Rupiah::checked_add).unwrap_or_default();
        let more = lines.len().saturating_sub(LOSSES_SHOWN);
        lines.truncate(LOSSES_SHOWN);
        let reply = Reply::Routing(Box::new(RoutingReply::AlertLosses { count, lost, lines, more }));
        self.alerts.tell_admins(&reply).await
    }

    /// Tells how many orders need a person, when that is due.
    pub async fn tell_digest(&self) -> Result<(), StoreError> {
        let now = self.process.clock.utc();
        if !self.told.lock().is_due(now) {
            return Ok(());
        }
        // Each process tells of its own.
        let is_counted = |order: &&Order| order.escalated && self.process.share.holds(&order.chat);
        let count = self.process.store.open_orders().await?.iter().filter(is_counted).count();
        if count > 0 {
            let mut commit = Commit::new(now);
            commit.outgoing =
                self.alerts.to_admins(&Reply::Routing(Box::new(RoutingReply::AlertManyOverdue { count })));
            self.outbox.say(commit).await?;
        }
        self.told.lock().told(now);
        Ok(())
    }
}
