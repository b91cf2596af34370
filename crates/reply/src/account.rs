//! What an account is shown: prices; and why somebody is not registered.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use konter_core::ids::{AgentId, ProductCode};
use konter_core::money::Rupiah;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(const_into_str, prefix = "register.", serialize_all = "snake_case")]
pub enum RegisterProblem {
    /// Nobody may register by themselves.
    Closed,
    /// The chat is a reseller's.
    Already { code: AgentId },
    /// Only a PIN was given.
    NameMissing,
    /// Where a name belongs stands a reseller's code.
    NameIsACode { code: AgentId },
    /// For a receipt.
    NameTooLong,
    /// Only a name was given.
    PinMissing,
    /// Too short or too long.
    PinUnfit,
    /// Anybody would guess it.
    PinEqualDigits,
    /// Too many register at once.
    Busy,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceLine {
    pub category: String,
    pub code: ProductCode,
    pub name: String,
    pub price: Rupiah,
    pub open: bool,
    /// Of a bill: the price is the fee on top of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fee: bool,
}

/// One category of the price list; the others are buttons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceTab {
    /// All categories.
    pub tabs: Vec<String>,
    /// The place of the one that is shown.
    pub at: usize,
    pub lines: Vec<PriceLine>,
    pub left_out: usize,
}
