//! Whether what was ordered may still be bought as it was accepted. An order may wait for the end of a break, for its next
//! supplier, for a start; meanwhile products and routes are closed, and prices and costs rise.

use std::sync::Arc;

use chrono::TimeDelta;

use super::network::{Network, priced};
use super::stock::Stock;
use crate::clock::ShopClock;
use konter_core::catalog::Product;
use konter_core::money::Rupiah;
use konter_core::order::{Attempt, Event, Order, Withdrawn, withdrawn_route};
use konter_store::{Store, StoreError};

/// A first purchase as soon after its order as this is at the price that was worked out for it a moment ago.
const JUST_PRICED: TimeDelta = TimeDelta::seconds(10);

pub(super) struct OnSale {
    pub store: Store,
    pub clock: ShopClock,
    pub stock: Arc<Stock>,
    pub network: Arc<Network>,
}

impl OnSale {
    /// What has changed since the order was accepted so that this attempt must not be sent.
    pub async fn withdrawn(&self, order: &Order, attempt: &Attempt) -> Result<Option<Event>, StoreError> {
        let catalog = self.stock.catalog();
        let product = catalog.get(&order.product).filter(|product| product.is_open());
        let what = match product {
            None => Some(Withdrawn::Product),
            Some(product) => match withdrawn_route(product, order, attempt) {
                Some(route) => Some(route),
                None => self.risen_price(product, order).await?.map(|now| Withdrawn::Price { now }),
            },
        };
        Ok(what.map(|what| Event::Withdrawn { reference: attempt.reference, what }))
    }

    /// The reseller's price now, where it is higher than what is held. A bill is paid as it was shown.
    async fn risen_price(&self, product: &Product, order: &Order) -> Result<Option<Rupiah>, StoreError> {
        let is_fresh = order.attempts.len() == 1
            && order.waits_until.is_none()
            && self.clock.utc() - order.created_at < JUST_PRICED;
        if order.bill.is_some() || is_fresh {
            return Ok(None);
        }
        let Some(agent) = self.store.agent(order.agent).await? else { return Ok(None) };
        let now = priced(&self.network.tariff(&agent).await?, product).map(|(product, _)| product.price);
        Ok(now.filter(|now| *now > order.price))
    }
}
