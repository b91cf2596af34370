//! What a reseller asks of its own customers. Only shown, on price lists and receipts: the shop never charges by it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::ProductCode;
use crate::money::Rupiah;

/// No price and no addition above it: a slip of the finger.
pub const HIGHEST_SELLING: Rupiah = Rupiah::new(20_000_000);
/// Products with a price of their own. They stand in one row.
pub const MOST_SELLING: usize = 500;
/// What worked-out prices are rounded up to: the smallest coin customers like to get back.
const ROUND: i64 = 500;

/// How one product is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SellRule {
    Price(Rupiah),
    /// So much above what it costs the reseller.
    Above(Rupiah),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Selling {
    /// Above what it costs the reseller, where a product has no rule of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    all: Option<Rupiah>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    products: BTreeMap<ProductCode, SellRule>,
    /// Worked-out prices go up to full five hundreds.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub rounded: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SellingFault {
    #[error("a selling price is from 0 to {HIGHEST_SELLING}")]
    OutOfRange,
    #[error("no more than {MOST_SELLING} products with a price of their own")]
    TooMany,
}

impl Selling {
    /// What a customer pays for what costs the reseller `bought`; `None` where nothing is set.
    #[must_use]
    pub fn price(&self, product: &ProductCode, bought: Rupiah) -> Option<Rupiah> {
        let above = match self.products.get(product) {
            Some(SellRule::Price(price)) => return Some(*price),
            Some(SellRule::Above(above)) => *above,
            None => self.all?,
        };
        let price = bought.checked_add(above)?;
        if self.rounded { round_up(price) } else { Some(price) }
    }

    pub const fn all(&self) -> Option<Rupiah> {
        self.all
    }

    pub fn products(&self) -> impl ExactSizeIterator<Item = (&ProductCode, SellRule)> {
        self.products.iter().map(|(product, rule)| (product, *rule))
    }

    /// Whether no product has a selling price.
    pub fn is_empty(&self) -> bool {
        self.all.is_none() && self.products.is_empty()
    }

    /// Sets what is added to all; nothing takes it away.
    ///
    /// # Errors
    /// When it is out of range; nothing has changed then.
    pub fn set_all(&mut self, above: Option<Rupiah>) -> Result<(), SellingFault> {
        check(above)?;
        self.all = above;
        Ok(())
    }

    /// Sets one product's rule; nothing takes it away.
    ///
    /// # Errors
    /// When it is out of range, or one too many; nothing has changed then.
    pub fn set(&mut self, product: ProductCode, rule: Option<SellRule>) -> Result<(), SellingFault> {
        let Some(rule) = rule else {
            self.products.remove(&product);
            return Ok(());
        };
        let (SellRule::Price(amount) | SellRule::Above(amount)) = rule;
        check(Some(amount))?;
        if self.products.len() >= MOST_SELLING && !self.products.contains_key(&product) {
            return Err(SellingFault::TooMany);
        }
        self.products.insert(product, rule);
        Ok(())
    }
}

fn check(amount: Option<Rupiah>) -> Result<(), SellingFault> {
    let fits = amount.is_none_or(|amount| !amount.is_negative() && amount <= HIGHEST_SELLING);
    if fits { Ok(()) } else { Err(SellingFault::OutOfRange) }
}

fn round_up(price: Rupiah) -> Option<Rupiah> {
    let over = price.get().rem_euclid(ROUND);
    if over == 0 { Some(price) } else { price.checked_add(Rupiah::new(ROUND - over)) }
}
