//! The state machine: one event changes one order, and says what must be committed with it.
//!
//! Two rules carry everything here. Only an explicit failure or an admin's decision gives a hold back; time and doubt
//! never do. And a later word that contradicts an earlier one is a correction: new postings, never an edit.

use chrono::{DateTime, Utc};

use super::model::{Attempt, AttemptStep, Decider, FailureReason, Final, Order, OrderState, RawReply};
use super::view;
use super::{margins, restored};
use crate::catalog::Route;
use crate::ids::{ChatId, Reference};
use crate::ledger::{AccountId, Posting, Reason};
use crate::money::Rupiah;
use crate::reply::{Reply, Verdict};
use crate::supplier::{Delivery, Detail, Details, Doubt, FailureKind, Inquiry, Outcome, Reading};

/// Raw replies kept with an attempt: the first and the latest, since those decide disputes.
const REPLIES_KEPT: usize = 4;

/// Something that happened to an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The purchase is about to leave. Committed before it does.
    Sending,
    /// The inquiry was answered; the payment that quotes it is about to leave. Committed before it does.
    Quoted { reference: Reference, inquiry: Inquiry },
    /// The inquiry was refused. No money can have moved.
    InquiryRefused { reference: Reference, kind: FailureKind },
    /// Nothing of a ready attempt can be sent, or its inquiry led to nothing.
    Unsendable { reference: Reference },
    /// The purchase was on its way and provably never left us.
    NeverLeft { reference: Reference },
    /// It lay unsent for so long that nobody waits for it any more.
    Abandoned,
    /// A word of the supplier about one attempt.
    Word { from: Word, reference: Reference, reading: Reading, raw: Option<RawReply> },
    /// A status check got no word.
    CheckFailed { reference: Reference },
    /// We stopped while the purchase may have been leaving.
    Interrupted,
    /// It takes long enough that the reseller should hear that it is being processed.
    Slow,
    /// It takes so long that a person should look. `seen` is what could still be seen of it.
    Overdue { seen: Option<Seen> },
    /// An admin knows how it ended.
    Decided { by: ChatId, verdict: AdminVerdict },
    /// It came out of a backup: what became of it since is forgotten.
    Restored,
}

/// Our deposit with a supplier after a purchase in doubt, for whoever decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub reference: Reference,
    pub balance: Option<Rupiah>,
    pub raw: RawReply,
}

/// Where a supplier's word came from. Only a report may take a success back by itself: it is the documents' own way of
/// reversing, while a direct answer may simply be older than the report that overtook it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Answer,
    Check,
    Report,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdminVerdict {
    Success { sn: String },
    Failed { reason: String },
}

/// What one event leads to; all of it belongs into one commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub order: Order,
    pub postings: Vec<Posting>,
    pub notices: Vec<Notice>,
}

/// Something to be said because of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    Reseller(Reply),
    Admins(Reply),
}

/// Applies an event. `fresh` is the reference a new attempt would carry. `None`: the event changes nothing.
#[must_use]
pub fn step(order: &Order, event: Event, fresh: Reference, at: DateTime<Utc>) -> Option<Step> {
    if event == Event::Restored {
        return restored::put_in_doubt(order, at);
    }
    let mut stepper = Stepper { order: order.clone(), postings: Vec::new(), notices: Vec::new(), fresh, at };
    stepper.apply(event);
    if stepper.order == *order && stepper.postings.is_empty() && stepper.notices.is_empty() {
        return None;
    }
    stepper.order.version += 1;
    stepper.order.updated_at = at;
    Some(Step { order: stepper.order, postings: stepper.postings, notices: stepper.notices })
}

struct Stepper {
    order: Order,
    postings: Vec<Posting>,
    notices: Vec<Notice>,
    fresh: Reference,
    at: DateTime<Utc>,
}

