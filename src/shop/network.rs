//! Reading who is above whom, and what a reseller pays because of it.

use konter_core::agent::Agent;
use konter_core::catalog::Product;
use konter_core::ids::AgentId;
use konter_core::ledger::AccountId;
use konter_core::network::DEEPEST;
use konter_core::order::{Funds, Order, margins};
use konter_core::pricing::{GroupName, Margin, MarginCap, PriceGroup, RETAIL, Tariff};
use konter_store::{Store, StoreError};

/// Uplines read before a chain is taken for broken. The store lets no circle in; two moves at the same time may leave a
/// chain a little longer than is allowed, and its orders go on.
const READ_AT_MOST: usize = 4 * DEEPEST;
/// Downlines read at once.
const PAGE: usize = 100;

/// Who is above whom, as it is stored.
pub(super) struct Network {
    pub store: Store,
    /// What all uplines of an order may earn together.
    pub margin_cap: MarginCap,
}

impl Network {
    /// Those above a reseller, the nearest first.
    pub(super) async fn uplines(&self, agent: &Agent) -> Result<Vec<Agent>, StoreError> {
        let mut uplines: Vec<Agent> = Vec::new();
        let mut above = agent.network.upline;
        while let Some(id) = above {
            let broken = || StoreError::Corrupt { what: "agent", problem: format!("the uplines of {}", agent.id) };
            if uplines.len() >= READ_AT_MOST {
                return Err(broken());
            }
            let upline = self.store.agent(id).await?.ok_or_else(broken)?;
            above = upline.network.upline;
            uplines.push(upline);
        }
        Ok(uplines)
    }

    /// What a reseller pays.
    pub(super) async fn tariff(&self, agent: &Agent) -> Result<Tariff, StoreError> {
        let mut uplines = self.uplines(agent).await?;
        uplines.reverse();
        let root = uplines.first().unwrap_or(agent);
        let group = self.group_of(root).await?;
        let uplines = uplines.into_iter().map(|upline| (upline.id, upline.network.markups)).collect();
        Ok(Tariff::new(agent.id, uplines, group, self.margin_cap))
    }

    /// The group of whoever is directly below the shop.
    async fn group_of(&self, root: &Agent) -> Result<PriceGroup, StoreError> {
        let Some(name) = &root.network.group else { return retail() };
        Ok(self.store.price_group(name).await?.unwrap_or_else(|| PriceGroup::new(name.clone())))
    }

    /// What those can spend whose money a correction of this order asks about.
    pub(super) async fn funds_of(&self, order: &Order) -> Result<Funds, StoreError> {
        let mut funds = Funds::default();
        for agent in margins::concerned(order) {
            funds.set(agent, self.store.account(&AccountId::Agent(agent)).await?.available());
        }
        Ok(funds)
    }

    /// Resellers on the longest way down from one, itself included.
    pub(super) async fn height(&self, agent: AgentId) -> Result<usize, StoreError> {
        let mut level = vec![agent];
        let mut height = 0;
        // Ends: a circle is never stored, and nobody has more levels than are read above.
        while !level.is_empty() && height < READ_AT_MOST {
            height += 1;
            let mut below = Vec::new();
            for upline in level {
                let mut after = None;
                loop {
                    let page = self.store.downlines(upline, after, PAGE).await?;
                    after = page.last().copied();
                    let is_last = page.len() < PAGE;
                    below.extend(page);
                    if is_last {
                        break;
                    }
                }
            }
            level = below;
        }
        Ok(height)
    }
}

fn retail() -> Result<PriceGroup, StoreError> {
    let name: GroupName = RETAIL
        .parse()
        .map_err(|_| StoreError::Corrupt { what: "price group", problem: "its name is none".to_owned() })?;
    Ok(PriceGroup::new(name))
}

/// The product as one reseller buys it, and whom parts of its price go to; `None` where it has no price.
pub(super) fn priced(tariff: &Tariff, product: &Product) -> Option<(Product, Vec<Margin>)> {
    let priced = tariff.price(product)?;
    Some((Product { price: priced.price, ..product.clone() }, priced.margins))
}
