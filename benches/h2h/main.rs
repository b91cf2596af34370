//! Orders of resellers' programs: so many a second, whether or not the ones before are answered, against a shop on sled with the
//! simulated suppliers beside it, all on this machine. A program waits from the moment its order was due until it has its line.
//!
//! `cargo bench --bench h2h`, or other rates: `cargo bench --bench h2h -- 500 2000`. The store stands below the temporary
//! folder (`TMPDIR`): put it on the disk that is meant.

#[path = "../../tests/support/shop.rs"]
mod shop;

use std::sync::Arc;
use std::time::{Duration, Instant};

use konter_core::agent::Locale;
use konter_core::ids::{AgentId, ChatId};
use konter_store::Store;
use konter_store::sled_store::{SledOptions, SledStore};
use shop::{PIN, Setup, TestShop};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const RATES: [u32; 3] = [250, 500, 1_000];
const LASTS: Duration = Duration::from_secs(10);
/// The rest of the orders, once the last line is written.
const BUYING: Duration = Duration::from_secs(300);
/// Programs, each of a reseller and at an address of its own.
const PROGRAMS: u32 = 20;
/// Connections at once: the door has no more for callers through one proxy. Who waits for one is waiting all the same.
const CONNECTIONS: usize = 200;
const PASSWORD: &str = "rahasia-toko";
const RICH: i64 = 1_000_000_000_000;

#[tokio::main]
async fn main() {
    let given: Vec<u32> = std::env::args().skip(1).filter_map(|rate| rate.parse().ok()).collect();
    for rate in if given.is_empty() { RATES.to_vec() } else { given } {
        measure(rate).await;
    }
}

async fn measure(rate: u32) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::new(SledStore::open(&folder.path().join("store"), SledOptions::default()).expect("a store"));
    let trusted_proxies = vec!["127.0.0.1/32".parse().expect("an address")];
    let setup = Setup { balance: RICH, kios_deposit: Some(RICH), trusted_proxies, ..Setup::default() };
    let shop = TestShop::on(store, setup).await;
    for program in 1..=PROGRAMS {
        let chat = ChatId::telegram(2_000 + i64::from(program));
        if program > 1 {
            shop.add_agent(chat.clone(), RICH, Locale::Id).await;
        }
        let texts = [format!("API.{PASSWORD}.{PIN}"), format!("APIIP.203.0.113.{program}.{PIN}")];
        shop.shop.receive(texts.iter().map(|text| shop.message(&chat, text)).collect()).await.expect("stored");
    }
    shop.answers_all().await;
    let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(256).build().expect("a client");
    let base: Arc<str> = format!("http://{}/h2h/trx", shop.address).into();
    let lines = Arc::new(Semaphore::new(CONNECTIONS));
    let every = Duration::from_secs(1) / rate;
    let count = rate * u32::try_from(LASTS.as_secs()).unwrap_or(1);
    let started = Instant::now();
    let mut waiting = JoinSet::new();
    for number in 0..count {
        let due = started + every * number;
        tokio::time::sleep_until(due.into()).await;
        waiting.spawn(order(client.clone(), Arc::clone(&lines), Arc::clone(&base), number, due));
    }
    let mut waits: Vec<Duration> = waiting.join_all().await;
    let taken = started.elapsed();
    waits.sort_unstable();
    let at = |percent: usize| waits[(waits.len() - 1) * percent / 100].as_secs_f64() * 1e3;
    println!(
        "h2h: {rate} a second asked, {:.0} answered; p50 {:.1} ms, p90 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
        f64::from(count) / taken.as_secs_f64(),
        at(50),
        at(90),
        at(99),
        at(100)
    );
    // They are bought beside this; the books can be proven when that is over.
    let bought = async {
        while !shop.store.open_orders().await.expect("open orders").is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(BUYING, bought).await.expect("every order is bought");
    println!("h2h: all of them final {:.1} s after the first", started.elapsed().as_secs_f64());
    let placed = shop.store.orders_of(AgentId(1), None, None, usize::MAX).await.expect("orders").len();
    assert_eq!(placed, (count / PROGRAMS) as usize, "every order of the first program");
    shop.audit().await;
}

async fn order(client: reqwest::Client, lines: Arc<Semaphore>, base: Arc<str>, number: u32, due: Instant) -> Duration {
    let _line = lines.acquire().await.expect("open");
    let program = number % PROGRAMS + 1;
    let wanted = format!("product=S10&dest=0812{number:06}77&refID={number}");
    let query = format!("memberID=KR{program:04}&{wanted}&pin={PIN}&password={PASSWORD}");
    let request = client.get(format!("{base}?{query}")).header("x-forwarded-for", format!("203.0.113.{program}"));
    let text = request.send().await.expect("an answer").text().await.expect("a line");
    assert!(text.contains("akan diproses") || text.contains("SUKSES"), "{text}");
    due.elapsed()
}
