//! Takes orders one by one, in any order, and has their sums by day, hour, product, supplier and reseller. What it
//! keeps grows with those, not with the orders.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, Timelike as _};
use serde::{Deserialize, Serialize};

use super::tally::Tally;
use crate::ids::{AgentId, ProductCode};
use crate::order::Order;
use crate::outcome::Outcome;
use crate::report::Span;

const HOURS: usize = 24;

/// The sums of the orders of some days.
#[derive(Clone, Debug)]
pub struct Book {
    span: Span,
    total: Tally,
    hours: [Tally; HOURS],
    days: BTreeMap<NaiveDate, Tally>,
    /// With the name the latest order of it was sold under.
    products: BTreeMap<ProductCode, (String, Tally)>,
    suppliers: BTreeMap<String, Tally>,
    agents: BTreeMap<AgentId, Tally>,
}

/// Sums along time: by hour for one day, by day for several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slots {
    /// From midnight on; 24 of them.
    Hours(Vec<Tally>),
    Days(Vec<(NaiveDate, Tally)>),
}

/// A part of the whole: one product, supplier or reseller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub code: String,
    /// Empty where it has none.
    pub name: String,
    pub tally: Tally,
}

/// Parts of the whole, the biggest first, and the others in one sum.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranking {
    pub shares: Vec<Share>,
    /// How many are in `rest`.
    pub left_out: usize,
    pub rest: Tally,
}

impl Book {
    pub fn new(span: Span) -> Self {
        Self {
            span,
            total: Tally::default(),
            hours: [Tally::default(); HOURS],
            days: span.days().map(|day| (day, Tally::default())).collect(),
            products: BTreeMap::new(),
            suppliers: BTreeMap::new(),
            agents: BTreeMap::new(),
        }
    }

    /// Takes an order that was placed at `at` by the shop's wall; one of another day is passed over.
    pub fn take(&mut self, order: &Order, at: NaiveDateTime) {
        if !self.span.contains(order.day) {
            return;
        }
        let tally = Tally::of(order);
        self.total.add(&tally);
        // A wall shows no other hours.
        let hour = usize::try_from(at.hour()).unwrap_or_default();
        if let Some(slot) = self.hours.get_mut(hour) {
            slot.add(&tally);
        }
        self.days.entry(order.day).or_default().add(&tally);
        let (name, product) = self.products.entry(order.product.clone()).or_default();
        name.clone_from(&order.product_name);
        product.add(&tally);
        self.suppliers.entry(supplier(order)).or_default().add(&tally);
        self.agents.entry(order.agent).or_default().add(&tally);
    }

    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    pub const fn total(&self) -> &Tally {
        &self.total
    }

    #[must_use]
    pub fn slots(&self) -> Slots {
        if self.span.is_one_day() {
            Slots::Hours(self.hours.to_vec())
        } else {
            Slots::Days(self.days.iter().map(|(day, tally)| (*day, *tally)).collect())
        }
    }

    /// What one product comes to.
    #[must_use]
    pub fn product(&self, code: &str) -> Tally {
        let code: Option<ProductCode> = code.parse().ok();
        code.and_then(|code| self.products.get(&code)).map(|(_, tally)| *tally).unwrap_or_default()
    }

    /// The `most` biggest products.
    #[must_use]
    pub fn products(&self, most: usize) -> Ranking {
        let share = |(code, (name, tally)): (&ProductCode, &(String, Tally))| Share {
            code: code.to_string(),
            name: name.clone(),
            tally: *tally,
        };
        Ranking::of(self.products.iter().map(share), most)
    }

    #[must_use]
    pub fn suppliers(&self, most: usize) -> Ranking {
        let share = |(code, tally): (&String, &Tally)| Share { code: code.clone(), name: String::new(), tally: *tally };
        Ranking::of(self.suppliers.iter().map(share), most)
    }

    /// The `most` biggest resellers, without their names: the orders do not have them.
    #[must_use]
    pub fn agents(&self, most: usize) -> Ranking {
        let share =
            |(code, tally): (&AgentId, &Tally)| Share { code: code.to_string(), name: String::new(), tally: *tally };
        Ranking::of(self.agents.iter().map(share), most)
    }
}

impl Ranking {
    fn of(shares: impl Iterator<Item = Share>, most: usize) -> Self {
        let mut shares: Vec<Share> = shares.collect();
        shares.sort_by(|a, b| {
            let size = |share: &Share| (share.tally.sales, share.tally.orders);
            size(b).cmp(&size(a)).then_with(|| a.code.cmp(&b.code))
        });
        let rest = shares.split_off(most.min(shares.len()));
        Self { shares, left_out: rest.len(), rest: rest.iter().map(|share| &share.tally).sum() }
    }

    /// All of it, what is left out included.
    #[must_use]
    pub fn total(&self) -> Tally {
        self.shares.iter().map(|share| &share.tally).chain([&self.rest]).sum()
    }
}

impl Slots {
    pub fn tallies(&self) -> Vec<Tally> {
        match self {
            Self::Hours(hours) => hours.clone(),
            Self::Days(days) => days.iter().map(|(_, tally)| *tally).collect(),
        }
    }
}

/// The supplier an order counts for: who delivered it, else whoever it was last tried at.
fn supplier(order: &Order) -> String {
    let delivered = order.attempts.iter().rev().find(|attempt| matches!(attempt.outcome, Some(Outcome::Success(_))));
    delivered.or_else(|| order.current()).map(|attempt| attempt.route.supplier.to_string()).unwrap_or_default()
}