impl Stepper {
    fn apply(&mut self, event: Event) {
        match event {
            Event::Sending => self.sending(),
            Event::Quoted { reference, inquiry } => self.quoted(reference, inquiry),
            Event::InquiryRefused { reference, kind } => self.inquiry_refused(reference, kind),
            Event::Unsendable { reference } => self.unsendable(reference),
            Event::NeverLeft { reference } => self.never_left(reference),
            Event::Abandoned => self.abandoned(),
            Event::Word { from, reference, reading, raw } => self.word(from, reference, reading, raw),
            Event::CheckFailed { reference } => self.checked(reference),
            Event::Interrupted => self.interrupted(),
            Event::Slow => self.announce(),
            Event::Overdue { seen } => self.escalate(seen),
            Event::Decided { by, verdict } => self.decided(by, verdict),
            Event::Restored => {}
        }
    }

    fn sending(&mut self) {
        let at = self.at;
        let current = self.order.attempts.last().map(|attempt| attempt.reference);
        if let Some(attempt) = current.and_then(|reference| self.ready(reference)) {
            attempt.step = AttemptStep::Sent;
            attempt.sent_at = Some(at);
        }
    }

    /// A bill is paid only as it was shown.
    fn quoted(&mut self, reference: Reference, inquiry: Inquiry) {
        let at = self.at;
        let is_shown = self.order.bill.as_ref().is_none_or(|bill| bill.is_same(&inquiry));
        let Some(attempt) = self.ready(reference) else { return };
        attempt.balance_before = inquiry.supplier_balance;
        if is_shown {
            attempt.step = AttemptStep::Sent;
            attempt.sent_at = Some(at);
            attempt.quote = Some(inquiry.quote);
            self.order.customer.extend(of_customer(inquiry.details));
        } else {
            attempt.step = AttemptStep::NotSent;
            self.end_failed(FailureReason::BillChanged, Decider::Shop);
        }
    }

    fn observed(&mut self, seen: Seen) {
        if let Some(attempt) = self.order.attempts.iter_mut().find(|attempt| attempt.reference == seen.reference) {
            attempt.balance_after = seen.balance.or(attempt.balance_after);
            keep_reply(attempt, seen.raw);
        }
    }

    /// The current attempt, if it is this one and nothing of it has left.
    fn ready(&mut self, reference: Reference) -> Option<&mut Attempt> {
        let open = self.order.is_open();
        let current = self.order.attempts.last_mut();
        current.filter(|attempt| open && attempt.reference == reference && attempt.step == AttemptStep::Ready)
    }

    fn inquiry_refused(&mut self, reference: Reference, kind: FailureKind) {
        if let Some(attempt) = self.ready(reference) {
            attempt.step = AttemptStep::NotSent;
            attempt.outcome = Some(Outcome::Failed(kind));
            self.failed(kind);
        }
    }

    fn unsendable(&mut self, reference: Reference) {
        if let Some(attempt) = self.ready(reference) {
            attempt.step = AttemptStep::NotSent;
            self.unreachable();
        }
    }

    fn never_left(&mut self, reference: Reference) {
        // A report that came meanwhile proves that something did leave; then it stands.
        let unheard = self.order.attempts.last_mut().filter(|attempt| {
            attempt.reference == reference && attempt.step == AttemptStep::Sent && attempt.outcome.is_none()
        });
        if let Some(attempt) = unheard {
            attempt.step = AttemptStep::NotSent;
            attempt.sent_at = None;
            self.unreachable();
        }
    }

    fn abandoned(&mut self) {
        let current = self.order.attempts.last().map(|attempt| attempt.reference);
        if let Some(attempt) = current.and_then(|reference| self.ready(reference)) {
            attempt.step = AttemptStep::NotSent;
            self.order.untried.clear();
            self.unreachable();
        }
    }

    fn unreachable(&mut self) {
        if self.order.is_open() && !self.try_next_route() {
            self.end_failed(FailureReason::Unreachable, Decider::Shop);
        }
    }

