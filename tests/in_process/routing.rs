//! Several suppliers for one product, as conversations that a person can review: what is tried next, what is not tried,
//! who waits, and what the admins see and steer.

use std::time::{Duration, Instant};

use crate::support::shop::{Setup, TestShop, admin, noon, reseller};
use chrono::{DateTime, TimeDelta, Utc};
use konter_core::ids::OrderId;
use konter_core::order::{AttemptStep, Order, OrderState};
use konter_core::routing::MOST_CARDS;
use konter_reply::{Reply, RoutingReply};
use konter_simulator::Kind;
use konter_store::memory::MemoryStore;
use konter_store::{InboxMessage, Payload, Store};

/// kiosampm's break, as its document has it.
const NIGHT: &str = "23:30-00:30";

/// At a time of the shop's own clock on the day of [`noon`].
fn at(hour: i64, minute: i64) -> DateTime<Utc> {
    noon() + TimeDelta::hours(hour - 12) + TimeDelta::minutes(minute)
}

fn rich() -> Setup {
    Setup { balance: 2_000_000, ..Setup::default() }
}

fn by_night() -> Setup {
    Setup { start: at(23, 40), ..rich() }.set("SUPPLIER_KIOS_CUTOFF", NIGHT)
}

async fn order(shop: &TestShop, id: u64) -> Order {
    shop.store.order(OrderId(id)).await.unwrap().unwrap()
}

/// The suppliers an order went to, each with whether it left.
async fn route(shop: &TestShop, id: u64) -> String {
    let order = order(shop, id).await;
    let tries = order.attempts.iter().map(|attempt| {
        let sent = if attempt.step == AttemptStep::Sent { "" } else { " (not sent)" };
        format!("{}{sent}", attempt.route.supplier)
    });
    let state = match &order.state {
        OrderState::Open => "open",
        OrderState::Final(end) if end.failure.is_none() => "success",
        OrderState::Final(_) => "failed",
    };
    format!("{}: {state}", tries.collect::<Vec<_>>().join(", "))
}

