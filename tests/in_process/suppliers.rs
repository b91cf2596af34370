//! Every supplier in every situation its simulator knows, through the whole shop: what the order comes to and what was
//! really delivered, first by what the suppliers say unasked, then after they have been asked. Then the admins decide
//! the rest, and the money is counted.

use std::time::{Duration, Instant};

use crate::support::shop::{Setup, TestShop, admin, reseller};
use chrono::TimeDelta;
use konter_core::catalog::{Product, parse_catalog};
use konter_core::ids::AgentId;
use konter_core::order::{Order, OrderState};
use konter_simulator::{Kind, TABLE};

const BALANCE: i64 = 10_000_000;
/// Longer than all answers and reports take; after it a test shows what it has.
const PATIENCE: Duration = Duration::from_secs(30);

/// A product of each supplier and no other, and the beginning of a destination for it.
const fn product(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Kiosampm => ("S5", "0812345670"),
        Kind::Xgateway => ("I5", "0857345670"),
        Kind::BillerJson => ("T5", "0896345670"),
        Kind::Ppob => ("SM5", "0881345670"),
        Kind::Teleanjar => ("TKN20", "140123450"),
        // Described by recipes: see `described`.
        Kind::Digiflazz => ("DIGIFLAZZ", "0812345671"),
        Kind::Iak => ("IAK", "0812345672"),
        Kind::Tokovoucher => ("TOKOVOUCHER", "0812345673"),
        Kind::Apigames => ("APIGAMES", "0812345674"),
        Kind::Tripay => ("TRIPAY", "0812345675"),
        Kind::Otomax => ("OTOMAX", "0812345676"),
        Kind::Irs => ("IRS", "0812345677"),
        Kind::Okeconnect => ("OKECONNECT", "0812345678"),
    }
}

/// A product of each supplier that is described by a recipe.
fn described() -> Vec<Product> {
    let row =
        |kind: Kind| format!("{},Pulsa,Pulsa,,topup,,10400,{},S10,,10150,1,yes\n", kind.name(), kind.supplier_id());
    let rows: String = Kind::DESCRIBED.map(row).concat();
    let head = "code,name,category,operator,kind,nominal,price,supplier,sku,denom,cost,priority,open\n";
    parse_catalog(&format!("{head}{rows}"), None, &|_| false).unwrap()
}

/// The destination that makes a supplier behave as a row of the table says; `00` is no row's ending.
fn dest(kind: Kind, ending: &str) -> String {
    format!("{}{}", product(kind).1, if ending.is_empty() { "00" } else { ending })
}

/// What the suppliers' own answers and reports lead to. `sukses`, `gagal` or `terbuka` is the order's state, the number
/// how often it was delivered.
const UNASKED: &str = "
    kiosampm    xgateway    biller-json ppob        teleanjar
00  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
01  sukses 1    sukses 1    sukses 1    sukses 1    terbuka 1
02  gagal 0     gagal 0     gagal 0     gagal 0     terbuka 0
03  terbuka 1   terbuka 1   terbuka 1   terbuka 1   terbuka 1
04  sukses 1    sukses 1    sukses 1    sukses 1    terbuka 1
05  terbuka 1   terbuka 1   terbuka 1   terbuka 1   terbuka 1
06  gagal 0     gagal 0     gagal 0     gagal 0     sukses 1
07  sukses 1    sukses 1    sukses 1    sukses 1    terbuka 1
08  sukses 1    sukses 1    sukses 1    sukses 1    terbuka 1
09  sukses 1    sukses 1    sukses 1    sukses 1    terbuka 1
10  terbuka 1   terbuka 1   sukses 1    sukses 1    terbuka 1
11  gagal 0     gagal 0     gagal 0     gagal 0     gagal 0
12  gagal 0     gagal 0     gagal 0     gagal 0     gagal 0
13  gagal 0     gagal 0     gagal 0     gagal 0     gagal 0
14  gagal 0     gagal 0     gagal 0     gagal 0     terbuka 0
15  gagal 0     gagal 0     gagal 0     gagal 0     terbuka 0
16  gagal 0     gagal 0     gagal 0     gagal 0     terbuka 0
17  gagal 0     gagal 0     gagal 0     gagal 0     terbuka 0
18  gagal 0     gagal 0     gagal 0     gagal 0     terbuka 0
19  gagal 0     gagal 0     gagal 0     gagal 0     terbuka 0
20  gagal 0     gagal 0     gagal 0     gagal 0     terbuka 0
21  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
22  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
23  terbuka 0   terbuka 0   terbuka 0   terbuka 0   terbuka 0
24  terbuka 1   terbuka 1   sukses 1    sukses 1    sukses 1
25  terbuka 1   terbuka 1   sukses 1    sukses 1    terbuka 1
26  terbuka 1   terbuka 1   terbuka 1   terbuka 1   terbuka 1
27  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
28  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
29  sukses 1    sukses 1    sukses 1    sukses 1    terbuka 1
";

