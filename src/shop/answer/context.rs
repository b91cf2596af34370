//! What answers are made out of. They read the store and what is kept in memory, and put everything else into their commit:
//! nothing here buys, and nothing here changes an order.

use std::sync::Arc;

use crate::clock::ShopClock;
use crate::shop::alarm::SerialPrompts;
use crate::shop::alerts::Alerts;
use crate::shop::bills::Bills;
use crate::shop::choice::Offers;
use crate::shop::degraded_mode::RestoredAt;
use crate::shop::drift::Drift;
use crate::shop::guide::Guides;
use crate::shop::h2h::Programs;
use crate::shop::in_flight::InFlight;
use crate::shop::keypad::Keypads;
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
use crate::shop::stock::{Imports, Stock};
use crate::shop::suppliers::Suppliers;
use crate::shop::{ChatService, Policy};
use chrono::{DateTime, Utc};
use konter_core::catalog::Catalog;
use konter_core::ids::{OrderId, Reference};
use konter_core::phone::PrefixTable;
use konter_store::{Store, StoreError};

pub(in crate::shop) struct Context {
    pub store: Store,
    pub clock: ShopClock,
    pub policy: Policy,
    pub prefixes: PrefixTable,
    pub chats: Arc<dyn ChatService>,
    pub staff: Arc<Staff>,
    pub alerts: Arc<Alerts>,
    pub suppliers: Arc<Suppliers>,
    /// For questions that move no money.
    pub requests: Arc<Requests>,
    pub stock: Arc<Stock>,
    pub imports: Arc<Imports>,
    pub network: Arc<Network>,
    pub reports: Arc<Reports>,
    pub bills: Arc<Bills>,
    pub notices: Arc<Notices>,
    /// Until when may be asked what became of an order.
    pub schedule: Arc<Schedule>,
    /// Orders that are being asked about.
    pub checkers: Arc<InFlight<OrderId>>,
    pub serials: SerialPrompts,
    pub pins: Arc<Pins>,
    pub renewal: Renewal,
    pub keypads: Arc<Keypads>,
    pub guides: Arc<Guides>,
    pub offers: Arc<Offers>,
    pub rate_limits: RateLimits,
    pub programs: Arc<Programs>,
    pub drift: Arc<Drift>,
    pub restored: Arc<RestoredAt>,
}

impl Context {
    /// The catalog as it is now.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.stock.catalog()
    }

    pub async fn fresh_reference(&self, at: DateTime<Utc>) -> Result<Reference, StoreError> {
        fresh_reference(&self.store, at).await
    }
}
