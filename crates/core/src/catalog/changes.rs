//! What a catalog changes of a product besides its price, column by column.

use serde::{Deserialize, Serialize};

use super::product::{Product, Route};
use crate::ids::SupplierId;

/// One cell, or a whole route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductChange {
    /// As it stands at the head of the catalog; `route` where a way of buying it comes or goes.
    pub column: String,
    /// Whose way of buying it.
    pub supplier: Option<SupplierId>,
    /// `None`: empty, or not there.
    pub before: Option<String>,
    pub after: Option<String>,
}

/// What decides what is bought, where, and what it costs; then what decides who may buy it; then words.
const BY_WEIGHT: [&str; 12] =
    ["sku", "denom", "route", "cost", "dest", "operator", "kind", "nominal", "open", "priority", "name", "category"];

impl ProductChange {
    /// What matters most has the least.
    pub fn weight(&self) -> usize {
        BY_WEIGHT.iter().position(|column| *column == self.column).unwrap_or(BY_WEIGHT.len())
    }
}

/// What matters most comes first. Nothing where only the price is another.
#[must_use]
pub fn changes(before: &Product, after: &Product) -> Vec<ProductChange> {
    let mut changes = Vec::new();
    let mut note = |column: &str, supplier: Option<&SupplierId>, before: Option<String>, after: Option<String>| {
        if before != after {
            changes.push(ProductChange { column: column.to_owned(), supplier: supplier.cloned(), before, after });
        }
    };
    let kind = |product: &Product| Some(format!("{:?}", product.kind).to_lowercase());
    note("name", None, Some(before.name.clone()), Some(after.name.clone()));
    note("category", None, Some(before.category.clone()), Some(after.category.clone()));
    note("operator", None, before.operator.clone(), after.operator.clone());
    note("kind", None, kind(before), kind(after));
    let dest = |product: &Product| Some(product.dest_kind().name().to_owned());
    note("dest", None, dest(before), dest(after));
    let amount = |amount: Option<crate::money::Rupiah>| amount.map(|amount| amount.to_string());
    note("nominal", None, amount(before.nominal), amount(after.nominal));

    let mut gone: Vec<&Route> = before.routes.iter().collect();
    let mut come = Vec::new();
    // The same code at the same supplier is the same route, whatever stands beside it.
    for route in &after.routes {
        let is_same = |old: &&Route| old.supplier == route.supplier && old.sku == route.sku;
        match gone.iter().position(is_same) {
            Some(at) => come.push((Some(gone.remove(at)), route)),
            None => come.push((None, route)),
        }
    }
    for (old, route) in come {
        let supplier = Some(&route.supplier);
        let old = old.or_else(|| {
            let at = gone.iter().position(|old| old.supplier == route.supplier)?;
            Some(gone.remove(at))
        });
        let Some(old) = old else {
            note("route", supplier, None, Some(route.sku.clone()));
            continue;
        };
        let open = |route: &Route| Some(if route.open { "yes" } else { "no" }.to_owned());
        note("sku", supplier, Some(old.sku.clone()), Some(route.sku.clone()));
        note("denom", supplier, amount(old.denom), amount(route.denom));
        note("cost", supplier, amount(Some(old.cost)), amount(Some(route.cost)));
        note("open", supplier, open(old), open(route));
        note("priority", supplier, Some(old.priority.to_string()), Some(route.priority.to_string()));
    }
    for old in gone {
        note("route", Some(&old.supplier), Some(old.sku.clone()), None);
    }
    changes.sort_by_key(ProductChange::weight);
    changes
}

#[cfg(test)]
mod tests {
    use super::super::{SAMPLE, parse_catalog};
    use super::*;

    fn changed(change: impl Fn(&mut Product)) -> Vec<String> {
        let before = parse_catalog(SAMPLE, None, &|_| false).unwrap().remove(0);
        let mut after = before.clone();
        change(&mut after);
        let told = |change: &ProductChange| {
            let cell = |cell: &Option<String>| cell.clone().unwrap_or_else(|| "-".to_owned());
            format!("{} {} > {}", change.column, cell(&change.before), cell(&change.after))
        };
        changes(&before, &after).iter().map(told).collect()
    }

    #[test]
    fn whatever_is_another_is_named_with_what_costs_money_first() {
        assert!(changed(|product| product.price = crate::money::Rupiah::new(1)).is_empty());
        assert_eq!(changed(|product| product.routes[0].cost = crate::money::Rupiah::new(105)).len(), 1);
        let told = changed(|product| {
            "Pulsa".clone_into(&mut product.name);
            product.operator = None;
            product.routes[0].open = false;
            "KS50".clone_into(&mut product.routes[0].sku);
        });
        let columns: Vec<&str> = told.iter().filter_map(|told| told.split(' ').next()).collect();
        assert_eq!(columns, ["sku", "dest", "operator", "open", "name"], "{told:?}");
        let told = changed(|product| {
            let mut other = product.routes[0].clone();
            other.supplier = "lain".parse().unwrap();
            product.routes = vec![other];
        });
        assert!(told.iter().all(|told| told.starts_with("route ")) && told.len() >= 2, "{told:?}");
    }
}
