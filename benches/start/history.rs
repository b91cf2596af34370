//! A shop with a long history: orders as they stand after they succeeded, with everything a commit wrote for them.

use std::path::Path;

use crate::support;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use konter_core::agent::{Agent, PinState};
use konter_core::catalog::Route;
use konter_core::ids::{AgentId, ChatId, OrderId, Reference};
use konter_core::ledger::{AccountId, Posting, Reason};
use konter_core::money::Rupiah;
use konter_core::order::{AttemptStep, Decider, Final, Order, OrderState, RawReply, new_attempt};
use konter_core::outcome::{Delivery, Detail, Details, Outcome};
use konter_store::sled_store::{SledOptions, SledStore};
use konter_store::{Commit, MessageKey, Store, Versioned};

const AGENTS: u64 = 1_000;
const PRICE: i64 = 10_500;
const COST: i64 = 10_150;
/// One every half minute.
const ORDERS_A_DAY: u64 = 2_880;
/// Days that stay with the engine: the setting's default.
const OPEN_DAYS: i64 = 40;
/// Orders in one commit.
const AT_ONCE: u64 = 500;
/// One order in so many has a long receipt.
const RECEIPT_EVERY: u64 = 50;
const SUPPLIER: &str = "tele";

/// A supplier that nobody answers for and that is never asked about an order: doubts stay doubts.
pub fn supplier_settings() -> Vec<(&'static str, &'static str)> {
    vec![
        ("KONTER_SUPPLIERS", "kios,xgate,biller,ppob,tele"),
        ("SUPPLIER_KIOS_PROTOCOL", "teleanjar"),
        ("SUPPLIER_XGATE_PROTOCOL", "teleanjar"),
        ("SUPPLIER_BILLER_PROTOCOL", "teleanjar"),
        ("SUPPLIER_PPOB_PROTOCOL", "teleanjar"),
        ("SUPPLIER_TELE_PROTOCOL", "teleanjar"),
    ]
    .into_iter()
    .chain(["KIOS", "XGATE", "BILLER", "PPOB", "TELE"].into_iter().flat_map(credentials))
    .collect()
}

fn credentials(id: &'static str) -> Vec<(&'static str, &'static str)> {
    let named = |suffix: &str| -> &'static str { Box::leak(format!("SUPPLIER_{id}_{suffix}").into_boxed_str()) };
    let mut all: Vec<(&'static str, &'static str)> =
        ["PARTNER_ID", "USERNAME", "PASSWORD", "API_KEY"].map(|suffix| (named(suffix), "bench")).into();
    all.push((named("URL"), "http://127.0.0.1:9"));
    all
}

fn beginning() -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(2025, 1, 1).and_then(|day| day.and_hms_opt(0, 0, 0)).expect("a moment").and_utc()
}

/// Makes a store with so many orders, the last `open` of them in doubt.
pub async fn fill(data: &Path, orders: u64, open: u64) {
    let store = Store::new(SledStore::open(data, SledOptions::default()).expect("a store"));
    let mut commit = Commit::new(beginning());
    for number in 1..=AGENTS {
        commit.agents.push(Versioned { expected: None, row: agent(number) });
        commit.postings.push(transfer(AccountId::Cash, AccountId::Agent(agent_of(number)), 1_000_000_000_000, None));
    }
    store.commit(commit).await.expect("resellers");
    let (settled, mut first, mut day) = (orders.saturating_sub(open), 1, beginning().date_naive());
    while first <= orders {
        let last = (first + ORDERS_A_DAY - 1).min(orders);
        place_all(&store, first, last, settled).await;
        close_days(&store, day).await;
        (first, day) = (last + 1, day.succ_opt().expect("a day"));
    }
    store.close().await.expect("closes");
}

/// Closes what a shop would have closed by then.
async fn close_days(store: &Store, today: NaiveDate) {
    let limit = today - TimeDelta::days(OPEN_DAYS);
    while let Some(first) = store.first_unclosed(DateTime::<Utc>::MAX_UTC).await.expect("a read") {
        let day = first.date_naive();
        let ends = (day + TimeDelta::days(1)).and_time(chrono::NaiveTime::MIN).and_utc();
        if day >= limit || store.close_day(day, ends, DateTime::<Utc>::MAX_UTC).await.expect("closed") == 0 {
            return;
        }
    }
}

