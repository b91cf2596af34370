//! What the shop sells: products and the ways of buying them. Pure data and reading of `catalog.csv`; nothing here
//! knows orders or accounts.

use serde::{Deserialize, Serialize};

/// How a product is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProductKind {
    /// The destination is all it takes.
    Topup,
    /// Electricity token: the customer can be shown first, then it is bought.
    Token,
    /// The amount comes from an inquiry.
    Bill,
}