    fn word(&mut self, from: Word, reference: Reference, reading: Reading, raw: Option<RawReply>) {
        let Some(index) = self.order.attempts.iter().position(|attempt| attempt.reference == reference) else { return };
        let before = self.order.attempts[index].outcome.clone();
        self.record(index, from, &reading, raw);
        match reading.outcome {
            Outcome::Success(delivery) => self.success(index, before.as_ref(), delivery),
            Outcome::Failed(kind) => self.failure(index, from, before.as_ref(), kind),
            Outcome::Pending => self.undecided(index, Outcome::Pending),
            Outcome::Unknown(doubt) => {
                if from == Word::Report && !self.order.is_open() {
                    let card = Box::new(view::card(&self.order, self.at));
                    self.notices.push(Notice::Admins(Reply::AlertUnclearReport(card)));
                }
                self.undecided(index, Outcome::Unknown(doubt));
            }
        }
    }

    /// Keeps what a reading tells besides its outcome.
    fn record(&mut self, index: usize, from: Word, reading: &Reading, raw: Option<RawReply>) {
        let at = self.at;
        let attempt = &mut self.order.attempts[index];
        // A word for an attempt means it reached its supplier, whatever we believed.
        if attempt.step == AttemptStep::Ready {
            attempt.step = AttemptStep::Sent;
            attempt.sent_at = Some(at);
        }
        if from == Word::Check {
            attempt.checks = attempt.checks.saturating_add(1);
            attempt.checked_at = Some(at);
        }
        let keep = |slot: &mut Option<Rupiah>, value: Option<Rupiah>| *slot = value.or(*slot);
        // Once a delivery's cost is posted, what comes back with a reversal is that very amount.
        if !matches!(attempt.outcome, Some(Outcome::Success(_))) {
            keep(&mut attempt.charged, reading.charged);
        }
        keep(&mut attempt.balance_after, reading.supplier_balance);
        attempt.supplier_trx = reading.supplier_trx.clone().or(attempt.supplier_trx.take());
        if let Some(raw) = raw {
            keep_reply(attempt, raw);
        }
    }

    fn undecided(&mut self, index: usize, outcome: Outcome) {
        let attempt = &mut self.order.attempts[index];
        let decided = matches!(attempt.outcome, Some(Outcome::Success(_) | Outcome::Failed(_)));
        if !decided && !restored::is_forgotten(attempt) {
            // "Pending" says more than a doubt that follows it.
            let keeps = attempt.outcome == Some(Outcome::Pending) && matches!(outcome, Outcome::Unknown(_));
            if !keeps {
                attempt.outcome = Some(outcome);
            }
            self.announce();
        }
    }

    fn success(&mut self, index: usize, before: Option<&Outcome>, delivery: Delivery) {
        if matches!(before, Some(Outcome::Success(_))) {
            self.complete_serial(delivery);
            return;
        }
        self.order.attempts[index].outcome = Some(Outcome::Success(delivery.clone()));
        let expected = self.order.expected_cost(&self.order.attempts[index]);
        let cost = self.order.attempts[index].charged.unwrap_or(expected);
        self.post_cost(index, cost, Reason::Cost);
        let dearer = self.order.bill.is_some() && cost > expected;
        let another_may_deliver =
            self.order.attempts.iter().enumerate().any(|(i, attempt)| i != index && may_have_delivered(attempt));
        match self.order.state {
            OrderState::Open => {
                self.capture();
                self.end_success(delivery.sn, delivery.details, Decider::Supplier);
                self.notices.push(Notice::Reseller(Reply::OrderSuccess(view::line(&self.order))));
            }
            OrderState::Final(Final { failure: Some(_), .. }) => {
                self.charge_again();
                self.end_success(delivery.sn, delivery.details, Decider::Supplier);
                self.notices.push(Notice::Reseller(Reply::OrderDeliveredLate(view::line(&self.order))));
                self.contradiction(Verdict::Success, true);
            }
            // An admin already said so, or another attempt delivered.
            OrderState::Final(Final { failure: None, .. }) => self.complete_serial(delivery),
        }
        if dearer {
            let card = Box::new(view::card(&self.order, self.at));
            self.notices.push(Notice::Admins(Reply::AlertDearer { card, expected, charged: cost }));
        }
        if another_may_deliver {
            let card = view::card(&self.order, self.at);
            self.notices.push(Notice::Admins(Reply::AlertDoubleDelivery(Box::new(card))));
        }
    }

