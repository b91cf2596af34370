//! Guessing PINs: every way of trying counts, whatever chat it comes from, across restarts and whatever the clock does;
//! and the pepper that stolen hashes are worth nothing without.

use std::time::Duration;

use crate::support::shop::{Setup, TestShop, admin, reseller};
use chrono::TimeDelta;
use konter::shop::pins::Pepper;
use konter_core::agent::Agent;
use konter_core::ids::{AgentId, ChatId};
use konter_store::memory::MemoryStore;
use konter_store::{Commit, InboxMessage, Store, Versioned};

const LOCKED: &str = "PIN terkunci karena";
const WRONG: &str = "PIN salah";

async fn agent(shop: &TestShop) -> Agent {
    shop.store.agent(AgentId(1)).await.unwrap().unwrap()
}

/// The reseller writes from so many chats more.
async fn more_chats(shop: &TestShop, count: i64) -> Vec<ChatId> {
    let before = agent(shop).await;
    let mut row = before.clone();
    row.version += 1;
    row.chats.extend((1..=count).map(|n| ChatId::telegram(3_000 + n)));
    let chats = row.chats.clone();
    let mut commit = Commit::new(shop.now());
    commit.agents.push(Versioned { expected: Some(before.version), row });
    shop.store.commit(commit).await.unwrap();
    chats
}

/// Everybody else's order, with this PIN.
fn order(shop: &TestShop, chat: &ChatId, pin: u32) -> InboxMessage {
    shop.message(chat, &format!("S5.0813123456{:02}.{pin:04}", pin % 100))
}

/// The reseller's message of this number: a shop that is opened again counts its own anew.
async fn say(shop: &TestShop, number: u32, text: &str) -> Vec<String> {
    let message = InboxMessage { message: number.to_string(), ..shop.message(&reseller(), text) };
    shop.receive(message, 1).await
}

#[tokio::test]
async fn guesses_from_many_chats_at_once_count_together() {
    let shop = TestShop::open().await;
    let chats = more_chats(&shop, 3).await;
    // The right one, 1234, is among them, but far behind.
    let guesses: Vec<InboxMessage> =
        (0..16).map(|n| order(&shop, &chats[n as usize % chats.len()], 1_219 + n)).collect();
    let count = guesses.len();
    shop.shop.receive(guesses).await.unwrap();
    let heard = shop.hear(count).await;
    let tried = heard.iter().filter(|reply| reply.contains(WRONG)).count();
    let locked = heard.iter().filter(|reply| reply.contains(LOCKED)).count();
    assert_eq!((tried, locked), (2, count - 2), "{heard:#?}");
    assert_eq!(shop.available(1).await, 100_000, "nothing was bought");
    assert_eq!(agent(&shop).await.pin.locks, 1);
    for chat in &chats[..3] {
        assert!(shop.say(chat, "S5.081312345699.1234", 1).await[0].contains(LOCKED), "the right PIN is not looked at");
    }
    shop.close().await;
}

#[tokio::test]
async fn every_command_that_takes_a_pin_counts() {
    let shop = TestShop::open().await;
    for text in ["SAL.9999", "GP.9998.9997", "CEK.081312345600.9996", "TIKET.100000.9995", "SAL.1234"] {
        shop.say(&reseller(), text, 1).await;
    }
    assert!(agent(&shop).await.pin.locked(shop.now()).is_some(), "{}", shop.transcript());
    assert!(shop.say(&reseller(), "GP.1234.4821", 1).await[0].contains(LOCKED));
    shop.close().await;
}

/// What the reseller hears when the digits are not tried.
const NOT_COUNTED: &str = "tidak dihitung sebagai salah PIN";

#[tokio::test]
async fn digits_that_are_no_try_lock_nobody_out() {
    let shop = TestShop::open().await;
    for (text, replies, expected) in [
        ("INFO.100811.X10.081931001001", 1, "081931001001"),
        ("INFO.291126.S5", 1, "Belum ada transaksi"),
        ("tambah saldo 100000", 2, "minta 100.000"),
        ("nama saya sri 12345", 1, "tinggal PIN-nya"),
        ("nama saya sri 9999", 1, "tinggal PIN-nya"),
        ("tambah kuota 9999", 1, "tinggal PIN-nya"),
        ("K.9999.S10 belum masuk", 2, "S10 belum masuk"),
        ("BUKTI.9999.BCA", 2, "BCA"),
        ("SAL.123", 1, NOT_COUNTED),
        ("SAL.12345", 1, NOT_COUNTED),
        ("GP.123.12345678", 1, "4 sampai 6 angka"),
        ("GP.12345.246802", 1, NOT_COUNTED),
        ("S5.081312345600.12345", 1, NOT_COUNTED),
        ("TR.KR0002.5000.123456", 1, NOT_COUNTED),
    ] {
        let heard = shop.say(&reseller(), text, replies).await;
        assert!(heard.iter().any(|reply| reply.contains(expected)), "{text}: {heard:?}");
        assert!(!agent(&shop).await.pin.has_failures(), "{text}");
    }
    assert_eq!(shop.available(1).await, 100_000);
    shop.close().await;
}

