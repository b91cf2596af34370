//! What every event does to an order, told as short stories.

use chrono::TimeDelta;

use super::schedule::{Todo, Ways, next};
use super::*;
use crate::catalog::{ProductKind, Route};
use crate::ids::{ChatId, Reference};
use crate::ledger::{Posting, Reason};
use crate::money::Rupiah;
use crate::outcome::{Delivery, Detail, Doubt, FailureKind, Inquiry, Outcome, Reading};

mod margins;
mod restored;
pub(crate) mod sample;
mod times;

use sample::at;

const FIRST: Reference = Reference(1_000);
const SECOND: Reference = Reference(2_000);

fn route(supplier: &str) -> Route {
    sample::route(supplier, 10_200)
}

fn order(untried: &[&str]) -> Order {
    sample::order(new_attempt(FIRST, route("kios")), untried.iter().map(|id| route(id)).collect())
}

fn delivered(sn: &str) -> Outcome {
    Outcome::Success(Delivery { sn: sn.to_owned(), ..Delivery::default() })
}

fn word(from: Source, reference: Reference, outcome: Outcome) -> Event {
    Event::Supplier { from, reference, reading: Reading::new(outcome), raw: None }
}

fn answer(outcome: Outcome) -> Event {
    word(Source::Answer, FIRST, outcome)
}

fn report(outcome: Outcome) -> Event {
    word(Source::Report, FIRST, outcome)
}

fn admin(verdict: AdminVerdict) -> Event {
    Event::Decided { by: ChatId::telegram(9), verdict }
}

fn quoted() -> Event {
    Event::Quoted { reference: FIRST, inquiry: Inquiry { quote: "R1".to_owned(), ..Inquiry::default() } }
}

/// Plays events one after the other; what each did as one line of words.
fn play(mut order: Order, events: Vec<Event>) -> (Order, Vec<String>) {
    let mut story = Vec::new();
    for event in events {
        match step(&order, event, SECOND, at()) {
            None => story.push("nothing".to_owned()),
            Some(step) => {
                assert_eq!(step.order.version, order.version + 1);
                let words: Vec<String> =
                    step.postings.iter().map(posting).chain(step.notices.iter().map(notice)).collect();
                story.push(words.join(", "));
                order = step.order;
            }
        }
    }
    (order, story)
}

fn posting(posting: &Posting) -> String {
    match posting {
        Posting::Hold { .. } => "hold".to_owned(),
        Posting::Capture { .. } => "capture".to_owned(),
        Posting::Release { .. } => "release".to_owned(),
        Posting::Transfer { reason, may_overdraw, amount, .. } => {
            assert_eq!(*may_overdraw, *reason == Reason::LateDelivery);
            format!("{reason:?} {amount}")
        }
    }
}

fn notice(notice: &Notice) -> String {
    match notice {
        Notice::Reseller(notice) => to_reseller(notice),
        Notice::Admins(notice) => format!("admins: {}", to_admins(notice)),
    }
}

fn to_reseller(notice: &ResellerNotice) -> String {
    match notice {
        ResellerNotice::Pending(_) => "diproses".to_owned(),
        ResellerNotice::Success(line) => format!("SUKSES {}", line.sn),
        ResellerNotice::Failed(_) => "GAGAL".to_owned(),
        ResellerNotice::Reversed(_) => "reversed".to_owned(),
        ResellerNotice::DeliveredLate(line) => format!("late {}", line.sn),
        ResellerNotice::WithheldPaid { amount, left, .. } => format!("{amount} more came back, {left} waits"),
    }
}

fn to_admins(notice: &AdminNotice) -> String {
    match notice {
        AdminNotice::Overdue(_) => "overdue".to_owned(),
        AdminNotice::Contradiction { effect, card, .. } => {
            format!("contradiction, {effect:?}, books {:?}", card.line.verdict)
        }
        AdminNotice::DoubleDelivery(_) => "double delivery".to_owned(),
        AdminNotice::UnclearReport(_) => "unclear report".to_owned(),
        AdminNotice::Dearer { expected, charged, .. } => format!("dearer {charged} than {expected}"),
        AdminNotice::CostRose { cost, .. } => format!("cost rose to {cost}"),
    }
}

