//! Our deposits at the suppliers: asked for before they grow old, and the admins told once when one is low. With them what
//! admins have set for suppliers, since it is the same row.

use std::sync::Arc;

use chrono::TimeDelta;

use super::alerts::Alerts;
use super::outbox::Outbox;
use super::requests::Requests;
use super::suppliers::{Supplier, Suppliers};
use crate::clock::ShopClock;
use konter_core::routing::SupplierOverrides;
use konter_reply::{Reply, RoutingReply};
use konter_store::{Commit, Store, StoreError, Versioned};

/// A deposit's balance is asked for when what is known of it is older…
const ASK_BALANCE_EVERY: TimeDelta = TimeDelta::minutes(10);
/// …and sooner while it is low: somebody will top it up, and orders should go on then.
const ASK_LOW_BALANCE_EVERY: TimeDelta = TimeDelta::minutes(1);

pub(super) struct Deposits {
    pub store: Store,
    pub clock: ShopClock,
    pub suppliers: Arc<Suppliers>,
    pub requests: Arc<Requests>,
    pub alerts: Arc<Alerts>,
    pub outbox: Outbox,
}

impl Deposits {
    /// Takes over what admins have set for suppliers, and what price lists have told of products' breaks.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load_overrides(&self) -> Result<(), StoreError> {
        self.suppliers.steer(self.store.all_supplier_overrides().await?);
        self.suppliers.learn_breaks(&self.store.price_lists().await?);
        Ok(())
    }

    /// Tells the admins of a low deposit, where nothing waits for it.
    pub async fn look_at(&self, supplier: &Supplier) {
        if let Err(error) = self.tell_if_low(supplier).await {
            tracing::error!(supplier = %supplier.id, %error, "a low deposit could not be told; trying again");
        }
    }

    /// Asks for balances that have grown old.
    pub async fn refresh(&self) {
        futures::future::join_all(self.suppliers.iter().map(|supplier| self.refresh_one(supplier))).await;
    }

    /// Tells the admins once that our deposit is low, and remembers when it has risen again.
    async fn tell_if_low(&self, supplier: &Supplier) -> Result<(), StoreError> {
        let (Some(level), Some((balance, _))) = (supplier.limits.low_balance, supplier.balance()) else {
            return Ok(());
        };
        let (is_low, before) = (balance < level, supplier.supplier_overrides());
        if is_low == before.told_low {
            return Ok(());
        }
        let row = SupplierOverrides { told_low: is_low, ..before.next() };
        let mut commit = Commit::new(self.clock.utc());
        if is_low {
            let alert = RoutingReply::AlertLowBalance { supplier: supplier.id.clone(), balance, level };
            commit.outgoing = self.alerts.to_admins(&Reply::Routing(Box::new(alert)));
        }
        let expected = Some(before.version).filter(|version| *version > 0);
        commit.routing.supplier_overrides.push(Versioned { expected, row: row.clone() });
        if self.outbox.say_unless_changed(commit).await? {
            supplier.steer(row);
            return Ok(());
        }
        // Somebody else has told it, or set something: the next balance looks again.
        self.load_overrides().await
    }

    /// Only where somebody has said what is low, or an order was kept away by it: a shop that does not care does not bother
    /// its suppliers.
    async fn refresh_one(&self, supplier: &Supplier) {
        let now = self.clock.now();
        let level = supplier.limits.low_balance;
        let known = supplier.balance();
        let every = match (known, level) {
            (Some((balance, _)), Some(level)) if balance < level => ASK_LOW_BALANCE_EVERY,
            (_, Some(_)) => ASK_BALANCE_EVERY,
            (_, None) if supplier.was_short(now.utc) => ASK_LOW_BALANCE_EVERY,
            (_, None) => return,
        };
        let is_old = known.is_none_or(|(_, at)| now.utc - at >= every);
        if is_old && supplier.may_ask_balance(now.utc, ASK_LOW_BALANCE_EVERY) {
            self.requests.ask_balance(supplier, now).await;
            self.look_at(supplier).await;
        }
    }
}
