//! Orders that wait, and where orders are bought.

use crate::read::Pin;
use konter_core::ids::{OrderId, ProductCode, SupplierId};
use konter_core::price_list::MarginRule;
use konter_core::staff::Role::{self, Operator, Owner, Viewer};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoutingCommand {
    /// Takes back an order that waits.
    Cancel { order: OrderId, pin: Option<Pin> },
    /// Whether orders wait for the end of a break; shows it when `on` is missing.
    Queue { on: Option<bool> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdminRouting {
    /// How one supplier stands.
    Show { supplier: String },
    /// Buys nothing there.
    Pause { supplier: String, reason: String },
    /// Buys there again.
    Resume { supplier: String },
    /// `None`: the catalog's own again.
    Priority { supplier: String, priority: Option<u32> },
    /// A product's place among its suppliers.
    RoutePriority { product: ProductCode, supplier: SupplierId, priority: u32 },
    /// Opens or closes a product at one supplier only.
    RouteOpen { product: ProductCode, supplier: SupplierId, open: bool },
    /// Its prices, as it tells them.
    PriceList { supplier: String, what: PriceListWhat },
    /// What prices are made of costs by; shows it.
    Margins,
    /// `None`: prices of the category stay.
    SetMargin { category: String, rule: Option<MarginRule> },
}

/// What is done with a supplier's price list; the numbers are an offer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceListWhat {
    /// Asks the supplier for it.
    Ask,
    ShowAll(u32),
    Apply(u32),
    Drop(u32),
    TakeBack(u32),
}

impl AdminRouting {
    /// The least role that may.
    #[must_use]
    pub const fn needs(&self) -> Role {
        match self {
            Self::Show { .. } => Viewer,
            Self::Pause { .. } | Self::Resume { .. } | Self::RouteOpen { .. } => Operator,
            // What an order costs the shop, and what it brings in.
            Self::Priority { .. }
            | Self::RoutePriority { .. }
            | Self::PriceList { .. }
            | Self::Margins
            | Self::SetMargin { .. } => Owner,
        }
    }

    /// The supplier it names.
    #[must_use]
    pub fn named(&self) -> Option<&str> {
        match self {
            Self::Show { supplier }
            | Self::Pause { supplier, .. }
            | Self::Resume { supplier }
            | Self::Priority { supplier, .. }
            | Self::PriceList { supplier, .. } => Some(supplier),
            Self::RoutePriority { supplier, .. } | Self::RouteOpen { supplier, .. } => Some(supplier.as_str()),
            Self::Margins | Self::SetMargin { .. } => None,
        }
    }

    /// The product it names.
    #[must_use]
    pub const fn product(&self) -> Option<&ProductCode> {
        match self {
            Self::RoutePriority { product, .. } | Self::RouteOpen { product, .. } => Some(product),
            _ => None,
        }
    }
}