fn story(order: Order, events: Vec<Event>, expected: &[&str]) -> Order {
    let (order, story) = play(order, events);
    assert_eq!(story, expected);
    order
}

#[test]
fn a_success_captures_the_hold_once_however_often_it_is_said() {
    story(
        order(&[]),
        vec![Event::Sending, answer(delivered("SN1")), report(delivered("SN1")), answer(Outcome::Pending), Event::Slow],
        // What the report repeats is noted, and no more.
        &["", "Cost 10.200, capture, SUKSES SN1", "", "nothing", "nothing"],
    );
}

#[test]
fn an_explicit_failure_releases_the_hold_once() {
    let failed = || answer(Outcome::Failed(FailureKind::WrongNumber));
    story(
        order(&["xgate"]),
        vec![Event::Sending, failed(), failed(), Event::Slow],
        &["", "release, GAGAL", "nothing", "nothing"],
    );
}

#[test]
fn pending_is_announced_once_and_the_report_ends_it() {
    story(
        order(&["xgate"]),
        vec![Event::Sending, answer(Outcome::Pending), Event::Slow, report(Outcome::Pending), report(delivered("SN1"))],
        &["", "diproses", "nothing", "nothing", "Cost 10.200, capture, SUKSES SN1"],
    );
}

#[test]
fn doubt_changes_no_money_and_never_tries_elsewhere() {
    for doubt in [Doubt::Timeout, Doubt::NotUnderstood, Doubt::OtherReference, Doubt::TooLarge, Doubt::HttpStatus(502)]
    {
        let order = story(
            order(&["xgate"]),
            vec![
                Event::Sending,
                answer(Outcome::Unknown(doubt)),
                Event::Asking { reference: FIRST },
                Event::Overdue { seen: None },
                Event::Overdue { seen: None },
            ],
            &["", "diproses", "", "admins: overdue", "nothing"],
        );
        assert!(order.is_open());
        assert_eq!(order.attempts.len(), 1);
    }
}

#[test]
fn being_interrupted_while_sending_is_a_doubt() {
    let order = story(order(&["xgate"]), vec![Event::Sending, Event::Interrupted], &["", "diproses"]);
    assert_eq!(order.attempts[0].outcome, Some(Outcome::Unknown(Doubt::Interrupted)));
    story(super::tests::order(&[]), vec![Event::Interrupted], &["nothing"]);
}

#[test]
fn what_never_left_goes_elsewhere_and_fails_when_there_is_nowhere_else() {
    let order = story(
        order(&["xgate"]),
        vec![
            Event::Sending,
            Event::NeverLeft { reference: FIRST },
            Event::Sending,
            Event::NeverLeft { reference: FIRST },
            Event::NeverLeft { reference: SECOND },
        ],
        &["", "", "", "nothing", "release, GAGAL"],
    );
    assert_eq!(order.attempts.len(), 2);
    assert_eq!(order.attempts[1].reference, SECOND);
}

#[test]
fn a_failure_of_the_supplier_goes_elsewhere_and_one_of_the_customer_does_not() {
    let disturbed = answer(Outcome::Failed(FailureKind::ProductDisturbed));
    let order = story(order(&["xgate"]), vec![Event::Sending, disturbed], &["", ""]);
    assert_eq!(order.attempts.len(), 2);
    let expired = answer(Outcome::Failed(FailureKind::NumberExpired));
    story(super::tests::order(&["xgate"]), vec![Event::Sending, expired], &["", "release, GAGAL"]);
}

#[test]
fn a_report_after_success_is_a_reversal_and_a_late_answer_is_not() {
    let failed = || Outcome::Failed(FailureKind::Refused);
    story(
        order(&[]),
        vec![Event::Sending, answer(delivered("SN1")), report(failed()), report(failed())],
        &[
            "",
            "Cost 10.200, capture, SUKSES SN1",
            "CostReversal 10.200, Reversal 10.500, reversed, admins: contradiction, Corrected, books Failed",
            "nothing",
        ],
    );
    story(
        order(&[]),
        vec![Event::Sending, report(delivered("SN1")), answer(failed())],
        &["", "Cost 10.200, capture, SUKSES SN1", "admins: contradiction, Nothing, books Success"],
    );
}

