//! Faults built in on purpose: proof that the simulation would see them.

use konter::clock::Clock as _;
use konter::ids::Reference;
use konter::order::{AttemptStep, Event, Notice, Order, Word, step};
use konter::store::{Commit, Payload, Say, Versioned};
use konter::supplier::{FailureKind, Outcome, Reading};

use super::stage::Stage;
use super::store::write;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// The store loses a correction's posting and keeps the rest of the commit.
    DropsCorrections,
    /// The store forgets which messages were answered.
    ForgetsAnswered,
    /// The store acknowledges messages that it does not keep.
    ForgetsInbox,
    /// The store says "done" to the commit before a purchase, and writes it only later.
    SendsBeforeDurable,
    /// What is to be said is written twice.
    SaysTwice,
    /// The final word is lost on the way into the outbox.
    SwallowsAnswers,
    /// Somebody gives holds back because they are old.
    ReleasesByTime,
    /// The client sends a purchase twice.
    BuysTwice,
    /// The client calls every broken connection a refused one.
    CallsMaybeSentNotSent,
    /// A reader calls what it does not understand a failure.
    CallsUnknownFailure,
    /// The door lets forged callbacks in.
    BelievesForgers,
    /// After a start, purchases that were on their way are sent anew.
    BuysAgainAfterCrash,
}

impl Stage {
    /// A sabotage of its own: holds that are old are given back, as no part of the shop does.
    pub fn release_by_time(&self) {
        if !self.world.does(Sabotage::ReleasesByTime) {
            return;
        }
        let orders: Vec<Order> = self.books.lock().orders.values().cloned().collect();
        for order in orders.into_iter().filter(Order::is_open) {
            let Some(attempt) = order.current() else { continue };
            let (version, reference) = (order.version, attempt.reference);
            let reading = Reading::new(Outcome::Failed(FailureKind::WrongNumber));
            let event = Event::Word { from: Word::Check, reference, reading, raw: None };
            let Some(step) = step(&order, event, Reference(0), self.world.now()) else { continue };
            let mut commit = Commit::new(self.world.now());
            commit.orders.push(Versioned { expected: Some(version), row: step.order });
            commit.postings = step.postings;
            commit.says = step.notices.into_iter().filter_map(|notice| said(&order, notice)).collect();
            let _ = write(self, commit);
        }
    }

    /// A sabotage of its own: what was on its way is made ready again.
    pub fn send_anew(&self) {
        let orders: Vec<Order> = self.books.lock().orders.values().cloned().collect();
        for mut order in orders.into_iter().filter(Order::is_in_flight) {
            let expected = Some(order.version);
            order.version += 1;
            if let Some(attempt) = order.attempts.last_mut() {
                attempt.step = AttemptStep::Ready;
            }
            let mut commit = Commit::new(self.world.now());
            commit.orders.push(Versioned { expected, row: order });
            let _ = write(self, commit);
        }
    }
}

fn said(order: &Order, notice: Notice) -> Option<Say> {
    match notice {
        Notice::Reseller(reply) => Some(Say {
            chat: order.chat.clone(),
            locale: order.locale,
            payload: Payload::Reply(Box::new(reply)),
            balance_of: None,
        }),
        Notice::Admins(_) => None,
    }
}
