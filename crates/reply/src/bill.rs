//! What replies about customers and bills hold.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::account::PriceLine;
use konter_core::ids::{InquiryId, OrderId, ProductCode};
use konter_core::money::Rupiah;
use konter_core::outcome::{Bill, Details};

/// Whose meter it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerCard {
    /// As the reseller typed it.
    pub customer: String,
    pub details: Details,
    /// What can be bought for it.
    pub products: Vec<PriceLine>,
    /// The number of the offer they are buttons of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guide: Option<u64>,
    pub client_reference: Option<String>,
}

/// A bill as it is shown, and how far its payment has got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillCard {
    pub inquiry: InquiryId,
    pub product: ProductCode,
    pub product_name: String,
    pub customer: String,
    pub details: Details,
    /// One per period, as the supplier gave them.
    pub bills: Vec<Bill>,
    /// What the supplier takes, its admin fee included.
    pub total: Rupiah,
    /// The shop's own fee.
    pub fee: Rupiah,
    /// What the reseller pays.
    pub price: Rupiah,
    /// Until when it may be paid.
    pub expires_at: DateTime<Utc>,
    pub client_reference: Option<String>,
    pub stage: BillStage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillStage {
    Payable(ShownBecause),
    /// So many digits of the PIN have been tapped.
    EnterPin {
        digits: usize,
        /// So many keys, which the buttons say.
        #[serde(default)]
        taps: u16,
    },
    Paying {
        order: OrderId,
    },
    Cancelled,
    Expired,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShownBecause {
    Asked,
    /// A payment was asked for before anything had been shown.
    PaymentAsked,
    /// A payment was stopped because the bill is another one now.
    Changed,
}
