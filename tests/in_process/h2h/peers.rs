//! One konter ordering at another by the shipped `otomax` recipe: a thousand orders over a line that resets connections,
//! loses answers, doubles requests and delays, doubles or refuses reports, with both shops restarted between them. At the
//! end both books tell the same story, or an admin has been told why not, and nothing was delivered twice.

use super::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::reports::carry;
use async_trait::async_trait;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use chrono::TimeDelta;
use konter::shop::suppliers::Supplier;
use konter_core::catalog::{Product, parse_catalog};
use konter_core::ids::{AgentId, ChatId};
use konter_core::order::Order;
use konter_core::outcome::Doubt;
use konter_store::{MessageKey, Store};
use konter_suppliers::client::{Client, SendError, Transport};
use konter_suppliers::protocol::Options;
use konter_suppliers::{Protocol, ProtocolKind, Request, Response};
use parking_lot::Mutex;

/// Some are refused at once while the other shop restarts: its supplier is resting. How many depends on the machine, so more
/// batches follow until there are enough.
const ORDERS: usize = 1_265;
const AT_LEAST: usize = 1_000;
const BATCH: usize = 55;
const MOST_BATCHES: usize = 100;
const RICH: i64 = 100_000_000;
const CATALOG: &str = "code,name,category,operator,kind,nominal,price,supplier,sku,denom,cost,priority,open
P10,Telkomsel 10.000,Pulsa,telkomsel,topup,10000,11000,pusat,S10,,10500,1,yes
";
/// What becomes of them at the simulated supplier behind both shops: delivered, refused, pending and then either, pending
/// until asked, lost on the way, taken back, delivered after all, told twice.
const ENDINGS: [&str; 14] = ["00", "33", "44", "55", "66", "11", "12", "20", "01", "02", "03", "05", "06", "21"];

/// The client's side: the shipped recipe, set up as any shop does.
fn otomax() -> Box<dyn Protocol> {
    let settings = [("RECIPE", "otomax"), ("SET_MEMBERID", "KR0001"), ("SET_PIN", PIN), ("SET_PASSWORD", PASSWORD)];
    let lookup = |name: &str| settings.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    ProtocolKind::Recipe.configure(&Options::new(&lookup)).unwrap()
}

/// The line between the two shops, and what it does to requests one way and reports the other.
#[derive(Clone, Default)]
struct Line {
    /// Where the shop that sells is, and the one that orders.
    server: Arc<Mutex<String>>,
    client: Arc<Mutex<String>>,
    /// Faults among a hundred requests.
    faults: Arc<AtomicU32>,
    chance: Arc<AtomicU64>,
    /// Requests that broke off before they arrived, and after.
    vanished: Arc<AtomicU32>,
    lost: Arc<AtomicU32>,
    doubled: Arc<AtomicU32>,
    /// Requests that were on their way while a shop restarted: whether they arrived is a matter of chance.
    cut_off: Arc<AtomicU32>,
    restarting: Arc<AtomicU32>,
    disturbed_reports: Arc<AtomicU32>,
    /// One for each request that is not answered yet, and one of its own.
    under_way: Arc<()>,
}

impl Line {
    fn disturbances(&self) -> String {
        let [vanished, lost, doubled, reports, cut_off] =
            [&self.vanished, &self.lost, &self.doubled, &self.disturbed_reports, &self.cut_off]
                .map(|count| count.load(Ordering::Relaxed));
        format!(
            "{vanished} requests reset, {lost} answers lost, {doubled} requests doubled, {reports} reports disturbed, {cut_off} requests cut off by restarts"
        )
    }

    /// How many orders may be asked of the admins: those that perhaps never arrived.
    fn in_doubt(&self) -> usize {
        let [vanished, cut_off] = [&self.vanished, &self.cut_off].map(|count| count.load(Ordering::Relaxed));
        usize::try_from(2 * vanished + cut_off).unwrap()
    }

    fn is_quiet(&self) -> bool {
        // Those who hold the line itself hold one each.
        Arc::strong_count(&self.under_way) == Arc::strong_count(&self.server)
    }

    fn between(&self, server: &TestShop, client: &TestShop) {
        *self.server.lock() = format!("http://{}/h2h", server.address);
        *self.client.lock() = format!("http://{}", client.address);
    }

    /// Where reports are handed in; it stays what it is over restarts.
    async fn post_box(&self) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = axum::Router::new().fallback(pass_on).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        address
    }

    /// Below a hundred, the same in every run for the same request.
    fn dice(&self) -> u32 {
        let n = self.chance.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        u32::try_from((n ^ (n >> 29)) % 100).unwrap()
    }
}

/// A report on its way: late, twice, taken without an answer, or not at all.
async fn pass_on(State(line): State<Line>, uri: Uri) -> StatusCode {
    let (faults, dice) = (line.faults.load(Ordering::Relaxed), line.dice());
    let url = format!("{}{uri}", line.client.lock());
    let tell = async || client().get(&url).send().await.map_or(StatusCode::BAD_GATEWAY, |answer| answer.status());
    if dice < faults {
        line.disturbed_reports.fetch_add(1, Ordering::Relaxed);
    }
    match dice {
        dice if dice * 4 < faults => StatusCode::SERVICE_UNAVAILABLE,
        dice if dice * 4 < 2 * faults => {
            tell().await;
            StatusCode::GATEWAY_TIMEOUT
        }
        dice if dice * 4 < 3 * faults => {
            tokio::time::sleep(Duration::from_millis(60)).await;
            tell().await
        }
        dice if dice < faults => {
            let (one, _) = futures::join!(tell(), tell());
            one
        }
        _ => tell().await,
    }
}

