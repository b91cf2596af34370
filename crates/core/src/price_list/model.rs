//! What is kept of a supplier's price list: what was offered of it, and what has been taken over.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::list::{Break, Breaks, ListFault};
use crate::catalog::{Catalog, Product, Route};
use crate::ids::{ChatId, ProductCode, SupplierId};
use crate::money::Rupiah;
use crate::question::PriceMove;

/// Breaks, and routes closed by a list, that are remembered: all stands in one row.
const MOST_REMEMBERED: usize = 2_000;

/// What is known of one supplier's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceListRow {
    pub supplier: SupplierId,
    /// Counts the writes of this row; a commit names the one it has read.
    pub version: u32,
    /// When it was asked for last. Written before the question leaves: no process asks a second time too soon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<DateTime<Utc>>,
    /// How many products the last one had.
    #[serde(default)]
    pub count: usize,
    /// What the last one changes, waiting for a person or left by one: it is not told again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
    /// What was taken over last, and perhaps back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<Offer>,
    /// Why the last one was not used; the owners know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<ListFault>,
    /// Routes that were closed because of the list. Only these are opened because of it: what a person has closed stays so.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub closed: BTreeSet<(ProductCode, String)>,
    #[serde(default, skip_serializing_if = "Breaks::are_none")]
    pub breaks: Breaks,
}

/// What a list changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// An old button never means a newer offer of the same supplier.
    pub number: u32,
    pub at: DateTime<Utc>,
    pub moves: Vec<RouteMove>,
    /// Selling prices that follow.
    #[serde(default)]
    pub prices: Vec<PriceMove>,
    /// Products that are bought there and that the list does not have. Nothing is done about them.
    #[serde(default)]
    pub lost: Vec<ProductCode>,
    /// Products of the list that the catalog does not have.
    #[serde(default)]
    pub unknown: usize,
    pub state: OfferState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum OfferState {
    Waiting,
    /// By nobody where it was done by itself.
    Applied {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<ChatId>,
        at: DateTime<Utc>,
    },
    Dropped,
    TakenBack,
}

/// A way of buying a product as it was and as it is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteMove {
    pub product: ProductCode,
    pub sku: String,
    pub before: Terms,
    pub after: Terms,
    /// Closed although the supplier has it: it would be sold below its cost.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub loses: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub cost: Rupiah,
    pub open: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Break>,
}

/// What taking an offer over writes.
#[derive(Clone, Debug)]
pub struct Taken {
    pub row: PriceListRow,
    /// As they are, and as they are to be.
    pub products: Vec<(Product, Product)>,
}

impl PriceListRow {
    pub fn of(supplier: SupplierId) -> Self {
        Self {
            supplier,
            version: 0,
            asked_at: None,
            count: 0,
            offer: None,
            applied: None,
            fault: None,
            closed: BTreeSet::new(),
            breaks: Breaks::default(),
        }
    }

    /// The same as its next version.
    #[must_use]
    pub fn next(&self) -> Self {
        Self { version: self.version.saturating_add(1), ..self.clone() }
    }

    /// When the list may be asked for again. A clock that was put back does not keep it away.
    #[must_use]
    pub fn rests_until(&self, every: TimeDelta, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.asked_at.filter(|at| *at <= now).map(|at| at + every).filter(|until| *until > now)
    }

    /// The offer of this number, decided or not.
    pub fn offered(&self, number: u32) -> Option<&Offer> {
        self.offers().find(|offer| offer.number == number)
    }

    fn offers(&self) -> impl Iterator<Item = &Offer> {
        self.offer.iter().chain(&self.applied)
    }

    /// Whether the owners know that the list lacks this product.
    pub fn is_known_to_lack(&self, product: &ProductCode) -> bool {
        self.offers().any(|offer| offer.lost.contains(product))
    }

    /// Products that somebody is asked about, or did not want changed.
    #[must_use]
    pub fn undecided(&self) -> BTreeSet<&ProductCode> {
        self.left().flat_map(|offer| &offer.moves).map(|one| &one.product).collect()
    }

    /// Whether the owners know this very offer and have not applied it.
    pub fn has_told(&self, offer: &Offer) -> bool {
        self.left().any(|known| known.says_as(offer))
    }

    /// Offers that were not applied, or not for long.
    fn left(&self) -> impl Iterator<Item = &Offer> {
        self.offers().filter(|offer| !matches!(offer.state, OfferState::Applied { .. }))
    }

