//! The drill: a busy shop is backed up, goes on, dies; is put back elsewhere and goes on from there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::bot_api::{BotApi, Mishap};
use crate::support::program::{Ended, Running, Settings, free_port, tail};
use crate::support::site::{ADMIN, BUDI, PATIENCE, Site, hears, write_at};
use chrono::{DateTime, TimeDelta, Utc};

const STRANGERS: i64 = 10_000;
const PIN: &str = "739154";

/// A shop that does nothing by itself.
async fn quiet_shop() -> Site {
    Site::new().await.set("KONTER_BACKUP_EVERY", "off").set("KONTER_SUMMARY_AT", "off")
}

impl Site {
    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn write(&self, chat: i64, text: &str, at: DateTime<Utc>) {
        write_at(&self.api, chat, text, at);
    }

    async fn hears(&self, running: &Running, chat: i64, since: usize, words: &[&str]) {
        hears(&self.api, running, chat, since, words).await;
    }

    async fn say(&self, running: &Running, chat: i64, text: &str, hears: &[&str]) {
        let since = self.api.said(chat).len();
        // Telegram tells whole seconds: a message of the very second of a restore counts as from before it.
        self.write(chat, text, Utc::now() + TimeDelta::seconds(1));
        self.hears(running, chat, since, hears).await;
    }

    /// A shop with a reseller, at work.
    async fn open(&self) -> Running {
        let running = self.start();
        self.say(&running, BUDI, &format!("DAFTAR.Budi Cell.{PIN}"), &["Kode agen"]).await;
        self.write(ADMIN, "/deposit KR0001 1000000", Utc::now());
        self.hears(&running, BUDI, 0, &["Deposit masuk"]).await;
        running
    }

    fn times_bought(&self) -> u32 {
        self.simulators.bought().iter().map(|bought| bought.times_delivered).sum()
    }
}

#[track_caller]
fn assert_ended(ended: &Ended, code: i32, named: &[&str]) {
    assert_eq!(ended.code, Some(code), "{ended:?}");
    for name in named {
        assert!(ended.err.contains(name) || ended.out.contains(name), "{name:?} is not named: {ended:?}");
    }
}

fn some_file(folder: &Path) -> PathBuf {
    fs::read_dir(folder).unwrap().next().unwrap().unwrap().path()
}

