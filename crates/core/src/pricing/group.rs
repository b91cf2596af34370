//! Price groups: what the resellers directly below the shop pay.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::catalog::{Product, ProductKind, Route};
use crate::ids::{AgentId, ProductCode};
use crate::money::Rupiah;

/// The group of whoever is in none: it pays the catalog's prices and cannot be changed.
pub const RETAIL: &str = "retail";
/// Groups every shop has from the start; others are free names.
pub const KNOWN_GROUPS: [&str; 3] = [RETAIL, "agent", "master"];

/// A price group's name, kept in lower case: letters, digits, `-` and `_`, at least one letter, no reseller's code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupName(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a group's name is up to 20 letters and digits with at least one letter, and no reseller's code")]
pub struct BadGroupName;

impl GroupName {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_retail(&self) -> bool {
        self.0 == RETAIL
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for GroupName {
    type Err = BadGroupName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const LONGEST: usize = 20;
        let well_formed = (1..=LONGEST).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            && text.bytes().any(|b| b.is_ascii_alphabetic())
            && text.parse::<AgentId>().is_err();
        if well_formed { Ok(Self(text.to_ascii_lowercase())) } else { Err(BadGroupName) }
    }
}

impl Serialize for GroupName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for GroupName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What a group pays: prices of its own for some products, the catalog's price and a margin for the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceGroup {
    pub name: GroupName,
    /// Counts the writes of this row; a commit names the one it has read.
    pub version: u32,
    /// Added to the catalog's price; may be negative.
    #[serde(default)]
    pub margin: Rupiah,
    /// Whether an admin wants a negative margin to count even where it takes a price below its cost.
    #[serde(default)]
    pub forced: bool,
    #[serde(default)]
    pub prices: BTreeMap<ProductCode, Rupiah>,
    /// The prices an admin wants also below their cost.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub forced_prices: BTreeSet<ProductCode>,
}

impl PriceGroup {
    /// A group nobody has changed yet: the catalog's prices.
    pub const fn new(name: GroupName) -> Self {
        Self {
            name,
            version: 0,
            margin: Rupiah::ZERO,
            forced: false,
            prices: BTreeMap::new(),
            forced_prices: BTreeSet::new(),
        }
    }

    /// Gives a product a price of its own; an admin may force one below its cost.
    pub fn set_price(&mut self, product: ProductCode, price: Rupiah, forced: bool) {
        if forced {
            self.forced_prices.insert(product.clone());
        } else {
            self.forced_prices.remove(&product);
        }
        self.prices.insert(product, price);
    }

    /// Lets the margin count again.
    pub fn unset_price(&mut self, product: &ProductCode) {
        self.prices.remove(product);
        self.forced_prices.remove(product);
    }

    /// What the group pays; for a bill, the fee. `None` where it is no price at all.
    ///
    /// What was fine when it was set must not sell below cost because the catalog changed later: then the cost is the
    /// price, or the catalog's own price where that is lower still.
    #[must_use]
    pub fn price(&self, product: &Product) -> Option<Rupiah> {
        let (price, forced) = match self.prices.get(&product.code) {
            Some(price) => (*price, self.forced_prices.contains(&product.code)),
            None => (product.price.checked_add(self.margin)?, self.forced),
        };
        let price = if forced { price } else { price.max(lowest_price(product).min(product.price)) };
        match product.kind {
            ProductKind::Bill => Some(price.max(Rupiah::ZERO)),
            ProductKind::Topup | ProductKind::Token => Some(price).filter(|price| price.is_positive()),
        }
    }
}

/// The lowest price at which nothing is lost whichever open route delivers: the dearest one's cost. A bill's price is a
/// fee on top of what it costs.
#[must_use]
pub fn lowest_price(product: &Product) -> Rupiah {
    dearest(product, |route| route.open)
}

/// The lowest price an admin may set without being asked twice: closed routes count, for they may open again.
#[must_use]
pub fn lowest_lasting_price(product: &Product) -> Rupiah {
    dearest(product, |_| true)
}

fn dearest(product: &Product, counts: impl Fn(&Route) -> bool) -> Rupiah {
    let costs = product.routes.iter().filter(|route| counts(route)).map(|route| route.cost);
    match product.kind {
        ProductKind::Bill => Rupiah::ZERO,
        ProductKind::Topup | ProductKind::Token => costs.max().unwrap_or(Rupiah::ZERO),
    }
}

/// The lowest margin at which none of these products is sold below its cost, and the product that sets it. What the
/// catalog itself sells below cost does not count.
#[must_use]
pub fn lowest_margin<'p>(products: impl IntoIterator<Item = &'p Product>) -> Option<(&'p Product, Rupiah)> {
    let room = |product: &'p Product| Some((product, lowest_price(product).checked_sub(product.price)?));
    let sound = |(_, margin): &(&Product, Rupiah)| !margin.is_positive();
    products.into_iter().filter_map(room).filter(sound).max_by_key(|(_, margin)| *margin)
}
