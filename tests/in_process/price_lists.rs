//! Suppliers' price lists in a whole shop: asked for, offered, applied by a tap or by themselves, taken back; and lists that
//! must change nothing.

mod orders;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::shop::{Setup, TestShop, admin, reseller};
use async_trait::async_trait;
use chrono::TimeDelta;
use konter::config::PriceLists;
use konter::shop::suppliers::Supplier;
use konter_core::catalog::{Product, Route, parse_catalog};
use konter_core::ids::ChatId;
use konter_core::routing::Limits;
use konter_store::InboxMessage;
use konter_suppliers::client::{SendError, Transport};
use konter_suppliers::protocol::Options;
use konter_suppliers::recipe::{self, Recipe};
use konter_suppliers::{ProtocolKind, Request, Response};
use parking_lot::Mutex;
use serde_json::{Value, json};

const CATALOG: &str = "code,name,category,operator,kind,nominal,price,supplier,sku,denom,cost,priority,open
S5,Telkomsel 5.000,Pulsa Telkomsel,telkomsel,topup,5000,5700,digi,s5,,5350,1,yes
S10,Telkomsel 10.000,Pulsa Telkomsel,telkomsel,topup,10000,10500,digi,s10,,10150,1,yes
S10,Telkomsel 10.000,Pulsa Telkomsel,telkomsel,topup,10000,10500,kios,S10,,10250,2,yes
S20,Telkomsel 20.000,Pulsa Telkomsel,telkomsel,topup,20000,20400,digi,s20,,19900,1,yes
X10,XL 10.000,Pulsa XL,xl,topup,10000,11100,digi,x10,,10650,1,yes
X25,XL 25.000,Pulsa XL,xl,topup,25000,25600,digi,x25,,25000,1,yes
";

/// The supplier: its list, and what it was asked.
#[derive(Default)]
struct Digi {
    /// What it answers when asked for its list; none: it does not answer.
    list: Mutex<Option<String>>,
    asked: AtomicUsize,
    orders: Mutex<Vec<Value>>,
    /// What an order costs there; above what it may cost it is refused.
    costs: Mutex<Option<i64>>,
    /// Held by whoever lets nothing come back.
    line: tokio::sync::RwLock<()>,
}

struct Line(Arc<Digi>);

#[async_trait]
impl Transport for Line {
    async fn send(&self, request: &Request) -> Result<Response, SendError> {
        let _free = self.0.line.read().await;
        let body: Value = serde_json::from_str(&request.body.as_ref().unwrap().text).unwrap();
        let text = if request.path == "/price-list" {
            self.0.asked.fetch_add(1, Ordering::Relaxed);
            self.0.list.lock().clone().ok_or_else(|| SendError::NotSent("down".to_owned()))?
        } else {
            self.0.bought(&body)
        };
        Ok(Response { content_type: None, body: text.into_bytes() })
    }
}

