//! The state machine: one event changes one order, and says what must be committed with it.
//!
//! Two rules carry everything here. Only an explicit failure or an admin's decision gives a hold back; time and doubt
//! never do. And a later word that contradicts an earlier one is a correction: new postings, never an edit.

mod money;
mod supplier_event;

use chrono::{DateTime, TimeDelta, Utc};

use super::attempt::{keep_reply, lose_first, new_attempt, of_customer, was_anothers_success};
use super::heard::Source;
use super::margins::Funds;
use super::model::{Attempt, AttemptStep, Decider, FailureReason, Final, Order, OrderState, RawReply};
use super::notice::{AdminNotice, Notice, ResellerNotice};
use super::{restored, view};
use crate::ids::{ChatId, Reference};
use crate::ledger::{Posting, Reason};
use crate::money::Rupiah;
use crate::outcome::{Delivery, Details, Doubt, FailureKind, Inquiry, Outcome, Reading};

/// How long after it was ordered another route is still tried. Whoever hears of a failure later has long helped
/// themselves otherwise; a second supplier's delivery would come as a surprise.
const NEXT_ROUTE_WITHIN: TimeDelta = TimeDelta::minutes(30);

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
    /// Nothing of a ready attempt may be sent any more, though it could be.
    Withdrawn { reference: Reference, what: Withdrawn },
    /// It lay unsent for so long that nobody waits for it any more.
    Abandoned,
    /// A word of the supplier about one attempt.
    Supplier { from: Source, reference: Reference, reading: Reading, raw: Option<RawReply> },
    /// The supplier is about to be asked. Committed before the question leaves: it is the same request again, and from
    /// here on a word may be about that.
    Asking { reference: Reference },
    /// We stopped while the purchase may have been leaving.
    Interrupted,
    /// It takes long enough that the reseller should hear that it is being processed.
    Slow,
    /// It takes so long that a person should look. `seen` is what could still be seen of it.
    Overdue { seen: Option<Seen> },
    /// The same, told to the admins together with others.
    OverdueAmongMany,
    /// The break it waits for goes on until then.
    Rests { until: DateTime<Utc> },
    /// Its reseller takes it back while it waits.
    Cancelled,
    /// An admin knows how it ended.
    Decided { by: ChatId, verdict: AdminVerdict },
    /// It came out of a backup: what became of it since is forgotten.
    Restored,
    /// Time to look whether what is withheld can be paid out.
    Settle,
}

/// What has changed since an order was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withdrawn {
    /// The product is not sold any more.
    Product,
    /// It is not bought by this route any more.
    Route,
    /// By this route it costs more than the shop gets for it.
    Cost { now: Rupiah },
    /// The reseller would have to pay more than is held.
    Price { now: Rupiah },
}

/// Our deposit with a supplier after a purchase in doubt, for whoever decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub reference: Reference,
    pub balance: Option<Rupiah>,
    pub raw: RawReply,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// Applies an event that corrects nothing, or where nobody is short. `fresh` is the reference a new attempt would carry.
/// `None`: the event changes nothing.
#[must_use]
pub fn step(order: &Order, event: Event, fresh: Reference, at: DateTime<Utc>) -> Option<Step> {
    step_with(order, event, &Funds::default(), fresh, at)
}

