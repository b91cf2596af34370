//! A reseller's own things: balance, prices, last orders, PIN.

use super::super::pins;
use super::{Answer, Visit};
use crate::catalog::Product;
use crate::command::Pin;
use crate::order::view;
use crate::reply::{Near, PriceLine, Reply};
use crate::store::StoreError;

/// Prices shown at once: about what one chat message holds.
const PRICES_SHOWN: usize = 60;
/// Orders shown at once.
const ORDERS_SHOWN: usize = 5;
/// Near matches offered when a price list comes up empty.
const NEAR: usize = 3;

impl Visit<'_> {
    /// The balance. A PIN is not needed to see it in one's own chat, but a wrong one counts.
    pub(super) async fn balance(&self, pin: Option<&Pin>, answer: &mut Answer) {
        let Some(agent) = self.active_agent(answer) else { return };
        if let Some(pin) = pin
            && !self.pin_fits(&agent, pin, answer).await
        {
            return;
        }
        answer.reply_with_balance(&agent, Reply::Balance { code: agent.id, name: agent.name.clone() });
    }

    pub(super) fn prices(&self, filters: &[String], answer: &mut Answer) {
        if self.active_agent(answer).is_none() {
            return;
        }
        let catalog = self.shop.catalog();
        let everything = [String::new()];
        let filters = if filters.is_empty() { &everything[..] } else { filters };
        let mut found: Vec<&Product> = Vec::new();
        for filter in filters {
            let matching = catalog.filter(filter);
            if matching.is_empty() {
                let near = catalog.near(filter, NEAR);
                let near = near.iter().map(|p| Near { code: p.code.clone(), name: p.name.clone() }).collect();
                answer.reply(Reply::NoPrices { filter: filter.clone(), near });
            }
            found.extend(matching.into_iter().filter(|product| !found.contains(product)).collect::<Vec<_>>());
        }
        if !found.is_empty() {
            let lines = found.iter().take(PRICES_SHOWN).map(|product| price_line(product)).collect();
            answer.reply(Reply::Prices { lines, left_out: found.len().saturating_sub(PRICES_SHOWN) });
        }
    }

    pub(super) async fn orders(&self, dest: Option<String>, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let orders = self.shop.store.orders_of(agent.id, dest.as_deref(), None, ORDERS_SHOWN).await?;
        answer.reply_with_balance(&agent, Reply::Orders { lines: orders.iter().map(view::line).collect(), dest });
        Ok(())
    }

    /// Old and new PIN in either order: the one that fits is the old one.
    pub(super) async fn change_pin(&self, first: &Pin, second: &Pin, answer: &mut Answer) {
        let Some(agent) = self.active_agent(answer) else { return };
        if let Some(until) = agent.pin.locked(self.at) {
            answer.reply(Reply::PinLocked { until });
            return;
        }
        let fits = |pin: &Pin| {
            let (hash, pin) = (agent.pin.hash.clone(), pin.expose().to_owned());
            async move { self.shop.pins.fits(agent.id, &hash, &pin).await }
        };
        let new = if fits(first).await {
            second
        } else if fits(second).await {
            first
        } else {
            // Counts as one wrong try, whichever of the two was meant as the old one.
            self.pin_fits(&agent, first, answer).await;
            return;
        };
        if first.expose() == second.expose() {
            answer.reply(Reply::PinSame);
        } else if !new.is_fit() {
            answer.reply(Reply::PinUnfit);
        } else if let Some(hash) = pins::hash(new.expose()).await {
            let mut after = agent.clone();
            after.pin = crate::agent::PinState::new(hash);
            answer.write_agent(&agent, after);
            answer.reply(Reply::PinChanged);
        } else {
            answer.reply(Reply::TryAgain);
        }
    }
}

fn price_line(product: &Product) -> PriceLine {
    PriceLine {
        category: product.category.clone(),
        code: product.code.clone(),
        name: product.name.clone(),
        price: product.price,
        open: product.is_open(),
    }
}
