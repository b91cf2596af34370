//! What a supplier's word about one attempt changes; also one that contradicts an earlier word.

use super::{Notice, Stepper, Word};
use crate::ids::Reference;
use crate::ledger::Reason;
use crate::money::Rupiah;
use crate::order::attempt::{keep_reply, may_have_delivered};
use crate::order::model::{AttemptStep, Decider, FailureReason, Final, OrderState, RawReply};
use crate::order::{restored, view};
use crate::reply::{OverdueCard, Reply, Verdict};
use crate::supplier::{Delivery, FailureKind, Outcome, Reading};

impl Stepper {
    pub(super) fn word(&mut self, from: Word, reference: Reference, reading: Reading, raw: Option<RawReply>) {
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
                self.notices.push(Notice::Admins(Reply::AlertOverdue(Box::new(OverdueCard::open(view::card(
                    &self.order,
                    self.at,
                ))))));
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
        let others = || self.order.attempts.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, attempt)| attempt);
        let another_delivered = others().any(|attempt| matches!(attempt.outcome, Some(Outcome::Success(_))));
        let another_may_deliver = others().any(may_have_delivered);
        if another_delivered {
            // The reseller has the product from the other one.
            self.fail_attempt(index, before, kind);
        } else if decided_by_person || from != Word::Report {
            // A person said otherwise, or it may be older than the success it contradicts: no money moves by itself.
            self.contradiction(Verdict::Failed, false);
        } else if another_may_deliver {
            // The reseller may still get the product from the other one.
            self.fail_attempt(index, before, kind);
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
}
