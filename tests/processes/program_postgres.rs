//! The program on PostgreSQL, as its owner meets it.

use std::path::Path;
use std::time::Duration;

use crate::support::bot_api::BotApi;
use crate::support::postgres::{self, Cluster};
use crate::support::program::{self, Running, Settings};
use crate::support::site::{self, ADMIN, BUDI, PATIENCE, suppliers, write, write_at};
use chrono::{TimeDelta, Utc};
use konter_simulator::Simulators;

fn shop(api: &BotApi, simulators: &Simulators, database: &str) -> Settings {
    Settings::shop(api, simulators).set("DATABASE_URL", database)
}

async fn hears(api: &BotApi, running: &Running, chat: i64, words: &str) {
    site::hears(api, running, chat, 0, &[words]).await;
}

/// A shop at work with one reseller, who has paid in 123.456.
async fn open_to_budi(settings: &Settings, folder: &Path, api: &BotApi) -> Running {
    let running = settings.start(folder, &["run"]);
    write(api, BUDI, "DAFTAR.Toko Budi.739154");
    hears(api, &running, BUDI, "KR0001").await;
    write(api, ADMIN, "/deposit KR0001 123456");
    hears(api, &running, BUDI, "123.456").await;
    running
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_sells_is_killed_and_goes_on() {
    let Some(database) = postgres::database().await else { return };
    let (folder, api, simulators) = (tempfile::tempdir().unwrap(), BotApi::start().await, suppliers().await);
    let settings = shop(&api, &simulators, &database.url);
    let mut running = settings.start(folder.path(), &["run"]);
    write(&api, BUDI, "DAFTAR.Toko Budi.739154");
    hears(&api, &running, BUDI, "KR0001").await;
    write(&api, ADMIN, "/deposit KR0001 100000");
    hears(&api, &running, BUDI, "100.000").await;
    write(&api, BUDI, "S10.081234567800.739154");
    hears(&api, &running, BUDI, "SUKSES").await;
    // One more, and the end of the process in the middle of it.
    write(&api, BUDI, "S5.081234567900.739154");
    let bought = simulators.bought().len();
    tokio::time::timeout(PATIENCE, async {
        while simulators.bought().len() == bought {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await
    .unwrap();
    running.kill();
    let audit = settings.run(folder.path(), &["audit"]).await;
    assert_eq!(audit.code, Some(0), "{audit:?}");
    assert!(audit.out.contains("the books are right"), "{audit:?}");

    let mut running = settings.start(folder.path(), &["run"]);
    let finals = |api: &BotApi| {
        api.said(BUDI).iter().filter(|said| said.contains("081234567900") && said.contains("SUKSES")).count()
    };
    assert!(api.comes(PATIENCE, |api| finals(api) > 0).await, "{:#?}", api.said(BUDI));
    assert_eq!(simulators.bought().len(), bought + 1, "bought once");
    // Beside the work too.
    let audit = settings.run(folder.path(), &["audit"]).await;
    assert_eq!(audit.code, Some(0), "{audit:?}");
    let backup = settings.run(folder.path(), &["backup", "shop.konter"]).await;
    assert_eq!(backup.code, Some(0), "{backup:?}");
    assert!(backup.out.contains("the books are right"), "{backup:?}");
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
    assert!(!folder.path().join("data/books").exists(), "nothing is kept in a data dir");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_moves_with_all_it_has() {
    let Some(database) = postgres::database().await else { return };
    let (site, api, simulators) = (tempfile::tempdir().unwrap(), BotApi::start().await, suppliers().await);
    let folder = site.path();
    let without = shop(&api, &simulators, "").set("KONTER_DATA_DIR", folder.join("data").display());
    let with = without.clone().set("DATABASE_URL", &database.url);
    let mut running = open_to_budi(&without, folder, &api).await;
    let busy = with.run(folder, &["migrate-store", "--to", "database"]).await;
    assert_eq!(busy.code, Some(1), "a running shop does not move: {busy:?}");
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());

    let moved = with.run(folder, &["migrate-store", "--to", "database"]).await;
    assert_eq!(moved.code, Some(0), "{moved:?}");
    assert_eq!(moved.out.matches("the books are right").count(), 2, "{moved:?}");
    let left = without.run(folder, &["run"]).await;
    assert_eq!(left.code, Some(2), "{left:?}");
    assert!(left.err.contains("has moved to a database"), "{left:?}");
    let mut running = with.start(folder, &["run"]);
    write(&api, BUDI, "S10.081234567800.739154");
    hears(&api, &running, BUDI, "SUKSES").await;
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());

    let back = with.set("KONTER_DATA_DIR", folder.join("back").display());
    let moved = back.run(folder, &["migrate-store", "--to", "folder"]).await;
    assert_eq!(moved.code, Some(0), "{moved:?}");
    let left = back.run(folder, &["run"]).await;
    assert_eq!(left.code, Some(1), "{left:?}");
    assert!(left.err.contains("has moved to a folder"), "{left:?}");
    let audit = without.set("KONTER_DATA_DIR", folder.join("back").display()).run(folder, &["audit"]).await;
    assert_eq!(audit.code, Some(0), "{audit:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_put_back_into_an_empty_database() {
    let Some(database) = postgres::database().await else { return };
    let (site, api, simulators) = (tempfile::tempdir().unwrap(), BotApi::start().await, suppliers().await);
    let folder = site.path();
    let without = shop(&api, &simulators, "").set("KONTER_DATA_DIR", folder.join("data").display());
    let with = without.clone().set("DATABASE_URL", &database.url);
    let mut running = open_to_budi(&without, folder, &api).await;
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
    let file = folder.join("shop.konter").display().to_string();
    let backup = without.run(folder, &["backup", &file]).await;
    assert_eq!(backup.code, Some(0), "{backup:?}");

    let looked = with.run(folder, &["audit"]).await;
    assert!(looked.code == Some(1) && looked.err.contains("there is no shop in it"), "{looked:?}");
    // Nor does one begin there: a restore that was killed left its folder, and then there are backups.
    let (reading, backups) = (folder.join("data/restoring-into-database"), folder.join("data/backups"));
    std::fs::create_dir(&reading).unwrap();
    let refused = with.run(folder, &["run"]).await;
    assert!(refused.code == Some(1) && refused.err.contains("was broken off before it began"), "{refused:?}");
    std::fs::remove_dir(&reading).unwrap();
    std::fs::create_dir_all(&backups).unwrap();
    std::fs::copy(&file, backups.join("konter-20260101T000000Z.backup")).unwrap();
    let refused = with.run(folder, &["run"]).await;
    assert!(refused.code == Some(1) && refused.err.contains("no shop in this database, but backups"), "{refused:?}");
    // Broken off in the middle: what there is of it is no new shop.
    postgres::execute(&database.url, "ALTER TABLE tip ADD CONSTRAINT breaks_off CHECK (seq = 0)").await;
    assert_eq!(with.run(folder, &["restore", &file]).await.code, Some(1));
    postgres::execute(&database.url, "ALTER TABLE tip DROP CONSTRAINT breaks_off").await;
    for command in ["run", "audit"] {
        let refused = with.run(folder, &[command]).await;
        assert!(refused.code == Some(1) && refused.err.contains("was broken off"), "{command}: {refused:?}");
    }

    let restored = with.run(folder, &["restore", &file]).await;
    assert_eq!(restored.code, Some(0), "{restored:?}");
    assert_eq!(restored.out.matches("the books are right").count(), 2, "the backup and the database: {restored:?}");
    assert!(restored.err.contains("Whatever happened after that moment is not in the books"), "{restored:?}");
    assert!(!folder.join("data/restoring").exists(), "what it was read into is gone");
    let audit = without.run(folder, &["audit"]).await;
    assert_eq!(audit.code, Some(0), "the data dir is as it was: {audit:?}");
    let again = with.run(folder, &["restore", "--force", &file]).await;
    assert_eq!(again.code, Some(1), "never over a shop in a database: {again:?}");
    assert!(again.err.contains("there is a shop in it already"), "{again:?}");
    assert!(!folder.join("data/restoring").exists());

    let mut running = with.start(folder, &["run"]);
    // A message of the very second of a restore counts as from before it.
    write_at(&api, BUDI, "S10.081234567800.739154", Utc::now() + TimeDelta::seconds(1));
    hears(&api, &running, BUDI, "SUKSES").await;
    hears(&api, &running, BUDI, "112.956").await;
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_of_the_database_is_waited_out() {
    let Some(cluster) = Cluster::of_its_own() else { return };
    let (folder, api, simulators) = (tempfile::tempdir().unwrap(), BotApi::start().await, suppliers().await);
    let settings = shop(&api, &simulators, &cluster.database().url);
    let mut running = settings.start(folder.path(), &["run"]);
    write(&api, BUDI, "DAFTAR.Toko Budi.739154");
    hears(&api, &running, BUDI, "KR0001").await;
    write(&api, ADMIN, "/deposit KR0001 100000");
    hears(&api, &running, BUDI, "100.000").await;
    tokio::task::block_in_place(|| cluster.crash());
    write(&api, BUDI, "S10.081234567800.739154");
    tokio::time::sleep(Duration::from_millis(500)).await;
    tokio::task::block_in_place(|| cluster.launch());
    hears(&api, &running, BUDI, "SUKSES").await;
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
    let audit = settings.run(folder.path(), &["audit"]).await;
    assert_eq!(audit.code, Some(0), "{audit:?}");
    assert_eq!(simulators.bought().len(), 1);
}

/// A database's answer to a question of one number.
async fn count(database: &str, question: &str) -> i64 {
    let (client, connection) = tokio_postgres::connect(database, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.query_one(question, &[]).await.unwrap().get(0)
}

async fn becomes(database: &str, question: &str, wanted: i64, running: &Running) {
    let started = std::time::Instant::now();
    while count(database, question).await != wanted {
        assert!(started.elapsed() < PATIENCE, "{question} is not {wanted}: {}", program::tail(&running.err()));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

const HOLDERS: &str = "SELECT count(DISTINCT owner) FROM work WHERE until > now()";
const FAIR: &str = "SELECT count(*) FROM who_works WHERE parts = 32";

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_share_one_shop_and_one_goes_on_without_the_other() {
    let Some(database) = postgres::database().await else { return };
    let (folder, api, simulators) = (tempfile::tempdir().unwrap(), BotApi::start().await, suppliers().await);
    let mut first = shop(&api, &simulators, &database.url).start(folder.path(), &["run"]);
    becomes(&database.url, HOLDERS, 1, &first).await;
    let mut second = shop(&api, &simulators, &database.url).start(folder.path(), &["run"]);
    becomes(&database.url, FAIR, 2, &second).await;
    // Enough people that both processes have some.
    let people = BUDI..BUDI + 8;
    for chat in people.clone() {
        write(&api, chat, &format!("DAFTAR.Toko {chat}.739154"));
        hears(&api, &first, chat, "Kode agen").await;
        write(&api, ADMIN, &format!("/deposit telegram:{chat} 100000"));
        hears(&api, &first, chat, "100.000").await;
        write(&api, chat, &format!("S10.0812{chat}3400.739154"));
        hears(&api, &first, chat, "SUKSES").await;
    }
    assert!(first.err().contains("order placed") && second.err().contains("order placed"), "both have sold");
    // A price that one process changes counts in the other at once.
    write(&api, ADMIN, "/hargajual S5 7777");
    hears(&api, &first, ADMIN, "7.777").await;
    for chat in people.clone() {
        write(&api, chat, &format!("S5.0813{chat}3400.739154"));
        hears(&api, &first, chat, "7.777").await;
    }
    // The one that asks Telegram is killed: the other takes its work over.
    let leader = first.err().contains("this process asks Telegram");
    let (dying, staying) = if leader { (&mut first, &mut second) } else { (&mut second, &mut first) };
    dying.kill();
    for chat in people {
        write(&api, chat, &format!("S10.0812{chat}7700.739154"));
        hears(&api, staying, chat, &format!("0812{chat}7700")).await;
    }
    assert_eq!(staying.stop("TERM").await, Some(0), "{}", staying.err());
    assert_eq!(count(&database.url, "SELECT count(*) FROM work WHERE owner IS NOT NULL AND until > now()").await, 0);
    let bought = simulators.bought();
    assert!(bought.iter().all(|bought| bought.times_delivered <= 1), "{bought:#?}");
    assert_eq!(bought.len(), 24);
}

/// What an operator runs once a year (`contrib/postgres-cut.sql`): the shop goes on as if nothing had been cut.
#[tokio::test(flavor = "multi_thread")]
async fn a_shop_whose_old_days_are_cut_off_goes_on() {
    const CUT: &str = include_str!("../../contrib/postgres-cut.sql");
    let Some(database) = postgres::database().await else { return };
    let (folder, api, simulators) = (tempfile::tempdir().unwrap(), BotApi::start().await, suppliers().await);
    let settings = shop(&api, &simulators, &database.url);
    let cut = async || {
        // As `psql --single-transaction` does.
        postgres::execute(&database.url, &format!("BEGIN;\n{CUT}\nCOMMIT;")).await;
        let audit = settings.run(folder.path(), &["audit"]).await;
        assert!(audit.code == Some(0) && audit.out.contains("the books are right"), "{audit:?}");
    };
    let mut running = open_to_budi(&settings, folder.path(), &api).await;
    write(&api, BUDI, "S10.081234567800.739154");
    hears(&api, &running, BUDI, "SUKSES").await;
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());

    cut().await;
    // Twice in a row, and once more after something has come.
    cut().await;
    for number in ["081234567900", "081234567901"] {
        running = settings.start(folder.path(), &["run"]);
        write(&api, BUDI, &format!("S5.{number}.739154"));
        site::hears(&api, &running, BUDI, 0, &["SUKSES", number]).await;
        write(&api, BUDI, "CEK 081234567800");
        site::hears(&api, &running, BUDI, 0, &["081234567800", "SUKSES"]).await;
        // The same number on the same day, from a part that was cut off.
        write(&api, ADMIN, "/order 1");
        hears(&api, &running, ADMIN, "081234567800").await;
        assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
        cut().await;
    }
    assert_eq!(simulators.bought().len(), 3, "each bought once");
    let parts = "DO $$ BEGIN ASSERT (SELECT count(*) FROM pg_inherits WHERE inhparent = 'orders'::regclass) = 4
        AND (SELECT count(*) FROM orders_newest) = 0; END $$";
    postgres::execute(&database.url, parts).await;
    let moved = settings.clone().set("KONTER_DATA_DIR", folder.path().join("back").display());
    let moved = moved.run(folder.path(), &["migrate-store", "--to", "folder"]).await;
    assert_eq!(moved.code, Some(0), "{moved:?}");
}
