//! What has to be said because of a step. How it is worded is the replies' part.

use super::card::{ContradictionEffect, OrderCard, OrderLine, Verdict};
use crate::ids::{OrderId, SupplierId};
use crate::money::Rupiah;

/// Something to be said because of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    Reseller(ResellerNotice),
    Admins(AdminNotice),
}

/// To whoever ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResellerNotice {
    Pending(OrderLine),
    Success(OrderLine),
    Failed(OrderLine),
    /// Success was reported, paid for, and has been taken back: the money is returned.
    Reversed(OrderLine),
    /// Failure was reported and refunded, and then it was delivered after all: it is charged again.
    DeliveredLate(OrderLine),
    /// More of a refund came back, because those it waited for are not below zero any more.
    WithheldPaid {
        order: OrderId,
        amount: Rupiah,
        /// What still waits.
        left: Rupiah,
    },
}

/// To the admins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdminNotice {
    /// An order has been open too long.
    Overdue(Box<OrderCard>),
    /// A supplier's later word contradicts what the books held when it came; the card shows what they hold now.
    /// `overdrawn` when the reseller's balance fell below zero.
    Contradiction { card: Box<OrderCard>, said: Verdict, effect: ContradictionEffect, overdrawn: bool },
    /// A report about an order that is final, which cannot be read.
    UnclearReport(Box<OrderCard>),
    /// The same order may have been delivered by two suppliers.
    DoubleDelivery(Box<OrderCard>),
    /// A supplier took more than the catalog says, or than it had said of a bill.
    Dearer { card: Box<OrderCard>, expected: Rupiah, charged: Rupiah },
    /// An order was not bought there, because that would cost more than it brings in.
    CostRose { supplier: SupplierId, line: Box<OrderLine>, cost: Rupiah },
}
