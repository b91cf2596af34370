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

    #[must_use]
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

#[derive(Default)]
pub(super) struct OpenOrders(Mutex<HashMap<OrderId, Page>>);

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
    pub fn note(&self, order: &Order) {
        let stage = Stage::of(order);
        let since = if stage.is_some() { order.created_at } else { order.updated_at };
        let waits_for = order.current().filter(|_| order.is_queued()).map(|attempt| attempt.route.supplier.clone());
        let page = Page { version: order.version, stage, since, waits_for, shard: Shard::of(&order.chat) };
        let mut book = self.0.lock();
        if book.get(&order.id).is_none_or(|known| known.version <= order.version) {
            book.insert(order.id, page);
        }
    }

    /// Forgets an order that is another process's to count.
    pub fn forget(&self, id: OrderId) {
        self.0.lock().remove(&id);
    }

    /// What is open among what this process holds.
    pub fn now(&self, now: DateTime<Utc>, share: &Leases) -> OpenNow {
        let mut book = self.0.lock();
        let held = share.shards();
        book.retain(|_, page| {
            held.contains(&page.shard) && (page.stage.is_some() || (now - page.since).abs() < LATE_WORDS)
        });
        let mut open = OpenNow::default();
        for page in book.values() {
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
