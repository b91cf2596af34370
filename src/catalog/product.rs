//! A product and its routes.

use serde::{Deserialize, Serialize};

use crate::ids::{ProductCode, SupplierId};
use crate::money::Rupiah;

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

/// Something a reseller can order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    pub code: ProductCode,
    pub name: String,
    /// The heading in price lists.
    pub category: String,
    /// When set, the destination must be this operator's number. The name as the catalog and the prefix table have it.
    pub operator: Option<String>,
    pub kind: ProductKind,
    /// Face value, whole rupiah.
    pub nominal: Option<Rupiah>,
    /// What the base price group pays; for a bill, the fee added to what the supplier charges.
    pub price: Rupiah,
    /// Ways of buying it, best first; never empty.
    pub routes: Vec<Route>,
}

impl Product {
    /// Whether at least one way of buying it is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.routes.iter().any(|route| route.open)
    }
}

/// One way of buying a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    pub supplier: SupplierId,
    /// The supplier's own product code.
    pub sku: String,
    /// The supplier's denomination, where its protocol wants one.
    pub denom: Option<Rupiah>,
    /// What it charges us.
    pub cost: Rupiah,
    /// Lower is tried first.
    pub priority: u32,
    pub open: bool,
}