    /// A success that came without its serial number gets it from a later word.
    fn complete_serial(&mut self, delivery: Delivery) {
        if let OrderState::Final(Final { failure: None, sn, details, .. }) = &mut self.order.state
            && sn.is_empty()
            && !delivery.sn.is_empty()
        {
            (*sn, *details) = (delivery.sn, delivery.details);
            self.notices.push(Notice::Reseller(Reply::OrderSuccess(view::line(&self.order))));
        }
    }

    fn failure(&mut self, index: usize, from: Word, before: Option<&Outcome>, kind: FailureKind) {
        if matches!(before, Some(Outcome::Failed(_))) {
            return;
        }
        match &self.order.state {
            OrderState::Open if restored::leaves_open(&self.order, before, kind) => {
                self.notices.push(Notice::Admins(Reply::AlertOverdue(Box::new(view::card(&self.order, self.at)))));
            }
            OrderState::Open => {
                self.order.attempts[index].outcome = Some(Outcome::Failed(kind));
                // An attempt given up earlier has no say any more.
                if index + 1 == self.order.attempts.len() {
                    self.failed(kind);
                }
            }
            OrderState::Final(Final { failure: None, by, .. }) => {
                let decided_by_person = matches!(by, Decider::Admin(_));
                self.failure_after_success(index, from, before, kind, decided_by_person);
            }
            OrderState::Final(Final { failure: Some(_), .. }) => self.fail_attempt(index, before, kind),
        }
    }

    fn failure_after_success(
        &mut self,
        index: usize,
        from: Word,
        before: Option<&Outcome>,
        kind: FailureKind,
        decided_by_person: bool,
    ) {
        let another_delivered = self
            .order
            .attempts
            .iter()
            .enumerate()
            .any(|(i, attempt)| i != index && matches!(attempt.outcome, Some(Outcome::Success(_))));
        if another_delivered {
            // The reseller has the product from the other one.
            self.fail_attempt(index, before, kind);
        } else if decided_by_person || from != Word::Report {
            // A person said otherwise, or it may be older than the success it contradicts: no money moves by itself.
            self.contradiction(Verdict::Failed, false);
        } else {
            self.fail_attempt(index, before, kind);
            self.give_back();
            self.end_failed_silently(FailureReason::Supplier(FailureKind::Reversed), Decider::Supplier);
            self.notices.push(Notice::Reseller(Reply::OrderReversed(view::line(&self.order))));
            self.contradiction(Verdict::Failed, true);
        }
    }

    /// Marks an attempt as failed; what it had cost comes back.
    fn fail_attempt(&mut self, index: usize, before: Option<&Outcome>, kind: FailureKind) {
        self.order.attempts[index].outcome = Some(Outcome::Failed(kind));
        if matches!(before, Some(Outcome::Success(_))) {
            self.take_cost_back(index);
        }
    }

    /// The current attempt failed: elsewhere if that may help, else the hold goes back.
    fn failed(&mut self, kind: FailureKind) {
        if kind.is_about_customer() || !self.try_next_route() {
            self.end_failed(FailureReason::Supplier(kind), Decider::Supplier);
        }
    }

    fn try_next_route(&mut self) -> bool {
        if self.order.untried.is_empty() {
            return false;
        }
        let route = self.order.untried.remove(0);
        self.order.attempts.push(new_attempt(self.fresh, route));
        // What the admins were told was about the attempt before.
        self.order.escalated = false;
        true
    }

