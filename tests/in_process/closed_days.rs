//! Days that were closed, as people ask about them: nobody notices that their rows have left for a file.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use futures::FutureExt as _;
use konter::backup::set::{self, Proof};
use konter_core::agent::Locale;
use konter_core::ids::ChatId;
use konter_store::sled_store::{SledOptions, SledStore};
use konter_store::{Sequence, Store, salvage};

use crate::h2h;
use crate::support::shop::{PIN, Setup, TestShop, admin, noon, reseller};

const RICH: i64 = 2_000_000;

fn store_in(folder: &Path) -> Store {
    Store::new(SledStore::open(folder, SledOptions::default()).unwrap())
}

/// Closes every day that is over; the files, oldest first.
async fn close_days(shop: &TestShop, folder: &Path) -> Vec<PathBuf> {
    while let Some(first) = shop.store.first_unclosed(shop.now()).await.unwrap() {
        let (day, ends) = (shop.shop.clock.day_of(first), shop.shop.clock.next_midnight(first));
        assert!(shop.store.close_day(day, ends, shop.now()).await.unwrap() > 0);
    }
    let mut files: Vec<_> = fs::read_dir(folder.join("days")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

/// In its first block: the file still opens.
fn damage(day: &Path) {
    let mut bytes = fs::read(day).unwrap();
    bytes[20] ^= 1;
    fs::write(day, bytes).unwrap();
}

/// Two days of orders, seven weeks without any, then what is asked and done about the old ones. With the old days closed
/// before that, or not.
async fn asked_weeks_later(close: bool) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(folder.path());
    let setup = Setup { balance: RICH, start: noon() - TimeDelta::days(50), ..Setup::default() };
    let shop = TestShop::on(store, setup).await;
    for text in ["S10.081234567850.1234", "X10.087812345650.1234"] {
        shop.say(&reseller(), text, 1).await;
    }
    shop.say(&reseller(), "S5.081234567806.1234", 3).await;
    shop.pass(TimeDelta::days(1));
    for text in ["S10.081234567850.1234", "S5.081234567811.1234"] {
        shop.say(&reseller(), text, 1).await;
    }
    shop.pass(TimeDelta::days(49));
    if close {
        assert_eq!(close_days(&shop, folder.path()).await.len(), 2);
    }
    let mut heard = Vec::new();
    for text in [
        "SAL",
        "CEK.081234567850",
        "STATUS",
        "LAP.02/10/26",
        "LAP.03/10/26",
        "LAP.02/10/26 s/d 03/10/26",
        "MUTASI",
        "MUTASI.03/10/26",
        "S10.081234567850.1234",
        "CEK.081234567850",
        "REKAP",
    ] {
        heard.extend(shop.say(&reseller(), text, 1).await);
    }
    heard.extend(shop.say(&reseller(), "STRUK.081234567850", 1).await);
    for text in ["/order 1", "/order 4", "/order 081234567850", "/rekap 02/10/26", "/rekap"] {
        heard.extend(shop.say(&admin(), text, 1).await);
    }
    // Taken back after seven weeks: the reseller is told, and has the money.
    let question = shop.say(&admin(), "/gagal 1 nomor tidak aktif", 1).await.remove(0);
    let yes = question.split_whitespace().find(|word| word.starts_with("YA.")).unwrap().to_owned();
    heard.extend(shop.say(&admin(), &yes, 2).await);
    for text in ["SAL", "CEK.081234567850", "LAP.02/10/26", "MUTASI"] {
        heard.extend(shop.say(&reseller(), text, 1).await);
    }
    shop.audit().await;
    shop.close().await;
    heard
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_asked_about_a_closed_day_is_answered_as_before() {
    let (open, closed) = tokio::join!(asked_weeks_later(false), asked_weeks_later(true));
    assert_eq!(open, closed);
    let all = open.join("\n");
    for told in ["SN:", "REKAP 02/10/2026", "nomor tidak aktif", "S10 KR0001 Konter 1: SUKSES"] {
        assert!(all.contains(told), "{told} is in none of:\n{all}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_day_is_put_back_while_the_shop_works_and_the_owners_hear_of_it() {
    let (folder, backups) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let setup = Setup { balance: RICH, start: noon() - TimeDelta::days(50), ..Setup::default() };
    let shop = TestShop::on(store_in(folder.path()), setup).await;
    shop.say(&reseller(), "S10.081234567850.1234", 1).await;
    shop.pass(TimeDelta::days(1));
    shop.say(&reseller(), "S5.081234567811.1234", 1).await;
    shop.pass(TimeDelta::days(49));
    let days = close_days(&shop, folder.path()).await;
    let (parts, now, into) = (shop.store.parts().await.unwrap().unwrap(), shop.now(), backups.path().to_owned());
    tokio::task::spawn_blocking(move || set::make(&parts, now, &into, Proof::WhenDue).unwrap()).await.unwrap();
    assert!(shop.shop.prove_days(backups.path()).await, "all are whole");

    // Somebody asks for that day.
    let whole = fs::read(&days[0]).unwrap();
    damage(&days[0]);
    let refused = shop.say(&reseller(), "MUTASI.02/10/26", 1).await.remove(0);
    assert!(!refused.contains("10.500"), "{refused}");
    let (watching, watched) = (std::sync::Arc::clone(&shop.shop), backups.path().to_owned());
    let watch = tokio::spawn(async move { watching.watch_days(&watched).await });
    let told = shop.hear(1).await.remove(0);
    assert!(told.contains("02/10/2026") && told.contains("sudah dipulihkan dari cadangan"), "{told}");
    assert_eq!(fs::read(&days[0]).unwrap(), whole);
    assert!(days[0].with_extension("damaged").exists(), "what was there stays");
    // Whatever is met again and again is not looked for at every meeting.
    damage(&days[0]);
    shop.say(&reseller(), "MUTASI.02/10/26", 1).await;
    shop.say(&reseller(), "SAL", 1).await;
    watch.abort();
    assert!(shop.store.day_damaged().now_or_never().is_some(), "nobody has looked yet");
    fs::write(&days[0], &whole).unwrap();
    let statement = shop.say(&reseller(), "MUTASI.02/10/26", 1).await.remove(0);
    assert!(statement.contains("10.500"), "{statement}");
    assert!(shop.shop.health().await.unwrap().damaged_days.is_empty());

    // No copy of this one is left. It is found by the look of the day, whatever is the matter with the one before; what is read
    // often is still in memory.
    damage(&days[1]);
    for part in fs::read_dir(backups.path().join(set::PARTS)).unwrap().map(|part| part.unwrap().path()) {
        if part.to_string_lossy().contains("-2026-10-03-") {
            damage(&part);
        }
    }
    fs::remove_file(&days[0]).unwrap();
    std::os::unix::fs::symlink(&days[0], &days[0]).unwrap();
    assert!(!shop.shop.prove_days(backups.path()).await);
    fs::remove_file(&days[0]).unwrap();
    fs::write(&days[0], &whole).unwrap();
    let told = shop.hear(1).await.remove(0);
    assert!(told.contains("03/10/2026") && told.contains("tidak bisa dipulihkan"), "{told}");
    let health = shop.shop.health().await.unwrap();
    assert_eq!(health.damaged_days, ["2026-10-03".parse().unwrap()]);
    assert!(!shop.shop.prove_days(backups.path()).await);
    let sold = shop.say(&reseller(), "S10.081234567850.1234", 1).await.remove(0);
    assert!(sold.contains("SUKSES"), "it goes on selling, and says so once: {sold}");
    shop.shop.stop(std::time::Duration::from_secs(5)).await;
}

/// The operator has given a day up: what was asked for on that day is known no more, and is not bought again for that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_day_that_was_given_up_is_bought_again() {
    let folder = tempfile::tempdir().unwrap();
    let (data, into) = (folder.path().join("data"), folder.path().join("into"));
    let setup = |start| Setup { balance: RICH, start, ..Setup::default() };
    let before = TestShop::on(store_in(&data), setup(noon() - TimeDelta::days(50))).await;
    before.say(&reseller(), &format!("API.{}.{PIN}", h2h::PASSWORD), 1).await;
    before.say(&reseller(), &format!("APIIP.127.0.0.1.{PIN}"), 1).await;
    let typed = before.message(&reseller(), "S10.081234567850.1234");
    before.receive(typed.clone(), 1).await;
    for text in ["TAG.PLNPOST.520010509867", "BAYAR.PLNPOST.520010509867.1234"] {
        before.say(&reseller(), text, 1).await;
    }
    let ordered = h2h::order("081234567851", "abc");
    before.becomes("delivered", async || h2h::trade(&before, &ordered).await.contains("SUKSES")).await;
    before.pass(TimeDelta::days(2));
    before.say(&reseller(), "S5.081234567811.1234", 1).await;
    before.pass(TimeDelta::days(48));
    let days = close_days(&before, &data).await;
    let (now, balance) = (before.now(), before.available(1).await);
    before.shop.stop(std::time::Duration::from_secs(5)).await;
    before.store.close().await.unwrap();

    fs::remove_file(&days[0]).unwrap();
    let salvaged = salvage(&data, &into, now, 0).unwrap();
    assert_eq!((salvaged.up_to, salvaged.lost_days), (None, vec!["2026-10-02".parse().unwrap()]));
    let after = TestShop::on(store_in(&into), setup(now + TimeDelta::minutes(1))).await;
    (0..100).for_each(|_| drop(after.message(&reseller(), "")));
    after.shop.recover().await.unwrap();
    let told = after.hear(1).await.remove(0);
    assert!(told.contains("arsip hari 02/10/2026 hilang"), "{told}");
    // Whoever books once more what came in since pays it twice.
    assert!(!told.contains("cadangan") && !told.contains("mutasi bank"), "{told}");
    let next = [Sequence::Order, Sequence::Agent].map(|sequence| after.store.next(sequence));
    assert_eq!(futures::future::try_join_all(next).await.unwrap(), [5, 2], "no numbers are skipped");
    assert_eq!(after.available(1).await, balance);
    // Telegram hands it out once more.
    let again = after.receive(typed, 1).await.remove(0);
    assert!(again.contains("GAGAL"), "{again}");
    let again = h2h::trade(&after, &ordered).await;
    assert!(!again.contains("akan diproses") && !again.contains("SUKSES"), "{again}");
    assert!(after.simulators.bought().is_empty(), "{:?}", after.simulators.bought());
    let bill = after.say(&reseller(), "TAG.PLNPOST.520010509867", 1).await.remove(0);
    assert!(bill.contains("tagihan ini sudah atau sedang dibayar di tempat lain"), "{bill}");
    assert!(after.store.asking().await.unwrap().is_empty());
    for (chat, text) in [(reseller(), "MUTASI"), (reseller(), "LAP.02/10/26 s/d 04/10/26"), (admin(), "/order 1")] {
        let told = after.say(&chat, text, 1).await.remove(0);
        assert!(!told.contains("oba lagi"), "{text}: {told}");
    }
    let sold = after.say(&reseller(), "S10.081234567850.1234", 1).await.remove(0);
    assert!(sold.contains("SUKSES"), "{sold}");
    after.close().await;
}

/// What cannot be read is no reason to say nothing, nor to pay once more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_for_a_bill_hears_an_answer_though_its_payment_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let shop = TestShop::on(store_in(folder.path()), Setup { balance: RICH, ..Setup::default() }).await;
    let other = ChatId::telegram(2002);
    shop.add_agent(other.clone(), RICH, Locale::Id).await;
    shop.say(&other, "TAG.PLNPOST.520010509867", 1).await;
    for text in ["TAG.PLNPOST.520010509867", "BAYAR.PLNPOST.520010509867.1234"] {
        shop.say(&reseller(), text, 1).await;
    }
    let ends = shop.now() + TimeDelta::seconds(1);
    assert!(shop.store.close_day(shop.shop.clock.day_of(shop.now()), ends, ends).await.unwrap() > 0);
    let day = fs::read_dir(folder.path().join("days")).unwrap().next().unwrap().unwrap().path();
    damage(&day);
    let paid = shop.simulators.bought().len();
    let refused = shop.say(&other, "BAYAR.PLNPOST.520010509867.1234", 1).await.remove(0);
    assert!(refused.contains("sudah atau sedang dibayar di tempat lain"), "{refused}");
    for chat in [reseller(), other] {
        let told = shop.say(&chat, "TAG.PLNPOST.520010509867", 1).await.remove(0);
        assert!(told.starts_with("Cek PLNPOST 520010509867"), "{told}");
    }
    assert_eq!(shop.simulators.bought().len(), paid);
    shop.shop.stop(std::time::Duration::from_secs(5)).await;
}
