//! What must hold for any bytes that come in from outside. The fuzz targets play these with inputs they make up, and
//! `tests/in_process/fuzz_corpus.rs` plays them with the inputs that were kept: both run the same code.

use std::cell::RefCell;
use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use chrono::{DateTime, TimeDelta, Utc};
use chrono::{NaiveDate, NaiveTime};
use konter::clock::{Clock, ShopClock};
use konter::config::Policy;
use konter::http::{CallbackAuth, Entry, Http, router};
use konter::shop::suppliers::Suppliers;
use konter::shop::{NoChatService, Parts, Shop};
use konter_command::{Command, MAX_ORDERS_PER_MESSAGE, NamedAs, OrderRequest, Tap, parse, parse_with, redact};
use konter_core::agent::Locale;
use konter_core::catalog::{Catalog, DestKind, ProductKind, Route, parse_catalog, read_catalog, write_catalog};
use konter_core::ids::{AgentId, ChatId, OrderId, ProductCode, Reference};
use konter_core::ledger::{AccountId, Posting};
use konter_core::money::Rupiah;
use konter_core::order::request::MAX_NTH;
use konter_core::order::{AttemptStep, Order, OrderState, new_attempt};
use konter_core::outcome::{InquiryReading, Outcome, Reading};
use konter_core::phone::PrefixTable;
use konter_documents::workbook::table;
use konter_store::memory::MemoryStore;
use konter_store::{Commit, Store, Versioned};
use konter_suppliers::client::masked;
use konter_suppliers::recipe::{Recipe, shipped};
use konter_suppliers::{Buy, Callback, Options, Protocol, ProtocolKind, Response};

// --- What people type -------------------------------------------------------------------------------------------------

/// Any text is some command. What reads as orders is well formed, and written out as a reseller would type it, it reads
/// as the same orders.
pub fn command(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = redact(&text);
    if let Command::Order(request) = parse(&text) {
        check_orders(&request, &parse);
    }
    // The same in a shop that sells everything: a code's length tells how its destinations are read.
    let kinds = |code: &ProductCode, _: NamedAs| DestKind::ALL.get(code.as_str().len() % DestKind::ALL.len()).copied();
    if let Command::Order(request) = parse_with(&text, &kinds) {
        check_orders(&request, &|text| parse_with(text, &kinds));
    }
}

fn check_orders(request: &OrderRequest, read: &dyn Fn(&str) -> Command) {
    let lines = &request.lines;
    assert!((1..=MAX_ORDERS_PER_MESSAGE).contains(&lines.len()), "{request:?}");
    assert!(request.reference.is_none() || lines.len() == 1, "a reference of several orders: {request:?}");
    for (place, line) in lines.iter().enumerate() {
        assert!((1..=MAX_NTH).contains(&line.nth), "{request:?}");
        assert!(!lines[..place].contains(line), "the same order twice: {request:?}");
        let mut typed = line.example(line.nth);
        if let Some(at) = typed.rfind(".PIN") {
            typed.replace_range(at..at + ".PIN".len(), ".5937");
        }
        let Command::Order(again) = read(&typed) else { panic!("{typed:?} is no order: {:?}", read(&typed)) };
        assert_eq!(again.lines, std::slice::from_ref(line), "{typed:?}");
    }
}

/// A button's data reads as one tap or as none, and a tap that was read is written as it was.
pub fn tap(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Some(tap) = Tap::read(&text) else { return };
    assert_eq!(Tap::read(&tap.to_string()), Some(tap), "{text:?}");
    let (kept, digit) = tap.without_secret();
    assert!(digit.is_none() || kept != tap, "a digit is kept: {text:?}");
    assert_eq!(kept.without_secret(), (kept, None), "{text:?}");
}

/// A catalog either reads, and then reads the same from what konter writes, or it has mistakes with their lines.
pub fn catalog(data: &[u8]) {
    // Whatever the bytes are, workbook or text, they become a table.
    let _ = read_catalog(&table(data), None, &|_| false);
    let text = String::from_utf8_lossy(data);
    match parse_catalog(&text, None, &|_| false) {
        Ok(products) => {
            let again = parse_catalog(&write_catalog(&products), None, &|_| false);
            assert_eq!(again.as_ref(), Ok(&products), "{text:?}");
        }
        Err(errors) => {
            assert!(!errors.is_empty(), "refused without a reason: {text:?}");
            let lines = text.split(['\n', '\r']).count() + 1;
            for error in &errors {
                assert!((1..=lines).contains(&usize::try_from(error.line).unwrap_or(usize::MAX)), "{error:?}");
                let _ = error.to_string();
            }
        }
    }
}

