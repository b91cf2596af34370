//! What a receipt holds.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use konter_core::catalog::ProductKind;
use konter_core::ids::{OrderId, ProductCode};
use konter_core::money::Rupiah;
use konter_core::outcome::{Bill, Details};

/// What stands on a receipt. What the shop paid has no place on it; what the reseller paid has, for a bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptCard {
    /// The reseller's own name for the shop.
    pub shop: String,
    pub footer: Option<String>,
    pub order: OrderId,
    pub product: ProductCode,
    pub product_name: String,
    pub kind: ProductKind,
    pub dest: String,
    /// Serial number or token; empty when there is none.
    pub sn: String,
    /// Fields read from the supplier's reply; its own printed receipt is one of them.
    pub details: Details,
    /// What was paid for, for a bill: one per period, the shop's fee not in it.
    pub bills: Vec<Bill>,
    pub buyer_phone: Option<String>,
    /// What the customer pays, where the reseller has said so; for a bill otherwise what the reseller paid.
    pub price: Option<Rupiah>,
    /// When it was delivered.
    pub at: DateTime<Utc>,
}
