//! One konter ordering at another: a thousand orders, with answers lost, requests doubled, both shops restarted between
//! them. At the end both books tell the same story, or an admin has been told why not, and nothing was delivered twice.

use super::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use super::reports::carry;
use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use konter::shop::suppliers::Supplier;
use konter_core::catalog::{Product, parse_catalog};
use konter_core::ids::{AgentId, ChatId, Reference};
use konter_core::order::Order;
use konter_core::outcome::{Delivery, Details, Doubt, FailureKind, Outcome, Reading};
use konter_store::{MessageKey, Store};
use konter_suppliers::client::{Client, SendError, Transport};
use konter_suppliers::protocol::Now;
use konter_suppliers::{Buy, Callback, Protocol, ProtocolKind, Request, Response};
use parking_lot::Mutex;
use secrecy::SecretString;

/// A few are refused at once while the other shop restarts: its supplier is resting.
const ORDERS: usize = 1_100;
const AT_LEAST: usize = 1_000;
const BATCH: usize = 55;
const RICH: i64 = 100_000_000;
const CATALOG: &str = "code,name,category,operator,kind,nominal,price,supplier,sku,denom,cost,priority,open
P10,Telkomsel 10.000,Pulsa,telkomsel,topup,10000,11000,pusat,S10,,10500,1,yes
";
/// What becomes of them at the simulated supplier behind both shops: delivered, refused, pending and then either, pending
/// until asked, lost on the way, taken back, delivered after all, told twice.
const ENDINGS: [&str; 14] = ["00", "33", "44", "55", "66", "11", "12", "20", "01", "02", "03", "05", "06", "21"];

/// The client's side, as `OtomaX` clients do it: the same request once more, with `check=1`, tells how an order stands.
struct Otomax;

impl Otomax {
    fn request(buy: &Buy<'_>, check: bool) -> Request {
        let mut query = vec![
            ("memberID", "KR0001".to_owned()),
            ("product", buy.sku.to_owned()),
            ("dest", buy.dest.to_owned()),
            ("refID", buy.reference.to_string()),
            ("sign", sign(&format!("KR0001|{}|{}|{}", buy.sku, buy.dest, buy.reference))),
        ];
        if check {
            query.push(("check", "1".to_owned()));
        }
        Request::get("/h2h/trx", query)
    }

    fn read(buy: &Buy<'_>, text: &str) -> Reading {
        let head = format!("R#{} {}.{} ", buy.reference, buy.sku, buy.dest);
        let Some(rest) = text.strip_prefix(&head) else { return Reading::unknown(Doubt::NotUnderstood) };
        Reading::new(if rest.starts_with("akan diproses. ") {
            Outcome::Pending
        } else if let Some((sn, _)) = rest.strip_prefix("SUKSES. SN: ").and_then(|rest| rest.split_once(". Saldo ")) {
            Outcome::Success(Delivery { sn: sn.to_owned(), details: Details::new() })
        } else if rest.starts_with("GAGAL. ") {
            Outcome::Failed(FailureKind::Refused)
        } else {
            Outcome::Unknown(Doubt::NotUnderstood)
        })
    }
}

impl Protocol for Otomax {
    fn purchase(&self, buy: &Buy<'_>, _: NaiveDateTime) -> Request {
        Self::request(buy, false)
    }

    fn read_purchase(&self, buy: &Buy<'_>, response: &Response) -> Reading {
        Self::read(buy, &response.text())
    }

    fn can_check(&self) -> bool {
        true
    }

    /// By turns the question and the whole order again: both must be only a question.
    fn status(&self, buy: &Buy<'_>, _: DateTime<Utc>, now: &Now) -> Option<Request> {
        Some(Self::request(buy, now.utc.timestamp() % 2 == 0))
    }

    fn callback_reference(&self, callback: &Callback) -> Option<Reference> {
        callback.param("refid")?.parse().ok()
    }

    fn read_callback(&self, buy: &Buy<'_>, callback: &Callback) -> Reading {
        Self::read(buy, callback.param("message").unwrap_or_default())
    }

    fn secrets(&self) -> Vec<&SecretString> {
        Vec::new()
    }
}