/// Whoever guesses learns how long the PIN is, and nothing else: not what it begins with, not even that while it is locked.
#[tokio::test]
async fn a_pin_of_another_length_tells_nothing_but_that() {
    let shop = TestShop::open().await;
    let mut heard = Vec::new();
    for pin in ["123", "999", "12345", "99999"] {
        heard.extend(shop.say(&reseller(), &format!("SAL.{pin}"), 1).await);
    }
    heard.dedup();
    assert_eq!(heard.len(), 1, "{heard:?}");
    for _ in 0..3 {
        shop.say(&reseller(), "SAL.9999", 1).await;
    }
    assert!(shop.say(&reseller(), "SAL.123", 1).await[0].contains(LOCKED));
    shop.close().await;
}

#[tokio::test]
async fn after_a_reset_the_old_pin_is_no_wrong_one() {
    let shop = TestShop::open().await;
    shop.say(&reseller(), "SAL.9999", 1).await;
    shop.say(&admin(), "/resetpin KR0001", 2).await;
    for text in ["S5.081312345600.1234", "SAL.1234", "GP.1234.4821", "TR.KR0002.5000.1234"] {
        let heard = shop.say(&reseller(), text, 1).await;
        assert!(heard[0].contains("PIN Anda baru saja direset"), "{text}: {heard:?}");
        assert!(!agent(&shop).await.pin.has_failures(), "{text}");
    }
    assert!(shop.say(&reseller(), "GP.1111.1111", 1).await[0].contains("tidak boleh sama semua"));
    shop.pass(TimeDelta::hours(25));
    for text in ["S5.081312345600.1234", "GP.4821.4821"] {
        let heard = shop.say(&reseller(), text, 1).await;
        assert!(heard[0].contains("minta admin meresetnya sekali lagi"), "{text}: {heard:?}");
    }
    shop.say(&admin(), "/resetpin KR0001", 2).await;
    assert!(shop.say(&reseller(), "GP.4821.4821", 1).await[0].contains("PIN sudah diganti"));
    assert!(shop.say(&reseller(), "SAL.4821", 1).await[0].contains("Saldo"));
    shop.close().await;
}

#[tokio::test]
async fn a_message_that_changes_a_pin_is_one_try() {
    let shop = TestShop::open().await;
    let left = async |text: &str| shop.say(&reseller(), text, 1).await.remove(0);
    assert!(left("GP.9998.9997").await.contains("Sisa kesempatan 2x"), "in whichever order");
    for text in ["GP.9996.9995", "GP.9994.9993"] {
        left(text).await;
    }
    assert!(left("GP.1234.4821").await.contains(LOCKED));
    let until = agent(&shop).await.pin.locked(shop.now()).unwrap();
    shop.pass(until - shop.now());
    assert!(left("GP.4821.1234").await.contains("PIN sudah diganti"), "new and old");
    assert!(!agent(&shop).await.pin.has_failures());
    for text in ["SAL.9999", "SAL.9998"] {
        assert!(left(text).await.contains(WRONG));
    }
    // What can only be the new one is not tried: it is longer than the old one, or nobody has such a PIN.
    assert!(left("GP.7777.4821").await.contains("tidak boleh sama semua"));
    for text in ["SAL.9999", "SAL.9998"] {
        assert!(left(text).await.contains(WRONG));
    }
    assert!(left("GP.246802.4821").await.contains("PIN sudah diganti"));
    assert!(left("GP.2468.246802").await.contains("PIN sudah diganti"), "a shorter one");
    assert!(left("SAL.2468").await.contains("Saldo"));
    shop.close().await;
}

#[tokio::test]
async fn a_new_pin_is_refused_for_the_true_reason_or_taken_with_a_hint() {
    const HINT: &str = "paling dulu dicoba orang";
    let shop = TestShop::open().await;
    let stranger = ChatId::telegram(7_001);
    let hear = async |chat: &ChatId, text: &str| shop.say(chat, text, 1).await.remove(0);
    assert!(hear(&reseller(), "GP.1234.1111").await.contains("tidak boleh sama semua"));
    assert!(hear(&reseller(), "GP.1234.123").await.contains("4 sampai 6 angka"));
    assert!(hear(&reseller(), "GP.1234.654321").await.contains(HINT));
    assert!(hear(&reseller(), "GP.654321.4821").await.contains("PIN sudah diganti"));
    assert!(!hear(&reseller(), "GP.4821.2580").await.contains(HINT));
    assert!(hear(&stranger, "DAFTAR.Siti Cell.7777").await.contains("tidak boleh sama semua"));
    assert!(hear(&stranger, "DAFTAR.Siti Cell.123").await.contains("4 sampai 6 angka"));
    let heard = shop.say(&stranger, "DAFTAR.Siti Cell.1234", 2).await;
    assert!(heard.iter().any(|reply| reply.contains(HINT)), "{heard:?}");
    shop.close().await;
}

