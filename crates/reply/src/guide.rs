//! What replies about orders by buttons hold.

use serde::{Deserialize, Serialize};

use super::account::PriceLine;
use konter_core::ids::OrderId;

/// What can be bought for a number, and how far the choice has got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChooseCard {
    /// The offer's number, which its buttons carry.
    pub guide: u64,
    pub dest: String,
    pub products: Vec<PriceLine>,
    /// The place of what was chosen.
    pub chosen: Option<usize>,
    /// The place of the first of `products` in the offer, which buttons count.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub first: usize,
    /// The categories there are, where there are several, and the one that is shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shelves: Vec<String>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub shelf: usize,
    /// Whose meter it is, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// Nobody could say whose meter it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unnamed: bool,
    /// 1 for the first order of it today.
    #[serde(default = "first")]
    pub nth: u8,
    pub stage: ChooseStage,
}

/// For rows of the outbox written before it was kept.
const fn first() -> u8 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
const fn is_zero(number: &usize) -> bool {
    *number == 0
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChooseStage {
    List,
    /// So many digits of the PIN have been tapped.
    EnterPin {
        digits: usize,
        /// So many keys, which the buttons say.
        #[serde(default)]
        taps: u16,
    },
    Placed {
        order: OrderId,
    },
    Cancelled,
}
