//! Whole orders: a shop on sled, the simulated suppliers over real HTTP on loopback, and resellers who order one after
//! the other. All of it shares this machine's processors, the suppliers included.
//!
//! Nine of ten orders go to the suppliers that answer success at once (kiosampm and xgateway by turns). One of ten goes
//! to biller-json or ppob, which answer pending and report some 30 ms later: that is two replies, and the p99.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use chrono_tz::Asia::Jakarta;
use konter::clock::{ShopClock, SystemClock};
use konter::config::{Policy, Registration, Settings};
use konter::http::{CallbackAuth, Entry, Http, router};
use konter::shop::suppliers::{Supplier, Suppliers};
use konter::shop::{NoChatService, Parts, Shop, pins};
use konter_core::agent::{Agent, Locale, PinState};
use konter_core::catalog::{Catalog, parse_catalog};
use konter_core::ids::{AgentId, ChatId};
use konter_core::ledger::Posting;
use konter_core::money::Rupiah;
use konter_core::phone::PrefixTable;
use konter_reply::{Reply, Texts};
use konter_simulator::{Kind, Pace, SimulatorConfig, Simulators};
use konter_store::sled_store::{SledOptions, SledStore};
use konter_store::{Commit, InboxMessage, Outgoing, Payload, Store, Versioned};
use tempfile::TempDir;
use tokio::sync::{Mutex, mpsc};

use crate::waits::{Waits, Watch};

const BALANCE: i64 = 1_000_000_000_000;
/// A reply that takes longer is lost, and the figures with it.
const PATIENCE: Duration = Duration::from_secs(20);
/// Rows a front looks at in one visit to a chat.
const WINDOW: usize = 8;

/// Cheap ones, so that the simulators' deposits last: their prices follow the number in the supplier's code.
const CATALOG: &str = "code,name,category,operator,kind,nominal,price,supplier,sku,denom,cost,priority,open
S1,Telkomsel 1.000,Pulsa,telkomsel,topup,1000,1500,kios,S1,,1200,1,yes
I1,Indosat 1.000,Pulsa,indosat,topup,1000,1500,xgate,I1,,1200,1,yes
T1,Tri 1.000,Pulsa,tri,topup,1000,1500,biller,T1,,1200,1,yes
SM1,Smartfren 1.000,Pulsa,smartfren,topup,1000,1500,ppob,SM1,,1200,1,yes
";

/// A running shop with its suppliers and resellers.
pub struct Orders {
    shop: Arc<Shop>,
    simulators: Simulators,
    resellers: Vec<Arc<Mutex<Reseller>>>,
    texts: Arc<Texts>,
    asked: Arc<AtomicU64>,
    _folder: TempDir,
}

/// One reseller at a chat, and the front that carries its replies.
struct Reseller {
    chat: ChatId,
    /// Rings when something waits in the outbox for this chat.
    bell: mpsc::UnboundedReceiver<()>,
}

impl Orders {
    pub async fn open(resellers: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(SledStore::open(&folder.path().join("store"), SledOptions::default()).expect("a store"));
        let simulators = konter_simulator::start(SimulatorConfig::loopback(Pace::Instant)).await.expect("simulators");
        let (shop, waiting) = open_shop(store.clone(), &simulators).await;
        let chats: Vec<ChatId> = (1..=resellers).map(|n| ChatId::telegram(i64::try_from(n).unwrap_or(0))).collect();
        register(&store, &chats).await;
        let (bells, resellers) = chats.into_iter().map(reseller).unzip();
        tokio::spawn(ring(waiting, bells));
        let (texts, asked) = (Arc::new(Texts::builtin(Jakarta)), Arc::default());
        let orders = Self { shop, simulators, resellers, texts, asked, _folder: folder };
        orders.open_for_business().await;
        orders
    }

    /// One order each: the first PIN of a reseller costs an argon2 hash, some 20 ms that no later order pays.
    async fn open_for_business(&self) {
        for reseller in &self.resellers {
            let number = self.asked.fetch_add(1, Ordering::Relaxed);
            reseller.lock().await.order(&self.shop, &self.texts, number).await;
        }
    }

