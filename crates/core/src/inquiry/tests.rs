//! Whom is asked, what an answer makes of an inquiry, and until when it counts.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;
use crate::agent::Locale;
use crate::catalog::{Catalog, ProductKind, SAMPLE, parse_catalog};
use crate::ids::{AgentId, ChatId, InquiryId, SupplierId};
use crate::money::Rupiah;
use crate::order::claims;
use crate::order::refusal::Why;
use crate::outcome;
use crate::outcome::{Bill, FailureKind};
use crate::phone::PrefixTable;
use crate::routing::Availability;

fn catalog() -> Catalog {
    Catalog::new(parse_catalog(SAMPLE, None, &|_| false).unwrap())
}

/// Who is asked, as `product@supplier`; or why nobody is.
fn asked(word: Option<&str>, customer: &str, awake: &[&str]) -> Result<String, Why> {
    let can_tell = |id: &SupplierId, kind: ProductKind| {
        let knows = match id.as_str() {
            "tele" => kind != ProductKind::Topup,
            "xgate" => kind == ProductKind::Token,
            "ppob" => kind == ProductKind::Bill,
            _ => false,
        };
        match (knows, awake.contains(&id.as_str())) {
            (false, _) => Availability::NotSetUp,
            (true, true) => Availability::Ready,
            (true, false) => Availability::CutOff,
        }
    };
    let catalog = catalog();
    let prefixes = PrefixTable::default();
    let counter = Counter { catalog: &catalog, prefixes: &prefixes, can_tell: &can_tell, read: |_, text| text.parse() };
    let found = match word {
        Some(word) => counter.bill(&BillWord(&word.parse().unwrap()), customer)?,
        None => meter_asks(&counter, customer)?,
    };
    let asks: Vec<String> = found.asks.iter().map(|ask| format!("{}@{}", ask.product, ask.route.supplier)).collect();
    Ok(asks.join(" "))
}

const ALL: [&str; 3] = ["tele", "xgate", "ppob"];

#[test]
fn a_bill_is_found_by_what_people_call_it() {
    for (word, expected) in [
        ("PLNPOST", "PLNPOST@tele"),
        ("PLN", "PLNPOST@tele"),
        ("PLNNON", "PLNNON@tele"),
        ("PLNN", "PLNNON@tele"),
        ("TELKOM", "TELKOM@tele"),
        ("TEL", "TELKOM@tele"),
        ("INDIHOME", "TELKOM@tele"),
        ("PDAM", "PDAM@ppob"),
        ("AIR", "PDAM@ppob"),
        ("PLN20", "PLN20@xgate PLN20@tele"),
    ] {
        assert_eq!(asked(Some(word), "520010509867", &ALL).as_deref(), Ok(expected), "{word}");
    }
}

#[test]
fn what_cannot_be_looked_up_says_why() {
    let why = |word: &str, customer: &str, awake: &[&str]| asked(Some(word), customer, awake).unwrap_err();
    assert!(matches!(why("S10", "081234567890", &ALL), Why::NotABill { .. }));
    assert!(matches!(why("QQ", "5200105", &ALL), Why::UnknownProduct { .. }));
    // `TAGIHAN` is in several names: nobody knows which is meant.
    assert!(matches!(why("TAGIHAN", "5200105", &ALL), Why::UnknownProduct { .. }));
    assert_eq!(why("PLN", "123", &ALL), Why::TooShort);
    assert_eq!(why("PLN", &"1".repeat(30), &ALL), Why::TooLong);
    assert_eq!(why("PLN", "5200105", &["ppob"]), Why::CutOff { until: None });
}

#[test]
fn a_meter_is_asked_as_a_token_first_and_a_customer_number_as_a_bill() {
    let all = |customer: &str| asked(None, customer, &ALL).unwrap();
    assert_eq!(all("14027480301"), "PLN20@xgate PLN20@tele PLNPOST@tele");
    assert_eq!(all("520010509867"), "PLNPOST@tele PLN20@xgate PLN20@tele");
    assert_eq!(asked(None, "14027480301", &["xgate"]).unwrap(), "PLN20@xgate");
    assert_eq!(asked(None, "14027480301", &[]), Err(Why::CutOff { until: None }));
    assert_eq!(asked(None, "1402", &ALL), Err(Why::TooShort));
}

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

fn ask(product: &str, kind: ProductKind) -> Ask {
    let catalog = catalog();
    let product = catalog.get(&product.parse().unwrap()).unwrap();
    Ask {
        product: product.code.clone(),
        product_name: product.name.clone(),
        kind,
        fee: product.price,
        margins: Vec::new(),
        route: product.routes[0].clone(),
    }
}

fn inquiry(asks: Vec<Ask>) -> Inquiry {
    let mut asks = asks.into_iter();
    Inquiry {
        id: InquiryId(1),
        version: 1,
        agent: AgentId(1),
        chat: ChatId::telegram(1),
        topic: None,
        locale: Locale::Id,
        asked: "PLN".to_owned(),
        customer: "520010509867".to_owned(),
        purpose: Purpose::Look,
        client_reference: None,
        ask: asks.next().unwrap(),
        untried: asks.collect(),
        refusal: None,
        reference: crate::ids::Reference(1),
        state: InquiryState::Asking,
        created_at: now(),
    }
}