// --- What suppliers say -----------------------------------------------------------------------------------------------

/// The orders that replies are read for, chosen by an input's first byte: those the documents' examples are about.
pub const ORDERS: [(ProtocolKind, Buy<'static>); 16] = [
    (ProtocolKind::Kiosampm, KIOS),
    (ProtocolKind::Kiosampm, Buy { kind: ProductKind::Token, ..KIOS }),
    (ProtocolKind::Xgateway, Buy { reference: Reference(12_906_609), sku: "I50", dest: "085700000001", ..KIOS }),
    (ProtocolKind::Xgateway, Buy { reference: Reference(12_906_713), sku: "SF50", dest: "085700000001", ..KIOS }),
    (ProtocolKind::Xgateway, XGATE_TOKEN),
    (ProtocolKind::Xgateway, Buy { reference: Reference(144_006_080), sku: "XLA25", dest: "083120625600", ..KIOS }),
    (ProtocolKind::BillerJson, Buy { reference: OURS, sku: "s5", ..KIOS }),
    (ProtocolKind::BillerJson, Buy { reference: OURS, sku: "s5", kind: ProductKind::Token, ..KIOS }),
    (ProtocolKind::Ppob, PPOB),
    (ProtocolKind::Ppob, Buy { sku: "CEKPLN", kind: ProductKind::Bill, inquiry: Some("6748325"), ..PPOB }),
    (ProtocolKind::Teleanjar, TELE_BILL),
    (ProtocolKind::Teleanjar, Buy { dest: "5311000928219", sku: "PLNNON", ..TELE_BILL }),
    (ProtocolKind::Teleanjar, Buy { dest: "023158334621", sku: "TELKOM", ..TELE_BILL }),
    (ProtocolKind::Teleanjar, Buy { dest: "12345678901", sku: "PLNPRE", kind: ProductKind::Token, ..TELE_BILL }),
    (ProtocolKind::Recipe, KIOS),
    (ProtocolKind::Recipe, Buy { kind: ProductKind::Token, ..KIOS }),
];
const OURS: Reference = Reference(1_795_248_000_000_001);
const KIOS: Buy<'static> = Buy::first(Reference(1_700_000_000_001), "S10", "081234567890", ProductKind::Topup);
const XGATE_TOKEN: Buy<'static> =
    Buy { reference: Reference(12_906_713), sku: "PLN20", dest: "11310000011", kind: ProductKind::Token, ..KIOS };
const PPOB: Buy<'static> = Buy { reference: OURS, dest: "08123214214", ..KIOS };
const TELE_BILL: Buy<'static> = Buy {
    reference: OURS,
    sku: "PLNPOST",
    dest: "123456792482",
    kind: ProductKind::Bill,
    inquiry: Some("D8BA"),
    ..KIOS
};

/// Ways of reading a reply, chosen by an input's second byte.
pub const READERS: u8 = 4;

/// A protocol with credentials that stand in no reply.
pub fn protocol(kind: ProtocolKind) -> Box<dyn Protocol> {
    let lookup = |name: &str| match name {
        "SIGN" | "TOKEN_VIA" => None,
        "RECIPE" => Some("otomax".to_owned()),
        _ => Some(format!("geheim-{name}")),
    };
    let lookup = |name: &str| lookup(name).filter(|_| name != "TOKEN" || kind == ProtocolKind::Ppob);
    kind.configure(&Options::new(&lookup)).expect("every setting is there")
}

thread_local! {
    /// Made once: a recipe's expressions take longer to build than hundreds of replies to read.
    static PROTOCOLS: Vec<Box<dyn Protocol>> = ORDERS.iter().map(|(kind, _)| protocol(*kind)).collect();
}

