//! What a shop's books in PostgreSQL can take, beside the same in a folder: orders accepted, and orders whole (accepted
//! and delivered), with one, two and four stores (processes, to the database) at work on one database.
//!
//! `cargo bench --bench postgres`. It starts a PostgreSQL of its own below the temporary folder (`TMPDIR`: put it on the
//! disk that is meant), with every setting as the package has it.

#[allow(dead_code, reason = "tests use the rest")]
#[path = "../../tests/support/postgres.rs"]
mod postgres;
#[path = "../../tests/support/store.rs"]
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use konter::store::audit::audit;
use konter::store::sled_store::{SledOptions, SledStore};
use konter::store::{Commit, Store};
use postgres::Cluster;
use support::{order, pay_in, place, succeed};

/// Who asks for orders at the same time, over all stores.
const CALLERS: [usize; 3] = [16, 64, 256];
const STORES: [usize; 3] = [1, 2, 4];
const AGENTS: u32 = 500;
/// Nobody runs out of it.
const BALANCE: i64 = 1_000_000_000_000;
const LASTS: Duration = Duration::from_secs(5);

/// What of an order is measured.
#[derive(Clone, Copy)]
enum Way {
    Accepted,
    Whole,
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(compare());
}

async fn compare() {
    println!("{:<22}{:>8}{:>16}{:>16}", "store", "callers", "accepted/s", "whole/s");
    let folder = tempfile::tempdir().expect("a folder");
    let sled = SledStore::open(&folder.path().join("store"), SledOptions::default()).expect("a store");
    measure("folder (sled)", &[Arc::new(sled)]).await;
    let Some(cluster) = Cluster::durable() else { return };
    for count in STORES {
        let mut stores: Vec<Arc<dyn Store>> = Vec::new();
        for _ in 0..count {
            stores.push(cluster.database().open().await);
        }
        measure(&format!("PostgreSQL, {count} stores"), &stores).await;
        if count == STORES[STORES.len() - 1] {
            print_sizes(&cluster.database().url).await;
        }
        for store in stores {
            store.close().await.expect("closed");
        }
    }
}

/// What orders take on the disk, indexes included.
async fn print_sizes(url: &str) {
    const SIZES: &str = "SELECT relname::text, pg_total_relation_size(oid) / (SELECT count(*) FROM orders) FROM pg_class \
        WHERE relkind = 'r' AND relname IN ('orders', 'journal', 'slots', 'supplier_references') ORDER BY 1";
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("a connection");
    tokio::spawn(connection);
    for row in client.query(SIZES, &[]).await.expect("sizes") {
        println!("{:<22}{:>8} bytes an order", row.get::<_, String>(0), row.get::<_, i64>(1));
    }
}

async fn measure(name: &str, stores: &[Arc<dyn Store>]) {
    let postings = (1..=AGENTS).map(|agent| pay_in(agent, BALANCE)).collect();
    stores[0].commit(Commit { postings, ..support::commit() }).await.expect("deposits");
    for callers in CALLERS {
        let accepted = rate(stores, callers, Way::Accepted).await;
        let whole = rate(stores, callers, Way::Whole).await;
        println!("{name:<22}{callers:>8}{accepted:>16.0}{whole:>16.0}");
    }
    let report = audit(&*stores[0]).await.expect("an audit");
    assert!(report.is_clean(), "{report}");
}

/// Orders a second.
async fn rate(stores: &[Arc<dyn Store>], callers: usize, way: Way) -> f64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let started = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let store = Arc::clone(&stores[caller % stores.len()]);
            tokio::spawn(async move {
                let mut done = 0_u32;
                while started.elapsed() < LASTS {
                    let number = NEXT.fetch_add(1, Ordering::Relaxed);
                    let agent = u32::try_from(number % u64::from(AGENTS)).expect("small") + 1;
                    let order = order(number, agent, &format!("0812{number:08}"));
                    store.commit(place(order.clone())).await.expect("accepted");
                    if matches!(way, Way::Whole) {
                        store.commit(succeed(&order)).await.expect("delivered");
                    }
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += task.await.expect("no panic");
    }
    f64::from(done) / started.elapsed().as_secs_f64()
}