#[test]
fn a_delivery_after_the_refund_is_charged_again() {
    story(
        order(&[]),
        vec![Event::Sending, answer(Outcome::Failed(FailureKind::Refused)), report(delivered("SN1"))],
        &[
            "",
            "release, GAGAL",
            "Cost 10.200, LateDelivery 10.500, late SN1, admins: contradiction, Corrected, books Success",
        ],
    );
}

#[test]
fn a_late_success_of_a_given_up_attempt_warns_of_a_double_delivery() {
    story(
        order(&["xgate"]),
        vec![
            Event::Sending,
            answer(Outcome::Failed(FailureKind::ProductDisturbed)),
            Event::Sending,
            report(delivered("SN1")),
            word(Source::Answer, SECOND, delivered("SN2")),
        ],
        &[
            "",
            "",
            "",
            "Cost 10.200, capture, SUKSES SN1, admins: double delivery",
            "Cost 10.200, admins: double delivery",
        ],
    );
}

#[test]
fn an_early_report_beats_a_connection_that_seemed_refused() {
    story(
        order(&["xgate"]),
        vec![Event::Sending, report(delivered("SN1")), Event::NeverLeft { reference: FIRST }],
        &["", "Cost 10.200, capture, SUKSES SN1", "nothing"],
    );
}

#[test]
fn an_inquiry_moves_no_money_whatever_it_says() {
    let quoted = quoted();
    let order = story(
        order(&[]),
        vec![quoted, answer(delivered("SN1")), Event::InquiryRefused { reference: FIRST, kind: FailureKind::Refused }],
        &["", "Cost 10.200, capture, SUKSES SN1", "nothing"],
    );
    assert_eq!(order.attempts[0].quote.as_deref(), Some("R1"));
    let refused = Event::InquiryRefused { reference: FIRST, kind: FailureKind::WrongNumber };
    story(super::tests::order(&["xgate"]), vec![refused], &["release, GAGAL"]);
}

#[test]
fn an_admin_decides_once_and_can_correct() {
    let success = || admin(AdminVerdict::Success { sn: "SN9".to_owned() });
    let failed = || admin(AdminVerdict::Failed { reason: "dibatalkan".to_owned() });
    story(
        order(&[]),
        vec![
            Event::Sending,
            answer(Outcome::Unknown(Doubt::Timeout)),
            success(),
            success(),
            failed(),
            failed(),
            success(),
        ],
        &[
            "",
            "diproses",
            "Cost 10.200, capture, SUKSES SN9",
            "nothing",
            "Reversal 10.500, reversed",
            "nothing",
            "LateDelivery 10.500, late SN9",
        ],
    );
}

#[test]
fn words_about_unknown_references_change_nothing() {
    let stray = word(Source::Report, Reference(9), delivered("SN1"));
    story(order(&[]), vec![Event::Sending, stray], &["", "nothing"]);
}

#[test]
fn an_order_in_doubt_is_asked_about_or_escalated() {
    let both = Ways { ask_until: Some(at() + TimeDelta::hours(23)), report: true };
    let neither = Ways { ask_until: None, report: false };
    let pending = play(order(&[]), vec![Event::Sending, answer(Outcome::Pending)]).0;
    let doubtful = play(order(&[]), vec![Event::Sending, answer(Outcome::Unknown(Doubt::Timeout))]).0;
    let sent = play(order(&[]), vec![Event::Sending]).0;
    let done = play(order(&[]), vec![Event::Sending, answer(delivered("SN1"))]).0;
    let in_seconds =
        |order: &Order, ways| next(order, ways, at()).map(|(due, todo)| ((due - at()).num_seconds(), todo));
    assert_eq!(in_seconds(&order(&[]), both), Some((0, Todo::Buy)));
    assert_eq!(in_seconds(&pending, both), Some((31, Todo::Check)));
    assert_eq!(in_seconds(&pending, neither), Some((15 * 60, Todo::Escalate)));
    assert_eq!(in_seconds(&doubtful, neither), Some((0, Todo::Escalate)));
    assert_eq!(in_seconds(&sent, both), Some((15 * 60, Todo::Escalate)));
    assert_eq!(in_seconds(&done, both), None);
}

