//! One try at one supplier: how it begins, and what is kept of what is said about it.

use super::model::{Attempt, AttemptStep, RawReply};
use crate::catalog::Route;
use crate::ids::Reference;
use crate::outcome::{Detail, Details, FirstSending, Outcome};

/// Raw replies kept with an attempt: the first and the latest, since those decide disputes.
const REPLIES_KEPT: usize = 4;

/// What an inquiry tells of the customer; its printed text is no receipt of a payment.
#[must_use]
pub fn of_customer(mut details: Details) -> Details {
    details.retain(|detail, _| !matches!(detail, Detail::Receipt | Detail::Message | Detail::Paid));
    details
}

pub(super) fn keep_reply(attempt: &mut Attempt, raw: RawReply) {
    if attempt.replies.len() >= REPLIES_KEPT {
        attempt.replies.remove(1);
    }
    attempt.replies.push(raw);
}

/// Nothing that could be understood has come back from its first sending.
pub(super) fn lose_first(attempt: &mut Attempt) {
    if attempt.first == FirstSending::Unanswered {
        attempt.first = FirstSending::Lost;
    }
}

pub(super) fn may_have_delivered(attempt: &Attempt) -> bool {
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
        first: FirstSending::Unanswered,
        outcome: None,
        heard: Vec::new(),
        supplier_trx: None,
        charged: None,
        balance_before: None,
        balance_after: None,
        replies: Vec::new(),
    }
}
