//! Transfers that went to the wrong reseller: asked for by the sender and given back by the receiver, or taken back by the
//! shop. Once, all of it, and only what is there. Behind each story, books that are proven sound.

use crate::support::shop::{Setup, TestShop, admin, reseller};
use crate::support::watched::Watched;
use chrono::TimeDelta;
use konter_core::agent::{AgentStatus, Locale};
use konter_core::deposit::Terms;
use konter_core::ids::{AgentId, ChatId, TransferId};
use konter_core::money::Rupiah;
use konter_core::network::TransferState;
use konter_store::memory::MemoryStore;
use konter_store::{InboxMessage, Store};

const START: i64 = 100_000;
const SENT: i64 = 40_000;
const SEND: &str = "TR.KR0002.40000.1234";

fn below() -> ChatId {
    ChatId::telegram(2002)
}

fn other() -> ChatId {
    ChatId::telegram(2003)
}

/// Somebody who only works here.
fn wati() -> ChatId {
    ChatId::telegram(3003)
}

async fn on(store: Store, setup: Setup) -> TestShop {
    let shop = TestShop::on(store, setup).await;
    shop.add_agent(below(), 0, Locale::Id).await;
    shop.add_agent(other(), 0, Locale::En).await;
    for agent in ["KR0002", "KR0003"] {
        shop.say(&admin(), &format!("/pindah {agent} KR0001"), 1).await;
    }
    shop
}

/// A reseller with two below, and 40,000 sent to the first of them.
async fn sent() -> TestShop {
    let shop = on(Store::new(MemoryStore::new()), Setup::default()).await;
    shop.say(&reseller(), SEND, 2).await;
    shop
}

async fn balances(shop: &TestShop) -> (i64, i64) {
    (shop.available(1).await, shop.available(2).await)
}

async fn state(shop: &TestShop) -> TransferState {
    shop.store.transfer(TransferId(1)).await.unwrap().unwrap().state
}

/// Says it, and gives all that is answered.
async fn says(shop: &TestShop, who: &ChatId, text: &str, replies: usize) -> String {
    shop.say(who, text, replies).await.join("\n")
}

