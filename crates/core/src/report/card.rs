//! The whole shop's figures: what every shape of a report is made of.

use serde::{Deserialize, Serialize};

use super::{Ranking, Slots, Span, Tally};
use crate::money::Rupiah;

/// The whole shop's figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopCard {
    pub span: Span,
    pub total: Tally,
    /// The day before, for one day.
    pub before: Option<Tally>,
    pub slots: Slots,
    pub products: Ranking,
    pub suppliers: Ranking,
    pub agents: Ranking,
    /// Deposits, and what was taken back of them.
    pub paid_in: Rupiah,
    pub paid_out: Rupiah,
    /// Orders open at this moment, of whatever day, and what they hold.
    pub open_now: u64,
    pub held_now: Rupiah,
}