/// The order that a byte chooses, and its protocol.
fn of_order(chosen: u8, property: impl FnOnce(&Buy<'static>, &dyn Protocol)) {
    let order = usize::from(chosen) % ORDERS.len();
    PROTOCOLS.with(|protocols| property(&ORDERS[order].1, protocols[order].as_ref()));
}

/// An order that no reply to another can be about.
fn another<'a>(buy: &Buy<'a>) -> Buy<'a> {
    Buy { reference: Reference(buy.reference.0 + 1), dest: "99887766554", ..*buy }
}

/// Whatever bytes a supplier answers with: a success names our order (read for another one it is none) and brings what
/// the customer needs.
pub fn reply(data: &[u8]) {
    let [order, reader, body @ ..] = data else { return };
    of_order(*order, |buy, protocol| read_reply(buy, protocol, *reader, body));
}

fn read_reply(buy: &Buy<'static>, protocol: &dyn Protocol, reader: u8, body: &[u8]) {
    let response = Response { content_type: None, body: body.to_vec() };
    let _ = masked(&response.text(), &protocol.secrets());
    let _ = (protocol.read_balance(&response), protocol.read_deposit(&response));
    let read: &dyn Fn(&Buy<'_>) -> Reading = match reader % READERS {
        0 => &|buy| protocol.read_purchase(buy, &response),
        1 => &|buy| protocol.read_status(buy, &response),
        2 => &|buy| protocol.read_purchase(&Buy { inquiry: None, ..*buy }, &response),
        _ => return check_inquiry(protocol, buy, &response),
    };
    let reading = read(buy);
    if let Outcome::Success(delivery) = &reading.outcome {
        assert!(buy.kind != ProductKind::Token || !delivery.sn.is_empty(), "a token without a token: {reading:?}");
        let elsewhere = read(&another(buy)).outcome;
        assert!(!matches!(elsewhere, Outcome::Success(_)), "names no order and succeeds: {elsewhere:?}");
    }
    assert!(reading.charged.is_none_or(|charged| !charged.is_negative()), "{reading:?}");
}

/// What was looked up may have no total: then nothing can be paid. Where it has one, its bills come to it.
fn check_inquiry(protocol: &dyn Protocol, buy: &Buy<'_>, response: &Response) {
    if let InquiryReading::Found(inquiry) = protocol.read_inquiry(buy, response) {
        let sum = inquiry.bills.iter().try_fold(Rupiah::ZERO, |sum, bill| sum.checked_add(bill.total));
        assert!(inquiry.bills.is_empty() || inquiry.total == sum, "the bills are not the total: {inquiry:?}");
    }
}

/// A callback's query and body, the query up to the first line end.
fn split(data: &[u8]) -> Callback {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (query, body) = data.split_at(end);
    Callback::read(String::from_utf8_lossy(query).into_owned(), body.get(1..).unwrap_or_default())
}

/// Whatever a callback says, it decides only the order whose reference it names.
pub fn callback(data: &[u8]) {
    let [order, rest @ ..] = data else { return };
    of_order(*order, |buy, protocol| read_report(buy, protocol, &split(rest)));
}

fn read_report(buy: &Buy<'static>, protocol: &dyn Protocol, callback: &Callback) {
    let named = protocol.callback_reference(callback);
    let reading = protocol.read_callback(buy, callback);
    if matches!(reading.outcome, Outcome::Success(_) | Outcome::Failed(_)) {
        assert_eq!(named, Some(buy.reference), "decides an order it does not name: {reading:?}");
        let elsewhere = protocol.read_callback(&another(buy), callback).outcome;
        assert!(matches!(elsewhere, Outcome::Unknown(_)), "decides another order too: {elsewhere:?}");
    }
}

/// A shipped recipe's supplier, with credentials that stand in no reply.
fn supplier_by(name: &str) -> konter_suppliers::recipe::Supplier {
    let recipe = Recipe::load(name).expect("shipped recipes are sound");
    konter_suppliers::recipe::Supplier::with(recipe, &Options::new(&|name| Some(format!("geheim-{name}"))))
        .expect("every setting is there")
}

thread_local! {
    static SHIPPED: Vec<konter_suppliers::recipe::Supplier> = shipped::names().map(supplier_by).collect();
}

