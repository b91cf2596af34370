//! A list against the catalog.

use std::collections::BTreeSet;

use super::list::{List, ListFault, folded};
use super::margin::Margins;
use super::model::{PriceListRow, RouteMove, Terms};
use crate::catalog::{Catalog, Product, ProductKind, Route};
use crate::ids::{ProductCode, SupplierId};
use crate::money::Rupiah;
use crate::pricing::is_far;
use crate::question::PriceMove;

/// Changes taken over at once: an offer is one row. What is left comes with the next list.
const MOST_MOVES: usize = 1_000;
/// Products named that the list lacks; the same.
const MOST_LOST: usize = 200;
/// Fewer costs that are far from what they were may be slips of one's own.
const FEWEST_FAR: usize = 3;
/// Closing fewer is nothing to be asked about.
const FEWEST_CLOSED: usize = 3;
/// What a list is held against.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    pub catalog: &'a Catalog,
    pub row: &'a PriceListRow,
    pub margins: &'a Margins,
}

/// What a list changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub moves: Vec<RouteMove>,
    pub prices: Vec<PriceMove>,
    pub lost: Vec<ProductCode>,
    pub unknown: usize,
    /// Most of what is bought there would be closed.
    pub closes_most: bool,
}

/// What a list changes. Bills are left alone, and so are the costs of open amounts: what lists say of them is no cost.
///
/// # Errors
/// When the list as a whole cannot be believed.
pub fn compare(list: &List, known: &Known<'_>) -> Result<Changes, ListFault> {
    if list.count() == 0 {
        return Err(ListFault::Empty);
    }
    let (before, now) = (known.row.count, list.count());
    if now.saturating_mul(2) < before {
        return Err(ListFault::Shrunk { before, now });
    }
    let mut found = Found::default();
    for product in known.catalog.iter().filter(|product| product.kind != ProductKind::Bill) {
        found.look_at(product, list, known);
    }
    if found.far >= FEWEST_FAR && found.far * 2 > found.compared {
        return Err(ListFault::Unit { count: found.far });
    }
    let ours: BTreeSet<String> = routes(known.catalog, &known.row.supplier).map(|route| folded(&route.sku)).collect();
    found.changes.unknown = list.skus().filter(|sku| !ours.contains(*sku)).count();
    Ok(found.finish())
}

fn routes<'c>(catalog: &'c Catalog, supplier: &'c SupplierId) -> impl Iterator<Item = &'c Route> {
    catalog.iter().flat_map(|product| &product.routes).filter(move |route| route.supplier == *supplier)
}

#[derive(Default)]
struct Found {
    changes: Changes,
    /// Costs that could be compared, and those of them that are far from what they were.
    compared: usize,
    far: usize,
    open: usize,
}

impl Found {
    fn look_at(&mut self, product: &Product, list: &List, known: &Known<'_>) {
        let mut after = product.clone();
        let mut moves = Vec::new();
        for route in after.routes.iter_mut().filter(|route| route.supplier == known.row.supplier) {
            self.open += usize::from(route.open);
            let Some(listed) = list.get(&route.sku) else {
                if self.changes.lost.last() != Some(&product.code) && self.changes.lost.len() < MOST_LOST {
                    self.changes.lost.push(product.code.clone());
                }
                continue;
            };
            let key = (product.code.clone(), route.sku.clone());
            let before = Terms { cost: route.cost, open: route.open, pause: known.row.breaks.of(&route.sku) };
            let cost = listed.cost.filter(|_| route.denom.is_none());
            self.weigh(before.cost, cost);
            route.cost = cost.unwrap_or(before.cost);
            route.open = listed.open != Some(false) && (before.open || known.row.closed.contains(&key));
            let pause = listed.pause.filter(|_| known.row.may_keep_break(&route.sku)).unwrap_or(before.pause);
            let now = Terms { cost: route.cost, open: route.open, pause };
            moves.push(RouteMove { product: key.0, sku: key.1, before, after: now, loses: false });
        }
        let price = product.price;
        let is_due = moves.iter().any(|one| one.before.cost != one.after.cost || waits_for_a_price(one, price));
        let rule = known.margins.rules.get(&product.category).filter(|_| is_due);
        if let Some(price) = rule.and_then(|rule| rule.price(dearest(&after)?)) {
            after.price = price;
        }
        for one in &mut moves {
            keep_from_losing(one, after.price);
        }
        if after.price != product.price {
            let (product, before, after) = (product.code.clone(), product.price, after.price);
            self.changes.prices.push(PriceMove { product, before, after });
        }
        self.changes.moves.extend(moves.into_iter().filter(|one| one.before != one.after));
    }

    fn weigh(&mut self, before: Rupiah, now: Option<Rupiah>) {
        if let Some(now) = now.filter(|_| before.is_positive()) {
            self.compared += 1;
            self.far += usize::from(is_far(before, now));
        }
    }

    fn finish(self) -> Changes {
        let mut changes = self.changes;
        if let Some(cut) = changes.moves.get(MOST_MOVES).map(|one| one.product.clone()) {
            changes.moves.truncate(MOST_MOVES);
            // A price goes by all of a product's costs: none of them is left behind.
            while changes.moves.pop_if(|one| one.product == cut).is_some() {}
            let kept: BTreeSet<&ProductCode> = changes.moves.iter().map(|one| &one.product).collect();
            changes.prices.retain(|one| kept.contains(&one.product));
        }
        let closes = changes.moves.iter().filter(|one| one.before.open && !one.after.open).count();
        changes.closes_most = closes >= FEWEST_CLOSED && closes * 2 >= self.open;
        changes
    }
}

/// The dearest way of buying it that is open; of all where none is.
fn dearest(product: &Product) -> Option<Rupiah> {
    let open = product.routes.iter().filter(|route| route.open).map(|route| route.cost).max();
    open.or_else(|| product.routes.iter().map(|route| route.cost).max())
}

/// Whether it would be open again if only its price covered its cost.
fn waits_for_a_price(one: &RouteMove, price: Rupiah) -> bool {
    !one.before.open && one.after.open && one.after.cost > price
}

/// What has become dearer than the price, or would open so, stays closed: whoever orders it meanwhile would be sold it at a
/// loss. What is sold below its cost already is meant so, as long as it does not rise.
fn keep_from_losing(one: &mut RouteMove, price: Rupiah) {
    let gets_worse = one.after.cost > one.before.cost || !one.before.open;
    if one.after.open && gets_worse && one.after.cost > price {
        one.after.open = false;
        one.loses = one.before.open;
    }
}
