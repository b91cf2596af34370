//! What time does to orders: the same one again over midnight, one whose supplier may never have had it, one that waited
//! while products were closed and prices rose, and prices that change between being shown and being paid.

use crate::support::shop::{PIN, Setup, TestShop, admin, noon, reseller};
use chrono::{DateTime, TimeDelta, Utc};
use konter::clock::Elsewhere;
use konter_core::catalog::{SAMPLE, parse_catalog};
use konter_core::ids::OrderId;
use konter_core::order::{AttemptStep, FailureReason, Final, Order, OrderState};
use konter_store::memory::MemoryStore;
use konter_store::{InboxMessage, Store};

const BALANCE: i64 = 100_000;

/// Seconds before midnight in Jakarta.
fn before_midnight(seconds: i64) -> Setup {
    Setup { start: noon() + TimeDelta::hours(12) - TimeDelta::seconds(seconds), ..Setup::default() }
}

/// In kiosampm's break, when what only it sells waits.
fn by_night() -> Setup {
    before_midnight(20 * 60).set("SUPPLIER_KIOS_CUTOFF", "23:30-00:30")
}

fn at(setup: Setup, start: DateTime<Utc>) -> Setup {
    Setup { start, ..setup }
}

async fn order(shop: &TestShop, id: u64) -> Order {
    shop.store.order(OrderId(id)).await.unwrap().unwrap()
}

async fn failure(shop: &TestShop, id: u64) -> Option<FailureReason> {
    match order(shop, id).await.state {
        OrderState::Final(Final { failure, .. }) => failure,
        OrderState::Open => None,
    }
}

async fn says(shop: &TestShop, texts: &[(&str, usize)]) -> String {
    let mut last = Vec::new();
    for (text, replies) in texts {
        last = shop.say(&reseller(), text, *replies).await;
    }
    last.join("\n")
}

async fn taps(shop: &TestShop, labels: &[(&str, usize)]) -> String {
    let mut last = Vec::new();
    for (label, replies) in labels {
        last = shop.tap(&reseller(), label, *replies).await;
    }
    last.join("\n")
}

#[track_caller]
fn assert_says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part} in {text}");
    }
}

mod the_same_again {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn over_midnight_is_refused_while_the_first_is_open() {
        let shop = TestShop::with(before_midnight(20)).await;
        says(&shop, &[("S5.081234567823.1234", 1)]).await;
        shop.pass(TimeDelta::seconds(40));
        let refused = says(&shop, &[("S5.081234567823.1234", 1)]).await;
        assert_says(
            &refused,
            &["GAGAL", "S5", "081234567823", "21/11 23:59", "masih berjalan", "S5.2.081234567823.PIN"],
        );
        // However long it takes, and whatever day it has become.
        shop.pass(TimeDelta::hours(50));
        shop.becomes("told", async || order(&shop, 1).await.escalated).await;
        shop.hear(1).await;
        assert_says(&says(&shop, &[("S5.081234567823.1234", 1)]).await, &["GAGAL", "masih berjalan"]);
        assert_eq!(shop.store.order(OrderId(2)).await.unwrap(), None);
        // What is another order is bought.
        says(&shop, &[("S5.2.081234567823.1234", 1)]).await;
        assert_eq!(order(&shop, 2).await.nth, 2);
        shop.close().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn within_minutes_over_midnight_is_refused_though_the_first_is_delivered() {
        let shop = TestShop::with(before_midnight(20)).await;
        assert_says(&says(&shop, &[("S10.081234567890.1234", 1)]).await, &["SUKSES"]);
        shop.pass(TimeDelta::seconds(40));
        let refused = says(&shop, &[("S10.081234567890.1234", 1)]).await;
        assert_says(&refused, &["GAGAL", "21/11 23:59", "berhasil", "S10.2.081234567890.PIN"]);
        assert_says(&says(&shop, &[("ULANG", 1)]).await, &["S10", "(ke-2)"]);
        shop.pass(TimeDelta::minutes(10));
        assert_says(&says(&shop, &[("S10.081234567890.1234", 1)]).await, &["SUKSES"]);
        assert_eq!(shop.available(1).await, BALANCE - 2 * 10_500);
        shop.close().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn is_bought_once_when_it_waits_for_the_end_of_a_break() {
        let shop = TestShop::with(by_night()).await;
        says(&shop, &[("ANTRI.YA", 1), ("S5.081234567890.1234", 1)]).await;
        shop.pass(TimeDelta::minutes(25));
        assert_says(&says(&shop, &[("S5.081234567890.1234", 1)]).await, &["GAGAL", "masih berjalan"]);
        shop.pass(TimeDelta::minutes(30));
        assert_says(&shop.hear(1).await[0], &["SUKSES"]);
        assert_eq!(shop.simulators.bought().len(), 1);
        shop.close().await;
    }
}

mod asking {
    use super::*;

