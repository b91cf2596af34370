//! What a run is played on: everything that outlives a crash of the shop, and the shop as the program opens it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;
use chrono_tz::Asia::Jakarta;
use konter::clock::{Clock as _, ShopClock};
use konter::config::{CutOff, Policy, Registration};
use konter::shop::suppliers::{Supplier, Suppliers};
use konter::shop::{NoChatService, Parts, Shop};
use konter_core::agent::{Agent, Locale, PinState};
use konter_core::catalog::{Catalog, DestKind, Product, ProductKind, Route};
use konter_core::deposit::Terms;
use konter_core::ids::{AgentId, ChatId};
use konter_core::ledger::Posting;
use konter_core::money::Rupiah;
use konter_core::network::Network;
use konter_core::phone::PrefixTable;
use konter_core::pricing::{MarginCap, MarkupFor};
use konter_store::{Commit, InboxMessage, MessageKey, Sequence, Store, Versioned};
use konter_suppliers::ProtocolKind;
use parking_lot::Mutex;
use secrecy::SecretString;

use crate::support::shop::cheap_hash;

use super::admins::admin;
use super::books::Books;
use super::dialogs::Dialog;
use super::engine::{Engine, at_once};
use super::people::{PIN, reseller};
use super::sabotage::Sabotage;
use super::spoken::{SPOKEN, recipe};
use super::store::{SlowStore, write};
use super::supplier::{Book, SUPPLIERS};
use super::way::Way;
use super::wire::Wire;
use super::world::World;

/// Everything that outlives a crash of the shop.
pub struct Stage {
    pub world: Arc<World>,
    pub engine: Engine,
    pub book: Mutex<Book>,
    pub books: Mutex<Books>,
    pub next_message: Mutex<u64>,
    pub resellers: u64,
    /// Messages the chat service still has: it brings them again until they are taken.
    pub unacknowledged: Mutex<BTreeMap<MessageKey, InboxMessage>>,
    pub sent: Mutex<Vec<InboxMessage>>,
    pub wavering: bool,
    /// What is said in several messages, by chat.
    pub dialogs: Mutex<BTreeMap<ChatId, Dialog>>,
}

fn product(code: &str, kind: ProductKind, operator: Option<&str>, price: i64, routes: &[(&str, i64)]) -> Product {
    let route = |(priority, (supplier, cost)): (usize, &(&str, i64))| Route {
        supplier: supplier.parse().unwrap(),
        sku: code.to_owned(),
        denom: Some(Rupiah::new(*cost)),
        cost: Rupiah::new(*cost),
        priority: u32::try_from(priority).unwrap() + 1,
        open: true,
    };
    Product {
        code: code.parse().unwrap(),
        name: code.to_owned(),
        category: "Pulsa".to_owned(),
        operator: operator.map(ToOwned::to_owned),
        kind,
        dest: match code {
            "FF70" => Some(DestKind::Digits),
            "T20" => Some(DestKind::Meter),
            _ => None,
        },
        nominal: match code {
            "S5" => Some(Rupiah::new(5_000)),
            "S10" => Some(Rupiah::new(10_000)),
            _ => None,
        },
        price: Rupiah::new(price),
        routes: routes.iter().enumerate().map(route).collect(),
    }
}

pub fn catalog() -> Vec<Product> {
    let (topup, tsel) = (ProductKind::Topup, Some("telkomsel"));
    vec![
        product("X5", topup, Some("xl"), 5_900, &[("beta", 5_300)]),
        product("FF70", topup, None, 10_300, &[("gamma", 9_700), ("alfa", 9_800)]),
        product("S5", topup, tsel, 5_800, &[("alfa", 5_300), ("echo", 5_350), ("beta", 5_400)]),
        product(
            "S10",
            topup,
            tsel,
            10_900,
            &[("gamma", 10_200), ("echo", 10_250), ("alfa", 10_300), ("delta", 10_350)],
        ),
        product("X10", topup, Some("xl"), 11_100, &[("beta", 10_400), ("gamma", 10_500)]),
        product("T20", ProductKind::Token, None, 20_900, &[("delta", 20_100), ("alfa", 20_200)]),
        product("PLNPOST", ProductKind::Bill, None, 2_500, &[("alfa", 1_500), ("delta", 1_600)]),
    ]
}

impl Stage {
    pub fn new(world: World, engine: Engine, wavering: bool) -> Self {
        let world = Arc::new(world);
        let resellers = world.between(2, 6);
        let stage = Self {
            world,
            engine,
            book: Mutex::default(),
            books: Mutex::default(),
            next_message: Mutex::default(),
            resellers,
            unacknowledged: Mutex::default(),
            sent: Mutex::default(),
            wavering,
            dialogs: Mutex::default(),
        };
        stage.furnish();
        stage
    }

    pub fn store(&self) -> Store {
        self.engine.store()
    }

