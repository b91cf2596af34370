//! Whole shops copied while they work, and put back: nothing is missing, nothing that was given is given again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::store::*;
use chrono::{DateTime, TimeDelta, Utc};
use konter::backup::{self, BackupError};
use konter_store::audit::audit;
use konter_store::memory::MemoryStore;
use konter_store::sled_store::{Limits, SledOptions, SledStore};
use konter_store::{Commit, Sequence, Store};

fn open(path: &Path, limits: Limits) -> Store {
    Store::new(SledStore::open(path, SledOptions { limits, ..SledOptions::default() }).unwrap())
}

/// All rows in sled as soon as possible, none, and something in between; a base now and then, and none.
const LIMITS: [Limits; 3] = [
    Limits { calm: 0, full: 1 << 20, segment: 100_000, base: u64::MAX },
    Limits { calm: usize::MAX, full: usize::MAX, segment: u64::MAX, base: 0 },
    Limits { calm: 40_000, full: 80_000_000, segment: 20_000, base: 100_000 },
];

/// Orders from `first` on: every other one is delivered, every fifth failed.
async fn trade(store: &Store, orders: impl Iterator<Item = u64>) {
    for id in orders {
        let order = order(id, 1, &format!("08{id}"));
        store.commit(place(order.clone())).await.unwrap();
        match id % 5 {
            0 => drop(store.commit(fail(&order)).await.unwrap()),
            1 | 3 => drop(store.commit(succeed(&order)).await.unwrap()),
            _ => {}
        }
    }
}

async fn shop(store: &Store) {
    store.commit(register(1)).await.unwrap();
    store.commit(deposit(1, 1_000_000_000)).await.unwrap();
    trade(store, 1..=60).await;
    let mut long = order(61, 1, "0861");
    long.product_name = "x".repeat(200_000);
    store.commit(place(long)).await.unwrap();
    store.commit(Commit { received: vec![message(1, "m1")], ..commit() }).await.unwrap();
}

/// Makes a backup as the shop stands.
async fn backed_up(store: &Store, folder: &Path) -> (PathBuf, backup::Made) {
    let path = folder.join("shop.backup");
    let (snapshot, to) = (store.snapshot().await.unwrap(), path.clone());
    let made = tokio::task::spawn_blocking(move || backup::make(snapshot, now(), &to, true)).await.unwrap().unwrap();
    (path, made)
}

fn put_back(file: &Path, data: &Path, at: DateTime<Utc>) -> Option<PathBuf> {
    backup::restore(file, data, true, None, at).unwrap().take_place().unwrap()
}

/// Everything in it, to compare.
async fn rows(store: &Store) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut rows = store.snapshot().await.unwrap().all().unwrap();
    // The mark of a restore is a restored shop's own.
    rows.retain(|(key, _)| !key.ends_with(b"restored"));
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_put_back_is_the_shop_that_was_copied() {
    for limits in LIMITS {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("data"), limits);
        shop(&store).await;
        let (file, made) = backed_up(&store, folder.path()).await;
        assert!(made.report.is_clean(), "{}", made.report);
        assert_eq!(made.report, audit(&store).await.unwrap(), "what was proven on the way is what the audit says");
        let elsewhere = folder.path().join("elsewhere");
        assert_eq!(put_back(&file, &elsewhere, now()), None);
        let restored = open(&elsewhere, limits);
        assert_eq!(audit(&restored).await.unwrap(), made.report);
        assert_eq!(rows(&restored).await, rows(&store).await, "{limits:?}");
        assert_eq!(restored.open_orders().await.unwrap(), store.open_orders().await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_copy_of_a_working_shop_is_the_shop_at_one_moment() {
    for limits in LIMITS {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("data"), limits);
        shop(&store).await;
        let enough = Arc::new(AtomicBool::new(false));
        let trading = tokio::spawn({
            let (store, enough) = (store.clone(), enough.clone());
            async move {
                let mut id = 100;
                while !enough.load(Ordering::Relaxed) {
                    trade(&store, id..id + 10).await;
                    id += 10;
                }
            }
        });
        let mut lines = 0;
        for _ in 0..4 {
            let (file, made) = backed_up(&store, folder.path()).await;
            assert!(made.report.is_clean(), "{}", made.report);
            assert!(made.report.entries >= lines);
            lines = made.report.entries;
            assert!(backup::verify(&file, None).unwrap().report.is_clean());
        }
        enough.store(true, Ordering::Relaxed);
        trading.await.unwrap();
        assert!(audit(&store).await.unwrap().is_clean());
        assert!(store.journal(lines, 1).await.unwrap().len() == 1, "the shop went on");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_is_of_its_moment_however_long_it_takes_and_holds_nothing_up() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Limits { calm: 0, full: 200_000, segment: 50_000, base: 60_000 });
    shop(&store).await;
    let before = rows(&store).await;
    let (snapshot, beside) = (store.snapshot().await.unwrap(), store.snapshot().await.unwrap());
    trade(&store, 100..400).await;
    drop(beside);
    assert_eq!(snapshot.all().unwrap(), before);
    assert!(audit(&store).await.unwrap().is_clean());
}

#[tokio::test]
async fn numbers_given_after_the_backup_are_not_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("data"), Limits::default());
    shop(&store).await;
    let (file, _) = backed_up(&store, folder.path()).await;
    let (made_at, later) = (now(), now() + TimeDelta::hours(30));
    let mut data = folder.path().join("first");
    for _ in 0..2 {
        put_back(&file, &data, later);
        let restored = open(&data, Limits::default());
        let mark = restored.restored().await.unwrap().unwrap();
        assert_eq!((mark.made_at, mark.at, mark.pending), (Some(made_at), later, true));
        let next = [Sequence::Order, Sequence::Agent, Sequence::Ticket];
        let next = [
            restored.next(next[0]).await.unwrap(),
            restored.next(next[1]).await.unwrap(),
            restored.next(next[2]).await.unwrap(),
        ];
        assert_eq!(next, [61 + 200_000 + 1, 1 + 2_000 + 1, 20_000 + 1], "two days begun");
        restored.commit(Commit { taken_over: true, ..commit() }).await.unwrap();
        assert!(!restored.restored().await.unwrap().unwrap().pending);
        restored.close().await.unwrap();
        data = folder.path().join("second");
    }
    assert!(store.commit(Commit { taken_over: true, ..commit() }).await.is_err(), "it was never restored");
}

