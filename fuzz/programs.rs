//! What must hold for whatever a reseller's program, or somebody who would like to be it, sends to the door: played with
//! fuzzed and with kept inputs. An input is an address's query, a line end and a form; one that begins with `!` is given the
//! right PIN and password.

use std::cell::RefCell;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use chrono::{DateTime, TimeDelta, Utc};
use konter::clock::{Clock, ShopClock};
use konter::config::Policy;
use konter::http::{CallbackAuth, Http, router};
use konter::shop::suppliers::{Supplier, Suppliers};
use konter::shop::{NoChatService, Parts, Shop};
use konter_core::agent::Locale;
use konter_core::catalog::{Catalog, parse_catalog};
use konter_core::ids::{AgentId, ChatId};
use konter_core::ledger::{AccountId, Posting};
use konter_core::money::Rupiah;
use konter_core::phone::PrefixTable;
use konter_store::memory::MemoryStore;
use konter_store::{Commit, InboxMessage, Store};
use konter_suppliers::ProtocolKind;

const PIN: &str = "4821";
const PASSWORD: &str = "rahasia-toko";
const BALANCE: i64 = 10_000_000;
/// Then a new shop is opened: orders cost memory, and so many wrong tries in an hour lock the program out.
const INPUTS_A_SHOP: u32 = 50;

struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_237_200, 0).unwrap_or_default()
    }
}

struct Door {
    store: Store,
    routes: Router,
    seen: u32,
    _silent: TcpListener,
}

thread_local! {
    static RUNTIME: tokio::runtime::Runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    static DOOR: RefCell<Option<Door>> = const { RefCell::new(None) };
}

/// One line for an answer; nothing is bought without the right secrets; the same again buys nothing more, and what was
/// called failed is not delivered.
pub fn program(data: &[u8]) {
    RUNTIME.with(|runtime| {
        DOOR.with_borrow_mut(|door| {
            if door.as_ref().is_none_or(|door| door.seen >= INPUTS_A_SHOP) {
                *door = Some(runtime.block_on(open()));
            }
            if let Some(door) = door {
                door.seen += 1;
                runtime.block_on(knock(door, data));
            }
        });
    });
}

