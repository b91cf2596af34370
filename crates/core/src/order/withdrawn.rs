//! Whether an attempt's route may still be used: routes are closed and costs rise while an order waits.

use super::model::{Attempt, Order};
use super::step::Withdrawn;
use crate::catalog::{Product, Route};

/// What keeps the attempt's route from being used, as the catalog has it now.
#[must_use]
pub fn withdrawn_route(product: &Product, order: &Order, attempt: &Attempt) -> Option<Withdrawn> {
    let is_same = |route: &&Route| {
        let accepted = &attempt.route;
        (&route.supplier, &route.sku, route.denom) == (&accepted.supplier, &accepted.sku, accepted.denom)
    };
    let Some(route) = product.routes.iter().find(is_same).filter(|route| route.open) else {
        return Some(Withdrawn::Route);
    };
    // What was sold below its cost when it was accepted was meant so.
    let has_risen = route.cost > attempt.route.cost;
    let cost = order.cost_by(route);
    (has_risen && cost > order.kept_by_shop()).then_some(Withdrawn::Cost { now: cost })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{SAMPLE, parse_catalog};
    use crate::ids::{AgentId, Reference};
    use crate::money::Rupiah;
    use crate::order::new_attempt;
    use crate::order::tests::sample;
    use crate::pricing::Margin;

    /// S10 as it is sold at kiosampm, and an order of it.
    fn sold() -> (Product, Order) {
        let product = parse_catalog(SAMPLE, None, &|_| false).unwrap().into_iter().find(|p| p.code.as_str() == "S10");
        let product = product.unwrap();
        let order =
            sample::order(new_attempt(Reference(1), product.routes[0].clone()), vec![product.routes[1].clone()]);
        (product, order)
    }

    fn withdrawn(product: &Product, order: &Order) -> Option<Withdrawn> {
        withdrawn_route(product, order, &order.attempts[0])
    }

    #[test]
    fn a_route_that_was_closed_or_became_another_is_not_used() {
        let (product, order) = sold();
        assert_eq!(withdrawn(&product, &order), None);
        let changed = |change: fn(&mut Route)| {
            let mut product = product.clone();
            change(&mut product.routes[0]);
            withdrawn(&product, &order)
        };
        assert_eq!(changed(|route| route.open = false), Some(Withdrawn::Route));
        assert_eq!(changed(|route| route.sku = "S11".to_owned()), Some(Withdrawn::Route));
        assert_eq!(changed(|route| route.denom = Some(Rupiah::new(10_000))), Some(Withdrawn::Route));
        assert_eq!(changed(|route| route.priority = 9), None);
        assert_eq!(changed(|route| route.cost = Rupiah::new(10_500)), None, "what it brings in covers it");
        let now = Rupiah::new(10_501);
        assert_eq!(changed(|route| route.cost = Rupiah::new(10_501)), Some(Withdrawn::Cost { now }));
    }

    #[test]
    fn only_a_cost_that_rose_since_keeps_an_order_from_being_bought() {
        let (product, order) = sold();
        let mut cheap = Order { price: Rupiah::new(9_000), ..order.clone() };
        assert_eq!(withdrawn(&product, &cheap), None, "below cost from the start: it was meant so");
        cheap.attempts[0].route.cost = Rupiah::new(8_900);
        assert!(matches!(withdrawn(&product, &cheap), Some(Withdrawn::Cost { .. })));
        // What goes to its uplines does not cover anything.
        let margin = Margin { agent: AgentId(2), amount: Rupiah::new(400) };
        let mut below = Order { margins: vec![margin], ..order };
        below.attempts[0].route.cost = Rupiah::new(10_000);
        assert!(matches!(withdrawn(&product, &below), Some(Withdrawn::Cost { .. })));
    }
}
