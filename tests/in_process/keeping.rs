//! Backups a shop makes by itself, and a shop taken over from one.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::shop::*;
use chrono::{NaiveTime, TimeDelta};
use konter::backup;
use konter::config::BackupSettings;
use konter_core::ids::OrderId;
use konter_store::Store;
use konter_store::sled_store::{SledOptions, SledStore};

fn settings(folder: &Path) -> BackupSettings {
    BackupSettings {
        every: Some(TimeDelta::minutes(60)),
        keep: TimeDelta::days(2),
        folder: folder.to_owned(),
        passphrase: None,
        send_at: NaiveTime::from_hms_opt(2, 0, 0),
    }
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.to_string_lossy().ends_with(ending));
    files.sort();
    files
}

/// Backups of each kind: of an engine whose rows are read one by one, and of one that has parts.
async fn shops(folder: &Path) -> [(TestShop, &'static str); 2] {
    let sled = Store::new(SledStore::open(&folder.join("data"), SledOptions::default()).unwrap());
    [(TestShop::open().await, ".backup"), (TestShop::on(sled, Setup::default()).await, ".manifest")]
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_are_made_on_time_proven_and_cleared_away() {
    let folder = tempfile::tempdir().unwrap();
    for (shop, ending) in shops(folder.path()).await {
        let backups = folder.path().join(ending);
        shop.say(&reseller(), &format!("S10.081234567800.{PIN}"), 1).await;
        shop.shop.start_backups(settings(&backups));
        let has = |count| files(&backups, ending).len() == count;
        shop.becomes("a first backup, at once", async || has(1)).await;
        shop.pass(TimeDelta::minutes(30));
        shop.say(&reseller(), "SAL", 1).await;
        assert!(has(1));
        shop.pass(TimeDelta::minutes(30));
        shop.becomes("the hour's backup", async || has(2)).await;
        shop.pass(TimeDelta::days(1));
        shop.becomes("the next day's backup", async || has(2)).await;
        shop.pass(TimeDelta::days(3));
        shop.becomes("only the newest", async || has(1)).await;
        let made = backup::verify(&files(&backups, ending)[0], None).unwrap();
        assert_eq!((made.made_at, made.report.is_clean()), (shop.now(), true));
        shop.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owners_hear_once_that_backups_fail_and_once_that_they_work_again() {
    let folder = tempfile::tempdir().unwrap();
    let backups = folder.path().join("backups");
    fs::write(&backups, "a file where a folder should be").unwrap();
    let shop = TestShop::open().await;
    shop.shop.start_backups(settings(&backups));
    let told = shop.hear(1).await;
    assert!(told[0].contains("cadangan otomatis gagal") && told[0].contains("Belum ada"), "{told:?}");
    for _ in 0..3 {
        shop.pass(TimeDelta::minutes(6));
        shop.say(&reseller(), "SAL", 1).await;
    }
    fs::remove_file(&backups).unwrap();
    shop.pass(TimeDelta::minutes(6));
    let told = shop.hear(1).await;
    assert!(told[0].contains("sudah berhasil lagi"), "{told:?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_passphrase_the_newest_goes_to_the_owners_once_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let passphrase: secrecy::SecretString = "tiga ekor kucing".into();
    for (shop, ending) in shops(folder.path()).await {
        let backups = folder.path().join(ending);
        shop.shop.start_backups(BackupSettings { passphrase: Some(passphrase.clone()), ..settings(&backups) });
        let told = shop.hear(1).await;
        assert!(told[0].contains("terenkripsi"), "{told:?}");
        // It is noon; two in the morning comes once until the next noon.
        for hour in 1..=24 {
            shop.pass(TimeDelta::hours(1));
            shop.becomes("the hour's backup", async || files(&backups, ending).len() > hour).await;
        }
        let told = shop.hear(1).await;
        assert!(told[0].contains("22/11 02:00"), "{told:?}");
        let sealed = files(&backups, ".age");
        assert_eq!(sealed.len(), 1, "the latest");
        assert!(backup::verify(&sealed[0], Some(&passphrase)).unwrap().report.is_clean(), "one file has all of it");
        shop.close().await;
    }
}

/// What is sent tells the moment of what is in it, not that of its sending.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_sent_bears_the_moment_of_its_contents() {
    let folder = tempfile::tempdir().unwrap();
    let passphrase: secrecy::SecretString = "tiga ekor kucing".into();
    for (shop, ending) in shops(folder.path()).await {
        let backups = folder.path().join(ending);
        let at = NaiveTime::from_hms_opt(12, 20, 0);
        let every = Some(TimeDelta::minutes(600));
        // The hour of yesterday's is long past: one goes at once.
        let given = BackupSettings { passphrase: Some(passphrase.clone()), send_at: at, every, ..settings(&backups) };
        shop.shop.start_backups(given);
        shop.hear(1).await;
        let made_at = shop.now();
        shop.pass(TimeDelta::minutes(30));
        let told = shop.hear(1).await;
        assert!(told[0].contains("Cadangan 21/11 12:00"), "{told:?}");
        let sealed = files(&backups, ".age");
        let made = backup::verify(sealed.last().unwrap(), Some(&passphrase)).unwrap();
        assert_eq!(made.made_at, made_at);
        shop.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_cannot_be_sent_because_a_part_is_gone_is_made_once_more() {
    let folder = tempfile::tempdir().unwrap();
    let backups = folder.path().join("backups");
    let [_, (shop, ending)] = shops(folder.path()).await;
    let at = NaiveTime::from_hms_opt(12, 10, 0);
    let every = Some(TimeDelta::minutes(600));
    let passphrase = Some("tiga ekor kucing".into());
    shop.shop.start_backups(BackupSettings { passphrase, send_at: at, every, ..settings(&backups) });
    shop.hear(1).await;
    for part in files(&backups.join("parts"), "") {
        fs::remove_file(part).unwrap();
    }
    shop.pass(TimeDelta::minutes(20));
    let told = shop.hear(1).await;
    assert!(told[0].contains("cadangan otomatis gagal") && told[0].contains("is missing"), "{told:?}");
    shop.pass(TimeDelta::minutes(6));
    let told = shop.hear(2).await;
    assert!(told.iter().any(|told| told.contains("terenkripsi")), "{told:?}");
    assert!(told.iter().any(|told| told.contains("sudah berhasil lagi")), "{told:?}");
    assert_eq!(files(&backups, ending).len(), 2);
    shop.close().await;
}

/// What one looks like that was never whole, or is not any more, is told to the owners, and not taken for a backup.
#[tokio::test(flavor = "multi_thread")]
async fn parts_that_cannot_be_written_fail_the_backup_and_what_is_damaged_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    let backups = folder.path().join("backups");
    let [_, (shop, ending)] = shops(folder.path()).await;
    fs::create_dir(&backups).unwrap();
    fs::write(backups.join("parts"), "a file where a folder should be").unwrap();
    shop.shop.start_backups(settings(&backups));
    let told = shop.hear(1).await;
    assert!(told[0].contains("cadangan otomatis gagal") && told[0].contains("parts"), "{told:?}");
    assert_eq!(files(&backups, ending), [] as [PathBuf; 0]);
    fs::remove_file(backups.join("parts")).unwrap();
    shop.pass(TimeDelta::minutes(6));
    let told = shop.hear(1).await;
    assert!(told[0].contains("sudah berhasil lagi"), "{told:?}");
    for part in files(&backups.join("parts"), "") {
        fs::write(part, "scribbled over").unwrap();
    }
    shop.pass(TimeDelta::hours(25));
    shop.becomes("the next day's backup", async || files(&backups, ending).len() == 2).await;
    assert!(backup::verify(files(&backups, ending).last().unwrap(), None).unwrap().report.is_clean());
    shop.close().await;
}

/// Copies the shop as it stands, and puts the copy back as another store; beside it lies a newer one.
async fn put_back(shop: &TestShop, folder: &Path) -> Store {
    let (file, data) = (folder.join("shop.backup"), folder.join("data"));
    let (snapshot, now) = (shop.store.snapshot().await.unwrap(), shop.now());
    fs::write(folder.join(backup::folder::name(now + TimeDelta::seconds(30))), "x").unwrap();
    let restoring = tokio::task::spawn_blocking(move || {
        backup::make(snapshot, now, &file, false).unwrap();
        backup::restore(&file, &data, false, None, now + TimeDelta::minutes(1)).unwrap().take_place().unwrap();
        SledStore::open(&data, SledOptions::default()).unwrap()
    });
    Store::new(restoring.await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_open_in_the_backup_is_left_to_people() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(SledStore::open(&folder.path().join("before"), SledOptions::default()).unwrap());
    let before = TestShop::on(store, Setup::default()).await;
    let order = |dest: &str| format!("S10.{dest}.{PIN}");
    before.say(&reseller(), &order("081234567800"), 1).await;
    before.say(&reseller(), &order("081234567823"), 1).await;
    // A message that has come and not been answered when the backup is made.
    let waiting = before.message(&reseller(), &order("081234567900"));
    let mut commit = konter_store::Commit::new(before.now());
    commit.received.push(waiting);
    before.store.commit(commit).await.unwrap();
    let store = put_back(&before, folder.path()).await;
    before.shop.stop(Duration::from_secs(5)).await;

    let start = before.now() + TimeDelta::minutes(2);
    let after = TestShop::on(store, Setup { start, ..Setup::default() }).await;
    // The chats go on counting their messages.
    (0..10).for_each(|_| drop(after.message(&reseller(), "")));
    after.shop.recover().await.unwrap();
    after.shop.recover_inbox().await.unwrap();
    let told = after.hear(2).await;
    let is_told = |words: [&str; 2]| told.iter().any(|told| words.iter().all(|word| told.contains(word)));
    assert!(is_told(["dipulihkan dari cadangan", "/pending"]), "{told:?}");
    assert!(is_told(["dipulihkan dari cadangan", "ada cadangan yang lebih baru"]), "{told:?}");
    assert!(is_told(["GAGAL", "081234567900"]), "an old message is not executed: {told:?}");
    // Nobody is asked, however long it takes, and nobody is told again.
    after.pass(TimeDelta::hours(2));
    after.say(&admin(), "/cekulang 2", 1).await;
    after.say(&reseller(), "SAL", 1).await;
    assert!(after.simulators.bought().is_empty(), "{:?}", after.simulators.bought());
    let open = after.store.open_orders().await.unwrap();
    assert_eq!(open.iter().map(|order| order.id).collect::<Vec<_>>(), [OrderId(2)]);
    // The second start has nothing to take over.
    after.shop.recover().await.unwrap();
    after.hear(0).await;
    after.say(&admin(), "/gagal 2 tidak masuk", 2).await;
    after.say(&reseller(), &order("081234567800"), 1).await;
    assert!(after.simulators.bought().is_empty(), "the same order of the day is known");
    after.close().await;
}

/// What its supplier has, and could go nowhere else, is as certain as before: it is told apart from what needs a person.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_its_supplier_had_taken_is_told_as_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(SledStore::open(&folder.path().join("before"), SledOptions::default()).unwrap());
    let before = TestShop::on(store, Setup::default()).await;
    before.say(&reseller(), &format!("S5.081234567823.{PIN}"), 1).await;
    let store = put_back(&before, folder.path()).await;
    before.shop.stop(Duration::from_secs(5)).await;
    let start = before.now() + TimeDelta::minutes(2);
    let after = TestShop::on(store, Setup { start, ..Setup::default() }).await;
    after.shop.recover().await.unwrap();
    let told = after.hear(1).await.remove(0);
    assert!(told.contains("1 pesanan waktu itu sudah diterima supplier") && !told.contains("/pending"), "{told}");
    after.shop.stop(Duration::from_secs(5)).await;
}

/// A balancer must not send anybody to a shop that takes nothing any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_stops_is_not_well() {
    let shop = TestShop::open().await;
    let health = async || {
        let told = reqwest::get(format!("http://{}/health", shop.address)).await.unwrap();
        (told.status().as_u16(), told.json::<serde_json::Value>().await.unwrap()["status"].clone())
    };
    assert_eq!(health().await, (200, "ok".into()));
    shop.shop.stop(Duration::from_secs(5)).await;
    assert_eq!(health().await, (503, "stopping".into()));
}

/// A shop with orders, a deposit ticket and resellers, row by row.
async fn rows_of_a_shop() -> std::collections::BTreeMap<Vec<u8>, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(SledStore::open(&folder.path().join("data"), SledOptions::default()).unwrap());
    let shop = TestShop::on(store, Setup::default()).await;
    for dest in ["081234567800", "081234567823", "081234567866"] {
        shop.say(&reseller(), &format!("S10.{dest}.{PIN}"), 1).await;
    }
    shop.say(&reseller(), "TIKET.100000", 2).await;
    let rows = shop.store.snapshot().await.unwrap().all().unwrap();
    shop.close().await;
    rows.into_iter().collect()
}

type Rows = std::collections::BTreeMap<Vec<u8>, Vec<u8>>;
/// Something done to a shop's rows.
type Change<'a> = Box<dyn Fn(&mut Rows) + 'a>;

/// What a backup of these rows is found to be, and a store that was made of them.
async fn judged(rows: &Rows) -> [Vec<String>; 2] {
    let mut census = konter_store::census::Census::default();
    for (key, row) in rows {
        census.row(key, row).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut pages = vec![rows.clone().into_iter().collect::<Vec<_>>()];
    let now = chrono::Utc::now();
    let mark = konter_store::Restored::new(Some(now), now);
    konter_store::fill(&data, || Ok::<_, konter_store::StoreError>(pages.pop().unwrap_or_default()), mark).unwrap();
    let store = Store::new(SledStore::open(&data, SledOptions::default()).unwrap());
    let report = konter_store::audit::audit(&store).await.unwrap();
    [census.finish().differences, report.differences]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_and_an_audit_find_every_index_that_does_not_agree_with_its_row() {
    let good = rows_of_a_shop().await;
    assert_eq!(judged(&good).await, [Vec::<String>::new(), Vec::new()]);
    let key_of = |kind: u8| good.keys().find(|key| key[0] == kind).unwrap().clone();
    let other = |number: &[u8]| if number == b"2" { b"3".to_vec() } else { b"2".to_vec() };
    let changes: [(&str, Change<'_>); 9] = [
        ("a chat row", Box::new(|rows| drop(rows.entry(key_of(b'c')).and_modify(|row| *row = other(row))))),
        ("reseller", Box::new(|rows| drop(rows.remove(&key_of(b'c'))))),
        ("its slot gone: no slot row", Box::new(|rows| drop(rows.remove(&key_of(b's'))))),
        ("no reference row", Box::new(|rows| drop(rows.remove(&key_of(b'r'))))),
        (
            "a reference row",
            Box::new(|rows| {
                let mut key = key_of(b'r');
                key[8] ^= 1;
                rows.insert(key, b"1".to_vec());
            }),
        ),
        ("no order-of-reseller row", Box::new(|rows| drop(rows.remove(&key_of(b'a'))))),
        ("no statement row", Box::new(|rows| drop(rows.remove(&key_of(b'k'))))),
        (
            "no claim of its amount",
            Box::new(|rows| drop(rows.remove(&good.keys().find(|key| key.starts_with(b"e\x01")).unwrap().clone()))),
        ),
        (
            "stands under another's key",
            Box::new(|rows| {
                let order = rows.get(&key_of(b'o')).unwrap().clone();
                let last = good.keys().rfind(|key| key[0] == b'o').unwrap();
                rows.insert(last.clone(), order);
            }),
        ),
    ];
    for (named, change) in changes {
        let mut rows = good.clone();
        change(&mut rows);
        let [census, audit] = judged(&rows).await;
        assert!(!census.is_empty(), "{named}: a backup of it passes");
        let named = named.rsplit(": ").next().unwrap();
        assert!(audit.iter().any(|said| said.contains(named)), "{named}: {audit:?}");
    }
}