/// The rows that are others after the first status check.
const ASKED: &str = "\
03  sukses 1    sukses 1    terbuka 1   sukses 1    terbuka 1
05  sukses 1    sukses 1    terbuka 1   sukses 1    terbuka 1
10  sukses 1    sukses 1    sukses 1    sukses 1    terbuka 1
24  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
25  sukses 1    sukses 1    sukses 1    sukses 1    terbuka 1
26  sukses 1    sukses 1    terbuka 1   sukses 1    terbuka 1
";

/// The same for the suppliers of shipped recipes.
const DESCRIBED_UNASKED: &str = "
    digiflazz   iak         tokovoucher apigames    tripay      otomax      irs         okeconnect
00  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
01  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
02  gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0
03  terbuka 1   terbuka 1   terbuka 1   terbuka 1   terbuka 1   terbuka 1   terbuka 1   terbuka 1
04  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
05  terbuka 1   terbuka 1   terbuka 1   terbuka 1   terbuka 1   terbuka 1   terbuka 1   terbuka 1
06  gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0
07  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
08  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
09  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
10  terbuka 1   sukses 1    terbuka 1   terbuka 1   sukses 1    sukses 1    sukses 1    sukses 1
11  gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0
12  gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0
13  gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0
14  gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0
15  gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0
16  gagal 0     gagal 0     gagal 0     gagal 0     terbuka 0   gagal 0     gagal 0     gagal 0
17  gagal 0     gagal 0     gagal 0     gagal 0     terbuka 0   gagal 0     gagal 0     gagal 0
18  gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0
19  gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0
20  gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0
21  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
22  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
23  terbuka 0   terbuka 0   terbuka 0   terbuka 0   terbuka 0   terbuka 0   terbuka 0   terbuka 0
24  terbuka 1   sukses 1    terbuka 1   terbuka 1   sukses 1    sukses 1    sukses 1    sukses 1
25  terbuka 1   sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
26  terbuka 1   terbuka 1   terbuka 1   terbuka 1   terbuka 1   terbuka 1   terbuka 1   terbuka 1
27  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
28  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
29  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
";

const DESCRIBED_ASKED: &str = "\
03  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
05  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
10  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
16  gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0
17  gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0     gagal 0
24  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
25  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
26  sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1    sukses 1
";

async fn orders(shop: &TestShop) -> Vec<Order> {
    shop.store.orders_of(AgentId(1), None, None, 1_000).await.unwrap()
}

fn state(order: &Order) -> &'static str {
    match &order.state {
        OrderState::Open if order.current().is_none_or(|attempt| attempt.outcome.is_none()) => "?",
        OrderState::Open => "terbuka",
        OrderState::Final(end) if end.failure.is_none() => "sukses",
        OrderState::Final(_) => "gagal",
    }
}

/// One row per ending, one column per supplier.
async fn table(shop: &TestShop, kinds: &[Kind]) -> String {
    let (orders, bought) = (orders(shop).await, shop.simulators.bought());
    let cell = |kind: Kind, ending: &str| {
        let dest = dest(kind, ending);
        let state = orders.iter().find(|order| order.dest == dest).map_or("-", state);
        let delivered: u32 =
            bought.iter().filter(|bought| bought.kind == kind && bought.dest == dest).map(|b| b.times_delivered).sum();
        format!("{:<12}", format!("{state} {delivered}"))
    };
    let head = kinds.iter().map(|kind| format!("{:<12}", kind.name())).collect::<Vec<_>>().concat();
    let rows = TABLE.iter().map(|row| {
        let cells: String = kinds.iter().map(|kind| cell(*kind, row.ending)).collect();
        format!("{:<4}{}", if row.ending.is_empty() { "00" } else { row.ending }, cells.trim_end())
    });
    format!("\n    {}\n{}\n", head.trim_end(), rows.collect::<Vec<_>>().join("\n"))
}

/// A table in which these rows have changed.
fn changed<'a>(table: &'a str, rows: &'a str) -> String {
    let now = |line: &'a str| rows.lines().find(|row| row.get(..2) == line.get(..2)).unwrap_or(line);
    table.split('\n').map(now).collect::<Vec<_>>().join("\n")
}

async fn becomes(shop: &TestShop, kinds: &[Kind], expected: &str) {
    let started = Instant::now();
    while table(shop, kinds).await != expected && started.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let found = table(shop, kinds).await;
    assert!(found == expected, "expected:{expected}found:{found}");
}

/// What the books must show: each success paid, each open order held, each failure given back.
async fn money_is_right(shop: &TestShop) {
    let orders = orders(shop).await;
    let cost: i64 = orders.iter().filter(|order| state(order) != "gagal").map(|order| order.price.get()).sum();
    assert_eq!(shop.available(1).await, BALANCE - cost);
    shop.audit().await;
}

