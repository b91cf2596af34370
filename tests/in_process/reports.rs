//! Reports, as conversations that a person can review.

use crate::support::shop::{Setup, TestShop, admin, noon, reseller};
use chrono::{NaiveTime, TimeDelta};
use konter_core::agent::Locale;
use konter_core::ids::ChatId;
use konter_store::memory::MemoryStore;
use konter_store::{InboxMessage, Store};

const RICH: i64 = 2_000_000;

fn rich() -> Setup {
    Setup { balance: RICH, ..Setup::default() }
}

/// A shop that opened three days ago and sold something on each of them.
async fn busy(setup: Setup) -> TestShop {
    let shop = TestShop::with(Setup { start: noon() - TimeDelta::days(2), ..setup }).await;
    shop.add_agent(other(), 300_000, Locale::Id).await;
    for (chat, text, replies) in [
        (reseller(), "S10.081234567850.1234", 1),
        // Delivered, then taken back.
        (reseller(), "S5.081234567806.1234", 3),
        (other(), "S10.081234567852.1234", 1),
    ] {
        shop.say(&chat, text, replies).await;
    }
    shop.pass(TimeDelta::days(1));
    for text in ["S10.081234567850.1234", "X10.087812345650.1234"] {
        shop.say(&reseller(), text, 1).await;
    }
    shop.pass(TimeDelta::days(1));
    for (chat, text) in [
        (reseller(), "S10.081234567860.1234"),
        (reseller(), "S10.081234567861.1234"),
        // A wrong number.
        (reseller(), "S5.081234567811.1234"),
        (other(), "S10.081234567862.1234"),
    ] {
        shop.say(&chat, text, 1).await;
    }
    shop.note(OPEN);
    shop
}

/// Stands in the transcript before what a test is about.
const OPEN: &str = "-- 21/11/2026";

async fn transcript(shop: TestShop) -> String {
    let all = shop.close().await;
    all.rsplit_once(OPEN).map_or(all.clone(), |(_, reports)| format!("{OPEN}{reports}"))
}

fn other() -> ChatId {
    ChatId::telegram(2002)
}

/// Fourteen orders more, so that a statement has two pages; left out of the transcript.
async fn fill_a_page(shop: &TestShop) {
    for n in 50..64 {
        shop.say(&reseller(), &format!("S5.0812345680{n}.1234"), 1).await;
    }
    shop.note(OPEN);
}

