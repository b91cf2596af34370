//! A new order whose first attempt can leave at once: the commit that accepts it says so too, one sync less before the
//! supplier is asked. Everything else is accepted first and bought afterwards.

use std::sync::Arc;

use konter_core::ids::OrderId;
use konter_core::order::{AttemptStep, Event, Order, step};
use konter_store::{Commit, CommitError, Committed, StoreError, WorkGuard};
use tokio::sync::oneshot;
use tracing::Instrument as _;

use super::buying::Purchasing;
use super::in_flight::Shift;
use super::of_order;
use super::outbox::Outbox;
use super::suppliers::{OnItsWay, Supplier, Turn};

/// What an order has that leaves with the commit that accepts it.
struct Leaving<'s> {
    /// As it was accepted, its first attempt being sent.
    order: Order,
    supplier: &'s Supplier,
    turn: Turn<'s>,
    held: WorkGuard,
    _on_its_way: OnItsWay<'s>,
    _at_work: Shift<'s, OrderId>,
}

/// What became of a commit, and the order that left with it.
pub(super) type Departed = (Result<Committed, CommitError>, Option<Order>);

impl Purchasing {
    /// Commits an answer. Where it accepts one order that can leave at once, that is sent, and what comes of it is seen to in
    /// the background.
    pub async fn commit_and_send(self: &Arc<Self>, outbox: &Outbox, mut commit: Commit, buy: &[OrderId]) -> Departed {
        let [id] = *buy else { return (outbox.commit(commit).await, None) };
        let (purchasing, outbox) = (Arc::clone(self), outbox.clone());
        let (told, hear) = oneshot::channel();
        let work = async move {
            let leaving = purchasing.leaving(&commit, id).await;
            if let Some((row, leaving)) = commit.orders.first_mut().zip(leaving.as_ref()) {
                row.row = leaving.order.clone();
            }
            let result = outbox.commit(commit).await;
            let has_left = matches!(result, Ok(Committed::Done));
            let leaving = leaving.filter(|_| has_left);
            let _ = told.send((result, leaving.as_ref().map(|leaving| leaving.order.clone())));
            if let Some(leaving) = leaving
                && let Err(error) = purchasing.send_leaving(leaving).await
            {
                tracing::error!(%error, "buying stopped; it is taken up at the next start");
            }
        };
        self.process.tasks.spawn(work.instrument(of_order(id)));
        hear.await.unwrap_or_else(|_| {
            (Err(StoreError::Unavailable("accepting an order failed inside".to_owned()).into()), None)
        })
    }

    /// The order as it would leave, with its place among the supplier's requests. `None`: it is accepted first.
    async fn leaving(&self, commit: &Commit, id: OrderId) -> Option<Leaving<'_>> {
        let [order] = commit.orders.as_slice() else { return None };
        let order =
            Some(&order.row).filter(|row| row.id == id && order.expected.is_none() && row.waits_until.is_none())?;
        let attempt = order.current().filter(|attempt| attempt.step == AttemptStep::Ready)?;
        let supplier = self.suppliers.get(&attempt.route.supplier)?;
        // With several processes a place is asked for in the database.
        if supplier.protocol.inquiry_first(order.kind)
            || self.process.share.members() >= 2
            || self.process.stop.is_cancelled()
        {
            return None;
        }
        let at_work = self.buyers.enter(id)?;
        let held = self.process.share.enter(&order.chat)?;
        let turn = supplier.turn_now()?;
        if !matches!(self.on_sale.withdrawn(order, attempt).await, Ok(None)) {
            return None;
        }
        let now = self.process.clock.now();
        let on_its_way = supplier.let_through(&attempt.route.sku, order.expected_cost(attempt), &now)?;
        let stepped = step(order, Event::Sending, attempt.reference, now.utc)?;
        if !stepped.postings.is_empty() || !stepped.notices.is_empty() {
            return None;
        }
        // It is a new row all the same.
        let order = Order { version: order.version, ..stepped.order };
        Some(Leaving { order, supplier, turn, held, _on_its_way: on_its_way, _at_work: at_work })
    }

    async fn send_leaving(&self, leaving: Leaving<'_>) -> Result<(), StoreError> {
        let Leaving { order, supplier, turn, held, _on_its_way: on_its_way, _at_work } = leaving;
        let Some(attempt) = order.current() else { return Ok(()) };
        let work = async {
            let sent = self.send_noted(&held, supplier, &turn, (&order, attempt)).await;
            drop((turn, on_its_way));
            sent
        };
        self.announced(order.id, Box::pin(work)).await?;
        self.buy_on(order.id, Some(held)).await
    }
}
