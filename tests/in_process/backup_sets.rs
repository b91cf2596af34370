//! Backups that share their parts: each is the shop at its moment, costs what is new, and says what is wrong with it when
//! something is.

mod newest;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::support::store::*;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use konter::backup::set::{self, Proof};
use konter::backup::{self, BackupError, folder};
use konter_store::audit::audit;
use konter_store::sled_store::{Limits, SledOptions, SledStore};
use konter_store::{Commit, Store};
use proptest::prelude::*;

type Rows = Vec<(Vec<u8>, Vec<u8>)>;

/// Files of the books end soon, and a base takes their place now and then.
const LIMITS: Limits = Limits { calm: 40_000, full: 80_000_000, segment: 300_000, base: 1_000_000 };

/// A shop with its backups, and what it was at each of them.
struct Shop {
    store: Store,
    next: u64,
    day: i64,
    now: DateTime<Utc>,
    made: BTreeMap<PathBuf, Rows>,
    /// Let go of last.
    folder: tempfile::TempDir,
}

impl Shop {
    async fn new() -> Self {
        Self::with(LIMITS).await
    }

    async fn with(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = open_with(&folder.path().join("data"), limits);
        store.commit(register(1)).await.unwrap();
        store.commit(deposit(1, 1_000_000_000)).await.unwrap();
        Self { store, next: 1, day: 0, now: now(), made: BTreeMap::new(), folder }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn backups(&self) -> PathBuf {
        self.folder.path().join("backups")
    }

    /// Orders, every other one delivered; each as long as `long` says.
    async fn trade(&mut self, orders: u64, long: usize) {
        for id in self.next..self.next + orders {
            let mut order = order(id, 1, &format!("08{id}"));
            order.product_name = "x".repeat(long);
            self.store.commit(place(order.clone())).await.unwrap();
            if id % 2 == 0 {
                self.store.commit(succeed(&order)).await.unwrap();
            }
        }
        self.next += orders;
    }

    async fn close_day(&mut self) {
        let day = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap() + TimeDelta::days(self.day);
        self.store.close_day(day, DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MAX_UTC).await.unwrap();
        self.day += 1;
    }

    async fn try_to_back_up(&mut self) -> Result<set::Copied, BackupError> {
        self.now += TimeDelta::minutes(10);
        let (parts, now, backups) = (self.store.parts().await?.unwrap(), self.now, self.backups());
        tokio::task::spawn_blocking(move || set::make(&parts, now, &backups, Proof::WhenDue)).await.unwrap()
    }

    async fn back_up(&mut self) -> set::Copied {
        let made = self.try_to_back_up().await.unwrap();
        assert!(
            made.report.as_ref().is_none_or(konter_core::ledger::audit::AuditReport::is_clean),
            "{:?}",
            made.report
        );
        self.made.insert(self.list(), rows(&self.store).await);
        made
    }

    /// The backup made last.
    fn list(&self) -> PathBuf {
        self.backups().join(folder::manifest_name(self.now))
    }

    fn parts(&self) -> Vec<PathBuf> {
        let mut parts: Vec<PathBuf> = files(&self.backups().join(set::PARTS));
        parts.retain(|part| !part.to_string_lossy().ends_with(".damaged"));
        parts
    }

    fn named(&self, list: &Path) -> Vec<PathBuf> {
        let list = set::Manifest::read(list).unwrap();
        list.parts.iter().map(|part| self.backups().join(set::PARTS).join(&part.file)).collect()
    }

    async fn reopen(&mut self) {
        self.store.close().await.unwrap();
        self.store = open(&self.data());
    }

    /// Puts a backup, or the newest, into a data dir of its own, and opens that.
    async fn put_back(&self, from: &Path) -> Result<(tempfile::TempDir, Store), BackupError> {
        let (elsewhere, from, now) = (tempfile::tempdir().unwrap(), from.to_owned(), self.now);
        let data = elsewhere.path().join("data");
        let restoring = tokio::task::spawn_blocking({
            let data = data.clone();
            move || backup::restore(&from, &data, false, None, now)?.take_place()
        });
        restoring.await.unwrap()?;
        Ok((elsewhere, open(&data)))
    }
}

fn open(data: &Path) -> Store {
    open_with(data, LIMITS)
}

fn open_with(data: &Path, limits: Limits) -> Store {
    Store::new(SledStore::open(data, SledOptions { limits, ..SledOptions::default() }).unwrap())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// Everything in a store; the mark of a restore is a restored shop's own.
async fn rows(store: &Store) -> Rows {
    let mut snapshot = store.snapshot().await.unwrap();
    all(|| Ok(snapshot.next_page()?)).unwrap()
}

fn all(mut next: impl FnMut() -> Result<Rows, BackupError>) -> Result<Rows, BackupError> {
    let mut rows = Rows::new();
    loop {
        let page = next()?;
        if page.is_empty() {
            rows.retain(|(key, _)| !key.ends_with(b"restored"));
            return Ok(rows);
        }
        rows.extend(page);
    }
}

fn read(list: &Path) -> Result<Rows, BackupError> {
    let mut opened = backup::open(list, None)?;
    all(|| opened.page())
}

fn flip(path: &Path, place: usize) {
    let mut bytes = fs::read(path).unwrap();
    let place = place % bytes.len();
    bytes[place] ^= 0x20;
    fs::write(path, bytes).unwrap();
}

/// Something that happens to a shop or to its backups.
#[derive(Clone, Copy, Debug)]
enum Step {
    Trade,
    /// More records than a piece holds.
    TradeMuch,
    CloseDay,
    BackUp,
    Reopen,
    /// The clock is set back by two hours and a few seconds.
    ClockBack,
    Day,
    Lose(usize),
    CutOff(usize),
    Flip(usize, usize),
    FlipList(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Trade),
        2 => Just(Step::TradeMuch),
        2 => Just(Step::CloseDay),
        6 => Just(Step::BackUp),
        1 => Just(Step::Reopen),
        1 => Just(Step::ClockBack),
        1 => Just(Step::Day),
        1 => any::<usize>().prop_map(Step::Lose),
        1 => any::<usize>().prop_map(Step::CutOff),
        1 => any::<(usize, usize)>().prop_map(|(part, place)| Step::Flip(part, place)),
        1 => any::<(usize, usize)>().prop_map(|(list, place)| Step::FlipList(list, place)),
    ]
}

async fn take(shop: &mut Shop, step: Step) {
    match step {
        Step::Trade => shop.trade(5, 100).await,
        Step::TradeMuch => shop.trade(6, 150_000).await,
        Step::CloseDay => shop.close_day().await,
        Step::BackUp => drop(shop.back_up().await),
        Step::Reopen => shop.reopen().await,
        Step::ClockBack => shop.now -= TimeDelta::seconds(2 * 3_600 + 7),
        Step::Day => shop.now += TimeDelta::hours(25),
        Step::Lose(part) => to_one_of(&shop.parts(), part, |part| fs::remove_file(part).unwrap()),
        Step::CutOff(part) => to_one_of(&shop.parts(), part, |part| {
            let bytes = fs::read(part).unwrap();
            fs::write(part, &bytes[..bytes.len() - 1]).unwrap();
        }),
        Step::Flip(part, place) => to_one_of(&shop.parts(), part, |part| flip(part, place)),
        Step::FlipList(list, place) => {
            let lists: Vec<PathBuf> = shop.made.keys().cloned().collect();
            to_one_of(&lists, list, |list| flip(list, place));
        }
    }
}

/// Does it to any one of these, if there is one.
fn to_one_of(files: &[PathBuf], any: usize, act: impl FnOnce(&Path)) {
    if let Some(file) = any.checked_rem(files.len()).and_then(|place| files.get(place)) {
        act(file);
    }
}

/// Whether a backup is what it was, as far as can be told without reading it as one.
fn is_untouched(shop: &Shop, list: &Path) -> bool {
    let Ok(manifest) = set::Manifest::read(list) else { return false };
    manifest.parts.iter().all(|listed| {
        let bytes = fs::read(shop.backups().join(set::PARTS).join(&listed.file)).unwrap_or_default();
        let digest = <sha2::Sha256 as sha2::Digest>::digest(&bytes);
        listed.sha256 == digest.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    })
}

async fn every_backup_is_right_or_refused(steps: Vec<Step>) {
    let mut shop = Shop::new().await;
    let is_clock_right = !steps.iter().any(|step| matches!(step, Step::ClockBack));
    for step in steps {
        take(&mut shop, step).await;
    }
    shop.back_up().await;
    let mut whole = BTreeSet::new();
    for (list, rows) in &shop.made {
        match read(list) {
            Ok(found) => {
                assert!(found == *rows, "{} is of another moment", list.display());
                whole.insert(list.clone());
            }
            Err(error) => {
                assert!(!is_untouched(&shop, list), "{} is refused: {error}", list.display());
                assert!(matches!(
                    error,
                    BackupError::Parts(_)
                        | BackupError::Damaged(_)
                        | BackupError::CutOff
                        | BackupError::NotABackup
                        | BackupError::Newer
                ));
            }
        }
    }
    // All at once: the newest, or the name of one that is whole.
    match shop.put_back(&shop.backups()).await {
        Ok((_elsewhere, restored)) => {
            assert!(whole.contains(&shop.list()));
            assert!(rows(&restored).await == shop.made[&shop.list()]);
            assert!(audit(&restored).await.unwrap().is_clean());
        }
        Err(BackupError::NewestDamaged { whole: Some(named), .. }) => assert!(whole.contains(Path::new(&named))),
        Err(BackupError::NewestDamaged { whole: None, .. }) => assert!(whole.is_empty()),
        // By a wrong clock the latest can be older than the base of the one that has most, which then cannot tell. Lists go by
        // their names, so that after a second step back the last one made may be neither of the two that are named.
        Err(BackupError::Forked(named)) => assert!(!is_clock_right, "{named}"),
        Err(error) => panic!("{error}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_a_backup_is_the_shop_at_its_moment_or_says_what_is_wrong(
        steps in proptest::collection::vec(step(), 4..16)
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(every_backup_is_right_or_refused(steps));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_takes_only_what_is_new() {
    // Without a new base in between, of which nobody can say when it comes.
    let mut shop = Shop::with(Limits { base: u64::MAX, ..LIMITS }).await;
    for _ in 0..4 {
        shop.trade(40, 2_000).await;
        shop.close_day().await;
    }
    shop.trade(10, 200_000).await;
    let first = shop.back_up().await;
    assert!(first.report.is_some(), "the first one is proven as a whole");
    let (before, list) = (shop.parts(), fs::read(shop.list()).unwrap());
    let kept: BTreeSet<PathBuf> = shop.named(&shop.list()).into_iter().collect();
    assert!(before.iter().any(|part| part.extension().is_some_and(|end| end == "day")), "{before:?}");

    let same = shop.back_up().await;
    assert_eq!(same.bytes, first.bytes);
    assert_eq!(shop.parts(), before, "where nothing happened nothing is written but the list");
    assert!(same.new_bytes < list.len() as u64 + 100 && same.report.is_none(), "{same:?}");

    shop.trade(5, 100).await;
    shop.back_up().await;
    let new: Vec<PathBuf> = shop.named(&shop.list()).into_iter().filter(|part| !kept.contains(part)).collect();
    assert_eq!(new.len(), 1, "the last piece: {new:?}");
    shop.now += TimeDelta::hours(24);
    assert!(shop.back_up().await.report.is_some(), "once a day all of it is read again");
    for (list, rows) in &shop.made {
        assert!(read(list).unwrap() == *rows);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_disk_has_lost_is_written_anew_while_the_shop_has_it() {
    // With a base in between, the shop would not have the older pieces any more.
    let mut shop = Shop::with(Limits { base: u64::MAX, ..LIMITS }).await;
    shop.trade(10, 1_000).await;
    shop.close_day().await;
    shop.trade(8, 200_000).await;
    shop.back_up().await;
    let first = shop.list();
    let parts = shop.parts();
    // One that is gone is noticed by the next backup, one that is damaged by the next that reads all of it.
    fs::remove_file(&parts[0]).unwrap();
    shop.back_up().await;
    assert!(read(&first).unwrap() == shop.made[&first], "the part is the same again, for every backup that names it");
    for part in &parts {
        flip(part, 1_000);
    }
    shop.back_up().await;
    assert!(read(&shop.list()).is_err());
    shop.now += TimeDelta::hours(24);
    assert!(shop.back_up().await.report.unwrap().is_clean());
    assert!(read(&shop.list()).unwrap() == shop.made[&shop.list()]);
    assert!(read(&first).unwrap() == shop.made[&first]);
    let aside =
        files(&shop.backups().join(set::PARTS)).into_iter().filter(|part| part.extension().unwrap() == "damaged");
    assert_eq!(aside.count(), parts.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_damaged_in_the_data_dir_is_named_and_is_no_backup_but_what_was_copied_before_stays_one() {
    let mut shop = Shop::new().await;
    shop.trade(10, 1_000).await;
    shop.back_up().await;
    let good = shop.list();
    let newest = files(&shop.data().join("books")).pop().unwrap();
    let whole = fs::read(&newest).unwrap();
    flip(&newest, 200);
    shop.trade(1, 10).await;
    let refused = shop.try_to_back_up().await.err().unwrap().to_string();
    assert!(refused.contains("books/") && refused.contains("is damaged at record"), "{refused}");
    fs::File::options().write(true).open(&newest).and_then(|mut file| file.write_all(&whole[..1_000])).unwrap();
    shop.back_up().await;

    shop.close_day().await;
    flip(&files(&shop.data().join("days"))[0], 100);
    let refused = shop.try_to_back_up().await.err().unwrap().to_string();
    assert!(refused.contains("the data dir's own days/2026-03-01.day is damaged"), "{refused}");
    assert!(!refused.contains(".part"), "what is gone when it is read is not named: {refused}");
    assert_eq!(files(&shop.backups()).len(), 2);
    assert!(files(&shop.backups().join(set::PARTS)).iter().all(|part| !part.to_string_lossy().ends_with(".part")));
    assert!(read(&good).unwrap() == shop.made[&good]);
}

/// One old file of history is no reason to give up what happened since the last backup.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_day_that_a_data_dir_has_lost_is_put_back_out_of_its_backups() {
    let mut shop = Shop::new().await;
    for _ in 0..3 {
        shop.trade(10, 100).await;
        shop.close_day().await;
    }
    shop.back_up().await;
    shop.trade(3, 10).await;
    let whole = rows(&shop.store).await;
    shop.store.close().await.unwrap();
    let (data, backups) = (shop.data(), shop.backups());
    let days = files(&data.join("days"));
    let damages: [fn(&Path, &Path); 5] = [
        |day, _| fs::remove_file(day).unwrap(),
        |day, _| fs::write(day, "").unwrap(),
        |day, _| fs::File::options().write(true).open(day).unwrap().set_len(100).unwrap(),
        // In its first block: the file still opens.
        |day, _| flip(day, 20),
        |day, other| {
            fs::copy(other, day).unwrap();
        },
    ];
    for damage in damages {
        damage(&days[0], &days[1]);
        damage(&days[2], &days[1]);
        assert_eq!(set::put_days_back(&data, &backups).unwrap(), [days[0].clone(), days[2].clone()]);
        assert_eq!(set::put_days_back(&data, &backups).unwrap(), [] as [PathBuf; 0]);
        shop.store = open(&data);
        assert!(rows(&shop.store).await == whole, "with what happened since the backup");
        assert!(audit(&shop.store).await.unwrap().is_clean());
        shop.store.close().await.unwrap();
    }
    // Where no copy of it is whole, all that is lacking is said, and where to look for it.
    for part in shop.parts().iter().filter(|part| part.to_string_lossy().contains("-2026-03-03-")) {
        flip(part, 20);
    }
    fs::remove_file(&days[0]).unwrap();
    fs::remove_file(&days[2]).unwrap();
    let said = SledStore::open(&data, SledOptions::default()).err().unwrap().to_string();
    for named in ["2026-03-01.day is missing", "2026-03-03.day is missing", "parts/…-2026-03-03-….day"] {
        assert!(said.contains(named), "{named}: {said}");
    }
    assert_eq!(set::put_days_back(&data, &backups).unwrap(), [days[0].clone()]);
    let said = SledStore::open(&data, SledOptions::default()).err().unwrap().to_string();
    assert!(said.contains("2026-03-03.day is missing") && !said.contains("2026-03-01"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_go_with_the_last_backup_that_names_them() {
    let mut shop = Shop::new().await;
    for _ in 0..6 {
        shop.trade(2, 100).await;
        shop.back_up().await;
        shop.now += TimeDelta::hours(12);
    }
    let stray = shop.backups().join(set::PARTS).join(".konter-half.1.part");
    fs::write(&stray, "half").unwrap();
    let (backups, keep) = (shop.backups(), TimeDelta::days(1));
    assert_eq!(folder::prune(&backups, shop.now, keep).unwrap(), 5);
    assert_eq!(shop.parts().len(), 7, "what is young may be a backup's that is being made");
    let old = SystemTime::now() - Duration::from_secs(25 * 3_600);
    for part in shop.parts() {
        fs::File::options().write(true).open(part).unwrap().set_modified(old).unwrap();
    }
    // A list that cannot be read may name any of them.
    let list = files(&backups).pop().unwrap();
    let good = fs::read(&list).unwrap();
    flip(&list, 300);
    folder::prune(&backups, shop.now, keep).unwrap();
    assert_eq!(shop.parts().len(), 7);
    fs::write(&list, good).unwrap();
    folder::prune(&backups, shop.now, keep).unwrap();
    let left: Vec<PathBuf> = files(&backups);
    let named: BTreeSet<PathBuf> = left.iter().flat_map(|list| shop.named(list)).collect();
    assert_eq!(shop.parts().into_iter().collect::<BTreeSet<_>>(), named);
    assert!(left.len() == 1 && left.iter().all(|list| read(list).unwrap() == shop.made[list]));
}

/// Books put back by copying the folder go on under numbers that backups know otherwise.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn books_that_went_on_differently_are_copied_as_they_are() {
    let mut shop = Shop::new().await;
    shop.trade(8, 200_000).await;
    shop.store.close().await.unwrap();
    let aside = shop.folder.path().join("aside");
    copy_dir(&shop.data(), &aside);
    for (data, orders) in [(shop.data(), 8), (aside, 9)] {
        shop.store = open(&data);
        shop.trade(orders, 199_000).await;
        shop.back_up().await;
        assert!(read(&shop.list()).unwrap() == shop.made[&shop.list()]);
        shop.store.close().await.unwrap();
    }
    for (list, rows) in &shop.made {
        assert!(read(list).unwrap() == *rows);
    }
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() { copy_dir(&path, &to) } else { fs::copy(&path, &to).map(drop).unwrap() }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn backups_of_a_shop_at_work_are_each_the_shop_at_one_moment() {
    let shop = Shop::new().await;
    let (store, backups) = (shop.store.clone(), shop.backups());
    let trading = tokio::spawn(async move {
        for id in 1..=120 {
            let mut order = order(id, 1, &format!("08{id}"));
            order.product_name = "x".repeat(30_000);
            store.commit(place(order.clone())).await.unwrap();
            store.commit(succeed(&order)).await.unwrap();
            if id % 20 == 0 {
                let day = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap() + TimeDelta::days(i64::try_from(id).unwrap());
                store.close_day(day, DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MAX_UTC).await.unwrap();
            }
        }
        store.commit(Commit { received: vec![message(1, "m1")], ..commit() }).await.unwrap();
    });
    let mut minutes = 0;
    loop {
        let is_over = trading.is_finished();
        minutes += 10;
        let (parts, into) = (shop.store.parts().await.unwrap().unwrap(), backups.clone());
        let at = now() + TimeDelta::minutes(minutes);
        tokio::task::spawn_blocking(move || set::make(&parts, at, &into, Proof::WhenDue).unwrap()).await.unwrap();
        if is_over {
            break;
        }
    }
    trading.await.unwrap();
    for list in files(&backups) {
        let made = backup::verify(&list, None).unwrap();
        assert!(made.report.is_clean(), "{}: {}", list.display(), made.report);
    }
    let last = files(&backups).pop().unwrap();
    assert!(read(&last).unwrap() == rows(&shop.store).await);
}
