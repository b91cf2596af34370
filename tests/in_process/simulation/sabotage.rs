//! Faults built in on purpose: proof that the simulation would see them.

use std::any::Any;

use chrono::TimeDelta;
use chrono_tz::Asia::Jakarta;
use konter::clock::Clock as _;
use konter_core::ids::Reference;
use konter_core::ledger::{AccountId, Entry, Posting, Reason};
use konter_core::order::{AttemptStep, Decider, Event, Final, Notice, Order, OrderState, Source, step};
use konter_core::outcome::{FailureKind, FirstSending, Outcome, Reading};
use konter_reply::Reply;
use konter_store::{Answered, Commit, InboxMessage, Payload, Say, Versioned};

use super::people::Text;
use super::stage::Stage;
use super::store::write;

/// Added to the number of an order that must not meet another one in the store; no message names one so high.
pub const OUT_OF_THE_WAY: u8 = 100;
/// What is booked lately.
const LATELY: TimeDelta = TimeDelta::minutes(10);

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
    /// An order does not remember what was heard of it, nor that it was corrected.
    ForgetsWords,
    /// An order does not remember that a word came as a report.
    TakesReportsForAnswers,
    /// An order does not remember that an admin has decided it.
    ForgetsWhoDecided,
    /// "Already bought" is believed whatever it answers, and nobody knows the serial number again.
    BelievesEarlierOrders,
    /// A repeat refused for its own sake is taken for a refusal of the first sending.
    BelievesRefusedRepeats,
    /// A serial number is spelt so that the store does not know it again.
    SpellsSerialsAnew,
    /// What a refund or a margin has to wait for is paid at once.
    PaysWithheldAtOnce,
    /// Destinations are read as phone numbers, whatever the product.
    ReadsAllAsPhones,
    /// Nobody sees what was booked lately.
    ForgetsBookings,
    /// Every question is answered with yes before anybody has read it.
    SaysYesForThem,
    /// Only orders of today are in the way of a new one.
    SeesTodayOnly,
    /// What may never have arrived is asked about for a day.
    AsksForADay,
    /// The shop starts with the catalog it began with.
    KeepsTheOldCatalog,
    /// A PIN alone is taken for what its chat began with, whatever was said since.
    RunsWhatWasFirst,
    /// The admins are not told what contradicts the books, nor what cost more.
    SwallowsAlerts,
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
            let event = Event::Supplier { from: Source::Check, reference, reading, raw: None };
            let Some(step) = step(&order, event, Reference(0), self.world.now()) else { continue };
            let mut commit = Commit::new(self.world.now());
            commit.orders.push(Versioned { expected: Some(version), row: step.order });
            commit.postings = step.postings;
            commit.outgoing = step.notices.into_iter().filter_map(|notice| said(&order, notice)).collect();
            let _ = write(self, commit);
        }
    }

    /// A sabotage of its own: whoever is asked something has said yes already.
    pub fn says_yes_for_them(&self) -> Vec<InboxMessage> {
        if !self.world.does(Sabotage::SaysYesForThem) {
            return Vec::new();
        }
        let questions = self.books.lock().questions.clone();
        let sent = self.sent.lock().clone();
        let yes = |(chat, number)| {
            let asked = sent.iter().rev().find(|message| message.chat == chat && !message.text.starts_with("YA"))?;
            let message = self.message(chat, &Text(format!("YA.{number}"), 0));
            // Nobody has written that.
            self.books.lock().texts.insert(message.key(), vec![asked.text.clone()]);
            Some(message)
        };
        questions.into_iter().filter_map(yes).collect()
    }

    /// A sabotage of its own: what orders withhold from now on is paid beside the books.
    pub fn pay_withheld(&self, commit: &Commit) -> Commit {
        let mut paid = Commit::new(self.world.now());
        if !self.world.does(Sabotage::PaysWithheldAtOnce) {
            return paid;
        }
        let books = self.books.lock();
        for order in commit.orders.iter().map(|order| &order.row) {
            if books.orders.get(&order.id).is_some_and(|before| before.withheld.is_empty()) {
                paid.postings.extend(order.withheld.iter().map(|part| {
                    Posting::transfer(AccountId::Sales, AccountId::Agent(part.to), part.amount, Reason::Reversal, None)
                }));
            }
        }
        paid
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
        Notice::Reseller(notice) => {
            Some(Say::new(order.chat.clone(), order.locale, Payload::Reply(Box::new(notice.into()))))
        }
        Notice::Admins(_) => None,
    }
}

