//! What a day's report costs, with a thousand and with a million orders behind the day: the same; and once the day is
//! closed: at most three times as much.
//!
//! `cargo bench --bench reports`. The stores stand below the temporary folder (`TMPDIR`) and are made first, which
//! takes a minute or two.

#[path = "../../tests/support/store.rs"]
mod support;

use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use konter_core::ids::{AgentId, ChatId, OrderId};
use konter_core::ledger::{AccountId, Posting};
use konter_core::money::Rupiah;
use konter_core::order::{Decider, Final, Order, OrderState};
use konter_core::outcome::{Delivery, Details, Outcome};
use konter_core::report::Book;
use konter_core::report::Span;
use konter_store::sled_store::{SledOptions, SledStore};
use konter_store::{Commit, Store, Versioned};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Orders of the day that is reported on.
const OF_THE_DAY: u64 = 500;
/// Orders before it.
const BEHIND: [u64; 2] = [1_000, 1_000_000];
const AGENTS: u64 = 100;
const PRICE: i64 = 10_500;
/// Orders in one commit while the store is filled.
const AT_ONCE: u64 = 500;

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day")
}

fn midnight() -> DateTime<Utc> {
    day().and_hms_opt(0, 0, 0).expect("a time").and_utc()
}

struct Filled {
    store: Store,
    _folder: TempDir,
}

/// So many orders before the day, ten seconds apart, then the day's own.
async fn fill(behind: u64) -> Filled {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::new(SledStore::open(&folder.path().join("store"), SledOptions::default()).expect("a store"));
    let mut commit = Commit::new(midnight() - TimeDelta::days(400));
    commit.postings = (1..=AGENTS).map(deposit).collect();
    store.commit(commit).await.expect("deposits");
    let all = behind + OF_THE_DAY;
    let mut next = 1;
    while next <= all {
        let last = (next + AT_ONCE - 1).min(all);
        let orders: Vec<Order> = (next..=last).map(|id| order(id, behind)).collect();
        let mut commit = Commit::new(orders.first().map_or_else(midnight, |order| order.created_at));
        for order in orders {
            let (id, agent) = (order.id, AccountId::Agent(order.agent));
            let hold = Posting::Hold { order: id, debit: agent, credit: AccountId::Sales, amount: order.price };
            commit.postings.extend([hold, Posting::Capture { order: id }]);
            commit.orders.push(Versioned { expected: None, row: order });
        }
        store.commit(commit).await.expect("orders");
        next = last + 1;
    }
    Filled { store, _folder: folder }
}

fn deposit(agent: u64) -> Posting {
    Posting::paid_in(agent_of(agent), Rupiah::new(1_000_000_000_000), None)
}

fn agent_of(id: u64) -> AgentId {
    AgentId(u32::try_from(id % AGENTS + 1).expect("few"))
}

fn order(id: u64, behind: u64) -> Order {
    let seconds = (i64::try_from(id).expect("few") - i64::try_from(behind).expect("few") - 1) * 10;
    let at = midnight() + TimeDelta::seconds(seconds);
    let sn = "0412345678901234".to_owned();
    let mut attempt = support::attempt(1_000_000_000 + id);
    attempt.outcome = Some(Outcome::Success(Delivery { sn: sn.clone(), details: Details::new() }));
    attempt.charged = Some(attempt.route.cost);
    Order {
        agent: agent_of(id),
        chat: ChatId::telegram(1),
        day: at.date_naive(),
        price: Rupiah::new(PRICE),
        attempts: vec![attempt],
        state: OrderState::Final(Final { failure: None, sn, details: Details::new(), by: Decider::Supplier, at }),
        created_at: at,
        updated_at: at,
        ..support::order(id, 1, &format!("0812{id:08}"))
    }
}

/// Closes every day there is.
async fn close(store: &Store) {
    while let Some(first) = store.first_unclosed(DateTime::<Utc>::MAX_UTC).await.expect("read") {
        let day = first.date_naive();
        let ends = (day + TimeDelta::days(1)).and_time(chrono::NaiveTime::MIN).and_utc();
        store.close_day(day, ends, DateTime::<Utc>::MAX_UTC).await.expect("closed");
    }
}

/// The day's figures, read as the shop reads them.
async fn report(store: &Store) -> Book {
    let mut book = Book::new(Span::day(day()));
    let first = store.first_order_since(midnight() - TimeDelta::minutes(10)).await.expect("read").expect("an order");
    // The day is the last one; one more read finds its end.
    let mut next = first;
    loop {
        let orders = store.orders_from(next, 500).await.expect("read");
        let Some(last) = orders.last() else { break };
        next = OrderId(last.id.0 + 1);
        for order in &orders {
            book.take(order, order.created_at.naive_utc());
        }
    }
    assert_eq!(book.total().orders, OF_THE_DAY);
    book
}

fn reports(c: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let mut group = c.benchmark_group("report of a day of 500");
    group.sample_size(20).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(5));
    for behind in BEHIND {
        let mut filled = None;
        group.bench_function(BenchmarkId::new("orders behind it", behind), |b| {
            let filled = filled.get_or_insert_with(|| runtime.block_on(fill(behind)));
            b.iter(|| runtime.block_on(report(&filled.store)));
        });
        let mut closed = false;
        group.bench_function(BenchmarkId::new("closed, orders behind it", behind), |b| {
            let filled = filled.get_or_insert_with(|| runtime.block_on(fill(behind)));
            if !std::mem::replace(&mut closed, true) {
                runtime.block_on(close(&filled.store));
            }
            b.iter(|| runtime.block_on(report(&filled.store)));
        });
    }
}

criterion_group!(benches, reports);
criterion_main!(benches);
