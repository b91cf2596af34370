//! Whatever happens to an order: no supplier is asked while another one may deliver, and what never left costs nothing.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::tests::sample::{self, at};
use super::*;
use crate::catalog::Route;
use crate::ids::Reference;
use crate::ledger::Posting;
use crate::outcome::{Delivery, Details, Doubt, FailureKind, Outcome, Reading};

fn route(number: usize) -> Route {
    sample::route(&format!("s{number}"), 10_000)
}

fn order(routes: usize, waits: bool) -> Order {
    let order = sample::order(new_attempt(Reference(1), route(0)), (1..routes).map(route).collect());
    Order { waits_until: waits.then(at), ..order }
}

/// Something that can happen; words are about the attempt at a place, where that has left.
#[derive(Clone, Debug)]
enum Happens {
    Sending,
    Unsendable,
    NeverLeft,
    Interrupted,
    Word(usize, Source, Outcome),
    Asking,
    Overdue,
    OverdueAmongMany,
    Rests,
    Cancelled,
    Abandoned,
    Later(i64),
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        1 => Just(Outcome::Success(Delivery { sn: "SN1".to_owned(), details: Details::new() })),
        3 => Just(Outcome::Failed(FailureKind::SupplierDisturbed)),
        1 => Just(Outcome::Failed(FailureKind::WrongNumber)),
        2 => Just(Outcome::Pending),
        2 => Just(Outcome::Unknown(Doubt::Timeout)),
    ]
}

fn happens() -> impl Strategy<Value = Happens> {
    let from = prop::sample::select(vec![Source::Answer, Source::Check, Source::Report]);
    prop_oneof![
        4 => Just(Happens::Sending),
        2 => Just(Happens::Unsendable),
        1 => Just(Happens::NeverLeft),
        1 => Just(Happens::Interrupted),
        6 => (0_usize..5, from, outcome()).prop_map(|(place, from, outcome)| Happens::Word(place, from, outcome)),
        1 => Just(Happens::Asking),
        1 => Just(Happens::Overdue),
        1 => Just(Happens::OverdueAmongMany),
        1 => Just(Happens::Rests),
        1 => Just(Happens::Cancelled),
        1 => Just(Happens::Abandoned),
        1 => (0_i64..40).prop_map(Happens::Later),
    ]
}

fn event(order: &Order, happens: Happens) -> Option<Event> {
    let reference = order.current()?.reference;
    Some(match happens {
        Happens::Sending => Event::Sending,
        Happens::Unsendable => Event::Unsendable { reference },
        Happens::NeverLeft => Event::NeverLeft { reference },
        Happens::Interrupted => Event::Interrupted,
        Happens::Word(place, from, outcome) => {
            let attempt = order.attempts.get(place).filter(|attempt| attempt.step == AttemptStep::Sent)?;
            Event::Supplier { from, reference: attempt.reference, reading: Reading::new(outcome), raw: None }
        }
        Happens::Asking => Event::Asking { reference },
        Happens::Overdue => Event::Overdue { seen: None },
        Happens::OverdueAmongMany => Event::OverdueAmongMany,
        Happens::Rests => Event::Rests { until: at() + TimeDelta::hours(1) },
        Happens::Cancelled => Event::Cancelled,
        Happens::Abandoned => Event::Abandoned,
        Happens::Later(_) => return None,
    })
}

/// Whether a supplier may still deliver this one.
fn may_deliver(attempt: &Attempt) -> bool {
    attempt.step == AttemptStep::Sent && !matches!(attempt.outcome, Some(Outcome::Failed(_)))
}

fn holds_given_up(postings: &[Posting]) -> usize {
    postings.iter().filter(|p| matches!(p, Posting::Release { .. } | Posting::Capture { .. })).count()
}

