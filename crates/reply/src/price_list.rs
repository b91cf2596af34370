//! What replies about suppliers' price lists and the margins put on them hold.

use serde::{Deserialize, Serialize};

use konter_core::ids::{ProductCode, SupplierId};
use konter_core::money::Rupiah;

/// What a list changes, or has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceListCard {
    pub supplier: SupplierId,
    /// What its buttons are about.
    pub number: u32,
    pub stage: PriceListStage,
    /// Who did it; `None` where nobody has, or it was done by itself.
    #[serde(default)]
    pub by: Option<String>,
    /// Taken over by itself usually, but not this: a person must look at it.
    #[serde(default)]
    pub held: bool,
    pub dearer: usize,
    pub cheaper: usize,
    pub opened: usize,
    pub closed: usize,
    /// Daily breaks that begin, end or move.
    pub breaks: usize,
    /// Selling prices that follow.
    pub prices: usize,
    /// Of those closed, the ones that would be sold below their cost.
    pub losing: usize,
    /// What matters most first.
    pub lines: Vec<PriceListLine>,
    pub left_out: usize,
    /// Products that are bought there and that the list does not have, the first of them.
    #[serde(default)]
    pub lost: Vec<ProductCode>,
    #[serde(default)]
    pub more_lost: usize,
    /// Products of the list that the catalog does not have.
    #[serde(default)]
    pub unknown: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceListStage {
    Offered,
    Applied,
    Dropped,
    TakenBack,
}

/// One product's way of being bought. What does not change stands on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceListLine {
    pub code: ProductCode,
    pub name: String,
    pub cost_before: Rupiah,
    pub cost: Rupiah,
    pub price_before: Rupiah,
    pub price: Rupiah,
    pub change: PriceListChange,
    /// Twice as dear or more, or half as dear or less.
    #[serde(default)]
    pub far: bool,
    /// Its daily break where that changes: `23:45-00:15`, or `-` for none any more.
    #[serde(default)]
    pub pause: Option<String>,
}

/// Whether it can be bought afterwards, where that changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceListChange {
    /// Closed because it would be sold below its cost.
    Loses,
    Closed,
    Opened,
    Same,
}

/// A category's margin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarginLine {
    pub category: String,
    /// As it is typed: `+2,5% bulat 100`; `None`: prices stay.
    pub rule: Option<String>,
    /// How many products it is for.
    pub count: usize,
}
