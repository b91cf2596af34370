//! What time does to an order: what changed while it waited, and when the shop may not ask any more.

use super::*;

#[test]
fn what_was_withdrawn_meanwhile_is_refunded_or_bought_elsewhere() {
    let withdrawn = |what| Event::Withdrawn { reference: FIRST, what };
    let (cost, price) = (Rupiah::new(10_700), Rupiah::new(10_900));
    for (what, untried, expected, reason) in [
        (Withdrawn::Product, &["two"][..], "release, GAGAL", Some(FailureReason::Closed)),
        (
            Withdrawn::Price { now: price },
            &["two"],
            "release, GAGAL",
            Some(FailureReason::PriceChanged { now: Some(price) }),
        ),
        (Withdrawn::Route, &["two"], "", None),
        (Withdrawn::Route, &[], "release, GAGAL", Some(FailureReason::Closed)),
        (Withdrawn::Cost { now: cost }, &["two"], "admins: cost rose to 10.700", None),
        (
            Withdrawn::Cost { now: cost },
            &[],
            "release, admins: cost rose to 10.700, GAGAL",
            Some(FailureReason::PriceChanged { now: None }),
        ),
    ] {
        let ended = story(order(untried), vec![withdrawn(what)], &[expected]);
        assert_eq!(ended.attempts[0].step, AttemptStep::NotSent);
        assert_eq!(ended.attempts.len(), if reason.is_some() { 1 } else { 2 }, "{what:?}");
        assert_eq!(view::line(&ended).reason, reason, "{what:?}");
    }
    // What has left is never refunded by it.
    for what in [Withdrawn::Product, Withdrawn::Price { now: price }, Withdrawn::Cost { now: cost }] {
        story(order(&["two"]), vec![Event::Sending, withdrawn(what)], &["", "nothing"]);
    }
}

#[test]
fn a_person_looks_when_the_shop_may_not_ask_any_more() {
    let mut doubtful = play(order(&[]), vec![Event::Sending, answer(Outcome::Unknown(Doubt::Timeout))]).0;
    let until = |minutes| Ways { ask_until: Some(at() + TimeDelta::minutes(minutes)), report: true };
    let due_at = |order: &Order, ways, minutes| {
        let next = next(order, ways, at() + TimeDelta::minutes(minutes));
        next.map(|(due, todo)| ((due - at()).num_minutes(), todo))
    };
    let due = |order: &Order, ways| due_at(order, ways, 0);
    assert_eq!(due(&doubtful, until(5)), Some((0, Todo::Check)));
    doubtful.attempts[0].checks = 3;
    doubtful.attempts[0].checked_at = Some(at() + TimeDelta::minutes(4));
    assert_eq!(due(&doubtful, until(5)), Some((5, Todo::Escalate)), "the next question would come too late");
    assert_eq!(due(&doubtful, until(20)), Some((8, Todo::Check)));
    assert_eq!(due(&doubtful, until(60 * 24)), Some((8, Todo::Check)));
    assert_eq!(due_at(&doubtful, until(20), 21), Some((15, Todo::Escalate)), "after a long stop");
    // It came into doubt when nobody could be asked any more, such as right before midnight.
    assert_eq!(due(&doubtful, until(-1)), Some((-1, Todo::Escalate)), "at once");
    doubtful.escalated = true;
    assert_eq!(due(&doubtful, until(5)), None);
    let pending = play(order(&[]), vec![Event::Sending, answer(Outcome::Pending)]).0;
    assert_eq!(due(&pending, until(0)), Some((15, Todo::Escalate)), "its supplier has it, and reports");
}
