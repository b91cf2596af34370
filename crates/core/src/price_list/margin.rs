//! What selling prices are made of costs by, a rule for each category.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::catalog::LARGEST_AMOUNT;
use crate::money::Rupiah;
use crate::pricing::PriceStep;

/// What is put on a cost, and to what the price goes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarginRule {
    pub above: PriceStep,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<RoundTo>,
}

/// What prices are rounded up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundTo {
    Fifty,
    Hundred,
    FiveHundred,
    Thousand,
}

impl RoundTo {
    pub const ALL: [Self; 4] = [Self::Fifty, Self::Hundred, Self::FiveHundred, Self::Thousand];

    pub const fn rupiah(self) -> i64 {
        match self {
            Self::Fifty => 50,
            Self::Hundred => 100,
            Self::FiveHundred => 500,
            Self::Thousand => 1_000,
        }
    }
}

impl MarginRule {
    /// What a product of this cost is sold for; never less than it costs.
    #[must_use]
    pub fn price(self, cost: Rupiah) -> Option<Rupiah> {
        let price = self.above.after(cost)?;
        let price = match self.round.map(RoundTo::rupiah) {
            Some(full) => price.checked_add(Rupiah::new((full - price.get().rem_euclid(full)) % full))?,
            None => price,
        };
        Some(price).filter(|price| *price >= cost && price.is_positive() && *price <= LARGEST_AMOUNT)
    }
}

/// As it is typed: `+2,5% bulat 100`.
impl fmt::Display for MarginRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.above)?;
        match self.round {
            Some(round) => write!(f, " bulat {}", round.rupiah()),
            None => Ok(()),
        }
    }
}

/// The rules of all categories: one row of the shop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Margins {
    /// Counts the writes of this row; a commit names the one it has read.
    pub version: u32,
    /// By the category's name.
    pub rules: BTreeMap<String, MarginRule>,
}
