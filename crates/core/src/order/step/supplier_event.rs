//! What a supplier's word about one attempt changes; also one that contradicts an earlier word.
//!
//! A word moves money once. Heard again, from whichever way, it moves nothing; one that may be older than a report never
//! overrides it; and the books are overturned once by themselves. Whatever contradicts them beyond that is told to the
//! admins, once a word.

use super::{Notice, Stepper};
use crate::ids::Reference;
use crate::ledger::Reason;
use crate::money::Rupiah;
use crate::order::attempt::{
    is_outranked, keep_reply, lose_first, may_have_delivered, note_heard, tell_heard, was_anothers_success,
};
use crate::order::card::{ContradictionEffect, Verdict};
use crate::order::heard::{self, FinalOutcome, Source};
use crate::order::model::{Attempt, AttemptStep, Decider, FailureReason, Final, OrderState, RawReply};
use crate::order::notice::{AdminNotice, ResellerNotice};
use crate::order::{restored, view};
use crate::outcome::{Delivery, Doubt, FailureKind, FirstSending, Outcome, Reading};

impl Stepper {
    pub(super) fn supplier_event(
        &mut self,
        from: Source,
        reference: Reference,
        reading: Reading,
        raw: Option<RawReply>,
    ) {
        let Some(index) = self.order.attempts.iter().position(|attempt| attempt.reference == reference) else { return };
        let is_unsent = self.order.attempts[index].step == AttemptStep::Ready;
        if is_unsent && matches!(reading.outcome, Outcome::Unknown(_)) {
            // Nothing of it has left, and this does not say otherwise: an inquiry's report, for example.
            if let Some(raw) = raw {
                keep_reply(&mut self.order.attempts[index], raw);
            }
            return;
        }
        self.record(index, from, &reading, raw);
        // A question that was on its way when it turned out that its answer may be about another order.
        let is_another_orders =
            from == Source::Check && self.order.attempts[index].first == FirstSending::AnotherOrders;
        let outcome = if is_another_orders { Outcome::Unknown(Doubt::EarlierOrder) } else { reading.outcome };
        match outcome {
            Outcome::Success(_) | Outcome::Failed(_) => self.final_word(index, from, outcome),
            Outcome::Pending => self.undecided(index, Outcome::Pending),
            Outcome::Unknown(doubt) => {
                let is_closed = !self.order.is_open();
                let attempt = &mut self.order.attempts[index];
                // It says success, in words that are another order's: the failure that was believed may be wrong.
                let is_anothers = matches!(doubt, Doubt::SerialTaken(_));
                let is_denied = is_anothers && matches!(attempt.outcome, Some(Outcome::Failed(_)));
                // Of an order out of a backup the admins have been told, but not this.
                let is_news = is_anothers && restored::is_forgotten(attempt) && !attempt.anothers_success;
                attempt.anothers_success |= is_anothers;
                if is_denied {
                    self.hold_back_the_next(index);
                }
                if is_denied || is_news || (is_closed && (from == Source::Report || doubt.is_for_a_person())) {
                    let card = Box::new(view::card(&self.order, self.at));
                    self.notices.push(Notice::Admins(AdminNotice::UnclearReport(card)));
                }
                self.undecided(index, Outcome::Unknown(doubt));
            }
        }
    }

