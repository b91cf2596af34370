//! Events onto orders: read, step, commit, and read again when someone else was faster.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::charges::Charges;
use super::network::Network;
use super::notices::Notices;
use super::outbox::Outbox;
use super::process::fresh_reference;
use super::schedule::Schedule;
use super::suppliers::Suppliers;
use crate::clock::ShopClock;
use konter_core::ids::OrderId;
use konter_core::order::{Event, Order, Step, step_with};
use konter_core::outcome::{Doubt, Outcome, Reading};
use konter_store::{Act, Commit, CommitError, Committed, MessageKey, Say, Store, StoreError, Versioned};

/// Tries before a contended row is given up. Each loss means that another writer won, so progress is being made.
pub(super) const TRIES: usize = 16;

/// What else belongs into the commit of an event.
#[derive(Clone, Debug, Default)]
pub(super) struct Along {
    /// The callback or message that the event answers.
    pub answers: Option<(MessageKey, u64)>,
    pub handled: Option<MessageKey>,
    pub outgoing: Vec<Say>,
    pub act: Option<Act>,
}

/// What an event did.
#[derive(Clone, Debug)]
pub(super) enum Applied {
    Changed(Box<Order>),
    /// Nothing to change; the order as it is.
    Unchanged(Box<Order>),
    NoSuchOrder,
}

/// Where events become commits. What a step shows of its suppliers, and when its order wants attention next, is noted with
/// it; nothing is sent from here.
pub(super) struct OrderEvents {
    pub store: Store,
    pub clock: ShopClock,
    pub outbox: Outbox,
    pub suppliers: Arc<Suppliers>,
    pub network: Arc<Network>,
    pub notices: Arc<Notices>,
    pub schedule: Arc<Schedule>,
    pub charges: Charges,
}

impl OrderEvents {
    /// Applies an event to an order and commits what follows from it.
    pub async fn apply(&self, id: OrderId, event: &Event, along: &Along) -> Result<Applied, StoreError> {
        for _ in 0..TRIES {
            let Some(order) = self.store.order(id).await? else { return Ok(Applied::NoSuchOrder) };
            let at = self.clock.utc();
            let fresh = fresh_reference(&self.store, at).await?;
            let funds = self.network.funds_of(&order).await?;
            let event = self.unless_serial_is_anothers(&order, event).await?;
            let Some(mut step) = step_with(&order, event, &funds, fresh, at) else {
                // Whoever asked may now tell a supplier that it has been heard.
                self.store.settled().await?;
                return Ok(Applied::Unchanged(Box::new(order)));
            };
            let changed = step.order.clone();
            let heard = self.charges.leave_out_told(&mut step.notices, at);
            let commit = self.commit_of(&order, step, along, at).await?;
            match self.outbox.commit(commit).await {
                Ok(Committed::Done) => {
                    self.charges.note(heard, at);
                    self.after_step(&order, &changed);
                    return Ok(Applied::Changed(Box::new(changed)));
                }
                Ok(Committed::Repeated(_)) => {
                    let order = self.store.order(id).await?;
                    return Ok(order.map_or(Applied::NoSuchOrder, |order| Applied::Unchanged(Box::new(order))));
                }
                Err(CommitError::Conflict(_)) => {}
                Err(CommitError::Store(error)) => return Err(error),
                Err(error @ (CommitError::Refused(_) | CommitError::OtherContent(_))) => {
                    // The state machine and the books disagree: stop here rather than guess.
                    tracing::error!(order = %id, %error, "an event was refused by the books");
                    return Err(StoreError::Corrupt { what: "order", problem: error.to_string() });
                }
            }
        }
        Err(StoreError::Unavailable(format!("order {id} kept changing")))
    }

    /// A success whose serial number another order to the same destination shows already, whoever's that is: this is that
    /// order's word. The store refuses such a commit, so it is looked up only after a refusal.
    async fn unless_serial_is_anothers(&self, order: &Order, event: &Event) -> Result<Event, StoreError> {
        let Event::Supplier { from, reference, reading, raw } = event else { return Ok(event.clone()) };
        let Outcome::Success(delivery) = &reading.outcome else { return Ok(event.clone()) };
        let Some(key) = order.serial_key_of(&delivery.sn) else { return Ok(event.clone()) };
        let reading = match self.store.order_of_serial(&key).await?.filter(|other| *other != order.id) {
            Some(other) => {
                tracing::warn!(order = %order.id, %other, "its serial number is another order's");
                Reading { outcome: Outcome::Unknown(Doubt::SerialTaken(other)), ..reading.clone() }
            }
            None => reading.clone(),
        };
        Ok(Event::Supplier { from: *from, reference: *reference, reading, raw: raw.clone() })
    }

    async fn commit_of(
        &self,
        before: &Order,
        step: Step,
        along: &Along,
        at: DateTime<Utc>,
    ) -> Result<Commit, StoreError> {
        let Step { order, postings, mut notices } = step;
        self.notices.mark_overdrawn(&order, &postings, &mut notices).await?;
        let mut commit = Commit::new(at);
        commit.outgoing = along.outgoing.clone();
        commit.outgoing.extend(self.notices.says_of(&order, notices).await?);
        commit.outgoing.extend(self.notices.overdrawn_uplines(&order, &postings).await?);
        if let Some((edits, id)) = self.notices.settle_alerts(before, &order).await? {
            commit.outgoing.extend(edits);
            commit.routing.unshown.push(id);
        }
        commit.orders.push(Versioned { expected: Some(before.version), row: order });
        commit.postings = postings;
        commit.answers.clone_from(&along.answers);
        commit.handled.clone_from(&along.handled);
        commit.acts.extend(along.act.clone());
        Ok(commit)
    }

    fn after_step(&self, before: &Order, after: &Order) {
        if before.is_open() && !after.is_open() {
            let verdict = konter_core::order::view::line(after).verdict;
            let supplier = after.current().map(|attempt| attempt.route.supplier.to_string()).unwrap_or_default();
            let labels = [("supplier", supplier), ("verdict", format!("{verdict:?}").to_lowercase())];
            metrics::counter!("konter_orders_final_total", &labels).increment(1);
            let took = (after.updated_at - after.created_at).to_std().unwrap_or_default();
            metrics::histogram!("konter_order_seconds", &labels).record(took.as_secs_f64());
            tracing::info!(order = %after.id, ?verdict, "order is final");
        }
        self.suppliers.watch(before, after);
        self.schedule.note(after);
    }
}
