//! Orders that wait, and where orders are bought.

use crate::read::Pin;
use konter_core::ids::{OrderId, ProductCode, SupplierId};
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
    Show {
        supplier: String,
    },
    Pause {
        supplier: String,
        reason: String,
    },
    Resume {
        supplier: String,
    },
    /// `None`: the catalog's own again.
    Priority {
        supplier: String,
        priority: Option<u32>,
    },
    RoutePriority {
        product: ProductCode,
        supplier: SupplierId,
        priority: u32,
    },
    /// Opens or closes a product at one supplier only.
    RouteOpen {
        product: ProductCode,
        supplier: SupplierId,
        open: bool,
    },
}

impl AdminRouting {
    /// The least role that may.
    #[must_use]
    pub const fn needs(&self) -> Role {
        match self {
            Self::Show { .. } => Viewer,
            Self::Pause { .. } | Self::Resume { .. } | Self::RouteOpen { .. } => Operator,
            // Both change what an order costs the shop.
            Self::Priority { .. } | Self::RoutePriority { .. } => Owner,
        }
    }
}