#[tokio::test]
async fn a_restart_forgets_no_wrong_pin_and_no_lock() {
    let store = Store::new(MemoryStore::new());
    for (number, (text, expected)) in (100..).zip([
        ("SAL.9999", WRONG),
        ("SAL.9998", WRONG),
        ("SAL.9997", LOCKED),
        ("SAL.1234", LOCKED),
        ("S5.081312345600.1234", LOCKED),
    ]) {
        let shop = TestShop::on(store.clone(), Setup::default()).await;
        let heard = say(&shop, number, text).await;
        assert!(heard[0].contains(expected), "{text}: {heard:?}");
        shop.shop.stop(Duration::from_secs(5)).await;
    }
}

#[tokio::test]
async fn a_lock_ends_in_its_time_and_the_next_lasts_longer() {
    let shop = TestShop::open().await;
    let lock = async || {
        for _ in 0..3 {
            shop.say(&reseller(), "SAL.9999", 1).await;
        }
    };
    lock().await;
    let until = agent(&shop).await.pin.locked(shop.now()).unwrap();
    assert!(shop.say(&reseller(), "SAL.1234", 1).await[0].contains(LOCKED));
    shop.pass(until - shop.now());
    lock().await;
    let next = agent(&shop).await.pin.locked(shop.now()).unwrap();
    assert!(next - shop.now() > TimeDelta::minutes(29), "{}", next - shop.now());
    shop.pass(TimeDelta::minutes(31));
    assert!(shop.say(&reseller(), "SAL.1234", 1).await[0].contains("Saldo"));
    assert!(!agent(&shop).await.pin.has_failures(), "a right PIN forgives");
    shop.close().await;
}

#[tokio::test]
async fn a_clock_put_back_neither_opens_a_lock_nor_keeps_it_for_ever() {
    let shop = TestShop::open().await;
    for _ in 0..3 {
        shop.say(&reseller(), "SAL.9999", 1).await;
    }
    shop.pass(TimeDelta::days(-400));
    for _ in 0..3 {
        assert!(shop.say(&reseller(), "SAL.1234", 1).await[0].contains(LOCKED));
    }
    let until = agent(&shop).await.pin.locked(shop.now()).unwrap();
    assert!(until - shop.now() <= TimeDelta::minutes(15), "{until}");
    shop.pass(TimeDelta::minutes(15));
    assert!(shop.say(&reseller(), "SAL.1234", 1).await[0].contains("Saldo"));
    shop.close().await;
}

/// A hash made before there was a pepper goes on fitting, and is made anew when its PIN is next typed.
#[tokio::test]
async fn a_pepper_comes_to_a_shop_that_had_none() {
    let store = Store::new(MemoryStore::new());
    let pepper = Pepper::mark(&"a pepper of our own".into()).await.unwrap().0;
    let peppered = || Setup { pepper: Some(pepper.clone()), ..Setup::default() };
    let shop = TestShop::on(store.clone(), peppered()).await;
    let is_peppered = |agent: &Agent| agent.pin.hash.contains("keyid=");
    assert!(shop.say(&reseller(), "SAL.9999", 1).await[0].contains(WRONG));
    assert!(!is_peppered(&agent(&shop).await), "a wrong PIN renews nothing");
    shop.say(&reseller(), "S5.081312345600.1234", 1).await;
    shop.becomes("hashed anew", async || is_peppered(&agent(&shop).await)).await;
    assert!(shop.say(&reseller(), "SAL.1234", 1).await[0].contains("Saldo"));
    shop.shop.stop(Duration::from_secs(5)).await;

    // Whoever has the rows and not the pepper cannot tell the right PIN from a wrong one.
    let thief = TestShop::on(store.clone(), Setup::default()).await;
    assert!(say(&thief, 200, "SAL.1234").await[0].contains(WRONG));
    thief.shop.stop(Duration::from_secs(5)).await;

    let shop = TestShop::on(store, peppered()).await;
    assert!(say(&shop, 300, "GP.1234.4821").await[0].contains("PIN sudah diganti"));
    assert!(is_peppered(&agent(&shop).await));
    assert!(say(&shop, 301, "SAL.4821").await[0].contains("Saldo"));
    shop.close().await;
}
