//! Which of the suppliers can be used, which comes first, and what their answers show of them.

use chrono::{DateTime, TimeDelta, Utc};

use super::suppliers::{Supplier, Suppliers};
use konter_core::catalog::Route;
use konter_core::money::Rupiah;
use konter_core::order::{Attempt, AttemptStep, Decider, Final, Order, OrderState};
use konter_core::outcome::Outcome;
use konter_core::price_list::PriceListRow;
use konter_core::routing::{Availability, Sign, SupplierOverrides, sign_of};
use konter_suppliers::protocol::Now;

/// An order waits for the end of a break for so long at most: a break that goes on longer is none a reseller can plan
/// with.
pub(super) const LONGEST_WAIT: TimeDelta = TimeDelta::hours(12);

impl Suppliers {
    /// Takes over what price lists have told of products' breaks: rows of the store, as they are now.
    pub(super) fn learn_breaks(&self, rows: &[PriceListRow]) {
        for row in rows {
            if let Some(supplier) = self.get(&row.supplier) {
                supplier.learn_breaks(row);
            }
        }
    }

    /// Takes over rows of the store, as they are now.
    pub(super) fn steer(&self, rows: Vec<SupplierOverrides>) {
        for row in rows {
            // What is set for a supplier that is not configured any more waits until it is.
            if let Some(supplier) = self.get(&row.supplier) {
                supplier.steer(row);
            }
        }
    }

    /// Whether a route can be used now for something that costs so much.
    pub(super) fn availability(&self, route: &Route, cost: Rupiah, now: &Now) -> Availability {
        let supplier = self.get(&route.supplier);
        supplier.map_or(Availability::NotSetUp, |supplier| supplier.availability(&route.sku, cost, now))
    }

    /// A route's place: what is set for its supplier counts before the catalog.
    pub(super) fn rank(&self, route: &Route) -> u32 {
        let set = self.get(&route.supplier).and_then(|supplier| supplier.supplier_overrides().priority);
        set.unwrap_or(route.priority)
    }

    /// When the first break ends of those that keep these routes from being used.
    pub(super) fn break_ends<'r>(
        &self,
        routes: impl IntoIterator<Item = &'r Route>,
        now: &Now,
    ) -> Option<DateTime<Utc>> {
        let ends = |route: &Route| self.get(&route.supplier)?.product_break_ends(&route.sku, now);
        routes.into_iter().filter_map(ends).min()
    }

    /// What a step of an order shows of its suppliers.
    pub(super) fn watch(&self, before: &Order, after: &Order) {
        if decided_by_person(after) {
            return;
        }
        for attempt in &after.attempts {
            let was = before.attempts.iter().find(|was| was.reference == attempt.reference);
            if let Some(supplier) = self.get(&attempt.route.supplier) {
                watch_attempt(supplier, after, was, attempt);
            }
        }
    }
}

fn decided_by_person(order: &Order) -> bool {
    matches!(&order.state, OrderState::Final(Final { by: Decider::Admin(_), .. }))
}

fn watch_attempt(supplier: &Supplier, order: &Order, was: Option<&Attempt>, attempt: &Attempt) {
    let (sku, cost, at) = (&attempt.route.sku, order.expected_cost(attempt), order.updated_at);
    let before = was.and_then(|was| was.outcome.as_ref());
    match &attempt.outcome {
        Some(outcome) if before != Some(outcome) => {
            supplier.saw(sku, cost, sign_of(outcome), at);
            let is_final = |outcome: &Outcome| matches!(outcome, Outcome::Success(_) | Outcome::Failed(_));
            if let Some(sent_at) = attempt.sent_at.filter(|_| is_final(outcome) && !before.is_some_and(is_final)) {
                match outcome {
                    Outcome::Success(_) => supplier.ended(true, at - sent_at),
                    Outcome::Failed(kind) if !kind.is_about_customer() => supplier.ended(false, at - sent_at),
                    _ => {}
                }
            }
            let told = was.is_some_and(|was| was.balance_after != attempt.balance_after);
            if matches!(outcome, Outcome::Success(_)) && !told {
                supplier.spent(attempt.charged.unwrap_or(cost));
            }
        }
        // It could not be reached.
        None if attempt.step == AttemptStep::NotSent && was.is_some_and(|was| was.step == AttemptStep::Sent) => {
            supplier.saw(sku, cost, Sign::Bad, at);
        }
        _ => {}
    }
}
