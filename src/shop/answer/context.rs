//! What answers are made out of. They read the store and what is kept in memory, and put everything else into their commit:
//! nothing here buys, and nothing here changes an order.

use std::sync::Arc;

use crate::clock::ShopClock;
use crate::config::Policy;
use crate::shop::ChatService;
use crate::shop::alerts::Alerts;
use crate::shop::bills::Bills;
use crate::shop::choice::Offers;
use crate::shop::degraded_mode::RestoredAt;
use crate::shop::dialogs::Dialogs;
use crate::shop::drift::Drift;
use crate::shop::h2h::Programs;
use crate::shop::in_flight::InFlight;
use crate::shop::network::Network;
use crate::shop::notices::Notices;
use crate::shop::pepper::Renewal;
use crate::shop::pins::Pins;
use crate::shop::process::fresh_reference;
use crate::shop::rate_limit::RateLimits;
use crate::shop::reports::Reports;
use crate::shop::requests::Requests;
use crate::shop::schedule::Schedule;
use crate::shop::staff::Staff;
use crate::shop::stock::Stock;
use crate::shop::suppliers::Suppliers;
use chrono::{DateTime, Utc};
use konter_core::catalog::Catalog;
use konter_core::ids::{OrderId, Reference};
use konter_core::phone::PrefixTable;
use konter_store::{Store, StoreError};

pub(in crate::shop) struct Context {
    pub store: Store,
    pub clock: ShopClock,
    pub policy: Policy,
    pub chats: Arc<dyn ChatService>,
    pub staff: Arc<Staff>,
    pub alerts: Arc<Alerts>,
    pub trade: Trade,
    pub tracking: Tracking,
    pub dialogs: Arc<Dialogs>,
    pub offers: Arc<Offers>,
    pub bills: Arc<Bills>,
    pub reports: Arc<Reports>,
    pub pins: Arc<Pins>,
    pub renewal: Renewal,
    pub programs: Arc<Programs>,
    pub rate_limits: RateLimits,
    pub drift: Arc<Drift>,
    pub restored: Arc<RestoredAt>,
}

/// What is sold, where it is bought, and what it costs whom.
pub(in crate::shop) struct Trade {
    pub prefixes: PrefixTable,
    pub stock: Arc<Stock>,
    pub network: Arc<Network>,
    pub suppliers: Arc<Suppliers>,
    /// For questions that move no money.
    pub requests: Arc<Requests>,
}

/// How orders stand, and who is told.
pub(in crate::shop) struct Tracking {
    pub notices: Arc<Notices>,
    /// Until when may be asked what became of an order.
    pub schedule: Arc<Schedule>,
    /// Orders that are being asked about.
    pub checkers: Arc<InFlight<OrderId>>,
}

impl Context {
    /// The catalog as it is now.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.trade.stock.catalog()
    }

    pub async fn fresh_reference(&self, at: DateTime<Utc>) -> Result<Reference, StoreError> {
        fresh_reference(&self.store, at).await
    }
}
