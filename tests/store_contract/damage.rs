//! Files that are not what they were: the store opens with everything there, or says that it cannot. It never opens with
//! less and says nothing.

use std::fs;
use std::path::{Path, PathBuf};

use konter_store::audit::audit;
use konter_store::sled_store::{LogLimits, SledOptions, SledStore};
use konter_store::{RawRow, Store, StoreError};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::engines::open;
use crate::support::*;

/// What became of opening damaged files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opened {
    /// Everything is there.
    Whole {
        repaired: bool,
    },
    Refused,
    /// It opened with less, and the audit says so.
    Noticed,
    /// It opened, its books are right, and other rows are gone or changed.
    Unnoticed,
}

type Damage = fn(&mut Vec<u8>);

struct Shop {
    folder: tempfile::TempDir,
    lines: u64,
    rows: Vec<RawRow>,
}

/// All rows, or none when reading fails.
async fn rows(store: &Store) -> Vec<RawRow> {
    let Ok(mut snapshot) = store.snapshot().await else { return Vec::new() };
    let reading = tokio::task::spawn_blocking(move || {
        let mut rows = Vec::new();
        loop {
            match snapshot.next_page() {
                Ok(page) if page.is_empty() => return rows,
                Ok(page) => rows.extend(page),
                Err(_) => return Vec::new(),
            }
        }
    });
    reading.await.unwrap_or_default()
}

/// A closed shop that has been opened several times, with rows in the log and in sled.
async fn shop() -> Shop {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let options = SledOptions { log: LogLimits { calm: 30_000, full: 60_000, file: 20_000 }, ..SledOptions::default() };
    for round in 0..3_u64 {
        let store = open(&data, options);
        store.commit(deposit(1, 1_000_000_000)).await.unwrap();
        for id in round * 100 + 1..=round * 100 + 60 {
            let order = order(id, 1, &format!("08{id}"));
            store.commit(place(order.clone())).await.unwrap();
            store.commit(succeed(&order)).await.unwrap();
        }
        store.close().await.unwrap();
    }
    let store = open(&data, options);
    let lines = audit(&store).await.unwrap().entries;
    let rows = rows(&store).await;
    store.close().await.unwrap();
    Shop { folder, lines, rows }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let copied = to.join(file.file_name());
        if file.file_type().unwrap().is_dir() {
            copy(&file.path(), &copied);
        } else {
            fs::copy(file.path(), copied).unwrap();
        }
    }
}

impl Shop {
    /// Opens a copy of it that was damaged first.
    async fn damaged(&self, name: &str, damage: impl FnOnce(&Path)) -> Opened {
        let path = self.folder.path().join(name);
        copy(&self.folder.path().join("data"), &path);
        damage(&path);
        let opening = path.clone();
        let opened = tokio::task::spawn_blocking(move || SledStore::open(&opening, SledOptions::default()));
        let opened = tokio::time::timeout(std::time::Duration::from_secs(120), opened).await;
        let opened = opened.expect("opening hangs").expect("a panic got out");
        let outcome = match opened {
            Err(StoreError::Corrupt { .. } | StoreError::Unavailable(_)) => Opened::Refused,
            Err(other) => panic!("{name}: {other}"),
            Ok(sled) => {
                let (repaired, store) = (sled.was_repaired(), Store::new(sled));
                match audit(&store).await {
                    Ok(report) if report.is_clean() => {
                        assert_eq!(report.entries, self.lines, "{name}: lines are missing and nobody says so");
                        let is_whole = rows(&store).await == self.rows;
                        if is_whole { Opened::Whole { repaired } } else { Opened::Unnoticed }
                    }
                    Ok(_) | Err(_) => Opened::Noticed,
                }
            }
        };
        let _ = fs::remove_dir_all(path);
        outcome
    }
}

fn snapshots(path: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(path).unwrap().map(|file| file.unwrap().path());
    files.filter(|file| file.file_name().unwrap().to_string_lossy().starts_with("snap.")).collect()
}

fn without_snapshots(path: &Path) {
    for file in snapshots(path) {
        fs::remove_file(file).unwrap();
    }
}

