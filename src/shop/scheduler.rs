//! Open orders and when they want attention: a heap of moments in memory, rebuilt from the open orders at start.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt as _, TryStreamExt as _};
use parking_lot::Mutex;
use tokio::sync::Notify;
use tracing::Instrument as _;

use super::apply_event::{Along, Applied};
use super::buying::Asker;
use super::{Shop, of_order};
use konter_core::ids::OrderId;
use konter_core::ledger::AccountId;
use konter_core::order::asking::ask_until;
use konter_core::order::schedule::{OVERDUE, Todo, Ways, next};
use konter_core::order::{AttemptStep, Event, Order};
use konter_store::{Shard, StoreError};

/// An order that is ready is bought at once; one that still is after this long was left lying.
const BUY_ANYWAY_AFTER: TimeDelta = TimeDelta::seconds(2);
/// An order that somebody is at work on is looked at again after this long, should they not have said how it went.
const LOOK_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(1);
/// The longest sleep between looks: keeps the chaser honest when the clock is set.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// Orders looked at side by side after a start.
const TAKEN_UP_AT_ONCE: usize = 64;

/// The soonest first.
type Due = Reverse<(DateTime<Utc>, OrderId)>;

#[derive(Default)]
pub(super) struct Schedule {
    plan: Mutex<Plan>,
    changed: Notify,
}

/// Every order has one moment: a later plan replaces the earlier one, whose entry then counts for nothing. Otherwise
/// an order with several entries would be attended to several times at once, and its supplier asked as often. Plans
/// are made after their commits and can overtake each other; the one of the newer version of the order stands.
#[derive(Default)]
struct Plan {
    heap: BinaryHeap<Due>,
    moments: HashMap<OrderId, (u32, DateTime<Utc>)>,
}

impl Schedule {
    /// Plans an order's moment as of one version of it.
    fn plan(&self, id: OrderId, version: u32, at: DateTime<Utc>) {
        let mut plan = self.plan.lock();
        if plan.moments.get(&id).is_some_and(|(newer, _)| *newer > version) {
            return;
        }
        plan.moments.insert(id, (version, at));
        plan.heap.push(Reverse((at, id)));
        drop(plan);
        self.changed.notify_one();
    }

    /// As of this version the order wants nothing any more.
    fn strike(&self, id: OrderId, version: u32) {
        let mut plan = self.plan.lock();
        if plan.moments.get(&id).is_some_and(|(newer, _)| *newer <= version) {
            plan.moments.remove(&id);
        }
    }

    fn take_due(&self, now: DateTime<Utc>) -> Option<OrderId> {
        let mut plan = self.plan.lock();
        while plan.heap.peek().is_some_and(|Reverse((at, _))| *at <= now) {
            let Reverse((at, id)) = plan.heap.pop()?;
            if plan.moments.get(&id).is_some_and(|(_, moment)| *moment == at) {
                plan.moments.remove(&id);
                return Some(id);
            }
        }
        None
    }

    fn sleep_until_next(&self, now: DateTime<Utc>) -> Duration {
        let next = self.plan.lock().heap.peek().map(|Reverse((at, _))| *at);
        next.map_or(LONGEST_SLEEP, |at| (at - now).to_std().unwrap_or_default().min(LONGEST_SLEEP))
    }
}

impl Shop {
    /// Puts an open order on the schedule for whatever it wants next.
    pub(super) fn schedule(&self, order: &Order) {
        if !self.share.holds(&order.chat) {
            // Whoever holds it hears of the change, and plans it.
            self.open_orders.forget(order.id);
            self.schedule.strike(order.id, order.version);
            return;
        }
        self.open_orders.note(order);
        let now = self.clock.utc();
        let wanted = match next(order, self.ways_of(order), now) {
            // Whoever made the order ready buys it; should they fail to, the schedule does.
            Some((at, Todo::Buy)) => Some(at + BUY_ANYWAY_AFTER),
            Some((at, Todo::Check | Todo::Escalate)) => Some(at),
            None => None,
        };
        // Whoever sends it tells the outcome; should they fail to, somebody must notice.
        let noticed = order.is_in_flight().then(|| now + LOOK_AGAIN_AFTER);
        // Whoever it waits for pays in when they like.
        let settled = (!order.withheld.is_empty()).then(|| now + LOOK_AGAIN_AFTER);
        match wanted.into_iter().chain(noticed).chain(settled).min() {
            Some(at) => self.schedule.plan(order.id, order.version, at),
            None => self.schedule.strike(order.id, order.version),
        }
    }

