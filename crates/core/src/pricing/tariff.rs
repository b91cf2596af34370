//! One reseller's prices.

use serde::{Deserialize, Serialize};

use super::{Markups, PriceGroup};
use crate::catalog::{Product, ProductKind};
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

/// What the uplines of one order may earn together at most, in percent of what the root of their chain pays.
///
/// An upline's margin can be spent the moment it is paid, and must come back when the order is reversed. The less of a
/// price is margins, the less the buyer waits for then, and the less there is to gain from orders that are made only to
/// be reversed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarginCap(u8);

impl MarginCap {
    /// More than the root pays would make the margins the larger part of every price.
    pub const HIGHEST: u8 = 100;

    /// `None` above [`Self::HIGHEST`].
    pub const fn new(percent: u8) -> Option<Self> {
        if percent > Self::HIGHEST { None } else { Some(Self(percent)) }
    }

    pub const fn percent(self) -> u8 {
        self.0
    }

    /// What may be added to a product whose root pays this price.
    fn of(self, product: &Product, base: Rupiah) -> Rupiah {
        let base = match product.kind {
            ProductKind::Topup | ProductKind::Token => base,
            ProductKind::Bill => base.max(LEAST_BASE_OF_A_BILL),
        };
        Rupiah::new(base.get().saturating_mul(self.0.into()) / 100)
    }
}

impl Default for MarginCap {
    /// Ten levels that each add a few hundred rupiah to the cheapest top-ups stay below it.
    fn default() -> Self {
        Self(50)
    }
}

/// A bill's price is a fee, which some shops do not take at all because they live on their supplier's; what the bill
/// itself comes to is not known when the fee is shown. Counters take about this much for a bill.
const LEAST_BASE_OF_A_BILL: Rupiah = Rupiah::new(5_000);

/// Everything one reseller's prices are made of.
#[derive(Clone, Debug)]
pub struct Tariff {
    agent: AgentId,
    /// Those above, the root first.
    uplines: Vec<(AgentId, Markups)>,
    /// The root's.
    group: PriceGroup,
    cap: MarginCap,
}

impl Tariff {
    /// `uplines` from the root down to the one directly above; `group` is the root's own.
    pub const fn new(agent: AgentId, uplines: Vec<(AgentId, Markups)>, group: PriceGroup, cap: MarginCap) -> Self {
        Self { agent, uplines, group, cap }
    }

    /// What the reseller pays; for a bill, the fee. `None` where that is no price: the product cannot be sold. Where the
    /// uplines would add more than the cap, those nearest the root come first.
    #[must_use]
    pub fn price(&self, product: &Product) -> Option<Priced> {
        self.priced(product).map(|(priced, _)| priced)
    }

    /// The most that the reseller itself may add for those below.
    #[must_use]
    pub fn room(&self, product: &Product) -> Option<Rupiah> {
        self.priced(product).map(|(_, room)| room)
    }

    fn priced(&self, product: &Product) -> Option<(Priced, Rupiah)> {
        let mut price = self.group.price(product)?;
        let mut room = self.cap.of(product, price);
        let mut margins = Vec::new();
        let below = self.uplines.iter().skip(1).map(|(agent, _)| *agent).chain([self.agent]);
        for ((agent, markups), child) in self.uplines.iter().zip(below) {
            let amount = markups.on(child, &product.code).min(room);
            if amount.is_positive() {
                price = price.checked_add(amount)?;
                room = room.checked_sub(amount)?;
                margins.push(Margin { agent: *agent, amount });
            }
        }
        Some((Priced { price, margins }, room))
    }
}