/// The first byte chooses a shipped recipe, and the rest is a reply or a report: a success names our order. Past those, the
/// rest is a recipe: it is sound, or has a mistake in a line that it has.
pub fn recipe(data: &[u8]) {
    let [chosen, rest @ ..] = data else { return };
    SHIPPED.with(|shipped| {
        if let Some(supplier) = shipped.get(usize::from(*chosen)) {
            read_by_recipe(supplier, rest);
        } else {
            let text = String::from_utf8_lossy(rest);
            let lines = text.lines().count() + 1;
            for fault in konter_suppliers::recipe::check_text("fuzz", &text).err().unwrap_or_default() {
                assert!(fault.line.is_none_or(|line| (1..=lines).contains(&line)), "{fault}");
            }
        }
    });
}

fn read_by_recipe(supplier: &dyn Protocol, body: &[u8]) {
    let response = Response { content_type: None, body: body.to_vec() };
    let callback = split(body);
    let buy = KIOS;
    let readings: [&dyn Fn(&Buy<'_>) -> Reading; 3] =
        [&|buy| supplier.read_purchase(buy, &response), &|buy| supplier.read_status(buy, &response), &|buy| {
            supplier.read_callback(buy, &callback)
        }];
    for read in readings {
        let reading = read(&buy);
        if matches!(reading.outcome, Outcome::Success(_) | Outcome::Failed(_)) {
            let elsewhere = read(&another(&buy)).outcome;
            assert!(matches!(elsewhere, Outcome::Unknown(_)), "decides another order too: {elsewhere:?}");
        }
        assert!(reading.charged.is_none_or(|charged| !charged.is_negative()), "{reading:?}");
    }
    check_inquiry(supplier, &Buy { kind: ProductKind::Bill, ..buy }, &response);
    let _ = (supplier.read_balance(&response), supplier.read_prices(&response), supplier.gist(&response.text()));
    let _ = (supplier.proof(&callback), supplier.is_ping(&callback), supplier.named(&response.text()));
}

// --- The door ---------------------------------------------------------------------------------------------------------

/// Inputs that one shop sees before a new one takes its place: what it stores must not fill the memory.
const INPUTS_A_SHOP: u32 = 1_000;
const PRICE: i64 = 10_500;
const BALANCE: i64 = 1_000_000;

struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> DateTime<Utc> {
        NaiveDate::from_ymd_opt(2026, 11, 21).unwrap_or_default().and_time(NaiveTime::MIN).and_utc()
    }
}

/// A shop with one open order at each supplier, its door, and how many inputs it has seen.
struct Door {
    store: Store,
    routes: Router,
    seen: u32,
}

thread_local! {
    static RUNTIME: tokio::runtime::Runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    static DOOR: RefCell<Option<Door>> = const { RefCell::new(None) };
}

/// Whatever comes in at the door gets a polite answer, and moves money only where it names an order: what is held and
/// what is sold is always one price an order.
///
/// An input is `supplier[/secret]`, a line end, and then query and body as in [`callback`].
pub fn entrance(data: &[u8]) {
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
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let path = String::from_utf8_lossy(&data[..end]).into_owned();
    let rest = data.get(end + 1..).unwrap_or_default();
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let query = String::from_utf8_lossy(&rest[..end]).into_owned();
    let body = rest.get(end + 1..).unwrap_or_default().to_vec();
    let request = axum::http::Request::post(format!("/callback/{path}?{query}"))
        .extension(ConnectInfo(SocketAddr::from((Ipv4Addr::LOCALHOST, 4711))))
        .body(Body::from(body));
    // What is no address never gets as far as the door.
    let Ok(request) = request else { return };
    let service = hyper_util::service::TowerToHyperService::new(door.routes.clone());
    let Ok(response) = hyper::service::Service::call(&service, request).await;
    let status = response.status().as_u16();
    assert!(matches!(status, 200 | 400 | 403 | 404 | 413), "answered with {status}");
    check_money(door).await;
}

async fn check_money(door: &Door) {
    let account = door.store.account(&AccountId::Agent(AgentId(1))).await.expect("memory");
    let mut gone = 0;
    for id in 1..=ORDERS.len() as u64 {
        let order = door.store.order(OrderId(id)).await.expect("memory").expect("the order");
        let failed = !order.is_open() && !order.is_success();
        gone += if failed { 0 } else { PRICE };
    }
    assert_eq!(account.available().get(), BALANCE - gone, "money does not follow the orders");
}

async fn open() -> Door {
    let store = Store::new(MemoryStore::new());
    let clock = ShopClock::new(Arc::new(StandingClock), chrono_tz::Asia::Jakarta);
    let mut door = CallbackAuth::default();
    let mut suppliers = Vec::new();
    for kind in ProtocolKind::ALL {
        let id = supplier_of(kind);
        let addresses = vec!["127.0.0.1/32".parse().expect("an address")];
        door.0.insert(id.clone(), Entry { addresses, secret: None });
        // Nobody listens there.
        let (url, patience) = ("http://127.0.0.1:9", Duration::from_secs(1));
        suppliers
            .push(konter::shop::suppliers::Supplier::new(id, kind, protocol(kind), url, patience, None).expect("TLS"));
    }
    store.commit(stock(clock.utc())).await.expect("memory");
    let policy = Policy {
        admins: vec![ChatId::telegram(1)],
        locale: Locale::Id,
        registration: konter::config::Registration::Closed,
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
        clock,
        policy,
        prefixes: PrefixTable::default(),
        suppliers: Suppliers::new(suppliers),
        catalog: Catalog::new(Vec::new()),
        chats: Arc::new(NoChatService),
        pepper: None,
        seal: None,
    };
    let (shop, _) = Shop::open(parts).await.expect("an empty store opens");
    let http = Http { shop, door: Arc::new(door), trusted_proxies: Arc::default(), metrics: None, backup_token: None };
    Door { store, routes: router(http), seen: 0 }
}

/// The suppliers' names in inputs of [`entrance`] are those of their protocols, without what an id cannot have.
fn supplier_of(kind: ProtocolKind) -> konter_core::ids::SupplierId {
    kind.name().replace('-', "").parse().expect("an id")
}

/// A reseller's money, and an order in doubt for each of [`ORDERS`].
fn stock(at: DateTime<Utc>) -> Commit {
    let mut commit = Commit::new(at);
    let agent = AccountId::Agent(AgentId(1));
    commit.postings.push(Posting::paid_in(AgentId(1), Rupiah::new(BALANCE), None));
    let mut given = HashSet::new();
    for (id, (kind, mut buy)) in (1..).zip(ORDERS) {
        // Several of the documents' examples share a reference; a shop never gives one twice.
        while !given.insert((supplier_of(kind), buy.reference)) {
            buy.reference.0 += 1_000_000;
        }
        let row = order(OrderId(id), kind, &buy, at);
        let amount = row.price;
        commit.postings.push(Posting::Hold { order: row.id, debit: agent.clone(), credit: AccountId::Sales, amount });
        commit.orders.push(Versioned { expected: None, row });
    }
    commit
}

fn order(id: OrderId, kind: ProtocolKind, buy: &Buy<'_>, at: DateTime<Utc>) -> Order {
    let route = Route {
        supplier: supplier_of(kind),
        sku: buy.sku.to_owned(),
        denom: None,
        cost: Rupiah::new(10_150),
        priority: 1,
        open: true,
    };
    let mut attempt = new_attempt(buy.reference, route);
    (attempt.step, attempt.sent_at) = (AttemptStep::Sent, Some(at));
    attempt.outcome = Some(Outcome::Pending);
    Order {
        id,
        version: 1,
        agent: AgentId(1),
        chat: ChatId::telegram(2),
        topic: None,
        locale: Locale::Id,
        product: buy.sku.parse().expect("a code"),
        product_name: buy.sku.to_owned(),
        kind: buy.kind,
        dest: buy.dest.to_owned(),
        nth: u8::try_from(id.0).unwrap_or(u8::MAX),
        day: at.date_naive(),
        buyer_phone: None,
        client_reference: None,
        price: Rupiah::new(PRICE),
        margins: Vec::new(),
        withheld: Vec::new(),
        bill: None,
        customer: konter_core::outcome::Details::new(),
        untried: Vec::new(),
        attempts: vec![attempt],
        waits_until: None,
        state: OrderState::Open,
        announced: true,
        escalated: false,
        corrected: false,
        created_at: at,
        updated_at: at,
    }
}