proptest! {
    #[test]
    fn no_route_is_tried_while_another_may_deliver(
        routes in 1_usize..5,
        waits in any::<bool>(),
        story in prop::collection::vec(happens(), 1..40),
    ) {
        let (mut order, mut now, mut given_up) = (order(routes, waits), at(), 0);
        for (number, happens) in (2_u64..).zip(story) {
            if let Happens::Later(minutes) = happens {
                now += TimeDelta::minutes(minutes);
            }
            let Some(event) = event(&order, happens.clone()) else { continue };
            let Some(step) = step(&order, event, Reference(number), now) else { continue };
            let after = &step.order;
            let in_doubt = order.attempts.iter().any(|a| may_deliver(a) && matches!(a.outcome, Some(Outcome::Pending | Outcome::Unknown(_)) | None));
            if after.attempts.len() > order.attempts.len() {
                // Those before it have failed or never left, as of this very step.
                let (_, before) = after.attempts.split_last().unwrap();
                prop_assert!(before.iter().all(|attempt| !may_deliver(attempt)), "{happens:?} {after:#?}");
                prop_assert!(after.is_open());
                prop_assert!(now - after.ripe_since() <= TimeDelta::minutes(30), "nobody waits for it any more");
            }
            let newly_sent = after.attempts.iter().zip(&order.attempts).any(|(a, b)| a.step == AttemptStep::Sent && b.step == AttemptStep::Ready);
            prop_assert!(!(newly_sent && in_doubt), "sent while another one is in doubt: {happens:?}");
            prop_assert!(after.attempts.iter().filter(|a| a.step == AttemptStep::Ready && after.is_open()).count() <= 1);
            for attempt in after.attempts.iter().filter(|a| a.step == AttemptStep::NotSent) {
                prop_assert_eq!(attempt.charged, None, "what never left costs nothing");
            }
            if matches!(happens, Happens::Cancelled) && !after.is_open() {
                prop_assert!(after.attempts.iter().all(|a| a.step == AttemptStep::NotSent), "taken back after it left");
            }
            given_up += holds_given_up(&step.postings);
            prop_assert_eq!(given_up, usize::from(!after.is_open()), "the hold ends with the order, once");
            // Time, doubt and what is only told never end an order.
            if matches!(happens, Happens::Overdue | Happens::OverdueAmongMany | Happens::Asking | Happens::Rests | Happens::Interrupted) {
                prop_assert_eq!(after.is_open(), order.is_open());
            }
            order = step.order;
        }
    }
}

#[test]
fn only_what_waits_and_has_not_left_is_taken_back() {
    let cancel = |order: &Order| step(order, Event::Cancelled, Reference(2), at());
    let waiting = order(2, true);
    let taken_back = cancel(&waiting).unwrap();
    assert!(matches!(&taken_back.order.state, OrderState::Final(end) if end.failure == Some(FailureReason::Cancelled)));
    assert!(matches!(taken_back.postings.as_slice(), [Posting::Release { .. }]));
    assert_eq!(cancel(&taken_back.order), None);
    assert_eq!(cancel(&order(2, false)), None, "it is being bought");
    let sent = step(&waiting, Event::Sending, Reference(2), at()).unwrap().order;
    assert_eq!(cancel(&sent), None);
    let reference = sent.current().unwrap().reference;
    let failed = Reading::new(Outcome::Failed(FailureKind::SupplierDisturbed));
    let word = Event::Supplier { from: Source::Answer, reference, reading: failed, raw: None };
    let next = step(&sent, word, Reference(2), at()).unwrap().order;
    assert_eq!(cancel(&next), None, "something of it has left once");
}

#[test]
fn an_order_that_waits_is_due_when_its_break_ends() {
    let mut waiting = order(1, true);
    let until = at() + TimeDelta::minutes(50);
    waiting.waits_until = Some(until);
    let ways = schedule::Ways { ask_until: Some(until), report: true };
    assert_eq!(schedule::next(&waiting, ways, at()), Some((until, schedule::Todo::Buy)));
    assert_eq!(waiting.ripe_since(), until);
    let row = serde_json::to_string(&order(1, false)).unwrap();
    assert!(!row.contains("waits_until"), "orders that do not wait have the rows they always had");
}
