//! Builders for what a store keeps.
#![allow(dead_code)] // every test file uses some of it

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use konter_core::agent::{Agent, Locale, PinState};
use konter_core::catalog::{ProductKind, Route};
use konter_core::ids::{AgentId, ChatId, OrderId, Reference};
use konter_core::ledger::{AccountId, Posting};
use konter_core::money::Rupiah;
use konter_core::order::card::{OrderLine, Verdict};
use konter_core::order::{Attempt, Decider, FailureReason, Final, Order, OrderState};
use konter_core::outcome::{Details, FailureKind};
use konter_reply::Reply;
use konter_store::{Commit, InboxMessage, MessageKey, Payload, Say, Versioned};

/// A fixed moment, so that nothing depends on when tests run.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_770_000_000, 0).unwrap()
}

pub fn rp(amount: i64) -> Rupiah {
    Rupiah::new(amount)
}

pub fn chat(n: i64) -> ChatId {
    ChatId::telegram(n)
}

pub fn deposits(n: u32) -> AccountId {
    AccountId::Agent(AgentId(n))
}

pub fn agent(n: u32) -> Agent {
    let (pin, chats) = (PinState::new("hash".to_owned(), 4), vec![chat(i64::from(n))]);
    Agent { phones: vec![format!("0812{n:08}")], ..Agent::new(AgentId(n), format!("Toko {n}"), pin, chats, now()) }
}

pub fn route(supplier: &str) -> Route {
    Route {
        supplier: supplier.parse().unwrap(),
        sku: "S10".to_owned(),
        denom: None,
        cost: rp(10_200),
        priority: 1,
        open: true,
    }
}

pub fn attempt(reference: u64) -> Attempt {
    konter_core::order::new_attempt(Reference(reference), route("kios"))
}

/// An open order of 10,500 with one attempt; its reference is its number plus a million.
pub fn order(id: u64, agent: u32, dest: &str) -> Order {
    Order {
        id: OrderId(id),
        version: 1,
        agent: AgentId(agent),
        chat: chat(i64::from(agent)),
        topic: None,
        locale: konter_core::agent::Locale::Id,
        product: "S10".parse().unwrap(),
        product_name: "Telkomsel 10.000".to_owned(),
        kind: ProductKind::Topup,
        dest: dest.to_owned(),
        nth: 1,
        day: NaiveDate::from_ymd_opt(2026, 2, 2).unwrap(),
        buyer_phone: None,
        client_reference: None,
        price: rp(10_500),
        margins: Vec::new(),
        withheld: Vec::new(),
        bill: None,
        customer: konter_core::outcome::Details::new(),
        untried: Vec::new(),
        attempts: vec![attempt(1_000_000 + id)],
        state: OrderState::Open,
        waits_until: None,
        announced: false,
        escalated: false,
        corrected: false,
        created_at: now(),
        updated_at: now(),
    }
}

pub fn line(order: &Order) -> OrderLine {
    OrderLine {
        order: order.id,
        product: order.product.clone(),
        product_name: order.product_name.clone(),
        kind: konter_core::catalog::ProductKind::Topup,
        dest: order.dest.clone(),
        nth: order.nth,
        price: order.price,
        verdict: Verdict::Open,
        sn: String::new(),
        details: Details::new(),
        reason: None,
        at: order.created_at,
        client_reference: None,
        withheld: rp(0),
    }
}

pub fn commit() -> Commit {
    Commit::new(now())
}

pub fn new<T>(row: T) -> Versioned<T> {
    Versioned { expected: None, row }
}

pub fn register(n: u32) -> Commit {
    Commit { agents: vec![new(agent(n))], ..commit() }
}

pub fn deposit(n: u32, amount: i64) -> Commit {
    Commit { postings: vec![pay_in(n, amount)], ..commit() }
}

pub fn pay_in(n: u32, amount: i64) -> Posting {
    Posting::paid_in(AgentId(n), rp(amount), None)
}

pub fn hold(order: &Order) -> Posting {
    Posting::Hold {
        order: order.id,
        debit: AccountId::Agent(order.agent),
        credit: AccountId::Sales,
        amount: order.price,
    }
}

/// Places an order: its row and its hold.
pub fn place(order: Order) -> Commit {
    Commit { postings: vec![hold(&order)], orders: vec![new(order)], ..commit() }
}

pub fn ended(order: &Order, failure: Option<FailureReason>) -> Order {
    let sn = if failure.is_none() { "SN123".to_owned() } else { String::new() };
    let end = Final { failure, sn, details: Details::new(), by: Decider::Supplier, at: now() };
    Order { version: order.version + 1, state: OrderState::Final(end), ..order.clone() }
}

/// The order's next version, with the posting that belongs to it.
fn end(order: &Order, failure: Option<FailureReason>, posting: Posting) -> Commit {
    let row = ended(order, failure);
    Commit { orders: vec![Versioned { expected: Some(order.version), row }], postings: vec![posting], ..commit() }
}

pub fn succeed(order: &Order) -> Commit {
    end(order, None, Posting::Capture { order: order.id })
}

pub fn fail(order: &Order) -> Commit {
    let failure = FailureReason::Supplier(FailureKind::WrongNumber);
    end(order, Some(failure), Posting::Release { order: order.id })
}

pub fn message(chat_of: i64, id: &str) -> InboxMessage {
    InboxMessage {
        sender: "Budi".to_owned(),
        ..InboxMessage::new(
            chat(chat_of),
            id.to_owned(),
            "S10.081234567890.1234".to_owned(),
            now() - TimeDelta::seconds(1),
        )
    }
}

pub fn key(chat_of: i64, id: &str) -> MessageKey {
    message(chat_of, id).key()
}

pub fn say(to: i64, reply: Reply) -> Say {
    Say::new(chat(to), Locale::Id, Payload::Reply(Box::new(reply)))
}
