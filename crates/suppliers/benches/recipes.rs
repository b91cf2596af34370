//! How long a recipe takes to read one reply: every recorded one in words in turn, and one reply with JSON.
//! Reading must not be what an order waits for: no more than 20 µs each, in the mean over all of them.
//!
//! `cargo bench -p konter-suppliers`

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use konter_suppliers::recipe::Recipe;

const LIMIT: Duration = Duration::from_micros(20);

fn replies() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/otomax/replies.jsonl");
    let lines = std::fs::read_to_string(path).expect("the recorded replies");
    let reply = |line: &str| -> Option<String> {
        let line: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(line.get("reply")?.as_str()?.to_owned())
    };
    lines.lines().filter_map(reply).collect()
}

fn reading(c: &mut Criterion) {
    let otomax = Recipe::load("otomax").expect("it is shipped");
    let replies = replies();
    let mut place = 0;
    c.bench_function("otomax, one reply of all recorded", |b| {
        b.iter(|| {
            place = (place + 1) % replies.len();
            otomax.taken(black_box(&replies[place]))
        });
    });
    let digiflazz = Recipe::load("digiflazz").expect("it is shipped");
    let answer = r#"{"data":{"ref_id":"1700000000001","customer_no":"081234567890","buyer_sku_code":"s10","message":"Transaksi Sukses","status":"Sukses","rc":"00","buyer_last_saldo":89400,"sn":"0041002345678901","price":10600}}"#;
    c.bench_function("digiflazz, one reply", |b| b.iter(|| digiflazz.taken(black_box(answer))));
    held(&otomax, &replies);
}

/// The mean of many rounds against the limit; and which replies take longest.
fn held(recipe: &Recipe, replies: &[String]) {
    const ROUNDS: u32 = 200;
    let mut times: Vec<(Duration, &str)> = replies
        .iter()
        .map(|reply| {
            let started = Instant::now();
            for _ in 0..ROUNDS {
                black_box(recipe.taken(black_box(reply)));
            }
            (started.elapsed() / ROUNDS, reply.as_str())
        })
        .collect();
    times.sort_unstable();
    let mean =
        times.iter().map(|(time, _)| *time).sum::<Duration>() / u32::try_from(times.len()).expect("some hundred");
    let slowest = times.last().expect("there are replies");
    println!("{} replies: {mean:?} in the mean, {:?} the slowest ({} bytes)", times.len(), slowest.0, slowest.1.len());
    assert!(mean <= LIMIT, "{mean:?} is more than {LIMIT:?}");
}

criterion_group!(benches, reading);
criterion_main!(benches);