    /// An order in doubt at kiosampm, and the shop opened again so much later. Its suppliers begin anew: to them a question
    /// about it is a first purchase.
    async fn in_doubt_and_reopened(later: TimeDelta) -> TestShop {
        let store = Store::new(MemoryStore::new());
        let setup = || Setup::default().set("SUPPLIER_KIOS_CALLBACK_IPS", "203.0.113.9");
        let shop = TestShop::on(store.clone(), setup()).await;
        says(&shop, &[("S5.081234567805.1234", 1)]).await;
        shop.close().await;
        let shop = TestShop::on(store, at(setup(), noon() + later)).await;
        // The chats go on counting their messages.
        for _ in 0..10 {
            drop(shop.message(&reseller(), ""));
        }
        shop.shop.recover().await.unwrap();
        shop
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn ends_when_nobody_expects_a_purchase_any_more() {
        let shop = in_doubt_and_reopened(TimeDelta::minutes(31)).await;
        shop.hear(1).await;
        shop.becomes("told", async || order(&shop, 1).await.escalated).await;
        // A rumour is no reason to ask either.
        let order_before = order(&shop, 1).await;
        let reference = order_before.current().unwrap().reference;
        let report = format!("#71#S5#ke:081234567805#akan diproses 12:00:00.#Saldo Rp.9#Reffid:{reference} #");
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("http://{}/callback/kios", shop.address);
        client.get(url).query(&[("message", report)]).send().await.unwrap();
        for _ in 0..5 {
            shop.pass(TimeDelta::minutes(20));
        }
        assert_eq!(order(&shop, 1).await.current().unwrap().checks, 0, "what was not asked is not counted");
        // An admin decides, and is told what asking may do.
        let warned = shop.say(&admin(), "/cekulang 1", 1).await;
        assert_says(&warned[0], &["#1", "kios", "MEMBELI", "/cekulang 1 --paksa"]);
        assert_eq!(order(&shop, 1).await.current().unwrap().checks, 0);
        assert!(shop.simulators.bought().is_empty(), "nothing was bought by asking");
        assert_eq!(shop.available(1).await, BALANCE - 5_700, "the money stays held");
        shop.close().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn goes_on_after_a_short_stop() {
        let shop = in_doubt_and_reopened(TimeDelta::minutes(5)).await;
        shop.becomes("asked", async || order(&shop, 1).await.current().unwrap().checks == 1).await;
        shop.close().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn is_done_when_an_admin_insists() {
        let shop = in_doubt_and_reopened(TimeDelta::minutes(31)).await;
        shop.hear(1).await;
        assert_says(&shop.say(&admin(), "/cekulang 1 --paksa", 1).await.join("\n"), &["ditanyakan lagi"]);
        shop.becomes("asked", async || order(&shop, 1).await.current().unwrap().checks == 1).await;
        shop.close().await;
    }

    /// What each supplier is asked about an order of 23:59:50 after midnight.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn does_not_cross_a_suppliers_midnight_unless_it_has_the_order_and_its_document_allows_it() {
        for (text, is_asked, why) in [
            ("S5.081234567805.1234", false, "in doubt at kiosampm"),
            ("I10.085712345605.1234", false, "in doubt at xgateway: it may never have arrived"),
            ("GOPAY10.081234567805.1234", false, "in doubt at ppob"),
            ("S5.081234567803.1234", false, "pending at kiosampm, whose row 12 names no day"),
            ("I10.085712345603.1234", true, "pending at xgateway: a question for 24 hours"),
            ("GOPAY10.081234567803.1234", true, "pending at ppob: a refid is never processed twice"),
        ] {
            let shop = TestShop::with(before_midnight(12)).await;
            says(&shop, &[(text, 1)]).await;
            shop.pass(TimeDelta::seconds(60));
            if is_asked {
                shop.becomes(why, async || order(&shop, 1).await.current().unwrap().checks == 1).await;
            } else {
                shop.pass(TimeDelta::minutes(15));
                shop.becomes("told", async || order(&shop, 1).await.escalated).await;
                assert_eq!(order(&shop, 1).await.current().unwrap().checks, 0, "{why}");
                assert!(order(&shop, 1).await.is_open(), "{why}");
            }
            shop.close().await;
        }
    }

    /// The admins hear of a doubt as soon as the shop may not ask any more, not a quarter of an hour later.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn that_ends_is_told_at_once() {
        let shop = TestShop::with(before_midnight(12)).await;
        says(&shop, &[("S5.081234567805.1234", 1)]).await;
        shop.pass(TimeDelta::seconds(12));
        assert_says(&shop.hear(1).await[0], &["#1", "S5"]);
        shop.close().await;
    }

    /// A supplier's day is its own, also where the shop's midnight is another.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn follows_the_zone_that_the_cut_off_names() {
        // 22:59:48 in Jakarta is 23:59:48 in Makassar.
        let start = noon() + TimeDelta::hours(11) - TimeDelta::seconds(12);
        for (cutoff, is_asked) in [("02:00-02:10 Asia/Makassar", false), ("02:00-02:10 Asia/Jakarta", true)] {
            let shop = TestShop::with(at(Setup::default().set("SUPPLIER_KIOS_CUTOFF", cutoff), start)).await;
            says(&shop, &[("S5.081234567805.1234", 1)]).await;
            shop.pass(TimeDelta::seconds(60));
            if is_asked {
                shop.becomes("asked", async || order(&shop, 1).await.current().unwrap().checks == 1).await;
            } else {
                shop.becomes("told", async || order(&shop, 1).await.escalated).await;
                assert_eq!(order(&shop, 1).await.current().unwrap().checks, 0);
            }
            shop.close().await;
        }
    }
}

mod an_order_that_waits {
    use super::*;

