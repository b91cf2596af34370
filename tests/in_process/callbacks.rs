//! Suppliers' reports over real HTTP: who is believed, what changes, and what garbage does (nothing). In which bytes they come:
//! `report_bytes`.

use std::sync::Arc;
use std::time::Duration;

use crate::support::shop::{Setup, TestShop, admin, reseller};
use chrono::TimeDelta;
use konter::telemetry;
use konter_core::agent::Locale;
use konter_core::ids::{AgentId, ChatId, OrderId};
use konter_core::order::{Order, OrderState};
use konter_core::outcome::{Doubt, Outcome};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Bought by kiosampm, which says pending and nothing more, ever; then nothing is delivered.
const PENDING_FOR_EVER: &str = "081234567823";
/// The same, but it is delivered, and asking again says so.
const PENDING_DELIVERED: &str = "081234567803";
const PRICE: i64 = 5_700;
const BALANCE: i64 = 100_000;

/// A shop with one open order to that number.
struct Counter {
    shop: TestShop,
    dest: &'static str,
    reference: String,
}

/// What a supplier says of it.
#[derive(Clone, Copy)]
enum Says {
    Success,
    Failure,
    Pending,
    /// Of another number than ours.
    SuccessElsewhere,
}

impl Counter {
    async fn with(setup: Setup, dest: &'static str) -> Self {
        let shop = TestShop::with(setup).await;
        shop.say(&reseller(), &format!("S5.{dest}.1234"), 1).await;
        let order = shop.store.order(OrderId(1)).await.unwrap().unwrap();
        let reference = order.current().unwrap().reference.to_string();
        Self { shop, dest, reference }
    }

    fn text(&self, says: Says) -> String {
        let Self { dest, reference, .. } = self;
        match says {
            Says::Success => format!("#71#S5#ke:{dest}#SUKSES#SN:0041#Sisa saldo Rp.9-Rp. 1=Rp. 8#Reffid:{reference}#"),
            Says::Failure => format!("#71#S5#ke:{dest}#GAGAL; Dibatalkan provider.#Saldo Rp.9#Reffid:{reference} #"),
            Says::Pending => format!("#71#S5#ke:{dest}#akan diproses 12:00:00.#Saldo Rp.9#Reffid:{reference} #"),
            Says::SuccessElsewhere => {
                format!("#71#S5#ke:081299999999#SUKSES#SN:0041#Sisa saldo Rp.9-Rp. 1=Rp. 8#Reffid:{reference}#")
            }
        }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.shop.address)
    }

    /// The status of a report sent to `path`, with headers.
    async fn report(&self, path: &str, headers: &[(&str, &str)], says: Says) -> u16 {
        let mut request = client().get(self.url(path)).query(&[("message", self.text(says))]);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap().status().as_u16()
    }

    async fn tell_text(&self, text: &str) -> u16 {
        let request = client().get(self.url("/callback/kios")).query(&[("message", text)]);
        request.send().await.unwrap().status().as_u16()
    }

    async fn tell(&self, says: Says) -> u16 {
        self.report("/callback/kios", &[], says).await
    }

    async fn order(&self) -> Order {
        self.shop.store.order(OrderId(1)).await.unwrap().unwrap()
    }

    async fn state(&self) -> &'static str {
        match &self.order().await.state {
            OrderState::Open => "open",
            OrderState::Final(end) if end.failure.is_none() => "success",
            OrderState::Final(_) => "failed",
        }
    }

    async fn becomes(&self, state: &str) {
        self.shop.becomes(state, async || self.state().await == state).await;
    }

    /// Everything that a callback could have changed.
    async fn everything(&self) -> (Order, i64, usize) {
        let entries = self.shop.store.journal(0, 1_000).await.unwrap().len();
        (self.order().await, self.shop.available(1).await, entries)
    }
}

pub fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

pub fn usual() -> Setup {
    Setup { balance: BALANCE, ..Setup::default() }
}