    /// Forgets of routes that they were closed because of a list where a person has opened them since.
    pub fn forget_opened(&mut self, catalog: &Catalog) {
        let supplier = &self.supplier;
        self.closed.retain(|(code, sku)| {
            let route = catalog.get(code).and_then(|p| p.routes.iter().find(|route| is_meant(route, supplier, sku)));
            route.is_some_and(|route| !route.open)
        });
    }

    /// Takes over what waits, or takes back what was taken over. All of it or nothing: `None` where anything is not as the
    /// offer found it, because somebody has changed it since.
    #[must_use]
    pub fn take(&self, offer: &Offer, catalog: &Catalog, state: OfferState) -> Option<Taken> {
        let back = state == OfferState::TakenBack;
        let mut row = self.next();
        let mut changed = BTreeMap::<&ProductCode, (&Product, Product)>::new();
        for one in &offer.moves {
            let (from, to) = if back { (one.after, one.before) } else { (one.before, one.after) };
            let product = catalog.get(&one.product)?;
            let (_, after) = changed.entry(&product.code).or_insert_with(|| (product, product.clone()));
            let route = after.routes.iter_mut().find(|route| is_meant(route, &self.supplier, &one.sku))?;
            let stands = Terms { cost: route.cost, open: route.open, pause: self.breaks.of(&one.sku) };
            if stands != from {
                return None;
            }
            (route.cost, route.open) = (to.cost, to.open);
            row.note(one, to);
        }
        for one in &offer.prices {
            let (from, to) = if back { (one.after, one.before) } else { (one.before, one.after) };
            let product = catalog.get(&one.product).filter(|product| product.price == from)?;
            changed.entry(&product.code).or_insert_with(|| (product, product.clone())).1.price = to;
        }
        row.offer = row.offer.filter(|waiting| waiting.number != offer.number);
        row.applied = Some(Offer { state, ..offer.clone() });
        let products = changed.into_values().map(|(before, after)| (before.clone(), after)).collect();
        Some(Taken { row, products })
    }

    fn note(&mut self, one: &RouteMove, to: Terms) {
        let key = (one.product.clone(), one.sku.clone());
        if one.before.open != one.after.open {
            // One that is not remembered is opened by a person.
            let is_remembered = !to.open && self.closed.len() < MOST_REMEMBERED;
            if is_remembered {
                self.closed.insert(key)
            } else {
                self.closed.remove(&key)
            };
        }
        self.breaks.set(&one.sku, to.pause);
    }

    /// Whether there is room for this product's break.
    pub(super) fn may_keep_break(&self, sku: &str) -> bool {
        self.breaks.count() < MOST_REMEMBERED || self.breaks.of(sku).is_some()
    }
}

impl Offer {
    /// Whether it says the same, whenever it was made.
    #[must_use]
    pub fn says_as(&self, other: &Self) -> bool {
        (&self.moves, &self.prices, &self.lost) == (&other.moves, &other.prices, &other.lost)
    }

    /// What of it is about some products only; what the list lacks is none of it.
    #[must_use]
    pub fn part(&self, is_meant: impl Fn(&ProductCode) -> bool) -> Self {
        let moves = self.moves.iter().filter(|one| is_meant(&one.product)).cloned().collect();
        let prices = self.prices.iter().filter(|one| is_meant(&one.product)).cloned().collect();
        Self { moves, prices, lost: Vec::new(), unknown: 0, ..self.clone() }
    }

    /// What looks wrong of it. What only loses money is closed, and that may be done at once.
    #[must_use]
    pub fn odd(&self) -> BTreeSet<&ProductCode> {
        self.moves.iter().filter(|one| one.leaps()).map(|one| &one.product).collect()
    }

    pub const fn changes_nothing(&self) -> bool {
        self.moves.is_empty() && self.prices.is_empty()
    }
}

impl RouteMove {
    /// A cost that rises or falls to so many times what it was is looked at by a person.
    const MANY_TIMES: i64 = 2;

    /// Whether its cost is that much more, or less.
    pub const fn leaps(&self) -> bool {
        let (before, after) = (self.before.cost.get(), self.after.cost.get());
        before > 0
            && (after >= before.saturating_mul(Self::MANY_TIMES) || after.saturating_mul(Self::MANY_TIMES) <= before)
    }
}

fn is_meant(route: &Route, supplier: &SupplierId, sku: &str) -> bool {
    route.supplier == *supplier && route.sku == sku
}
