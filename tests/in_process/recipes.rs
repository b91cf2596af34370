//! A shop whose supplier is described by a recipe, at a server that answers as an `OtomaX` server does: to the shop it is a
//! supplier like any other.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use crate::support::shop::{Setup, TestShop, reseller};
use chrono::TimeDelta;
use konter_core::ids::OrderId;
use konter_core::order::{Order, OrderState};
use konter_core::outcome::{Doubt, Outcome};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const PRICE: i64 = 5_700;
const BALANCE: i64 = 100_000;

// What the server does with an order goes by its number.
const AT_ONCE: &str = "081234567800";
const REFUSED: &str = "081234567801";
const DELIVERED_LATER: &str = "081234567802";
const NEVER: &str = "081234567803";
const OF_ANOTHER: &str = "081234567804";

/// A server, and the requests that came to it.
struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&seen)));
            }
        });
        Self { address, asked }
    }

    /// How often it was asked for an order, and how often what became of one.
    fn asked(&self) -> (usize, usize) {
        let asked = self.asked.lock().unwrap();
        let of = |check: bool| {
            let trx = asked.iter().filter(|path| path.starts_with("/trx?"));
            trx.filter(|path| path.contains("check=1") == check).count()
        };
        (of(false), of(true))
    }
}

async fn answer(mut stream: TcpStream, seen: Arc<Mutex<Vec<String>>>) {
    let mut head = vec![0; 8_192];
    let Ok(read) = stream.read(&mut head).await else { return };
    let head = String::from_utf8_lossy(&head[..read]).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let text = says(&path);
    seen.lock().unwrap().push(path);
    let length = text.len();
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n{text}");
    // Errors are the caller hanging up.
    let _ = stream.write_all(answer.as_bytes()).await;
}

fn says(path: &str) -> String {
    let url = reqwest::Url::parse(&format!("http://server{path}")).unwrap();
    let value = |name: &str| url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
    if url.path() == "/balance" {
        return "Saldo 1.000.000".to_owned();
    }
    let credentials = [value("memberID"), value("pin"), value("password")].map(Option::unwrap_or_default);
    if credentials != ["KR0099", "135790", "rahasia"] {
        return "R#0 GAGAL. Pin Salah".to_owned();
    }
    let (product, dest) = (value("product").unwrap_or_default(), value("dest").unwrap_or_default());
    let (reference, is_check) = (value("refID").unwrap_or_default(), value("check").is_some());
    let order = format!("R#{reference} {product}.{dest}");
    match dest.as_str() {
        AT_ONCE => format!("{order} SUKSES. SN/Ref: 0041002345678901. Saldo 100.000 - 5.350 = 94.650 @12:00"),
        REFUSED => format!("{order} GAGAL. Nomor tujuan salah. Hrg 5.350, Saldo 100.000, masih proses 0."),
        DELIVERED_LATER if is_check => {
            format!("{order} sdh pernah jam 12:00, status Sukses. SN/Ref: 0041002345678902. Saldo 94.650")
        }
        OF_ANOTHER => format!("R#17 {product}.{dest} SUKSES. SN/Ref: 0041002345678903. Saldo 94.650"),
        _ if is_check => {
            format!("Mhn tunggu trx sblmnya selesai: {order} @12:00, status Menunggu Jawaban. Saldo 94.650")
        }
        _ => format!("T#81 {order} akan diproses @12:00. Saldo 100.000 - 5.350 = 94.650"),
    }
}

async fn shop(server: &Server) -> TestShop {
    let setup = Setup { balance: BALANCE, ..Setup::default() }
        .set("SUPPLIER_KIOS_PROTOCOL", "recipe")
        .set("SUPPLIER_KIOS_RECIPE", "otomax")
        .set("SUPPLIER_KIOS_URL", &format!("http://{}", server.address))
        .set("SUPPLIER_KIOS_SET_MEMBERID", "KR0099")
        .set("SUPPLIER_KIOS_SET_PIN", "135790")
        .set("SUPPLIER_KIOS_SET_PASSWORD", "rahasia");
    TestShop::with(setup).await
}

async fn order(shop: &TestShop) -> Order {
    shop.store.order(OrderId(1)).await.unwrap().unwrap()
}

async fn state(shop: &TestShop) -> &'static str {
    match &order(shop).await.state {
        OrderState::Open => "open",
        OrderState::Final(end) if end.failure.is_none() => "success",
        OrderState::Final(_) => "failed",
    }
}

