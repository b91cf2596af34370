//! The load: callers who each take one order after the other through its commits.

use std::ops::AddAssign;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use konter_core::order::Order;
use konter_reply::Reply;
use konter_store::{Commit, Store, Versioned};

use crate::support::{chat, commit, key, message, order, place, say, succeed};

pub const AGENTS: u32 = 500;
/// Nobody runs out of it.
pub const BALANCE: i64 = 1_000_000_000_000;
/// Numbers of one run: none has so many orders.
const STRETCH: u64 = 1_000_000;

/// What of an order is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Accepted,
    Whole,
}

impl Way {
    pub const BOTH: [Self; 2] = [Self::Accepted, Self::Whole];
}

/// What was done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Done {
    pub orders: u32,
    pub round_trips: u32,
    /// The processors' time of those who asked; the database's own is not in it.
    pub worked: Duration,
}

impl AddAssign for Done {
    fn add_assign(&mut self, other: Self) {
        self.orders += other.orders;
        self.round_trips += other.round_trips;
        self.worked += other.worked;
    }
}

/// Where a run's numbers of orders begin.
pub fn fresh_numbers() -> u64 {
    static RUNS: AtomicU64 = AtomicU64::new(1);
    RUNS.fetch_add(1, Ordering::Relaxed) * STRETCH
}

pub async fn run(store: &Store, callers: usize, way: Way, lasts: Duration, first: u64) -> Done {
    let next = Arc::new(AtomicU64::new(first));
    let (worked_before, trips_before) = (worked(), konter_store::postgres::round_trips());
    let started = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let (store, next) = (store.clone(), Arc::clone(&next));
            let to = i64::try_from(first).expect("small") + i64::try_from(caller).expect("small");
            tokio::spawn(async move {
                let mut done = 0_u32;
                while started.elapsed() < lasts {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let agent = u32::try_from(number % u64::from(AGENTS)).expect("small") + 1;
                    let order = Order { chat: chat(to), ..order(number, agent, &format!("0812{number:08}")) };
                    match way {
                        Way::Accepted => drop(store.commit(place(order)).await.expect("accepted")),
                        Way::Whole => whole(&store, to, order).await,
                    }
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut orders = 0;
    for task in tasks {
        orders += task.await.expect("no panic");
    }
    let round_trips = konter_store::postgres::round_trips() - trips_before;
    let round_trips = u32::try_from(round_trips).unwrap_or(u32::MAX);
    Done { orders, round_trips, worked: worked().saturating_sub(worked_before) }
}

/// The five commits the shop makes for an order that is delivered at once.
async fn whole(store: &Store, to: i64, order: Order) {
    let id = order.id.0.to_string();
    let received = Commit { received: vec![message(to, &id)], ..commit() };
    store.commit(received).await.expect("received");
    let accepted =
        Commit { answers: Some((key(to, &id), order.id.0)), handled: Some(key(to, &id)), ..place(order.clone()) };
    store.commit(accepted).await.expect("accepted");
    let sending = Order { version: 2, announced: true, ..order };
    let about_to_be_sent = Versioned { expected: Some(1), row: sending.clone() };
    store.commit(Commit { orders: vec![about_to_be_sent], ..commit() }).await.expect("about to be sent");
    let delivered = Commit { outgoing: vec![say(to, Reply::TryAgain { order: true })], ..succeed(&sending) };
    store.commit(delivered).await.expect("delivered");
    let rows = store.outbox(&chat(to), 8).await.expect("an outbox");
    let said = rows.into_iter().map(|row| (row.chat, row.seq)).collect();
    store.commit(Commit { sent: said, ..commit() }).await.expect("said");
}

/// The processors' time this process has used; nothing where Linux's `/proc` is missing.
fn worked() -> Duration {
    /// Linux counts it in hundredths of a second on every machine.
    const TICK: Duration = Duration::from_millis(10);
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the program's name in brackets: state, ten numbers, then user and system time.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|ticks| ticks.parse::<u32>().ok()).map(|ticks| TICK * ticks).sum()
}
