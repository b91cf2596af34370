//! Ways of buying at which a sale loses money, or at which nobody can tell.

use std::fmt;

use crate::catalog::{Product, ProductKind, Route};
use crate::money::Rupiah;

/// One row of the catalog. Closed ones count: they may open again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BelowCost<'p> {
    pub product: &'p Product,
    pub route: &'p Route,
}

impl fmt::Display for BelowCost<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { product: Product { code, price, kind, .. }, route: Route { supplier, cost, .. } } = self;
        let price_is = if *kind == ProductKind::Bill { "fee" } else { "price" };
        if *cost == Rupiah::ZERO {
            write!(f, "{code} at {supplier}: its cost is 0, so nobody sees what a sale brings in")
        } else {
            write!(f, "{code} at {supplier}: its {price_is} {price} is below its cost {cost}")
        }
    }
}

/// Rows that sell below their cost at the catalog's own price, and goods that cost nothing. Of a bill the price is the fee
/// added to what is passed on, and the cost is what the supplier takes besides; that may well be nothing.
pub fn below_cost<'p>(products: impl IntoIterator<Item = &'p Product>) -> impl Iterator<Item = BelowCost<'p>> {
    let rows = |product: &'p Product| product.routes.iter().map(move |route| BelowCost { product, route });
    products.into_iter().flat_map(rows).filter(|BelowCost { product, route }| {
        product.price < route.cost || (product.kind != ProductKind::Bill && route.cost == Rupiah::ZERO)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{SAMPLE, parse_catalog};

    fn told(rows: &str) -> Vec<String> {
        let header = "code,name,category,operator,kind,nominal,price,supplier,sku,denom,cost,priority,open\n";
        let products = parse_catalog(&format!("{header}{rows}"), None, &|_| false).unwrap();
        below_cost(&products).map(|row| row.to_string()).collect()
    }

    #[test]
    fn a_row_below_its_cost_is_named_by_its_route() {
        let row = |price, supplier, cost, open| {
            format!("S20,Telkomsel 20.000,Pulsa,telkomsel,topup,20000,{price},{supplier},S20,,{cost},1,{open}\n")
        };
        assert_eq!(
            told(&[row(19_000, "kios", 19_900, "yes"), row(19_000, "xgate", 18_900, "yes")].concat()),
            ["S20 at kios: its price 19.000 is below its cost 19.900"],
        );
        assert_eq!(told(&row(19_000, "kios", 19_000, "yes")), Vec::<String>::new());
        assert_eq!(told(&row(19_000, "kios", 19_900, "no")).len(), 1, "it may open again");
        assert_eq!(
            told(&row(19_000, "kios", 0, "yes")),
            ["S20 at kios: its cost is 0, so nobody sees what a sale brings in"]
        );
    }

    #[test]
    fn a_bill_costs_its_fee_and_may_cost_nothing() {
        let row = |fee, cost| format!("PLNPOST,Tagihan,Tagihan,,bill,,{fee},tele,PLNPOST,,{cost},1,yes\n");
        assert_eq!(told(&row(3_000, 0)), Vec::<String>::new());
        assert_eq!(told(&row(3_000, 2_500)), Vec::<String>::new());
        assert_eq!(told(&row(2_000, 2_500)), ["PLNPOST at tele: its fee 2.000 is below its cost 2.500"]);
    }

    #[test]
    fn the_sample_loses_nothing() {
        let products = parse_catalog(SAMPLE, None, &|_| false).unwrap();
        assert_eq!(below_cost(&products).count(), 0);
    }
}
