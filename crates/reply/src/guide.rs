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
    /// 1 for the first order of it today.
    #[serde(default = "first")]
    pub nth: u8,
    pub stage: ChooseStage,
}

/// For rows of the outbox written before it was kept.
const fn first() -> u8 {
    1
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
