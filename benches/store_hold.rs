//! How many orders a second the sled store can take: each is one durable commit of an order's row with one attempt,
//! its hold, the answered key, one reply to say, and the handled message out of the inbox.
//!
//! `cargo bench --bench store_hold`; `STORE_HOLD_SECS` sets the seconds per step, `STORE_HOLD_DIR` the folder,
//! `STORE_HOLD_CALLERS` takes one number of callers instead of several.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use konter::ids::{AgentId, OrderId};
use konter::reply::Reply;
use konter::store::audit::audit;
use konter::store::sled_store::{SledOptions, SledStore};
use konter::store::{Commit, Say, Sequence, Store};

#[path = "../tests/support/store.rs"]
mod support;
use support::{agent, chat, commit, deposits, key, line, message, new, order, pay_in, place, say};

const AGENTS: u32 = 1_000;
/// Orders that may wait to be answered while messages come in one commit of this many.
const INBOX_BATCH: u64 = 64;

fn main() {
    let seconds = std::env::var("STORE_HOLD_SECS").ok().and_then(|secs| secs.parse().ok()).unwrap_or(4);
    let temp = tempfile::tempdir().expect("a temporary folder");
    let dir = std::env::var_os("STORE_HOLD_DIR").map_or_else(|| temp.path().join("store"), PathBuf::from);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = Arc::new(SledStore::open(&dir, SledOptions::default()).expect("a store"));
        let agents = (1..=AGENTS).map(|n| new(agent(n))).collect();
        let postings = (1..=AGENTS).map(|n| pay_in(n, 1_000_000_000_000)).collect();
        store.commit(Commit { agents, postings, ..commit() }).await.expect("registers");
        println!("callers   commits/s   p50 ms   p99 ms");
        let only = std::env::var("STORE_HOLD_CALLERS").ok().and_then(|callers| callers.parse().ok());
        for callers in only.map_or_else(|| vec![1, 16, 64, 256], |callers| vec![callers]) {
            let (rate, mut waits) = measure(&store, callers, Duration::from_secs(seconds)).await;
            waits.sort_unstable();
            let at = |share: usize| waits[(waits.len() - 1) * share / 100].as_secs_f64() * 1e3;
            println!("{callers:>7}   {rate:>9.0}   {:>6.2}   {:>6.2}", at(50), at(99));
        }
        store.close().await.expect("closes");
        let started = Instant::now();
        let store = SledStore::open(&dir, SledOptions::default()).expect("opens again");
        println!("opened again in {:.2} s", started.elapsed().as_secs_f64());
        let started = Instant::now();
        let report = audit(&store).await.expect("an audit");
        println!("audited in {:.2} s:\n{report}", started.elapsed().as_secs_f64());
    });
}

async fn measure(store: &Arc<SledStore>, callers: u64, time: Duration) -> (f64, Vec<Duration>) {
    let started = Instant::now();
    let tasks: Vec<_> = (0..callers).map(|_| tokio::spawn(caller(store.clone(), started + time))).collect();
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await.expect("a caller ends well"));
    }
    let taken = started.elapsed().as_secs_f64();
    (f64::from(u32::try_from(waits.len()).unwrap_or(u32::MAX)) / taken, waits)
}

/// Receives some messages, then answers each with an order; only the orders are counted.
async fn caller(store: Arc<SledStore>, until: Instant) -> Vec<Duration> {
    let mut waits = Vec::new();
    while Instant::now() < until {
        let mut ids = Vec::new();
        for _ in 0..INBOX_BATCH {
            ids.push(store.next(Sequence::Order).await.expect("a number"));
        }
        let received = ids.iter().map(|id| message(chat_of(*id), &id.to_string())).collect();
        store.commit(Commit { received, ..commit() }).await.expect("received");
        for id in ids {
            let decided = hold(id);
            let asked = Instant::now();
            store.commit(decided).await.expect("held");
            waits.push(asked.elapsed());
            if asked > until {
                break;
            }
        }
    }
    waits
}

fn chat_of(id: u64) -> i64 {
    i64::try_from(id % u64::from(AGENTS)).unwrap_or(0) + 1
}

fn hold(id: u64) -> Commit {
    let chat_of = chat_of(id);
    let agent = u32::try_from(chat_of).unwrap_or(1);
    let order = konter::order::Order {
        id: OrderId(id),
        agent: AgentId(agent),
        chat: chat(chat_of),
        ..order(id, agent, &format!("0812{:08}", id * 7919 % 100_000_000))
    };
    let told = Say { balance_of: Some(deposits(agent)), ..say(chat_of, Reply::OrderPending(line(&order))) };
    let message = key(chat_of, &id.to_string());
    Commit { answers: Some((message.clone(), id)), handled: Some(message), says: vec![told], ..place(order) }
}