    /// Keeps what a reading tells besides its outcome.
    fn record(&mut self, index: usize, from: Source, reading: &Reading, raw: Option<RawReply>) {
        let at = self.at;
        let attempt = &mut self.order.attempts[index];
        // A word for an attempt means it reached its supplier, whatever we believed; a refusal of one that we know never left
        // changes nothing about that.
        let has_it = matches!(reading.outcome, Outcome::Success(_) | Outcome::Pending);
        if attempt.step == AttemptStep::Ready || (attempt.step == AttemptStep::NotSent && has_it) {
            attempt.step = AttemptStep::Sent;
            attempt.sent_at = Some(at);
        }
        note_first_sending(attempt, from, &reading.outcome);
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
            let keeps = match (&attempt.outcome, &outcome) {
                // It has said success, if with another order's serial number: only an end of its own, or a person, says more.
                (Some(Outcome::Unknown(Doubt::SerialTaken(_))), _) => true,
                // "Pending" says more than a doubt that follows it, unless that one is a person's to look at.
                (Some(Outcome::Pending), Outcome::Unknown(doubt)) => !doubt.is_for_a_person(),
                _ => false,
            };
            if !keeps {
                attempt.outcome = Some(outcome);
            }
            self.announce();
        }
    }

    fn final_word(&mut self, index: usize, from: Source, outcome: Outcome) {
        let at = self.at;
        let attempt = &mut self.order.attempts[index];
        let Some(said) = FinalOutcome::of(&outcome) else { return };
        if note_heard(attempt, &said, from, at) {
            self.contradict(index, &said, ContradictionEffect::Repeated);
        } else if is_outranked(attempt, &said, from) && !is_waited_for(attempt, &said) {
            if said.is_success() {
                self.hold_back_the_next(index);
            }
            self.contradict(index, &said, ContradictionEffect::Nothing);
        } else {
            let before = attempt.outcome.clone();
            match outcome {
                Outcome::Success(delivery) => self.success(index, &said, before.as_ref(), delivery),
                Outcome::Failed(kind) => self.failure(index, from, before.as_ref(), kind),
                Outcome::Pending | Outcome::Unknown(_) => {}
            }
        }
    }

    fn success(&mut self, index: usize, said: &FinalOutcome, before: Option<&Outcome>, delivery: Delivery) {
        if matches!(before, Some(Outcome::Success(_))) {
            self.correct_serial(delivery);
            return;
        }
        let is_refunded = matches!(self.order.state, OrderState::Final(Final { failure: Some(_), .. }));
        if is_refunded && !self.may_be_corrected() {
            self.contradict(index, said, ContradictionEffect::Nothing);
            return;
        }
        self.order.attempts[index].outcome = Some(Outcome::Success(delivery.clone()));
        let charged = self.order.attempts[index].charged;
        let cost = charged.unwrap_or_else(|| self.order.expected_cost(&self.order.attempts[index]));
        self.post_cost(index, cost, Reason::Cost);
        let another_may_deliver =
            self.order.attempts.iter().enumerate().any(|(i, attempt)| i != index && may_have_delivered(attempt));
        match self.order.state {
            OrderState::Open => {
                self.capture();
                self.end_success(delivery.sn, delivery.details, Decider::Supplier);
                self.notices.push(Notice::Reseller(ResellerNotice::Success(view::line(&self.order))));
                // A failure was about to send it elsewhere, or was left to a person, and may be the newer word of the two.
                let has_failed =
                    self.order.attempts[index].heard.iter().any(|heard| heard.said == FinalOutcome::Failed);
                if has_failed && !another_may_deliver {
                    self.tell_contradiction(Verdict::Success, ContradictionEffect::Corrected);
                }
            }
            OrderState::Final(Final { failure: Some(_), .. }) => {
                self.order.corrected = true;
                self.charge_again();
                self.end_success(delivery.sn, delivery.details, Decider::Supplier);
                self.notices.push(Notice::Reseller(ResellerNotice::DeliveredLate(view::line(&self.order))));
                self.tell_contradiction(Verdict::Success, ContradictionEffect::Corrected);
            }
            // An admin already said so, or another attempt delivered.
            OrderState::Final(Final { failure: None, .. }) => self.correct_serial(delivery),
        }
        self.tell_dearer(index, charged);
        if another_may_deliver {
            let card = view::card(&self.order, self.at);
            self.notices.push(Notice::Admins(AdminNotice::DoubleDelivery(Box::new(card))));
        }
    }

    /// A success that came without its serial number gets it from a later word.
    fn complete_serial(&mut self, delivery: Delivery) {
        if let OrderState::Final(Final { failure: None, sn, details, .. }) = &mut self.order.state
            && sn.is_empty()
            && !delivery.sn.is_empty()
        {
            (*sn, *details) = (delivery.sn, delivery.details);
            self.notices.push(Notice::Reseller(ResellerNotice::Success(view::line(&self.order))));
        }
    }

    /// The same, and of an order that an admin called delivered: what a person typed gives way to what the supplier says, or a
    /// token's buyer would never see the true one.
    fn correct_serial(&mut self, delivery: Delivery) {
        if let OrderState::Final(Final { failure: None, sn, details, by: Decider::Admin(_), .. }) =
            &mut self.order.state
            && !sn.is_empty()
            && !delivery.sn.is_empty()
        {
            if !heard::is_part_of(sn, &delivery.sn) {
                (*sn, *details) = (delivery.sn, delivery.details);
                self.notices.push(Notice::Reseller(ResellerNotice::Success(view::line(&self.order))));
                self.tell_contradiction(Verdict::Success, ContradictionEffect::Serial);
            }
        } else {
            self.complete_serial(delivery);
        }
    }

    /// A supplier says that it took more than it should cost, or than the reseller pays.
    pub(super) fn tell_dearer(&mut self, index: usize, charged: Option<Rupiah>) {
        let Some(charged) = charged else { return };
        let expected = self.order.expected_cost(&self.order.attempts[index]);
        if charged > expected || charged > self.order.price {
            let card = Box::new(view::card(&self.order, self.at));
            self.notices.push(Notice::Admins(AdminNotice::Dearer { card, expected, charged }));
        }
    }

    fn failure(&mut self, index: usize, from: Source, before: Option<&Outcome>, kind: FailureKind) {
        if matches!(before, Some(Outcome::Failed(_))) {
            return;
        }
        match &self.order.state {
            // A supplier has said success before, if with another order's serial number: a person decides.
            OrderState::Open if self.order.attempts.iter().any(was_anothers_success) => {
                self.order.escalated = true;
                if !was_anothers_success(&self.order.attempts[index]) {
                    self.order.attempts[index].outcome = Some(Outcome::Failed(kind));
                }
                self.tell_contradiction(Verdict::Failed, ContradictionEffect::Nothing);
            }
            OrderState::Open if restored::leaves_open(&self.order, before, kind) => {
                self.notices.push(Notice::Admins(AdminNotice::Overdue(Box::new(view::card(&self.order, self.at)))));
            }
            OrderState::Open => {
                self.order.attempts[index].outcome = Some(Outcome::Failed(kind));
                // An attempt given up earlier has no say any more, nor has one that was kept back.
                if index + 1 == self.order.attempts.len() && self.order.attempts[index].step == AttemptStep::Sent {
                    self.failed(kind);
                }
            }
            OrderState::Final(Final { failure: None, .. }) => self.failure_after_success(index, from, before, kind),
            OrderState::Final(Final { failure: Some(_), .. }) => self.fail_attempt(index, before, kind),
        }
    }

    fn failure_after_success(&mut self, index: usize, from: Source, before: Option<&Outcome>, kind: FailureKind) {
        let another_may_deliver = self.others(index).any(may_have_delivered);
        if self.another_delivered(index) {
            // The reseller has the product from the other one.
            self.fail_attempt(index, before, kind);
        } else if from != Source::Report || !self.may_be_corrected() {
            // It may be older than the success it contradicts, or a person decides: no money moves by itself.
            self.contradict(index, &FinalOutcome::Failed, ContradictionEffect::Nothing);
        } else if another_may_deliver {
            // The reseller may still get the product from the other one.
            self.contradict(index, &FinalOutcome::Failed, ContradictionEffect::Nothing);
            self.fail_attempt(index, before, kind);
        } else {
            self.order.corrected = true;
            self.fail_attempt(index, before, kind);
            self.give_back();
            self.end_failed_silently(FailureReason::Supplier(FailureKind::Reversed), Decider::Supplier);
            self.notices.push(Notice::Reseller(ResellerNotice::Reversed(view::line(&self.order))));
            self.tell_contradiction(Verdict::Failed, ContradictionEffect::Corrected);
        }
    }

    /// Marks an attempt as failed; what it had cost comes back.
    fn fail_attempt(&mut self, index: usize, before: Option<&Outcome>, kind: FailureKind) {
        self.order.attempts[index].outcome = Some(Outcome::Failed(kind));
        if matches!(before, Some(Outcome::Success(_))) {
            self.take_cost_back(index);
        }
    }

    fn others(&self, index: usize) -> impl Iterator<Item = &Attempt> {
        self.order.attempts.iter().enumerate().filter(move |(i, _)| *i != index).map(|(_, attempt)| attempt)
    }

    fn another_delivered(&self, index: usize) -> bool {
        self.others(index).any(|attempt| matches!(attempt.outcome, Some(Outcome::Success(_))))
    }

    /// Whether a word may overturn how the order ended: once, and never what a person has decided.
    fn may_be_corrected(&self) -> bool {
        let by_person = matches!(&self.order.state, OrderState::Final(Final { by: Decider::Admin(_), .. }));
        !by_person && !self.order.corrected
    }

    /// A word that changes nothing: told to the admins if the books hold otherwise, once a word.
    fn contradict(&mut self, index: usize, said: &FinalOutcome, effect: ContradictionEffect) {
        let attempt = &self.order.attempts[index];
        let (delivered, failed) = match &attempt.outcome {
            Some(Outcome::Success(_)) => (true, false),
            Some(Outcome::Failed(_)) => (false, true),
            _ => (false, false),
        };
        let contradicts = match (said, &self.order.state) {
            (FinalOutcome::Success { .. }, OrderState::Open) => failed,
            (FinalOutcome::Success { .. }, OrderState::Final(end)) => end.failure.is_some(),
            (FinalOutcome::Failed, OrderState::Open) => delivered,
            (FinalOutcome::Failed, OrderState::Final(end)) => {
                end.failure.is_none() && !failed && !self.another_delivered(index)
            }
        };
        if contradicts && !tell_heard(&mut self.order.attempts[index], said) {
            let verdict = if said.is_success() { Verdict::Success } else { Verdict::Failed };
            self.tell_contradiction(verdict, effect);
        }
    }

    fn tell_contradiction(&mut self, said: Verdict, effect: ContradictionEffect) {
        let card = Box::new(view::card(&self.order, self.at));
        self.notices.push(Notice::Admins(AdminNotice::Contradiction { card, said, effect, overdrawn: false }));
    }

    /// A success that a report denies may be true. As long as the next attempt has not left it is kept back, lest the
    /// reseller's customer gets the product twice; the admins are told, and decide.
    fn hold_back_the_next(&mut self, index: usize) {
        let is_open = self.order.is_open();
        let next = self.order.attempts.iter_mut().skip(index + 1).last();
        if let Some(next) = next.filter(|next| is_open && next.step == AttemptStep::Ready) {
            next.step = AttemptStep::NotSent;
            self.order.untried.clear();
            self.order.escalated = true;
            self.announce();
        }
    }
}

/// Whether a failure was left to a person because of a success with another order's serial number, and this is one with its own:
/// what had been waited for.
fn is_waited_for(attempt: &Attempt, said: &FinalOutcome) -> bool {
    said.is_success() && attempt.anothers_success && !matches!(attempt.outcome, Some(Outcome::Failed(_)))
}

/// Remembers what a later word can be about.
fn note_first_sending(attempt: &mut Attempt, from: Source, outcome: &Outcome) {
    if matches!(attempt.outcome, Some(Outcome::Success(_) | Outcome::Failed(_))) {
        return;
    }
    match outcome {
        // For good: whatever the same request is answered with may be about that order.
        Outcome::Unknown(Doubt::EarlierOrder) => attempt.first = FirstSending::AnotherOrders,
        Outcome::Pending if attempt.first != FirstSending::AnotherOrders => attempt.first = FirstSending::Accepted,
        Outcome::Unknown(_) if from == Source::Answer => lose_first(attempt),
        _ => {}
    }
}
