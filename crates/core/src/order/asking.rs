//! Until when asking what became of a purchase is only asking.
//!
//! With the suppliers that can be asked at all, the question is the same request once more. Where the first one never
//! arrived, the question is the first purchase; where the supplier's books of that day are closed, it may be a second one.
//! So by itself the shop asks only as long as a purchase now would still be what the reseller waits for.

use chrono::{DateTime, TimeDelta, Utc};

use super::model::{Attempt, Order};
use super::restored::is_forgotten;
use crate::outcome::{FirstSending, Outcome};

/// No document promises that asking again is safe for longer than a day; stop well before.
pub const CHECK_WINDOW: TimeDelta = TimeDelta::hours(23);

/// What a supplier's clock and document say of the same request again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// When its day ends on which the purchase was sent: at its midnight, or when its nightly break begins.
    pub day_ends: DateTime<Utc>,
    /// Whether its document promises that a reference stays the first one's beyond that.
    pub outlives_day: bool,
}

/// The moment from which on only a person may have the current attempt asked about. `None`: nothing of it has left.
#[must_use]
pub fn ask_until(order: &Order, repeat: Repeat, stale_after: TimeDelta) -> Option<DateTime<Utc>> {
    // Answered with another order's fate, it may never have been taken: asking could buy, and its answer says nothing.
    let is_answerable = |attempt: &&Attempt| !is_forgotten(attempt) && attempt.first != FirstSending::AnotherOrders;
    let attempt = order.current().filter(is_answerable)?;
    let window = attempt.sent_at? + CHECK_WINDOW;
    let until = if has_arrived(attempt) {
        if repeat.outlives_day { window } else { window.min(repeat.day_ends) }
    } else {
        window.min(repeat.day_ends).min(order.ripe_since() + stale_after)
    };
    Some(until)
}

/// Whether the supplier itself has said that it has the purchase: a question cannot be the first one any more.
pub fn has_arrived(attempt: &Attempt) -> bool {
    attempt.outcome == Some(Outcome::Pending)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Reference;
    use crate::order::tests::sample::{self, route};
    use crate::order::{AttemptStep, new_attempt};
    use crate::outcome::Doubt;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn order() -> Order {
        sample::order(new_attempt(Reference(1), route("kios", 10_200)), Vec::new())
    }

    fn sent(outcome: Option<Outcome>) -> Order {
        let mut order = Order { created_at: at(0), ..order() };
        let attempt = &mut order.attempts[0];
        (attempt.step, attempt.sent_at, attempt.outcome) = (AttemptStep::Sent, Some(at(5)), outcome);
        order
    }

    #[test]
    fn a_doubt_is_asked_about_only_while_a_purchase_would_still_be_expected() {
        let stale = TimeDelta::minutes(30);
        let until = |order: &Order, day_ends, outlives_day| {
            ask_until(order, Repeat { day_ends: at(day_ends), outlives_day }, stale)
                .map(|until| (until - at(0)).num_minutes())
        };
        let doubt = sent(Some(Outcome::Unknown(Doubt::Timeout)));
        assert_eq!(until(&doubt, 600, false), Some(30), "growing stale counts from the order, not from the sending");
        assert_eq!(until(&doubt, 20, false), Some(20), "its supplier's day ends first");
        assert_eq!(until(&doubt, 20, true), Some(20), "whatever its document says: it may never have arrived");
        let queued = Order { waits_until: Some(at(3)), ..doubt };
        assert_eq!(until(&queued, 600, false), Some(33), "waiting for the end of a break is not growing old");
        let pending = sent(Some(Outcome::Pending));
        assert_eq!(until(&pending, 600, false), Some(600));
        assert_eq!(until(&pending, 600, true), Some(5 + 23 * 60));
        assert_eq!(until(&pending, 10_000, false), Some(5 + 23 * 60));
        assert_eq!(until(&order(), 600, false), None, "nothing has left");
    }
}