    fn interrupted(&mut self) {
        let in_doubt = self
            .order
            .attempts
            .last_mut()
            .filter(|attempt| attempt.step == AttemptStep::Sent && attempt.outcome.is_none());
        if let (Some(attempt), OrderState::Open) = (in_doubt, &self.order.state) {
            attempt.outcome = Some(Outcome::Unknown(Doubt::Interrupted));
            self.announce();
        }
    }

    fn checked(&mut self, reference: Reference) {
        let at = self.at;
        if let Some(attempt) = self.order.attempts.iter_mut().find(|attempt| attempt.reference == reference) {
            attempt.checks = attempt.checks.saturating_add(1);
            attempt.checked_at = Some(at);
        }
    }

    fn announce(&mut self) {
        if self.order.is_open() && !self.order.announced {
            self.order.announced = true;
            self.notices.push(Notice::Reseller(Reply::OrderPending(view::line(&self.order))));
        }
    }

    fn escalate(&mut self, seen: Option<Seen>) {
        if self.order.is_open() && !self.order.escalated {
            if let Some(seen) = seen {
                self.observed(seen);
            }
            self.order.escalated = true;
            let card = view::card(&self.order, self.at);
            self.notices.push(Notice::Admins(Reply::AlertOverdue(Box::new(card))));
        }
    }

    fn decided(&mut self, by: ChatId, verdict: AdminVerdict) {
        match (verdict, &self.order.state) {
            (AdminVerdict::Success { sn }, OrderState::Open) => {
                self.delivered_as_admin_says(&sn);
                self.capture();
                self.end_success(sn, Details::new(), Decider::Admin(by));
                self.notices.push(Notice::Reseller(Reply::OrderSuccess(view::line(&self.order))));
            }
            (AdminVerdict::Success { sn }, OrderState::Final(Final { failure: Some(_), .. })) => {
                self.delivered_as_admin_says(&sn);
                self.charge_again();
                self.end_success(sn, Details::new(), Decider::Admin(by));
                self.notices.push(Notice::Reseller(Reply::OrderDeliveredLate(view::line(&self.order))));
            }
            (AdminVerdict::Failed { reason }, OrderState::Open) => {
                self.end_failed(FailureReason::Admin(reason), Decider::Admin(by));
            }
            (AdminVerdict::Failed { reason }, OrderState::Final(Final { failure: None, .. })) => {
                self.give_back();
                self.end_failed_silently(FailureReason::Admin(reason), Decider::Admin(by));
                self.notices.push(Notice::Reseller(Reply::OrderReversed(view::line(&self.order))));
            }
            (AdminVerdict::Success { .. }, OrderState::Final(Final { failure: None, .. }))
            | (AdminVerdict::Failed { .. }, OrderState::Final(Final { failure: Some(_), .. })) => {}
        }
    }

    /// The last attempt that left is the one an admin speaks of: it was delivered, and cost what it costs.
    fn delivered_as_admin_says(&mut self, sn: &str) {
        let sent = self.order.attempts.iter().rposition(|attempt| attempt.step == AttemptStep::Sent);
        let unposted = |index: &usize| !matches!(self.order.attempts[*index].outcome, Some(Outcome::Success(_)));
        if let Some(index) = sent.filter(unposted) {
            let delivery = Delivery { sn: sn.to_owned(), details: Details::new() };
            self.order.attempts[index].outcome = Some(Outcome::Success(delivery));
            let attempt = &self.order.attempts[index];
            let cost = attempt.charged.unwrap_or_else(|| self.order.expected_cost(attempt));
            self.post_cost(index, cost, Reason::Cost);
        }
    }

    fn end_success(&mut self, sn: String, mut details: Details, by: Decider) {
        for (detail, value) in &self.order.customer {
            details.entry(*detail).or_insert_with(|| value.clone());
        }
        self.order.state = OrderState::Final(Final { failure: None, sn, details, by, at: self.at });
    }

