//! One word, one effect: whatever suppliers say of an order, however often, in whichever order and on whichever way.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::tests::sample::{self, at};
use super::*;
use crate::ids::{ChatId, OrderId, Reference};
use crate::ledger::{Posting, Reason};
use crate::order::card::ContradictionEffect;
use crate::outcome::{Delivery, Details, Doubt, FailureKind, FirstSending, Outcome, Reading};

const FIRST: Reference = Reference(1);
const SECOND: Reference = Reference(2);

fn one_route() -> Order {
    sample::order(new_attempt(FIRST, sample::route("a", 10_000)), Vec::new())
}

fn two_routes() -> Order {
    sample::order(new_attempt(FIRST, sample::route("a", 10_000)), vec![sample::route("b", 10_000)])
}

fn sukses(sn: &str) -> Outcome {
    Outcome::Success(Delivery { sn: sn.to_owned(), details: Details::new() })
}

const GAGAL: Outcome = Outcome::Failed(FailureKind::SupplierDisturbed);

fn say(reference: Reference, from: Source, outcome: Outcome) -> Event {
    Event::Supplier { from, reference, reading: Reading::new(outcome), raw: None }
}

/// What each event moved for the reseller, and whether the admins were told of a contradiction: `+` charged, `-` given
/// back, `c` corrected, `!` told, `.` nothing.
fn play(mut order: Order, events: Vec<Event>) -> (Order, String) {
    let mut story = Vec::new();
    for event in events {
        let Some(step) = step(&order, event, SECOND, at()) else {
            story.push(".".to_owned());
            continue;
        };
        let said: String = step.postings.iter().filter_map(moved).chain(step.notices.iter().filter_map(told)).collect();
        story.push(if said.is_empty() { ".".to_owned() } else { said });
        order = step.order;
    }
    (order, story.join(" "))
}

/// The reseller's money; what a supplier took is the shop's.
fn moved(posting: &Posting) -> Option<char> {
    match posting {
        Posting::Capture { .. } | Posting::Transfer { reason: Reason::LateDelivery, .. } => Some('+'),
        Posting::Release { .. } | Posting::Transfer { reason: Reason::Reversal, .. } => Some('-'),
        _ => None,
    }
}

fn told(notice: &Notice) -> Option<char> {
    match notice {
        Notice::Admins(AdminNotice::Contradiction { effect: ContradictionEffect::Corrected, .. }) => Some('c'),
        Notice::Admins(AdminNotice::Contradiction { .. } | AdminNotice::UnclearReport(_)) => Some('!'),
        _ => None,
    }
}

use Source::{Answer, Check, Report};

/// Each line: what is said from where, and what it leads to.
fn check(order: fn() -> Order, words: &[(Source, Outcome)], expected: &str) -> Order {
    let events =
        std::iter::once(Event::Sending).chain(words.iter().map(|(from, what)| say(FIRST, *from, what.clone())));
    let (order, story) = play(order(), events.collect());
    assert_eq!(story.strip_prefix(". "), Some(expected), "{words:?}");
    order
}

#[test]
fn a_failure_heard_before_refunds_nothing_that_was_charged_since() {
    // The direct refusal comes once more, as a report, after the delivery was charged.
    let order = check(
        one_route,
        &[
            (Answer, GAGAL),
            (Report, sukses("111111")),
            (Report, GAGAL),
            (Report, Outcome::Failed(FailureKind::Reversed)),
        ],
        "- +c ! .",
    );
    assert!(order.is_success());
}

#[test]
fn a_success_heard_before_charges_nothing_that_was_given_back_since() {
    let order = check(
        one_route,
        &[(Answer, sukses("1111-11")), (Report, GAGAL), (Report, sukses("1111 11")), (Check, sukses("111111"))],
        "+ -c ! .",
    );
    assert!(!order.is_success());
}

#[test]
fn an_older_answer_never_overrides_a_report() {
    let failed = check(one_route, &[(Report, GAGAL), (Answer, sukses("111111"))], "- !");
    assert!(!failed.is_success());
    let delivered = check(one_route, &[(Report, sukses("111111")), (Answer, GAGAL)], "+ !");
    assert!(delivered.is_success());
    // A check may have been answered before the report was written.
    check(one_route, &[(Answer, Outcome::Pending), (Report, GAGAL), (Check, sukses("111111"))], ". - !");
}

