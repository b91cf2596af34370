//! A disk that fills up, in each thing a shop writes: what is said, that nothing half-written counts, and that all of it goes on
//! once there is room. The disk is a small one in memory, which only root can make: without it these tests say so and pass.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::{DateTime, Utc};
use konter::backup::set::{self, Proof};
use konter::backup::{self, BackupError, folder};
use konter_store::audit::audit;
use konter_store::sled_store::{Limits, SledOptions, SledStore};
use konter_store::{Store, StoreError, rebuild};

use crate::support::store::*;

const MIB: u64 = 1 << 20;
/// Nothing reaches sled before it must.
const CALM: Limits = Limits { calm: 80_000_000, full: 80_000_000, segment: 300_000, base: u64::MAX };
/// Everything reaches it at once.
const APPLIES: Limits = Limits { calm: 0, full: 200_000, ..CALM };

/// A disk of its own.
struct Disk(tempfile::TempDir);

impl Disk {
    /// `None`: this machine lets nobody make one.
    fn of(bytes: u64) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={bytes}");
        let made = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "none"]).arg(folder.path()).output();
        if made.is_ok_and(|made| made.status.success()) {
            return Some(Self(folder));
        }
        eprintln!("no disk can be made here (not root?): what a full one does is not tested");
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn free(&self) -> u64 {
        fs2::available_space(self.path()).unwrap()
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }

    /// Something else takes all but so many bytes.
    fn leave(&self, bytes: u64) {
        let mut filler = File::options().create(true).append(true).open(self.filler()).unwrap();
        let page = vec![1; 4 << 10];
        while self.free() > bytes && filler.write_all(&page).is_ok() {}
    }

    fn make_room(&self) {
        fs::remove_file(self.filler()).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

fn try_open(data: &Path, limits: Limits) -> Result<Store, StoreError> {
    SledStore::open(data, SledOptions { limits, ..SledOptions::default() }).map(Store::new)
}

fn open(data: &Path, limits: Limits) -> Store {
    try_open(data, limits).unwrap()
}

/// Delivered orders with something to them, until that fails; how many were answered.
async fn trade(store: &Store, from: u64, most: u64) -> (u64, Option<String>) {
    for id in from..from + most {
        let mut order = order(id, 1, &format!("08{id}"));
        order.product_name = "x".repeat(10_000);
        if let Err(error) = store.commit(place(order)).await {
            return (id - from, Some(error.to_string()));
        }
    }
    (most, None)
}

async fn begin(data: &Path, limits: Limits) -> Store {
    let store = open(data, limits);
    store.commit(register(1)).await.unwrap();
    store.commit(deposit(1, 1_000_000_000)).await.unwrap();
    store
}

async fn orders(store: &Store) -> u64 {
    let report = audit(store).await.unwrap();
    assert!(report.is_clean(), "{report}");
    u64::try_from(report.holds).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The books' own file, and sled's when rows are applied.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_finds_no_room_is_refused_and_what_was_answered_is_there_afterwards() {
    for limits in [CALM, APPLIES] {
        let Some(disk) = Disk::of(48 * MIB) else { return };
        let data = disk.path().join("data");
        let store = begin(&data, limits).await;
        let before = trade(&store, 1, 50).await.0;
        disk.leave(2 * MIB);
        let (more, said) = trade(&store, 51, 5_000).await;
        let said = said.expect("the disk was not full");
        assert!(more > 0 && store.commit(deposit(1, 1)).await.is_err(), "nothing is written after that");
        // What the owners and the log are told, and `/health` says, whichever file it was.
        let failed = store.failed().await.to_string();
        assert!(said.contains("No space left") && failed.contains("No space left"), "{said}; {failed}");
        if limits.calm > 0 {
            // Who looks still sees what was answered.
            assert_eq!(u64::try_from(store.holds().await.unwrap().len()).unwrap(), before + more);
        }
        drop(store);
        // A start while it is full changes nothing, and says why it is none.
        if let Err(error) = try_open(&data, limits) {
            assert!(error.to_string().contains("No space left"), "{error}");
        }
        disk.make_room();
        let store = open(&data, limits);
        let there = orders(&store).await;
        assert!((before + more..=before + more + 1).contains(&there), "{there} of {}", before + more);
        assert_eq!(trade(&store, 10_000, 20).await, (20, None));
        assert_eq!(orders(&store).await, there + 20);
        store.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_that_finds_no_room_is_closed_later() {
    let Some(disk) = Disk::of(48 * MIB) else { return };
    let elsewhere = tempfile::tempdir().unwrap();
    for (data, words, is_short) in
        [(disk.path().join("data"), "too little room", true), (elsewhere.path().join("data"), "No space left", false)]
    {
        let store = begin(&data, CALM).await;
        for id in 1..=20 {
            let order = order(id, 1, &format!("08{id}"));
            store.commit(place(order.clone())).await.unwrap();
            store.commit(succeed(&order)).await.unwrap();
        }
        let before = audit(&store).await.unwrap();
        if !is_short {
            // There was room when it began.
            fs::create_dir(data.join("days")).unwrap();
            std::os::unix::fs::symlink("/dev/full", data.join("days/2026-02-02.unfinished")).unwrap();
        }
        let day = now().date_naive();
        let close = async || store.close_day(day, DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MAX_UTC).await;
        let said = close().await.unwrap_err().to_string();
        assert!(said.contains(words), "{said}");
        assert!(!data.join("days").exists() || names(&data.join("days")).is_empty(), "nothing half-written stays");
        assert_eq!(audit(&store).await.unwrap(), before);
        if !is_short {
            assert!(close().await.unwrap() > 0);
            assert_eq!(audit(&store).await.unwrap(), before);
        }
        store.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_base_that_finds_no_room_leaves_the_books_as_they_are() {
    let rolls = Limits { base: 100_000, ..CALM };
    let Some(disk) = Disk::of(60 * MIB) else { return };
    let data = disk.path().join("data");
    let store = begin(&data, rolls).await;
    assert_eq!(trade(&store, 1, 300).await, (300, None), "beside a base nobody is refused");
    store.close().await.unwrap();
    drop(store);
    let books = names(&data.join("books"));
    assert!(books.len() > 3 && books.iter().all(|name| name.contains(".book") && !name.contains(".base")), "{books:?}");
    assert_eq!(orders(&open(&data, CALM)).await, 300);

    // There was room when it began. The next one has it.
    let elsewhere = tempfile::tempdir().unwrap();
    let data = elsewhere.path().join("data");
    fs::create_dir_all(data.join("books")).unwrap();
    for record in 1..=100 {
        std::os::unix::fs::symlink("/dev/full", data.join(format!("books/{record:020}.base-new"))).unwrap();
    }
    let store = begin(&data, rolls).await;
    let mut next = 1;
    while !names(&data.join("books")).iter().any(|name| name.contains(".base") && !name.ends_with("-new")) {
        assert!(next < 100_000, "no base ever");
        assert_eq!(trade(&store, next, 10).await, (10, None));
        next += 10;
    }
    assert_eq!(orders(&store).await, next - 1);
    assert!(names(&data.join("books")).iter().filter(|name| name.ends_with("-new")).count() < 100, "one was tried");
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_finds_no_room_is_none_and_says_so() {
    let Some(disk) = Disk::of(8 * MIB) else { return };
    let (elsewhere, backups) = (tempfile::tempdir().unwrap(), disk.path().to_owned());
    let store = begin(&elsewhere.path().join("data"), CALM).await;
    trade(&store, 1, 50).await;
    let parts = store.parts().await.unwrap().unwrap();
    let refused =
        tokio::task::spawn_blocking(move || set::make(&parts, now(), &backups, Proof::WhenDue)).await.unwrap();
    let said = refused.unwrap_err();
    assert!(matches!(said, BackupError::NoRoom { .. }), "{said}");
    assert!(folder::manifests(disk.path()).unwrap().is_empty() && names(&disk.path().join(set::PARTS)).is_empty());
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_that_finds_no_room_leaves_the_state_there_was() {
    let Some(disk) = Disk::of(48 * MIB) else { return };
    let data = disk.path().join("data");
    let store = begin(&data, APPLIES).await;
    trade(&store, 1, 400).await;
    store.close().await.unwrap();
    drop(store);
    disk.leave(MIB);
    let said = rebuild(&data, 0).unwrap_err().to_string();
    assert!(said.contains("No space left"), "{said}");
    disk.make_room();
    assert_eq!(orders(&open(&data, APPLIES)).await, 400, "by the state there was");
    rebuild(&data, 0).unwrap();
    assert!(!names(&data).iter().any(|name| name.starts_with("state.")), "{:?}", names(&data));
    assert_eq!(orders(&open(&data, APPLIES)).await, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_that_finds_no_room_leaves_the_shop_there_was() {
    let Some(disk) = Disk::of(48 * MIB) else { return };
    let (elsewhere, data) = (tempfile::tempdir().unwrap(), disk.path().join("data"));
    let backups = elsewhere.path().join("backups");
    let big = begin(&elsewhere.path().join("data"), CALM).await;
    for id in 1..=400 {
        let mut order = order(id, 1, &format!("08{id}"));
        // It is not to be packed.
        order.product_name = (0..10_000).map(|_| char::from(rand::random_range(b'a'..=b'z'))).collect();
        big.commit(place(order)).await.unwrap();
    }
    let parts = big.parts().await.unwrap().unwrap();
    let into = backups.clone();
    tokio::task::spawn_blocking(move || set::make(&parts, now(), &into, Proof::WhenDue)).await.unwrap().unwrap();
    big.close().await.unwrap();
    let small = begin(&data, CALM).await;
    trade(&small, 1, 3).await;
    small.close().await.unwrap();
    drop(small);
    disk.leave(MIB);
    let put_back = || backup::restore(&backups, &data, true, None, now());
    let said = tokio::task::block_in_place(put_back).err().unwrap().to_string();
    assert!(said.contains("No space left"), "{said}");
    assert!(!names(&data).iter().any(|name| name == "restoring"), "{:?}", names(&data));
    assert_eq!(orders(&open(&data, CALM)).await, 3, "the shop that was there");
    disk.make_room();
    tokio::task::block_in_place(put_back).unwrap().take_place().unwrap();
    assert_eq!(orders(&open(&data, CALM)).await, 400);
}