fn again(tap: &InboxMessage) -> InboxMessage {
    InboxMessage { message: format!("{} again", tap.message), ..tap.clone() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_behind_the_word_is_no_number_of_a_transfer() {
    let shop = sent().await;
    let told = says(&shop, &reseller(), "TARIK.1234", 2).await;
    assert!(told.contains("40.000"), "{told}");
    let told = says(&shop, &reseller(), "TARIK.77", 1).await;
    assert!(!told.contains("40.000"), "one that is not there: {told}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_receiver_is_asked_and_gives_it_back_once() {
    let shop = sent().await;
    shop.tap(&reseller(), "Salah kirim? Minta kembali", 2).await;
    assert_eq!(balances(&shop).await, (START - SENT, SENT), "asking moves nothing");
    shop.note("-- asked once");
    shop.tap(&reseller(), "Salah kirim? Minta kembali", 1).await;
    says(&shop, &reseller(), "TARIK.1", 1).await;
    let gives = shop.tap_on(&below(), "Setuju, kembalikan 40.000");
    let keeps = shop.tap_on(&below(), "Tolak");
    shop.note("-- another chat's tap is nobody's");
    shop.receive(InboxMessage { chat: other(), ..gives.clone() }, 1).await;
    assert_eq!(balances(&shop).await, (START - SENT, SENT));
    shop.note("-- given back, and two taps are one");
    shop.receive(gives.clone(), 2).await;
    shop.receive(again(&gives), 0).await;
    shop.receive(keeps, 0).await;
    assert_eq!(balances(&shop).await, (START, 0));
    says(&shop, &reseller(), "TARIK.1.1234", 1).await;
    says(&shop, &admin(), "/tariktransfer 1 salah kirim", 1).await;
    for who in [reseller(), below()] {
        says(&shop, &who, "MUTASI", 1).await;
    }
    assert_eq!(balances(&shop).await, (START, 0));
    insta::assert_snapshot!("given_back", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_says_no_or_nothing_keeps_it() {
    let shop = sent().await;
    says(&shop, &reseller(), "salah transfer min", 2).await;
    let (keeps, gives) = (shop.tap_on(&below(), "Tolak"), shop.tap_on(&below(), "Setuju, kembalikan 40.000"));
    let told = shop.receive(keeps, 1).await;
    assert!(
        told[0].contains("tidak mengembalikan") && told[0].contains("KOMPLAIN.transfer #1 salah kirim"),
        "{told:?}"
    );
    shop.receive(gives, 0).await;
    let told = says(&shop, &reseller(), "TARIK", 1).await;
    assert!(told.contains("tidak setuju"), "asked once: {told}");

    shop.note("-- no answer in time");
    says(&shop, &reseller(), "TR.KR0002.25000.1234", 2).await;
    says(&shop, &reseller(), "TARIK.KR0002.25000.1234", 2).await;
    let gives = shop.tap_on(&below(), "Setuju, kembalikan 25.000");
    shop.pass(TimeDelta::minutes(60));
    shop.receive(gives, 0).await;
    assert_eq!(balances(&shop).await, (START - SENT - 25_000, SENT + 25_000));

    shop.note("-- a clock that is put back opens nothing");
    shop.pass(TimeDelta::hours(-3));
    let told = says(&shop, &reseller(), "TARIK.2", 1).await;
    assert!(told.contains("KOMPLAIN"), "{told}");
    assert_eq!(balances(&shop).await, (START - SENT - 25_000, SENT + 25_000));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_was_sent_lately_and_by_whom_it_was_sent_is_asked_for() {
    let shop = on(Store::new(MemoryStore::new()), Setup::default()).await;
    let told = says(&shop, &reseller(), "TARIK", 1).await;
    assert!(told.contains("15 menit") && told.contains("KOMPLAIN"), "{told}");
    says(&shop, &reseller(), SEND, 2).await;
    shop.pass(TimeDelta::minutes(16));
    for text in ["TARIK", "TARIK.1", "TARIK.KR0002"] {
        let told = says(&shop, &reseller(), text, 1).await;
        assert!(told.contains("KOMPLAIN"), "{text}: {told}");
    }
    says(&shop, &reseller(), "TR.KR0002.1000.1234", 2).await;
    says(&shop, &reseller(), "TR.KR0003.2000.1234", 2).await;
    shop.note("-- several: which one? A wrong PIN asks nobody");
    says(&shop, &reseller(), "TARIK", 1).await;
    says(&shop, &reseller(), "TARIK.KR0003.2000.9999", 1).await;
    for (who, text) in [(below(), "TARIK.2"), (other(), "TARIK.KR0001"), (below(), "TARIK.3.1234")] {
        let told = says(&shop, &who, text, 1).await;
        assert!(!told.contains("#2") && !told.contains("#3"), "what is not one's own is not there: {told}");
    }
    let told = shop.tap(&reseller(), "#3 2.000 ke KR0003 Konter 3", 2).await;
    assert!(told.iter().any(|told| told.contains("ASKS FOR transfer #3 BACK")), "{told:?}");
    shop.tap(&other(), "Agree, give back 2.000", 2).await;
    assert_eq!((shop.available(1).await, shop.available(3).await), (START - SENT - 1_000, 0));
    insta::assert_snapshot!("which", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_spent_or_held_does_not_come_back_in_parts() {
    let shop = on(Store::new(MemoryStore::new()), Setup::default()).await;
    says(&shop, &reseller(), SEND, 2).await;
    says(&shop, &reseller(), "TARIK", 2).await;
    let gives = shop.tap_on(&below(), "Setuju, kembalikan 40.000");
    says(&shop, &admin(), "/tariktransfer 1 salah kirim", 1).await;
    shop.note("-- part of it is held by an order");
    shop.say(&below(), "S10.081234567823.1234", 1).await;
    let left = shop.available(2).await;
    assert!(left < SENT);
    let told = shop.receive(gives.clone(), 1).await;
    assert!(told[0].contains("tidak sebagian"), "{told:?}");
    let told = says(&shop, &admin(), "YA.1", 1).await;
    assert!(told.contains("tidak sebagian") && told.contains("tinggal"), "{told}");
    assert_eq!(balances(&shop).await, (START - SENT, left));
    shop.note("-- topped up, the same button works");
    says(&shop, &admin(), "/deposit KR0002 20000", 2).await;
    shop.receive(again(&gives), 2).await;
    assert_eq!(balances(&shop).await, (START, left + 20_000 - SENT));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_blocked_or_moved_since() {
    let shop = sent().await;
    shop.note("-- a sender that blocks its downline first cannot ask it");
    says(&shop, &reseller(), "BLOKIR.KR0002.1234", 2).await;
    let told = says(&shop, &reseller(), "TARIK", 1).await;
    assert!(told.contains("KR0002 sedang diblokir"), "{told}");
    says(&shop, &reseller(), "UNBLOK.KR0002.1234", 1).await;
    says(&shop, &reseller(), "TARIK", 2).await;
    let gives = shop.tap_on(&below(), "Setuju, kembalikan 40.000");
    shop.note("-- the receiver is blocked, then the sender is");
    says(&shop, &reseller(), "BLOKIR.KR0002.1234", 2).await;
    shop.receive(gives.clone(), 1).await;
    says(&shop, &reseller(), "UNBLOK.KR0002.1234", 1).await;
    says(&shop, &admin(), "/blokir KR0001", 2).await;
    let told = shop.receive(again(&gives), 1).await;
    assert!(told[0].contains("KR0001 sedang diblokir"), "{told:?}");
    assert_eq!(balances(&shop).await, (START - SENT, SENT));
    assert_eq!(shop.store.agent(AgentId(1)).await.unwrap().unwrap().status, AgentStatus::Blocked);
    says(&shop, &admin(), "/buka KR0001", 2).await;
    shop.note("-- somebody else's downline by now: what came from the sender still goes back to it");
    says(&shop, &admin(), "/pindah KR0002 -", 1).await;
    shop.receive(again(&again(&gives)), 2).await;
    assert_eq!(balances(&shop).await, (START, 0));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_forgets_no_question() {
    let store = Store::new(MemoryStore::new());
    let shop = on(store.clone(), Setup::default()).await;
    says(&shop, &reseller(), SEND, 2).await;
    says(&shop, &reseller(), "TARIK", 2).await;
    let gives = shop.tap_on(&below(), "Setuju, kembalikan 40.000");
    let start = shop.now();
    shop.close().await;
    let shop = TestShop::on(store, Setup { start, ..Setup::default() }).await;
    says(&shop, &reseller(), "TARIK.1", 1).await;
    shop.receive(gives.clone(), 2).await;
    shop.receive(again(&gives), 0).await;
    assert_eq!(balances(&shop).await, (START, 0));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_worn_down_by_asking() {
    let shop = on(Store::new(MemoryStore::new()), Setup::default()).await;
    for n in 1..=6 {
        says(&shop, &reseller(), &format!("TR.KR0002.{n}00.1234"), 2).await;
    }
    for n in 1..=5 {
        says(&shop, &reseller(), &format!("TARIK.{n}"), 2).await;
    }
    let told = says(&shop, &reseller(), "TARIK.6", 1).await;
    assert!(told.contains("Coba lagi"), "{told}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shop_takes_one_back_with_a_reason_and_both_are_told() {
    let shop = sent().await;
    says(&shop, &admin(), "/peran telegram:3003 operator", 1).await;
    says(&shop, &admin(), "YA.1", 2).await;
    for text in ["/tariktransfer", "/tariktransfer 1", "/tariktransfer x salah", "/tariktransfer 9 salah"] {
        says(&shop, &wati(), text, 1).await;
    }
    assert_eq!(shop.store.acts(10).await.unwrap().len(), 3, "what was not done is no act");
    shop.note("-- the receiver has said no");
    says(&shop, &reseller(), "TARIK", 2).await;
    shop.tap(&below(), "Tolak", 1).await;
    let told = says(&shop, &wati(), "/tariktransfer 1 KR0001 salah kirim", 1).await;
    assert!(told.contains("sudah menolak") && told.contains("Saldo KR0002 yang bisa dipakai 40.000"), "{told}");
    assert_eq!(balances(&shop).await, (START - SENT, SENT), "asked back first");
    shop.tap(&wati(), "Ya, lanjutkan", 4).await;
    assert_eq!(balances(&shop).await, (START, 0));
    assert!(matches!(state(&shop).await, TransferState::TakenBack { by: Some(by), .. } if by.chat == wati()));
    says(&shop, &wati(), "YA.1", 1).await;
    says(&shop, &wati(), "/tariktransfer 1 lagi", 1).await;
    let act = &shop.store.acts(1).await.unwrap()[0];
    assert!(act.by == wati() && act.what.contains("KR0002 KR0001 transfer #1: 40.000"), "{act:?}");
    says(&shop, &admin(), "/log KR0002", 1).await;
    insta::assert_snapshot!("taken_back", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shop_takes_nothing_back_after_days_nor_for_its_own_people() {
    let shop = sent().await;
    shop.note("-- the sender works here");
    says(&shop, &admin(), "/peran KR0001 operator", 2).await;
    let told = says(&shop, &reseller(), "/tariktransfer 1 salah kirim", 1).await;
    assert!(!told.contains("YA."), "{told}");
    shop.note("-- the question is asked in time, and answered too late");
    shop.pass(TimeDelta::days(3) - TimeDelta::minutes(2));
    says(&shop, &admin(), "/tariktransfer 1 salah kirim", 1).await;
    shop.pass(TimeDelta::minutes(3));
    let told = says(&shop, &admin(), "YA.1", 1).await;
    assert!(told.contains("3 hari"), "{told}");
    let told = says(&shop, &admin(), "/tariktransfer 1 salah kirim", 1).await;
    assert!(told.contains("3 hari"), "{told}");
    assert_eq!(balances(&shop).await, (START - SENT, SENT));
    shop.close().await;
}

/// Two of the staff, the receiver and a repeated message at the same moment: it goes back once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn at_the_same_moment_it_goes_back_once() {
    let shop = sent().await;
    says(&shop, &admin(), "/peran telegram:3003 owner", 1).await;
    says(&shop, &admin(), "YA.1", 2).await;
    says(&shop, &reseller(), "TARIK", 2).await;
    for who in [admin(), wati()] {
        says(&shop, &who, "/tariktransfer 1 salah kirim", 1).await;
    }
    let gives = shop.tap_on(&below(), "Setuju, kembalikan 40.000");
    let taps = [shop.tap_on(&admin(), "Ya, lanjutkan"), shop.tap_on(&wati(), "Ya, lanjutkan"), gives];
    let all = taps.iter().map(|tap| shop.shop.receive(vec![tap.clone(), again(tap)]));
    futures::future::try_join_all(all).await.unwrap();
    shop.hear_all().await;
    assert_eq!(balances(&shop).await, (START, 0));
    let back = shop.store.journal(0, 1_000).await.unwrap();
    let back = back.iter().filter(|line| line.reason == konter_core::ledger::Reason::TransferBack);
    assert_eq!(back.count(), 1);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_balance_of_a_downline_without_a_chat_comes_back_by_the_shop_alone() {
    let shop = TestShop::open().await;
    shop.say(&reseller(), "REG.Sari Pulsa.081234567890.25000.100.1234", 2).await;
    let told = says(&shop, &reseller(), "TARIK", 1).await;
    let way = "KOMPLAIN.transfer #1 ke KR0002 salah kirim";
    assert!(told.contains("KR0002 belum punya chat") && told.contains(way), "{told}");
    shop.note("-- nobody could be asked, so no button offers it: the words say what to do");
    let told = says(&shop, &reseller(), "TR.KR0002.5000.1234", 1).await;
    assert!(!told.contains("Minta kembali") && told.contains("KOMPLAIN.transfer #2 salah kirim"), "{told}");
    let told = says(&shop, &reseller(), "TARIK", 1).await;
    assert!(!told.contains('[') && told.contains("KOMPLAIN.transfer #1 salah kirim"), "{told}");
    says(&shop, &admin(), "/tariktransfer 2 salah kirim", 1).await;
    says(&shop, &admin(), "YA.1", 2).await;
    says(&shop, &admin(), "/tariktransfer 1 salah daftar", 1).await;
    says(&shop, &admin(), "YA.2", 2).await;
    assert_eq!(balances(&shop).await, (START, 0));
    shop.close().await;
}

/// An operator's own limit: what is left, over all ways of adding to accounts, whatever becomes of its role meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_has_its_own_limit_over_all_ways_of_adding() {
    let deposits = Terms { operator_daily: Some(Rupiah::new(500_000)), ..Terms::default() };
    let shop = on(Store::new(MemoryStore::new()), Setup { deposits, ..Setup::default() }).await;
    says(&shop, &reseller(), SEND, 2).await;
    for text in ["/batas telegram:3003 100000", "/batas KR0009 100000"] {
        says(&shop, &admin(), text, 1).await;
    }
    says(&shop, &admin(), "/peran telegram:3003 operator", 1).await;
    says(&shop, &admin(), "YA.1", 2).await;
    says(&shop, &admin(), "/batas telegram:1001 100000", 1).await;
    says(&shop, &wati(), "/deposit KR0001 30000 tunai", 3).await;
    shop.note("-- only owners; what was added before the limit counts");
    says(&shop, &wati(), "/batas telegram:3003 9000000", 1).await;
    says(&shop, &admin(), "/batas telegram:3003 100.000", 2).await;
    says(&shop, &wati(), "/batas", 1).await;
    let told = says(&shop, &wati(), "/deposit KR0001 70001", 2).await;
    assert!(told.contains("sisanya hari ini 70.000"), "{told}");
    shop.note("-- a transfer that is taken back counts");
    says(&shop, &wati(), "/tariktransfer 1 salah kirim", 1).await;
    says(&shop, &wati(), "YA.1", 4).await;
    let told = says(&shop, &wati(), "/deposit KR0001 30001", 2).await;
    assert!(told.contains("sisanya hari ini 30.000"), "{told}");
    shop.note("-- no other role and no other way begins the day anew");
    for role in ["hapus", "viewer", "owner"] {
        says(&shop, &admin(), &format!("/peran telegram:3003 {role}"), 2).await;
    }
    says(&shop, &wati(), "/deposit KR0002 25000", 3).await;
    says(&shop, &admin(), "/peran telegram:3003 operator", 2).await;
    let told = says(&shop, &wati(), "/deposit KR0001 5001", 2).await;
    assert!(told.contains("sisanya hari ini 5.000"), "what was added as an owner counts: {told}");
    shop.note("-- nor does a delivered order that is given back");
    says(&shop, &reseller(), "S10.081234567890.1234", 1).await;
    says(&shop, &wati(), "/gagal 1 tidak masuk", 2).await;
    says(&shop, &admin(), "/batas telegram:3003 0", 2).await;
    let told = says(&shop, &wati(), "/deposit KR0001 1", 2).await;
    assert!(told.contains("sisanya hari ini 0"), "{told}");
    shop.note("-- as in the settings again; the next day is another day");
    says(&shop, &admin(), "/batas telegram:3003 -", 2).await;
    says(&shop, &wati(), "/deposit KR0001 5001", 3).await;
    shop.pass(TimeDelta::days(1));
    says(&shop, &admin(), "/batas telegram:3003 100000", 2).await;
    says(&shop, &wati(), "/deposit KR0001 100000", 3).await;
    let told = says(&shop, &wati(), "/deposit KR0001 1", 2).await;
    assert!(told.contains("sisanya hari ini 0"), "{told}");
    insta::assert_snapshot!("own_limit", shop.close().await);
}

/// Two chats of one reseller that may add 50,000 together; the second of them.
async fn operator_with_two_chats(shop: &TestShop) -> ChatId {
    let second = ChatId::telegram(2022);
    let told = says(shop, &below(), "TAMBAH.081299990000.1234", 1).await;
    let code = regex::Regex::new(r"[A-Za-z0-9]{16}").unwrap().find(&told).expect("a code").as_str().to_owned();
    shop.say(&second, &format!("/start {code}"), 2).await;
    says(shop, &admin(), "/peran KR0002 operator", 3).await;
    says(shop, &admin(), "/batas KR0002 50000", 3).await;
    second
}

/// Both decide on what was booked before either, to different resellers: one books, the other is told what is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_chats_of_one_operator_at_once_do_not_add_twice_the_limit() {
    let watched = Watched::over(MemoryStore::new());
    let shop = on(watched.store(), Setup::default()).await;
    let second = operator_with_two_chats(&shop).await;
    watched.let_book(false);
    let messages = [(&below(), "/deposit KR0003 30000"), (&second, "/deposit KR0001 30000")];
    let messages = messages.map(|(chat, text)| shop.message(chat, text));
    let (received, ()) = tokio::join!(shop.shop.receive(messages.to_vec()), async {
        shop.becomes("both decided", async || watched.held() == 2).await;
        watched.let_book(true);
    });
    received.unwrap();
    let told = shop.hear(5).await.join("\n");
    assert!(told.contains("sisanya hari ini 20.000"), "{told}");
    assert_eq!(shop.available(1).await + shop.available(3).await, START + 30_000, "{told}");
    shop.audit().await;
    shop.close().await;
}

/// Two chats of one reseller are one person.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chats_of_one_reseller_share_their_limit() {
    let shop = on(Store::new(MemoryStore::new()), Setup::default()).await;
    let second = operator_with_two_chats(&shop).await;
    says(&shop, &below(), "/deposit KR0003 30000", 3).await;
    let told = says(&shop, &second, "/deposit KR0003 20001", 2).await;
    assert!(told.contains("sisanya hari ini 20.000"), "{told}");
    says(&shop, &second, "/deposit KR0003 20000", 3).await;
    let told = says(&shop, &below(), "/deposit KR0003 1", 2).await;
    assert!(told.contains("sisanya hari ini 0"), "{told}");
    shop.close().await;
}
