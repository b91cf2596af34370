//! How fast orders go through, measured in three steps: reading a message, making an order durable, and the whole way
//! from a reseller's message to the reply that says SUKSES.
//!
//! `cargo bench --bench order_path`, or one group of it: `cargo bench --bench order_path -- hold`. The stores stand
//! below the temporary folder (`TMPDIR`): put it on the disk that is meant.

mod holds;
mod orders;
#[path = "../../tests/support/store.rs"]
mod support;
mod waits;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use tokio::runtime::Runtime;

use holds::Holds;
use orders::Orders;
use waits::Waits;

/// Resellers, or callers of the store, at once.
const AT_ONCE: [usize; 4] = [1, 16, 64, 256];

fn parse(c: &mut Criterion) {
    let ten = (0..10).map(|n| format!("S10.0812345678{n}0.")).collect::<Vec<_>>().concat() + "1234";
    let mut group = c.benchmark_group("parse");
    group.warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    for (name, text) in [("one order", "S10.081234567890.1234"), ("ten orders", ten.as_str())] {
        group.bench_function(name, |b| b.iter(|| konter_command::parse(black_box(text))));
    }
}

/// One commit as the shop makes it for an accepted order, durable when it counts. Several are under way at once.
fn hold(c: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let mut group = c.benchmark_group("hold");
    group.sample_size(10).sampling_mode(SamplingMode::Flat).throughput(Throughput::Elements(1));
    group.warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(5));
    for callers in AT_ONCE {
        let mut waits = Waits::default();
        let mut opened = None;
        group.bench_function(BenchmarkId::from_parameter(callers), |b| {
            let holds = opened.get_or_insert_with(|| runtime.block_on(Holds::open()));
            b.iter_custom(|count| runtime.block_on(holds.run(callers, count, &mut waits)));
        });
        // Left out on the command line: nothing to say.
        if let Some(holds) = opened {
            waits.print("hold", callers);
            runtime.block_on(holds.close());
        }
    }
}

/// A message received, held, sent to a supplier over HTTP, its success kept, and both replies (the PIN's message to be
/// deleted, and SUKSES) taken from the outbox.
fn order(c: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let mut group = c.benchmark_group("order");
    group.sample_size(10).sampling_mode(SamplingMode::Flat).throughput(Throughput::Elements(1));
    group.warm_up_time(Duration::from_secs(2)).measurement_time(Duration::from_secs(12));
    for resellers in AT_ONCE {
        let mut waits = Waits::default();
        let mut opened = None;
        group.bench_function(BenchmarkId::from_parameter(resellers), |b| {
            let orders = opened.get_or_insert_with(|| runtime.block_on(Orders::open(resellers)));
            b.iter_custom(|count| runtime.block_on(orders.run(count, &mut waits)));
        });
        if let Some(orders) = opened {
            waits.print("order", resellers);
            runtime.block_on(orders.close());
        }
    }
}

/// Holds without a pause, so many that nothing can hide how fast they settle, each stretch by itself: there must be no cliff.
/// `KONTER_BENCH_HOLDS=2000000 cargo bench --bench order_path -- endless`.
fn endless(_: &mut Criterion) {
    let Some(count) = std::env::var("KONTER_BENCH_HOLDS").ok().and_then(|count| count.parse::<u64>().ok()) else {
        return;
    };
    let runtime = Runtime::new().expect("a runtime");
    let mut holds = runtime.block_on(Holds::open());
    println!("this disk, 64 holds at once appended and synced: {:.0} a second at most", holds.limit_of_disk(64));
    let stretch = (count / 20).max(1);
    for _ in 0..count.div_ceil(stretch) {
        let mut waits = Waits::default();
        runtime.block_on(holds.run(64, stretch, &mut waits));
        waits.print("endless", 64);
    }
    println!("{} MiB in the data dir", holds.bytes() >> 20);
    runtime.block_on(holds.close());
}

criterion_group!(benches, parse, hold, order, endless);
criterion_main!(benches);
