//! What goes to one supplier and what comes of it, together: the breaker, the products, the deposit, the record.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::breaker::{Breaker, Door, Entry};
use super::funds::Funds;
use super::rate::Rate;
use super::record::Record;
use super::sign::Sign;
use crate::money::Rupiah;

/// Products whose disturbances are remembered; a catalog with more of them disturbed at once has lost its supplier.
const MOST_PRODUCTS: usize = 10_000;

/// One supplier's state in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    whole: Breaker,
    /// By the supplier's own code; only those with a bad sign.
    products: BTreeMap<String, Breaker>,
    pub funds: Funds,
    pub record: Record,
    pub rate: Rate,
    under_way: usize,
}

/// An order that has been let through; it must be given back with [`Traffic::leave`].
#[derive(Debug, PartialEq, Eq)]
#[must_use = "an order that was let through must leave again"]
pub struct Pass {
    sku: String,
    cost: Rupiah,
    whole: Entry,
    product: Entry,
}

impl Traffic {
    /// Orders on their way now.
    pub const fn under_way(&self) -> usize {
        self.under_way
    }

    /// The breaker of the whole supplier.
    #[must_use]
    pub fn door(&self, now: DateTime<Utc>) -> Door {
        self.whole.door(now)
    }

    /// Products that are out of order there now, by its own codes.
    pub fn disturbed(&self, now: DateTime<Utc>) -> impl Iterator<Item = &str> {
        self.products.iter().filter(move |(_, breaker)| breaker.door(now) != Door::Closed).map(|(sku, _)| sku.as_str())
    }

    /// Whether an order may go through.
    pub fn is_ready(&self, sku: &str, cost: Rupiah, now: DateTime<Utc>) -> bool {
        let product = self.products.get(sku).is_none_or(|breaker| breaker.door(now).lets_through());
        product && self.whole.door(now).lets_through() && self.funds.cover(cost, now)
    }

    /// Lets an order through, if it may go: it counts as under way, and its cost as spent, until it leaves.
    #[must_use]
    pub fn enter(&mut self, sku: &str, cost: Rupiah, now: DateTime<Utc>) -> Option<Pass> {
        if !self.is_ready(sku, cost, now) {
            return None;
        }
        let whole = self.whole.enter(now)?;
        let product = match self.products.get_mut(sku) {
            Some(breaker) => breaker.enter(now)?,
            None => Entry::Plain,
        };
        self.funds.reserve(cost);
        self.under_way += 1;
        Some(Pass { sku: sku.to_owned(), cost, whole, product })
    }

    /// An order is not on its way any more, whatever came of it. A probe without a sign makes room for another.
    pub fn leave(&mut self, pass: &Pass) {
        self.under_way = self.under_way.saturating_sub(1);
        self.funds.release(pass.cost);
        self.whole.leave(pass.whole);
        if let Some(breaker) = self.products.get_mut(&pass.sku) {
            breaker.leave(pass.product);
        }
    }

    /// Takes a sign of one product's order.
    pub fn saw(&mut self, sku: &str, cost: Rupiah, sign: Sign, now: DateTime<Utc>) {
        match sign {
            Sign::Good => {
                self.whole.good();
                self.products.remove(sku);
            }
            Sign::Neutral => {}
            Sign::ProductBad => {
                // It speaks, so the rest of it works.
                self.whole.good();
                if self.products.len() < MOST_PRODUCTS || self.products.contains_key(sku) {
                    self.products.entry(sku.to_owned()).or_default().bad(now);
                }
            }
            Sign::Bad => self.whole.bad(now),
            Sign::Funds => {
                self.whole.good();
                self.funds.refused(cost, now);
            }
        }
    }

    /// An order ended, so long after it was sent.
    pub fn ended(&mut self, success: bool, took: TimeDelta) {
        self.record.add(success, took);
    }
}