/// Applies an event. `funds`: what the resellers of [`margins::concerned`](super::margins::concerned) can spend.
#[must_use]
pub fn step_with(order: &Order, event: Event, funds: &Funds, fresh: Reference, at: DateTime<Utc>) -> Option<Step> {
    if event == Event::Restored {
        return restored::put_in_doubt(order, at);
    }
    let (postings, notices) = (Vec::new(), Vec::new());
    let mut stepper = Stepper { order: order.clone(), postings, notices, funds: funds.clone(), fresh, at };
    stepper.apply(event);
    stepper.say_what_is_charged_again(order);
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
    funds: Funds,
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
            Event::Withdrawn { reference, what } => self.withdrawn(reference, what),
            Event::Abandoned => self.abandoned(),
            Event::Supplier { from, reference, reading, raw } => self.supplier_event(from, reference, reading, raw),
            Event::Asking { reference } => self.asking(reference),
            Event::Interrupted => self.interrupted(),
            Event::Slow => self.announce(),
            Event::Overdue { seen } => self.escalate(seen),
            Event::OverdueAmongMany => self.order.escalated |= self.order.is_open(),
            Event::Rests { until } => self.rests(until),
            Event::Cancelled => self.cancelled(),
            Event::Decided { by, verdict } => self.decided(by, verdict),
            Event::Restored => {}
            Event::Settle => self.settle(),
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

    /// Elsewhere if that may help; else the hold goes back with what has changed.
    fn withdrawn(&mut self, reference: Reference, what: Withdrawn) {
        let Some(attempt) = self.ready(reference) else { return };
        attempt.step = AttemptStep::NotSent;
        let supplier = attempt.route.supplier.clone();
        if let Withdrawn::Cost { now } = what {
            let rose = AdminNotice::CostRose { supplier, line: Box::new(view::line(&self.order)), cost: now };
            self.notices.push(Notice::Admins(rose));
        }
        let (reason, elsewhere) = match what {
            Withdrawn::Product => (FailureReason::Closed, false),
            Withdrawn::Route => (FailureReason::Closed, true),
            Withdrawn::Cost { .. } => (FailureReason::PriceChanged { now: None }, true),
            Withdrawn::Price { now } => (FailureReason::PriceChanged { now: Some(now) }, false),
        };
        if !elsewhere || !self.try_next_route() {
            self.order.untried.clear();
            self.end_failed(reason, Decider::Shop);
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

    fn rests(&mut self, until: DateTime<Utc>) {
        if self.order.is_queued() {
            self.order.waits_until = Some(until);
        }
    }

    fn cancelled(&mut self) {
        if self.order.is_queued() {
            if let Some(attempt) = self.order.attempts.last_mut() {
                attempt.step = AttemptStep::NotSent;
            }
            self.order.untried.clear();
            self.end_failed(FailureReason::Cancelled, Decider::Shop);
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
        if self.order.attempts.iter().any(was_anothers_success) {
            // One of them may have been delivered.
            self.order.escalated = false;
            self.escalate(None);
        } else if self.order.is_open() && !self.try_next_route() {
            self.end_failed(FailureReason::Unreachable, Decider::Shop);
        }
    }

    /// The current attempt failed: elsewhere if that may help, else the hold goes back.
    fn failed(&mut self, kind: FailureKind) {
        if kind.is_about_customer() || !self.try_next_route() {
            self.end_failed(FailureReason::Supplier(kind), Decider::Supplier);
        }
    }

    fn try_next_route(&mut self) -> bool {
        let waited = self.at - self.order.ripe_since();
        if self.order.untried.is_empty() || waited > NEXT_ROUTE_WITHIN {
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
            lose_first(attempt);
            self.announce();
        }
    }

    fn asking(&mut self, reference: Reference) {
        let at = self.at;
        if let Some(attempt) = self.order.attempts.iter_mut().find(|attempt| attempt.reference == reference) {
            attempt.checks = attempt.checks.saturating_add(1);
            attempt.checked_at = Some(at);
        }
    }

    fn announce(&mut self) {
        if self.order.is_open() && !self.order.announced {
            self.order.announced = true;
            self.notices.push(Notice::Reseller(ResellerNotice::Pending(view::line(&self.order))));
        }
    }

    fn escalate(&mut self, seen: Option<Seen>) {
        if self.order.is_open() && !self.order.escalated {
            if let Some(seen) = seen {
                self.observed(seen);
            }
            self.order.escalated = true;
            let card = view::card(&self.order, self.at);
            self.notices.push(Notice::Admins(AdminNotice::Overdue(Box::new(card))));
        }
    }

    fn decided(&mut self, by: ChatId, verdict: AdminVerdict) {
        match (verdict, &self.order.state) {
            (AdminVerdict::Success { sn }, OrderState::Open) => {
                self.delivered_as_admin_says(&sn);
                self.capture();
                self.end_success(sn, Details::new(), Decider::Admin(by));
                self.notices.push(Notice::Reseller(ResellerNotice::Success(view::line(&self.order))));
            }
            (AdminVerdict::Success { sn }, OrderState::Final(Final { failure: Some(_), .. })) => {
                self.delivered_as_admin_says(&sn);
                self.charge_again();
                self.end_success(sn, Details::new(), Decider::Admin(by));
                self.notices.push(Notice::Reseller(ResellerNotice::DeliveredLate(view::line(&self.order))));
            }
            (AdminVerdict::Failed { reason }, OrderState::Open) => {
                self.end_failed(FailureReason::Admin(reason), Decider::Admin(by));
            }
            (AdminVerdict::Failed { reason }, OrderState::Final(Final { failure: None, .. })) => {
                self.give_back();
                self.end_failed_silently(FailureReason::Admin(reason), Decider::Admin(by));
                self.notices.push(Notice::Reseller(ResellerNotice::Reversed(view::line(&self.order))));
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
            let charged = attempt.charged;
            let cost = charged.unwrap_or_else(|| self.order.expected_cost(attempt));
            self.post_cost(index, cost, Reason::Cost);
            self.tell_dearer(index, charged);
        }
    }
}
