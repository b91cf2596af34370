//! What a shop's books in PostgreSQL can take, beside the same in a folder: orders accepted, and orders whole (received,
//! accepted, about to be sent, delivered, said: five commits and a look at the outbox, each after the one before), with
//! one, two and four processes at work on one database. Then what PostgreSQL does by itself with the same rows (`pgbench`),
//! and what it was busy with (`pg_stat_statements`).
//!
//! `cargo bench --bench postgres`. It starts a PostgreSQL of its own below the temporary folder (`TMPDIR`: put it on the
//! disk that is meant), with every setting as the package has it. `KONTER_BENCH_SECONDS` is how long each measurement
//! lasts (4), `KONTER_BENCH_ROUNDS` how often all is measured (3): medians are printed, with the lowest and the highest.
//! `KONTER_BENCH_WITH` is a command that each of the processes is started with: one that gives it a share of a processor
//! shows how throughput grows with processes while the database has room.

mod evidence;
mod load;
mod pgbench;
#[allow(dead_code, reason = "tests use the rest")]
#[path = "../../tests/support/postgres.rs"]
mod postgres;
#[path = "../../tests/support/store.rs"]
mod support;
mod worker;

use std::collections::BTreeMap;
use std::time::Duration;

use konter_store::audit::audit;
use konter_store::sled_store::{SledOptions, SledStore};
use konter_store::{Commit, Store};
use load::{AGENTS, BALANCE, Done, Way};
use postgres::Cluster;
use support::pay_in;

/// Who asks for orders at the same time, in each process.
const CALLERS: usize = 64;
const PROCESSES: [usize; 3] = [1, 2, 4];

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Some(task) = worker::task() {
        runtime.block_on(worker::work(task));
    } else {
        runtime.block_on(compare(Duration::from_secs(number("KONTER_BENCH_SECONDS", 4))));
    }
}

/// What was measured of one thing, over all rounds.
#[derive(Default)]
struct Measured {
    rates: Vec<f64>,
    done: Done,
}

impl Measured {
    fn note(&mut self, done: Done, lasted: Duration) {
        self.rates.push(f64::from(done.orders) / lasted.as_secs_f64());
        self.done += done;
    }
}

fn spread(rates: &[f64]) -> String {
    let mut sorted = rates.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |place: usize| sorted.get(place).copied().unwrap_or_default();
    format!("{:.0} ({:.0} to {:.0})", at(sorted.len() / 2), at(0), at(sorted.len().saturating_sub(1)))
}

type Table = BTreeMap<(usize, String), [Measured; 2]>;

async fn compare(lasts: Duration) {
    let rounds = number("KONTER_BENCH_ROUNDS", 3);
    let folder = tempfile::tempdir().expect("a folder");
    let sled = Store::new(SledStore::open(&folder.path().join("store"), SledOptions::default()).expect("a store"));
    pay_everybody(&sled).await;
    let cluster = Cluster::durable(&evidence::SETTINGS.map(|setting| ["-c", setting]).concat());
    let url = cluster.as_ref().map(|cluster| cluster.database().url);
    if let Some(cluster) = &cluster {
        let store = cluster.database().open().await;
        pay_everybody(&store).await;
        store.close().await.expect("closed");
        evidence::begin(&cluster.database().url).await;
    }
    println!("{}", evidence::machine(folder.path()));
    let mut table = Table::new();
    for _ in 0..rounds {
        for (place, way) in Way::BOTH.into_iter().enumerate() {
            let measured = &mut table.entry((0, "folder (sled)".to_owned())).or_default()[place];
            measured.note(load::run(&sled, CALLERS, way, lasts, load::fresh_numbers()).await, lasts);
            for count in PROCESSES {
                let Some(url) = &url else { continue };
                let name = format!("PostgreSQL, {count} process{}", if count == 1 { "" } else { "es" });
                let measured = &mut table.entry((count, name)).or_default()[place];
                measured.note(worker::run(url, count, CALLERS, way, lasts), lasts);
            }
        }
    }
    print(&table, rounds, lasts);
    if let Some(cluster) = cluster {
        evidence::print(&cluster.database().url).await;
        let store = cluster.database().open().await;
        let report = audit(&store).await.expect("an audit");
        assert!(report.is_clean(), "{report}");
        store.close().await.expect("closed");
        pgbench::compare(&cluster, lasts).await;
    }
}

async fn pay_everybody(store: &Store) {
    let postings = (1..=AGENTS).map(|agent| pay_in(agent, BALANCE)).collect();
    store.commit(Commit { postings, ..support::commit() }).await.expect("deposits");
}

fn print(table: &Table, rounds: u64, lasts: Duration) {
    println!("{rounds} rounds of {lasts:?} each, {CALLERS} callers in each process: median (lowest to highest)");
    println!("{:<26}{:>26}{:>26}{:>14}{:>16}", "", "accepted/s", "whole/s", "round trips", "us of processor");
    println!("{:<26}{:>26}{:>26}{:>14}{:>16}", "", "", "", "a whole one", "a whole one");
    for ((_, name), [accepted, whole]) in table {
        let orders = f64::from(whole.done.orders).max(1.0);
        println!(
            "{name:<26}{:>26}{:>26}{:>14.2}{:>16.0}",
            spread(&accepted.rates),
            spread(&whole.rates),
            f64::from(whole.done.round_trips) / orders,
            whole.done.worked.as_secs_f64() * 1e6 / orders
        );
    }
}
