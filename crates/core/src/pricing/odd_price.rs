//! Prices that are most likely a slip: a zero too many, or one too few.

use std::fmt;

use crate::catalog::{Product, ProductKind};
use crate::money::Rupiah;

/// No price of the trade rises or falls to so many times what it was, and nothing costs so many times what it is bought
/// for. Below ten, because whoever types a zero too many often changes the price as well.
const FAR: i64 = 5;

/// A product whose price is far from what it was, or, where it is new, from what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OddPrice<'p> {
    pub product: &'p Product,
    pub than: Than,
}

/// What a price is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Than {
    Before(Rupiah),
    Cost(Rupiah),
}

impl fmt::Display for OddPrice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Product { code, price, .. }, than) = (self.product, self.than);
        match than {
            Than::Before(before) => write!(f, "{code}: its price {price} is far from {before}, which it was"),
            Than::Cost(cost) => write!(f, "{code}: its price {price} is far above its cost {cost}"),
        }
    }
}

/// Whether a price that was so and is to be so has a zero too many or too few.
pub const fn is_far(before: Rupiah, after: Rupiah) -> bool {
    let (before, after) = (before.get(), after.get());
    before > 0 && after > 0 && (after / before >= FAR || before / after >= FAR)
}

/// Whether a price that is typed moves further at once than prices of the trade do: by more than half.
#[must_use]
pub const fn is_large_step(before: Rupiah, after: Rupiah) -> bool {
    let (before, after) = (before.get(), after.get());
    before > 0 && after.abs_diff(before) > before.unsigned_abs() / 2
}

/// What is odd of a product that comes in place of another, or is new.
#[must_use]
pub fn odd_price<'p>(product: &'p Product, before: Option<&Product>) -> Option<OddPrice<'p>> {
    // A bill's price is its fee, and says nothing of what it costs. Nobody gives goods away.
    let is_free = |product: &Product| {
        product.kind != ProductKind::Bill && product.routes.iter().any(|route| !route.cost.is_positive())
    };
    let than = match before {
        Some(before) if is_far(before.price, product.price) => Some(Than::Before(before.price)),
        before if is_free(product) && before.is_none_or(|before| !is_free(before)) => Some(Than::Cost(Rupiah::ZERO)),
        Some(_) => None,
        None if product.kind == ProductKind::Bill => None,
        None => {
            let dearest = product.routes.iter().map(|route| route.cost).max()?;
            (dearest < product.price && is_far(dearest, product.price)).then_some(Than::Cost(dearest))
        }
    };
    than.map(|than| OddPrice { product, than })
}

/// All that is odd in a catalog of which nothing is known before.
pub fn odd_prices<'p>(products: impl IntoIterator<Item = &'p Product>) -> impl Iterator<Item = OddPrice<'p>> {
    products.into_iter().filter_map(|product| odd_price(product, None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{SAMPLE, parse_catalog};

    #[test]
    fn a_zero_too_many_or_too_few_is_seen() {
        let far = |before, after| is_far(Rupiah::new(before), Rupiah::new(after));
        assert!(far(10_500, 105_000) && far(10_600, 105_000) && far(10_500, 1_050) && far(10_500, 1_060));
        assert!(!far(10_500, 12_000) && !far(10_500, 5_000) && !far(0, 2_500) && !far(2_500, 0) && !far(1_000, 4_999));
    }

    #[test]
    fn a_new_product_is_held_against_its_cost() {
        let products = parse_catalog(SAMPLE, None, &|_| false).unwrap();
        assert_eq!(odd_prices(&products).count(), 0, "the sample is sound");
        let s10 = products.iter().find(|product| product.code.as_str() == "S10").unwrap();
        let dear = Product { price: Rupiah::new(105_000), ..s10.clone() };
        assert!(
            odd_price(&dear, None).unwrap().to_string().starts_with("S10: its price 105.000 is far above its cost")
        );
        assert_eq!(
            odd_price(&dear, Some(s10)).unwrap().to_string(),
            "S10: its price 105.000 is far from 10.500, which it was"
        );
        assert_eq!(odd_price(s10, Some(s10)), None);
        let mut free = s10.clone();
        free.routes.iter_mut().for_each(|route| route.cost = Rupiah::ZERO);
        for before in [None, Some(s10)] {
            assert_eq!(odd_price(&free, before).map(|odd| odd.than), Some(Than::Cost(Rupiah::ZERO)), "{before:?}");
        }
        assert_eq!(odd_price(&free, Some(&free)), None, "that is known");
    }
}
