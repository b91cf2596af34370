//! Files that are not what they were, one kind after the other: the store opens with everything there, or says what is wrong
//! and what helps. It never opens with less and says nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::audit::audit;
use super::kv::{Direction, Kv as _};
use super::power_tests::{deposit, rows};
use super::sled_kv::HIGH_WATER_MARK;
use super::sled_store::{Limits, SledOptions, SledStore, rebuild};
use super::{RawRow, Salvaged, Store, StoreError, salvage};

const LIMITS: Limits = Limits { calm: 0, full: 10_000, segment: 8_000, base: 20_000 };
const LINES: u64 = 150;

fn options() -> SledOptions {
    SledOptions { limits: LIMITS, ..SledOptions::default() }
}

/// What became of opening damaged files.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Opened {
    Whole,
    /// It works, but for copies of it: the books behind what the state has are damaged.
    Served(String),
    Refused(String),
}

/// A closed shop with a base, several files of records behind it, and everything in sled.
struct Shop {
    folder: tempfile::TempDir,
    rows: Vec<RawRow>,
}

impl Shop {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        // A base is written in the background; behind it the records stay.
        for (lines, base) in [(1..=70, LIMITS.base), (71..=LINES, u64::MAX)] {
            let limits = Limits { base, ..LIMITS };
            let store = Store::new(SledStore::open(&data, SledOptions { limits, ..options() }).unwrap());
            for n in lines {
                store.commit(deposit(n)).await.unwrap();
            }
            while books(&data, "base").is_empty() {
                tokio::task::yield_now().await;
            }
            store.close().await.unwrap();
        }
        let [served, kept] = rows(&SledStore::open(&data, options()).unwrap()).await;
        assert_eq!(served, kept);
        assert!(books(&data, "base").len() == 1 && books(&data, "book").len() > 2, "there is something to damage");
        Self { folder, rows: kept }
    }

    /// A copy of it that is damaged.
    fn damaged(&self, damage: impl FnOnce(&Path)) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        copy(&self.folder.path().join("data"), &data);
        damage(&data);
        (folder, data)
    }

    async fn open(&self, what: &str, data: &Path) -> Opened {
        let store = match SledStore::open(data, options()) {
            Err(error) => return Opened::Refused(error.to_string()),
            Ok(store) if served(&store).is_ok() => store,
            // What sled reads wrongly is an error, and the next start mends it.
            Ok(store) => {
                assert!(data.join("state-is-broken").exists(), "{what}: it is not marked");
                drop(store);
                SledStore::open(data, options()).unwrap_or_else(|error| panic!("{what}: {error}"))
            }
        };
        assert!(served(&store).is_ok_and(|rows| rows == self.rows), "{what}");
        match audit(&Store::new(store)).await {
            Ok(report) => {
                assert!(report.is_clean() && report.entries == LINES, "{what}: {report}");
                Opened::Whole
            }
            Err(error) => Opened::Served(error.to_string()),
        }
    }

    async fn after(&self, what: &str, damage: impl FnOnce(&Path)) -> Opened {
        let (_folder, data) = self.damaged(damage);
        self.open(what, &data).await
    }
}

/// All rows that sled and memory have.
fn served(store: &SledStore) -> Result<Vec<RawRow>, StoreError> {
    let (mut rows, all) = (Vec::new(), Vec::new()..vec![HIGH_WATER_MARK]);
    store.layers().scan(all, Direction::Up, &mut |key, row| {
        rows.push((key.to_vec(), row.to_vec()));
        Ok(std::ops::ControlFlow::Continue(()))
    })?;
    Ok(rows)
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

/// Files of the books, in order.
fn books(data: &Path, ending: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(data.join("books")).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.filter(|file| file.extension().is_some_and(|found| found == ending)).collect();
    files.sort();
    files
}

fn change(file: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(file).unwrap();
    change(&mut bytes);
    fs::write(file, bytes).unwrap();
}

type Damage = fn(&mut Vec<u8>);
type Doing<'a> = &'a dyn Fn(&Path);

/// In the middle of what was written; files end in zeros.
fn flip(bytes: &mut [u8]) {
    let middle = written(bytes) / 2;
    bytes[middle] ^= 0x10;
}

fn written(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|&byte| byte != 0).unwrap_or(0)
}