async fn says(shop: &TestShop, chat: &ChatId, texts: &[&str]) {
    for text in texts {
        shop.say(chat, text, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reseller_sees_the_sales_of_any_day() {
    let shop = busy(rich()).await;
    let texts = [
        "REKAP",
        "RKP.1234",
        "/rekap",
        "/rekap 20/11/26 1234",
        "LAP.KEMARIN",
        "LAP.19",
        "LAP.20/11",
        "REKAP.191126.1234",
        "LAP.19/11/26 s/d 21/11/26",
        "LAP.19/11/26.30/11/26",
        "LAP.22",
        "LAP.22/11/26",
        "LAP.01/01/26.01/11/26",
        "LAP.9999",
        "LAP.besok",
    ];
    says(&shop, &reseller(), &texts).await;
    says(&shop, &other(), &["REKAP", "LAP.KEMARIN"]).await;
    insta::assert_snapshot!("sales", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_is_turned_page_by_page() {
    let shop = busy(rich()).await;
    fill_a_page(&shop).await;
    says(&shop, &reseller(), &["MUTASI", "/mutasi"]).await;
    for label in ["« Lebih lama", "Lebih baru »", "« Lebih lama"] {
        shop.tap(&reseller(), label, 0).await;
    }
    says(&shop, &reseller(), &["MUTASI.19", "MUTASI.1234.20/11/26", "MUTASI.18", "MUTASI.9999", "MUTASI.21"]).await;
    shop.tap(&reseller(), "« Lebih lama", 0).await;
    shop.tap(&reseller(), "Lebih baru »", 0).await;
    insta::assert_snapshot!("statement", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn buttons_of_statements_and_reports_are_harmless_in_other_hands_and_late() {
    let shop = busy(rich()).await;
    shop.say(&admin(), "/rekap", 1).await;
    let csv = shop.tap_on(&admin(), "CSV");
    let stranger = ChatId::telegram(99);
    fill_a_page(&shop).await;
    for chat in [reseller(), other(), stranger.clone()] {
        let tap = InboxMessage { chat, ..csv.clone() };
        shop.receive(tap, 1).await;
    }
    shop.say(&reseller(), "MUTASI", 1).await;
    let older = shop.tap_on(&reseller(), "« Lebih lama");
    // Whoever taps sees the own statement; a stranger sees nothing.
    shop.receive(InboxMessage { chat: other(), ..older.clone() }, 0).await;
    shop.receive(InboxMessage { chat: stranger, ..older }, 1).await;
    for (n, text) in
        ["!statement before 0", "!statement after 18446744073709551615", "!statement last 2020-01-01 2020-01-02"]
            .into_iter()
            .enumerate()
    {
        let mut tap = shop.message(&reseller(), text);
        tap.tapped = Some(format!("gone{n}"));
        shop.receive(tap, 0).await;
    }
    insta::assert_snapshot!("other_hands", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn admins_see_the_shop() {
    let shop = busy(rich()).await;
    shop.say(&admin(), "/deposit KR0002 50000 tunai", 2).await;
    shop.say(&admin(), "/gagal 7 salah kirim", 1).await;
    shop.say(&admin(), "YA.1", 2).await;
    says(&shop, &admin(), &["/rekap", "REKAP", "/rekap kemarin", "/rekap 19/11/26 21/11/26", "/rekap 22/11/26"]).await;
    shop.say(&admin(), "/rekap 20", 1).await;
    for label in ["Gambar", "CSV", "XLSX"] {
        shop.tap(&admin(), label, 1).await;
    }
    let acts = shop.store.acts(4).await.unwrap();
    for act in acts.iter().rev() {
        shop.note(&format!("act: {}", act.what));
    }
    insta::assert_snapshot!("shop", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_of_it_in_english() {
    let shop = busy(Setup { locale: Locale::En, ..rich() }).await;
    says(&shop, &reseller(), &["REKAP", "MUTASI", "LAP.22/11/26", "BANTUAN.REKAP"]).await;
    says(&shop, &admin(), &["/rekap"]).await;
    insta::assert_snapshot!("in_english", transcript(shop).await);
}

fn evening() -> Option<NaiveTime> {
    NaiveTime::from_hms_opt(23, 55, 0)
}

/// The shop after a restart; its messages have numbers of their own.
async fn again_on(store: &Store, setup: Setup) -> TestShop {
    let start = setup.start;
    let shop = TestShop::on(store.clone(), setup).await;
    for _ in 0..start.timestamp() / 60 % 10_000 {
        shop.message(&reseller(), "");
    }
    shop
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_the_morning_the_owners_are_told_the_day_that_has_ended() {
    let store = Store::new(MemoryStore::new());
    let summary_at = NaiveTime::from_hms_opt(7, 0, 0);
    let shop = TestShop::on(store.clone(), Setup { start: noon(), summary_at, ..rich() }).await;
    shop.say(&reseller(), "S10.081234567890.1234", 1).await;
    shop.pass(TimeDelta::hours(19));
    shop.note("-- 07:00");
    shop.hear(1).await;
    let told = shop.close().await;
    assert_eq!(store.last_summary().await.unwrap(), Some(noon().date_naive()));
    insta::assert_snapshot!("morning", told);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_owners_are_told_the_day_once() {
    let store = Store::new(MemoryStore::new());
    let setup = |start| Setup { start, summary_at: evening(), ..rich() };
    let shop = TestShop::on(store.clone(), setup(noon())).await;
    shop.say(&reseller(), "S10.081234567890.1234", 1).await;
    shop.pass(TimeDelta::minutes(11 * 60 + 55));
    shop.note("-- 23:55");
    shop.hear(1).await;
    shop.say(&reseller(), "S10.081234567891.1234", 1).await;
    let told = shop.close().await;
    assert_eq!(store.last_summary().await.unwrap(), Some(noon().date_naive()));

    // Started again on the same evening: nothing is said twice.
    let shop = again_on(&store, setup(noon() + TimeDelta::minutes(11 * 60 + 57))).await;
    shop.say(&reseller(), "SAL", 1).await;
    let again = shop.close().await;

    // Not running on the next evening: told at the next start, with the day's own figures.
    let shop = again_on(&store, setup(noon() + TimeDelta::days(1))).await;
    shop.say(&reseller(), "S10.081234567892.1234", 1).await;
    let before = shop.close().await;
    let shop = again_on(&store, setup(noon() + TimeDelta::hours(24 + 19))).await;
    shop.hear(1).await;
    let late = shop.close().await;
    insta::assert_snapshot!("summary", [told, again, before, late].join("\n---\n"));
}