fn bill_of(total: Option<i64>) -> outcome::Inquiry {
    outcome::Inquiry { total: total.map(Rupiah::new), ..outcome::Inquiry::default() }
}

#[test]
fn a_bill_is_shown_with_the_shops_fee_on_top() {
    let asked = inquiry(vec![ask("PLNPOST", ProductKind::Bill)]);
    let Answered::Bill(row) = asked.answered(Got::Found(bill_of(Some(302_500))), now() + TimeDelta::minutes(15)) else {
        panic!("it is a bill");
    };
    let quote = row.payable(now()).unwrap();
    assert_eq!((quote.total, quote.price), (Rupiah::new(302_500), Rupiah::new(305_500)));
    assert!(row.payable(now() + TimeDelta::minutes(15)).is_none());
    assert!(row.with(InquiryState::Cancelled).payable(now()).is_none());
}

#[test]
fn a_bill_without_an_amount_is_never_payable() {
    for total in [None, Some(0), Some(-5)] {
        let answered = inquiry(vec![ask("PLNPOST", ProductKind::Bill)]).answered(Got::Found(bill_of(total)), now());
        assert!(matches!(answered, Answered::Refused(_, None)), "{total:?}");
    }
}

#[test]
fn the_next_supplier_is_asked_until_none_is_left_and_the_most_telling_refusal_is_told() {
    let refused = |kinds: &[Option<FailureKind>]| {
        let mut row = inquiry(kinds.iter().map(|_| ask("PLNPOST", ProductKind::Bill)).collect());
        for kind in kinds {
            match row.answered(kind.map_or(Got::Nothing, Got::Refused), now()) {
                Answered::AskOn(next) => row = next,
                Answered::Refused(_, told) => return told,
                other => panic!("{other:?}"),
            }
        }
        panic!("somebody is left to ask");
    };
    let (disturbed, paid, wrong) = (FailureKind::SupplierDisturbed, FailureKind::BillPaid, FailureKind::WrongNumber);
    assert_eq!(refused(&[None, None]), None);
    assert_eq!(refused(&[Some(disturbed), None]), Some(disturbed));
    assert_eq!(refused(&[Some(disturbed), Some(paid)]), Some(paid));
    assert_eq!(refused(&[Some(wrong)]), Some(wrong));
}

#[test]
fn a_bill_refused_at_one_supplier_is_not_looked_for_at_another() {
    for kind in [FailureKind::BillPaid, FailureKind::Refused, FailureKind::WrongNumber] {
        let asks = vec![ask("PLNPOST", ProductKind::Bill), ask("PLNPOST", ProductKind::Bill)];
        let answered = inquiry(asks).answered(Got::Refused(kind), now());
        assert!(matches!(answered, Answered::Refused(..)), "{kind:?}");
        // Whose meter it is may be asked all the same.
        let asks = vec![ask("PLNPOST", ProductKind::Bill), ask("PLN20", ProductKind::Token)];
        let answered = inquiry(asks).answered(Got::Refused(kind), now());
        assert!(matches!(answered, Answered::AskOn(_)), "{kind:?}");
    }
}

#[test]
fn nothing_shown_outlives_its_day() {
    let quarter = TimeDelta::minutes(15);
    let midnight = now() + TimeDelta::hours(5);
    assert_eq!(expires_at(now(), quarter, midnight), now() + quarter);
    assert_eq!(expires_at(midnight - TimeDelta::minutes(4), quarter, midnight), midnight);
}

fn month(period: &str, total: i64) -> Bill {
    Bill { period: period.to_owned(), total: Rupiah::new(total), ..Bill::default() }
}

#[test]
fn what_a_payment_claims_are_its_periods_or_else_its_month_and_amount() {
    let day = "2026-11-21".parse().unwrap();
    let claims = |bills: &[Bill], total| claims(bills, Rupiah::new(total), day);
    assert_eq!(claims(&[month("Mar26", 5), month("FEB26", 7)], 12), ["2026-02", "2026-03"]);
    assert_eq!(claims(&[], 12), ["2026-11:12"]);
    assert_eq!(claims(&[month("FEB26, MAR 2026", 12)], 12), ["2026-02", "2026-03"]);
    assert_eq!(claims(&[month("4b2b77ebb7e", 12)], 12), ["2026-11:12"]);
    assert_eq!(claims(&[month("", 5), month(" ", 5), month("FEB26", 7)], 17), ["2026-02", "2026-11:5"]);
}

proptest! {
    /// Whatever suppliers say, a reseller is asked for the supplier's amount and the fee, or for nothing.
    #[test]
    fn the_price_is_always_the_total_and_the_fee(total in any::<i64>()) {
        let asked = inquiry(vec![ask("PLNPOST", ProductKind::Bill)]);
        let fee = asked.ask.fee;
        match asked.answered(Got::Found(bill_of(Some(total))), now()) {
            Answered::Bill(Inquiry { state: InquiryState::Shown(quote), .. }) => {
                prop_assert_eq!(quote.total.get(), total);
                prop_assert_eq!(quote.price.checked_sub(quote.total), Some(fee));
            }
            Answered::Refused(..) => prop_assert!(total <= 0 || total > i64::MAX - fee.get()),
            other => prop_assert!(false, "{other:?}"),
        }
    }
}
