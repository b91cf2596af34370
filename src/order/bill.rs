//! What an order of a bill pays for.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::ids::{InquiryId, ProductCode};
use crate::money::Rupiah;
use crate::supplier::{self, Bill};

/// A bill as it was shown before it was paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderBill {
    pub inquiry: InquiryId,
    /// One per period.
    pub bills: Vec<Bill>,
    /// What the supplier takes, its admin fee included.
    pub total: Rupiah,
    /// What no other order may pay again; see [`claims`].
    pub claims: Vec<String>,
}

impl OrderBill {
    /// Whether a later look at the bill finds the very same one.
    #[must_use]
    pub fn is_same(&self, found: &supplier::Inquiry) -> bool {
        found.total == Some(self.total) && found.bills == self.bills
    }
}

/// (product, customer, period): at most one order that did not fail, whoever the reseller is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BillKey {
    pub product: ProductCode,
    pub customer: String,
    pub period: String,
}

/// The periods a bill is for. Where a supplier names none, the month and the amount stand in: the same amount twice in a
/// month is the same bill.
#[must_use]
pub fn claims(bills: &[Bill], total: Rupiah, day: NaiveDate) -> Vec<String> {
    let unnamed = |amount: Rupiah| format!("{}:{}", day.format("%Y-%m"), amount.get());
    let named = |bill: &Bill| match bill.period.trim() {
        "" => unnamed(bill.total),
        period => period.to_uppercase(),
    };
    let mut claims: Vec<String> = bills.iter().map(named).collect();
    if claims.is_empty() {
        claims.push(unnamed(total));
    }
    claims.sort();
    claims.dedup();
    claims
}
