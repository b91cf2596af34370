//! What some orders come to.

use serde::{Deserialize, Serialize};

use crate::money::Rupiah;
use crate::order::{FailureReason, Final, Order, OrderState};
use crate::outcome::{FailureKind, Outcome};

/// Sums over orders as they stand now: what was taken back later counts as taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// All of them: delivered, failed and open.
    pub orders: u64,
    pub delivered: u64,
    pub failed: u64,
    /// Of those that failed: a success that was taken back.
    pub reversed: u64,
    pub open: u64,
    /// What resellers paid for those delivered.
    pub sales: Rupiah,
    /// What the open ones hold.
    pub held: Rupiah,
    /// What deliveries cost the shop; also one whose reseller got the money back, where the supplier kept its own.
    pub cost: Rupiah,
    /// What the uplines of those delivered earned.
    #[serde(default)]
    pub uplines: Rupiah,
}

impl Tally {
    pub fn of(order: &Order) -> Self {
        let one = Self { orders: 1, cost: cost(order), ..Self::default() };
        match &order.state {
            OrderState::Open => Self { open: 1, held: order.price, ..one },
            OrderState::Final(Final { failure: None, .. }) => {
                Self { delivered: 1, sales: order.price, uplines: uplines(order), ..one }
            }
            OrderState::Final(Final { failure: Some(reason), .. }) => {
                Self { failed: 1, reversed: u64::from(was_delivered(order, reason)), ..one }
            }
        }
    }

    /// What is left of the sales, for the shop.
    pub fn margin(&self) -> Rupiah {
        Rupiah::new(self.sales.get().saturating_sub(self.cost.get()).saturating_sub(self.uplines.get()))
    }

    pub const fn is_empty(&self) -> bool {
        self.orders == 0
    }

    /// Sums saturate at the far end of a range no shop reaches.
    pub fn add(&mut self, other: &Self) {
        let sum = |a: Rupiah, b: Rupiah| Rupiah::new(a.get().saturating_add(b.get()));
        self.orders += other.orders;
        self.delivered += other.delivered;
        self.failed += other.failed;
        self.reversed += other.reversed;
        self.open += other.open;
        self.sales = sum(self.sales, other.sales);
        self.held = sum(self.held, other.held);
        self.cost = sum(self.cost, other.cost);
        self.uplines = sum(self.uplines, other.uplines);
    }
}

impl<'a> std::iter::Sum<&'a Self> for Tally {
    fn sum<I: Iterator<Item = &'a Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |mut sum, tally| {
            sum.add(tally);
            sum
        })
    }
}

/// What the deliveries of an order cost, as the ledger has it: what came back with a reversal is not in it.
fn cost(order: &Order) -> Rupiah {
    let delivered = order.attempts.iter().filter(|attempt| matches!(attempt.outcome, Some(Outcome::Success(_))));
    let charged = delivered.filter_map(|attempt| attempt.charged).filter(|cost| cost.is_positive());
    Rupiah::new(charged.fold(0, |sum: i64, cost| sum.saturating_add(cost.get())))
}

fn uplines(order: &Order) -> Rupiah {
    Rupiah::new(order.margins.iter().fold(0, |sum: i64, margin| sum.saturating_add(margin.amount.get())))
}

/// Whether a failed order had been a success before: its supplier took it back, or an admin did.
fn was_delivered(order: &Order, reason: &FailureReason) -> bool {
    *reason == FailureReason::Supplier(FailureKind::Reversed)
        || order.attempts.iter().any(|attempt| matches!(attempt.outcome, Some(Outcome::Success(_))))
}