#[test]
fn the_books_are_overturned_once_by_themselves() {
    check(
        one_route,
        &[(Answer, GAGAL), (Report, sukses("111111")), (Report, GAGAL), (Report, sukses("222222"))],
        "- +c ! .",
    );
    check(
        one_route,
        &[(Answer, sukses("111111")), (Report, GAGAL), (Report, sukses("222222")), (Report, sukses("333333"))],
        "+ -c ! !",
    );
}

#[test]
fn what_an_admin_decided_is_moved_by_no_word() {
    let admin = |verdict| Event::Decided { by: ChatId::telegram(9), verdict };
    let gagal = || admin(AdminVerdict::Failed { reason: "tidak ada".to_owned() });
    let delivered = || admin(AdminVerdict::Success { sn: "999999".to_owned() });
    let reported = |outcome| say(FIRST, Report, outcome);
    for (events, expected) in [
        (vec![gagal(), reported(sukses("111111")), reported(sukses("111111"))], "- ! ."),
        (vec![delivered(), reported(GAGAL), reported(GAGAL)], "+ ! ."),
        // Decided on what was told: the command settles it.
        (vec![gagal(), reported(sukses("111111")), delivered(), reported(GAGAL)], "- ! + !"),
    ] {
        let events = std::iter::once(Event::Sending).chain(events).collect();
        assert_eq!(play(one_route(), events).1, format!(". {expected}"));
    }
}

#[test]
fn a_next_attempt_is_kept_back_when_the_first_may_be_delivered() {
    let events = vec![Event::Sending, say(FIRST, Report, GAGAL), say(FIRST, Answer, sukses("111111")), Event::Sending];
    let (order, story) = play(two_routes(), events);
    assert_eq!(story, ". . ! .");
    assert!(order.is_open() && order.escalated);
    assert_eq!(order.attempts[1].step, AttemptStep::NotSent, "nothing of it leaves");
    let (order, story) = play(order, vec![say(SECOND, Report, GAGAL)]);
    assert!(order.is_open() && story == ".", "nor does what is said of it decide anything: {story}");
    // Under way already it cannot be kept back; the admins know.
    let events = vec![Event::Sending, say(FIRST, Report, GAGAL), Event::Sending, say(FIRST, Answer, sukses("111111"))];
    let (order, story) = play(two_routes(), events);
    assert_eq!(story, ". . . !");
    assert_eq!(order.attempts[1].step, AttemptStep::Sent);
}

/// A success in words that are another order's is a doubt; a failure beside it, before or after, is not the whole truth.
#[test]
fn a_failure_beside_a_success_with_a_taken_serial_is_left_to_a_person() {
    let taken = || Outcome::Unknown(Doubt::SerialTaken(OrderId(9)));
    for from in [Answer, Check, Report] {
        let order = check(two_routes, &[(Report, taken()), (from, GAGAL), (Report, GAGAL)], ". ! .");
        assert!(
            order.is_open() && order.escalated && order.attempts.len() == 1,
            "{from:?}: nothing given back or bought elsewhere"
        );
    }
    // What only says that it takes time, or nothing, takes the doubt back as little.
    for between in [Outcome::Pending, Outcome::Unknown(Doubt::Timeout)] {
        let words = [(Answer, Outcome::Pending), (Report, taken()), (Check, between.clone()), (Report, GAGAL)];
        let order = check(two_routes, &words, ". . . !");
        assert!(order.is_open() && order.attempts.len() == 1, "{between:?}");
    }
    let events = vec![Event::Sending, say(FIRST, Report, GAGAL), say(FIRST, Report, taken()), Event::Sending];
    let (order, story) = play(two_routes(), events);
    assert_eq!(story, ". . ! .");
    assert!(order.is_open() && order.escalated);
    assert_eq!(order.attempts[1].step, AttemptStep::NotSent, "nothing of it leaves");
    check(one_route, &[(Report, GAGAL), (Report, taken())], "- !");
}

