//! How a run ends: nothing goes wrong any more, everything is decided, told and taken, and then nothing may ever happen
//! again.

use std::sync::Arc;

use konter::shop::Shop;
use konter_core::ids::OrderId;

use super::admins::admin;
use super::books::Books;
use super::engine::at_once;
use super::judged::must_be_final;
use super::people::Text;
use super::stage::Stage;

/// How often an admin writes the same decision at most.
const DECISIONS: usize = 3;

impl Stage {
    /// No more faults: everything is decided, told and taken, until only what needs a person is open. The admins see to
    /// that, and then nothing may ever happen again.
    pub fn comes_to_rest(self: &Arc<Self>) {
        self.world.calm_down();
        self.world.log(format_args!("--- calm"));
        self.in_a_runtime(1_000, async |shop, _| {
            self.book.lock().settle(self.world.elapsed());
            self.until_quiet(shop).await;
            for id in self.open_orders() {
                let order = self.books.lock().orders[&id].clone();
                if must_be_final(self, &order) {
                    self.world.violated(format!("{order:?} is not final"));
                }
                if !order.escalated {
                    self.world.violated(format!("nobody is told of {order:?}"));
                }
            }
            // While a question is on its way to the supplier a decision is put off; then an admin writes again.
            for _ in 0..DECISIONS {
                for id in self.open_orders() {
                    let message = self.message(admin(0), &Text(self.truthful(id), 0));
                    self.post(shop, vec![message]);
                }
                // What is to follow from the last decisions follows within minutes.
                self.pass(shop, 600_000).await;
            }
            for id in self.open_orders() {
                self.world.violated(format!("{:?} stays open", self.books.lock().orders[&id]));
            }
            self.books.lock().told_or_true(self);
            Books::audit(self);
        });
        let before = self.books.lock().ends();
        self.in_a_runtime(60_000, async |shop, _| {
            self.pass(shop, 7_200_000).await;
            Books::audit(self);
        });
        let after = self.books.lock().ends();
        if before != after {
            self.world.violated(format!("something still happens after the end: {before:?} became {after:?}"));
        }
        for message in self.sent.lock().iter() {
            let times = self.books.lock().times_answered(&message.key());
            if times != 1 {
                self.world.violated(format!("{} was answered {times} times", message.key()));
            }
        }
    }

    fn open_orders(&self) -> Vec<OrderId> {
        self.books.lock().orders.values().filter(|order| order.is_open()).map(|order| order.id).collect()
    }

    /// Waits until nothing is left that could become final by itself.
    async fn until_quiet(self: &Arc<Self>, shop: &Arc<Shop>) {
        /// Clocks may have been set back by some hours, and checks slow down to every 15 minutes.
        const LONGEST: u64 = 30 * 3_600_000;
        let until = self.world.elapsed() + LONGEST;
        loop {
            let idle = at_once(self.store().inbox()).unwrap().is_empty()
                && at_once(self.store().asking()).unwrap().is_empty()
                && self.unacknowledged.lock().is_empty()
                && self.book.lock().reports.is_empty();
            let waits = self.open_orders().into_iter().any(|id| {
                let order = self.books.lock().orders[&id].clone();
                must_be_final(self, &order) || !order.escalated
            });
            if idle && !waits || self.world.broken().is_some() {
                return;
            }
            if self.world.elapsed() > until {
                let inbox = at_once(self.store().inbox()).unwrap();
                let asking = at_once(self.store().asking()).unwrap();
                if !idle {
                    self.world.violated(format!("something is left over: {inbox:?}, {asking:?}"));
                }
                return;
            }
            self.deliver_outbox();
            self.pass(shop, 120_000).await;
        }
    }
}
