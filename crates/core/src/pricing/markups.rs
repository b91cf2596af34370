//! What a reseller adds for those below.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, ProductCode};
use crate::money::Rupiah;

/// No upline adds more to one product: beyond it is a slip of the finger, or somebody being robbed.
pub const HIGHEST_MARKUP: Rupiah = Rupiah::new(50_000);
/// Markups one reseller may set. They stand in its row, which is read for every order below it.
pub const MOST_MARKUPS: usize = 1_000;

/// What a reseller adds for its downlines, never negative. The most specific one counts: for one downline and product,
/// for one downline, for one product, for all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Markups {
    #[serde(skip_serializing_if = "is_nothing")]
    all: Rupiah,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    by_product: BTreeMap<ProductCode, Rupiah>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    by_downline: BTreeMap<AgentId, Rupiah>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    by_both: BTreeMap<AgentId, BTreeMap<ProductCode, Rupiah>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_nothing(amount: &Rupiah) -> bool {
    *amount == Rupiah::ZERO
}

/// Whom a markup is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkupFor {
    All,
    Product(ProductCode),
    Downline(AgentId),
    Both(AgentId, ProductCode),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MarkupFault {
    #[error("a markup is from 0 to {HIGHEST_MARKUP}")]
    OutOfRange,
    #[error("no more than {MOST_MARKUPS} markups")]
    TooMany,
}

impl Markups {
    /// What is added to a product for a downline.
    #[must_use]
    pub fn on(&self, downline: AgentId, product: &ProductCode) -> Rupiah {
        let both = self.by_both.get(&downline).and_then(|products| products.get(product));
        let one = both.or_else(|| self.by_downline.get(&downline)).or_else(|| self.by_product.get(product));
        one.copied().unwrap_or(self.all)
    }

    pub const fn all(&self) -> Rupiah {
        self.all
    }

    /// What is added for one downline where no product has its own.
    #[must_use]
    pub fn for_downline(&self, downline: AgentId) -> Rupiah {
        self.by_downline.get(&downline).copied().unwrap_or(self.all)
    }

    pub fn products(&self) -> impl Iterator<Item = (&ProductCode, Rupiah)> {
        self.by_product.iter().map(|(product, amount)| (product, *amount))
    }

    pub fn downlines(&self) -> impl Iterator<Item = (AgentId, Rupiah)> {
        self.by_downline.iter().map(|(downline, amount)| (*downline, *amount))
    }

    /// The products with a markup of their own for one downline.
    pub fn products_for(&self, downline: AgentId) -> impl Iterator<Item = (&ProductCode, Rupiah)> {
        self.by_both.get(&downline).into_iter().flatten().map(|(product, amount)| (product, *amount))
    }

    /// Sets a markup; without an amount the less specific one counts again.
    pub fn set(&mut self, whom: MarkupFor, amount: Option<Rupiah>) -> Result<(), MarkupFault> {
        if amount.is_some_and(|amount| amount.is_negative() || amount > HIGHEST_MARKUP) {
            return Err(MarkupFault::OutOfRange);
        }
        if amount.is_some() && self.count() >= MOST_MARKUPS {
            return Err(MarkupFault::TooMany);
        }
        match whom {
            MarkupFor::All => self.all = amount.unwrap_or_default(),
            MarkupFor::Product(product) => put(&mut self.by_product, product, amount),
            MarkupFor::Downline(downline) => put(&mut self.by_downline, downline, amount),
            MarkupFor::Both(downline, product) => {
                let products = self.by_both.entry(downline).or_default();
                put(products, product, amount);
                if products.is_empty() {
                    self.by_both.remove(&downline);
                }
            }
        }
        Ok(())
    }

    /// Forgets whatever was set for a downline that has gone to somebody else.
    pub fn forget(&mut self, downline: AgentId) {
        self.by_downline.remove(&downline);
        self.by_both.remove(&downline);
    }

    fn count(&self) -> usize {
        self.by_product.len() + self.by_downline.len() + self.by_both.values().map(BTreeMap::len).sum::<usize>()
    }
}

fn put<K: Ord>(amounts: &mut BTreeMap<K, Rupiah>, key: K, amount: Option<Rupiah>) {
    match amount {
        Some(amount) => drop(amounts.insert(key, amount)),
        None => drop(amounts.remove(&key)),
    }
}