    fn end_failed(&mut self, reason: FailureReason, by: Decider) {
        self.postings.push(Posting::Release { order: self.order.id });
        self.end_failed_silently(reason, by);
        self.notices.push(Notice::Reseller(Reply::OrderFailed(view::line(&self.order))));
    }

    fn end_failed_silently(&mut self, reason: FailureReason, by: Decider) {
        self.order.state = OrderState::Final(Final {
            failure: Some(reason),
            sn: String::new(),
            details: Details::new(),
            by,
            at: self.at,
        });
    }

    fn contradiction(&mut self, said: Verdict, corrected: bool) {
        let card = Box::new(view::card(&self.order, self.at));
        self.notices.push(Notice::Admins(Reply::AlertContradiction { card, said, corrected, overdrawn: false }));
    }

    fn capture(&mut self) {
        self.postings.push(Posting::Capture { order: self.order.id });
        self.postings.extend(margins::paid(&self.order));
    }

    /// Charges a refunded order that was delivered after all; this may take a reseller below zero.
    fn charge_again(&mut self) {
        self.postings.push(Posting::Transfer {
            debit: AccountId::Agent(self.order.agent),
            credit: AccountId::Sales,
            amount: self.order.price,
            reason: Reason::LateDelivery,
            order: Some(self.order.id),
            note: None,
            may_overdraw: true,
        });
        self.postings.extend(margins::paid(&self.order));
    }

    fn give_back(&mut self) {
        self.postings.push(Posting::Transfer {
            debit: AccountId::Sales,
            credit: AccountId::Agent(self.order.agent),
            amount: self.order.price,
            reason: Reason::Reversal,
            order: Some(self.order.id),
            note: None,
            may_overdraw: false,
        });
        self.postings.extend(margins::taken_back(&self.order));
    }

    fn post_cost(&mut self, index: usize, cost: Rupiah, reason: Reason) {
        let supplier = AccountId::Supplier(self.order.attempts[index].route.supplier.clone());
        let (debit, credit) = match reason {
            Reason::CostReversal => (supplier, AccountId::Cost),
            _ => (AccountId::Cost, supplier),
        };
        if cost.is_positive() {
            self.order.attempts[index].charged = Some(cost);
            self.postings.push(Posting::Transfer {
                debit,
                credit,
                amount: cost,
                reason,
                order: Some(self.order.id),
                note: None,
                may_overdraw: false,
            });
        }
    }

    fn take_cost_back(&mut self, index: usize) {
        if let Some(cost) = self.order.attempts[index].charged {
            self.post_cost(index, cost, Reason::CostReversal);
        }
    }
}

/// What an inquiry tells of the customer; its printed text is no receipt of a payment.
#[must_use]
pub fn of_customer(mut details: Details) -> Details {
    details.retain(|detail, _| !matches!(detail, Detail::Receipt | Detail::Message | Detail::Paid));
    details
}

fn keep_reply(attempt: &mut Attempt, raw: RawReply) {
    if attempt.replies.len() >= REPLIES_KEPT {
        attempt.replies.remove(1);
    }
    attempt.replies.push(raw);
}

fn may_have_delivered(attempt: &Attempt) -> bool {
    attempt.step == AttemptStep::Sent && !matches!(attempt.outcome, Some(Outcome::Failed(_)))
}

/// An attempt of which nothing has left yet.
#[must_use]
pub fn new_attempt(reference: Reference, route: Route) -> Attempt {
    Attempt {
        reference,
        route,
        step: AttemptStep::Ready,
        quote: None,
        sent_at: None,
        checks: 0,
        checked_at: None,
        outcome: None,
        supplier_trx: None,
        charged: None,
        balance_before: None,
        balance_after: None,
        replies: Vec::new(),
    }
}