/// Adds orders as fast as the store takes them, and ends the process at once: the log is as full then as it gets, and
/// sled has written much since it was opened.
pub async fn flood_and_die(data: &Path, first: u64, orders: u64) -> ! {
    let store = Store::new(SledStore::open(data, SledOptions::default()).expect("a store"));
    let last = first + orders - 1;
    place_all(&store, first, last, last).await;
    std::process::exit(0)
}

/// Adds orders to a store, all of them final.
pub async fn add(store: &Store, first: u64, orders: u64) {
    let last = first + orders - 1;
    place_all(store, first, last, last).await;
}

/// Those up to `settled` are final, the others in doubt.
async fn place_all(store: &Store, first: u64, last: u64, settled: u64) {
    let mut next = first;
    while next <= last {
        let end = (next + AT_ONCE - 1).min(last);
        // Each order is a commit of its own, as in a shop; the writer makes groups of them.
        let placed = (next..=end).map(|id| store.commit(place(order(id, id > settled))));
        futures::future::try_join_all(placed).await.expect("orders");
        next = end + 1;
    }
}

/// What a shop has written by the time the order is final.
fn place(order: Order) -> Commit {
    let mut commit = Commit::new(order.created_at);
    let (id, agent) = (order.id, AccountId::Agent(order.agent));
    let supplier = AccountId::Supplier(SUPPLIER.parse().expect("an id"));
    commit.answers = Some((MessageKey::Chat { chat: order.chat.clone(), message: id.to_string() }, id.0));
    commit.postings.push(Posting::Hold { order: id, debit: agent, credit: AccountId::Sales, amount: order.price });
    if !order.is_open() {
        commit.postings.push(Posting::Capture { order: id });
        commit.postings.push(transfer(AccountId::Cost, supplier, COST, Some(id)));
    }
    commit.orders.push(Versioned { expected: None, row: order });
    commit
}

fn transfer(debit: AccountId, credit: AccountId, amount: i64, order: Option<OrderId>) -> Posting {
    let reason = if order.is_some() { Reason::Cost } else { Reason::Deposit };
    Posting::Transfer { debit, credit, amount: Rupiah::new(amount), reason, order, note: None, may_overdraw: false }
}

fn agent_of(id: u64) -> AgentId {
    AgentId(u32::try_from(id % AGENTS + 1).expect("few"))
}

fn chat_of(id: u64) -> ChatId {
    ChatId::telegram(i64::from(agent_of(id).0))
}

fn agent(number: u64) -> Agent {
    let pin = PinState::new("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNo".to_owned(), 4);
    Agent::new(agent_of(number), format!("Konter {number}"), pin, vec![chat_of(number)], beginning())
}

/// Orders come half a minute apart; those of a flood have high numbers and come whenever.
fn moment(id: u64) -> DateTime<Utc> {
    beginning() + TimeDelta::seconds(i64::try_from(id % 10_000_000).expect("few") * 30)
}

fn order(id: u64, is_open: bool) -> Order {
    let at = moment(id);
    let route = Route { cost: Rupiah::new(COST), ..support::route(SUPPLIER) };
    let sn = format!("04{id:014}");
    let mut attempt = new_attempt(Reference(1_700_000_000_000_000 + id), route);
    (attempt.step, attempt.sent_at) = (AttemptStep::Sent, Some(at));
    attempt.outcome = Some(if is_open {
        Outcome::Pending
    } else {
        Outcome::Success(Delivery { sn: sn.clone(), details: Details::new() })
    });
    attempt.charged = Some(Rupiah::new(COST));
    attempt.replies.push(RawReply {
        at,
        to: "purchase".to_owned(),
        text: format!("#{id}#S10#ke:0812{id:08}#SUKSES#SN:{sn}# Sisa saldo Rp.10,250,000-Rp. 10,150=Rp. 10,239,850#"),
        gist: format!("SUKSES | SN:{sn}"),
    });
    // A bill's receipt now and then: rows that outgrow a piece are part of every shop's history.
    let details = if id.is_multiple_of(RECEIPT_EVERY) {
        Details::from([(Detail::Receipt, "LEMBAR STRUK PEMBAYARAN\n".repeat(250))])
    } else {
        Details::new()
    };
    let done = Final { failure: None, sn, details, by: Decider::Supplier, at };
    Order {
        agent: agent_of(id),
        chat: chat_of(id),
        day: at.date_naive(),
        price: Rupiah::new(PRICE),
        attempts: vec![attempt],
        state: if is_open { OrderState::Open } else { OrderState::Final(done) },
        announced: true,
        escalated: true,
        created_at: at,
        updated_at: at,
        ..support::order(id, 1, &format!("0812{id:08}"))
    }
}