/// The line between the two shops, and what it does to a request.
#[derive(Clone, Default)]
struct Line {
    to: Arc<Mutex<String>>,
    /// Faults among a hundred requests.
    faults: Arc<AtomicU32>,
    chance: Arc<AtomicU64>,
    lost: Arc<AtomicU32>,
    doubled: Arc<AtomicU32>,
}

impl Line {
    fn to(&self, shop: &TestShop) {
        *self.to.lock() = format!("http://{}", shop.address);
    }

    /// Below a hundred, the same in every run for the same request.
    fn dice(&self) -> u32 {
        let n = self.chance.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        u32::try_from((n ^ (n >> 29)) % 100).unwrap()
    }
}

#[async_trait]
impl Transport for Line {
    async fn send(&self, request: &Request) -> Result<Response, SendError> {
        let to = self.to.lock().clone();
        let client = Client::new(&to, Duration::from_secs(5)).unwrap();
        let faults = self.faults.load(Ordering::Relaxed);
        match self.dice() {
            dice if dice * 4 < faults => Err(SendError::NotSent("no connection".to_owned())),
            dice if dice * 4 < 3 * faults => {
                // It arrived, and nobody heard of it.
                let _ = client.send(request).await;
                self.lost.fetch_add(1, Ordering::Relaxed);
                Err(SendError::MaybeSent(Doubt::ConnectionLost, "lost".to_owned()))
            }
            dice if dice < faults => {
                self.doubled.fetch_add(1, Ordering::Relaxed);
                let (one, _) = futures::join!(client.send(request), client.send(request));
                one
            }
            _ => client.send(request).await,
        }
    }
}

fn client_setup(line: &Line) -> Setup {
    let supplier = Supplier::over(
        "pusat".parse().unwrap(),
        ProtocolKind::Kiosampm,
        Box::new(Otomax),
        Box::new(line.clone()),
        None,
    );
    let catalog: Vec<Product> = parse_catalog(CATALOG, None, &|_| false).unwrap();
    Setup { balance: RICH, catalog, peers: vec![supplier], ..Setup::default() }
}

fn number(n: usize) -> String {
    format!("0812{:06}{}", n * 10 + 5, ENDINGS[n % ENDINGS.len()])
}

async fn tell(shop: &TestShop, text: &str) {
    shop.shop.receive(vec![shop.message(&reseller(), text)]).await.unwrap();
    shop.answers_all().await;
}

/// Time passes at both shops until every order is final.
async fn settle(shops: [&TestShop; 2], carrying: &super::reports::Carrying, steps: usize) {
    for _ in 0..steps {
        let [one, other] = [shops[0].store.open_orders().await.unwrap(), shops[1].store.open_orders().await.unwrap()];
        if one.is_empty() && other.is_empty() {
            break;
        }
        let _ = carrying.waiting.send(ChatId::h2h(AgentId(1)));
        tokio::time::sleep(Duration::from_millis(40)).await;
        for shop in shops {
            shop.pass(TimeDelta::seconds(15));
        }
    }
}