#[tokio::test]
async fn an_allowed_address_is_believed() {
    for (says, state, balance) in [(Says::Success, "success", BALANCE - PRICE), (Says::Failure, "failed", BALANCE)] {
        let counter = Counter::with(usual(), PENDING_FOR_EVER).await;
        assert_eq!(counter.tell(says).await, 200);
        assert_eq!(counter.state().await, state);
        assert_eq!(counter.shop.available(1).await, balance);
        counter.shop.hear(1).await;
        counter.shop.close().await;
    }
}

#[tokio::test]
async fn a_strangers_report_only_makes_us_ask() {
    let setup = usual().set("SUPPLIER_KIOS_CALLBACK_IPS", "203.0.113.9");
    let counter = Counter::with(setup, PENDING_DELIVERED).await;
    assert_eq!(counter.tell(Says::Failure).await, 403);
    // The supplier itself says that it was delivered; the forged failure is nowhere.
    counter.becomes("success").await;
    let order = counter.order().await;
    let attempt = order.current().unwrap();
    assert_eq!(attempt.checks, 1);
    assert!(attempt.replies.iter().all(|reply| reply.to != "callback"), "{:?}", attempt.replies);
    counter.shop.hear(1).await;
    counter.shop.close().await;
}

#[tokio::test]
async fn strangers_cannot_make_us_ask_all_the_time() {
    let setup = usual().set("SUPPLIER_KIOS_CALLBACK_IPS", "203.0.113.9");
    let counter = Counter::with(setup, PENDING_FOR_EVER).await;
    let checks = || async { counter.order().await.current().unwrap().checks };
    let asked = |times: u16| {
        let (counter, checks) = (&counter, &checks);
        async move {
            counter.shop.becomes("asked so often", async || checks().await >= times).await;
            assert_eq!(checks().await, times);
        }
    };
    assert_eq!(counter.tell(Says::Failure).await, 403);
    asked(1).await;
    for _ in 0..10 {
        assert_eq!(counter.tell(Says::Success).await, 403);
    }
    asked(1).await;
    counter.shop.pass(TimeDelta::seconds(61));
    assert_eq!(counter.tell(Says::Success).await, 403);
    asked(2).await;
    assert_eq!(counter.state().await, "open");
    assert_eq!(counter.shop.available(1).await, BALANCE - PRICE);
    counter.shop.close().await;
}

#[tokio::test]
async fn where_a_secret_is_set_it_must_fit() {
    let setup = usual().set("SUPPLIER_KIOS_CALLBACK_SECRET", "s3kret");
    let counter = Counter::with(setup, PENDING_FOR_EVER).await;
    for path in ["/callback/kios", "/callback/kios/s3kreT", "/callback/kios/s3kret2", "/callback/kios/%73"] {
        assert_eq!(counter.report(path, &[], Says::Success).await, 403, "{path}");
    }
    assert_eq!(counter.state().await, "open");
    assert_eq!(counter.report("/callback/kios/s3kret", &[], Says::Success).await, 200);
    assert_eq!(counter.state().await, "success");
    counter.shop.hear(1).await;
    counter.shop.close().await;
}

#[tokio::test]
async fn a_secret_alone_is_enough_and_one_nobody_asked_for_is_not() {
    let alone = usual().set("SUPPLIER_KIOS_CALLBACK_SECRET", "s3kret").set("SUPPLIER_KIOS_CALLBACK_IPS", "");
    let neither = usual().set("SUPPLIER_KIOS_CALLBACK_IPS", "");
    for (setup, path, status) in [
        (alone, "/callback/kios/s3kret", 200),
        (neither, "/callback/kios", 403),
        (usual(), "/callback/kios/guess", 403),
    ] {
        let counter = Counter::with(setup, PENDING_FOR_EVER).await;
        assert_eq!(counter.report(path, &[], Says::Success).await, status, "{path}");
        counter.shop.close().await;
    }
}