const DAMAGES: [(&str, Damage); 6] = [
    ("nothing in it", Vec::clear),
    ("half of it", |bytes| bytes.truncate(written(bytes) / 2)),
    ("a byte short", |bytes| bytes.truncate(written(bytes))),
    ("zeros", |bytes| bytes.fill(0)),
    ("something else", |bytes| bytes.fill(b'x')),
    ("a bit", |bytes| flip(bytes)),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_to_sled_is_mended_from_the_books() {
    let shop = Shop::new().await;
    let snapshots = |data: &Path| {
        let files = fs::read_dir(data.join("state")).unwrap().map(|file| file.unwrap().path());
        files.filter(|file| file.file_name().unwrap().to_string_lossy().starts_with("snap.")).collect::<Vec<_>>()
    };
    for (name, damage) in DAMAGES {
        for file in ["db", "conf"] {
            let opened = shop.after(name, |data| change(&data.join("state").join(file), damage)).await;
            assert_eq!(opened, Opened::Whole, "{file}: {name}");
        }
        let opened = shop.after(name, |data| snapshots(data).iter().for_each(|file| change(file, damage))).await;
        assert_eq!(opened, Opened::Whole, "snapshots: {name}");
    }
    let other = Shop::new().await;
    let gone = |data: &Path| fs::remove_dir_all(data.join("state")).unwrap();
    let missing = |file: &'static str| move |data: &Path| fs::remove_file(data.join("state").join(file)).unwrap();
    let foreign = |data: &Path| {
        gone(data);
        copy(&other.folder.path().join("data/state"), &data.join("state"));
    };
    let marked = |data: &Path| fs::write(data.join("state-is-broken"), "it broke down").unwrap();
    let half_made = |data: &Path| {
        fs::rename(data.join("state"), data.join("state.old")).unwrap();
        fs::create_dir(data.join("state.new")).unwrap();
    };
    assert_eq!(shop.after("gone", gone).await, Opened::Whole);
    assert_eq!(shop.after("another shop's", foreign).await, Opened::Whole);
    assert_eq!(shop.after("marked", marked).await, Opened::Whole);
    assert_eq!(shop.after("a rebuild broken off", half_made).await, Opened::Whole);
    for file in ["db", "conf"] {
        assert_eq!(shop.after("missing", missing(file)).await, Opened::Whole, "{file}");
    }
}

/// Bits that changed are noticed when sled reads them, or did not matter; the next start mends it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_changed_in_sleds_file_never_change_a_balance() {
    let shop = Shop::new().await;
    let seed = std::env::var("KONTER_TEST_SEED").map_or_else(|_| rand::random(), |seed| seed.parse().unwrap());
    eprintln!("seed {seed}");
    let mut choices = StdRng::seed_from_u64(seed);
    for nth in 0..20 {
        let (place, mask) = (choices.random_range(0..usize::MAX), choices.random_range(1..=255_u8));
        let (_folder, data) = shop.damaged(|data| {
            change(&data.join("state/db"), |bytes| {
                let places: Vec<usize> = (0..bytes.len()).filter(|&place| bytes[place] != 0).collect();
                let place = places[place % places.len()];
                let end = (place + 8).min(bytes.len());
                bytes[place..end].iter_mut().for_each(|byte| *byte ^= mask);
            });
        });
        assert_eq!(shop.open(&format!("flip {nth}"), &data).await, Opened::Whole);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_of_the_books_is_said_and_what_can_be_saved_is() {
    let (shop, other) = (Shop::new().await, Shop::new().await);
    let newest = |damage: Damage| move |data: &Path| change(books(data, "book").last().unwrap(), damage);
    let middle = |damage: Damage| move |data: &Path| change(&books(data, "book")[1], damage);
    let base = |damage: Damage| move |data: &Path| change(&books(data, "base")[0], damage);
    let refused = |opened: &Opened, words: &[&str]| match opened {
        Opened::Refused(said) => words.iter().all(|word| said.contains(word)),
        Opened::Whole | Opened::Served(_) => false,
    };
    // Behind the last record anything may lie.
    let rubbish: [Damage; 2] = [|bytes| bytes.extend([0xA5; 3_000]), |bytes| bytes.resize(bytes.len() + 5_000, 0)];
    for damage in rubbish {
        assert_eq!(shop.after("behind the end", newest(damage)).await, Opened::Whole);
    }
    // What was answered is gone: the state knows how far the books were.
    for (name, damage) in DAMAGES {
        let opened = shop.after(name, newest(damage)).await;
        assert!(matches!(opened, Opened::Refused(_)), "{name}: {opened:?}");
    }
    let half = shop.after("half", newest(DAMAGES[1].1)).await;
    assert!(refused(&half, &["their end is lost", "konter restore", "konter rebuild --force"]), "{half:?}");
    let flipped = shop.after("a bit", newest(|bytes| flip(bytes))).await;
    assert!(refused(&flipped, &["is damaged at record", "konter books"]), "{flipped:?}");
    let none = shop.after("no books", |data| fs::remove_dir_all(data.join("books")).unwrap()).await;
    assert!(refused(&none, &["they are gone", "konter restore"]), "{none:?}");
    let no_base = shop.after("no base", |data| fs::remove_file(&books(data, "base")[0]).unwrap()).await;
    assert!(refused(&no_base, &["are missing"]), "{no_base:?}");
    let foreign = |ending: &'static str| {
        let from = books(&other.folder.path().join("data"), ending).pop().unwrap();
        move |data: &Path| assert!(fs::copy(from, books(data, ending).last().unwrap()).is_ok())
    };
    for ending in ["base", "book"] {
        let opened = shop.after("another shop's", foreign(ending)).await;
        assert!(matches!(opened, Opened::Refused(_)), "{ending}: {opened:?}");
    }
    // The state has all of it: the shop works, and whoever copies it is told.
    for (name, damage) in DAMAGES {
        for (file, opened) in [
            ("a book before the newest", shop.after(name, middle(damage)).await),
            ("the base", shop.after(name, base(damage)).await),
        ] {
            let (Opened::Served(said) | Opened::Refused(said)) = &opened else {
                panic!("{file}, {name}: nothing is said")
            };
            assert!(said.contains("books/") || said.contains("are missing"), "{file}, {name}: {said}");
        }
    }
    let foreign = shop.after("another shop's", |data| {
        fs::copy(&books(&other.folder.path().join("data"), "book")[1], &books(data, "book")[1]).unwrap();
    });
    let foreign = foreign.await;
    assert!(matches!(&foreign, Opened::Served(said) if said.contains("another shop")), "{foreign:?}");
    let opened = shop.after("a book is missing", |data| fs::remove_file(&books(data, "book")[1]).unwrap()).await;
    assert!(matches!(&opened, Opened::Served(said) if said.contains("missing")), "{opened:?}");
}

/// The state is gone, or is made anew, and with it what it knew. The books alone look like a shop to which less has happened.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_end_is_noticed_without_the_state() {
    let shop = Shop::new().await;
    let no_state = |data: &Path| fs::remove_dir_all(data.join("state")).unwrap();
    let broken_state = |data: &Path| fs::write(data.join("state-is-broken"), "it broke down").unwrap();
    let no_note = |data: &Path| fs::remove_file(data.join("books-end")).unwrap();
    let torn_note = |data: &Path| change(&data.join("books-end"), |bytes| bytes.truncate(50));
    let half = |data: &Path| change(books(data, "book").last().unwrap(), DAMAGES[1].1);
    let no_newest = |data: &Path| fs::remove_file(books(data, "book").last().unwrap()).unwrap();
    // What was being written when the power went: nobody was told of it.
    let unsynced = |data: &Path| change(books(data, "book").last().unwrap(), |bytes| bytes.extend([0xA5; 300]));
    let older = |data: &Path| change(&data.join("books-end"), |bytes| bytes[40] = bytes[40].wrapping_sub(1));
    let whole: [(&str, &[Doing<'_>]); 5] = [
        ("no state", &[&no_state]),
        ("no state, torn", &[&no_state, &unsynced]),
        ("torn", &[&unsynced]),
        ("no state, no note", &[&no_state, &no_note]),
        ("no state, a note that does not read", &[&no_state, &older]),
    ];
    for (what, damages) in whole {
        let opened = shop.after(what, |data| damages.iter().for_each(|damage| damage(data)));
        assert_eq!(opened.await, Opened::Whole, "{what}");
    }
    let lost: [(&str, &[Doing<'_>]); 5] = [
        ("no state, half", &[&no_state, &half]),
        ("a broken state, half", &[&broken_state, &half]),
        ("no state, a file less", &[&no_state, &no_newest]),
        ("no note, half", &[&no_note, &half]),
        ("a torn note, half", &[&torn_note, &half]),
    ];
    for (what, damages) in lost {
        let (folder, data) = shop.damaged(|data| damages.iter().for_each(|damage| damage(data)));
        for error in [SledStore::open(&data, options()).err().unwrap(), rebuild(&data, 0).unwrap_err()] {
            let said = error.to_string();
            assert!(said.contains("their end is lost") && said.contains("konter rebuild --force"), "{what}: {said}");
        }
        let salvaged = salvage(&data, &folder.path().join("into"), chrono::Utc::now(), 0).unwrap();
        assert!(salvaged.up_to.is_some(), "{what}: {salvaged:?}");
    }
    let all_gone = |data: &Path| {
        no_state(data);
        fs::remove_dir_all(data.join("books")).unwrap();
    };
    let opened = shop.after("no books, no state", all_gone).await;
    assert!(matches!(&opened, Opened::Refused(said) if said.contains("they are gone")), "{opened:?}");
    // With all of it gone only somebody else can know.
    let (folder, data) = shop.damaged(|data| [no_state, no_note, half].iter().for_each(|damage| damage(data)));
    let known = SledOptions { came_to: 1_000, ..options() };
    let error = SledStore::open(&data, known).err().unwrap().to_string();
    assert!(error.contains("their end is lost"), "{error}");
    let salvaged = salvage(&data, &folder.path().join("into"), chrono::Utc::now(), 1_000).unwrap();
    assert!(salvaged.up_to.is_some(), "{salvaged:?}");
}

/// As after a kill: nothing was noted at a stop.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_that_was_killed_knows_its_last_record() {
    let (folder, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = Store::new(SledStore::open(folder.path(), SledOptions::default()).unwrap());
    for n in 1..=20 {
        store.commit(deposit(n)).await.unwrap();
    }
    copy(folder.path(), killed.path());
    for has_state in [true, false] {
        let after = tempfile::tempdir().unwrap();
        copy(killed.path(), after.path());
        if !has_state {
            fs::remove_dir_all(after.path().join("state")).unwrap();
        }
        change(&books(after.path(), "book")[0], |bytes| {
            let end = written(bytes);
            bytes[end - 30..].fill(0);
        });
        let error = SledStore::open(after.path(), SledOptions::default()).err().unwrap().to_string();
        assert!(error.contains("their end is lost"), "state {has_state}: {error}");
    }
    // The state alone says it a little later, also in a shop's first minute.
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let after = tempfile::tempdir().unwrap();
        copy(folder.path(), after.path());
        fs::remove_file(after.path().join("books-end")).unwrap();
        change(&books(after.path(), "book")[0], |bytes| {
            let end = written(bytes);
            bytes[end - 30..].fill(0);
        });
        if let Err(error) = SledStore::open(after.path(), SledOptions::default()) {
            assert!(error.to_string().contains("their end is lost"), "{error}");
            return;
        }
    }
    panic!("the state never says how far the books had come");
}

/// A closed day's file: no other has its rows. Whatever is wrong with it is said with its name, at the start or when it is read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_of_a_closed_day_is_said_with_its_file_by_whoever_looks_at_all_of_it() {
    let closed = async |shop: &Shop, more: u64| {
        let data = shop.folder.path().join("data");
        let store = Store::new(SledStore::open(&data, options()).unwrap());
        for n in LINES + 1..=LINES + more {
            store.commit(deposit(n)).await.unwrap();
        }
        let end = chrono::DateTime::<chrono::Utc>::MAX_UTC;
        assert!(store.close_day(chrono::NaiveDate::default(), end, end).await.unwrap() > 0);
        store.close().await.unwrap();
        fs::read_dir(data.join("days")).unwrap().next().unwrap().unwrap().path()
    };
    let (shop, other) = (Shop::new().await, Shop::new().await);
    let (file, foreign) = (closed(&shop, 0).await, closed(&other, 1).await);
    let name = file.file_name().unwrap().to_str().unwrap().to_owned();
    let said = async |damage: &dyn Fn(&Path)| {
        let (_folder, data) = shop.damaged(|data| damage(&data.join("days").join(&name)));
        match SledStore::open(&data, options()) {
            Err(error) => error.to_string(),
            Ok(store) => match audit(&Store::new(store)).await {
                Ok(report) => report.to_string(),
                Err(error) => error.to_string(),
            },
        }
    };
    let whole = said(&|_| {}).await;
    assert!(!whole.contains(&name), "{whole}");
    for (what, damage) in DAMAGES {
        let said = said(&|file| change(file, damage)).await;
        assert!(said.contains(&name) && said.contains("parts/…-"), "{what}: {said}");
    }
    for damage in [&(|file: &Path| fs::remove_file(file).unwrap()) as &dyn Fn(&Path), &|file: &Path| {
        fs::copy(&foreign, file).unwrap();
    }] {
        let said = said(damage).await;
        assert!(said.contains(&name) && said.contains("parts/…-"), "{said}");
    }
    // What is made of the rest names the day, and opens.
    for (what, damage) in DAMAGES {
        let (folder, data) = shop.damaged(|data| change(&data.join("days").join(&name), damage));
        let into = folder.path().join("into");
        let salvaged = salvage(&data, &into, chrono::Utc::now(), 0).unwrap();
        assert_eq!((salvaged.up_to, salvaged.lost_days), (None, vec![chrono::NaiveDate::default()]), "{what}");
        let store = Store::new(SledStore::open(&into, options()).unwrap());
        let report = audit(&store).await.unwrap();
        assert!(report.is_clean() && report.accounts > 0, "{what}: {report}");
    }
    // Nothing has come after that day: a start looks at none of its blocks, and the shop goes on.
    let (_folder, data) = shop.damaged(|data| change(&data.join("days").join(&name), |bytes| bytes[8] ^= 1));
    let store = Store::new(SledStore::open(&data, options()).unwrap());
    store.commit(deposit(LINES + 1)).await.unwrap();
    let lines = store.journal(LINES, 10).await.unwrap();
    assert!(lines.len() == 1 && lines[0].seq == LINES + 1, "{lines:?}");
    let unread = audit(&store).await.unwrap_err().to_string();
    assert!(unread.contains(&name), "{unread}");
    store.day_damaged().await;
    store.close().await.unwrap();
    // Nothing but a day's file is looked at there.
    let rubbish = |file: &Path| {
        for ending in ["unfinished", "unused", "damaged"] {
            fs::write(file.with_extension(ending), "x").unwrap();
        }
    };
    assert_eq!(said(&rubbish).await, whole);
}

/// The lock holds nothing but the lock, and marks only that they are there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_lock_holds_does_not_matter_and_one_that_cannot_be_made_is_said() {
    let shop = Shop::new().await;
    for (what, damage) in DAMAGES {
        let opened = shop.after(what, |data| {
            fs::write(data.join("lock"), "rubbish, longer than a number").unwrap();
            change(&data.join("lock"), damage);
        });
        assert_eq!(opened.await, Opened::Whole, "{what}");
    }
    assert_eq!(shop.after("missing", |data| fs::remove_file(data.join("lock")).unwrap()).await, Opened::Whole);
    let folder = |data: &Path| {
        fs::remove_file(data.join("lock")).unwrap();
        fs::create_dir(data.join("lock")).unwrap();
    };
    let opened = shop.after("a folder", folder).await;
    assert!(matches!(&opened, Opened::Refused(said) if said.contains("opening its lock")), "{opened:?}");
}

/// A shop so young that all of it is in one file of records. Nothing is made anew of nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn emptied_books_are_no_new_shops() {
    let folder = tempfile::tempdir().unwrap();
    let young = folder.path().join("data");
    let store = Store::new(SledStore::open(&young, SledOptions::default()).unwrap());
    for n in 1..=20 {
        store.commit(deposit(n)).await.unwrap();
    }
    store.close().await.unwrap();
    drop(store);
    let cases: [(&str, Damage); 4] = [
        ("nothing in it", Vec::clear),
        ("its first word", |bytes| bytes.truncate(8)),
        ("its head", |bytes| bytes.truncate(20)),
        ("zeros", |bytes| bytes.fill(0)),
    ];
    for (what, damage) in cases {
        let data = folder.path().join(what);
        copy(&young, &data);
        change(&books(&data, "book")[0], damage);
        for error in [SledStore::open(&data, options()).err().unwrap(), rebuild(&data, 0).unwrap_err()] {
            assert!(error.to_string().contains("konter rebuild --force"), "{what}: {error}");
        }
        let into = folder.path().join(format!("{what}, saved"));
        salvage(&data, &into, chrono::Utc::now(), 0).unwrap();
        let saved = Store::new(SledStore::open(&into, options()).unwrap());
        assert_eq!(audit(&saved).await.unwrap().entries, 20, "{what}");
    }
    // Nor are closed days without books.
    for without in [&["books", "state"][..], &["state"]] {
        let data = folder.path().join(format!("days without {without:?}"));
        copy(&young, &data);
        for part in without {
            fs::remove_dir_all(data.join(part)).unwrap();
        }
        fs::create_dir(data.join("days")).unwrap();
        for day in ["2025-01-01", "2025-01-02"] {
            fs::write(data.join("days").join(format!("{day}.day")), b"rows").unwrap();
        }
        let error = SledStore::open(&data, options()).err().unwrap();
        assert!(matches!(error, StoreError::Corrupt { what: "book", .. }), "{without:?}: {error}");
        assert!(data.join("days/2025-01-01.day").exists(), "{without:?}");
    }
}

