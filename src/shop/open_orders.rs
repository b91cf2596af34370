//! The open orders in a few words each, kept in memory: what `/health` and `/metrics` are asked every few seconds must
//! not cost a read of every open order.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

use konter_core::ids::{OrderId, SupplierId};
use konter_core::order::{AttemptStep, Order};
use konter_core::outcome::Outcome;
use konter_store::{Leases, Shard};

/// Words about an order can overtake each other; after this long no earlier one is on its way any more.
const LATE_WORDS: TimeDelta = TimeDelta::minutes(5);

/// How far an open order has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Nothing has left.
    Waiting,
    /// Its request is under way.
    Sending,
    /// The supplier is at it.
    Pending,
    /// Nobody knows what became of it.
    Unknown,
}

impl Stage {
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Sending, Self::Pending, Self::Unknown];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Pending => "pending",
            Self::Unknown => "unknown",
        }
    }

    /// `None` for an order that is final.
    fn of(order: &Order) -> Option<Self> {
        if !order.is_open() {
            return None;
        }
        let Some(attempt) = order.current().filter(|attempt| attempt.step == AttemptStep::Sent) else {
            return Some(Self::Waiting);
        };
        Some(match &attempt.outcome {
            None => Self::Sending,
            Some(Outcome::Unknown(_)) => Self::Unknown,
            Some(Outcome::Pending | Outcome::Success(_) | Outcome::Failed(_)) => Self::Pending,
        })
    }
}

#[derive(Clone, Debug)]
struct Page {
    version: u32,
    /// `None` for a final order, kept until no earlier word about it can come any more.
    stage: Option<Stage>,
    /// When it was placed; for a final order, when it became final.
    since: DateTime<Utc>,
    /// The supplier whose break it waits out.
    waits_for: Option<SupplierId>,
    shard: Shard,
}

impl Page {
    /// Whether a word that came late might still say something else.
    fn may_change(&self, now: DateTime<Utc>) -> bool {
        self.stage.is_some() || (now - self.since).abs() < LATE_WORDS
    }
}

#[derive(Default)]
struct Book {
    pages: HashMap<OrderId, Page>,
    /// When final orders were last left out.
    swept: DateTime<Utc>,
}

#[derive(Default)]
pub(super) struct OpenOrders(Mutex<Book>);

/// What is open now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OpenNow {
    pub stages: HashMap<Stage, usize>,
    /// When each was placed.
    pub placed: Vec<DateTime<Utc>>,
    /// Orders that wait for the end of a supplier's break.
    pub waiting: HashMap<SupplierId, usize>,
}

impl OpenOrders {
    /// Notes an order as of one version of it.
    pub fn note(&self, order: &Order, now: DateTime<Utc>) {
        let stage = Stage::of(order);
        let since = if stage.is_some() { order.created_at } else { order.updated_at };
        let waits_for = order.current().filter(|_| order.is_queued()).map(|attempt| attempt.route.supplier.clone());
        let page = Page { version: order.version, stage, since, waits_for, shard: Shard::of(&order.chat) };
        self.put(order.id, page, now);
    }

    fn put(&self, id: OrderId, page: Page, now: DateTime<Utc>) {
        let mut book = self.0.lock();
        if book.pages.get(&id).is_none_or(|known| known.version <= page.version) {
            book.pages.insert(id, page);
        }
        // Nobody may ever ask what is open: where neither `/health` nor `/metrics` is looked at.
        if (now - book.swept).abs() >= LATE_WORDS {
            book.pages.retain(|_, page| page.may_change(now));
            book.swept = now;
        }
    }

    /// Forgets an order that is another process's to count.
    pub fn forget(&self, id: OrderId) {
        self.0.lock().pages.remove(&id);
    }

    /// What is open among what this process holds.
    pub fn now(&self, now: DateTime<Utc>, share: &Leases) -> OpenNow {
        let mut book = self.0.lock();
        let held = share.shards();
        book.pages.retain(|_, page| held.contains(&page.shard) && page.may_change(now));
        let mut open = OpenNow::default();
        for page in book.pages.values() {
            if let Some(stage) = page.stage {
                *open.stages.entry(stage).or_default() += 1;
                open.placed.push(page.since);
            }
            if let Some(supplier) = &page.waits_for {
                *open.waiting.entry(supplier.clone()).or_default() += 1;
            }
        }
        open
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use konter_core::ids::ChatId;

    #[test]
    fn final_orders_are_forgotten_though_nobody_asks_what_is_open() {
        let (orders, shard) = (OpenOrders::default(), Shard::of(&ChatId::telegram(1)));
        let at = |second| DateTime::UNIX_EPOCH + TimeDelta::seconds(second);
        let page = |stage, second| Page { version: 1, stage, since: at(second), waits_for: None, shard };
        orders.put(OrderId(0), page(Some(Stage::Pending), 0), at(0));
        for second in 1..3_600_i64 {
            orders.put(OrderId(second.unsigned_abs()), page(None, second), at(second));
        }
        let book = orders.0.lock();
        assert!(book.pages.len() <= 601, "{} orders of the last ten minutes", book.pages.len());
        assert!(book.pages.contains_key(&OrderId(0)), "it is open");
    }
}
