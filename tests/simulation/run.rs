//! One run: a shop lives, crashes and starts again on the same store until its script is over; then everything comes to
//! rest, and nothing may be left.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use chrono_tz::Asia::Jakarta;
use konter::agent::{Agent, AgentStatus, Locale, PinState};
use konter::catalog::{Catalog, Product, ProductKind, Route};
use konter::clock::{Clock as _, ShopClock};
use konter::config::{CutOff, Registration};
use konter::deposit::Terms;
use konter::ids::{AgentId, OrderId, Reference};
use konter::ledger::{AccountId, Posting, Reason};
use konter::money::Rupiah;
use konter::network::Network;
use konter::order::AttemptStep;
use konter::phone::PrefixTable;
use konter::pricing::MarkupFor;
use konter::shop::suppliers::{Supplier, Suppliers};
use konter::shop::{Policy, Shop};
use konter::store::memory::MemoryStore;
use konter::store::{Commit, InboxMessage, MessageKey, Sequence, Store, Versioned};
use konter::supplier::ProtocolKind;
use parking_lot::Mutex;
use secrecy::SecretString;

use super::books::{Books, at_once};
use super::people::{PIN, Text, admin, reseller};
use super::sabotage::Sabotage;
use super::store::{SlowStore, write};
use super::supplier::{Book, SUPPLIERS, Said, Truth, Way, Wire, report_of};
use super::world::World;

/// Everything that outlives a crash of the shop.
pub struct Stage {
    pub world: Arc<World>,
    pub store: Arc<MemoryStore>,
    pub book: Mutex<Book>,
    pub books: Mutex<Books>,
    pub next_message: Mutex<u64>,
    pub resellers: u64,
    /// Messages the chat service still has: it brings them again until they are taken.
    unacknowledged: Mutex<BTreeMap<MessageKey, InboxMessage>>,
    sent: Mutex<Vec<InboxMessage>>,
}

/// How a runtime's time ended.
enum End {
    Crash,
    Over,
}

/// What a run was like.
pub struct Played {
    pub broken: Option<String>,
    pub log: String,
    pub orders: usize,
    pub crashes: usize,
    pub happened: BTreeSet<String>,
}

/// Hashing PINs is limited for the whole process: another run at the same time would keep this one waiting, and by how
/// much is nobody's to say.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Plays one seed from its first message to the last word.
pub fn play(seed: u64, sabotage: Option<Sabotage>) -> Played {
    let _alone = ONE_AT_A_TIME.lock();
    let stage = Arc::new(Stage::new(seed, sabotage));
    let mut crashes = 0;
    // Most short: many beginnings find more than long lives. Some long: what piles up needs time.
    let mut steps = if stage.world.percent(10) { 90 } else { stage.world.between(12, 40) };
    let mut downtime = 0;
    while stage.world.broken().is_none() && matches!(stage.lives(downtime, &mut steps), End::Crash) {
        crashes += 1;
        downtime = *stage.world.pick(&[10, 2_000, 60_000, 600_000, 7_200_000]);
    }
    if stage.world.broken().is_none() {
        stage.comes_to_rest();
    }
    let mut books = stage.books.lock();
    let (orders, happened) = (books.orders.len(), std::mem::take(&mut books.happened));
    Played { broken: stage.world.broken(), log: stage.world.event_log(), orders, crashes, happened }
}

/// A hash that costs nothing to check, so that the simulation tests orders and not argon2.
fn cheap_hash() -> &'static str {
    use argon2::password_hash::{PasswordHasher as _, SaltString};
    static HASH: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    HASH.get_or_init(|| {
        let params = argon2::Params::new(8, 1, 1, None).unwrap();
        let argon = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        let salt = SaltString::encode_b64(b"not so secret").unwrap();
        argon.hash_password(PIN.as_bytes(), &salt).unwrap().to_string()
    })
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
        dest: None,
        nominal: (code == "S10").then_some(Rupiah::new(10_000)),
        price: Rupiah::new(price),
        routes: routes.iter().enumerate().map(route).collect(),
    }
}

fn catalog() -> Vec<Product> {
    let (topup, tsel) = (ProductKind::Topup, Some("telkomsel"));
    vec![
        product("S5", topup, tsel, 5_800, &[("alfa", 5_300), ("beta", 5_400)]),
        product("S10", topup, tsel, 10_900, &[("gamma", 10_200), ("alfa", 10_300), ("delta", 10_350)]),
        product("X10", topup, Some("xl"), 11_100, &[("beta", 10_400), ("gamma", 10_500)]),
        product("T20", ProductKind::Token, None, 20_900, &[("delta", 20_100), ("alfa", 20_200)]),
        product("PLNPOST", ProductKind::Bill, None, 2_500, &[("alfa", 1_500), ("delta", 1_600)]),
    ]
}