fn path(path: &Path) -> String {
    path.display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_shop_comes_back_from_its_backup_and_buys_nothing_twice() {
    let site = quiet_shop().await;
    let mut running = site.open().await;
    let order = |dest: &str| format!("S10.{dest}.{PIN}");
    site.say(&running, BUDI, &order("081234500100"), &["SUKSES", "081234500100"]).await;
    // These are pending for ever; there is another supplier they could go to.
    site.say(&running, BUDI, &order("081234500223"), &["diproses", "081234500223"]).await;
    site.say(&running, BUDI, &order("081234500323"), &["diproses", "081234500323"]).await;

    let file = site.folder.path().join("shop.backup");
    let ended = site.run(&site.settings, &["backup", &path(&file)]).await;
    assert_ended(&ended, 0, &["shop.backup", "the books are right"]);
    assert_ended(&site.run(&site.settings, &["backup", &path(&file)]).await, 2, &["exists", "--force"]);
    assert_ended(&site.run(&site.settings, &["backup", &path(&file), "--force"]).await, 0, &["the books are right"]);
    let copied = site.run(&site.settings, &["backup", &path(&site.folder.path().join("second"))]).await;

    // What happens after the backup is forgotten: an admin ends one order, another one is placed and delivered.
    site.say(&running, ADMIN, "/gagal 2 sudah dicek", &["#2"]).await;
    site.say(&running, BUDI, &order("081234500400"), &["SUKSES", "081234500400"]).await;
    let executed_before = Utc::now();
    running.kill();
    let (bought, said) = (site.times_bought(), site.api.said(BUDI).len());

    let elsewhere = site.settings.clone().set("KONTER_DATA_DIR", path(&site.folder.path().join("elsewhere")));
    let restored = site.run(&elsewhere, &["restore", &path(&file)]).await;
    assert_ended(&restored, 0, &["the books are right", "/pending"]);
    let audited = site.run(&elsewhere, &["audit"]).await;
    assert_eq!((audited.code, &audited.out), (Some(0), &restored.out));
    assert_eq!(restored.out, copied.out, "the books are those of the backup");
    assert_ended(&site.run(&elsewhere, &["restore", &path(&file)]).await, 2, &["not empty", "--force"]);

    let mut running = elsewhere.start(site.folder.path(), &["run"]);
    site.hears(&running, ADMIN, 0, &["dipulihkan dari cadangan", "2 pesanan", "/pending"]).await;
    assert_ended(&site.run(&elsewhere, &["restore", &path(&file), "--force"]).await, 1, &["another process has"]);
    // Telegram hands out once more what it had no receipt for when the shop died.
    site.write(BUDI, &order("081234500400"), executed_before);
    site.hears(&running, BUDI, said, &["GAGAL", "081234500400"]).await;
    site.say(&running, ADMIN, "/cekulang 2", &["#2"]).await;
    site.say(&running, BUDI, "SAL", &["Saldo"]).await;
    assert_eq!(site.times_bought(), bought, "nothing is bought by itself: {:?}", site.simulators.bought());
    // A person decides, and the shop goes on.
    site.say(&running, ADMIN, "/sukses 2 1234567890", &["#2"]).await;
    site.say(&running, BUDI, &order("081234500500"), &["SUKSES", "081234500500", "trx #1000"]).await;
    assert_eq!(site.times_bought(), bought + 1);
    assert_eq!(running.stop("TERM").await, Some(0), "{}", tail(&running.err()));
    assert_ended(&site.run(&elsewhere, &["audit"]).await, 0, &["the books are right"]);

    // The dead shop's own data is as it was.
    assert_ended(&site.run(&site.settings, &["audit"]).await, 0, &["the books are right"]);
    // Put back over it, it goes aside.
    assert_ended(&site.run(&site.settings, &["restore", &path(&file), "--force"]).await, 0, &["before-restore-"]);
    let stopped = site.run(&site.settings, &["backup", &path(&file), "--force"]).await;
    assert_ended(&stopped, 0, &["the books are right"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_cannot_be_right_is_refused_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let settings = Settings::new().set("KONTER_DATA_DIR", path(&data));
    let run = async |arguments: &[&str]| settings.run(folder.path(), arguments).await;
    let file = folder.path().join("some.file");
    assert_ended(&run(&["restore", &path(&file)]).await, 1, &["some.file"]);
    for (content, named) in [(&b"hello"[..], "not a backup"), (b"konter backup 1\nxx", "cut off")] {
        fs::write(&file, content).unwrap();
        assert_ended(&run(&["restore", &path(&file)]).await, 1, &[named]);
        assert!(!data.exists());
    }
    assert_ended(&run(&["backup", &path(&file)]).await, 2, &["KONTER_DATA_DIR"]);
    // A restore that was broken off is not taken for a shop.
    fs::create_dir_all(data.join("restoring")).unwrap();
    assert_ended(&run(&["run"]).await, 1, &["restore", "--force"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_day_s_backup_reaches_the_owners_encrypted_and_can_be_put_back() {
    let mut site = quiet_shop().await;
    let passphrase = "tiga ekor kucing hitam";
    site.settings = site.settings.clone().set("KONTER_BACKUP_EVERY", "60").set("KONTER_BACKUP_PASSPHRASE", passphrase);
    let mut running = site.open().await;
    let sent = |api: &BotApi| !api.calls("senddocument").is_empty();
    assert!(site.api.comes(PATIENCE, sent).await, "no backup is sent: {}", tail(&running.err()));
    assert_eq!(running.stop("TERM").await, Some(0), "{}", tail(&running.err()));
    assert!(!running.err().contains(passphrase));
    let backups = site.data().join("backups");
    let names = |ending: &str| -> Vec<PathBuf> {
        let files = fs::read_dir(&backups).unwrap().map(|file| file.unwrap().path());
        files.filter(|file| file.extension().is_some_and(|end| end == ending)).collect()
    };
    assert_eq!((names("manifest").len(), names("age").len()), (1, 1));
    let sealed = path(&names("age")[0]);
    let elsewhere = path(&site.folder.path().join("elsewhere"));
    let without = Settings::new().set("KONTER_DATA_DIR", &elsewhere);
    assert_ended(&site.run(&without, &["restore", &sealed]).await, 2, &["KONTER_BACKUP_PASSPHRASE"]);
    let wrong = without.clone().set("KONTER_BACKUP_PASSPHRASE", "empat ekor kucing hitam");
    assert_ended(&site.run(&wrong, &["restore", &sealed]).await, 2, &["decrypted"]);
    let right = without.set("KONTER_BACKUP_PASSPHRASE", passphrase);
    assert_ended(&site.run(&right, &["restore", &sealed]).await, 0, &["the books are right"]);

    // Books that are damaged are told the way back, which is no other shop's.
    let list = path(&names("manifest")[0]);
    let (book, others) = (some_file(&site.data().join("books")), backups.join("konter-20990101T000000Z.backup"));
    let whole = fs::read(&book).unwrap();
    let mut damaged = whole.clone();
    damaged[32 + 50] ^= 1;
    fs::write(&book, &damaged).unwrap();
    fs::write(&others, "another shop's").unwrap();
    let refused = site.run(&site.settings, &["run"]).await;
    assert_ended(&refused, 1, &["is damaged", &format!("konter restore --force {list}")]);
    fs::remove_file(others).unwrap();
    fs::write(&book, &whole).unwrap();

    // Of the folder it is the newest, and nothing instead of it. Back over the shop it came from, the folder stays where it is.
    let restored = site.run(&site.settings, &["restore", &path(&backups), "--force"]).await;
    assert_ended(&restored, 0, &["the books are right", &list, "before-restore-"]);
    let part = some_file(&backups.join("parts"));
    fs::remove_file(&part).unwrap();
    let told =
        [path(part.file_name().map(Path::new).unwrap()), "is missing".to_owned(), list, "None of those".to_owned()];
    let refused = site.run(&site.settings, &["restore", &path(&backups), "--force"]).await;
    assert_ended(&refused, 1, &told.each_ref().map(String::as_str));
    assert_ended(&site.run(&site.settings, &["audit"]).await, 0, &["the books are right"]);
}

/// What the shop cannot know any more: whether a bill was paid since the backup, and whether a reply was said.
#[tokio::test(flavor = "multi_thread")]
async fn a_bill_is_not_paid_again_and_what_may_have_been_said_says_so() {
    let site = quiet_shop().await;
    let mut running = site.open().await;
    let (said_again, stranger) = ("sudah pernah dikirim", BUDI + 1);
    let pay = format!("BAYAR.PLNPOST.520010509867.{PIN}");
    site.say(&running, BUDI, "TAG.PLNPOST.520010509867", &["TAGIHAN PLNPOST"]).await;
    // This one is told to wait for longer than the shop lives, so its reply is in the backup.
    site.api.shut(stranger, Mishap::Flood(600));
    site.write(stranger, "SAL", Utc::now());
    let refused = |api: &BotApi| api.calls("sendmessage").iter().any(|call| call.body["chat_id"] == stranger);
    assert!(site.api.comes(PATIENCE, refused).await, "{}", tail(&running.err()));
    let file = site.folder.path().join("shop.backup");
    assert_ended(&site.run(&site.settings, &["backup", &path(&file)]).await, 0, &["the books are right"]);

    site.say(&running, BUDI, &pay, &["SUKSES", "PLNPOST"]).await;
    running.kill();
    let bought = site.times_bought();
    let elsewhere = site.settings.clone().set("KONTER_DATA_DIR", path(&site.folder.path().join("elsewhere")));
    assert_ended(&site.run(&elsewhere, &["restore", &path(&file)]).await, 0, &["the books are right"]);
    site.api.let_in(stranger);
    let mut running = elsewhere.start(site.folder.path(), &["run"]);
    site.hears(&running, stranger, 0, &["terdaftar", said_again]).await;

    // What was shown before the restore is not what is paid after it, however it is asked for.
    let since = site.api.said(BUDI).len();
    site.say(&running, BUDI, &pay, &["GAGAL", "tidak berlaku", "TAG.PLNPOST.520010509867"]).await;
    site.say(&running, BUDI, &pay, &["GAGAL", "tidak berlaku"]).await;
    assert_eq!(site.times_bought(), bought, "paid again: {:?}", site.simulators.bought());
    site.say(&running, BUDI, "SAL", &["Saldo 1.000.000"]).await;
    site.say(&running, BUDI, "TAG.PLNPOST.520010509867", &["PLNPOST"]).await;
    // Only what waited may have been said before.
    site.say(&running, stranger, "SAL", &["terdaftar"]).await;
    let new = [site.api.said(BUDI).split_off(since), site.api.said(stranger).split_off(1)].concat();
    assert!(!new.iter().any(|said| said.contains(said_again)), "{new:#?}");
    assert_eq!(running.stop("TERM").await, Some(0), "{}", tail(&running.err()));
    assert_ended(&site.run(&elsewhere, &["audit"]).await, 0, &["the books are right"]);
}

/// Whatever is left of a lost shop, none begins over its head: what is repeated of its orders would be bought again.
#[tokio::test(flavor = "multi_thread")]
async fn no_shop_goes_on_or_begins_where_the_backups_tell_of_more() {
    let mut site = quiet_shop().await;
    site.settings = site.settings.clone().set("KONTER_BACKUP_EVERY", "60");
    let mut running = site.open().await;
    let (data, backups) = (site.data(), site.data().join("backups"));
    let lists = |backups: &Path| -> Vec<PathBuf> {
        let files = fs::read_dir(backups).into_iter().flatten().map(|file| file.unwrap().path());
        files.filter(|file| file.extension().is_some_and(|end| end == "manifest")).collect()
    };
    let began = Instant::now();
    while lists(&backups).is_empty() {
        assert!(began.elapsed() < PATIENCE, "no backup is made: {}", tail(&running.err()));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(running.stop("TERM").await, Some(0), "{}", tail(&running.err()));
    let (list, whole) = (path(&lists(&backups)[0]), site.folder.path().join("whole"));
    let way_back = format!("konter restore --force {list}");
    fs::rename(&data, &whole).unwrap();
    let leave = |kept: &[&str]| {
        let _ = fs::remove_dir_all(&data);
        fs::create_dir(&data).unwrap();
        for name in kept {
            assert!(Command::new("cp").arg("-r").arg(whole.join(name)).arg(&data).status().unwrap().success());
        }
    };

    // The books end after their first record, and nothing else in the data dir knows better.
    leave(&["books", "backups"]);
    let book = some_file(&data.join("books"));
    let bytes = fs::read(&book).unwrap();
    let first = u32::from_be_bytes(bytes[32..36].try_into().unwrap()) as usize;
    fs::write(&book, &bytes[..32 + 44 + first]).unwrap();
    for command in ["run", "rebuild"] {
        let refused = site.run(&site.settings, &[command]).await;
        assert_ended(&refused, 1, &["their end is lost", "konter rebuild --force", &way_back]);
    }
    let rebuilt = site.run(&site.settings, &["rebuild", "--force"]).await;
    assert_ended(&rebuilt, 0, &["as of record 1", "Whatever was written after it is lost"]);

    // Nothing but the backups is left, in the data dir or elsewhere.
    leave(&["backups"]);
    let kept = path(&whole.join("backups"));
    for (settings, way_back) in [
        (site.settings.clone(), way_back.clone()),
        (site.settings.clone().set("KONTER_BACKUP_DIR", &kept), format!("konter restore --force {kept}")),
    ] {
        for command in ["run", "check"] {
            let refused = site.run(&settings, &[command]).await;
            assert_ended(&refused, 1, &["there is no shop in", &way_back, "move these backups to another place"]);
            assert!(!data.join("books").exists(), "{command} has made a shop");
        }
        leave(&[]);
    }
    // Somebody who means it.
    let mut running = site.start();
    site.say(&running, BUDI + 1, &format!("DAFTAR.Siti Cell.{PIN}"), &["Kode agen"]).await;
    assert_eq!(running.stop("TERM").await, Some(0), "{}", tail(&running.err()));
}

/// What the shop says of its health: the status, and the JSON.
async fn health(settings_listen: &str) -> Option<(u16, String)> {
    let response = reqwest::get(format!("http://{settings_listen}/health")).await.ok()?;
    Some((response.status().as_u16(), response.text().await.ok()?))
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_it_stops_says_so_and_loses_nothing() {
    let mut site = quiet_shop().await;
    let listen = format!("127.0.0.1:{}", free_port());
    site.settings = site.settings.clone().set("KONTER_LISTEN", &listen).set("RUST_LOG", "warn");
    site.simulators.set_callback_base(format!("http://{listen}"));
    let mut running = site.open().await;
    assert_eq!(running.stop("TERM").await, Some(0), "{}", tail(&running.err()));

    // sled begins a new part of its file when it is opened. That fits; what is written to the books from then on soon does not.
    let room = fs::metadata(site.data().join("state/db")).unwrap().len() + (1 << 20);
    let mut running = site.settings.start_within(site.folder.path(), &["run"], room);
    let mut full = None;
    for n in 0..3_000 {
        if n % 10 == 0 {
            site.write(BUDI, &format!("S10.0812345{n:05}00.{PIN}"), Utc::now());
        }
        // Strangers with much to say. They are few, and none is answered for long: nobody else waits behind replies to them.
        site.write(STRANGERS + n % 50, &"x".repeat(4_000), Utc::now());
        tokio::time::sleep(Duration::from_millis(20)).await;
        if let Some((503, said)) = health(&listen).await {
            full = Some(said);
            break;
        }
    }
    let Some(full) = full else { panic!("it never fills up: {}", tail(&running.err())) };
    assert!(full.contains("cannot be used"), "no reason is given: {full}");
    site.write(BUDI + 1, "SAL", Utc::now());
    site.hears(&running, BUDI + 1, 0, &["Coba lagi"]).await;
    site.hears(&running, ADMIN, 0, &["berhenti menerima pesanan"]).await;
    let since = site.api.said(BUDI + 1).len();
    // The service manager starts it again after that, not after a wrong setting (2).
    assert_eq!(running.end().await.code(), Some(3), "{}", tail(&running.err()));

    // With room again all of it goes on: what was acknowledged is answered, what was not comes again.
    let bought = site.times_bought();
    let audit = site.run(&site.settings, &["audit"]).await;
    assert_ended(&audit, 0, &["the books are right"]);
    let mut running = site.settings.start(site.folder.path(), &["run"]);
    site.hears(&running, ADMIN, 0, &["sudah jalan lagi"]).await;
    site.hears(&running, BUDI + 1, since, &["terdaftar"]).await;
    site.say(&running, BUDI, &format!("S10.081299999900.{PIN}"), &["SUKSES", "081299999900"]).await;
    assert_eq!(running.stop("TERM").await, Some(0), "{}", tail(&running.err()));
    let twice: Vec<_> = site.simulators.bought().into_iter().filter(|bought| bought.times_delivered > 1).collect();
    assert!(twice.is_empty() && site.times_bought() > bought, "{twice:?}");
    assert_ended(&site.run(&site.settings, &["audit"]).await, 0, &["the books are right"]);
}
