//! Works the schedule off, and takes up open orders after a start.

use std::sync::Arc;

use chrono::TimeDelta;
use futures::{StreamExt as _, TryStreamExt as _};
use tracing::Instrument as _;

use super::alarm::Alarms;
use super::apply_event::{Along, Applied, OrderEvents};
use super::buying::{Asker, Purchasing};
use super::degraded_mode::StoreFailures;
use super::of_order;
use super::process::Process;
use super::schedule::Schedule;
use konter_core::ids::OrderId;
use konter_core::ledger::AccountId;
use konter_core::order::schedule::{OVERDUE, Todo};
use konter_core::order::{AttemptStep, Event, Order};
use konter_store::{Shard, StoreError};

/// Orders looked at side by side after a start.
const TAKEN_UP_AT_ONCE: usize = 64;

pub(super) struct Scheduler {
    pub process: Process,
    pub schedule: Arc<Schedule>,
    pub events: Arc<OrderEvents>,
    pub purchasing: Arc<Purchasing>,
    pub alarms: Arc<Alarms>,
    pub failures: Arc<StoreFailures>,
    /// An order that was to be bought longer ago is given up.
    pub stale_after: TimeDelta,
}

impl Scheduler {
    /// Takes up every open order of some parts of the work, of which some are `orphans`: whoever had them is gone, and what
    /// may have been in the middle of leaving is in doubt from here on. `just_told`: the admins know of those that need
    /// somebody.
    pub async fn recover(&self, shards: &[Shard], orphans: &[Shard], just_told: bool) -> Result<usize, StoreError> {
        let mut open = self.process.store.open_orders().await?;
        open.retain(|order| shards.contains(&Shard::of(&order.chat)) && self.process.share.holds(&order.chat));
        let count = open.len();
        if !just_told && open.iter().any(|order| order.escalated) {
            self.alarms.owe_digest();
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
        self.withholding_orders().await?.iter().filter(is_ours).for_each(|order| self.schedule.note(order));
        Ok(count)
    }

    /// The orders of which something waits for a debtor; there are hardly ever any.
    async fn withholding_orders(&self) -> Result<Vec<Order>, StoreError> {
        let mut orders = Vec::new();
        for (account, totals) in self.process.store.accounts().await? {
            if let AccountId::Withheld(id) = account
                && totals.balance().is_positive()
            {
                orders.extend(self.process.store.order(id).await?);
            }
        }
        Ok(orders)
    }

    async fn take_up(&self, order: Order, is_orphan: bool) -> Result<(), StoreError> {
        if order.is_in_flight() && !is_orphan {
            // Whoever gave the part away tells how it went; should they fail to, it is noticed.
            self.schedule.note(&order);
            return Ok(());
        }
        // Whoever ordered it has long bought elsewhere, or will order again.
        let too_old = self.process.clock.utc() - order.ripe_since() > self.stale_after;
        let is_ready = order.current().is_some_and(|attempt| attempt.step == AttemptStep::Ready);
        let event = if too_old && is_ready { Event::Abandoned } else { Event::Interrupted };
        // Where this process itself is at it nothing was interrupted; it tells how it went.
        let Some(shift) = self.purchasing.enter(order.id) else { return Ok(()) };
        let order = match self.events.apply(order.id, &event, &Along::default()).await? {
            Applied::Changed(order) | Applied::Unchanged(order) => order,
            Applied::NoSuchOrder => return Ok(()),
        };
        drop(shift);
        if order.current().is_some_and(|attempt| attempt.step == AttemptStep::Ready) {
            self.purchasing.spawn_buy(order.id);
        }
        self.schedule.note(&order);
        Ok(())
    }

    /// Works off the schedule until the shop stops.
    pub async fn run(self: Arc<Self>) {
        let mut clock_set = self.process.clock_set();
        loop {
            while let Some(id) = self.schedule.take_due() {
                let scheduler = Arc::clone(&self);
                self.process.tasks.spawn(async move { scheduler.attend(id).await }.instrument(of_order(id)));
            }
            tokio::select! {
                () = self.process.stop.cancelled() => return,
                () = clock_set.changed() => {}
                () = self.schedule.wait() => {}
            }
        }
    }

    /// Does what an order wants now, if it still wants it. Whatever comes of it, the order is looked at again: the
    /// steps taken plan its next moment, and where none was taken this one stands.
    async fn attend(&self, id: OrderId) {
        self.schedule.look_again_at(id);
        // On the heap: every waiting order's task would be as large as all that it may come to.
        if let Err(error) = Box::pin(self.try_attend(id)).await {
            tracing::error!(%error, "could not attend to the order; trying again later");
            self.failures.tell(&[], &error);
        }
    }

    async fn try_attend(&self, id: OrderId) -> Result<(), StoreError> {
        let wants_something = |order: &Order| order.is_open() || !order.withheld.is_empty();
        let is_mine = |order: &Order| wants_something(order) && self.process.share.holds(&order.chat);
        let Some(order) = self.process.store.order(id).await?.filter(is_mine) else {
            self.schedule.forget(id);
            return Ok(());
        };
        if !order.is_open() {
            return self.events.apply(id, &Event::Settle, &Along::default()).await.map(drop);
        }
        if order.is_in_flight() && self.purchasing.enter(id).is_some() {
            // Nobody is sending it any more: what became of it is unknown.
            return self.events.apply(id, &Event::Interrupted, &Along::default()).await.map(drop);
        }
        let now = self.process.clock.utc();
        let Some((at, todo)) = self.schedule.next(&order, now) else { return Ok(()) };
        if at > now {
            self.schedule.note(&order);
            return Ok(());
        }
        match todo {
            Todo::Buy => {
                self.purchasing.buy(id).await?;
                let is_left =
                    self.process.store.order(id).await?.is_some_and(|order| order.is_open() && !order.escalated);
                if is_left && self.process.clock.utc() - order.ripe_since() > OVERDUE {
                    self.alarms.overdue(id);
                }
            }
            Todo::Escalate => self.alarms.overdue(id),
            Todo::Check => {
                if let Some(attempt) = order.current()
                    && !self.purchasing.check(id, Asker::Shop).await?
                {
                    self.events.apply(id, &Event::Asking { reference: attempt.reference }, &Along::default()).await?;
                }
            }
        }
        Ok(())
    }
}