#[tokio::test]
async fn what_was_in_the_data_dir_is_kept_and_its_backups_stay() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let store = open(&data, Limits::default());
    shop(&store).await;
    let (file, made) = backed_up(&store, folder.path()).await;
    trade(&store, 100..110).await;
    store.close().await.unwrap();
    drop(store);
    fs::create_dir(data.join("backups")).unwrap();
    fs::write(data.join("backups/konter-x.backup"), "old").unwrap();

    let refused = backup::restore(&file, &data, false, None, now());
    assert!(matches!(refused, Err(BackupError::NotEmpty(_))), "{refused:?}");
    let untouched = open(&data, Limits::default());
    assert!(audit(&untouched).await.unwrap().entries > made.report.entries);
    drop(untouched);

    let aside = put_back(&file, &data, now()).unwrap();
    for (dir, entries) in [(&data, Some(made.report.entries)), (&aside, None)] {
        let store = open(dir, Limits::default());
        let report = audit(&store).await.unwrap();
        assert!(report.is_clean() && entries.is_none_or(|entries| entries == report.entries), "{report}");
    }
    assert_eq!(fs::read_to_string(data.join("backups/konter-x.backup")).unwrap(), "old");
    assert!(!data.join(backup::BUILT_IN).exists());
}

#[tokio::test]
async fn what_was_there_goes_aside_also_twice_in_one_second() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let store = Store::new(MemoryStore::new());
    shop(&store).await;
    let (file, made) = backed_up(&store, folder.path()).await;
    assert_eq!(put_back(&file, &data, now()), None);
    let asides: Vec<PathBuf> = (0..3).map(|_| put_back(&file, &data, now()).unwrap()).collect();
    for dir in asides.iter().chain([&data]) {
        let report = audit(&open(dir, Limits::default())).await.unwrap();
        assert_eq!(report.entries, made.report.entries, "{}", dir.display());
    }
}

#[tokio::test]
async fn a_bad_backup_costs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let store = Store::new(MemoryStore::new());
    shop(&store).await;
    let (file, _) = backed_up(&store, folder.path()).await;
    let whole = fs::read(&file).unwrap();
    let bad = folder.path().join("bad.backup");
    for end in [0, 10, whole.len() / 2, whole.len() - 1] {
        fs::write(&bad, &whole[..end]).unwrap();
        assert!(backup::restore(&bad, &data, true, None, now()).is_err());
        assert!(!data.exists());
    }
}

#[tokio::test]
async fn a_backup_is_there_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(MemoryStore::new());
    shop(&store).await;
    let path = folder.path().join("shop.backup");
    let broken = backup::keep(&path, false, |_| Err(BackupError::CutOff));
    assert!(matches!(broken, Err(BackupError::CutOff)));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing half-written is left");
    backed_up(&store, folder.path()).await;
    let before = fs::read(&path).unwrap();
    let again = backup::make(store.snapshot().await.unwrap(), now(), &path, false);
    assert!(matches!(again, Err(BackupError::Exists(_))));
    assert_eq!(fs::read(&path).unwrap(), before);
}