/// The admins ask the suppliers on the phone. An order that is just being asked about is decided a moment later.
async fn decide(shop: &TestShop) {
    let bought = shop.simulators.bought();
    let open = async || -> Vec<Order> { orders(shop).await.into_iter().filter(Order::is_open).collect() };
    assert!(!open().await.is_empty());
    shop.becomes("decided", async || {
        let message = |Order { id, dest, .. }: &Order| {
            let delivered = bought.iter().any(|bought| bought.dest == *dest && bought.times_delivered > 0);
            let word = if delivered { "sukses" } else { "gagal" };
            let how = if delivered { format!("998877665544{:08}", id.0) } else { "tidak ada".to_owned() };
            shop.message(&admin(), &format!("/{word} {id} {how}"))
        };
        let undecided = open().await;
        shop.shop.receive(undecided.iter().map(message).collect()).await.unwrap();
        shop.answers_all().await;
        undecided.is_empty()
    })
    .await;
}

/// Orders of each in every situation. First nobody is asked, then each as its document allows it; at last the admins decide.
async fn plays(kinds: &[Kind], catalog: Vec<Product>, asked_after: TimeDelta, [unasked, asked]: [&str; 2]) {
    let setup = kinds.iter().fold(Setup { balance: BALANCE, catalog, ..Setup::default() }, |setup, kind| {
        // The slow answer takes three seconds.
        setup.set(&format!("SUPPLIER_{}_TIMEOUT_SECS", kind.supplier_id().to_uppercase()), "2")
    });
    let ids: Vec<&str> = kinds.iter().map(|kind| kind.supplier_id()).collect();
    let shop = TestShop::with(setup.set("KONTER_SUPPLIERS", &ids.join(","))).await;
    let mut messages = Vec::new();
    for row in TABLE {
        for kind in kinds {
            messages.push(shop.message(&reseller(), &format!("{}.{}.1234", product(*kind).0, dest(*kind, row.ending))));
        }
    }
    shop.shop.receive(messages).await.unwrap();

    becomes(&shop, kinds, unasked).await;
    money_is_right(&shop).await;

    shop.pass(asked_after);
    let mut asked = changed(unasked, asked);
    becomes(&shop, kinds, &asked).await;
    money_is_right(&shop).await;

    // Nothing more comes, however long one waits, and no hold is let go.
    shop.pass(TimeDelta::minutes(16));
    shop.pass(TimeDelta::hours(30));
    becomes(&shop, kinds, &asked).await;
    money_is_right(&shop).await;

    decide(&shop).await;
    for (from, to) in [
        ("terbuka 1 ", "sukses 1  "),
        ("terbuka 1", "sukses 1"),
        ("terbuka 0 ", "gagal 0   "),
        ("terbuka 0", "gagal 0"),
    ] {
        asked = asked.replace(from, to);
    }
    becomes(&shop, kinds, &asked).await;
    money_is_right(&shop).await;
    assert!(shop.store.open_orders().await.unwrap().is_empty() && shop.store.holds().await.unwrap().is_empty());
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_supplier_in_every_situation() {
    plays(&Kind::ALL, crate::support::shop::catalog(), TimeDelta::seconds(33), [UNASKED, ASKED]).await;
}

/// The shipped recipes, at servers written from the documents by who had not these recipes in mind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_supplier_of_a_recipe_in_every_situation() {
    // One of them wants to be left in peace for ten minutes.
    plays(&Kind::DESCRIBED, described(), TimeDelta::seconds(601), [DESCRIBED_UNASKED, DESCRIBED_ASKED]).await;
}

/// Tokens bought through a query first: the query is answered with nothing delivered, the purchase quotes it.
#[tokio::test]
async fn xgateway_tokens_can_be_bought_after_a_query() {
    let shop =
        TestShop::with(Setup { balance: BALANCE, ..Setup::default() }.set("SUPPLIER_XGATE_TOKEN", "query")).await;
    let cases =
        [("00", "sukses", 1), ("01", "sukses", 1), ("04", "sukses", 1), ("05", "sukses", 1), ("11", "gagal", 0)];
    let dest = |ending: &str| format!("140123450{ending}");
    let messages = cases.map(|(ending, ..)| shop.message(&reseller(), &format!("PLN20.{}.1234", dest(ending))));
    shop.shop.receive(messages.into()).await.unwrap();
    let all_final = async || {
        let orders = orders(&shop).await;
        orders.len() == cases.len() && orders.iter().all(|order| matches!(state(order), "sukses" | "gagal"))
    };
    let started = Instant::now();
    while !all_final().await && started.elapsed() < PATIENCE {
        shop.pass(TimeDelta::seconds(33));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let orders = orders(&shop).await;
    for (ending, expected, delivered) in cases {
        let order = orders.iter().find(|order| order.dest == dest(ending)).unwrap();
        assert_eq!(state(order), expected, "{ending}");
        let bought = shop.simulators.bought();
        let times: u32 = bought.iter().filter(|b| b.dest == dest(ending)).map(|b| b.times_delivered).sum();
        assert_eq!(times, delivered, "{ending}");
        assert_eq!(order.attempts.len(), 1, "{ending}");
        let quoted = order.attempts.iter().all(|attempt| attempt.quote.is_some());
        assert_eq!(quoted, delivered == 1, "{ending}: a purchase quotes its query");
    }
    money_is_right(&shop).await;
    shop.close().await;
}