impl Stage {
    fn new(seed: u64, sabotage: Option<Sabotage>) -> Self {
        let world = Arc::new(World::new(seed, sabotage));
        let resellers = world.between(2, 6);
        let stage = Self {
            world,
            store: Arc::new(MemoryStore::new()),
            book: Mutex::default(),
            books: Mutex::default(),
            next_message: Mutex::default(),
            resellers,
            unacknowledged: Mutex::default(),
            sent: Mutex::default(),
        };
        stage.furnish();
        stage
    }

    /// Resellers above and below each other, most with little money, and something to sell.
    fn furnish(&self) {
        let mut commit = Commit::new(self.world.now());
        commit.products = catalog();
        for n in 1..=self.resellers {
            assert_eq!(at_once(self.store.next(Sequence::Agent)).unwrap(), n);
            let id = AgentId(u32::try_from(n).unwrap());
            let mut network = Network::default();
            if n > 1 && self.world.percent(60) {
                network.upline = Some(AgentId(u32::try_from(self.world.between(1, n - 1)).unwrap()));
            }
            let markup = Rupiah::new(*self.world.pick(&[100, 200, 350]));
            network.markups.set(MarkupFor::All, Some(markup)).unwrap();
            let row = Agent {
                id,
                version: 1,
                name: format!("Konter {n}"),
                status: AgentStatus::Active,
                pin: PinState::new(cheap_hash().to_owned(), 4),
                chats: vec![reseller(n)],
                phones: Vec::new(),
                waits_for_break: false,
                identities: konter::habits::Identities::default(),
                locale: if n % 2 == 0 { Locale::En } else { Locale::Id },
                receipt_shop: None,
                receipt_footer: None,
                network,
                created_at: self.world.now(),
            };
            commit.agents.push(Versioned { expected: None, row });
            let amount = Rupiah::new(if n == 1 { 1_500_000 } else { *self.world.pick(&[20_000, 80_000, 200_000]) });
            commit.postings.push(Posting::Transfer {
                debit: AccountId::Cash,
                credit: AccountId::Agent(id),
                amount,
                reason: Reason::Deposit,
                order: None,
                note: None,
                may_overdraw: false,
            });
        }
        write(self, commit).unwrap();
    }

    /// The supplier has said so, and the shop has heard it.
    pub fn tell(&self, supplier: usize, reference: Reference, truth: Truth) {
        let mut book = self.book.lock();
        let deal = book.deals.entry((supplier, reference)).or_default();
        match truth {
            Truth::Delivered => deal.told_success = true,
            Truth::Refused(_) => deal.told_failed = true,
            Truth::Pending => {}
        }
    }