/// What a read has found, as a sabotaged store gives it.
pub fn found(stage: &Stage, read: &str, found: &mut (dyn Any + Send)) {
    if let Some(order) = found.downcast_mut::<Option<Order>>() {
        let today = stage.world.now().with_timezone(&Jakarta).date_naive();
        if read == "order_in_slot" && stage.world.does(Sabotage::SeesTodayOnly) {
            *order = order.take().filter(|order| order.day == today);
        }
        if let Some(order) = order {
            remembered(stage, order);
        }
    } else if let Some(orders) = found.downcast_mut::<Vec<Order>>() {
        for order in orders {
            remembered(stage, order);
        }
    } else if let Some(answered) = found.downcast_mut::<Option<Answered>>() {
        *answered = answered.take().filter(|_| !stage.world.does(Sabotage::ForgetsAnswered));
    } else if let Some(lines) = found.downcast_mut::<Vec<Entry>>()
        && read == "statement"
        && stage.world.does(Sabotage::ForgetsBookings)
    {
        let since = stage.world.now() - LATELY;
        lines.retain(|line| line.at < since);
    }
}

/// An order as a sabotaged store gives it.
fn remembered(stage: &Stage, order: &mut Order) {
    match stage.world.sabotage {
        Some(Sabotage::ForgetsWords) => {
            order.corrected = false;
            order.attempts.iter_mut().for_each(|attempt| attempt.heard.clear());
        }
        Some(Sabotage::TakesReportsForAnswers) => {
            order.attempts.iter_mut().flat_map(|attempt| &mut attempt.heard).for_each(|w| w.from = Source::Answer);
        }
        Some(Sabotage::BelievesEarlierOrders) => {
            order.attempts.iter_mut().for_each(|attempt| attempt.first = FirstSending::Unanswered);
        }
        Some(Sabotage::ForgetsWhoDecided) => {
            if let OrderState::Final(Final { by, .. }) = &mut order.state {
                *by = Decider::Supplier;
            }
        }
        _ => {}
    }
}

/// A commit as a sabotaged store takes it.
pub fn spoil(stage: &Stage, commit: &mut Commit) {
    match stage.world.sabotage {
        Some(Sabotage::DropsCorrections) => commit.postings.retain(|posting| {
            !matches!(posting, Posting::Transfer { reason: Reason::Reversal | Reason::LateDelivery, .. })
        }),
        Some(Sabotage::ForgetsAnswered) => commit.answers = None,
        Some(Sabotage::ForgetsInbox) if stage.world.percent(10) => commit.received.clear(),
        Some(Sabotage::SaysTwice) if stage.world.percent(10) => commit.outgoing.extend(commit.outgoing.clone()),
        Some(Sabotage::SwallowsAnswers) if stage.world.percent(10) => commit.outgoing.clear(),
        Some(Sabotage::SwallowsAlerts) => commit.outgoing.retain(|say| !is_alert(&say.payload)),
        Some(Sabotage::ForgetsWhoDecided) => {
            // It is forgotten on the way out only.
            let books = stage.books.lock();
            for order in &mut commit.orders {
                let before = books.orders.get(&order.row.id).filter(|before| !before.is_open());
                if let Some(before) = before.filter(|before| before.is_success() == order.row.is_success()) {
                    order.row.state = before.state.clone();
                }
            }
        }
        Some(Sabotage::SeesTodayOnly) => {
            let books = stage.books.lock();
            for order in commit.orders.iter_mut().filter(|order| order.expected.is_none()) {
                let row = &mut order.row;
                if books.open_like(row).is_some_and(|earlier| earlier.day != row.day) {
                    row.nth += OUT_OF_THE_WAY;
                }
            }
        }
        _ => {}
    }
}

fn is_alert(payload: &Payload) -> bool {
    let Payload::Reply(reply) = payload else { return false };
    matches!(reply.as_ref(), Reply::AlertContradiction { .. } | Reply::AlertDearer { .. })
}
