//! Reports, reversals and callbacks: a supplier speaking unasked.

use std::sync::Arc;

use chrono::TimeDelta;
use sha2::{Digest as _, Sha256};

use super::apply_event::{Along, Applied, OrderEvents};
use super::buying::{Asker, Purchasing, buy_of};
use super::deposits::Deposits;
use super::process::Process;
use super::suppliers::Suppliers;
use konter_core::ids::SupplierId;
use konter_core::order::{AttemptStep, Event, Order, Source};
use konter_core::outcome::{Doubt, Outcome};
use konter_store::{MessageKey, StoreError};
use konter_suppliers::Callback;

/// An unbelieved callback may make us ask the supplier, but not more often than this: whoever forges callbacks must
/// not be able to make us a nuisance.
const PROMPTED_CHECK_EVERY: TimeDelta = TimeDelta::seconds(60);

/// What became of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackFate {
    /// Durable, or known already.
    Taken,
    /// Not from an allowed address, or without the right secret.
    NotBelieved,
    NoSuchSupplier,
    /// It names no order of ours.
    NoSuchOrder,
    /// Read, but it says nothing that can be believed.
    NotUnderstood,
}

/// Where suppliers are heard.
pub(super) struct Callbacks {
    pub process: Process,
    pub suppliers: Arc<Suppliers>,
    pub events: Arc<OrderEvents>,
    pub purchasing: Arc<Purchasing>,
    pub deposits: Arc<Deposits>,
}

impl Callbacks {
    /// Takes a callback. `believed` says whether its sender is who it should be. Once begun it is carried through,
    /// also when the sender hangs up.
    ///
    /// # Errors
    /// When the store fails; the supplier should then try again.
    pub async fn take(
        self: &Arc<Self>,
        id: SupplierId,
        believed: bool,
        callback: Callback,
    ) -> Result<CallbackFate, StoreError> {
        let callbacks = Arc::clone(self);
        let taking = self.process.tasks.spawn(async move { callbacks.carry_through(&id, believed, &callback).await });
        taking.await.unwrap_or_else(|_| Err(StoreError::Unavailable("handling a callback failed inside".to_owned())))
    }

    async fn carry_through(
        &self,
        id: &SupplierId,
        believed: bool,
        callback: &Callback,
    ) -> Result<CallbackFate, StoreError> {
        let Some(supplier) = self.suppliers.get(id) else { return Ok(CallbackFate::NoSuchSupplier) };
        if supplier.protocol.is_ping(callback) {
            return Ok(CallbackFate::Taken);
        }
        let believed = supplier.protocol.proof(callback).believes(believed);
        let order = match supplier.protocol.callback_reference(callback) {
            Some(reference) => {
                self.process.store.order_of_reference(id, reference).await?.map(|order| (order, reference))
            }
            None => None,
        };
        if !believed {
            if let Some((order, _)) = &order {
                self.check_because_of_rumour(order);
            }
            return Ok(CallbackFate::NotBelieved);
        }
        let Some((order, reference)) = order else { return Ok(CallbackFate::NoSuchOrder) };
        let Some(attempt) = order.attempts.iter().find(|attempt| attempt.reference == reference) else {
            return Ok(CallbackFate::NoSuchOrder);
        };
        let dest = supplier.written(&order.dest);
        let buy = buy_of(&order, attempt, &dest);
        let reading = supplier.kept(supplier.protocol.read_callback(&buy, callback));
        let is_read = |doubt: &Doubt| matches!(doubt, Doubt::Inconclusive(_)) || doubt.is_for_a_person();
        let understood = !matches!(&reading.outcome, Outcome::Unknown(doubt) if !is_read(doubt));
        let at = self.process.clock.utc();
        supplier.saw_balance(reading.supplier_balance, at);
        let raw = supplier.raw_report(at, callback);
        let content = content_of(callback);
        let key = MessageKey::Callback { supplier: id.clone(), reference, content };
        let event = Event::Supplier { from: Source::Report, reference, reading, raw: Some(raw) };
        let along = Along { answers: Some((key, content)), ..Along::default() };
        tracing::info!(order = %order.id, supplier = %id, %reference, understood, "callback");
        let applied = self.events.apply(order.id, &event, &along).await?;
        self.deposits.look_at(supplier).await;
        // Of one about an order that has ended its own alert tells; one that is repeated has been told.
        let Applied::Changed(order) = applied else { return Ok(CallbackFate::Taken) };
        if order.is_open() && order.current().is_some_and(|attempt| attempt.step == AttemptStep::Ready) {
            self.purchasing.spawn_buy(order.id);
        }
        Ok(if understood || !order.is_open() { CallbackFate::Taken } else { CallbackFate::NotUnderstood })
    }

    fn check_because_of_rumour(&self, order: &Order) {
        let waiting = order.current().filter(|attempt| attempt.outcome.is_some() && order.is_open());
        let asked_lately = |at| self.process.clock.utc() - at < PROMPTED_CHECK_EVERY;
        if waiting.is_some_and(|attempt| !attempt.checked_at.is_some_and(asked_lately)) {
            self.purchasing.spawn_check(order.id, Asker::Shop);
        }
    }
}

/// A fingerprint of everything a callback says.
fn content_of(callback: &Callback) -> u64 {
    let mut sha = Sha256::new();
    sha.update(&callback.raw_query);
    sha.update([0]);
    sha.update(&callback.body);
    sha.finalize().iter().take(8).fold(0, |number, &byte| (number << 8) | u64::from(byte))
}