#[test]
fn nobody_is_asked_after_the_window_closed() {
    let mut order = play(order(&[]), vec![Event::Sending, answer(Outcome::Pending), Event::Overdue { seen: None }]).0;
    order.attempts[0].checks = 90;
    order.attempts[0].checked_at = Some(at() + TimeDelta::hours(22) + TimeDelta::minutes(50));
    assert_eq!(next(&order, Ways { ask_until: Some(at() + TimeDelta::hours(23)), report: true }, at()), None);
}

#[test]
fn a_second_inquiry_that_leads_nowhere_does_not_unsend_a_payment_on_its_way() {
    story(
        order(&["xgate"]),
        vec![quoted(), Event::Unsendable { reference: FIRST }, Event::Sending, answer(delivered("SN1"))],
        &["", "nothing", "nothing", "Cost 10.200, capture, SUKSES SN1"],
    );
}

/// The first attempt seemed never to have left, the second is under way, and then the first is delivered after all.
fn delivered_by_the_first_of_two() -> Order {
    let lost = Event::NeverLeft { reference: FIRST };
    play(order(&["xgate"]), vec![Event::Sending, lost, Event::Sending, report(delivered("SN1"))]).0
}

#[test]
fn the_other_attempts_failure_refunds_nothing_that_was_delivered() {
    let failed = || word(Source::Report, SECOND, Outcome::Failed(FailureKind::Refused));
    story(delivered_by_the_first_of_two(), vec![failed(), failed()], &["", "nothing"]);
    let delivered_too = word(Source::Report, SECOND, delivered("SN2"));
    story(
        delivered_by_the_first_of_two(),
        vec![delivered_too, failed()],
        &["Cost 10.200, admins: double delivery", "CostReversal 10.200"],
    );
}

#[test]
fn a_reversal_by_the_attempt_that_delivered_gives_back_whichever_attempt_it_was() {
    story(
        delivered_by_the_first_of_two(),
        vec![
            word(Source::Report, SECOND, Outcome::Failed(FailureKind::Refused)),
            report(Outcome::Failed(FailureKind::Reversed)),
        ],
        &["", "CostReversal 10.200, Reversal 10.500, reversed, admins: contradiction, Corrected, books Failed"],
    );
}

#[test]
fn a_reversal_refunds_nothing_while_another_attempt_may_deliver() {
    let reversed = || report(Outcome::Failed(FailureKind::Reversed));
    let untold = "CostReversal 10.200, admins: contradiction, Nothing, books Success";
    let refused = word(Source::Report, SECOND, Outcome::Failed(FailureKind::Refused));
    story(
        delivered_by_the_first_of_two(),
        vec![reversed(), refused],
        &[untold, "Reversal 10.500, reversed, admins: contradiction, Corrected, books Failed"],
    );
    let delivered = word(Source::Report, SECOND, delivered("SN2"));
    story(delivered_by_the_first_of_two(), vec![reversed(), delivered], &[untold, "Cost 10.200"]);
}

#[test]
fn a_report_against_an_admins_word_moves_nothing_by_itself() {
    story(
        order(&[]),
        vec![
            Event::Sending,
            answer(Outcome::Pending),
            admin(AdminVerdict::Success { sn: "SN9".to_owned() }),
            report(Outcome::Failed(FailureKind::Refused)),
        ],
        &["", "diproses", "Cost 10.200, capture, SUKSES SN9", "admins: contradiction, Nothing, books Success"],
    );
}

#[test]
fn an_unclear_report_on_a_final_order_is_told_to_the_admins() {
    story(
        order(&[]),
        vec![Event::Sending, answer(delivered("SN1")), report(Outcome::Unknown(Doubt::Contradictory))],
        &["", "Cost 10.200, capture, SUKSES SN1", "admins: unclear report"],
    );
}