/// Two damages at once, and a state that is older than the books or newer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn books_of_another_moment_are_not_taken_for_these() {
    let shop = Shop::new().await;
    let (_folder, data) = shop.damaged(|_| {});
    let store = Store::new(SledStore::open(&data, options()).unwrap());
    for n in LINES + 1..=LINES + 60 {
        store.commit(deposit(n)).await.unwrap();
    }
    store.close().await.unwrap();
    drop(store);
    let old = shop.folder.path().join("data");
    let swap = |part: &'static str, from: &Path, to: &Path| {
        fs::remove_dir_all(to.join(part)).unwrap();
        copy(&from.join(part), &to.join(part));
    };
    // An older state catches up.
    let (_folder, older_state) = shop.damaged(|_| {});
    swap("books", &data, &older_state);
    let caught_up = Store::new(SledStore::open(&older_state, options()).unwrap());
    assert_eq!(audit(&caught_up).await.unwrap().entries, LINES + 60);
    drop(caught_up);
    // Older books have lost what the state has seen.
    swap("books", &old, &data);
    let error = SledStore::open(&data, options()).err().unwrap().to_string();
    assert!(error.contains("their end is lost"), "{error}");
    let error = rebuild(&data, 0).unwrap_err().to_string();
    assert!(error.contains("their end is lost"), "also when it is asked to make the state anew: {error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_left_is_made_into_a_shop_and_what_is_lost_is_said() {
    let shop = Shop::new().await;
    let now = chrono::Utc::now();
    let saved = async |damage: &dyn Fn(&Path)| -> Result<(Salvaged, u64, bool), StoreError> {
        let (folder, data) = shop.damaged(damage);
        let into = folder.path().join("into");
        let salvaged = salvage(&data, &into, now, 0)?;
        let store = Store::new(SledStore::open(&into, options())?);
        let report = audit(&store).await?;
        assert!(report.is_clean(), "{report}");
        Ok((salvaged, report.entries, store.restored().await?.is_some_and(|mark| mark.pending)))
    };
    let flip_in =
        |ending: &'static str, nth: usize| move |data: &Path| change(&books(data, ending)[nth], |bytes| flip(bytes));
    let without_state = |data: &Path| fs::remove_dir_all(data.join("state")).unwrap();
    for damage in [&flip_in("base", 0) as &dyn Fn(&Path), &flip_in("book", 1)] {
        assert_eq!(saved(damage).await.unwrap(), (Salvaged::default(), LINES, false));
    }
    let (salvaged, entries, is_marked) = saved(&|data| {
        flip_in("book", 1)(data);
        without_state(data);
    })
    .await
    .unwrap();
    assert!((1..LINES).contains(&entries) && salvaged.up_to.is_some() && is_marked, "{entries} lines of {salvaged:?}");
    let neither = |data: &Path| {
        flip_in("base", 0)(data);
        without_state(data);
    };
    assert!(saved(&neither).await.is_err());
}