impl Digi {
    fn bought(&self, order: &Value) -> String {
        self.orders.lock().push(order.clone());
        let price = self.costs.lock().unwrap_or(5_000);
        let is_too_dear = order["max_price"].as_i64().is_some_and(|most| price > most);
        let (status, rc, sn) = if is_too_dear { ("Gagal", "69", "") } else { ("Sukses", "00", "0041002345678901") };
        let data = json!({
            "ref_id": order["ref_id"], "customer_no": order["customer_no"], "buyer_sku_code": order["buyer_sku_code"],
            "status": status, "rc": rc, "sn": sn, "message": status, "price": price, "buyer_last_saldo": 1_000_000,
        });
        json!({ "data": data }).to_string()
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// The list says what the catalog has, but for some: code, cost, open.
    fn says(&self, changes: &[(&str, i64, bool)]) {
        self.says_with(changes, |_| ());
    }

    fn says_with(&self, changes: &[(&str, i64, bool)], touch: impl Fn(&mut Vec<Value>)) {
        let routes: Vec<Route> = catalog().into_iter().flat_map(|product| product.routes).collect();
        let row = |route: &Route| {
            let change = changes.iter().find(|(sku, ..)| *sku == route.sku);
            let (cost, open) = change.map_or((route.cost.get(), true), |(_, cost, open)| (*cost, *open));
            product(&route.sku, &json!(cost), open)
        };
        let mut rows: Vec<Value> = routes.iter().filter(|route| route.supplier.as_str() == "digi").map(row).collect();
        touch(&mut rows);
        *self.list.lock() = Some(json!({ "data": rows }).to_string());
    }
}

fn product(sku: &str, price: &Value, open: bool) -> Value {
    json!({
        "product_name": sku, "price": price, "buyer_sku_code": sku, "buyer_product_status": true,
        "seller_product_status": open, "start_cut_off": "0:0", "end_cut_off": "0:0",
    })
}

fn catalog() -> Vec<Product> {
    parse_catalog(CATALOG, None, &|_| false).unwrap()
}

fn second() -> ChatId {
    ChatId::telegram(1002)
}

fn supplier(digi: &Arc<Digi>) -> Supplier {
    let lookup = |name: &str| name.starts_with("SET_").then(|| "x".to_owned());
    let recipe = Recipe::load("digiflazz").unwrap();
    let protocol = recipe::Supplier::with(recipe, &Options::new(&lookup)).unwrap();
    let line = Box::new(Line(Arc::clone(digi)));
    Supplier::over("digi".parse().unwrap(), ProtocolKind::Recipe, Box::new(protocol), line, None)
}

fn setup(digi: &Arc<Digi>, price_lists: PriceLists) -> Setup {
    Setup { catalog: catalog(), peers: vec![supplier(digi)], price_lists, ..Setup::default() }
}

/// A shop that has seen a list with nothing new in it.
async fn opened(price_lists: PriceLists) -> (TestShop, Arc<Digi>) {
    let digi = Arc::new(Digi::default());
    digi.says(&[]);
    let shop = TestShop::with(setup(&digi, price_lists)).await;
    shop.becomes("asked", async || seen(&shop).await == Some(5)).await;
    (shop, digi)
}

/// How many products the last list had.
async fn seen(shop: &TestShop) -> Option<usize> {
    shop.store.price_lists().await.unwrap().first().map(|row| row.count)
}

/// Lets so much time pass that the next list is due, and waits until it has been looked at.
async fn next_list(shop: &TestShop, digi: &Digi, replies: usize) -> Vec<String> {
    let (asked, version) = (digi.asked(), version(shop).await);
    shop.pass(TimeDelta::hours(4));
    shop.becomes("asked", async || digi.asked() > asked && self::version(shop).await >= version + 2).await;
    shop.hear(replies).await
}

async fn version(shop: &TestShop) -> u32 {
    shop.store.price_lists().await.unwrap().first().map_or(0, |row| row.version)
}

fn route(shop: &TestShop, code: &str) -> (i64, bool) {
    let catalog = shop.shop.catalog();
    let product = catalog.get(&code.parse().unwrap()).unwrap();
    let route = product.routes.iter().find(|route| route.supplier.as_str() == "digi").unwrap();
    (route.cost.get(), route.open)
}

fn price(shop: &TestShop, code: &str) -> i64 {
    shop.shop.catalog().get(&code.parse().unwrap()).unwrap().price.get()
}

fn products(shop: &TestShop) -> Vec<Product> {
    shop.shop.catalog().iter().cloned().collect()
}

/// Each simulated supplier that has a list tells it as the recipe reads it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_simulated_suppliers_have_lists() {
    const SOLD: &str = "code,name,category,operator,kind,nominal,price,supplier,sku,denom,cost,priority,open
S10,Telkomsel 10.000,Pulsa,telkomsel,topup,10000,10500,digi,S10,,10150,1,yes
S25,Telkomsel 25.000,Pulsa,telkomsel,topup,25000,25500,iak,S25,,22500,1,yes
X10,XL 10.000,Pulsa,xl,topup,10000,10500,oke,X10,,10150,1,yes
";
    let catalog = parse_catalog(SOLD, None, &|_| false).unwrap();
    let setup = Setup { catalog, price_lists: PriceLists::Off, ..Setup::default() };
    let shop = TestShop::with(setup.set("KONTER_SUPPLIERS", "digi,iak,oke")).await;
    for (supplier, change) in [
        ("digi", "S10 Telkomsel 10.000: modal 10.150 menjadi 9.000"),
        ("iak", "S25 Telkomsel 25.000: TUTUP"),
        ("oke", "X10 XL 10.000: modal 10.150 menjadi 9.000"),
    ] {
        let told = shop.say(&admin(), &format!("/supplier {supplier} harga"), 2).await;
        assert!(told[1].contains(change) && told[1].contains("[Terapkan]"), "{told:?}");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_list_changes_is_shown_applied_by_a_tap_and_taken_back() {
    let (shop, digi) = opened(PriceLists::Ask).await;
    let before = products(&shop);
    digi.says_with(&[("s10", 10_300, true), ("s5", 5_300, true), ("x10", 10_650, false)], |rows| {
        rows.retain(|row| row["buyer_sku_code"] != "x25");
        rows.push(product("baru1", &json!(1_000), true));
        rows[0]["start_cut_off"] = "23:45".into();
        rows[0]["end_cut_off"] = "0:15".into();
    });
    let told = next_list(&shop, &digi, 1).await;
    assert!(told[0].contains("S10 Telkomsel 10.000: modal 10.150 menjadi 10.300"), "{told:?}");
    assert_eq!(products(&shop), before, "nothing is changed by showing it");
    shop.tap(&admin(), "Terapkan", 1).await;
    assert_eq!((route(&shop, "S10"), route(&shop, "X10")), ((10_300, true), (10_650, false)));
    assert_eq!(
        (price(&shop, "S10"), route(&shop, "X25").1),
        (10_500, true),
        "prices stay, and so does what is missing"
    );
    shop.tap(&admin(), "Kembalikan", 1).await;
    assert_eq!(products(&shop), before);
    shop.say(&admin(), "/log 3", 1).await;
    insta::assert_snapshot!("offered", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_is_told_once_and_an_old_button_never_means_a_newer_list() {
    let (shop, digi) = opened(PriceLists::Ask).await;
    digi.says(&[("s10", 10_300, true)]);
    next_list(&shop, &digi, 1).await;
    let first = shop.tap_on(&admin(), "Terapkan");
    next_list(&shop, &digi, 0).await;
    digi.says(&[("s10", 10_350, true)]);
    next_list(&shop, &digi, 1).await;
    let said = shop.receive(InboxMessage { sent_at: shop.now(), ..first }, 1).await;
    assert!(said[0].contains("sudah tidak berlaku"), "{said:?}");
    assert_eq!(route(&shop, "S10"), (10_150, true));
    shop.tap(&admin(), "Abaikan", 1).await;
    next_list(&shop, &digi, 0).await;
    digi.says(&[]);
    next_list(&shop, &digi, 0).await;
    assert_eq!(route(&shop, "S10"), (10_150, true));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_changed_since_keeps_all_of_it_from_being_applied() {
    for change in ["/hargajual S10 10700", "/tutup X10 digi", "/tutup kategori XL"] {
        let (shop, digi) = opened(PriceLists::Ask).await;
        shop.say(&admin(), "/margin Telkomsel +400", 1).await;
        digi.says(&[("s10", 10_300, true), ("x10", 10_600, true)]);
        next_list(&shop, &digi, 1).await;
        let apply = shop.tap_on(&admin(), "Terapkan");
        shop.say(&admin(), change, 1).await;
        let before = products(&shop);
        let said = shop.receive(apply, 1).await;
        assert!(said[0].contains("sudah diubah orang lain"), "{change}: {said:?}");
        assert_eq!(products(&shop), before, "{change}");
        let said = shop.say(&admin(), "/supplier digi harga", 1).await;
        assert!(said[0].contains("baru saja diminta"), "what cannot be applied is not shown again: {said:?}");
        shop.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_long_offer_the_first_are_shown_and_all_on_request() {
    let row = |n: i64| format!("P{n},Paket {n},Data,,topup,,{},digi,p{n},,{},1,yes\n", 2_000 + n, 1_000 + n);
    let header = CATALOG.lines().next().unwrap();
    let rows: String = (0..30).map(row).collect();
    let catalog = parse_catalog(&format!("{header}\n{rows}"), None, &|_| false).unwrap();
    let digi = Arc::new(Digi::default());
    let listed: Vec<Value> = (0..30).map(|n| product(&format!("p{n}"), &json!(1_100 + n), true)).collect();
    *digi.list.lock() = Some(json!({ "data": listed }).to_string());
    let shop = TestShop::with(Setup { catalog, ..setup(&digi, PriceLists::Ask) }).await;
    let told = shop.hear(1).await;
    assert!(told[0].contains("30 modal naik") && told[0].contains("dan 18 produk lain"), "{told:?}");
    let all = shop.tap(&admin(), "Lihat semua", 1).await;
    assert_eq!(all[0].matches("modal 1.0").count(), 30, "{all:?}");
    shop.tap(&admin(), "Terapkan", 1).await;
    assert_eq!(route(&shop, "P29"), (1_129, true));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_owners_who_tap_at_once_one_applies_it() {
    let digi = Arc::new(Digi::default());
    digi.says(&[("s10", 10_300, true)]);
    let shop = TestShop::with(Setup { more_admins: vec![second()], ..setup(&digi, PriceLists::Ask) }).await;
    shop.hear(2).await;
    let taps = vec![shop.tap_on(&admin(), "Terapkan"), shop.tap_on(&second(), "Terapkan")];
    shop.shop.receive(taps).await.unwrap();
    let said = shop.hear(2).await;
    assert!(said.iter().all(|said| said.contains("sudah diterapkan oleh telegram:100")), "{said:?}");
    assert_eq!(route(&shop, "S10"), (10_300, true));
    let acts = shop.store.acts(10).await.unwrap();
    assert_eq!(acts.iter().filter(|act| act.what.contains("terapkan")).count(), 1, "{acts:?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_outlives_a_restart() {
    let (shop, digi) = opened(PriceLists::Ask).await;
    digi.says_with(&[("s10", 10_300, true)], |rows| {
        rows[0]["start_cut_off"] = "11:00".into();
        rows[0]["end_cut_off"] = "13:00".into();
    });
    next_list(&shop, &digi, 1).await;
    let apply = shop.tap_on(&admin(), "Terapkan");
    let asked = digi.asked();
    let products = shop.store.products().await.unwrap();
    let again =
        Setup { catalog: if products.is_empty() { catalog() } else { products }, ..setup(&digi, PriceLists::Ask) };
    let shop = shop.reopen(again).await;
    shop.receive(apply, 1).await;
    assert_eq!((route(&shop, "S10"), digi.asked()), ((10_300, true), asked), "not asked again by starting");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_itself_only_what_is_sound_is_applied() {
    let (shop, digi) = opened(PriceLists::Auto).await;
    // Sound, twice as dear, and above its price.
    digi.says(&[("s10", 10_300, true), ("x25", 50_000, true), ("x10", 11_200, true)]);
    let told = next_list(&shop, &digi, 2).await;
    assert!(told[0].contains("diterapkan otomatis: 2 modal naik, 1 tutup"), "{told:?}");
    assert!(told[1].contains("tidak diterapkan otomatis") && told[1].contains("AWAS"), "{told:?}");
    // Nobody looks at night: what would be sold at a loss is closed at once.
    assert_eq!((route(&shop, "S10"), route(&shop, "X10")), ((10_300, true), (11_200, false)));
    // What waits for a person does not keep the rest waiting, and is not told again.
    digi.says(&[("s10", 10_310, true), ("x25", 50_000, true), ("x10", 11_200, true)]);
    next_list(&shop, &digi, 1).await;
    assert_eq!((route(&shop, "S10"), route(&shop, "X25")), ((10_310, true), (25_000, true)));
    insta::assert_snapshot!("automatic", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_owner_took_back_is_not_applied_again_by_itself() {
    let (shop, digi) = opened(PriceLists::Auto).await;
    digi.says(&[("s10", 10_300, true)]);
    next_list(&shop, &digi, 1).await;
    shop.tap(&admin(), "Kembalikan", 1).await;
    assert_eq!(route(&shop, "S10"), (10_150, true));
    next_list(&shop, &digi, 0).await;
    digi.says(&[("s10", 10_290, true), ("s5", 5_300, true)]);
    next_list(&shop, &digi, 2).await;
    assert_eq!((route(&shop, "S10"), route(&shop, "S5")), ((10_150, true), (5_300, true)));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn most_of_it_closed_is_never_closed_by_itself() {
    let (shop, digi) = opened(PriceLists::Auto).await;
    let before = products(&shop);
    digi.says(&[("s5", 5_350, false), ("s10", 10_150, false), ("x10", 10_650, false)]);
    next_list(&shop, &digi, 1).await;
    assert_eq!(products(&shop), before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_would_be_sold_at_a_loss_is_closed_there_until_it_pays_again() {
    let (shop, digi) = opened(PriceLists::Ask).await;
    digi.says(&[("x10", 11_200, true)]);
    let told = next_list(&shop, &digi, 1).await;
    assert!(told[0].contains("AWAS: modal 1 produk naik di atas harga jual"), "{told:?}");
    shop.tap(&admin(), "Terapkan", 1).await;
    assert_eq!(route(&shop, "X10"), (11_200, false));
    let said = shop.say(&reseller(), "X10.081812345678.1234", 1).await;
    assert!(said[0].contains("GAGAL"), "{said:?}");
    assert_eq!(shop.available(1).await, 100_000);
    shop.say(&admin(), "/hargajual X10 11.500", 1).await;
    next_list(&shop, &digi, 1).await;
    shop.tap(&admin(), "Terapkan", 1).await;
    assert_eq!(route(&shop, "X10"), (11_200, true));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_closed_at_a_loss_is_opened_by_a_margin_too() {
    let (shop, digi) = opened(PriceLists::Ask).await;
    digi.says(&[("x10", 11_200, true)]);
    next_list(&shop, &digi, 1).await;
    shop.tap(&admin(), "Terapkan", 1).await;
    shop.say(&admin(), "/margin XL +400 bulat 100", 1).await;
    next_list(&shop, &digi, 1).await;
    shop.tap(&admin(), "Terapkan", 1).await;
    assert_eq!((route(&shop, "X10"), price(&shop, "X10")), ((11_200, true), 11_600));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_person_has_closed_is_not_opened_by_a_list() {
    let (shop, digi) = opened(PriceLists::Auto).await;
    digi.says(&[("x10", 10_650, false)]);
    next_list(&shop, &digi, 1).await;
    shop.say(&admin(), "/tutup X25 digi", 1).await;
    digi.says(&[]);
    next_list(&shop, &digi, 1).await;
    assert_eq!((route(&shop, "X10").1, route(&shop, "X25").1), (true, false));
    shop.close().await;
}

/// Whatever comes: nothing changes, and the owners are told once of what is wrong.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_that_cannot_be_believed_change_nothing_and_are_told_once() {
    let all = |price: &dyn Fn(i64) -> Value| {
        let digi = Digi::default();
        digi.says_with(&[], |rows| {
            for row in rows.iter_mut() {
                row["price"] = price(row["price"].as_i64().unwrap());
            }
        });
        digi.list.lock().clone().unwrap()
    };
    let twice = {
        let digi = Digi::default();
        digi.says_with(&[], |rows| {
            let again = rows.iter().map(|row| product(row["buyer_sku_code"].as_str().unwrap(), &json!(6_000), false));
            rows.extend(again.collect::<Vec<_>>());
        });
        digi.list.lock().clone().unwrap()
    };
    let huge = "x".repeat(9 * 1024 * 1024);
    for (list, told) in [
        ("<html><body>502 Bad Gateway</body></html>".to_owned(), Some("bukan daftar harga")),
        (r#"{"data":{"rc":"83","message":"limit"}}"#.to_owned(), Some("bukan daftar harga")),
        (String::new(), Some("bukan daftar harga")),
        (huge, Some("bukan daftar harga")),
        (r#"{"data":[]}"#.to_owned(), Some("daftarnya kosong")),
        (r#"{"data":[{"buyer_sku_code":"s5","price":5350}]}"#.to_owned(), Some("tinggal 1 dari 5")),
        (all(&|price| json!(price * 1_000)), Some("satuannya salah")),
        (all(&|price| json!(price / 1_000)), Some("satuannya salah")),
        (all(&|_| json!(0)), None),
        (all(&|price| json!(-price)), None),
        (all(&|_| json!(1e18)), None),
        (all(&|_| json!("NaN")), None),
        (all(&|_| Value::Null), None),
        (twice, None),
    ] {
        for price_lists in [PriceLists::Ask, PriceLists::Auto] {
            let (shop, digi) = opened(price_lists).await;
            let before = products(&shop);
            *digi.list.lock() = Some(list.clone());
            let said = next_list(&shop, &digi, usize::from(told.is_some())).await;
            assert!(told.is_none_or(|told| said[0].contains(told)), "{said:?}");
            if !told.is_some_and(|told| told.contains("tinggal")) {
                next_list(&shop, &digi, 0).await;
            }
            assert_eq!(products(&shop), before);
            shop.close().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_stays_short_is_believed_the_second_time() {
    let (shop, digi) = opened(PriceLists::Ask).await;
    digi.says_with(&[("s5", 5_300, true)], |rows| rows.truncate(1));
    next_list(&shop, &digi, 1).await;
    let told = next_list(&shop, &digi, 1).await;
    assert!(told[0].contains("S5 Telkomsel 5.000: modal 5.350 menjadi 5.300"), "{told:?}");
    assert!(told[0].contains("Tidak ada lagi di daftar (tidak ditutup): S10, S20, X10, X25"), "{told:?}");
    next_list(&shop, &digi, 0).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn owners_ask_for_it_no_more_often_than_the_supplier_wants() {
    let digi = Arc::new(Digi::default());
    let shop = TestShop::with(setup(&digi, PriceLists::Off)).await;
    digi.says(&[("s10", 10_300, true)]);
    shop.say(&admin(), "/supplier digi harga", 2).await;
    shop.say(&admin(), "/supplier digi harga", 1).await;
    shop.tap(&admin(), "Abaikan", 1).await;
    let said = shop.say(&admin(), "/supplier digi harga", 1).await;
    assert!(said[0].contains("baru saja diminta"), "{said:?}");
    assert_eq!(digi.asked(), 1);
    shop.pass(TimeDelta::minutes(6));
    shop.say(&admin(), "/supplier digi harga", 2).await;
    shop.tap(&admin(), "Terapkan", 1).await;
    assert_eq!((digi.asked(), route(&shop, "S10")), (2, (10_300, true)));
    *digi.list.lock() = None;
    shop.pass(TimeDelta::minutes(6));
    shop.say(&admin(), "/supplier digi harga", 2).await;
    shop.say(&admin(), "/supplier kios harga", 1).await;
    shop.say(&admin(), "/supplier digi harga terapkan 99", 1).await;
    for text in ["/supplier digi harga", "/margin Telkomsel +300", "/margin"] {
        let said = shop.say(&reseller(), text, 1).await;
        assert!(!said[0].contains("modal"), "{said:?}");
    }
    shop.pass(TimeDelta::hours(9));
    assert_eq!(digi.asked(), 3, "never by itself");
    insta::assert_snapshot!("asked_for", shop.close().await);
}

/// The second one asks while the first one's question waits for its turn at the supplier.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_owner_who_asked_for_a_list_hears_what_came_of_it() {
    let digi = Arc::new(Digi::default());
    digi.says(&[]);
    let peers = vec![supplier(&digi).within(Limits { at_once: 1, ..Limits::default() })];
    let shop = TestShop::with(Setup { peers, more_admins: vec![second()], ..setup(&digi, PriceLists::Off) }).await;
    let held = digi.line.write().await;
    shop.say(&reseller(), "S5.081234567890.1234", 0).await;
    for owner in [admin(), second()] {
        let said = shop.say(&owner, "/supplier digi harga", 1).await;
        assert!(said[0].contains("sedang diambil"), "{said:?}");
    }
    drop(held);
    let said = shop.hear(3).await;
    assert_eq!(said.iter().filter(|text| text.contains("sama dengan katalog")).count(), 2, "{said:?}");
    assert_eq!(digi.asked(), 1);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn selling_prices_follow_a_categorys_margin_and_no_other() {
    let (shop, digi) = opened(PriceLists::Ask).await;
    for text in [
        "/margin",
        "/margin Telkomsel +250 bulat 100",
        "/margin Telkomsel +250 bulat 100",
        "/margin Telkomsel +3% bulat 100",
        "/margin qqq +250",
        "/margin Telkomsel -250",
    ] {
        shop.say(&admin(), text, 1).await;
    }
    assert_eq!(price(&shop, "S10"), 10_500, "a rule alone changes no price");
    digi.says(&[("s10", 10_300, true), ("x10", 10_700, true)]);
    next_list(&shop, &digi, 1).await;
    shop.tap(&admin(), "Terapkan", 1).await;
    assert_eq!((price(&shop, "S10"), price(&shop, "S20"), price(&shop, "X10")), (10_700, 20_400, 11_100));
    shop.say(&admin(), "/margin Telkomsel hapus", 1).await;
    digi.says(&[("s10", 10_200, true), ("x10", 10_700, true)]);
    next_list(&shop, &digi, 1).await;
    shop.tap(&admin(), "Terapkan", 1).await;
    assert_eq!((route(&shop, "S10").0, price(&shop, "S10")), (10_200, 10_700));
    insta::assert_snapshot!("margins", shop.close().await);
}