    /// Waiting for half past midnight, and what an admin does meanwhile; what becomes of it then.
    async fn queued(meanwhile: &str) -> (TestShop, Vec<String>) {
        let shop = TestShop::with(by_night()).await;
        says(&shop, &[("ANTRI.YA", 1), ("S5.081234567890.1234", 1)]).await;
        shop.say(&admin(), meanwhile, 1).await;
        shop.pass(TimeDelta::minutes(55));
        let heard = shop.hear(1).await;
        (shop, heard)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn is_refunded_when_its_product_was_closed() {
        let (shop, heard) = queued("/tutup S5").await;
        assert_says(&heard[0], &["GAGAL", "S5", "ditutup", "100.000"]);
        assert_eq!(failure(&shop, 1).await, Some(FailureReason::Closed));
        assert!(shop.simulators.bought().is_empty());
        assert_eq!(shop.available(1).await, BALANCE);
        shop.close().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn is_refunded_with_the_new_price_when_that_rose() {
        let (shop, heard) = queued("/hargajual S5 6000").await;
        assert_says(&heard[0], &["GAGAL", "S5", "harga berubah menjadi 6.000", "100.000"]);
        assert!(shop.simulators.bought().is_empty());
        assert_eq!(shop.available(1).await, BALANCE);
        shop.close().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn pays_what_was_held_when_the_price_fell() {
        let (shop, heard) = queued("/hargajual S5 5600").await;
        assert_says(&heard[0], &["SUKSES", "S5"]);
        assert_eq!(shop.available(1).await, BALANCE - 5_700);
        shop.close().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn is_not_bought_at_a_loss_when_the_cost_rose() {
        let store = Store::new(MemoryStore::new());
        let shop = TestShop::on(store.clone(), by_night()).await;
        says(&shop, &[("ANTRI.YA", 1), ("S5.081234567890.1234", 1)]).await;
        shop.close().await;
        let dearer = SAMPLE.replace(",kios,S5,,5350,", ",kios,S5,,5800,");
        assert_ne!(dearer, SAMPLE);
        let catalog = parse_catalog(&dearer, None, &|_| false).unwrap();
        let setup = Setup { catalog, ..at(by_night(), noon() + TimeDelta::minutes(12 * 60 + 40)) };
        let shop = TestShop::on(store, setup).await;
        shop.shop.recover().await.unwrap();
        let heard = shop.hear(2).await.join("\n");
        assert_says(&heard, &["GAGAL", "harga berubah", "MODAL NAIK", "kios", "5.800"]);
        assert!(shop.simulators.bought().is_empty());
        assert_eq!(shop.available(1).await, BALANCE);
        shop.close().await;
    }

    /// The next supplier comes late: after a report of failure.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn for_its_next_supplier_finds_that_closed_or_dearer() {
        for (meanwhile, reason) in [
            ("/tutup S10 xgate", "ditutup"),
            ("/tutup S10", "ditutup"),
            ("/hargajual S10 10900", "harga berubah menjadi 10.900"),
            // Nothing has changed: there it fails, too.
            ("/hargajual S10 10500", "ditolak operator"),
        ] {
            let shop = TestShop::with(Setup { hold_callbacks: true, ..Setup::default() }).await;
            says(&shop, &[("S10.081234567802.1234", 1)]).await;
            shop.say(&admin(), meanwhile, 1).await;
            shop.let_callbacks_in(1).await;
            let transcript = shop.transcript();
            assert_says(transcript.rsplit("to reseller: ").next().unwrap_or_default(), &["GAGAL", "S10", reason]);
            let order = order(&shop, 1).await;
            let sent = order.attempts.iter().filter(|attempt| attempt.step == AttemptStep::Sent).count();
            assert_eq!(sent, if reason == "ditolak operator" { 2 } else { 1 }, "{meanwhile}");
            assert_eq!(shop.available(1).await, BALANCE, "{meanwhile}");
            shop.close().await;
        }
    }
}

mod what_was_shown {
    use super::*;

    const PIN: [(&str, usize); 4] = [("1", 0), ("2", 0), ("3", 0), ("4", 0)];

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn is_what_a_guided_order_pays_or_it_is_shown_anew() {
        let shop = TestShop::open().await;
        says(&shop, &[("0857-1234-5678", 1)]).await;
        taps(&shop, &[("I10 11.000", 0)]).await;
        shop.say(&admin(), "/hargajual I10 11500", 1).await;
        taps(&shop, &PIN).await;
        let refused = taps(&shop, &[("OK", 2)]).await;
        assert_says(&refused, &["GAGAL", "11.000", "11.500", "belum dibeli", "ketik PIN"]);
        assert_eq!((shop.available(1).await, shop.simulators.bought().len()), (BALANCE, 0));
        taps(&shop, &PIN).await;
        assert_says(&taps(&shop, &[("OK", 1)]).await, &["SUKSES", "I10"]);
        assert_eq!(shop.available(1).await, BALANCE - 11_500);
        // A PIN that is typed comes to the same place.
        says(&shop, &[("0857-1234-5679", 1)]).await;
        taps(&shop, &[("I10 11.500", 0)]).await;
        shop.say(&admin(), "/hargajual I10 11400", 1).await;
        assert_says(&says(&shop, &[("1234", 2)]).await, &["GAGAL", "11.500", "11.400"]);
        assert_says(&says(&shop, &[("1234", 1)]).await, &["SUKSES", "I10"]);
        assert_eq!(shop.available(1).await, BALANCE - 11_500 - 11_400);
        shop.close().await;
    }

    /// Otherwise who hands the supplier's own receipt over collects too little.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn of_a_bill_stands_on_its_receipt_with_the_fee() {
        let shop = TestShop::with(Setup { balance: 2_000_000, ..Setup::default() }).await;
        says(&shop, &[("TAG.PLNPOST.520010509867", 1), ("BAYAR.PLNPOST.520010509867.1234", 1)]).await;
        let order = order(&shop, 1).await;
        let (total, fee) =
            (order.bill.as_ref().unwrap().total, order.price.get() - order.bill.as_ref().unwrap().total.get());
        assert_eq!(fee, 3_000);
        says(&shop, &[("STRUK", 1)]).await;
        let receipt = shop.tap(&reseller(), "Teks", 1).await.remove(0);
        assert_says(&receipt, &["Biaya Loket", "Rp 3.000", "TOTAL BAYAR", &format!("Rp {}", order.price)]);
        assert!(total < order.price);
        // What the reseller asks of the customer counts, where it is said.
        says(&shop, &[(&format!("STRUK.1.{}", order.price.get() + 2_000), 1)]).await;
        let own = shop.tap(&reseller(), "Teks", 1).await.remove(0);
        assert_says(&own, &["Biaya Loket", "Rp 5.000"]);
        shop.close().await;
    }
}

/// The shop's day is what a repetition goes by. One that has come again is no other day.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_ordered_today_is_not_bought_again_when_the_clock_is_set_back() {
    let shop = TestShop::open().await;
    let text = format!("S10.081234567800.{PIN}");
    let real = shop.now();
    shop.say(&reseller(), &text, 1).await;
    shop.pass(TimeDelta::days(-2));
    let again = InboxMessage { sent_at: real + TimeDelta::minutes(20), ..shop.message(&reseller(), &text) };
    let said = shop.receive(again, 1).await;
    assert!(!said[0].starts_with("SUKSES") && said[0].contains("S10.2.081234567800"), "{said:?}");
    // A tap says nothing of the time, but what was heard elsewhere counts.
    (0..2).for_each(|_| shop.shop.compare_clock(Elsewhere::Now(real)));
    shop.hear(1).await;
    shop.say(&reseller(), "081234567800", 1).await;
    shop.tap(&reseller(), "S10 10.500", 0).await;
    let tapped = says(&shop, &[(PIN, 1)]).await;
    assert!(!tapped.contains("SUKSES") && tapped.contains("S10.2.081234567800"), "{tapped}");
    assert_eq!(shop.simulators.bought().len(), 1);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_clock_is_told_to_the_admins_in_health_and_instead_of_blaming_the_reseller() {
    let shop = TestShop::open().await;
    let theirs = |shop: &TestShop| Elsewhere::Now(shop.now() - TimeDelta::hours(1));
    let written_now = |shop: &TestShop, text: &str| {
        let message = shop.message(&reseller(), text);
        konter_store::InboxMessage { sent_at: shop.now() - TimeDelta::hours(1), ..message }
    };
    let late = written_now(&shop, "S10.081234567800.1234");
    let heard = shop.receive(late, 1).await;
    assert!(heard[0].contains("terlambat"), "as far as is known it is late: {heard:?}");
    (0..2).for_each(|_| shop.shop.compare_clock(theirs(&shop)));
    let told = shop.hear(1).await;
    assert!(told[0].contains("60 menit terlalu cepat"), "{told:?}");
    shop.shop.compare_clock(theirs(&shop));
    assert_eq!(shop.shop.health().await.unwrap().clock_ahead_seconds, Some(3600));
    for text in ["S10.081234567800.1234", "TR.KR0002.10000.1234"] {
        let heard = shop.receive(written_now(&shop, text), 1).await;
        assert!(heard[0].contains("Jam server") || heard[0].contains("jam server"), "{heard:?}");
        assert!(!heard[0].contains("terlambat"), "{heard:?}");
        assert_eq!(heard[0].contains("GAGAL"), text.starts_with("S10"), "a word about orders: {heard:?}");
    }
    assert!(shop.simulators.bought().is_empty(), "what counts as late is as before");
    shop.shop.compare_clock(Elsewhere::Now(shop.now()));
    let told = shop.hear(1).await;
    assert!(told[0].contains("sudah benar lagi"), "{told:?}");
    assert_eq!(shop.shop.health().await.unwrap().clock_ahead_seconds, None);
    shop.close().await;
}
