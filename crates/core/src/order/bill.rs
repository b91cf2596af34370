//! What an order of a bill pays for.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::dest::same_dest;
use super::period::months;
use crate::ids::{InquiryId, ProductCode};
use crate::money::Rupiah;
use crate::outcome;
use crate::outcome::Bill;

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
    /// Whether a later look at the bill finds the very same one. What is no month, such as Telkom's reference, may be new
    /// with every look.
    pub fn is_same(&self, found: &outcome::Inquiry) -> bool {
        let terms =
            |bills: &[Bill]| -> Vec<_> { bills.iter().map(|bill| (months(&bill.period), bill.total)).collect() };
        found.total == Some(self.total) && terms(&found.bills) == terms(&self.bills)
    }
}

/// (product, customer, period): at most one order that did not fail, whoever the reseller is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BillKey {
    pub product: ProductCode,
    /// Without the zeros in front, which suppliers do not mind.
    pub customer: String,
    pub period: Period,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// Claimed while an order is open, whatever it pays: until it is final nobody knows what is still owed.
    Any,
    /// Claimed by an order that did not fail.
    Claim(String),
}

impl BillKey {
    pub fn new(product: &ProductCode, customer: &str, period: Period) -> Self {
        Self { product: product.clone(), customer: same_dest(customer.trim_start_matches('0')), period }
    }
}

/// The months a bill is for. Where a supplier names none, the month of paying and the amount stand in: the same amount
/// twice in a month is the same bill.
#[must_use]
pub fn claims(bills: &[Bill], total: Rupiah, day: NaiveDate) -> Vec<String> {
    let unnamed = |amount: Rupiah| vec![format!("{}:{}", day.format("%Y-%m"), amount.get())];
    let mut claims: Vec<String> =
        bills.iter().flat_map(|bill| months(&bill.period).unwrap_or_else(|| unnamed(bill.total))).collect();
    if claims.is_empty() {
        claims = unnamed(total);
    }
    claims.sort();
    claims.dedup();
    claims
}
