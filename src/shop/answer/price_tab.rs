//! The price list a category at a time: the others are buttons, and a tap changes the message where it stands.

use std::collections::BTreeMap;

use super::account::own_line;
use super::{Answer, Request};
use konter_command::Wish;
use konter_core::catalog::{Catalog, Product, ProductKind};
use konter_core::pricing::Tariff;
use konter_reply::{PriceLine, PriceTab, Reply};
use konter_store::{Payload, Say, StoreError};

/// A price list of so many lines is shown whole.
const SHOWN_WHOLE: usize = 25;
/// Lines of one category: about what one chat message holds.
const LINES_SHOWN: usize = 60;
/// Categories that have a button.
const MOST_TABS: usize = 30;

impl Request<'_> {
    /// Shows one category; `false` where the whole list is short enough.
    pub(super) fn price_tab(&self, at: usize, tariff: Option<&Tariff>, answer: &mut Answer) -> bool {
        let catalog = self.shop.catalog();
        if catalog.len() <= SHOWN_WHOLE {
            return false;
        }
        let Some(tab) = tab(&catalog, at, tariff) else { return false };
        answer.reply(Reply::PriceTab(Box::new(tab)));
        true
    }

    pub(super) async fn tapped_prices(&self, at: usize, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(tariff) = self.own_tariff(answer).await? else { return Ok(()) };
        let (Some(message), Some(tab)) = (self.message.tapped.clone(), tab(&self.shop.catalog(), at, tariff.as_ref()))
        else {
            self.stale(answer);
            return Ok(());
        };
        self.lists(Wish::default(), tab.lines.iter().map(|line| line.code.clone()));
        let payload = Payload::Edit { message, reply: Box::new(Reply::PriceTab(Box::new(tab))) };
        let (chat, locale) = (self.message.chat.clone(), answer.locale);
        answer.commit.outgoing.push(Say::new(chat, locale, payload));
        Ok(())
    }
}

/// The category at this place, at its reader's prices; `None` when there is none, or it has none of them.
fn tab(catalog: &Catalog, at: usize, tariff: Option<&Tariff>) -> Option<PriceTab> {
    let mut shelves: Vec<(&str, Vec<PriceLine>)> =
        shelves(catalog.iter()).into_iter().map(|(name, products)| (name, lines(products, tariff))).collect();
    shelves.retain(|(_, lines)| !lines.is_empty());
    shelves.truncate(MOST_TABS);
    let tabs = shelves.iter().map(|(name, _)| (*name).to_owned()).collect();
    let (_, mut lines) = shelves.into_iter().nth(at)?;
    let left_out = lines.len().saturating_sub(LINES_SHOWN);
    lines.truncate(LINES_SHOWN);
    Some(PriceTab { tabs, at, lines, left_out })
}

fn lines(mut products: Vec<&Product>, tariff: Option<&Tariff>) -> Vec<PriceLine> {
    products
        .sort_by_key(|product| (product.operator.clone(), product.nominal.is_none(), product.nominal, product.price));
    products.into_iter().filter_map(|product| own_line(product, tariff)).collect()
}

/// Products by category, what is sold most first: credit, tokens, data, wallets and the rest, bills.
pub(super) fn shelves<'p>(products: impl Iterator<Item = &'p Product>) -> Vec<(&'p str, Vec<&'p Product>)> {
    let mut by_category: BTreeMap<&str, Vec<&Product>> = BTreeMap::new();
    for product in products {
        by_category.entry(&product.category).or_default().push(product);
    }
    let mut shelves: Vec<_> = by_category.into_iter().collect();
    shelves.sort_by_key(|(_, products)| products.iter().map(|product| rank(product)).min());
    shelves
}

/// Operators by how many customers they have.
const OPERATORS: [&str; 7] = ["telkomsel", "indosat", "xl", "tri", "axis", "smartfren", "byu"];

fn rank(product: &Product) -> (u8, usize) {
    let operator = product.operator.as_deref();
    let place = OPERATORS.iter().position(|known| Some(*known) == operator).unwrap_or(OPERATORS.len());
    match product.kind {
        ProductKind::Topup if operator.is_some() && product.nominal.is_some() => (0, place),
        ProductKind::Token => (1, 0),
        ProductKind::Topup if operator.is_some() => (2, 0),
        ProductKind::Topup => (3, 0),
        ProductKind::Bill => (4, 0),
    }
}