#[tokio::test]
async fn an_order_is_bought_by_a_recipe_and_settled_by_its_answer() {
    for (dest, ending, balance) in [(AT_ONCE, "success", BALANCE - PRICE), (REFUSED, "failed", BALANCE)] {
        let server = Server::start().await;
        let shop = shop(&server).await;
        let heard = shop.say(&reseller(), &format!("S5.{dest}.1234"), 1).await;
        assert_eq!(state(&shop).await, ending, "{heard:?}");
        assert_eq!(heard[0].contains("0041002345678901"), ending == "success", "{heard:?}");
        assert!(!heard[0].contains("94.650"), "its balance is nobody else's to see: {heard:?}");
        assert_eq!(shop.available(1).await, balance);
        assert_eq!(server.asked(), (1, 0));
        shop.close().await;
    }
}

#[tokio::test]
async fn what_is_under_way_is_asked_for_with_a_check_and_never_bought_again() {
    let server = Server::start().await;
    let shop = shop(&server).await;
    shop.say(&reseller(), &format!("S5.{DELIVERED_LATER}.1234"), 1).await;
    assert_eq!(state(&shop).await, "open");
    shop.pass(TimeDelta::minutes(5));
    shop.becomes("success", async || state(&shop).await == "success").await;
    assert_eq!(shop.available(1).await, BALANCE - PRICE);
    let (bought, checked) = server.asked();
    assert_eq!((bought, checked >= 1), (1, true));
    let heard = shop.hear(1).await;
    assert!(heard[0].contains("0041002345678902"), "{heard:?}");
    shop.close().await;
}

#[tokio::test]
async fn a_report_settles_the_order_that_it_names_only() {
    for (word, ending, balance) in
        [("SUKSES. SN/Ref: 0041002345678909", "success", BALANCE - PRICE), ("GAGAL. Stok kosong", "failed", BALANCE)]
    {
        let server = Server::start().await;
        let shop = shop(&server).await;
        shop.say(&reseller(), &format!("S5.{NEVER}.1234"), 1).await;
        let reference = order(&shop).await.current().unwrap().reference.to_string();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let report = async |refid: &str, named: &str| {
            let message = format!("R#{named} S5.{NEVER} {word}. Saldo 94.650");
            let url = format!("http://{}/callback/kios", shop.address);
            let request = client.get(url).query(&[("refid", refid), ("message", message.as_str())]);
            request.send().await.unwrap().status().as_u16()
        };
        report("17", "17").await;
        report(&reference, "17").await;
        assert_eq!(state(&shop).await, "open", "{word}");
        assert_eq!(report(&reference, &reference).await, 200);
        shop.becomes(ending, async || state(&shop).await == ending).await;
        assert_eq!(shop.available(1).await, balance);
        // The word to the reseller, and to the admins that a report is about no order of ours.
        shop.hear(2).await;
        shop.close().await;
    }
}

#[tokio::test]
async fn an_answer_about_another_order_leaves_ours_in_doubt() {
    let server = Server::start().await;
    let shop = shop(&server).await;
    shop.say(&reseller(), &format!("S5.{OF_ANOTHER}.1234"), 1).await;
    let order = order(&shop).await;
    assert_eq!(order.state, OrderState::Open);
    assert_eq!(order.current().unwrap().outcome, Some(Outcome::Unknown(Doubt::OtherReference)));
    assert_eq!(shop.available(1).await, BALANCE - PRICE);
    shop.close().await;
}

/// Whoever sets a supplier up finds what its recipe wants, and nothing else, on its page.
#[test]
fn every_shipped_recipe_has_its_page_with_all_of_its_settings() {
    let page = include_str!("../../docs/suppliers.md");
    let word = regex::Regex::new(r"\bSET_[A-Z_]+").unwrap();
    for name in konter_suppliers::recipe::shipped::names() {
        let recipe: toml::Table = konter_suppliers::recipe::shipped::text(name).unwrap().parse().unwrap();
        let section = page.split("\n## ").find(|section| section.lines().next() == Some(name));
        let section = section.unwrap_or_else(|| panic!("{name} has no section"));
        let named: BTreeSet<&str> = word.find_iter(section).map(|found| found.as_str()).collect();
        let wanted: Vec<String> =
            recipe["settings"].as_table().unwrap().keys().map(|key| format!("SET_{}", key.to_uppercase())).collect();
        assert_eq!(named, wanted.iter().map(String::as_str).collect(), "{name}");
    }
}
