//! What an order's uplines earn: paid at the moment of success, taken back when it is no success after all.

use super::model::Order;
use crate::ledger::{AccountId, Posting, Reason};

/// Pays every margin.
pub fn paid(order: &Order) -> impl Iterator<Item = Posting> + '_ {
    order.margins.iter().map(|margin| Posting::Transfer {
        debit: AccountId::Sales,
        credit: AccountId::Agent(margin.agent),
        amount: margin.amount,
        reason: Reason::Margin,
        order: Some(order.id),
        note: None,
        may_overdraw: false,
    })
}

/// Takes every margin back. An upline may have spent it: what happened cannot be refused, so it may go below zero.
pub fn taken_back(order: &Order) -> impl Iterator<Item = Posting> + '_ {
    order.margins.iter().map(|margin| Posting::Transfer {
        debit: AccountId::Agent(margin.agent),
        credit: AccountId::Sales,
        amount: margin.amount,
        reason: Reason::MarginReversal,
        order: Some(order.id),
        note: None,
        may_overdraw: true,
    })
}

/// What belongs into a commit that turns `was_success` into what the order is now.
#[must_use]
pub fn due(was_success: bool, order: &Order) -> Vec<Posting> {
    match (was_success, order.is_success()) {
        (false, true) => paid(order).collect(),
        (true, false) => taken_back(order).collect(),
        (true, true) | (false, false) => Vec::new(),
    }
}
