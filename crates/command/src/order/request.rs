//! An order as it was typed, before anybody looks at the catalog.

use crate::read::{Pin, Problem};
use konter_core::destination::Destination;
use konter_core::order::request::{OrderLine, What};

/// Most orders read from one message: enough for a busy counter, few enough to check by eye.
pub const MAX_ORDERS_PER_MESSAGE: usize = 10;
/// Longest reference a machine client may give.
pub const MAX_REFERENCE: usize = 64;

/// One message's orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRequest {
    /// 1 to [`MAX_ORDERS_PER_MESSAGE`], as typed; no two are the same.
    pub lines: Vec<OrderLine>,
    /// `None` when the message has none.
    pub pin: Option<Pin>,
    /// A machine client's own reference (`R#abc` at the end); only with a single line.
    pub reference: Option<String>,
}

/// Somebody meant to order, but it cannot be carried out as typed. Nothing of the message is ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadOrder {
    /// The product or nominal the fault belongs to, where that is known.
    pub what: Option<What>,
    /// Where it was to go, where that is known.
    pub dest: Option<Destination>,
    pub problem: Problem,
}

impl BadOrder {
    /// Of which nothing else is known.
    pub(crate) const fn new(what: Option<What>, problem: Problem) -> Self {
        Self { what, dest: None, problem }
    }
}