    /// Orders so many times, shared among the resellers as each is done with its last.
    pub async fn run(&self, count: u64, waits: &mut Waits) -> Duration {
        let left = Arc::new(AtomicU64::new(count));
        let watch = Watch::start();
        let mut tasks = Vec::new();
        for reseller in &self.resellers {
            let (shop, texts, reseller) = (self.shop.clone(), self.texts.clone(), reseller.clone());
            let (asked, left) = (self.asked.clone(), left.clone());
            tasks.push(tokio::spawn(async move {
                let mut reseller = reseller.lock().await;
                let mut each = Vec::new();
                while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                    let number = asked.fetch_add(1, Ordering::Relaxed);
                    let order = reseller.order(&shop, &texts, number);
                    each.push(tokio::time::timeout(PATIENCE, order).await.expect("a reply"));
                }
                each
            }));
        }
        let mut each = Vec::new();
        for task in tasks {
            each.extend(task.await.expect("a reseller ends well"));
        }
        waits.note(&watch, each)
    }

    /// The figures count only if the books are right and nothing was bought twice.
    pub async fn close(self) {
        let bought = self.simulators.bought();
        assert!(bought.iter().all(|bought| bought.times_delivered == 1), "something was bought twice");
        assert_eq!(bought.len() as u64, self.asked.load(Ordering::Relaxed), "every order was bought");
        let report = konter_store::audit::audit(&self.shop.store).await.expect("an audit");
        assert!(report.is_clean(), "{report}");
        self.shop.stop(PATIENCE).await;
        self.simulators.stop().await;
        self.shop.store.close().await.expect("closes");
    }
}

fn reseller(chat: ChatId) -> ((ChatId, mpsc::UnboundedSender<()>), Arc<Mutex<Reseller>>) {
    let (ringer, bell) = mpsc::unbounded_channel();
    ((chat.clone(), ringer), Arc::new(Mutex::new(Reseller { chat, bell })))
}

async fn ring(mut waiting: mpsc::UnboundedReceiver<ChatId>, bells: HashMap<ChatId, mpsc::UnboundedSender<()>>) {
    while let Some(chat) = waiting.recv().await {
        if let Some(bell) = bells.get(&chat) {
            let _ = bell.send(());
        }
    }
}

impl Reseller {
    /// Orders, and gives the time until SUKSES could be said.
    async fn order(&mut self, shop: &Arc<Shop>, texts: &Texts, number: u64) -> Duration {
        let message = InboxMessage {
            sender: "Budi".to_owned(),
            ..InboxMessage::new(self.chat.clone(), number.to_string(), text(number), Utc::now())
        };
        let asked = Instant::now();
        shop.receive(vec![message]).await.expect("received");
        loop {
            self.bell.recv().await.expect("the shop is there");
            if let Some(answered) = self.carry(&shop.store, texts).await {
                return answered - asked;
            }
        }
    }

    /// Takes what waits in the outbox row by row, as the Telegram front does; tells when SUKSES came.
    async fn carry(&self, store: &Store, texts: &Texts) -> Option<Instant> {
        let mut answered = None;
        for row in store.outbox(&self.chat, WINDOW).await.expect("an outbox") {
            if is_success(&row, texts) {
                answered = Some(Instant::now());
            }
            let said = vec![(row.chat, row.seq)];
            store.commit(Commit { sent: said, ..Commit::new(Utc::now()) }).await.expect("said");
        }
        answered
    }
}

fn is_success(row: &Outgoing, texts: &Texts) -> bool {
    let Payload::Reply(reply) = &row.payload else { return false };
    let body = texts.render(row.locale, reply, row.balance).body;
    assert!(matches!(**reply, Reply::OrderSuccess(_) | Reply::OrderPending(_)), "{body}");
    matches!(**reply, Reply::OrderSuccess(_))
}