#[test]
fn a_serial_number_that_comes_later_is_passed_on() {
    story(
        order(&[]),
        vec![Event::Sending, report(delivered("")), report(delivered("SN1")), report(delivered("SN1"))],
        &["", "Cost 10.200, capture, SUKSES ", "SUKSES SN1", "nothing"],
    );
}

#[test]
fn a_new_attempt_can_be_escalated_again() {
    let failed = answer(Outcome::Failed(FailureKind::ProductDisturbed));
    let doubt = word(Source::Answer, SECOND, Outcome::Unknown(Doubt::Timeout));
    story(
        order(&["tele"]),
        vec![
            Event::Sending,
            answer(Outcome::Pending),
            Event::Overdue { seen: None },
            failed,
            Event::Sending,
            doubt,
            Event::Overdue { seen: None },
        ],
        &["", "diproses", "admins: overdue", "", "", "", "admins: overdue"],
    );
}

#[test]
fn what_lay_unsent_too_long_is_given_up_with_all_its_routes() {
    let order = story(order(&["xgate"]), vec![Event::Abandoned, Event::Abandoned], &["release, GAGAL", "nothing"]);
    assert!(!order.is_open());
    story(super::tests::order(&[]), vec![Event::Sending, Event::Abandoned], &["", "nothing"]);
}

#[test]
fn what_a_delivery_cost_is_posted_once_and_comes_back_as_posted() {
    let priced = |outcome, charged| Event::Supplier {
        from: Source::Report,
        reference: FIRST,
        reading: Reading { charged: Some(Rupiah::new(charged)), ..Reading::new(outcome) },
        raw: None,
    };
    story(
        order(&[]),
        vec![
            Event::Sending,
            priced(delivered("SN1"), 10_100),
            admin(AdminVerdict::Failed { reason: "salah".to_owned() }),
            admin(AdminVerdict::Success { sn: "SN1".to_owned() }),
        ],
        &["", "Cost 10.100, capture, SUKSES SN1", "Reversal 10.500, reversed", "LateDelivery 10.500, late SN1"],
    );
    story(
        order(&[]),
        vec![Event::Sending, priced(delivered("SN1"), 10_100), priced(Outcome::Failed(FailureKind::Refused), 0)],
        &[
            "",
            "Cost 10.100, capture, SUKSES SN1",
            "CostReversal 10.100, Reversal 10.500, reversed, admins: contradiction, Corrected, books Failed",
        ],
    );
}

/// A bill of one month that was shown with this total.
fn bill(total: i64) -> Order {
    let bill = OrderBill {
        inquiry: crate::ids::InquiryId(5),
        bills: vec![month(total)],
        total: Rupiah::new(total),
        claims: vec!["MEI18".to_owned()],
    };
    let customer = [(Detail::CustomerName, "BUDI".to_owned())].into();
    let price = Rupiah::new(total + 2_500);
    let mut order = Order { kind: ProductKind::Bill, price, bill: Some(bill), customer, ..order(&[]) };
    order.attempts[0].route.cost = Rupiah::ZERO;
    order
}

fn month(total: i64) -> crate::outcome::Bill {
    crate::outcome::Bill { period: "MEI18".to_owned(), total: Rupiah::new(total), ..crate::outcome::Bill::default() }
}

fn looked_again(total: i64) -> Event {
    let inquiry = Inquiry {
        quote: "R1".to_owned(),
        bills: vec![month(total)],
        total: Some(Rupiah::new(total)),
        details: [(Detail::Receipt, "INFO".to_owned())].into(),
        ..Inquiry::default()
    };
    Event::Quoted { reference: FIRST, inquiry }
}

#[test]
fn a_bill_is_paid_as_it_was_shown_and_costs_what_the_supplier_takes() {
    let (order, story) = play(bill(302_500), vec![looked_again(302_500), answer(delivered("REF1"))]);
    assert_eq!(story, ["", "Cost 302.500, capture, SUKSES REF1"]);
    let OrderState::Final(end) = order.state else { panic!("it is final") };
    assert_eq!(end.details.get(&Detail::CustomerName).map(String::as_str), Some("BUDI"));
    assert_eq!(end.details.get(&Detail::Receipt), None, "an inquiry's text is no receipt");
}