async fn knock(door: &Door, data: &[u8]) {
    let is_proven = data.first() == Some(&b'!');
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let mut query = String::from_utf8_lossy(&data[usize::from(is_proven)..end]).into_owned();
    let form = data.get(end + 1..).unwrap_or_default();
    if is_proven {
        query = format!("memberID=KR0001&pin={PIN}&password={PASSWORD}&{query}");
    }
    let before = orders(door).await;
    let Some(first) = ask(door, is_proven, &query, form).await else { return };
    let between = orders(door).await;
    assert!(between <= before + 1, "one request, {} orders", between - before);
    let names_secrets =
        is_proven || [query.as_bytes(), form].iter().any(|part| holds(part, "rahasia") || holds(part, "%"));
    assert!(between == before || names_secrets, "bought without the password: {first}");
    let Some(again) = ask(door, is_proven, &query, form).await else { return };
    assert_eq!(orders(door).await, between, "the same request bought again: {first} {again}");
    let has_failed = first.contains(" GAGAL. ");
    assert!(!(has_failed && again.contains(" SUKSES. ")), "{first} {again}");
    assert!(!(has_failed && again.contains(" akan diproses. ")), "{first} {again}");
    check_money(door).await;
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// The line; `None` for what is no address, or too much to be read.
async fn ask(door: &Door, is_proven: bool, query: &str, form: &[u8]) -> Option<String> {
    // Wrong tries lock out the address they come from.
    let from = if is_proven { Ipv4Addr::LOCALHOST } else { Ipv4Addr::new(127, 0, 0, 2) };
    let request = axum::http::Request::post(format!("/h2h/trx?{query}"))
        .extension(ConnectInfo(SocketAddr::from((from, 4711))))
        .body(Body::from(form.to_vec()))
        .ok()?;
    let service = hyper_util::service::TowerToHyperService::new(door.routes.clone());
    let Ok(response) = hyper::service::Service::call(&service, request).await;
    if response.status().as_u16() == 413 {
        return None;
    }
    assert_eq!(response.status().as_u16(), 200);
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    let text = String::from_utf8(body.to_vec()).expect("text");
    assert!(!text.is_empty() && !text.chars().any(char::is_control), "{text:?}");
    Some(text)
}

async fn orders(door: &Door) -> usize {
    let mut count = 0;
    let mut before = None;
    loop {
        let page = door.store.orders_of(AgentId(1), None, before, 500).await.expect("memory");
        let Some(last) = page.last() else { return count };
        (before, count) = (Some(last.id), count + page.len());
    }
}

async fn check_money(door: &Door) {
    let account = door.store.account(&AccountId::Agent(AgentId(1))).await.expect("memory");
    let found = door.store.orders_of(AgentId(1), None, None, usize::MAX).await.expect("memory");
    let gone = found.iter().filter(|order| order.is_open() || order.is_success()).map(|order| order.price.get());
    assert_eq!(account.available().get(), BALANCE - gone.sum::<i64>(), "money does not follow the orders");
}

async fn open() -> Door {
    let (silent, store) =
        (TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port"), Store::new(MemoryStore::new()));
    let products = parse_catalog(konter_core::catalog::SAMPLE, None, &|_| false).expect("the sample");
    let policy = Policy {
        admins: vec![ChatId::telegram(1)],
        locale: Locale::Id,
        registration: konter::config::Registration::Open,
        margin_cap: konter_core::pricing::MarginCap::default(),
        stale_after: TimeDelta::minutes(30),
        announce_after: konter::config::ANNOUNCE_AFTER,
        inquiry_valid_for: TimeDelta::minutes(15),
        deposits: konter_core::deposit::Terms::default(),
        summary_at: None,
        price_lists: konter::config::PriceLists::default(),
        close_days_after: 40,
        private_reports: false,
        contact: None,
    };
    let parts = Parts {
        store: store.clone(),
        clock: ShopClock::new(Arc::new(StandingClock), chrono_tz::Asia::Jakarta),
        policy,
        prefixes: PrefixTable::default(),
        suppliers: Suppliers::new(vec![supplier(&silent)]),
        catalog: Catalog::new(products),
        chats: Arc::new(NoChatService),
        pepper: None,
        seal: None,
    };
    let (shop, _) = Shop::open(parts).await.expect("an empty store opens");
    for (number, text) in
        [format!("DAFTAR.Budi.{PIN}"), format!("API.{PASSWORD}.{PIN}"), format!("APIIP.*.{PIN}")].iter().enumerate()
    {
        shop.receive(vec![message(number, text)]).await.expect("memory");
        while !store.inbox().await.expect("memory").is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    let mut commit = Commit::new(StandingClock.now());
    commit.postings.push(Posting::paid_in(AgentId(1), Rupiah::new(BALANCE), None));
    store.commit(commit).await.expect("memory");
    let door = Arc::new(CallbackAuth::default());
    let http = Http { shop, door, trusted_proxies: Arc::default(), metrics: None, backup_token: None };
    Door { store, routes: router(http), seen: 0, _silent: silent }
}

/// The one that most products of the sample are bought from. It takes connections and answers nothing, so orders stay open.
fn supplier(silent: &TcpListener) -> Supplier {
    let kind = ProtocolKind::Kiosampm;
    let url = format!("http://{}", silent.local_addr().expect("an address"));
    let (id, patience) = ("kios".parse().expect("an id"), Duration::from_secs(3_600));
    Supplier::new(id, kind, super::properties::protocol(kind), &url, patience, None).expect("TLS")
}

fn message(number: usize, text: &str) -> InboxMessage {
    InboxMessage {
        sender: "Budi".to_owned(),
        ..InboxMessage::new(ChatId::telegram(2), number.to_string(), text.to_owned(), StandingClock.now())
    }
}