/// No two to the same number, and none to a number that the simulators have other plans with.
fn text(number: u64) -> String {
    let (code, prefix) = match number % 20 {
        0 => ("T1", "0895"),
        10 => ("SM1", "0881"),
        n if n % 2 == 0 => ("I1", "0857"),
        _ => ("S1", "0812"),
    };
    format!("{code}.{prefix}{number:06}77.1234")
}

async fn register(store: &Store, chats: &[ChatId]) {
    let hash = pins::hash("1234").await.expect("a hash");
    let mut commit = Commit::new(Utc::now());
    for (number, chat) in (1..).zip(chats) {
        let (id, pin) = (AgentId(number), PinState::new(hash.clone(), 4));
        let row = Agent::new(id, format!("Konter {number}"), pin, vec![chat.clone()], commit.at);
        commit.postings.push(Posting::paid_in(row.id, Rupiah::new(BALANCE), None));
        commit.agents.push(Versioned { expected: None, row });
    }
    store.commit(commit).await.expect("resellers");
}

async fn open_shop(store: Store, simulators: &Simulators) -> (Arc<Shop>, mpsc::UnboundedReceiver<ChatId>) {
    let settings = Settings::read(&|name| setting(simulators, name)).expect("settings");
    let mut door = CallbackAuth::default();
    let mut suppliers = Vec::new();
    for s in settings.suppliers {
        door.0.insert(s.id.clone(), Entry { addresses: s.callback_ips, secret: s.callback_secret });
        suppliers.push(Supplier::new(s.id, s.kind, s.protocol, s.url.as_str(), s.timeout, s.cutoff).expect("a client"));
    }
    let policy = Policy {
        admins: vec![ChatId::telegram(0)],
        locale: Locale::Id,
        registration: Registration::Closed,
        margin_cap: konter_core::pricing::MarginCap::default(),
        stale_after: TimeDelta::minutes(30),
        announce_after: konter::config::ANNOUNCE_AFTER,
        summary_at: None,
        price_lists: konter::config::PriceLists::default(),
        close_days_after: 40,
        private_reports: false,
        contact: None,
        inquiry_valid_for: TimeDelta::minutes(15),
        deposits: konter_core::deposit::Terms::default(),
    };
    let products = parse_catalog(CATALOG, None, &|_| false).expect("a catalog");
    let clock = ShopClock::new(Arc::new(SystemClock), Jakarta);
    let suppliers = Suppliers::new(suppliers);
    let parts = Parts {
        store,
        clock,
        policy,
        prefixes: PrefixTable::default(),
        suppliers,
        catalog: Catalog::new(products),
        chats: Arc::new(NoChatService),
        pepper: None,
        seal: None,
    };
    let (shop, waiting) = Shop::open(parts).await.expect("an open shop");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    simulators.set_callback_base(format!("http://{}", listener.local_addr().expect("an address")));
    let http = Http {
        shop: Arc::clone(&shop),
        door: Arc::new(door),
        trusted_proxies: Arc::default(),
        metrics: None,
        backup_token: None,
    };
    let service = router(http).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    shop.start();
    (shop, waiting)
}

fn setting(simulators: &Simulators, name: &str) -> Option<String> {
    if name == "KONTER_SUPPLIERS" {
        return Some(Kind::ALL.map(Kind::supplier_id).join(","));
    }
    Kind::ALL.into_iter().find_map(|kind| {
        let suffix = name.strip_prefix(&format!("SUPPLIER_{}_", kind.supplier_id().to_uppercase()))?;
        match suffix {
            "PROTOCOL" => Some(kind.name().to_owned()),
            "URL" => Some(simulators.url(kind)),
            "CALLBACK_IPS" => Some("127.0.0.1".to_owned()),
            "CUTOFF" => Some("none".to_owned()),
            _ => kind.credentials().iter().find(|(name, _)| *name == suffix).map(|(_, value)| (*value).to_owned()),
        }
    })
}
