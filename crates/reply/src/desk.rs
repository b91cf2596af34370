//! What replies about the desk's work hold: prices, the catalog, complaints, the log.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::admin::AgentCard;
use konter_core::catalog::{ProductChange, RowFault};
use konter_core::ids::ProductCode;
use konter_core::money::Rupiah;
use konter_core::order::card::OrderLine;

/// A product's price as it was and as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceChange {
    pub code: ProductCode,
    pub name: String,
    /// `None` for a product that is new.
    pub before: Option<Rupiah>,
    pub after: Rupiah,
}

/// What a catalog sent by chat would change, or has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportCard {
    /// The message the file came with; what its buttons are about.
    pub import: u64,
    pub added: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// On sale and not in the file: they stay as they are.
    pub not_named: usize,
    /// The first of what changes in price, and of what is new.
    pub prices: Vec<PriceChange>,
    /// The first products of which something else changes, what costs money first, and how many more there are.
    #[serde(default)]
    pub changes: Vec<ProductChanges>,
    #[serde(default)]
    pub more_changes: usize,
    /// The first of what would be sold below its cost, and how many more there are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub below_cost: Vec<BelowCost>,
    #[serde(default)]
    pub more_below_cost: usize,
    /// The first prices that are most likely slips, and how many more there are.
    #[serde(default)]
    pub odd: Vec<OddPrice>,
    #[serde(default)]
    pub more_odd: usize,
    pub stage: ImportStage,
}

/// What changes of a product besides its price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductChanges {
    pub code: ProductCode,
    pub cells: Vec<ProductChange>,
}

/// A price below what the dearest route costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BelowCost {
    pub code: ProductCode,
    pub price: Rupiah,
    pub cost: Rupiah,
}

/// A price far from what it was, or from what the product costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OddPrice {
    pub code: ProductCode,
    pub price: Rupiah,
    /// What it was; `None` for a product that is new.
    pub before: Option<Rupiah>,
    pub cost: Option<Rupiah>,
}

/// Something wrong in a catalog's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogMistake {
    pub line: u64,
    /// The column's name, when it lies in one cell.
    pub column: Option<String>,
    pub fault: RowFault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportStage {
    Offered,
    Applied,
    Cancelled,
}

/// A reseller's complaint, with what the desk needs to answer it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintCard {
    pub agent: AgentCard,
    pub text: String,
    /// The latest orders, newest first.
    pub orders: Vec<OrderLine>,
}

/// Something an admin did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActLine {
    pub at: DateTime<Utc>,
    pub by: String,
    pub what: String,
}
