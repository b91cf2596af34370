//! Orders that need a person: told one by one while they are few, together when they are many, and put right where they
//! stand once they need nobody any more.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::Shop;
use super::apply_event::Along;
use konter_core::ids::{ChatId, OrderId};
use konter_core::order::{Event, Order, view};
use konter_core::routing::Alarm;
use konter_reply::{OverdueCard, OverdueStage, Reply, RoutingReply};
use konter_store::{Commit, Payload, Say, StoreError};

/// Orders that become overdue together are looked at together: this long after the first.
const GATHER: Duration = Duration::from_millis(300);
/// How long the next message of an admin who tapped "delivered" is taken for the serial number.
const SERIAL_WITHIN: TimeDelta = TimeDelta::minutes(5);

/// What is known of alarms in memory; a restart tells anew.
#[derive(Default)]
pub(super) struct Alarms {
    /// Overdue, and not told yet.
    gathered: Mutex<BTreeSet<OrderId>>,
    told: Mutex<Alarm>,
    /// Admins who were asked for a serial number: of which order, under which message, and when.
    serials: Mutex<HashMap<ChatId, Prompt>>,
    /// The clock was set.
    pub new_time: Notify,
}

/// An admin was asked for a serial number.
#[derive(Clone)]
pub(super) struct Prompt {
    pub order: OrderId,
    pub at: DateTime<Utc>,
}

impl Alarms {
    /// The admin's next message is this order's serial number.
    pub fn ask_serial(&self, chat: &ChatId, order: OrderId, at: DateTime<Utc>) {
        let mut serials = self.serials.lock();
        serials.retain(|_, prompt| at - prompt.at < SERIAL_WITHIN);
        serials.insert(chat.clone(), Prompt { order, at });
    }

    /// It is not any more.
    pub fn forget_serial(&self, chat: &ChatId, order: OrderId) {
        let mut serials = self.serials.lock();
        if serials.get(chat).is_some_and(|prompt| prompt.order == order) {
            serials.remove(chat);
        }
    }

    /// The order whose serial number the admin's next message is.
    pub fn asked_serial(&self, chat: &ChatId, at: DateTime<Utc>) -> Option<OrderId> {
        let serials = self.serials.lock();
        serials.get(chat).filter(|prompt| at - prompt.at < SERIAL_WITHIN).map(|prompt| prompt.order)
    }
}

impl Shop {
    /// An order needs a person. How that is told depends on how many do.
    pub(super) fn overdue(self: &Arc<Self>, id: OrderId) {
        let mut gathered = self.alarms.gathered.lock();
        let is_first = gathered.is_empty();
        gathered.insert(id);
        drop(gathered);
        if is_first {
            let shop = Arc::clone(self);
            self.tasks.spawn(async move {
                tokio::time::sleep(GATHER).await;
                let gathered = std::mem::take(&mut *shop.alarms.gathered.lock());
                let one_by_one = shop.alarms.told.lock().more(gathered.len(), shop.clock.utc());
                for id in gathered {
                    if let Err(error) = shop.tell_overdue(id, one_by_one).await {
                        tracing::error!(order = %id, %error, "an order that needs a person could not be told; trying again");
                    }
                }
            });
        }
    }

    async fn tell_overdue(&self, id: OrderId, one_by_one: bool) -> Result<(), StoreError> {
        let Some(order) = self.store.order(id).await?.filter(|order| order.is_open() && !order.escalated) else {
            return Ok(());
        };
        let event =
            if one_by_one { Event::Overdue { seen: self.observe(&order).await } } else { Event::OverdueAmongMany };
        self.apply(id, &event, &Along::default()).await.map(drop)
    }

    /// Orders that were told before a restart, perhaps only together: told once more, with their number.
    pub(super) fn owe_digest(&self) {
        self.alarms.told.lock().owe(self.clock.utc());
    }

    /// Tells how many orders need a person, when that is due.
    pub(super) async fn tell_digest(&self) -> Result<(), StoreError> {
        let now = self.clock.utc();
        if !self.alarms.told.lock().is_due(now) {
            return Ok(());
        }
        // Each process tells of its own.
        let is_counted = |order: &&Order| order.escalated && self.share.holds(&order.chat);
        let count = self.store.open_orders().await?.iter().filter(is_counted).count();
        if count > 0 {
            let mut commit = Commit::new(now);
            commit.outgoing =
                self.alerts.to_admins(&Reply::Routing(Box::new(RoutingReply::AlertManyOverdue { count })));
            let chats: Vec<ChatId> = commit.outgoing.iter().map(|say| say.chat.clone()).collect();
            self.store.commit(commit).await.map_err(|error| StoreError::Unavailable(error.to_string()))?;
            self.alerts.notify(&chats);
        }
        self.alarms.told.lock().told(now);
        Ok(())
    }

    /// Once an order needs nobody any more, its alerts say so, and their buttons go. With them: the order whose alerts need
    /// not be found any more.
    pub(super) async fn settle_alerts(
        &self,
        before: &Order,
        after: &Order,
    ) -> Result<Option<(Vec<Say>, OrderId)>, StoreError> {
        let moved_on = !after.is_open() || after.attempts.len() > before.attempts.len();
        if !before.escalated || !before.is_open() || !moved_on {
            return Ok(None);
        }
        let card = OverdueCard { card: view::card(after, self.clock.utc()), stage: OverdueStage::Done };
        let shown = self.store.shown(after.id).await?;
        let edit = |shown: konter_store::Shown| Say {
            chat: shown.chat,
            locale: self.policy.locale,
            payload: Payload::Edit {
                message: shown.message,
                reply: Box::new(Reply::AlertOverdue(Box::new(card.clone()))),
            },
            balance_of: None,
        };
        Ok(Some((shown.into_iter().map(edit).collect(), after.id)))
    }
}
