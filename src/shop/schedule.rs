//! When open orders want attention: a heap of moments in memory, noted by whoever has committed something about an order.
//! It only remembers; `scheduler` works it off.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::open_orders::{OpenNow, OpenOrders};
use super::suppliers::Suppliers;
use crate::clock::ShopClock;
use konter_core::ids::OrderId;
use konter_core::order::Order;
use konter_core::order::asking::{CHECK_WINDOW, ask_until};
use konter_core::order::schedule::{Todo, Ways, next};
use konter_store::Leases;

/// An order that is ready is bought at once; one that still is after this long was left lying.
const BUY_ANYWAY_AFTER: TimeDelta = TimeDelta::seconds(2);
/// An order that somebody is at work on is looked at again after this long, should they not have said how it went.
const LOOK_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(1);
/// The longest sleep between looks: keeps the scheduler honest when the clock is set.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// The soonest first.
type Due = Reverse<(DateTime<Utc>, OrderId)>;

pub(super) struct Schedule {
    clock: ShopClock,
    share: Arc<Leases>,
    suppliers: Arc<Suppliers>,
    stale_after: TimeDelta,
    open: OpenOrders,
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

impl Plan {
    /// `false`: a newer version's plan stands.
    fn put(&mut self, id: OrderId, version: u32, at: DateTime<Utc>) -> bool {
        if self.moments.get(&id).is_some_and(|(newer, _)| *newer > version) {
            return false;
        }
        self.moments.insert(id, (version, at));
        self.heap.push(Reverse((at, id)));
        true
    }

    fn strike(&mut self, id: OrderId, version: u32) {
        if self.moments.get(&id).is_some_and(|(newer, _)| *newer <= version) {
            self.moments.remove(&id);
        }
    }

    fn take_due(&mut self, now: DateTime<Utc>) -> Option<OrderId> {
        while self.heap.peek().is_some_and(|Reverse((at, _))| *at <= now) {
            let Reverse((at, id)) = self.heap.pop()?;
            if self.moments.get(&id).is_some_and(|(_, moment)| *moment == at) {
                self.moments.remove(&id);
                return Some(id);
            }
        }
        None
    }
}

impl Schedule {
    /// `stale_after`: for so long the shop asks by itself.
    pub fn new(clock: ShopClock, share: Arc<Leases>, suppliers: Arc<Suppliers>, stale_after: TimeDelta) -> Self {
        let (open, plan, changed) = (OpenOrders::default(), Mutex::default(), Notify::new());
        Self { clock, share, suppliers, stale_after, open, plan, changed }
    }

    /// Notes an order as of one version of it: what is open of it, and what it wants next.
    pub fn note(&self, order: &Order) {
        if !self.share.holds(&order.chat) {
            // Whoever holds it hears of the change, and plans it.
            self.open.forget(order.id);
            self.plan.lock().strike(order.id, order.version);
            return;
        }
        let now = self.clock.utc();
        self.open.note(order, now);
        let wanted = match self.next(order, now) {
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
            Some(at) => self.plan(order.id, order.version, at),
            None => self.plan.lock().strike(order.id, order.version),
        }
    }

    /// What an order wants next, and when.
    pub fn next(&self, order: &Order, now: DateTime<Utc>) -> Option<(DateTime<Utc>, Todo)> {
        let supplier = order.current().and_then(|attempt| self.suppliers.get(&attempt.route.supplier));
        let report = supplier.is_some_and(|supplier| supplier.protocol.reports());
        next(order, Ways { ask_until: self.ask_until(order), report }, now)
    }

    /// Until when the shop may ask by itself what became of an order; `None`: there is no way of asking.
    pub fn ask_until(&self, order: &Order) -> Option<DateTime<Utc>> {
        let attempt = order.current()?;
        let supplier = self.suppliers.get(&attempt.route.supplier)?;
        let sent = self.clock.at(attempt.sent_at.filter(|_| supplier.protocol.can_check())?);
        ask_until(order, supplier.repeat(&sent), self.stale_after)
    }

    /// Whether there is still a way of asking what became of an order.
    pub fn can_check(&self, order: &Order, at: DateTime<Utc>) -> bool {
        let sent_at = order.current().and_then(|attempt| attempt.sent_at);
        self.ask_until(order).is_some() && sent_at.is_some_and(|sent_at| at - sent_at < CHECK_WINDOW)
    }

    /// An order that is about to be attended to is looked at again, whatever comes of it.
    pub fn look_again_at(&self, id: OrderId) {
        self.plan(id, 0, self.clock.utc() + LOOK_AGAIN_AFTER);
    }

    /// The order wants nothing any more, in any version.
    pub fn forget(&self, id: OrderId) {
        self.plan.lock().strike(id, u32::MAX);
    }

    /// An order whose moment has come.
    pub fn take_due(&self) -> Option<OrderId> {
        let now = self.clock.utc();
        self.plan.lock().take_due(now)
    }

    /// Waits for the next moment, or for a change of plans.
    pub async fn wait(&self) {
        let next = self.plan.lock().heap.peek().map(|Reverse((at, _))| *at);
        let now = self.clock.utc();
        let sleep = next.map_or(LONGEST_SLEEP, |at| (at - now).to_std().unwrap_or_default().min(LONGEST_SLEEP));
        tokio::select! {
            () = self.changed.notified() => {}
            () = tokio::time::sleep(sleep) => {}
        }
    }

    /// What is open of this process's work.
    pub fn open_now(&self) -> OpenNow {
        self.open.now(self.clock.utc(), &self.share)
    }

    fn plan(&self, id: OrderId, version: u32, at: DateTime<Utc>) {
        // The guard is gone before anybody is woken.
        let is_planned = self.plan.lock().put(id, version, at);
        if is_planned {
            self.changed.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    /// Everything that is due by then, in its order.
    fn due(plan: &mut Plan, second: i64) -> Vec<u64> {
        std::iter::from_fn(|| plan.take_due(at(second))).map(|id| id.0).collect()
    }

    #[test]
    fn an_order_is_attended_to_once_at_the_moment_planned_last() {
        let mut plan = Plan::default();
        for (id, second) in [(1, 10), (2, 5), (1, 20), (3, 5), (1, 15)] {
            assert!(plan.put(OrderId(id), 1, at(second)));
        }
        assert_eq!(due(&mut plan, 4), Vec::<u64>::new());
        assert_eq!(due(&mut plan, 14), [2, 3], "a moment that was replaced counts for nothing");
        assert_eq!(due(&mut plan, 15), [1]);
        assert_eq!(due(&mut plan, 99), Vec::<u64>::new());
    }

    #[test]
    fn a_plan_that_comes_late_does_not_replace_that_of_a_newer_version() {
        let mut plan = Plan::default();
        assert!(plan.put(OrderId(1), 2, at(20)));
        assert!(!plan.put(OrderId(1), 1, at(5)));
        plan.strike(OrderId(1), 1);
        assert_eq!(due(&mut plan, 19), Vec::<u64>::new());
        assert_eq!(due(&mut plan, 20), [1]);
        assert!(plan.put(OrderId(1), 2, at(30)));
        plan.strike(OrderId(1), 3);
        assert_eq!(due(&mut plan, 99), Vec::<u64>::new(), "the newest version wants nothing");
    }
}
