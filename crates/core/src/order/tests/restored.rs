//! Open orders out of a backup: nothing of them is bought, asked or refunded by itself.

use chrono::{DateTime, Utc};

use super::*;
use crate::order::restored::is_forgotten;

const WAYS: Ways = Ways { ask_until: Some(DateTime::<Utc>::MAX_UTC), report: true };

fn forget(order: &Order) -> Order {
    step(order, Event::Restored, SECOND, at()).map_or_else(|| order.clone(), |step| step.order)
}

fn after(order: Order, events: Vec<Event>) -> Order {
    play(order, events).0
}

fn pending(untried: &[&str]) -> Order {
    after(order(untried), vec![Event::Sending, answer(Outcome::Pending)])
}

#[test]
fn whatever_was_open_is_in_doubt_and_left_alone() {
    let stages = [
        order(&[]),
        order(&["two"]),
        // One that waited for the end of a break: it may have been bought since, or taken back.
        Order { waits_until: Some(at() + TimeDelta::hours(1)), announced: true, ..order(&[]) },
        after(order(&[]), vec![Event::Sending]),
        after(order(&[]), vec![Event::Sending, answer(Outcome::Unknown(Doubt::Timeout))]),
        pending(&["two"]),
        after(order(&["two"]), vec![Event::Sending, answer(Outcome::Failed(FailureKind::ProductDisturbed))]),
    ];
    for before in stages {
        let forgotten = forget(&before);
        assert!(forgotten.is_open() && forgotten.announced, "{forgotten:?}");
        assert!(forgotten.current().is_some_and(is_forgotten), "{forgotten:?}");
        assert_eq!(next(&forgotten, WAYS, at()), None, "{forgotten:?}");
        assert_eq!(step(&forgotten, Event::Restored, SECOND, at()), None, "once is enough");
        let quiet = vec![
            Event::Sending,
            Event::Interrupted,
            Event::Abandoned,
            Event::Unsendable { reference: FIRST },
            Event::NeverLeft { reference: FIRST },
            Event::Overdue { seen: None },
            Event::Rests { until: at() + TimeDelta::hours(1) },
            Event::Cancelled,
        ];
        assert_eq!(play(forgotten.clone(), quiet).0, forgotten);
        // A word that decides nothing does not bring it back to be asked about.
        let told = after(forgotten, vec![report(Outcome::Pending), report(Outcome::Unknown(Doubt::NotUnderstood))]);
        assert_eq!(next(&told, WAYS, at()), None, "{told:?}");
    }
}

#[test]
fn what_its_supplier_has_and_nobody_else_could_get_stays_as_it_is() {
    let before = pending(&[]);
    assert_eq!(step(&before, Event::Restored, SECOND, at()), None);
    assert!(matches!(next(&before, WAYS, at()), Some((_, Todo::Check))));
    let ended = after(order(&[]), vec![Event::Sending, answer(delivered("1"))]);
    assert_eq!(step(&ended, Event::Restored, SECOND, at()), None);
}

/// Other suppliers, what happens, what must be, why.
type Case = (&'static [&'static str], Event, fn(&Order) -> bool, &'static str);

#[test]
fn a_report_or_a_person_ends_it() {
    let success = |order: &Order| order.is_success();
    let failed = |order: &Order| !order.is_open() && !order.is_success();
    let still_open = |order: &Order| order.is_open() && order.attempts.len() == 1;
    let disturbed = || report(Outcome::Failed(FailureKind::ProductDisturbed));
    let cases: [Case; 7] = [
        (&[], report(delivered("1")), success, "delivered"),
        (&["two"], report(delivered("1")), success, "delivered, whatever was tried elsewhere"),
        (&[], disturbed(), failed, "nobody else could have delivered"),
        (&["two"], disturbed(), still_open, "the other one may have delivered: neither bought there nor refunded"),
        (&["two"], report(Outcome::Failed(FailureKind::WrongNumber)), failed, "that would have ended it anywhere"),
        (&["two"], admin(AdminVerdict::Success { sn: "1".to_owned() }), success, "a person knows"),
        (&["two"], admin(AdminVerdict::Failed { reason: "x".to_owned() }), failed, "a person knows"),
    ];
    for (untried, event, expected, why) in cases {
        let ended = after(forget(&order(untried)), vec![event]);
        assert!(expected(&ended), "{why}: {ended:?}");
    }
}