    fn ways_of(&self, order: &Order) -> Ways {
        let supplier = order.current().and_then(|attempt| self.suppliers.get(&attempt.route.supplier));
        Ways { ask_until: self.ask_until(order), report: supplier.is_some_and(|supplier| supplier.protocol.reports()) }
    }

    /// Until when the shop may ask by itself what became of an order; `None`: there is no way of asking.
    pub(super) fn ask_until(&self, order: &Order) -> Option<DateTime<Utc>> {
        let attempt = order.current()?;
        let supplier = self.suppliers.get(&attempt.route.supplier)?;
        let sent = self.clock.at(attempt.sent_at.filter(|_| supplier.protocol.can_check())?);
        ask_until(order, supplier.repeat(&sent), self.policy.stale_after)
    }

    /// Takes up every order that was open when the shop last stopped. What may have been in the middle of leaving is
    /// in doubt from here on.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn recover(self: &Arc<Self>) -> Result<usize, StoreError> {
        let just_told = self.take_over().await?;
        self.load_supplier_overrides().await?;
        let all: Vec<Shard> = Shard::all().collect();
        self.recover_orders(&all, &all, just_told).await
    }

    /// The same for some parts of the work, of which some are `orphans`: whoever had them is gone. `just_told`: the
    /// admins know of those that need somebody.
    pub(super) async fn recover_orders(
        self: &Arc<Self>,
        shards: &[Shard],
        orphans: &[Shard],
        just_told: bool,
    ) -> Result<usize, StoreError> {
        let mut open = self.store.open_orders().await?;
        open.retain(|order| shards.contains(&Shard::of(&order.chat)) && self.share.holds(&order.chat));
        let count = open.len();
        if !just_told && open.iter().any(|order| order.escalated) {
            self.owe_digest();
        }
        // Side by side: what hundreds of orders change becomes durable together.
        let taken_up = open.into_iter().map(|order| {
            let (id, is_orphan) = (order.id, orphans.contains(&Shard::of(&order.chat)));
            async move {
                match self.take_up(order, is_orphan).await {
                    // One order that the books refuse must not keep everything else from being taken up.
                    Err(error @ StoreError::Corrupt { .. }) => {
                        tracing::error!(order = %id, %error, "an order cannot be taken up");
                        Ok(())
                    }
                    taken => taken,
                }
            }
        });
        futures::stream::iter(taken_up).buffer_unordered(TAKEN_UP_AT_ONCE).try_collect::<()>().await?;
        let is_ours = |order: &&Order| shards.contains(&Shard::of(&order.chat));
        self.withholding_orders().await?.iter().filter(is_ours).for_each(|order| self.schedule(order));
        Ok(count)
    }

    /// The orders of which something waits for a debtor; there are hardly ever any.
    async fn withholding_orders(&self) -> Result<Vec<Order>, StoreError> {
        let mut orders = Vec::new();
        for (account, totals) in self.store.accounts().await? {
            if let AccountId::Withheld(id) = account
                && totals.balance().is_positive()
            {
                orders.extend(self.store.order(id).await?);
            }
        }
        Ok(orders)
    }

    async fn take_up(self: &Arc<Self>, order: Order, is_orphan: bool) -> Result<(), StoreError> {
        if order.is_in_flight() && !is_orphan {
            // Whoever gave the part away tells how it went; should they fail to, it is noticed.
            self.schedule(&order);
            return Ok(());
        }
        // Whoever ordered it has long bought elsewhere, or will order again.
        let too_old = self.clock.utc() - order.ripe_since() > self.policy.stale_after;
        let is_ready = order.current().is_some_and(|attempt| attempt.step == AttemptStep::Ready);
        let event = if too_old && is_ready { Event::Abandoned } else { Event::Interrupted };
        // Where this process itself is at it nothing was interrupted; it tells how it went.
        let Some(shift) = self.buyers.enter(order.id) else { return Ok(()) };
        let order = match self.apply(order.id, &event, &Along::default()).await? {
            Applied::Changed(order) | Applied::Unchanged(order) => order,
            Applied::NoSuchOrder => return Ok(()),
        };
        drop(shift);
        if order.current().is_some_and(|attempt| attempt.step == AttemptStep::Ready) {
            self.spawn_buy(order.id);
        }
        self.schedule(&order);
        Ok(())
    }

    /// Works off the schedule until the shop stops.
    pub(super) async fn run_schedule(self: Arc<Self>) {
        loop {
            while let Some(id) = self.schedule.take_due(self.clock.utc()) {
                let shop = Arc::clone(&self);
                self.tasks.spawn(async move { shop.attend(id).await }.instrument(of_order(id)));
            }
            let sleep = self.schedule.sleep_until_next(self.clock.utc());
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.schedule.changed.notified() => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
    }

    /// Looks at the schedule at once: for whoever moves the clock.
    pub fn look_again(&self) {
        self.schedule.changed.notify_one();
        self.alarms.new_time.notify_one();
        self.new_time.notify_one();
        self.backup_time.notify_one();
        self.announcing.look.notify_one();
        self.price_list_time.notify_one();
    }

    /// Does what an order wants now, if it still wants it. Whatever comes of it, the order is looked at again: the
    /// steps taken plan its next moment, and where none was taken this one stands.
    async fn attend(self: &Arc<Self>, id: OrderId) {
        self.schedule.plan(id, 0, self.clock.utc() + LOOK_AGAIN_AFTER);
        // On the heap: every waiting order's task would be as large as all that it may come to.
        if let Err(error) = Box::pin(self.try_attend(id)).await {
            tracing::error!(%error, "could not attend to the order; trying again later");
            self.tell_store_failing(&[], &error);
        }
    }

    async fn try_attend(self: &Arc<Self>, id: OrderId) -> Result<(), StoreError> {
        let wants_something = |order: &Order| order.is_open() || !order.withheld.is_empty();
        let is_mine = |order: &Order| wants_something(order) && self.share.holds(&order.chat);
        let Some(order) = self.store.order(id).await?.filter(is_mine) else {
            self.schedule.strike(id, u32::MAX);
            return Ok(());
        };
        if !order.is_open() {
            return self.apply(id, &Event::Settle, &Along::default()).await.map(drop);
        }
        if order.is_in_flight() && self.buyers.enter(id).is_some() {
            // Nobody is sending it any more: what became of it is unknown.
            return self.apply(id, &Event::Interrupted, &Along::default()).await.map(drop);
        }
        let now = self.clock.utc();
        let Some((at, todo)) = next(&order, self.ways_of(&order), now) else { return Ok(()) };
        if at > now {
            self.schedule(&order);
            return Ok(());
        }
        match todo {
            Todo::Buy => {
                self.buy(id).await?;
                let is_left = self.store.order(id).await?.is_some_and(|order| order.is_open() && !order.escalated);
                if is_left && self.clock.utc() - order.ripe_since() > OVERDUE {
                    self.overdue(id);
                }
            }
            Todo::Escalate => {
                self.overdue(id);
            }
            Todo::Check => {
                if let Some(attempt) = order.current()
                    && !self.check(id, Asker::Shop).await?
                {
                    self.apply(id, &Event::Asking { reference: attempt.reference }, &Along::default()).await?;
                }
            }
        }
        Ok(())
    }
}