#[async_trait]
impl Transport for Line {
    async fn send(&self, request: &Request) -> Result<Response, SendError> {
        let _under_way = Arc::clone(&self.under_way);
        let restarting = self.restarting.load(Ordering::SeqCst);
        let sent = self.carry(request).await;
        // Odd while one restarts, and another number afterwards.
        if restarting % 2 == 1 || self.restarting.load(Ordering::SeqCst) != restarting {
            self.cut_off.fetch_add(1, Ordering::Relaxed);
        }
        sent
    }
}

impl Line {
    async fn carry(&self, request: &Request) -> Result<Response, SendError> {
        let to = self.server.lock().clone();
        // On a busy machine too an answer is lost here only where it is meant to be.
        let client = Client::new(&to, Duration::from_secs(60)).unwrap();
        let faults = self.faults.load(Ordering::Relaxed);
        match self.dice() {
            dice if dice * 6 < faults => Err(SendError::NotSent("no connection".to_owned())),
            dice if dice * 6 < 2 * faults => {
                self.vanished.fetch_add(1, Ordering::Relaxed);
                Err(SendError::MaybeSent(Doubt::ConnectionLost, "reset".to_owned()))
            }
            dice if dice * 6 < 4 * faults => {
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
    let supplier =
        Supplier::over("pusat".parse().unwrap(), ProtocolKind::Recipe, otomax(), Box::new(line.clone()), None);
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

/// Time passes at both shops, at least so many quarters of a minute, until nothing is on its way between them any more.
async fn settle(line: &Line, [client, server]: [&TestShop; 2], carrying: &super::reports::Carrying, steps: usize) {
    let started = Instant::now();
    for step in 0.. {
        let waits = client
            .store
            .open_orders()
            .await
            .unwrap()
            .iter()
            .any(|order| order.current().is_none_or(|attempt| attempt.sent_at.is_none()));
        let reports = server.store.outbox(&ChatId::h2h(AgentId(1)), 1).await.unwrap();
        if step >= steps && !waits && line.is_quiet() && reports.is_empty() {
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(300), "it never comes to rest");
        let _ = carrying.waiting.send(ChatId::h2h(AgentId(1)));
        tokio::time::sleep(Duration::from_millis(20)).await;
        if step < steps {
            for shop in [client, server] {
                shop.pass(TimeDelta::seconds(15));
            }
        }
    }
}

/// An admin ends what is open; how much that was.
async fn decide(shop: &TestShop, is_delivered: impl Fn(&Order) -> bool) -> usize {
    let open = shop.store.open_orders().await.unwrap();
    for order in &open {
        let decision = if is_delivered(order) {
            format!("/sukses {} 00{}", order.id, order.dest)
        } else {
            format!("/gagal {} tidak masuk", order.id)
        };
        shop.shop.receive(vec![shop.message(&crate::support::shop::admin(), &decision)]).await.unwrap();
        shop.answers_all().await;
    }
    open.len()
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
    tell(&server, &format!("APIREPORT.http://{}/callback/pusat.{PIN}", line.post_box().await)).await;
    let mut restarts = 0;
    let mut carrying = carry(&server, true);
    for batch in 0..MOST_BATCHES {
        if batch >= ORDERS / BATCH && orders(&client.store).await.len() >= AT_LEAST {
            break;
        }
        line.between(&server, &client);
        let numbers = (batch * BATCH..(batch + 1) * BATCH).map(number);
        let messages = numbers.map(|dest| client.message(&reseller(), &format!("P10.{dest}.{PIN}"))).collect();
        client.shop.receive(messages).await.unwrap();
        let restarts_now = u32::from([4, 9, 11, 14].contains(&batch));
        line.restarting.fetch_add(restarts_now, Ordering::SeqCst);
        match batch {
            // In the middle of it all.
            4 | 9 | 14 => {
                tokio::time::sleep(Duration::from_millis(30)).await;
                drop(carrying);
                server = server.reopen(server_setup()).await;
                line.between(&server, &client);
                carrying = carry(&server, true);
            }
            11 => {
                client.answers_all().await;
                client = client.reopen(client_setup(&line)).await;
                line.between(&server, &client);
            }
            _ => {}
        }
        line.restarting.fetch_add(restarts_now, Ordering::SeqCst);
        restarts += restarts_now;
        client.answers_all().await;
        let _ = carrying.waiting.send(ChatId::h2h(AgentId(1)));
        for shop in [&client, &server] {
            shop.pass(TimeDelta::seconds(41));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    line.faults.store(0, Ordering::Relaxed);
    // What no supplier tells any more is a person's to decide; nor does a recipe take a refused question, or a reference that
    // nobody knows, for the end of an order.
    let mut decided = [0, 0];
    for round in 0.. {
        settle(&line, [&client, &server], &carrying, 90).await;
        let there = decide(&server, |order| delivered(&server).contains(&order.dest)).await;
        let theirs = orders(&server.store).await;
        let here = if theirs.values().any(Order::is_open) {
            0
        } else {
            decide(&client, |order| theirs.get(&order.dest).is_some_and(Order::is_success)).await
        };
        decided = [decided[0] + there, decided[1] + here];
        let open = client.store.open_orders().await.unwrap();
        if there + here == 0 && open.is_empty() {
            break;
        }
        assert!(round < 10, "never final: {open:#?}");
    }
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
        "{successes} delivered, {failures} failed, {never_arrived} of these never arrived; {}, {restarts} restarts, {decided:?} decided by the admins, {contradicted} left to them",
        line.disturbances(),
    );
    assert!(contradicted <= 10, "{contradicted} left to the admins");
    assert!(decided[1] <= line.in_doubt(), "{decided:?} asked of the admins");
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
