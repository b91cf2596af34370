//! Requests to suppliers: first a place among those under way, then the request. Whoever buys takes the place before
//! committing that something leaves.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::suppliers::{Place, Supplier, Turn};
use crate::clock::ShopClock;
use konter_core::ids::SupplierId;
use konter_core::outcome::{Doubt, InquiryReading, Reading};
use konter_store::{Leases, Store};
use konter_suppliers::protocol::Now;
use konter_suppliers::{Buy, Response};

/// Between tries to get a place that another process has.
const PLACE_EVERY: Duration = Duration::from_millis(100);
/// Waits between the same inquiry and itself while a supplier is still looking: short at first, since most take a
/// moment, and about a minute together, since nobody stands at a counter for longer.
const WAITS: [Duration; 10] = [
    Duration::from_millis(300),
    Duration::from_millis(700),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(3),
    Duration::from_secs(5),
    Duration::from_secs(8),
    Duration::from_secs(10),
    Duration::from_secs(12),
    Duration::from_secs(15),
];

pub(super) struct Requests {
    /// Places that several processes share.
    pub store: Store,
    pub share: Arc<Leases>,
    pub clock: ShopClock,
    pub stop: CancellationToken,
}

impl Requests {
    /// Waits for a place among the requests under way at a supplier. Whoever buys takes it before committing that
    /// something leaves: an order that only waits has not left.
    pub async fn turn<'s>(&self, supplier: &'s Supplier) -> Turn<'s> {
        let members = self.share.members();
        let places = supplier.limits.at_once;
        let place = if u32::from(places) < members { Some(self.place(&supplier.id, places).await) } else { None };
        supplier.turn(members, place).await
    }

    /// Waits for one of so few places at a supplier that not every process has one of its own.
    async fn place(&self, supplier: &SupplierId, of: u16) -> Place {
        loop {
            match self.store.take_place(supplier, of).await {
                Ok(Some(place)) => {
                    let (store, supplier) = (self.store.clone(), supplier.clone());
                    return Place::new(move || {
                        // One that is not given back runs out.
                        tokio::spawn(async move { store.free_place(&supplier, place).await });
                    });
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%supplier, %error, "waiting for a place at the supplier"),
            }
            tokio::time::sleep(PLACE_EVERY).await;
        }
    }

    /// Asks a supplier for our balance, when it is its turn.
    pub async fn ask_balance(&self, supplier: &Supplier, now: Now) {
        supplier.ask_balance(&self.turn(supplier).await, now).await;
    }

    /// Asks one supplier, and again while it is still looking. A place among the supplier's requests is held only while
    /// one is under way: looking things up must never keep orders from being bought. `None`: no answer.
    pub async fn look_up<'s>(
        &self,
        supplier: &'s Supplier,
        turn: &mut Option<Turn<'s>>,
        buy: &Buy<'_>,
    ) -> Option<(InquiryReading, Response)> {
        let mut waits = WAITS.into_iter();
        loop {
            let now = self.clock.now();
            let request = supplier.protocol.inquiry(buy, now.local)?;
            let held = match turn.take() {
                Some(held) => held,
                None => self.turn(supplier).await,
            };
            let sent = supplier.send(&held, &request, "inquiry", now.utc).await;
            let response = match sent {
                Ok(response) => response,
                Err(error) => {
                    tracing::warn!(supplier = %supplier.id, reference = %buy.reference, %error, "inquiry failed");
                    return None;
                }
            };
            let reading = supplier.protocol.read_inquiry(buy, &response);
            match (&reading, waits.next()) {
                (InquiryReading::Pending, Some(wait)) => {
                    drop(held);
                    self.stop.run_until_cancelled(tokio::time::sleep(wait)).await?;
                    continue;
                }
                (InquiryReading::Found(found), _) => supplier.saw_balance(found.supplier_balance, now.utc),
                (InquiryReading::Unknown(doubt), _) => warn_of(supplier, buy, doubt),
                (InquiryReading::Failed(_) | InquiryReading::Pending, _) => {}
            }
            *turn = Some(held);
            return Some((reading, response));
        }
    }
}

fn warn_of(supplier: &Supplier, buy: &Buy<'_>, doubt: &Doubt) {
    let doubt = supplier.kept(Reading::unknown(doubt.clone())).outcome;
    tracing::warn!(supplier = %supplier.id, reference = %buy.reference, ?doubt, "inquiry without a usable answer");
}
