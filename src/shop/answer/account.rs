//! A reseller's own things: balance, prices, last orders.

use super::super::network::priced;
use super::of_downline::of_downline;
use super::price_tab::shelves;
use super::talk::talk;
use super::{Answer, Request};
use chrono::{Datelike as _, NaiveDate};
use konter_core::agent::{Agent, AgentStatus};

use konter_command::{DateArg, OrdersQuery, Pin, PriceFilter, Wish, span_of};
use konter_core::catalog::{Catalog, Product, ProductKind};
use konter_core::ids::{OrderId, ProductCode};
use konter_core::money::Rupiah;
use konter_core::order::Order;
use konter_core::order::refusal::Near;
use konter_core::order::view;
use konter_core::pricing::Tariff;
use konter_reply::{OfDownline, PriceLine, Reply, TalkReply};
use konter_store::StoreError;

/// Prices shown at once: about what one chat message holds.
const PRICES_SHOWN: usize = 60;
/// Orders shown at once.
const ORDERS_SHOWN: usize = 5;
/// Orders looked through when a product or a day is asked for.
const ORDERS_SEARCHED: usize = 100;
/// Near matches offered when a price list comes up empty.
const NEAR: usize = 3;

impl Request<'_> {
    /// The balance. A PIN is not needed to see it in one's own chat, but a wrong one counts.
    pub(super) async fn balance(&self, pin: Option<&Pin>, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        if let Some(pin) = pin
            && !self.pin_fits(&agent, pin, answer).await
        {
            return Ok(());
        }
        // `sisa saldo dewi berapa`
        if pin.is_none()
            && let Some(downline) = self.below_by_name(&agent, &self.message.text).await?
        {
            return self.show_downline(&agent, &downline, answer).await;
        }
        answer
            .reply_with_balance(&agent, Reply::Balance { code: agent.id, name: agent.name.clone(), role: self.role() });
        Ok(())
    }

    /// Each reseller's own prices.
    pub(super) async fn prices(&self, filters: &[PriceFilter], answer: &mut Answer) -> Result<(), StoreError> {
        let Some(tariff) = self.own_tariff(answer).await? else { return Ok(()) };
        let catalog = self.shop.catalog();
        if filters.is_empty() {
            self.lists_everything();
            if self.price_tab(0, tariff.as_ref(), answer) {
                return Ok(());
            }
        }
        if let [PriceFilter::Nominal(sum)] = filters
            && matching(&catalog, &PriceFilter::Nominal(*sum)).is_empty()
            && self.order_of_sum(*sum, answer).await?
        {
            return Ok(());
        }
        let (everything, is_whole) = ([PriceFilter::Word(String::new())], filters.is_empty());
        let filters = if filters.is_empty() { &everything[..] } else { filters };
        let (mut found, mut unknown): (Vec<&Product>, Vec<String>) = (Vec::new(), Vec::new());
        for filter in filters {
            let matching = matching(&catalog, filter);
            if matching.is_empty() {
                unknown.push(shown(filter));
            }
            for product in matching {
                if !found.contains(&product) {
                    found.push(product);
                }
            }
        }
        // Beside what there is, or as several words, they are talk: `harga naik terus`.
        let is_talk = !found.is_empty() || unknown.len() > 1;
        unknown.retain(|word| !is_talk || word.bytes().any(|b| b.is_ascii_digit()));
        if unknown.is_empty() && found.is_empty() && self.price_tab(0, tariff.as_ref(), answer) {
            return Ok(());
        }
        if !is_whole {
            let (sort, brand) = konter_command::goods_said(&self.message.text);
            let of = Wish { brand: brand.map(str::to_owned), sort, ..Wish::default() };
            self.lists(of, found.iter().map(|product| product.code.clone()));
        }
        if !unknown.is_empty() {
            answer.reply(no_such_product(&catalog, &unknown.join(" ")));
        }
        if !found.is_empty() {
            let own = |product| own_line(product, tariff.as_ref());
            let shelves = shelves(found.into_iter()).into_iter();
            let lines: Vec<PriceLine> = shelves.flat_map(|(_, products)| products).filter_map(own).collect();
            if lines.is_empty() {
                // None of them has a price that its reseller could pay.
                let filter = filters.first().map(shown).unwrap_or_default();
                answer.reply(Reply::NoPrices { filter, near: Vec::new() });
                return Ok(());
            }
            let left_out = lines.len().saturating_sub(PRICES_SHOWN);
            answer.reply(Reply::Prices { lines: lines.into_iter().take(PRICES_SHOWN).collect(), left_out });
        }
        Ok(())
    }

    /// What prices are shown by: those who only work here see the catalog's own. `None` when nothing is shown.
    #[allow(clippy::option_option, reason = "nothing to show, or the catalog's own prices")]
    pub(super) async fn own_tariff(&self, answer: &mut Answer) -> Result<Option<Option<Tariff>>, StoreError> {
        if self.agent.is_none() && self.role().is_some() {
            return Ok(Some(None));
        }
        if self.agent.is_none() {
            answer.reply(talk(TalkReply::JoinForPrices));
            return Ok(None);
        }
        let Some(agent) = self.active_agent(answer) else { return Ok(None) };
        Ok(Some(Some(self.shop.trade.network.tariff(&agent).await?)))
    }

    /// The last orders, or those that the query narrows them to.
    pub(super) async fn orders(&self, query: &OrdersQuery, answer: &mut Answer) -> Result<(), StoreError> {
        if self.agent.is_none()
            && self.role().is_some()
            && let Some(dest) = &query.dest
        {
            return self.orders_to_number(dest, answer).await;
        }
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        if let Some(pin) = &query.pin
            && !self.pin_fits(&agent, pin, answer).await
        {
            return Ok(());
        }
        if let Some(number) = query.number
            && self.own_order(&agent, number, answer).await?
        {
            return Ok(());
        }
        let today = self.shop.clock.day_of(self.at);
        let looked_at = self.orders_to(&agent, query.dest.as_deref(), ORDERS_SEARCHED).await?;
        // Beside a number it may be any word: `cek hp 0812…`. Whoever then hears of no order buys once more.
        let catalog = self.shop.catalog();
        let is_product = |code: &&ProductCode| {
            query.dest.is_none() || catalog.get(code).is_some() || looked_at.iter().any(|order| order.product == **code)
        };
        let product = query.product.as_ref().filter(is_product);
        // `cek trx andi`
        if let Some(word) = query.product.as_ref().filter(|code| catalog.get(code).is_none())
            && let Some(downline) = self.below_by_name(&agent, word.as_str()).await?
        {
            answer.reply(of_downline(downline, OfDownline::Orders));
            return Ok(());
        }
        let asked = |order: &&Order| {
            product.is_none_or(|product| *product == order.product)
                && query.date.as_ref().is_none_or(|date| is_on(*date, order.day, today))
        };
        let mut lines: Vec<_> = looked_at.iter().filter(asked).take(ORDERS_SHOWN).map(view::line).collect();
        // `cek s5 0812…` where S10 went there: that there is no order would be wrong. Programs ask for a day and a product.
        if lines.is_empty() && query.dest.is_some() && (query.date.is_none() || query.product.is_none()) {
            lines = looked_at.iter().take(ORDERS_SHOWN).map(view::line).collect();
        }
        // As it was ordered for.
        let dest = query.dest.as_ref().map(|asked| looked_at.first().map_or(asked, |order| &order.dest).clone());
        answer.reply_with_balance(&agent, Reply::Orders { lines, dest });
        Ok(())
    }

    /// One of one's own orders, by its number; `false` where there is none of that number.
    pub(super) async fn own_order(
        &self,
        agent: &Agent,
        number: OrderId,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        let found = self.shop.store.order(number).await?.filter(|order| order.agent == agent.id);
        let Some(order) = found else { return Ok(false) };
        let shown = Reply::Orders { lines: vec![view::line(&order)], dest: Some(order.dest.clone()) };
        answer.reply_with_balance(agent, shown);
        Ok(true)
    }

    /// `CEK.1`, `order 1`: what is no face value of anything may be an order's number.
    pub(super) async fn order_of_sum(&self, sum: Rupiah, answer: &mut Answer) -> Result<bool, StoreError> {
        const UNIT: i64 = 1_000;
        let number = u64::try_from(sum.get() / UNIT).ok().filter(|_| sum.get() % UNIT == 0);
        match (number, &self.agent) {
            (Some(number), Some(agent)) if agent.status == AgentStatus::Active => {
                self.own_order(agent, OrderId(number), answer).await
            }
            (Some(number), None)
                if self.role().is_some() && self.shop.store.order(OrderId(number)).await?.is_some() =>
            {
                self.show_order(OrderId(number), false, answer).await?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Orders, newest first; those to one destination where it is named. What reads as a phone number by itself may have
    /// been ordered for as it was typed: a game's user `62812…`.
    pub(super) async fn orders_to(
        &self,
        agent: &Agent,
        dest: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Order>, StoreError> {
        let store = &self.shop.store;
        let mut orders = store.orders_of(agent.id, dest, None, limit).await?;
        if let Some(abroad) = dest.and_then(|dest| dest.strip_prefix("08")).map(|rest| format!("628{rest}")) {
            orders.extend(store.orders_of(agent.id, Some(&abroad), None, limit).await?);
            orders.sort_by_key(|order| std::cmp::Reverse(order.id));
            orders.truncate(limit);
        }
        Ok(orders)
    }
}

/// That nothing of this name is sold, with what comes near.
pub(super) fn no_such_product(catalog: &Catalog, name: &str) -> Reply {
    let near = catalog.near(name, NEAR);
    let near = near.iter().map(|product| Near { code: product.code.clone(), name: product.name.clone() }).collect();
    Reply::NoPrices { filter: name.to_owned(), near }
}

/// A product as its reader pays for it; `None` where it has no price.
pub(super) fn own_line(product: &Product, tariff: Option<&Tariff>) -> Option<PriceLine> {
    match tariff {
        Some(tariff) => priced(tariff, product).map(|(product, _)| price_line(&product)),
        None => Some(price_line(product)),
    }
}

pub(in crate::shop) fn price_line(product: &Product) -> PriceLine {
    PriceLine {
        category: product.category.clone(),
        code: product.code.clone(),
        name: product.name.clone(),
        price: product.price,
        open: product.is_open(),
        fee: product.kind == ProductKind::Bill,
    }
}

pub(super) fn matching<'c>(catalog: &'c Catalog, filter: &PriceFilter) -> Vec<&'c Product> {
    match filter {
        PriceFilter::Word(word) => catalog.filter(word),
        PriceFilter::Nominal(nominal) => {
            let mut found: Vec<_> = catalog.iter().filter(|product| product.nominal == Some(*nominal)).collect();
            found.sort_by(|a, b| (&a.category, a.price, &a.code).cmp(&(&b.category, b.price, &b.code)));
            found
        }
    }
}

pub(super) fn shown(filter: &PriceFilter) -> String {
    match filter {
        PriceFilter::Word(word) => word.clone(),
        PriceFilter::Nominal(nominal) => nominal.to_string(),
    }
}

pub(super) fn is_on(date: DateArg, day: NaiveDate, today: NaiveDate) -> bool {
    match date {
        DateArg::DayOfMonth(number) => day.day() == u32::from(number),
        DateArg::DayAndMonth { day: number, month } => {
            day.day() == u32::from(number) && day.month() == u32::from(month)
        }
        DateArg::Range(from, to) => (from..=to).contains(&day),
        date => span_of(Some(date), today).is_ok_and(|span| (span.from()..=span.to()).contains(&day)),
    }
}
