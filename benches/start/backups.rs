//! What the backups of a shop with much history take: the first, one in which 100 orders are new, one in which nothing is.

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use konter::backup::set::{self, Copied, Proof};
use konter_store::Store;
use konter_store::sled_store::{SledOptions, SledStore};

use crate::history;

/// What a backup with 100 new orders may take.
const LIMIT: Duration = Duration::from_secs(1);
const MOST_BYTES: u64 = 1_000_000;
const NEW: u64 = 100;
const ROUNDS: u64 = 5;

pub async fn measure(folder: &Path) {
    let store = Store::new(SledStore::open(&folder.join("data"), SledOptions::default()).expect("a store"));
    let backups = tempfile::tempdir_in(folder).expect("a folder");
    let (began, mut now) = (Utc::now(), Utc::now());
    let (first, took) = back_up(&store, now, backups.path()).await;
    println!("first backup: {} kB in {took:.1?}, proven as a whole", first.new_bytes / 1_000);
    // By the clock, so that a folder that is kept can be used again: any number above the history's.
    let mut next = u64::try_from(began.timestamp()).expect("a time after 1970") * 1_000;
    let (mut slowest, mut largest) = (Duration::ZERO, 0);
    for _ in 0..ROUNDS {
        history::add(&store, next, NEW).await;
        (next, now) = (next + NEW, now + TimeDelta::hours(1));
        let (made, took) = back_up(&store, now, backups.path()).await;
        (slowest, largest) = (slowest.max(took), largest.max(made.new_bytes));
    }
    println!(
        "backup with {NEW} new orders, slowest and largest of {ROUNDS}: {slowest:.2?}, {} kB ({} the limits of {LIMIT:?} and {} kB)",
        largest / 1_000,
        if slowest < LIMIT && largest < MOST_BYTES { "within" } else { "ABOVE" },
        MOST_BYTES / 1_000
    );
    let (made, took) = back_up(&store, now + TimeDelta::hours(1), backups.path()).await;
    println!(
        "backup with nothing new: {took:.2?}, {} kB; all parts of one: {} kB",
        made.new_bytes / 1_000,
        made.bytes / 1_000
    );
    store.close().await.expect("closes");
}

async fn back_up(store: &Store, now: DateTime<Utc>, into: &Path) -> (Copied, Duration) {
    let (began, into) = (Instant::now(), into.to_owned());
    let parts = store.parts().await.expect("a read").expect("a store in a folder");
    let made =
        tokio::task::spawn_blocking(move || set::make(&parts, now, &into, Proof::WhenDue)).await.expect("no panic");
    (made.expect("a backup"), began.elapsed())
}