    /// One runtime's life. Dropping it cuts every task where it stands: that is the crash.
    fn in_a_runtime<T>(self: &Arc<Self>, downtime: u64, life: impl AsyncFnOnce(&Arc<Shop>, &SlowStore) -> T) -> T {
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
            let shop = self.open(Arc::clone(&store) as Arc<dyn Store>).await;
            let result = life(&shop, &store).await;
            self.world.end();
            result
        })
    }

    /// As the program opens it.
    async fn open(self: &Arc<Self>, store: Arc<dyn Store>) -> Arc<Shop> {
        let suppliers = (0..SUPPLIERS.len()).map(|supplier| {
            let secret = SecretString::from("kata-sandi-rahasia");
            let wire = Wire { supplier, sabotage: self.world.sabotage, secret };
            let way = Way { supplier, stage: Arc::clone(self) };
            let cutoff = (SUPPLIERS[supplier].0 == "beta").then(|| CutOff::parse("23:30-00:30").unwrap());
            let id = SUPPLIERS[supplier].0.parse().unwrap();
            Supplier::over(id, ProtocolKind::Kiosampm, Box::new(wire), Box::new(way), cutoff)
        });
        let policy = Policy {
            admins: vec![admin(0), admin(1)],
            locale: Locale::Id,
            registration: Registration::Approve,
            margin_cap: konter::pricing::MarginCap::default(),
            stale_after: TimeDelta::minutes(30),
            inquiry_valid_for: TimeDelta::minutes(15),
            deposits: Terms::default(),
            summary_at: None,
        };
        let catalog = Catalog::new(at_once(self.store.products()).unwrap());
        let clock = ShopClock::new(Arc::clone(&self.world) as Arc<_>, Jakarta);
        let suppliers = Suppliers::new(suppliers.collect());
        let (shop, _) = Shop::new(store, clock, policy, PrefixTable::default(), suppliers, catalog);
        if self.world.does(Sabotage::BuysAgainAfterCrash) {
            self.send_anew();
        }
        shop.load_staff().await.unwrap();
        shop.recover().await.unwrap();
        shop.recover_inquiries().await.unwrap();
        shop.recover_inbox().await.unwrap();
        shop.start();
        let waiting: Vec<InboxMessage> = self.unacknowledged.lock().values().cloned().collect();
        for message in waiting {
            self.post(&shop, vec![message]);
        }
        shop
    }

    /// The chat service brings messages until the shop has taken them.
    fn post(self: &Arc<Self>, shop: &Arc<Shop>, messages: Vec<InboxMessage>) {
        for message in &messages {
            self.world.log(format_args!("{} {}> {}", message.chat, message.message, message.text));
            self.unacknowledged.lock().entry(message.key()).or_insert_with(|| message.clone());
        }
        let (stage, shop) = (Arc::clone(self), Arc::clone(shop));
        tokio::spawn(async move {
            if shop.receive(messages.clone()).await.is_ok() {
                stage.unacknowledged.lock().retain(|key, _| messages.iter().all(|message| message.key() != *key));
            }
        });
    }

    /// The shop at work until its steps are over or it crashes.
    fn lives(self: &Arc<Self>, downtime: u64, steps: &mut u64) -> End {
        self.world.log(format_args!("--- start"));
        self.in_a_runtime(downtime, async |shop, store| {
            while *steps > 0 && self.world.broken().is_none() {
                *steps -= 1;
                if let Some(end) = self.step(shop, store).await {
                    return end;
                }
                let gap = match self.world.below(20) {
                    0..=8 => self.world.between(1, 20),
                    9..=14 => self.world.between(20, 300),
                    15..=17 => self.world.between(300, 10_000),
                    18 => self.world.between(10_000, 90_000),
                    _ => self.world.between(90_000, 1_500_000),
                };
                self.pass(shop, gap).await;
            }
            End::Over
        })
    }

    async fn step(self: &Arc<Self>, shop: &Arc<Shop>, store: &SlowStore) -> Option<End> {
        let world = &self.world;
        if world.percent(50) {
            self.deliver_outbox();
        }
        match world.below(100) {
            0..=57 => {
                let mut messages = vec![self.says_something()];
                if world.percent(15) {
                    messages.push(self.says_something());
                }
                self.sent.lock().extend(messages.iter().cloned());
                self.post(shop, messages);
            }
            58..=66 => self.repeat(shop),
            67..=82 => {
                let message = self.admin_acts();
                self.sent.lock().push(message.clone());
                self.post(shop, vec![message]);
            }
            83..=87 => self.forge(shop),
            88..=89 => self.set_clock(shop),
            90 => {
                world.log(format_args!("the disk is full"));
                store.break_disk();
            }
            91..=92 => {
                world.log(format_args!("--- stop"));
                shop.stop(Duration::from_secs(75)).await;
                return Some(End::Crash);
            }
            93..=96 => {
                world.log(format_args!("--- crash"));
                return Some(End::Crash);
            }
            _ => self.release_by_time(),
        }
        None
    }

    /// Time passes, and reports come in as they are due.
    async fn pass(self: &Arc<Self>, shop: &Arc<Shop>, time: u64) {
        let until = self.world.elapsed() + time;
        loop {
            let now = self.world.elapsed();
            loop {
                let mut book = self.book.lock();
                let Some(((at, _), _)) = book.reports.first_key_value().filter(|((at, _), _)| *at <= now) else {
                    break;
                };
                let at = *at;
                let (_, report) = book.reports.pop_first().unwrap();
                drop(book);
                let _ = at;
                self.call_back(shop, report);
            }
            if now >= until || self.world.broken().is_some() {
                return;
            }
            let next =
                self.book.lock().reports.first_key_value().map_or(until, |((at, _), _)| *at).clamp(now + 1, until);
            self.world.pause(next - now, next - now).await;
        }
    }

    fn call_back(self: &Arc<Self>, shop: &Arc<Shop>, report: super::supplier::Report) {
        let name = SUPPLIERS[report.supplier].0;
        let known = self.book.lock().deals.contains_key(&(report.supplier, report.reference));
        if report.believed && known {
            match report.says {
                Said::Success => self.tell(report.supplier, report.reference, Truth::Delivered),
                Said::Failed => {
                    self.tell(
                        report.supplier,
                        report.reference,
                        Truth::Refused(konter::supplier::FailureKind::Refused),
                    );
                }
                Said::Nothing => {}
            }
        }
        let (stage, shop) = (Arc::clone(self), Arc::clone(shop));
        tokio::spawn(async move {
            let believed = report.believed || stage.world.does(Sabotage::BelievesForgers);
            let fate = shop.callback(name.parse().unwrap(), believed, report.callback.clone()).await;
            stage.world.log(format_args!("{name} reports on {} {:?}: {fate:?}", report.reference, report.says));
            let ends = believed && known && report.says != Said::Nothing;
            if ends && fate.is_ok() {
                let mut book = stage.book.lock();
                book.deals.entry((report.supplier, report.reference)).or_default().acknowledged = true;
            }
            // A supplier that gets no answer tries again.
            if fate.is_err() {
                let at = stage.world.elapsed() + 30_000;
                stage.book.lock().report(at, report);
            }
        });
    }

    /// The same message once more, sometimes edited.
    fn repeat(self: &Arc<Self>, shop: &Arc<Shop>) {
        let sent = self.sent.lock().clone();
        if sent.is_empty() {
            return;
        }
        let recent = sent.len().saturating_sub(6);
        let mut message = self.world.pick(&sent[recent..]).clone();
        if self.world.percent(20) {
            let Text(text, lines) = self.order();
            message.text = text;
            self.books.lock().allow(message.key(), lines);
        }
        // Only what the service has not seen taken would be brought again after a failure.
        let (stage, shop) = (Arc::clone(self), Arc::clone(shop));
        self.world.log(format_args!("{} {} again> {}", message.chat, message.message, message.text));
        tokio::spawn(async move {
            let taken = shop.receive(vec![message]).await;
            stage.world.log(format_args!("taken again: {}", taken.is_ok()));
        });
    }

    /// Somebody claims to be a supplier.
    fn forge(self: &Arc<Self>, shop: &Arc<Shop>) {
        let world = &self.world;
        let attempts: Vec<(usize, Reference)> = {
            let books = self.books.lock();
            let all = books.orders.values().flat_map(|order| &order.attempts);
            all.map(|a| (super::supplier::index_of(a.route.supplier.as_str()), a.reference)).collect()
        };
        if attempts.is_empty() {
            return;
        }
        let (supplier, reference) = *world.pick(&attempts);
        let truth =
            if world.percent(50) { Truth::Delivered } else { Truth::Refused(konter::supplier::FailureKind::Refused) };
        let mut report = report_of(supplier, reference, truth, 1);
        if world.percent(20) {
            // A believed one about something that is not ours.
            report = report_of(supplier, Reference(reference.0 + 7), truth, 1);
        } else {
            report.believed = false;
        }
        self.call_back(shop, report);
    }

    fn set_clock(&self, shop: &Arc<Shop>) {
        let minutes = *self.world.pick(&[-120, -10, -1, 1, 10, 45, 90, 1_500]);
        self.world.log(format_args!("the clock is set by {minutes} minutes"));
        self.world.set_clock(TimeDelta::minutes(minutes));
        if self.world.percent(50) {
            shop.look_again();
        }
    }

    /// The chat service takes what waits to be said.
    fn deliver_outbox(&self) {
        let mut commit = Commit::new(self.world.now());
        for chat in at_once(self.store.waiting_chats()).unwrap() {
            for row in at_once(self.store.outbox(&chat, usize::MAX)).unwrap() {
                commit.take_out(&row, true);
            }
        }
        write(self, commit).unwrap();
    }

    /// A sabotage of its own: holds that are old are given back, as no part of the shop does.
    fn release_by_time(&self) {
        if !self.world.does(Sabotage::ReleasesByTime) {
            return;
        }
        let orders: Vec<konter::order::Order> = self.books.lock().orders.values().cloned().collect();
        for order in orders.into_iter().filter(konter::order::Order::is_open) {
            let Some(attempt) = order.current() else { continue };
            let (version, reference) = (order.version, attempt.reference);
            let reading = konter::supplier::Reading::new(konter::supplier::Outcome::Failed(
                konter::supplier::FailureKind::WrongNumber,
            ));
            let event = konter::order::Event::Word { from: konter::order::Word::Check, reference, reading, raw: None };
            let Some(step) = konter::order::step(&order, event, Reference(0), self.world.now()) else { continue };
            let mut commit = Commit::new(self.world.now());
            commit.orders.push(Versioned { expected: Some(version), row: step.order });
            commit.postings = step.postings;
            commit.says = step.notices.into_iter().filter_map(|notice| said(&order, notice)).collect();
            let _ = write(self, commit);
        }
    }

    /// A sabotage of its own: what was on its way is made ready again.
    fn send_anew(&self) {
        let orders: Vec<konter::order::Order> = self.books.lock().orders.values().cloned().collect();
        for mut order in orders.into_iter().filter(konter::order::Order::is_in_flight) {
            let expected = Some(order.version);
            order.version += 1;
            if let Some(attempt) = order.attempts.last_mut() {
                attempt.step = AttemptStep::Ready;
            }
            let mut commit = Commit::new(self.world.now());
            commit.orders.push(Versioned { expected, row: order });
            let _ = write(self, commit);
        }
    }

    /// No more faults: everything is decided, told and taken, until only what needs a person is open. The admins see to
    /// that, and then nothing may ever happen again.
    fn comes_to_rest(self: &Arc<Self>) {
        self.world.calm_down();
        self.world.log(format_args!("--- calm"));
        self.in_a_runtime(1_000, async |shop, _| {
            self.book.lock().settle(self.world.elapsed());
            self.until_quiet(shop).await;
            let open = self.open_orders();
            for id in open {
                if self.must_be_final(id) {
                    self.world.violated(format!("{:?} is not final", self.books.lock().orders[&id]));
                }
                if !self.books.lock().orders[&id].escalated {
                    self.world.violated(format!("nobody is told of {:?}", self.books.lock().orders[&id]));
                }
                let message = self.message(admin(0), &Text(self.truthful(id), 0));
                self.post(shop, vec![message]);
            }
            self.pass(shop, 60_000).await;
            for id in self.open_orders() {
                self.world.violated(format!("{:?} stays open", self.books.lock().orders[&id]));
            }
            Books::audit(self).await;
        });
        let before = self.books.lock().ends();
        self.in_a_runtime(60_000, async |shop, _| {
            self.pass(shop, 7_200_000).await;
            Books::audit(self).await;
        });
        let after = self.books.lock().ends();
        if before != after {
            self.world.violated(format!("something still happens after the end: {before:?} became {after:?}"));
        }
        for message in self.sent.lock().iter() {
            let times = self.books.lock().times_answered(&message.key());
            if times != 1 {
                self.world.violated(format!("{} was answered {times} times", message.key()));
            }
        }
    }

    fn open_orders(&self) -> Vec<OrderId> {
        self.books.lock().orders.values().filter(|order| order.is_open()).map(|order| order.id).collect()
    }

    /// Waits until nothing is left that could become final by itself.
    async fn until_quiet(self: &Arc<Self>, shop: &Arc<Shop>) {
        /// Clocks may have been set back by some hours, and checks slow down to every 15 minutes.
        const LONGEST: u64 = 30 * 3_600_000;
        let until = self.world.elapsed() + LONGEST;
        loop {
            let idle = at_once(self.store.inbox()).unwrap().is_empty()
                && at_once(self.store.asking()).unwrap().is_empty()
                && self.unacknowledged.lock().is_empty()
                && self.book.lock().reports.is_empty();
            let waits = self
                .open_orders()
                .into_iter()
                .any(|id| self.must_be_final(id) || !self.books.lock().orders[&id].escalated);
            if idle && !waits || self.world.broken().is_some() {
                return;
            }
            if self.world.elapsed() > until {
                let inbox = at_once(self.store.inbox()).unwrap();
                let asking = at_once(self.store.asking()).unwrap();
                if !idle {
                    self.world.violated(format!("something is left over: {inbox:?}, {asking:?}"));
                }
                return;
            }
            self.deliver_outbox();
            self.pass(shop, 120_000).await;
        }
    }
}

fn said(order: &konter::order::Order, notice: konter::order::Notice) -> Option<konter::store::Say> {
    match notice {
        konter::order::Notice::Reseller(reply) => Some(konter::store::Say {
            chat: order.chat.clone(),
            locale: order.locale,
            payload: konter::store::Payload::Reply(Box::new(reply)),
            balance_of: None,
        }),
        konter::order::Notice::Admins(_) => None,
    }
}
