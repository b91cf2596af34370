//! The suppliers being watched: which can be used, what their answers show of them, and our deposits there.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::Shop;
use super::suppliers::Supplier;
use konter_core::catalog::Route;
use konter_core::ids::ChatId;
use konter_core::money::Rupiah;
use konter_core::order::{Attempt, AttemptStep, Decider, Final, Order, OrderState};
use konter_core::outcome::Outcome;
use konter_core::routing::{Availability, Sign, SupplierOverrides, sign_of};
use konter_reply::{Reply, RoutingReply};
use konter_store::{Commit, CommitError, StoreError, Versioned};
use konter_suppliers::protocol::Now;

/// An order waits for the end of a break for so long at most: a break that goes on longer is none a reseller can plan
/// with.
pub(super) const LONGEST_WAIT: TimeDelta = TimeDelta::hours(12);
/// Time between looks at the deposits and at what is owed to the admins.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// How long is waited for balances at each look.
const BALANCE_PATIENCE: Duration = Duration::from_secs(10);
/// A deposit's balance is asked for when what is known of it is older…
const ASK_BALANCE_EVERY: TimeDelta = TimeDelta::minutes(10);
/// …and sooner while it is low: somebody will top it up, and orders should go on then.
const ASK_LOW_BALANCE_EVERY: TimeDelta = TimeDelta::minutes(1);

impl Shop {
    /// Takes over what admins have set for suppliers, and what price lists have told of products' breaks. Before anything is bought.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load_supplier_overrides(&self) -> Result<(), StoreError> {
        self.steered(self.store.all_supplier_overrides().await?);
        self.learn_price_lists(&self.store.price_lists().await?);
        Ok(())
    }

    /// Rows of the store, as they are now.
    pub(super) fn steered(&self, rows: Vec<SupplierOverrides>) {
        for row in rows {
            // What is set for a supplier that is not configured any more waits until it is.
            if let Some(supplier) = self.suppliers.get(&row.supplier) {
                supplier.steer(row);
            }
        }
    }

    /// Whether a route can be used now for something that costs so much.
    pub(super) fn availability(&self, route: &Route, cost: Rupiah, now: &Now) -> Availability {
        let supplier = self.suppliers.get(&route.supplier);
        supplier.map_or(Availability::NotSetUp, |supplier| supplier.availability(&route.sku, cost, now))
    }

    /// A route's place: what is set for its supplier counts before the catalog.
    pub(super) fn rank(&self, route: &Route) -> u32 {
        let set = self.suppliers.get(&route.supplier).and_then(|supplier| supplier.supplier_overrides().priority);
        set.unwrap_or(route.priority)
    }

    /// When the first break ends of those that keep these routes from being used.
    pub(super) fn break_ends<'r>(
        &self,
        routes: impl IntoIterator<Item = &'r Route>,
        now: &Now,
    ) -> Option<DateTime<Utc>> {
        let ends = |route: &Route| self.suppliers.get(&route.supplier)?.product_break_ends(&route.sku, now);
        routes.into_iter().filter_map(ends).min()
    }

    /// What a step of an order shows of its suppliers.
    pub(super) fn watch(&self, before: &Order, after: &Order) {
        if decided_by_person(after) {
            return;
        }
        for attempt in &after.attempts {
            let was = before.attempts.iter().find(|was| was.reference == attempt.reference);
            if let Some(supplier) = self.suppliers.get(&attempt.route.supplier) {
                watch_attempt(supplier, after, was, attempt);
            }
        }
    }

    /// Tells the owners once that our deposit is low, and remembers when it has risen again.
    pub(super) async fn tell_if_low(&self, supplier: &Supplier) -> Result<(), StoreError> {
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
        let chats: Vec<ChatId> = commit.outgoing.iter().map(|say| say.chat.clone()).collect();
        let expected = Some(before.version).filter(|version| *version > 0);
        commit.routing.supplier_overrides.push(Versioned { expected, row: row.clone() });
        match self.store.commit(commit).await {
            Ok(_) => {
                supplier.steer(row);
                self.alerts.notify(&chats);
                Ok(())
            }
            // Somebody else has told it, or set something: the next balance looks again.
            Err(CommitError::Conflict(_)) => self.load_supplier_overrides().await,
            Err(CommitError::Store(error)) => Err(error),
            Err(other) => Err(StoreError::Unavailable(other.to_string())),
        }
    }

    /// The same where nothing waits for it.
    pub(super) async fn look_at_deposit(&self, supplier: &Supplier) {
        if let Err(error) = self.tell_if_low(supplier).await {
            tracing::error!(supplier = %supplier.id, %error, "a low deposit could not be told; trying again");
        }
    }

    /// Looks after deposits, and after what is owed to the admins, until the shop stops.
    pub(super) async fn look_after_suppliers(self: Arc<Self>) {
        loop {
            if let Err(error) = self.tell_digest().await {
                tracing::error!(%error, "the admins could not be told of orders that need a person; trying again");
            }
            self.tell_unread().await;
            let asking = futures::future::join_all(self.suppliers.iter().map(|s| self.refresh_deposit(s)));
            // A supplier that does not answer must not keep the admins from hearing of the others.
            let _ = self.stop.run_until_cancelled(tokio::time::timeout(BALANCE_PATIENCE, asking)).await;
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.alarms.new_time.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Asks a supplier for our balance, when it is its turn.
    pub(super) async fn ask_balance(&self, supplier: &Supplier, now: Now) {
        supplier.ask_balance(&self.turn(supplier).await, now).await;
    }

    /// Asks for a balance that has grown old. Only where somebody has said what is low, or an order was kept away by it:
    /// a shop that does not care does not bother its suppliers.
    async fn refresh_deposit(&self, supplier: &Supplier) {
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
            self.ask_balance(supplier, now).await;
            self.look_at_deposit(supplier).await;
        }
    }
}

fn decided_by_person(order: &Order) -> bool {
    matches!(&order.state, OrderState::Final(Final { by: Decider::Admin(_), .. }))
}

fn watch_attempt(supplier: &Supplier, order: &Order, was: Option<&Attempt>, attempt: &Attempt) {
    let (sku, cost, at) = (&attempt.route.sku, order.expected_cost(attempt), order.updated_at);
    let before = was.and_then(|was| was.outcome.as_ref());
    match &attempt.outcome {
        Some(outcome) if before != Some(outcome) => {
            supplier.saw(sku, cost, sign_of(outcome), at);
            let is_final = |outcome: &Outcome| matches!(outcome, Outcome::Success(_) | Outcome::Failed(_));
            if let Some(sent_at) = attempt.sent_at.filter(|_| is_final(outcome) && !before.is_some_and(is_final)) {
                match outcome {
                    Outcome::Success(_) => supplier.ended(true, at - sent_at),
                    Outcome::Failed(kind) if !kind.is_about_customer() => supplier.ended(false, at - sent_at),
                    _ => {}
                }
            }
            let told = was.is_some_and(|was| was.balance_after != attempt.balance_after);
            if matches!(outcome, Outcome::Success(_)) && !told {
                supplier.spent(attempt.charged.unwrap_or(cost));
            }
        }
        // It could not be reached.
        None if attempt.step == AttemptStep::NotSent && was.is_some_and(|was| was.step == AttemptStep::Sent) => {
            supplier.saw(sku, cost, Sign::Bad, at);
        }
        _ => {}
    }
}