#[test]
fn a_bill_that_has_changed_is_not_paid() {
    let (_, story) = play(bill(302_500), vec![looked_again(305_000)]);
    assert_eq!(story, ["release, GAGAL"]);
    let changed = step(&bill(302_500), looked_again(305_000), SECOND, at()).unwrap().order;
    assert_eq!(changed.attempts[0].step, AttemptStep::NotSent);
    let OrderState::Final(end) = changed.state else { panic!("it is final") };
    assert_eq!(end.failure, Some(FailureReason::BillChanged));
}

#[test]
fn a_supplier_that_takes_more_than_it_said_is_told_to_the_admins() {
    let mut reading = Reading::new(delivered("REF1"));
    reading.charged = Some(Rupiah::new(305_000));
    let paid = Event::Supplier { from: Source::Answer, reference: FIRST, reading, raw: None };
    let (_, story) = play(bill(302_500), vec![looked_again(302_500), paid]);
    assert_eq!(story[1], "Cost 305.000, capture, SUKSES REF1, admins: dearer 305.000 than 302.500");
}

#[test]
fn an_admins_word_on_a_bill_posts_what_it_was_shown_to_cost() {
    let sukses = admin(AdminVerdict::Success { sn: "X".to_owned() });
    let (_, story) = play(bill(302_500), vec![looked_again(302_500), answer(Outcome::Unknown(Doubt::Timeout)), sukses]);
    assert_eq!(story[2], "Cost 302.500, capture, SUKSES X");
}

#[test]
fn what_is_seen_of_the_deposit_decides_nothing() {
    let raw = RawReply { at: at(), to: "inquiry".to_owned(), text: "{}".to_owned(), gist: String::new() };
    let seen = Some(Seen { reference: FIRST, balance: Some(Rupiah::new(5)), raw });
    let doubt = answer(Outcome::Unknown(Doubt::Timeout));
    let (order, story) = play(bill(302_500), vec![looked_again(302_500), doubt, Event::Overdue { seen }]);
    assert_eq!(story[2], "admins: overdue");
    assert!(order.is_open());
    assert_eq!(order.attempts[0].balance_after, Some(Rupiah::new(5)));
}

#[test]
fn a_charge_above_the_catalogs_or_the_price_is_told_for_every_order() {
    let charged = |outcome, charged| Event::Supplier {
        from: Source::Answer,
        reference: FIRST,
        reading: Reading { charged: Some(Rupiah::new(charged)), ..Reading::new(outcome) },
        raw: None,
    };
    let told = |took| play(order(&[]), vec![Event::Sending, charged(delivered("SN1"), took)]).1.remove(1);
    assert_eq!(told(10_200), "Cost 10.200, capture, SUKSES SN1");
    assert_eq!(told(9_000), "Cost 9.000, capture, SUKSES SN1");
    assert_eq!(told(10_201), "Cost 10.201, capture, SUKSES SN1, admins: dearer 10.201 than 10.200");
    assert_eq!(told(10_501), "Cost 10.501, capture, SUKSES SN1, admins: dearer 10.501 than 10.200");
    // Sold below its cost on purpose, and the supplier takes what it should: a loss all the same.
    let cheap = Order { price: Rupiah::new(9_000), ..order(&[]) };
    let (_, story) = play(cheap, vec![Event::Sending, charged(delivered("SN1"), 10_200)]);
    assert_eq!(story[1], "Cost 10.200, capture, SUKSES SN1, admins: dearer 10.200 than 10.200");
    // An admin's word, where the supplier had named its price before.
    let (_, story) = play(
        order(&[]),
        vec![Event::Sending, charged(Outcome::Pending, 11_000), admin(AdminVerdict::Success { sn: "SN9".to_owned() })],
    );
    assert!(story[2].contains("dearer 11.000 than 10.200"), "{story:?}");
}
