//! One try at one supplier: how it begins, and what is kept of what is said about it.

use chrono::{DateTime, Utc};

use super::heard::{FinalOutcome, Heard, Source};
use super::model::{Attempt, AttemptStep, RawReply};
use crate::catalog::Route;
use crate::ids::Reference;
use crate::outcome::{Detail, Details, Doubt, FirstSending, Outcome};

/// Words remembered of one attempt: one failure and a few serial numbers at most are ever said. What comes beyond could
/// only contradict what is decided, and moves nothing; those that decided came first and are never dropped.
const MOST_HEARD: usize = 8;

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
    let has_failed = matches!(attempt.outcome, Some(Outcome::Failed(_)));
    attempt.step == AttemptStep::Sent && (!has_failed || attempt.anothers_success)
}

/// Whether its supplier has said success in words that are another order's. For rows written before that was kept, what is
/// thought of it now says so.
pub(super) fn was_anothers_success(attempt: &Attempt) -> bool {
    attempt.anothers_success || matches!(attempt.outcome, Some(Outcome::Unknown(Doubt::SerialTaken(_))))
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
        anothers_success: false,
        heard: Vec::new(),
        supplier_trx: None,
        charged: None,
        balance_before: None,
        balance_after: None,
        replies: Vec::new(),
    }
}

/// Remembers a word; whether it was heard before.
pub(super) fn note_heard(attempt: &mut Attempt, said: &FinalOutcome, from: Source, at: DateTime<Utc>) -> bool {
    let known = attempt.heard.iter().any(|heard| heard.said == *said);
    let is_decided = matches!(attempt.outcome, Some(Outcome::Success(_) | Outcome::Failed(_)));
    if !known && attempt.heard.len() >= MOST_HEARD && is_decided {
        return true;
    }
    if let Some(heard) = attempt.heard.iter_mut().find(|heard| heard.said == *said) {
        // A report is the more certain way of the two.
        if from == Source::Report && heard.from != Source::Report {
            (heard.from, heard.told) = (from, false);
        }
    } else {
        attempt.heard.push(Heard { said: said.clone(), from, at, told: false });
    }
    known
}

/// Whether a report has said otherwise than this word of another way, which may simply be older.
pub(super) fn is_outranked(attempt: &Attempt, said: &FinalOutcome, from: Source) -> bool {
    let otherwise = |heard: &Heard| heard.from == Source::Report && heard.said.is_success() != said.is_success();
    from != Source::Report && attempt.heard.iter().any(otherwise)
}

/// Notes that the admins are told of a contradiction; whether they had been before.
pub(super) fn tell_heard(attempt: &mut Attempt, said: &FinalOutcome) -> bool {
    match attempt.heard.iter_mut().find(|heard| heard.said == *said) {
        Some(heard) => std::mem::replace(&mut heard.told, true),
        // One beyond the limit: so many have been told already.
        None => true,
    }
}
