//! What an inquiry before a payment tells.

use serde::{Deserialize, Serialize};

use super::{Details, Doubt, FailureKind};
use crate::money::Rupiah;

/// What an inquiry found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InquiryReading {
    Found(Inquiry),
    Failed(FailureKind),
    /// Still being looked up: the same inquiry again tells more.
    Pending,
    /// Nothing is known; no money can have moved.
    Unknown(Doubt),
}

/// Whom and what a payment would be for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inquiry {
    /// What the payment must quote.
    pub quote: String,
    pub details: Details,
    /// One per period.
    pub bills: Vec<Bill>,
    /// Sum of the bills' totals; `None` for a purchase.
    pub total: Option<Rupiah>,
    /// Denominations on offer, for a purchase.
    pub denoms: Vec<Rupiah>,
    pub supplier_balance: Option<Rupiah>,
}

/// One period's bill, whole rupiah.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    pub period: String,
    pub amount: Rupiah,
    pub admin: Rupiah,
    pub total: Rupiah,
}