/// What a backup brings back has forgotten much, but not that.
#[test]
fn a_success_with_a_taken_serial_outlasts_a_restore() {
    let taken = || Outcome::Unknown(Doubt::SerialTaken(OrderId(9)));
    for order in [one_route(), two_routes()] {
        for (before, after, expected) in
            [(vec![taken()], vec![GAGAL], ". . . !"), (vec![], vec![taken(), GAGAL], ". . ! !")]
        {
            let said = |words: Vec<Outcome>| words.into_iter().map(|what| say(FIRST, Report, what)).collect::<Vec<_>>();
            let events = [vec![Event::Sending], said(before), vec![Event::Restored], said(after)].concat();
            let (left, story) = play(order.clone(), events);
            assert_eq!(story, expected);
            assert!(left.is_open() && left.escalated && left.attempts.len() == 1, "{left:?}");
            assert_eq!(schedule::next(&left, schedule::Ways { ask_until: None, report: true }, at()), None);
            // Its own one still ends it.
            let (ended, story) = play(left, vec![say(FIRST, Report, sukses("111111"))]);
            assert!(ended.is_success() && story == "+c", "{story}");
        }
    }
    // Nor does one wake up that was kept back.
    let events = vec![Event::Sending, say(FIRST, Report, GAGAL), say(FIRST, Report, taken()), Event::Restored];
    let (kept, _) = play(two_routes(), events);
    let (left, story) = play(kept, vec![Event::Sending, say(SECOND, Report, GAGAL), say(FIRST, Report, GAGAL)]);
    assert!(left.is_open() && story.starts_with(". !"), "{story}");
}

#[test]
fn what_fails_elsewhere_gives_nothing_back_that_may_be_delivered_under_a_taken_serial() {
    let taken = || say(FIRST, Report, Outcome::Unknown(Doubt::SerialTaken(OrderId(9))));
    let begin = || vec![Event::Sending, say(FIRST, Report, GAGAL), Event::Sending, taken()];
    for (event, told) in [(say(SECOND, Report, GAGAL), "!"), (Event::NeverLeft { reference: SECOND }, ".")] {
        let (order, story) = play(two_routes(), [begin(), vec![event]].concat());
        assert_eq!(story, format!(". . . ! {told}"));
        assert!(order.is_open() && order.escalated && order.attempts.len() == 2, "{order:?}");
    }
    let delivered = [begin(), vec![say(SECOND, Report, sukses("222222"))]].concat();
    let (order, _) = play(two_routes(), delivered);
    assert!(order.is_success());
}

/// The supplier is asked, and says what had been waited for.
#[test]
fn its_own_serial_by_a_check_ends_what_was_left_to_a_person() {
    let taken = || Outcome::Unknown(Doubt::SerialTaken(OrderId(9)));
    for from in [Answer, Check, Report] {
        let words = [(Report, taken()), (Report, GAGAL), (from, sukses("111111")), (Report, GAGAL)];
        assert!(check(one_route, &words, ". ! +c !").is_success());
        assert!(check(one_route, &[(Report, taken()), (from, sukses("111111"))], ". +").is_success());
    }
}

#[test]
fn a_success_that_overtakes_the_next_attempt_is_charged_and_told() {
    // Two reports that crossed: which of them is the newer one nobody knows.
    let order = check(two_routes, &[(Report, GAGAL), (Report, sukses("111111")), (Report, GAGAL)], ". +c !");
    assert!(order.is_success());
}

#[test]
fn the_contradiction_tells_what_the_books_hold() {
    let (order, _) = play(one_route(), vec![Event::Sending, say(FIRST, Answer, sukses("111111"))]);
    let notices = step(&order, say(FIRST, Check, GAGAL), SECOND, at()).unwrap().notices;
    let [Notice::Admins(AdminNotice::Contradiction { card, said, effect, .. })] = notices.as_slice() else {
        panic!("{notices:?}")
    };
    assert_eq!((card.line.verdict, card.line.sn.as_str()), (crate::order::card::Verdict::Success, "111111"));
    assert_eq!((*said, *effect), (crate::order::card::Verdict::Failed, ContradictionEffect::Nothing));
}

/// A token's buyer needs the true one, whatever was typed meanwhile.
#[test]
fn what_a_supplier_delivered_takes_the_place_of_what_an_admin_typed() {
    let typed =
        |sn: &str| Event::Decided { by: ChatId::telegram(9), verdict: AdminVerdict::Success { sn: sn.to_owned() } };
    let (order, _) = play(one_route(), vec![Event::Sending, typed("12345678901234567890")]);
    let reported = say(FIRST, Report, sukses("1111-2222-3333-4444-5555/BUDI"));
    let after = step(&order, reported.clone(), SECOND, at()).unwrap();
    assert_eq!(view::line(&after.order).sn, "1111-2222-3333-4444-5555/BUDI");
    assert!(after.order.is_success() && !after.order.is_decided_by_supplier());
    let [
        Notice::Reseller(ResellerNotice::Success(line)),
        Notice::Admins(AdminNotice::Contradiction { effect: ContradictionEffect::Serial, .. }),
    ] = after.notices.as_slice()
    else {
        panic!("{:?}", after.notices)
    };
    assert_eq!(line.sn, "1111-2222-3333-4444-5555/BUDI");
    let (_, again) = play(after.order, vec![reported.clone()]);
    assert_eq!(again, ".");
    // The token was typed right: nothing is to be told.
    let (order, _) = play(one_route(), vec![Event::Sending, typed("1111 2222 3333 4444 5555")]);
    assert!(step(&order, reported, SECOND, at()).unwrap().notices.is_empty());
}

