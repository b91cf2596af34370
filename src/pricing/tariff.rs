//! One reseller's prices.

use serde::{Deserialize, Serialize};

use super::{Markups, PriceGroup};
use crate::catalog::Product;
use crate::ids::AgentId;
use crate::money::Rupiah;

/// What an upline earns on one order of somebody below; above zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Margin {
    pub agent: AgentId,
    pub amount: Rupiah,
}

/// A price, and whom parts of it go to once the order succeeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    pub price: Rupiah,
    /// The root's first; together the price less what the root itself pays.
    pub margins: Vec<Margin>,
}

/// Everything one reseller's prices are made of.
#[derive(Clone, Debug)]
pub struct Tariff {
    agent: AgentId,
    /// Those above, the root first.
    uplines: Vec<(AgentId, Markups)>,
    /// The root's.
    group: PriceGroup,
}

impl Tariff {
    /// `uplines` from the root down to the one directly above; `group` is the root's own.
    #[must_use]
    pub const fn new(agent: AgentId, uplines: Vec<(AgentId, Markups)>, group: PriceGroup) -> Self {
        Self { agent, uplines, group }
    }

    /// What the reseller pays; for a bill, the fee. `None` where that is no price: the product cannot be sold.
    #[must_use]
    pub fn price(&self, product: &Product) -> Option<Priced> {
        let mut price = self.group.price(product)?;
        let mut margins = Vec::new();
        let below = self.uplines.iter().skip(1).map(|(agent, _)| *agent).chain([self.agent]);
        for ((agent, markups), child) in self.uplines.iter().zip(below) {
            let amount = markups.on(child, &product.code);
            if amount.is_positive() {
                price = price.checked_add(amount)?;
                margins.push(Margin { agent: *agent, amount });
            }
        }
        Some(Priced { price, margins })
    }
}
