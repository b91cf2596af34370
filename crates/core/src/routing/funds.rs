//! Our deposit at one supplier, as far as it is known.

use chrono::{DateTime, TimeDelta, Utc};

use crate::money::Rupiah;

/// How long a balance keeps orders away: a top-up made meanwhile is not told by every supplier, and an order that is
/// refused for want of funds costs nothing but a moment.
pub const BELIEVED_FOR: TimeDelta = TimeDelta::minutes(10);

/// A balance told with, or shortly before, a refusal.
const JUST_TOLD: TimeDelta = TimeDelta::minutes(1);

/// What is known of the deposit. Amounts are whole rupiah.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Funds {
    known: Option<(Rupiah, DateTime<Utc>)>,
    /// What the orders on their way will take.
    under_way: Rupiah,
    /// An order of this cost was refused for want of funds.
    refused: Option<(Rupiah, DateTime<Utc>)>,
}

impl Funds {
    /// The balance last told, less what was bought since.
    #[must_use]
    pub const fn known(&self) -> Option<(Rupiah, DateTime<Utc>)> {
        self.known
    }

    /// Whether an order of this cost may be tried: unknown and old balances do not keep it away.
    #[must_use]
    pub fn cover(&self, cost: Rupiah, now: DateTime<Utc>) -> bool {
        let fresh = |at: DateTime<Utc>| now - at < BELIEVED_FOR;
        let short = self.known.is_some_and(|(balance, at)| {
            let left = balance.checked_sub(self.under_way).unwrap_or(balance);
            fresh(at) && left < cost
        });
        let refused = self.refused.is_some_and(|(least, at)| fresh(at) && cost >= least);
        !short && !refused
    }

    /// Whether an order was refused lately for want of funds.
    pub fn was_short(&self, now: DateTime<Utc>) -> bool {
        self.refused.is_some_and(|(_, at)| now - at < BELIEVED_FOR)
    }

    /// The supplier told it.
    pub fn told(&mut self, balance: Rupiah, at: DateTime<Utc>) {
        if self.known.is_none_or(|(_, known_at)| known_at <= at) {
            // More than was refused: there has been a top-up.
            if self.refused.is_some_and(|(cost, _)| balance >= cost) {
                self.refused = None;
            }
            self.known = Some((balance, at));
        }
    }

    /// Something was bought and its reply told no balance.
    pub fn spent(&mut self, cost: Rupiah) {
        if let Some((balance, _)) = &mut self.known {
            *balance = balance.checked_sub(cost).unwrap_or(*balance);
        }
    }

    /// An order of this cost was refused for want of funds. Where the supplier has just told a balance that covers it, the
    /// balance is believed: the refusal meant something else.
    pub fn refused(&mut self, cost: Rupiah, at: DateTime<Utc>) {
        let covered = |(balance, told): (Rupiah, DateTime<Utc>)| balance >= cost && at - told < JUST_TOLD;
        if self.known.is_some_and(covered) {
            return;
        }
        let least = self.refused.filter(|(_, earlier)| at - *earlier < BELIEVED_FOR).map_or(cost, |(c, _)| c.min(cost));
        self.refused = Some((least, at));
    }

    /// An order of this cost is on its way.
    pub fn reserve(&mut self, cost: Rupiah) {
        self.under_way = self.under_way.checked_add(cost).unwrap_or(self.under_way);
    }

    pub fn release(&mut self, cost: Rupiah) {
        self.under_way = self.under_way.checked_sub(cost).unwrap_or(Rupiah::ZERO).max(Rupiah::ZERO);
    }
}
