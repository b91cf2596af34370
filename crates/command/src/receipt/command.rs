//! Which receipt, and what stands on all of them.

use crate::read::DateArg;
use konter_core::ids::OrderId;

/// Whose receipt is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptOf {
    /// By its number.
    Order(OrderId),
    /// The last one delivered.
    Latest,
    /// The last one delivered to a number, or to it on a day.
    Customer { dest: String, date: Option<DateArg> },
}

/// A line of the reseller's own on every receipt; `None` shows what is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptLine {
    /// At the top.
    Shop(Option<String>),
    /// At the bottom.
    Footer(Option<String>),
}