#[tokio::test]
async fn forwarded_addresses_count_only_from_a_trusted_proxy() {
    const HEADER: &str = "x-forwarded-for";
    let proxy = || vec!["127.0.0.1/32".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
    for (proxies, forwarded, status, why) in [
        (vec![], "203.0.113.9", 403, "anybody can write that"),
        (proxy(), "203.0.113.9", 200, "the proxy saw the supplier"),
        (proxy(), "::ffff:203.0.113.9", 200, "written as IPv6"),
        (proxy(), "198.51.100.1, 203.0.113.9", 200, "what stands left does not matter"),
        (proxy(), "203.0.113.9, 198.51.100.1", 403, "the supplier's address was written by a stranger"),
        (proxy(), "203.0.113.9, 10.1.1.1", 200, "two proxies"),
        (proxy(), "not an address", 403, "unreadable"),
    ] {
        let setup = usual().set("SUPPLIER_KIOS_CALLBACK_IPS", "203.0.113.9");
        let counter = Counter::with(Setup { trusted_proxies: proxies, ..setup }, PENDING_FOR_EVER).await;
        assert_eq!(counter.report("/callback/kios", &[(HEADER, forwarded)], Says::Success).await, status, "{why}");
        counter.shop.close().await;
    }
}

#[tokio::test]
async fn reports_of_nothing_we_know_change_nothing() {
    let counter = Counter::with(usual(), PENDING_FOR_EVER).await;
    let before = counter.everything().await;
    for (path, status) in [
        ("/callback/nobody", 404),
        ("/callback/NOT-AN-ID", 404),
        ("/callback/", 404),
        ("/callback", 404),
        ("/callback/kios/a/b", 404),
        ("/callback/xgate", 404),
        ("/callback/kios?message=%23", 404),
        ("/callback/kios?%ff%fe", 404),
        ("/callback/kios?message=%231%23S5%23ke:081234567823%23SUKSES%23SN:1%23Sisa%23Reffid:999%23", 404),
        ("/callback/biller?status=0&refid=1&product=T5&dest=1&message=x", 404),
        ("/callback/ppob?ref_id=1&status=1", 404),
        ("/", 404),
    ] {
        assert_eq!(client().get(counter.url(path)).send().await.unwrap().status().as_u16(), status, "{path}");
    }
    assert_eq!(counter.everything().await, before);
    counter.shop.close().await;
}

#[tokio::test]
async fn a_repeated_report_changes_nothing() {
    let counter = Counter::with(usual(), PENDING_FOR_EVER).await;
    assert_eq!(counter.tell(Says::Success).await, 200);
    counter.shop.hear(1).await;
    let before = counter.everything().await;
    for _ in 0..3 {
        assert_eq!(counter.tell(Says::Success).await, 200);
    }
    // Said in another way, it still says nothing new.
    let body = counter.text(Says::Success);
    assert_eq!(client().post(counter.url("/callback/kios")).body(body).send().await.unwrap().status().as_u16(), 200);
    let after = counter.everything().await;
    assert_eq!((&after.0.state, after.1, after.2), (&before.0.state, before.1, before.2));
    counter.shop.hear(0).await;
    counter.shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_report_many_times_at_once_counts_once() {
    let counter = Counter::with(usual(), PENDING_FOR_EVER).await;
    let reports = (0..20).map(|_| counter.tell(Says::Success));
    let statuses = futures::future::join_all(reports).await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    counter.shop.hear(1).await;
    assert_eq!(counter.shop.available(1).await, BALANCE - PRICE);
    counter.shop.close().await;
}

#[tokio::test]
async fn reports_that_contradict_are_corrected_and_the_admins_told() {
    let counter = Counter::with(usual(), PENDING_FOR_EVER).await;
    for (says, state, balance, replies) in [
        (Says::Success, "success", BALANCE - PRICE, 1),
        (Says::Pending, "success", BALANCE - PRICE, 0),
        (Says::Failure, "failed", BALANCE, 2),
        (Says::Pending, "failed", BALANCE, 0),
    ] {
        assert_eq!(counter.tell(says).await, 200);
        assert_eq!(counter.state().await, state);
        assert_eq!(counter.shop.available(1).await, balance);
        counter.shop.hear(replies).await;
    }
    // The very same success as at the beginning is the one already known, not a new word.
    assert_eq!(counter.tell(Says::Success).await, 200);
    assert_eq!(counter.state().await, "failed");
    counter.shop.hear(0).await;
    counter.shop.close().await;
}

/// The second text of a failure that was heard: a late copy under another number, with another explanation.
#[tokio::test]
async fn a_repeated_word_moves_no_money_whatever_its_bytes() {
    let counter = Counter::with(usual(), PENDING_FOR_EVER).await;
    assert_eq!(counter.tell(Says::Failure).await, 200);
    counter.shop.hear(1).await;
    assert_eq!(counter.tell(Says::Success).await, 200);
    counter.shop.hear(2).await;
    let Counter { dest, reference, .. } = &counter;
    for (number, replies) in [(72, 1), (73, 0), (74, 0)] {
        let late = format!(
            "#{number}#S5#ke:{dest}#GAGAL; Transaksi tidak dapat diproses.#Saldo Rp.{number}#Reffid:{reference} #"
        );
        assert_eq!(counter.tell_text(&late).await, 200);
        let heard = counter.shop.hear(replies).await;
        assert_eq!(heard.len(), replies, "{heard:?}");
        for text in heard {
            assert!(text.contains("mengulang kabar lama: GAGAL"), "{text}");
            assert!(text.contains("Isi pembukuan sekarang: SUKSES") && text.contains("/gagal 1"), "{text}");
        }
    }
    assert_eq!(counter.state().await, "success");
    assert_eq!(counter.shop.available(1).await, BALANCE - PRICE);
    counter.shop.close().await;
}

/// Two resellers, one product, one number: the supplier answers the second with the first one's serial number.
#[tokio::test]
async fn a_serial_number_of_another_resellers_order_is_doubt_and_never_shown() {
    let counter = Counter::with(usual(), PENDING_FOR_EVER).await;
    let other = ChatId::telegram(2002);
    counter.shop.add_agent(other.clone(), BALANCE, Locale::Id).await;
    counter.shop.say(&other, &format!("S5.{}.1234", counter.dest), 1).await;
    let second = counter.shop.store.order(OrderId(2)).await.unwrap().unwrap();
    let dest = counter.dest;
    let sukses = |reference: &str, sn: &str| {
        format!("#71#S5#ke:{dest}#SUKSES#SN:{sn}#Sisa saldo Rp.9-Rp. 1=Rp. 8#Reffid:{reference}#")
    };
    assert_eq!(counter.tell_text(&sukses(&counter.reference, "0041002345678901")).await, 200);
    counter.shop.hear(1).await;
    let theirs = second.current().unwrap().reference.to_string();
    counter.tell_text(&sukses(&theirs, "0041-0023-4567-8901")).await;
    let second = counter.shop.store.order(OrderId(2)).await.unwrap().unwrap();
    assert!(second.is_open());
    assert_eq!(second.current().unwrap().outcome, Some(Outcome::Unknown(Doubt::SerialTaken(OrderId(1)))));
    let heard = counter.shop.hear(1).await;
    assert!(heard.iter().any(|text| text.contains("milik pesanan #1")), "{heard:?}");
    assert_eq!(counter.shop.available(2).await, BALANCE - PRICE, "held, not charged twice for one delivery");
    // Its own serial number is its own.
    assert_eq!(counter.tell_text(&sukses(&theirs, "0041002345678902")).await, 200);
    let second = counter.shop.store.order(OrderId(2)).await.unwrap().unwrap();
    assert!(second.is_success());
    counter.shop.hear(1).await;
    counter.shop.close().await;
}

/// The supplier's own word comes by a status check, after it has said success with another order's serial number, or failure too.
#[tokio::test]
async fn a_check_that_brings_its_own_serial_number_ends_the_doubt_and_is_told() {
    for is_denied in [false, true] {
        let counter = Counter::with(usual(), PENDING_DELIVERED).await;
        let other = ChatId::telegram(2002);
        counter.shop.add_agent(other.clone(), BALANCE, Locale::Id).await;
        counter.shop.say(&other, &format!("S5.{}.1234", counter.dest), 1).await;
        let second = async || counter.shop.store.order(OrderId(2)).await.unwrap().unwrap();
        let (dest, theirs) = (counter.dest, second().await.current().unwrap().reference.to_string());
        for (reference, sn) in [(&counter.reference, "0041002345678901"), (&theirs, "0041-0023-4567-8901")] {
            let text = format!("#71#S5#ke:{dest}#SUKSES#SN:{sn}#Sisa saldo Rp.9-Rp. 1=Rp. 8#Reffid:{reference}#");
            assert_eq!(counter.tell_text(&text).await, 200);
            counter.shop.hear(1).await;
        }
        if is_denied {
            let text = format!("#72#S5#ke:{dest}#GAGAL; Dibatalkan provider.#Saldo Rp.9#Reffid:{theirs} #");
            assert_eq!(counter.tell_text(&text).await, 200);
            counter.shop.hear(1).await;
            assert!(second().await.is_open());
        }
        counter.shop.pass(TimeDelta::minutes(2));
        counter.shop.becomes("asked", async || second().await.is_success()).await;
        let heard = counter.shop.hear(1 + usize::from(is_denied)).await;
        assert!(heard.iter().any(|text| text.contains("SUKSES") && text.contains("SN:")), "{heard:?}");
        let told = heard.iter().any(|text| text.contains("Isi pembukuan sekarang: SUKSES"));
        assert_eq!(told, is_denied, "{heard:?}");
        assert_eq!(counter.shop.available(2).await, BALANCE - PRICE);
        counter.shop.close().await;
    }
}

/// The first sending is answered with what became of some other order to the number: nobody asks again, a person looks.
#[tokio::test]
async fn an_answer_about_an_earlier_order_settles_nothing_then_or_later() {
    let counter = Counter::with(usual(), "081234569912").await;
    let heard = counter.shop.hear(1).await;
    assert!(heard.iter().any(|text| text.contains("transaksi LAIN")), "{heard:?}");
    counter.shop.pass(TimeDelta::minutes(2));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(counter.order().await.current().unwrap().checks, 0, "the same again could buy");
    let Counter { dest, reference, .. } = &counter;
    let row_12 = format!(
        "#71#S5#ke:{dest}#SUKSES; sudah pernah jam 12:00:00 SN/Ref: 0041002345678901.#Saldo Rp.9#Reffid:{reference} #"
    );
    counter.tell_text(&row_12).await;
    assert_eq!(counter.state().await, "open");
    assert_eq!(counter.shop.available(1).await, BALANCE - PRICE);
    counter.shop.close().await;
}

/// The same price of the same supplier is no news the second time; what is lost by it meanwhile is told together.
#[tokio::test]
async fn a_charge_above_the_catalogs_is_told_once_a_day_and_its_losses_together() {
    let counter = Counter::with(usual(), PENDING_FOR_EVER).await;
    let mut told = Vec::new();
    for (id, dest, charged, hours, alerts) in [
        (1, PENDING_FOR_EVER, 5_650, 0, 1),
        (2, "081234567723", 5_650, 0, 0),
        (3, "081234567623", 8_500, 0, 1),
        (4, "081234567523", 8_500, 0, 0),
        (5, "081234567423", 5_650, 25, 1),
    ] {
        if id == 5 {
            counter.shop.pass(TimeDelta::minutes(16));
            let together = counter.shop.hear(1).await.join("\n");
            assert!(
                together.contains("1 transaksi lagi") && together.contains("S5 lewat kios, dipotong 8.500"),
                "{together}"
            );
        }
        counter.shop.pass(TimeDelta::hours(hours));
        if id > 1 {
            counter.shop.say(&reseller(), &format!("S5.{dest}.1234"), 1).await;
        }
        let order = counter.shop.store.order(OrderId(id)).await.unwrap().unwrap();
        let reference = order.current().unwrap().reference;
        let left = 20_000 - charged;
        let text = format!(
            "#71#S5#ke:{dest}#SUKSES#SN:004100{id}#Sisa saldo Rp.20000-Rp. {charged}=Rp. {left}#Reffid:{reference}#"
        );
        assert_eq!(counter.tell_text(&text).await, 200);
        let heard = counter.shop.hear(1 + alerts).await;
        let dearer = heard.iter().find(|text| text.contains("supplier memotong"));
        told.push(dearer.map(|text| text.contains("RUGI")));
    }
    assert_eq!(told, [Some(false), None, Some(true), None, Some(false)]);
    let shown = counter.shop.say(&admin(), "/order 3", 1).await;
    assert!(shown.iter().any(|text| text.contains("dipotong supplier 8.500")), "{shown:?}");
    counter.shop.close().await;
}

#[tokio::test]
async fn a_failure_and_then_a_success_is_charged_again() {
    let counter = Counter::with(usual(), PENDING_FOR_EVER).await;
    assert_eq!(counter.tell(Says::Failure).await, 200);
    counter.shop.hear(1).await;
    assert_eq!(counter.tell(Says::Success).await, 200);
    counter.shop.hear(2).await;
    assert_eq!(counter.state().await, "success");
    assert_eq!(counter.shop.available(1).await, BALANCE - PRICE);
    counter.shop.close().await;
}

#[tokio::test]
async fn a_report_that_does_not_fit_the_order_is_taken_for_nothing() {
    let counter = Counter::with(usual(), PENDING_FOR_EVER).await;
    assert_eq!(counter.tell(Says::SuccessElsewhere).await, 200);
    assert_eq!(counter.state().await, "open");
    assert_eq!(counter.shop.available(1).await, BALANCE - PRICE);
    counter.shop.close().await;
}

#[tokio::test]
async fn another_suppliers_word_about_the_order_does_not_count() {
    let counter = Counter::with(usual(), PENDING_FOR_EVER).await;
    let Counter { reference, dest, .. } = &counter;
    for path in [
        format!("/callback/ppob?ref_id={reference}&code=S5&destination={dest}&status=success&sn=1"),
        format!(
            "/callback/biller?status=0&refid={reference}&product=S5&qty=1&dest={dest}&message=Transaksi+S5.{dest}+SUKSES,+SN:+1"
        ),
        format!("/callback/tele?refid={reference}"),
    ] {
        assert_eq!(client().get(counter.url(&path)).send().await.unwrap().status().as_u16(), 404, "{path}");
    }
    assert_eq!(counter.state().await, "open");
    counter.shop.close().await;
}

/// The report overtakes the answer, which then says pending.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_before_the_answer_stands() {
    let counter = Counter::with(usual(), "081234567821").await;
    assert_eq!(counter.state().await, "success");
    assert_eq!(counter.shop.available(1).await, BALANCE - PRICE);
    counter.shop.close().await;
}

#[tokio::test]
async fn garbage_and_monsters_are_refused_politely() {
    let counter = Counter::with(usual(), PENDING_FOR_EVER).await;
    let before = counter.everything().await;
    let url = counter.url("/callback/kios");
    let post = |body: Vec<u8>| client().post(&url).body(body).send();
    for body in [
        Vec::new(),
        vec![0; 1_000],
        (0..=255).cycle().take(10_000).collect(),
        b"{\"a\":".repeat(1_000),
        b"<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>".to_vec(),
        "#".repeat(60_000).into_bytes(),
        "%23".repeat(20_000).into_bytes(),
        "\u{202e}#SUKSES#\u{0}".into(),
    ] {
        let status = post(body.clone()).await.unwrap().status().as_u16();
        assert_eq!(status, 404, "{:?}", String::from_utf8_lossy(&body).chars().take(40).collect::<String>());
    }
    assert_eq!(post(vec![b'x'; 65 * 1024]).await.unwrap().status().as_u16(), 413);
    for method in [reqwest::Method::PUT, reqwest::Method::DELETE, reqwest::Method::HEAD] {
        let status = client().request(method, &url).send().await.unwrap().status().as_u16();
        assert!((400..500).contains(&status), "{status}");
    }
    for (supplier, body) in [("xgate", "<methodCall>".repeat(1_000)), ("biller", "{".repeat(10_000))] {
        let answer = client().post(counter.url(&format!("/callback/{supplier}"))).body(body).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 404, "{supplier}");
    }
    assert_eq!(counter.everything().await, before);
    counter.shop.close().await;
}

