//! Products that nobody can be asked for yet: a catalog may name suppliers that are not configured.

use std::collections::BTreeSet;

use konter_core::catalog::Product;
use konter_core::ids::SupplierId;

/// Says which suppliers are missing and what waits for them; `None` where none is.
pub(super) fn unrouted<'p>(
    products: impl IntoIterator<Item = &'p Product>,
    configured: &[SupplierId],
) -> Option<String> {
    let is_missing = |supplier: &&SupplierId| !configured.contains(supplier);
    let (mut missing, mut without, mut fewer) = (Vec::new(), 0_usize, 0_usize);
    for product in products {
        let before = missing.len();
        let of_product: Vec<_> = product.routes.iter().map(|route| &route.supplier).filter(is_missing).collect();
        missing.extend(of_product.iter().copied());
        match missing.len() - before {
            0 => {}
            all if all == product.routes.len() => without += 1,
            _ => fewer += 1,
        }
    }
    if missing.is_empty() {
        return None;
    }
    let mut names: Vec<&str> = missing.iter().map(|supplier| supplier.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let count = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 product has {what}")),
        more => Some(format!("{more} products have {what}")),
    };
    let parts: Vec<String> = [count(without, "no route"), count(fewer, "fewer routes")].into_iter().flatten().collect();
    let suppliers = if names.len() == 1 { "this supplier is" } else { "these suppliers are" };
    Some(format!("{} until {suppliers} configured (KONTER_SUPPLIERS): {}", parts.join(" and "), names.join(", ")))
}

/// Suppliers of a catalog that may stand in it: configured, or not yet. Left out is what looks like a slip for a
/// configured one: `kois` beside `kios`, but not `kios2`, which is somebody else.
pub(super) fn plausible<'p>(
    products: impl IntoIterator<Item = &'p Product>,
    configured: &[SupplierId],
) -> Vec<SupplierId> {
    let digits = |supplier: &SupplierId| supplier.as_str().chars().filter(char::is_ascii_digit).collect::<String>();
    let is_slip = |named: &SupplierId| {
        let is_near = |known: &&SupplierId| {
            digits(named) == digits(known) && strsim::damerau_levenshtein(named.as_str(), known.as_str()) == 1
        };
        !configured.contains(named) && configured.iter().any(|known| is_near(&known))
    };
    let named: BTreeSet<&SupplierId> =
        products.into_iter().flat_map(|product| product.routes.iter().map(|route| &route.supplier)).collect();
    named.into_iter().filter(|supplier| !is_slip(supplier)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use konter_core::catalog::parse_catalog;

    #[test]
    fn each_missing_supplier_is_named_once_with_what_waits_for_it() {
        let row =
            |code: &str, supplier: &str| format!("{code},A,P,telkomsel,topup,1000,1500,{supplier},{code},,1,1,yes\n");
        let columns = "code,name,category,operator,kind,nominal,price,supplier,sku,denom,cost,priority,open\n";
        let rows =
            [row("S5", "xgate"), row("S10", "kios"), row("S10", "xgate"), row("S20", "kios"), row("S25", "tele")];
        let products = parse_catalog(&[columns, &rows.concat()].concat(), None, &|_| false).unwrap();
        let told = |ids: &[&str]| {
            let configured: Vec<SupplierId> = ids.iter().map(|id| id.parse().unwrap()).collect();
            unrouted(&products, &configured)
        };
        assert_eq!(told(&["kios", "tele", "xgate", "ppob"]), None);
        let none =
            "4 products have no route until these suppliers are configured (KONTER_SUPPLIERS): kios, tele, xgate";
        assert_eq!(told(&[]).as_deref(), Some(none));
        let some = "1 product has no route and 1 product has fewer routes until this supplier is configured \
                    (KONTER_SUPPLIERS): xgate";
        assert_eq!(told(&["kios", "tele"]).as_deref(), Some(some));
        let named = |ids: &[&str]| {
            let configured: Vec<SupplierId> = ids.iter().map(|id| id.parse().unwrap()).collect();
            plausible(&products, &configured).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(named(&["kios"]), ["kios", "tele", "xgate"]);
        assert_eq!(named(&["kois", "tele"]), ["tele", "xgate"], "kios is a slip for kois");
        assert_eq!(named(&["kios2"]), ["kios", "tele", "xgate"], "a number makes another one");
    }
}