    /// Resellers above and below each other, most with little money, and something to sell.
    fn furnish(&self) {
        let mut commit = Commit::new(self.world.now());
        commit.products = catalog();
        if self.world.does(Sabotage::ReadsAllAsPhones) {
            commit.products.iter_mut().for_each(|product| product.dest = product.dest.map(|_| DestKind::Phone));
        }
        for n in 1..=self.resellers {
            assert_eq!(at_once(self.store().next(Sequence::Agent)).unwrap(), n);
            let id = AgentId(u32::try_from(n).unwrap());
            let mut network = Network::default();
            if n > 1 && self.world.greedy {
                network.upline = Some(AgentId(u32::try_from(n - 1).unwrap()));
            } else if n > 1 && self.world.percent(60) {
                network.upline = Some(AgentId(u32::try_from(self.world.between(1, n - 1)).unwrap()));
            }
            let markups = if self.world.greedy { [5_000, 20_000, 50_000] } else { [100, 200, 350] };
            let markup = Rupiah::new(*self.world.pick(&markups));
            network.markups.set(MarkupFor::All, Some(markup)).unwrap();
            let pin = PinState::new(cheap_hash(PIN), PIN.len());
            let chats = (0..Self::chats_of(n)).map(|chat| reseller(n, chat)).collect();
            let row = Agent {
                waits_for_break: self.world.percent(50),
                locale: if n % 2 == 0 { Locale::En } else { Locale::Id },
                network,
                ..Agent::new(id, format!("Konter {n}"), pin, chats, self.world.now())
            };
            commit.agents.push(Versioned { expected: None, row });
            let rich = if self.world.greedy { self.resellers } else { 1 };
            let amount = if n == rich { 1_500_000 } else { *self.world.pick(&[20_000, 80_000, 200_000]) };
            let amount = Rupiah::new(amount);
            commit.postings.push(Posting::paid_in(id, amount, None));
        }
        write(self, commit).unwrap();
    }

    /// One runtime's life. Dropping it cuts every task where it stands: that is the crash.
    pub fn in_a_runtime<T>(self: &Arc<Self>, downtime: u64, life: impl AsyncFnOnce(&Arc<Shop>, &SlowStore) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            // Slow work ends in the order it began in.
            .max_blocking_threads(1)
            .build()
            .unwrap();
        runtime.block_on(async {
            self.world.begin(downtime);
            let store = Arc::new(SlowStore::new(self));
            let shop = self.open(Store::over(store.clone())).await;
            let result = life(&shop, &store).await;
            self.world.end();
            result
        })
    }

    /// As the program opens it.
    async fn open(self: &Arc<Self>, store: Store) -> Arc<Shop> {
        let suppliers = (0..SUPPLIERS.len()).map(|supplier| {
            let secret = SecretString::from("kata-sandi-rahasia");
            let way = Way { supplier, stage: Arc::clone(self) };
            if supplier == SPOKEN {
                let id = SUPPLIERS[supplier].0.parse().unwrap();
                return Supplier::over(id, ProtocolKind::Recipe, recipe(), Box::new(way), None);
            }
            let wire = Wire { supplier, sabotage: self.world.sabotage, secret };
            let cutoff = (SUPPLIERS[supplier].0 == "beta").then(|| CutOff::parse("23:30-00:30").unwrap());
            let id = SUPPLIERS[supplier].0.parse().unwrap();
            Supplier::over(id, ProtocolKind::Kiosampm, Box::new(wire), Box::new(way), cutoff)
        });
        // Greedy uplines earn as much as anybody can allow them.
        let most = MarginCap::new(MarginCap::HIGHEST).unwrap();
        let margin_cap = if self.world.greedy { most } else { MarginCap::default() };
        let asks_for_a_day = self.world.does(Sabotage::AsksForADay);
        let policy = Policy {
            admins: vec![admin(0), admin(1)],
            locale: Locale::Id,
            registration: Registration::Approve,
            margin_cap,
            stale_after: if asks_for_a_day { TimeDelta::days(1) } else { TimeDelta::minutes(30) },
            announce_after: konter::config::ANNOUNCE_AFTER,
            inquiry_valid_for: TimeDelta::minutes(15),
            deposits: Terms::default(),
            summary_at: None,
            price_lists: konter::config::PriceLists::default(),
            close_days_after: 40,
            private_reports: false,
            contact: None,
        };
        let mut products = at_once(self.store().products()).unwrap();
        if self.world.does(Sabotage::KeepsTheOldCatalog) {
            let books = self.books.lock();
            for product in &mut products {
                *product = books.shelf[&product.code][0].1.clone();
            }
        }
        let catalog = Catalog::new(products);
        let clock = ShopClock::new(Arc::clone(&self.world) as Arc<_>, Jakarta);
        let suppliers = Suppliers::new(suppliers.collect());
        let parts = Parts {
            store,
            clock,
            policy,
            prefixes: PrefixTable::default(),
            suppliers,
            catalog,
            chats: Arc::new(NoChatService),
            pepper: None,
            seal: None,
        };
        let (shop, _) = Shop::open(parts).await.unwrap();
        // What was shown is forgotten: nothing waits for a PIN any more.
        self.books.lock().shown.clear();
        if self.world.does(Sabotage::BuysAgainAfterCrash) {
            self.send_anew();
        }
        shop.recover().await.unwrap();
        shop.recover_inquiries().await.unwrap();
        shop.recover_inbox().await.unwrap();
        shop.start();
        if self.wavering {
            // Brought again one by one, what somebody wrote would be in another order. It is as if it had not been sent.
            let lost = std::mem::take(&mut *self.unacknowledged.lock());
            self.sent.lock().retain(|message| !lost.contains_key(&message.key()));
        }
        let waiting: Vec<InboxMessage> = self.unacknowledged.lock().values().cloned().collect();
        for message in waiting {
            self.post(&shop, vec![message]);
        }
        shop
    }
}