fn change(file: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(file).unwrap();
    change(&mut bytes);
    fs::write(file, bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_torn_snapshot_costs_nothing() {
    let shop = shop().await;
    let each = |damage: Damage| {
        move |path: &Path| {
            let snapshots = snapshots(path);
            assert!(!snapshots.is_empty());
            for file in &snapshots {
                change(file, damage);
            }
        }
    };
    let cases: [(&str, Damage); 5] = [
        ("empty", Vec::clear),
        ("half", |bytes| bytes.truncate(bytes.len() / 2)),
        ("a byte short", |bytes| bytes.truncate(bytes.len() - 1)),
        ("other bytes", |bytes| bytes.iter_mut().for_each(|byte| *byte ^= 0x55)),
        ("a byte in the middle", |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x10;
        }),
    ];
    for (name, damage) in cases {
        let opened = shop.damaged(name, each(damage)).await;
        assert!(matches!(opened, Opened::Whole { .. }), "{name}: {opened:?}");
    }
    assert!(matches!(shop.damaged("none", without_snapshots).await, Opened::Whole { .. }));
}

/// Of what has been written; sled's file ends in zeros.
fn lose_half(bytes: &mut Vec<u8>) {
    let written = bytes.iter().rposition(|&byte| byte != 0).unwrap_or(0);
    bytes.truncate(written / 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_that_lost_its_rows_is_not_taken_for_a_new_one() {
    let shop = shop().await;
    let db = |damage: Damage| move |path: &Path| change(&path.join("db"), damage);
    let emptied = |path: &Path| {
        fs::write(path.join("db"), "").unwrap();
        without_snapshots(path);
    };
    let gone = |path: &Path| {
        for file in fs::read_dir(path).unwrap().map(|file| file.unwrap().path()) {
            if file.file_name().unwrap() != "high-water-mark.json" && file.is_file() {
                fs::remove_file(file).unwrap();
            }
        }
    };
    for (name, opened) in [
        ("an empty file", shop.damaged("e", db(Vec::clear)).await),
        ("an empty file and no snapshot", shop.damaged("f", emptied).await),
        ("no file at all", shop.damaged("g", gone).await),
        ("half of it", shop.damaged("h", db(lose_half)).await),
        ("zeros", shop.damaged("i", db(|bytes| bytes.fill(0))).await),
        ("something else", shop.damaged("j", db(|bytes| bytes.fill(b'x'))).await),
    ] {
        assert_eq!(opened, Opened::Refused, "{name}");
    }
}

/// The files of the log, oldest first.
fn log(path: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(path).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> =
        files.filter(|file| file.file_name().unwrap().to_string_lossy().starts_with("log.")).collect();
    files.sort();
    files
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_log_is_refused_and_rubbish_behind_its_end_costs_nothing() {
    let shop = shop().await;
    let rubbish = |path: &Path| change(log(path).last().unwrap(), |bytes| bytes.extend([0xA5; 3_000]));
    let zeros = |path: &Path| change(log(path).last().unwrap(), |bytes| bytes.resize(bytes.len() + 5_000, 0));
    for (name, opened) in [("rubbish", shop.damaged("a", rubbish).await), ("zeros", shop.damaged("b", zeros).await)] {
        assert!(matches!(opened, Opened::Whole { .. }), "{name}: {opened:?}");
    }
    let flip = |path: &Path| {
        change(log(path).last().unwrap(), |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x10;
        });
    };
    // What was told is missing; the high-water mark knows how far the shop was.
    let lost_end = |path: &Path| change(log(path).last().unwrap(), |bytes| bytes.truncate(bytes.len() / 2));
    let lost_all = |path: &Path| log(path).iter().for_each(|file| fs::remove_file(file).unwrap());
    let lost_older = |path: &Path| {
        let files = log(path);
        assert!(files.len() > 1, "{files:?}");
        fs::remove_file(&files[files.len() - 2]).unwrap();
    };
    for (name, opened) in [
        ("a byte in it", shop.damaged("c", flip).await),
        ("its end is lost", shop.damaged("d", lost_end).await),
        ("a file before the last is lost", shop.damaged("e", lost_older).await),
        ("all of it is lost", shop.damaged("f", lost_all).await),
    ] {
        assert_eq!(opened, Opened::Refused, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_changed_in_the_file_are_noticed_or_did_not_matter() {
    let shop = shop().await;
    let seed = std::env::var("KONTER_TEST_SEED").map_or_else(|_| rand::random(), |seed| seed.parse().unwrap());
    eprintln!("seed {seed}");
    let mut choices = StdRng::seed_from_u64(seed);
    let mut outcomes = Vec::new();
    for nth in 0..20 {
        let (place, mask) = (choices.random_range(0..usize::MAX), choices.random_range(1..=255_u8));
        let flip = |path: &Path| {
            change(&path.join("db"), |bytes| {
                // Not in the emptiness that most of a young file is.
                let written: Vec<usize> = (0..bytes.len()).filter(|&place| bytes[place] != 0).collect();
                let place = written[place % written.len()];
                let end = (place + 8).min(bytes.len());
                bytes[place..end].iter_mut().for_each(|byte| *byte ^= mask);
            });
        };
        outcomes.push(shop.damaged(&format!("flip-{nth}"), flip).await);
    }
    eprintln!("{outcomes:?}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_an_error_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    let mut permissions = fs::metadata(&data).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&data, permissions.clone()).unwrap();
    if fs::write(data.join("probe"), "x").is_ok() {
        eprintln!("skipped: whoever runs this test may write anywhere (root)");
        return;
    }
    let error = SledStore::open(&data, SledOptions::default()).err().unwrap();
    assert!(error.to_string().contains("denied"), "{error}");
    assert_eq!(fs::read_dir(&data).unwrap().count(), 0, "nothing half-made");
}