/// One that sends half a report and waits is cut off, however much it promises.
#[tokio::test]
async fn who_dribbles_is_cut_off() {
    let setup = Setup { request_limit: Duration::from_millis(300), ..usual() };
    let counter = Counter::with(setup, PENDING_FOR_EVER).await;
    let talk = |head: &'static str| async {
        let mut stream = TcpStream::connect(counter.shop.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = vec![0; 64];
        let read = tokio::time::timeout(Duration::from_secs(15), stream.read(&mut answer)).await;
        let length = read.expect("still waiting").unwrap_or(0);
        String::from_utf8_lossy(&answer[..length]).into_owned()
    };
    let (slow, large) = tokio::join!(
        talk("POST /callback/kios HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n#1#S5"),
        talk("POST /callback/kios HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n#1#S5"),
    );
    assert!(slow.starts_with("HTTP/1.1 408"), "{slow}");
    assert!(large.starts_with("HTTP/1.1 408"), "{large}");
    counter.shop.close().await;
}

#[tokio::test]
async fn health_says_whether_orders_can_be_taken() {
    let counter = Counter::with(usual(), PENDING_FOR_EVER).await;
    let answer = client().get(counter.url("/health")).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(answer.text().await.unwrap(), r#"{"status":"ok","open_orders":1,"suppliers":5}"#);
    counter.shop.close().await;

    let empty = TestShop::with(Setup { catalog: Vec::new(), ..usual() }).await;
    let answer = client().get(format!("http://{}/health", empty.address)).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 503);
    assert_eq!(answer.text().await.unwrap(), r#"{"reason":"the catalog is empty","status":"unavailable"}"#);
    empty.close().await;
}

#[tokio::test]
async fn metrics_count_what_happens() {
    // Of this thread, on which all of this shop runs: other tests count elsewhere.
    let figures = telemetry::figures();
    let _counting = metrics::set_default_local_recorder(&figures);
    let setup = Setup { metrics: Some(Arc::clone(&figures)), ..usual() };
    let counter = Counter::with(setup, PENDING_FOR_EVER).await;
    assert_eq!(counter.tell(Says::Success).await, 200);
    let text = client().get(counter.url("/metrics")).send().await.unwrap().text().await.unwrap();
    for line in [
        r#"konter_callbacks_total{supplier="kios",fate="taken"}"#,
        r#"konter_orders_final_total{supplier="kios",verdict="success"}"#,
        r#"konter_supplier_seconds_count{supplier="kios",request="purchase",outcome="answered"}"#,
        "konter_answer_seconds_count",
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
    for secret in ["rahasia-kios", "1234\""] {
        assert!(!text.contains(secret), "{text}");
    }
    counter.shop.hear(1).await;
    assert_eq!(counter.shop.store.orders_of(AgentId(1), None, None, 10).await.unwrap().len(), 1);
    counter.shop.close().await;
}
