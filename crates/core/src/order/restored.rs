//! Open orders that came out of a backup. What became of them after it was made is forgotten: one that says "not sent
//! yet" may have been sent, have failed, have been bought elsewhere. So nothing is bought and nobody asked (asking is the
//! same request again, and could buy): only a supplier's report or a person ends them.

use chrono::{DateTime, Utc};

use super::attempt::{lose_first, was_anothers_success};
use super::model::{Attempt, AttemptStep, Order};
use super::notice::{Notice, ResellerNotice};
use super::step::Step;
use super::view;
use crate::outcome::{Doubt, FailureKind, Outcome};

const FORGOTTEN: Outcome = Outcome::Unknown(Doubt::Restored);

/// Puts an open order in doubt. One that its supplier has, and that could go nowhere else, stays as it is: asking for it
/// again buys nothing, and whatever is said of it holds. So does one whose next attempt was kept back: nobody but a person
/// moves it. What contradicted a failure before does so afterwards.
pub(super) fn put_in_doubt(order: &Order, at: DateTime<Utc>) -> Option<Step> {
    let mut order = order.clone();
    let could_go_elsewhere = !order.untried.is_empty();
    let is_open = order.is_open();
    let is_settled = |attempt: &Attempt| is_forgotten(attempt) || attempt.step == AttemptStep::NotSent;
    let attempt = order.attempts.last_mut().filter(|attempt| is_open && !is_settled(attempt))?;
    if attempt.outcome == Some(Outcome::Pending) && !could_go_elsewhere {
        return None;
    }
    attempt.step = AttemptStep::Sent;
    attempt.sent_at = attempt.sent_at.or(Some(at));
    attempt.anothers_success = was_anothers_success(attempt);
    attempt.outcome = Some(FORGOTTEN);
    lose_first(attempt);
    // The admins are told of all of them at once.
    order.escalated = true;
    let mut notices = Vec::new();
    if !order.announced {
        order.announced = true;
        notices.push(Notice::Reseller(ResellerNotice::Pending(view::line(&order))));
    }
    order.version += 1;
    order.updated_at = at;
    Some(Step { order, postings: Vec::new(), notices })
}

/// Whether what became of an attempt was forgotten, and nobody has told since.
pub fn is_forgotten(attempt: &Attempt) -> bool {
    attempt.outcome == Some(FORGOTTEN)
}

/// A forgotten attempt that failed says nothing of the order when another route may have been taken after it; unless it
/// failed for a reason that ends an order anywhere.
pub(super) fn leaves_open(order: &Order, before: Option<&Outcome>, kind: FailureKind) -> bool {
    before == Some(&FORGOTTEN) && !order.untried.is_empty() && !kind.is_about_customer()
}