async fn later(shop: &TestShop, minutes: i64, seconds: i64, replies: usize) -> Vec<String> {
    shop.note(&format!("-- {minutes} min {seconds} s later"));
    shop.pass(TimeDelta::minutes(minutes) + TimeDelta::seconds(seconds));
    shop.hear(replies).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_goes_on_to_the_next_route_unless_it_lies_with_the_customer() {
    let shop = TestShop::with(rich()).await;
    for (dest, expected) in [
        ("081234567890", "kios: success"),
        // Wrong number, expired, inactive: another supplier would say the same.
        ("081234567811", "kios: failed"),
        ("081234567812", "kios: failed"),
        ("081234567813", "kios: failed"),
        // Disturbed, product unknown, cut off: there the other one is asked.
        ("081234567814", "kios, xgate: failed"),
        ("081234567816", "kios, xgate: failed"),
        ("081234567818", "kios, xgate: failed"),
    ] {
        shop.say(&reseller(), &format!("S10.{dest}.1234"), 1).await;
        let id = shop.store.orders_of(konter_core::ids::AgentId(1), Some(dest), None, 1).await.unwrap()[0].id;
        assert_eq!(route(&shop, id.0).await, expected, "{dest}");
    }
    // Pending and in doubt: nobody else is asked, however long it takes.
    for dest in ["081234567823", "081234567805"] {
        shop.say(&reseller(), &format!("S10.{dest}.1234"), 1).await;
        let id = shop.store.orders_of(konter_core::ids::AgentId(1), Some(dest), None, 1).await.unwrap()[0].id;
        assert_eq!(route(&shop, id.0).await, "kios: open", "{dest}");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unreachable_supplier_is_passed_over_and_then_left_alone() {
    // A port where nobody listens.
    let shop = TestShop::with(rich().set("SUPPLIER_KIOS_URL", "http://127.0.0.1:1")).await;
    for n in 0..6 {
        shop.say(&reseller(), &format!("S10.08123456789{n}.1234"), 1).await;
    }
    assert_eq!(route(&shop, 1).await, "kios (not sent), xgate: success");
    assert_eq!(route(&shop, 5).await, "kios (not sent), xgate: success");
    assert_eq!(route(&shop, 6).await, "xgate: success", "five in a row were enough");
    shop.say(&reseller(), "S5.081234567890.1234", 1).await;
    shop.say(&admin(), "/supplier kios", 1).await;
    shop.note("-- 31 s later one order sees whether it works again");
    shop.pass(TimeDelta::seconds(31));
    shop.say(&reseller(), "S10.081234567896.1234", 1).await;
    assert_eq!(route(&shop, 7).await, "kios (not sent), xgate: success");
    shop.say(&reseller(), "S10.081234567897.1234", 1).await;
    assert_eq!(route(&shop, 8).await, "xgate: success", "it does not, and rests for longer");
    insta::assert_snapshot!("unreachable", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn admins_stop_a_supplier_and_let_it_go_on() {
    let shop = TestShop::with(rich()).await;
    shop.say(&reseller(), "/supplier kios jeda", 1).await;
    shop.say(&admin(), "/supplier kois jeda", 1).await;
    shop.say(&admin(), "/supplier kios jeda deposit habis", 1).await;
    shop.say(&reseller(), "S5.081234567890.1234", 1).await;
    shop.say(&reseller(), "S10.081234567890.1234", 1).await;
    assert_eq!(route(&shop, 1).await, "xgate: success");
    shop.tap(&admin(), "Lanjut kios", 1).await;
    shop.say(&reseller(), "S5.081234567890.1234", 1).await;
    shop.tap(&admin(), "Jeda kios", 1).await;
    shop.say(&admin(), "/log", 1).await;
    insta::assert_snapshot!("pause", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn admins_say_which_route_comes_first() {
    let shop = TestShop::with(rich()).await;
    shop.say(&admin(), "/prioritas S10 kios 3", 1).await;
    shop.say(&reseller(), "S10.081234567890.1234", 1).await;
    assert_eq!(route(&shop, 1).await, "xgate: success");
    shop.say(&admin(), "/supplier kios prioritas 1", 1).await;
    shop.say(&reseller(), "S10.081234567891.1234", 1).await;
    assert_eq!(route(&shop, 2).await, "kios: success");
    shop.say(&admin(), "/tutup S10 kios", 1).await;
    shop.say(&reseller(), "S10.081234567892.1234", 1).await;
    assert_eq!(route(&shop, 3).await, "xgate: success");
    shop.say(&admin(), "/buka S10 kios", 1).await;
    shop.say(&admin(), "/supplier kios prioritas hapus", 1).await;
    shop.say(&admin(), "/prioritas S10 ppob 1", 1).await;
    shop.say(&admin(), "/prioritas SX10 kios 1", 1).await;
    insta::assert_snapshot!("priorities", shop.close().await);
}

/// As an owner types it who wants the other supplier to be tried first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_supplier_that_is_named_first_is_tried_first() {
    let shop = TestShop::with(rich()).await;
    let said = shop.say(&admin(), "/prioritas S10 xgate 1", 1).await;
    assert!(said[0].contains("1) xgate TS10") && said[0].contains("2) kios S10"), "{said:?}");
    shop.say(&reseller(), "S10.081234567890.1234", 1).await;
    assert_eq!(route(&shop, 1).await, "xgate: success");
    shop.say(&admin(), "/prioritas S10 kios 0", 1).await;
    shop.say(&reseller(), "S10.081234567891.1234", 1).await;
    assert_eq!(route(&shop, 2).await, "kios: success");
    shop.note("-- what is set for all of a supplier's products is said where it counts before that");
    shop.say(&admin(), "/supplier xgate prioritas 5", 1).await;
    let said = shop.say(&admin(), "/prioritas S10 xgate 1", 1).await;
    assert!(said[0].contains("1) kios S10"), "{said:?}");
    assert!(said[0].contains("prioritas 1 (tetapi 5 untuk semua produk xgate)"), "{said:?}");
    shop.say(&reseller(), "S10.081234567892.1234", 1).await;
    assert_eq!(route(&shop, 3).await, "kios: success");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_admins_set_outlives_a_restart() {
    let store = Store::new(MemoryStore::new());
    let shop = TestShop::on(store.clone(), rich()).await;
    shop.say(&admin(), "/supplier kios jeda", 1).await;
    shop.say(&admin(), "/prioritas S10 kios 3", 1).await;
    shop.close().await;
    let shop = TestShop::on(store, rich()).await;
    shop.shop.recover().await.unwrap();
    shop.say(&reseller(), "S5.081234567890.1234", 1).await;
    shop.say(&reseller(), "S10.081234567890.1234", 1).await;
    assert_eq!(route(&shop, 1).await, "xgate: success");
    let said = shop.say(&admin(), "/supplier kios", 1).await;
    assert!(said[0].contains("dijeda"), "{said:?}");
    shop.close().await;
}

/// Nothing has left: there is nothing to ask a supplier, and nothing it can have delivered. Somebody may have seen to it by hand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_was_never_sent_is_not_asked_about_and_decided_only_by_a_yes() {
    let shop = TestShop::with(by_night()).await;
    shop.say(&reseller(), "ANTRI.YA", 1).await;
    shop.say(&reseller(), "S5.081234567890.1234", 1).await;
    let said = shop.say(&admin(), "/cekulang 1", 1).await;
    assert!(said[0].contains("belum pernah dikirim") && !said[0].contains("terbeli dua kali"), "{said:?}");
    let said = shop.say(&admin(), "/sukses 1 0041000987654321", 1).await;
    assert!(said[0].contains("belum pernah dikirim") && said[0].contains("YA."), "{said:?}");
    assert!(order(&shop, 1).await.is_open());
    shop.tap(&admin(), "Ya, lanjutkan", 2).await;
    assert_eq!(route(&shop, 1).await, "kios (not sent): success");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_wait_for_the_end_of_a_break_if_their_reseller_lets_them() {
    let shop = TestShop::with(by_night()).await;
    shop.say(&reseller(), "S5.081234567890.1234", 1).await;
    shop.say(&reseller(), "ANTRI", 1).await;
    shop.say(&reseller(), "ANTRI.YA", 1).await;
    shop.say(&reseller(), "S5.081234567890.1234", 1).await;
    shop.say(&reseller(), "S5.081234567891.1234", 1).await;
    shop.say(&reseller(), "S5.081234567890.1234", 1).await;
    shop.note("-- another supplier is awake");
    shop.say(&reseller(), "S10.081234567890.1234", 1).await;
    shop.say(&reseller(), "BATAL.1", 1).await;
    shop.say(&reseller(), "BATAL.1", 1).await;
    shop.say(&reseller(), "BATAL.3", 1).await;
    shop.say(&reseller(), "BATAL.99", 1).await;
    shop.say(&reseller(), "CEK", 1).await;
    assert!(shop.simulators.bought().iter().all(|bought| bought.kind != Kind::Kiosampm), "nothing leaves in the break");
    later(&shop, 30, 0, 0).await;
    assert_eq!(route(&shop, 2).await, "kios (not sent): open");
    later(&shop, 20, 0, 1).await;
    assert_eq!(route(&shop, 2).await, "kios: success");
    shop.say(&reseller(), "BATAL.2", 1).await;
    shop.say(&reseller(), "ANTRI.TIDAK", 1).await;
    insta::assert_snapshot!("queue", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_waits_outlives_a_restart_but_not_its_time() {
    // When it is started again, and what becomes of the order then.
    for (start, replies, expected) in [
        (at(24, 10), 0, "kios (not sent): open"),
        (at(24, 40), 1, "kios: success"),
        // Half an hour after it could have been bought nobody waits for it any more.
        (at(25, 10), 1, "kios (not sent): failed"),
    ] {
        let store = Store::new(MemoryStore::new());
        let shop = TestShop::on(store.clone(), by_night()).await;
        shop.say(&reseller(), "ANTRI.YA", 1).await;
        shop.say(&reseller(), "S5.081234567890.1234", 1).await;
        let held = shop.available(1).await;
        shop.close().await;
        let shop = TestShop::on(store, Setup { start, ..by_night() }).await;
        assert_eq!(shop.available(1).await, held, "the money is held meanwhile");
        shop.shop.recover().await.unwrap();
        shop.hear(replies).await;
        assert_eq!(route(&shop, 1).await, expected, "{start}");
        shop.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_a_break_and_taking_back_race_for_an_order() {
    for _ in 0..10 {
        let shop = TestShop::with(by_night()).await;
        shop.say(&reseller(), "ANTRI.YA", 1).await;
        shop.say(&reseller(), "S5.081234567890.1234", 1).await;
        shop.pass(TimeDelta::minutes(50));
        shop.shop.receive(vec![shop.message(&reseller(), "BATAL.1")]).await.unwrap();
        shop.becomes("final", async || !order(&shop, 1).await.is_open()).await;
        let bought = shop.simulators.bought().iter().filter(|bought| bought.times_delivered > 0).count();
        let is_success = order(&shop, 1).await.is_success();
        assert_eq!(bought, usize::from(is_success), "taken back or bought, never both");
        shop.close().await;
    }
}

/// Until an order was asked about so often, and its supplier has answered.
async fn is_asked(shop: &TestShop, id: u64, times: usize) {
    let answers = async || {
        let order = order(shop, id).await;
        order.current().unwrap().replies.iter().filter(|reply| reply.to == "status").count()
    };
    shop.becomes("asked", async || answers().await >= times).await;
}

/// Until an open order is old enough for an alert. It is asked about before, so that its card shows what was heard; and so late
/// that it is not due once more while the admins are told: which of the two came first would be chance.
async fn is_asked_and_told_of(shop: &TestShop, id: u64) {
    later(shop, 14, 30, 0).await;
    is_asked(shop, id, 1).await;
    later(shop, 0, 45, 1).await;
}

/// What an admin sees of an order that gets stuck, and does about it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stuck_order_is_decided_by_buttons() {
    let shop = TestShop::with(rich()).await;
    shop.say(&reseller(), "S5.081234567823.1234", 1).await;
    is_asked_and_told_of(&shop, 1).await;
    shop.tap(&admin(), "Tanya lagi", 1).await;
    later(&shop, 1, 5, 0).await;
    is_asked(&shop, 1, 2).await;
    shop.tap(&admin(), "Gagal", 0).await;
    shop.tap(&admin(), "Kembali", 0).await;
    shop.tap(&admin(), "Sukses…", 0).await;
    shop.say(&admin(), "0041000987654321", 2).await;
    assert_eq!(route(&shop, 1).await, "kios: success");
    shop.note("-- the next message is a message again");
    shop.say(&admin(), "0041000987654321", 1).await;

    shop.say(&reseller(), "S5.081234567723.1234", 1).await;
    is_asked_and_told_of(&shop, 2).await;
    shop.tap(&admin(), "Gagal", 0).await;
    shop.tap(&admin(), "Ya, GAGAL", 2).await;
    assert_eq!(route(&shop, 2).await, "kios: failed");
    shop.say(&admin(), "/log", 1).await;
    insta::assert_snapshot!("stuck", shop.close().await);
}

/// After **Sukses…** an admin who goes on selling, or talking, has not told a serial number.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mistyped_order_is_no_serial_number_and_what_reads_like_none_is_asked_back() {
    let shop = TestShop::with(rich()).await;
    shop.say(&reseller(), "S5.081234567823.1234", 1).await;
    later(&shop, 16, 0, 1).await;
    shop.tap(&admin(), "Sukses…", 0).await;
    for text in ["10.08123456789O.1234", "S10.0812345.1234", "PLN2O.14027480301.1234"] {
        let said = shop.say(&admin(), text, 1).await;
        assert!(!said[0].contains("YA."), "{text}: {said:?}");
        assert!(order(&shop, 1).await.is_open(), "{text}");
    }
    let said = shop.say(&admin(), "sudah masuk kak", 1).await;
    assert!(said[0].contains("Apa ini benar SN-nya: sudah masuk kak"), "{said:?}");
    assert!(order(&shop, 1).await.is_open());
    shop.tap(&admin(), "Batal", 0).await;
    let said = shop.say(&admin(), "SN: A-77", 1).await;
    assert!(order(&shop, 1).await.is_open(), "{said:?}");
    shop.tap(&admin(), "Ya, lanjutkan", 2).await;
    assert_eq!(route(&shop, 1).await, "kios: success");
    shop.close().await;
}

/// A number typed after something else may be anything; a short one is asked about, not refused without a word.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_typed_after_something_else_is_asked_back() {
    let shop = TestShop::with(rich()).await;
    shop.say(&reseller(), "S5.081234567823.1234", 1).await;
    later(&shop, 16, 0, 1).await;
    shop.note("-- a no that was said of another attempt is shown anew");
    shop.tap(&admin(), "Gagal", 0).await;
    let sure = shop.tap_on(&admin(), "Ya, GAGAL");
    assert_eq!(sure.text, "!failed 1 1");
    shop.receive(InboxMessage { text: "!failed 1 2".to_owned(), ..sure }, 0).await;
    assert!(order(&shop, 1).await.is_open());
    shop.tap(&admin(), "Kembali", 0).await;
    shop.note("-- something else came between");
    let delivered = shop.tap_on(&admin(), "Sukses…");
    shop.receive(delivered.clone(), 0).await;
    shop.say(&admin(), "/pending", 1).await;
    let said = shop.say(&admin(), "0041000987654321", 1).await;
    assert!(said[0].contains("Apa ini benar SN-nya: 0041000987654321"), "{said:?}");
    assert!(order(&shop, 1).await.is_open());
    shop.tap(&admin(), "Batal", 0).await;
    shop.note("-- a short one");
    shop.receive(InboxMessage { message: "tap again".to_owned(), ..delivered }, 0).await;
    let said = shop.say(&admin(), "12345678", 1).await;
    assert!(said[0].contains("Apa ini benar SN-nya: 12345678"), "{said:?}");
    shop.tap(&admin(), "Batal", 0).await;
    let said = shop.say(&admin(), "/sukses 1 1234", 1).await;
    assert!(said[0].contains("Apa ini benar SN-nya: 1234"), "{said:?}");
    assert!(order(&shop, 1).await.is_open());
    shop.tap(&admin(), "Ya, lanjutkan", 2).await;
    assert_eq!(route(&shop, 1).await, "kios: success");
    shop.close().await;
}

/// An order that ends by itself while its alert is open is put right there, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_says_when_nobody_is_needed_any_more() {
    let shop = TestShop::with(Setup { hold_callbacks: true, ..rich() }).await;
    shop.say(&reseller(), "T5.089612345601.1234", 1).await;
    later(&shop, 16, 0, 1).await;
    shop.note("-- the supplier reports");
    shop.let_callbacks_in(1).await;
    insta::assert_snapshot!("settled", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_stuck_orders_are_told_together() {
    let shop = TestShop::with(rich()).await;
    let orders = 40;
    let messages = (0..orders).map(|n| shop.message(&reseller(), &format!("S5.08123{n:05}23.1234"))).collect();
    shop.shop.receive(messages).await.unwrap();
    shop.hear(orders).await;
    shop.pass(TimeDelta::minutes(16));
    let escalated = async || shop.store.open_orders().await.unwrap().iter().filter(|o| o.escalated).count();
    shop.becomes("told", async || escalated().await == orders).await;
    shop.pass(TimeDelta::seconds(65));
    let said = async |wanted: fn(&Reply) -> bool| {
        let rows = shop.store.outbox(&admin(), 1_000).await.unwrap();
        rows.iter().filter(|row| matches!(&row.payload, Payload::Reply(reply) if wanted(reply))).count()
    };
    let digest = |reply: &Reply| matches!(reply, Reply::Routing(said) if matches!(**said, RoutingReply::AlertManyOverdue { count: 40 }));
    shop.becomes("told together", async || said(digest).await == 1).await;
    assert!(said(|reply| matches!(reply, Reply::AlertOverdue(_))).await <= MOST_CARDS);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_low_deposit_is_told_once() {
    // The simulator begins with 100.000.000.
    let shop = TestShop::with(rich().set("SUPPLIER_KIOS_LOW_BALANCE", "99999999")).await;
    let said = shop.say(&reseller(), "S5.081234567890.1234", 2).await;
    assert!(said.iter().any(|text| text.contains("DEPOSIT MENIPIS di kios")), "{said:?}");
    shop.say(&reseller(), "S5.081234567891.1234", 1).await;
    let said = shop.say(&admin(), "/supplier kios", 1).await;
    assert!(said[0].contains("MENIPIS"), "{said:?}");
    shop.close().await;
}

/// Low is told once, again only after it has risen, and a restart is no reason to tell it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deposit_that_has_risen_is_told_again_when_it_is_low() {
    let store = Store::new(MemoryStore::new());
    let begins_with =
        |rupiah| Setup { kios_deposit: Some(rupiah), ..rich() }.set("SUPPLIER_KIOS_LOW_BALANCE", "500000");
    let warned = |said: &[String]| said.iter().filter(|text| text.contains("DEPOSIT MENIPIS di kios")).count();
    // The chats go on counting their messages.
    let counts_on = |shop: &TestShop| (0..10).for_each(|_| drop(shop.message(&reseller(), "")));
    let risen =
        async |shop: &TestShop| !shop.store.all_supplier_overrides().await.unwrap().iter().any(|row| row.told_low);

    let shop = TestShop::on(store.clone(), begins_with(503_000)).await;
    let said = shop.say(&reseller(), "S5.081234567890.1234", 2).await;
    assert_eq!(warned(&said), 1, "{said:?}");
    shop.say(&reseller(), "S5.081234567891.1234", 1).await;
    assert!(!risen(&shop).await);
    shop.close().await;

    let shop = TestShop::on(store.clone(), begins_with(480_000)).await;
    counts_on(&shop);
    shop.shop.recover().await.unwrap();
    shop.say(&reseller(), "S5.081234567892.1234", 1).await;
    assert!(!risen(&shop).await);
    // Back at its level it is low no more; what is known of that is kept, too.
    shop.simulators.set_balance(Kind::Kiosampm, 2_000_000);
    shop.say(&reseller(), "S5.081234567893.1234", 1).await;
    shop.becomes("known to have risen", async || risen(&shop).await).await;
    shop.close().await;

    let shop = TestShop::on(store, begins_with(503_000)).await;
    counts_on(&shop);
    counts_on(&shop);
    shop.shop.recover().await.unwrap();
    let said = shop.say(&reseller(), "S5.081234567894.1234", 2).await;
    assert_eq!(warned(&said), 1, "{said:?}");
    shop.say(&reseller(), "S5.081234567895.1234", 1).await;
    shop.close().await;
}

/// What was said of an order cannot make it leave twice, also when a supplier lets one request in a second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_only_slow_down() {
    let setup = rich().set("SUPPLIER_KIOS_CONCURRENCY", "1").set("SUPPLIER_KIOS_RATE", "20");
    let shop = TestShop::with(setup).await;
    let messages = (0..10).map(|n| shop.message(&reseller(), &format!("S5.08123456{n}00.1234"))).collect();
    let started = Instant::now();
    shop.shop.receive(messages).await.unwrap();
    shop.hear(10).await;
    assert!(started.elapsed() >= Duration::from_millis(400), "ten at twenty a second: {:?}", started.elapsed());
    assert_eq!(shop.simulators.bought().len(), 10);
    shop.close().await;
}