#[test]
fn how_the_first_sending_was_answered_is_remembered() {
    let another = || Outcome::Unknown(Doubt::EarlierOrder);
    let lost = || Outcome::Unknown(Doubt::Timeout);
    for (words, expected) in [
        (vec![(Answer, Outcome::Pending)], FirstSending::Accepted),
        (vec![(Answer, lost())], FirstSending::Lost),
        (vec![(Answer, lost()), (Check, lost())], FirstSending::Lost),
        (vec![(Answer, lost()), (Check, Outcome::Pending)], FirstSending::Accepted),
        (vec![(Report, Outcome::Pending), (Answer, lost())], FirstSending::Accepted),
        (vec![(Answer, another())], FirstSending::AnotherOrders),
        (vec![(Answer, Outcome::Pending), (Report, another())], FirstSending::AnotherOrders),
        (vec![(Answer, another()), (Report, Outcome::Pending)], FirstSending::AnotherOrders),
    ] {
        let events = words.iter().map(|(from, what)| say(FIRST, *from, what.clone()));
        let (order, _) = play(one_route(), std::iter::once(Event::Sending).chain(events).collect());
        assert_eq!(order.attempts[0].first, expected, "{words:?}");
    }
    let (order, _) = play(one_route(), vec![Event::Sending, Event::Interrupted]);
    assert_eq!(order.attempts[0].first, FirstSending::Lost);
}

#[test]
fn an_order_answered_with_another_ones_fate_is_asked_about_no_more_and_told_at_once() {
    let ways = schedule::Ways { ask_until: None, report: true };
    for words in [
        vec![(Answer, Outcome::Unknown(Doubt::EarlierOrder))],
        vec![(Answer, Outcome::Pending), (Report, Outcome::Unknown(Doubt::EarlierOrder))],
    ] {
        let events = words.iter().map(|(from, what)| say(FIRST, *from, what.clone()));
        let (order, _) = play(one_route(), std::iter::once(Event::Sending).chain(events).collect());
        assert_eq!(schedule::next(&order, ways, at()), Some((at(), schedule::Todo::Escalate)), "{words:?}");
        let (told, _) = play(order, vec![Event::Overdue { seen: None }]);
        assert_eq!(schedule::next(&told, ways, at()), None);
    }
}

#[test]
fn a_check_under_way_when_its_answer_became_another_orders_is_not_believed() {
    let another = || Outcome::Unknown(Doubt::EarlierOrder);
    check(one_route, &[(Answer, Outcome::Pending), (Report, another()), (Check, sukses("111111"))], ". . .");
    // A report that is no such answer still is about this one.
    check(one_route, &[(Answer, another()), (Report, sukses("111111"))], ". +");
}

#[test]
fn what_was_heard_is_bounded_and_the_words_that_decided_stay() {
    let mut events = vec![Event::Sending, say(FIRST, Answer, GAGAL), say(FIRST, Report, sukses("100000"))];
    events.extend((1..50).map(|n| say(FIRST, Report, sukses(&format!("{}", 100_000 + n)))));
    events.extend([say(FIRST, Report, GAGAL), say(FIRST, Report, sukses("100000"))]);
    let (order, story) = play(one_route(), events);
    assert!(order.attempts[0].heard.len() <= 8);
    assert!(order.is_success());
    assert_eq!(story.matches(['+', '-']).count(), 2, "{story}");
}

/// A word about one of the attempts, or an admin's.
#[derive(Clone, Debug)]
enum Happens {
    Word(usize, Source, Option<u8>),
    Pending(usize, Source),
    Sending,
    Admin(bool),
}