/// Every order of a shop's reseller, by the number it went to.
async fn orders(store: &Store) -> BTreeMap<String, Order> {
    let mut found = BTreeMap::new();
    let mut before = None;
    loop {
        let page = store.orders_of(AgentId(1), None, before, 200).await.unwrap();
        let Some(last) = page.last() else { return found };
        before = Some(last.id);
        for order in page {
            assert!(found.insert(order.dest.clone(), order).is_none(), "two orders to one number");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_orders_from_one_konter_at_another_end_the_same_in_both_books() {
    let line = Line::default();
    line.faults.store(24, Ordering::Relaxed);
    let pepper = konter::shop::pins::Pepper::mark(&"a pepper of some length".into()).await.unwrap().0;
    let server_setup =
        || Setup { balance: RICH, kios_deposit: Some(RICH), pepper: Some(pepper.clone()), ..Setup::default() };
    let mut server = TestShop::with(server_setup()).await;
    let mut client = TestShop::with(client_setup(&line)).await;
    tell(&server, &format!("API.{PASSWORD}.{PIN}")).await;
    tell(&server, &format!("APIIP.127.0.0.1.{PIN}")).await;
    let (mut restarts, mut decided) = (0, 0);
    let mut carrying = carry(&server, true);
    for batch in 0..ORDERS / BATCH {
        line.to(&server);
        tell(&server, &format!("APIREPORT.http://{}/callback/pusat.{PIN}", client.address)).await;
        let numbers = (batch * BATCH..(batch + 1) * BATCH).map(number);
        let messages = numbers.map(|dest| client.message(&reseller(), &format!("P10.{dest}.{PIN}"))).collect();
        client.shop.receive(messages).await.unwrap();
        match batch {
            // In the middle of it all.
            4 | 9 | 14 => {
                tokio::time::sleep(Duration::from_millis(30)).await;
                drop(carrying);
                server = server.reopen(server_setup()).await;
                line.to(&server);
                tell(&server, &format!("APIREPORT.http://{}/callback/pusat.{PIN}", client.address)).await;
                carrying = carry(&server, true);
                restarts += 1;
            }
            11 => {
                client.answers_all().await;
                client = client.reopen(client_setup(&line)).await;
                restarts += 1;
            }
            _ => {}
        }
        client.answers_all().await;
        let _ = carrying.waiting.send(ChatId::h2h(AgentId(1)));
        for shop in [&client, &server] {
            shop.pass(TimeDelta::seconds(41));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    line.faults.store(0, Ordering::Relaxed);
    let both = [&client, &server];
    settle(both, &carrying, 90).await;
    // What no supplier tells any more is a person's to decide.
    for order in server.store.open_orders().await.unwrap() {
        let is_delivered = delivered(&server).contains(&order.dest);
        let decision = if is_delivered {
            format!("/sukses {} 00{}", order.id, order.dest)
        } else {
            format!("/gagal {} tidak masuk", order.id)
        };
        server.shop.receive(vec![server.message(&crate::support::shop::admin(), &decision)]).await.unwrap();
        server.answers_all().await;
        decided += 1;
    }
    settle(both, &carrying, 90).await;
    let drained = async || {
        let _ = carrying.waiting.send(ChatId::h2h(AgentId(1)));
        server.store.outbox(&ChatId::h2h(AgentId(1)), 1).await.unwrap().is_empty()
    };
    server.becomes("all reported", drained).await;
    let (theirs, ours) = (orders(&server.store).await, orders(&client.store).await);
    assert!(ours.len() >= AT_LEAST, "{}", ours.len());
    let (mut successes, mut failures, mut never_arrived): (i64, i64, i64) = (0, 0, 0);
    let (mut delivered_there, mut contradicted): (i64, i64) = (0, 0);
    for (dest, order) in &ours {
        assert!(!order.is_open(), "{dest}: {order:#?}");
        let reference = order.current().unwrap().reference.to_string();
        let key = MessageKey::Chat { chat: ChatId::h2h(AgentId(1)), message: reference };
        if let Some(their) = theirs.get(dest) {
            assert!(server.store.answered(&key).await.unwrap().unwrap().orders == [their.id], "{dest}");
            delivered_there += i64::from(their.is_success());
            if order.is_success() != their.is_success() {
                // An answer that contradicts a report moves nothing by itself: the admins know, and decide.
                let heard = || order.attempts.iter().flat_map(|attempt| &attempt.heard);
                assert!(heard().any(|heard| heard.told), "{dest}: {order:#?}\n{their:#?}");
                contradicted += 1;
            }
        } else {
            assert!(!order.is_success(), "{dest}: {order:#?}");
            never_arrived += 1;
        }
        if order.is_success() { successes += 1 } else { failures += 1 }
    }
    println!(
        "{successes} delivered, {failures} failed, {never_arrived} of these never arrived; {} answers lost, {} requests doubled, {restarts} restarts, {decided} decided by an admin, {contradicted} left to one",
        line.lost.load(Ordering::Relaxed),
        line.doubled.load(Ordering::Relaxed)
    );
    assert!(contradicted <= 10, "{contradicted} left to the admins");
    assert!(successes > 300 && failures > 100 && line.lost.load(Ordering::Relaxed) > 20);
    // What one shop took from its reseller, the other took from its customer, but for what each keeps.
    assert_eq!(server.available(1).await, RICH - 10_500 * delivered_there);
    assert_eq!(client.available(1).await, RICH - 11_000 * successes);
    for bought in server.simulators.bought() {
        assert!(bought.times_delivered <= 1, "{bought:?}");
    }
    server.audit().await;
    client.audit().await;
}
