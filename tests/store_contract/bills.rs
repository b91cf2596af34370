//! Inquiries, and which order pays which bill.

use chrono::TimeDelta;
use konter_core::catalog::ProductKind;
use konter_core::ids::{AgentId, InquiryId, OrderId};
use konter_core::inquiry::{Ask, Inquiry, InquiryState, Purpose};
use konter_core::order::{BillKey, Order, OrderBill, Period};
use konter_store::{Commit, CommitError, Committed, Store, Versioned};

use super::engines::Engine;
use crate::support::*;

fn inquiry(id: u64, agent: u32, customer: &str) -> Inquiry {
    Inquiry {
        id: InquiryId(id),
        version: 1,
        agent: AgentId(agent),
        chat: chat(i64::from(agent)),
        topic: None,
        locale: konter_core::agent::Locale::Id,
        asked: "PLN".to_owned(),
        customer: customer.to_owned(),
        purpose: Purpose::Look,
        client_reference: None,
        ask: Ask {
            product: "PLNPOST".parse().unwrap(),
            product_name: "Tagihan listrik".to_owned(),
            kind: ProductKind::Bill,
            fee: rp(3_000),
            margins: Vec::new(),
            route: route("tele"),
        },
        reference: konter_core::ids::Reference(id),
        untried: Vec::new(),
        refusal: None,
        state: InquiryState::Asking,
        created_at: now(),
    }
}

/// The number an inquiry has that was made so long before now.
fn number(ago: TimeDelta) -> u64 {
    u64::try_from((now() - ago).timestamp_micros()).unwrap()
}

fn write(expected: Option<u32>, row: Inquiry) -> Commit {
    Commit { inquiries: vec![Versioned { expected, row }], ..commit() }
}

async fn latest(store: &Store, agent: u32, customer: &str) -> Option<u64> {
    let found = store.inquiry_of(&"PLNPOST".parse().unwrap(), customer, AgentId(agent)).await.unwrap();
    found.map(|inquiry| inquiry.id.0)
}

async fn asking(store: &Store) -> Vec<u64> {
    store.asking().await.unwrap().iter().map(|inquiry| inquiry.id.0).collect()
}

pub async fn an_inquiry_is_found_until_a_newer_one_takes_its_place(engine: impl Engine) {
    let store = engine.store();
    let (first, second) = (number(TimeDelta::minutes(5)), number(TimeDelta::minutes(1)));
    store.commit(write(None, inquiry(first, 1, "5200"))).await.unwrap();
    store.commit(write(None, inquiry(first + 1, 1, "5201"))).await.unwrap();
    store.commit(write(None, inquiry(first + 2, 2, "5200"))).await.unwrap();
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(latest(&store, 1, "5200").await, Some(first));
    assert_eq!(asking(&store).await, [first, first + 1, first + 2]);
    store.commit(write(None, inquiry(second, 1, "5200"))).await.unwrap();
    assert_eq!(latest(&store, 1, "5200").await, Some(second));
    assert_eq!(latest(&store, 2, "5200").await, Some(first + 2));
    assert_eq!(store.inquiry(InquiryId(first)).await.unwrap(), None);
    assert_eq!(asking(&store).await, [first + 1, first + 2, second]);
}

pub async fn an_inquiry_that_is_answered_is_not_asked_again(engine: impl Engine) {
    let store = engine.store();
    let id = number(TimeDelta::zero());
    let asked = inquiry(id, 1, "5200");
    store.commit(write(None, asked.clone())).await.unwrap();
    let answered = asked.with(InquiryState::Done);
    store.commit(write(Some(1), answered.clone())).await.unwrap();
    assert_eq!(asking(&store).await, [0_u64; 0]);
    assert_eq!(store.inquiry(InquiryId(id)).await.unwrap(), Some(answered.clone()));
    let stale = store.commit(write(Some(1), asked.with(InquiryState::Cancelled))).await;
    assert!(matches!(stale, Err(CommitError::Conflict(_))), "{stale:?}");
}

/// An answer that comes after its inquiry was replaced belongs to nobody.
pub async fn an_answer_to_a_replaced_inquiry_is_a_conflict(engine: impl Engine) {
    let store = engine.store();
    let (first, second) = (number(TimeDelta::minutes(5)), number(TimeDelta::minutes(1)));
    let old = inquiry(first, 1, "5200");
    store.commit(write(None, old.clone())).await.unwrap();
    store.commit(write(None, inquiry(second, 1, "5200"))).await.unwrap();
    let late = store.commit(write(Some(1), old.with(InquiryState::Done))).await;
    assert!(matches!(late, Err(CommitError::Conflict(_))), "{late:?}");
    assert_eq!(latest(&store, 1, "5200").await, Some(second));
}

pub async fn an_inquiry_may_go_on_to_another_product(engine: impl Engine) {
    let store = engine.store();
    let id = number(TimeDelta::zero());
    let mut row = inquiry(id, 1, "5200");
    row.ask.product = "PLN20".parse().unwrap();
    store.commit(write(None, row.clone())).await.unwrap();
    assert_eq!(latest(&store, 1, "5200").await, None);
    row.ask.product = "PLNPOST".parse().unwrap();
    row.version = 2;
    store.commit(write(Some(1), row)).await.unwrap();
    assert_eq!(latest(&store, 1, "5200").await, Some(id));
    assert_eq!(store.inquiry_of(&"PLN20".parse().unwrap(), "5200", AgentId(1)).await.unwrap(), None);
}