fn happens() -> impl Strategy<Value = Happens> {
    let from = || prop::sample::select(vec![Answer, Check, Report]);
    prop_oneof![
        // `None` for a failure, else which serial number.
        12 => (0_usize..3, from(), prop::option::of(0_u8..3)).prop_map(|(i, from, what)| Happens::Word(i, from, what)),
        2 => (0_usize..3, from()).prop_map(|(i, from)| Happens::Pending(i, from)),
        4 => Just(Happens::Sending),
        1 => any::<bool>().prop_map(Happens::Admin),
    ]
}

fn event(order: &Order, happens: &Happens) -> Option<Event> {
    let sent = |place: usize| order.attempts.get(place).filter(|attempt| attempt.step == AttemptStep::Sent);
    Some(match happens {
        Happens::Sending => Event::Sending,
        Happens::Pending(place, from) => say(sent(*place)?.reference, *from, Outcome::Pending),
        Happens::Word(place, from, what) => {
            let attempt = sent(*place)?;
            let outcome = what.map_or(GAGAL, |n| sukses(&format!("{}00000{n}", attempt.reference.0)));
            say(attempt.reference, *from, outcome)
        }
        Happens::Admin(true) => {
            Event::Decided { by: ChatId::telegram(9), verdict: AdminVerdict::Success { sn: "9".to_owned() } }
        }
        Happens::Admin(false) => {
            Event::Decided { by: ChatId::telegram(9), verdict: AdminVerdict::Failed { reason: "x".to_owned() } }
        }
    })
}

/// What the rules come to, kept by counting only: which words were heard of each attempt, and who decided last.
#[derive(Default)]
struct Model {
    heard: std::collections::HashSet<(usize, Option<u8>)>,
    reported: std::collections::HashSet<(usize, bool)>,
    corrections: u32,
    by_admin: bool,
}

impl Model {
    /// Whether this word may move the reseller's money at all.
    fn may_move(&mut self, place: usize, from: Source, what: Option<u8>, is_final: bool) -> bool {
        let is_new = self.heard.insert((place, what));
        let denied = from != Report && self.reported.contains(&(place, what.is_none()));
        if from == Report {
            self.reported.insert((place, what.is_some()));
        }
        is_new && !denied && !(is_final && (self.by_admin || self.corrections > 0))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn words_move_a_resellers_money_once_and_correct_it_once(
        routes in 1_usize..4,
        story in prop::collection::vec(happens(), 1..40),
    ) {
        let untried = (1..routes).map(|n| sample::route(&format!("s{n}"), 10_000)).collect();
        let mut order = sample::order(new_attempt(FIRST, sample::route("s0", 10_000)), untried);
        let mut model = Model::default();
        let (mut charged, mut by_words) = (None, 0);
        let mut now: DateTime<Utc> = at();
        for (number, happens) in (2_u64..).zip(story) {
            now += TimeDelta::seconds(1);
            let Some(event) = event(&order, &happens) else { continue };
            let was_final = !order.is_open();
            let may_move = match &happens {
                Happens::Word(place, from, what) => model.may_move(*place, *from, *what, was_final),
                _ => true,
            };
            let Some(step) = step(&order, event.clone(), Reference(number), now) else { continue };
            let moves: Vec<char> = step.postings.iter().filter_map(moved).collect();
            prop_assert!(moves.len() <= 1);
            let is_word = matches!(happens, Happens::Word(..));
            for one in &moves {
                prop_assert!(may_move, "{happens:?} moved {one}: {order:#?}");
                prop_assert_ne!(charged, Some(*one == '+'), "charged or given back twice");
                charged = Some(*one == '+');
                by_words += u32::from(is_word);
                model.corrections += u32::from(is_word && was_final);
            }
            model.by_admin = match &happens {
                Happens::Admin(_) if !moves.is_empty() => true,
                _ => model.by_admin && moves.is_empty(),
            };
            prop_assert!(by_words <= 2 && model.corrections <= 1);
            order = step.order;
            // The books say what was charged last.
            prop_assert_eq!(charged, (!order.is_open()).then(|| order.is_success()));
            // The same once more, from every way, moves nothing.
            if let (Happens::Word(place, ..), Event::Supplier { reading, .. }) = (&happens, &event) {
                for from in [Answer, Check, Report] {
                    let again = say(order.attempts[*place].reference, from, reading.outcome.clone());
                    let again = super::step(&order, again, Reference(900), now);
                    let moved_again = again.iter().flat_map(|step| &step.postings).count();
                    prop_assert_eq!(moved_again, 0, "{:?}", reading.outcome);
                }
            }
        }
    }
}