pub async fn old_inquiries_go_by_themselves(engine: impl Engine) {
    let store = engine.store();
    let old: Vec<u64> = (0..5).map(|n| number(TimeDelta::days(3)) + n).collect();
    for (id, customer) in old.iter().zip(["1", "2", "3", "4", "5"]) {
        // Written when they were new, as far as the store can tell.
        let mut commit = write(None, inquiry(*id, 1, customer));
        commit.at = now() - TimeDelta::days(3);
        store.commit(commit).await.unwrap();
    }
    for n in 0..3 {
        let customer = format!("new {n}");
        store.commit(write(None, inquiry(number(TimeDelta::zero()) + n, 1, &customer))).await.unwrap();
    }
    for (id, customer) in old.iter().zip(["1", "2", "3", "4", "5"]) {
        assert_eq!(store.inquiry(InquiryId(*id)).await.unwrap(), None);
        assert_eq!(latest(&store, 1, customer).await, None);
    }
    assert_eq!(asking(&store).await.len(), 3);
}

/// Where they settle they are rows like any other.
pub async fn many_inquiries_are_there_after_opening_again(engine: impl Engine) {
    let store = engine.store();
    let first = number(TimeDelta::minutes(5));
    for n in 0..40 {
        store.commit(write(None, inquiry(first + n, 1, &format!("52{n}")))).await.unwrap();
    }
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    for n in 0..40 {
        assert_eq!(latest(&store, 1, &format!("52{n}")).await, Some(first + n));
    }
}

/// An order of a bill's periods.
pub fn bill(id: u64, agent: u32, periods: &[&str]) -> Order {
    let claims = periods.iter().map(|period| (*period).to_owned()).collect();
    let bill = OrderBill { inquiry: InquiryId(1), bills: Vec::new(), total: rp(7_500), claims };
    let nth = u8::try_from(id).unwrap();
    Order { kind: ProductKind::Bill, bill: Some(bill), nth, ..order(id, agent, "5200") }
}

async fn payer(store: &Store, period: &str) -> Option<u64> {
    payer_of(store, Period::Claim(period.to_owned())).await
}

async fn payer_of(store: &Store, period: Period) -> Option<u64> {
    store.order_of_bill(&key_of(period)).await.unwrap().map(|order| order.id.0)
}

pub fn key_of(period: Period) -> BillKey {
    // Zeros in front are nobody's to mind.
    BillKey::new(&"S10".parse().unwrap(), "0005200", period)
}

fn is_conflict(result: &Result<Committed, CommitError>) -> bool {
    matches!(result, Err(CommitError::Conflict(_)))
}

pub async fn a_period_of_a_bill_is_paid_by_one_order(engine: impl Engine) {
    let store = engine.store();
    for n in 1..=2 {
        store.commit(deposit(n, 10_000_000)).await.unwrap();
    }
    let first = bill(1, 1, &["FEB26", "MAR26"]);
    store.commit(place(first.clone())).await.unwrap();
    // While it is open nobody knows what is still owed: whoever it is, and whatever the bill says.
    for twice in [bill(2, 1, &["MAR26", "APR26"]), bill(3, 2, &["FEB26"]), bill(4, 2, &["APR26"])] {
        assert!(is_conflict(&store.commit(place(twice)).await));
    }
    assert_eq!(payer(&store, "APR26").await, None, "a refused commit claims nothing");
    assert_eq!(payer_of(&store, Period::Any).await, Some(1));
    store.commit(succeed(&first)).await.unwrap();
    assert_eq!(payer_of(&store, Period::Any).await, None);
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(payer(&store, "FEB26").await, Some(1));
    for twice in [bill(5, 2, &["MAR26"]), bill(6, 1, &["MAR26", "APR26"])] {
        assert!(is_conflict(&store.commit(place(twice)).await));
    }
    store.commit(place(bill(7, 2, &["APR26"]))).await.unwrap();
    assert_eq!(payer(&store, "APR26").await, Some(7));
}

pub async fn a_failed_payment_frees_its_bill_and_a_late_one_claims_it_beside_the_other(engine: impl Engine) {
    let store = engine.store();
    for n in 1..=2 {
        store.commit(deposit(n, 10_000_000)).await.unwrap();
    }
    let (first, second) = (bill(1, 1, &["FEB26", "MAR26"]), bill(2, 2, &["FEB26"]));
    store.commit(place(first.clone())).await.unwrap();
    store.commit(fail(&first)).await.unwrap();
    assert_eq!(payer(&store, "FEB26").await, None);
    store.commit(place(second.clone())).await.unwrap();
    // It was paid after all: recorded beside the other.
    let paid = Order { version: 3, ..ended(&first, None) };
    let late = Commit { orders: vec![Versioned { expected: Some(2), row: paid.clone() }], ..commit() };
    store.commit(late).await.unwrap();
    assert_eq!(store.order(OrderId(1)).await.unwrap(), Some(paid));
    assert_eq!(payer(&store, "FEB26").await, Some(2));
    assert_eq!(payer(&store, "MAR26").await, Some(1));
    // The other fails: the bill is still paid, by the late one.
    store.commit(fail(&second)).await.unwrap();
    assert_eq!(payer(&store, "FEB26").await, Some(1));
    assert!(is_conflict(&store.commit(place(bill(3, 2, &["FEB26"]))).await));
}
