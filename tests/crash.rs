//! The real program, killed again and again in the middle of its work: whatever the moment, nothing is bought twice,
//! nothing paid is refunded, no message is lost and none is carried out twice.
//!
//! `KONTER_TEST_KILLS` makes the run longer, `KONTER_TEST_SEED` repeats its choices.

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/bot_api.rs"]
mod bot_api;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/postgres.rs"]
mod postgres;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/program.rs"]
mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bot_api::{BotApi, TOKEN};
use chrono::Utc;
use konter::ids::{AgentId, ChatId, OrderId};
use konter::ledger::AccountId;
use konter::order::{Order, OrderState};
use konter::simulator::{self, Kind, Pace, SimulatorConfig, Simulators};
use konter::store::sled_store::{SledOptions, SledStore};
use konter::store::{MessageKey, Payload, Store};
use parking_lot::Mutex;
use postgres::Database;
use program::{Running, Settings, free_port, tail};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

const ADMIN: i64 = 1001;
const FIRST_RESELLER: i64 = 2001;
const RESELLERS: i64 = 16;
const PIN: &str = "739154";
/// Whole rupiah; nobody runs out of it.
const DEPOSIT: i64 = 5_000_000;
const KILLS: u32 = 40;
/// Fewer: the program between store and shop is the same, what differs is the store.
const KILLS_ON_POSTGRES: u32 = 15;
/// Every so many kills the books are audited as the kill left them.
const AUDIT_EVERY: u32 = 5;
/// Between two order messages. Telegram lets the program say some 25 things per second, and an order takes three.
const ORDER_EVERY: Duration = Duration::from_millis(110);
/// For what takes seconds on an idle machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// What is bought: code, number as far as the operator goes, digits in all. Each supplier has its own, and the first
/// has two.
const PRODUCTS: [(&str, &str, usize); 7] = [
    ("S10", "0812", 12),
    ("S5", "0813", 12),
    ("I5", "0857", 12),
    ("T5", "0896", 12),
    ("SM5", "0881", 12),
    ("TKN20", "14", 11),
    ("PLN20", "86", 11),
];

/// Last digits that choose what a supplier does. Left out: 07, a supplier that says "failed" and delivers. Its
/// correction can get lost between two kills, and it comes separately, in peace.
const ENDINGS: [&str; 30] = [
    "00", "00", "00", "00", "00", "30", "01", "02", "03", "04", "05", "06", "08", "09", "10", "11", "12", "13", "14",
    "15", "16", "18", "19", "20", "21", "22", "23", "24", "25", "26",
];
const FAILED_YET_DELIVERED: &str = "07";

#[derive(Clone)]
struct Ordered {
    chat: i64,
    /// As Telegram numbers it.
    message: i64,
    dests: Vec<String>,
}

/// Everyone who writes to the bot.
struct People {
    api: BotApi,
    choices: StdRng,
    updates: i64,
    written: Vec<(i64, i64)>,
    ordered: Vec<Ordered>,
}

impl People {
    /// Writes a message; its number.
    fn write(&mut self, chat: i64, text: &str) -> i64 {
        self.updates += 1;
        let message = self.updates + 1000;
        self.hand_out(chat, message, text);
        self.written.push((chat, message));
        message
    }

    fn hand_out(&self, chat: i64, message: i64, text: &str) {
        let mut update = bot_api::message(self.updates, chat, text);
        update["message"]["message_id"] = message.into();
        update["message"]["date"] = Utc::now().timestamp().into();
        self.api.push([update]);
    }

    /// Someone orders something, sometimes two things at once; sometimes Telegram hands the message out twice.
    fn order(&mut self) {
        let lines = if self.choices.random_bool(0.1) { 2 } else { 1 };
        let products: Vec<usize> = (0..lines).map(|_| self.choices.random_range(0..PRODUCTS.len())).collect();
        let ending = ENDINGS[self.choices.random_range(0..ENDINGS.len())];
        self.order_these(&products, ending);
    }

    fn order_these(&mut self, products: &[usize], ending: &str) {
        let chat = FIRST_RESELLER + self.choices.random_range(0..RESELLERS);
        let mut parts = Vec::new();
        let mut dests = Vec::new();
        for (line, &product) in products.iter().enumerate() {
            let (code, prefix, digits) = PRODUCTS[product];
            // No two orders go to the same number; the 1 keeps the ending the last two digits'.
            let number = self.ordered.len() * 2 + line;
            let dest = format!("{prefix}{number:0width$}1{ending}", width = digits - prefix.len() - 3);
            parts.push(format!("{code}.{dest}."));
            dests.push(dest);
        }
        let text = parts.concat() + PIN;
        let message = self.write(chat, &text);
        self.ordered.push(Ordered { chat, message, dests });
        if self.choices.random_bool(0.05) {
            self.updates += 1;
            self.hand_out(chat, message, &text);
        }
    }
}

/// What the Bot API had seen when a process began.
struct Life {
    calls: usize,
    connections: usize,
}

/// The shop under fire.
struct Site {
    folder: tempfile::TempDir,
    settings: Settings,
    api: BotApi,
    simulators: Simulators,
    /// Where the books are, when not in the folder.
    database: Option<Database>,
    /// One per process, in the order they began.
    lives: Vec<Life>,
}

impl Site {
    async fn new(database: Option<Database>) -> Self {
        let api = BotApi::start().await;
        let simulators = simulator::start(SimulatorConfig::loopback(Pace::Instant)).await.unwrap();
        let listen = format!("127.0.0.1:{}", free_port());
        simulators.set_callback_base(format!("http://{listen}"));
        let settings = Settings::new()
            .catalog()
            .simulators(&simulators)
            .set("TELOXIDE_TOKEN", TOKEN)
            .set("TELOXIDE_API_URL", &api.url)
            .set("KONTER_ADMINS", format!("telegram:{ADMIN}"))
            .set("KONTER_REGISTRATION", "open")
            .set("KONTER_LISTEN", &listen);
        let folder = tempfile::tempdir().unwrap();
        let settings = match &database {
            Some(database) => settings.set("DATABASE_URL", &database.url),
            None => settings.set("KONTER_DATA_DIR", folder.path().join("data").display()),
        };
        Self { folder, settings, api, simulators, database, lives: Vec::new() }
    }

    /// The store of the stopped shop.
    async fn store(&self) -> Arc<dyn Store> {
        match &self.database {
            Some(database) => database.open().await,
            None => Arc::new(SledStore::open(&self.folder.path().join("data"), SledOptions::default()).unwrap()),
        }
    }

    fn start(&mut self) -> Running {
        self.lives.push(Life { calls: self.api.calls_made(), connections: self.api.connections() });
        self.settings.start(self.folder.path(), &["run"])
    }

    async fn audit(&self) {
        let audit = self.settings.run(self.folder.path(), &["audit"]).await;
        assert_eq!(audit.code, Some(0), "{audit:?}");
    }

    /// Waits until the process talks to Telegram.
    async fn at_work(&self, running: &Running) {
        let since = self.lives.last().unwrap().calls;
        let came = self.api.comes(PATIENCE, |api| api.calls_made() > since).await;
        assert!(came, "the program does not begin to work; it said: {}", tail(&running.err()));
    }

    /// Waits for the moment to kill a process: while it starts, at any time at work, right after it has said something
    /// that it cannot have noted yet, or right after it has bought something it cannot have noted yet.
    async fn moment(&self, running: &Running, choices: &mut StdRng) {
        /// Nothing may happen any more for the process to be killed after.
        const LONGEST: Duration = Duration::from_secs(1);
        let wait = Duration::from_millis(choices.random_range(0..1_000));
        match choices.random_range(0..10) {
            0 | 1 => tokio::time::sleep(wait / 6).await,
            2..=4 => {
                self.at_work(running).await;
                tokio::time::sleep(wait).await;
            }
            5..=7 => {
                self.at_work(running).await;
                let said = self.api.calls("sendmessage").len() + choices.random_range(1..8);
                self.api.comes(LONGEST, |api| api.calls("sendmessage").len() >= said).await;
            }
            _ => {
                self.at_work(running).await;
                let bought = self.simulators.bought().len() + choices.random_range(1..4);
                let buys = async {
                    while self.simulators.bought().len() < bought {
                        tokio::time::sleep(Duration::from_micros(500)).await;
                    }
                };
                let _ = tokio::time::timeout(LONGEST, buys).await;
            }
        }
    }

    /// Whether a process was killed and another started between two calls. By their connections: a call of a killed process
    /// can still lie unread when the next one begins.
    fn restarted_between(&self, earlier: usize, later: usize) -> bool {
        let [earlier, later] = [earlier, later].map(|call| self.api.connection_of(call));
        self.lives.iter().any(|life| earlier < life.connections && life.connections <= later)
    }
}

fn number_from(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{variable} is not a number")))
}

/// Registers everyone, gives everyone a deposit, then orders without end until told to stop.
async fn trade(people: Arc<Mutex<People>>, enough: Arc<AtomicBool>) {
    let api = people.lock().api.clone();
    let chats = || FIRST_RESELLER..FIRST_RESELLER + RESELLERS;
    for chat in chats() {
        people.lock().write(chat, &format!("DAFTAR.Konter {chat}.{PIN}"));
    }
    everyone_hears(&api, "Kode agen").await;
    for chat in chats() {
        people.lock().write(ADMIN, &format!("/deposit telegram:{chat} {DEPOSIT}"));
    }
    everyone_hears(&api, "Deposit masuk").await;
    while !enough.load(Ordering::Relaxed) {
        people.lock().order();
        tokio::time::sleep(ORDER_EVERY).await;
    }
}

async fn everyone_hears(api: &BotApi, words: &str) {
    let heard = |api: &BotApi| -> BTreeSet<i64> {
        let texts = api.texts_from(0).into_iter().filter(|(_, chat, text)| *chat != ADMIN && text.contains(words));
        texts.map(|(_, chat, _)| chat).collect()
    };
    let all = usize::try_from(RESELLERS).unwrap();
    let came = api.comes(PATIENCE, |api| heard(api).len() == all).await;
    assert!(came, "only {:?} heard {words:?}", heard(api));
}

/// The answers about orders so far: (destination, kind of answer) and the calls that carried it.
type Answers = BTreeMap<(String, &'static str), Vec<usize>>;

/// The kinds of answer; what comes first is looked for first.
const KINDS: [&str; 5] = ["SUKSES (susulan)", "GAGAL (dibatalkan)", "SUKSES", "GAGAL", "diproses"];
const FINAL_KINDS: [&str; 4] = ["SUKSES (susulan)", "GAGAL (dibatalkan)", "SUKSES", "GAGAL"];

fn note_answers(answers: &mut Answers, texts: Vec<(usize, i64, String)>) {
    for (call, _, text) in texts.into_iter().filter(|(_, chat, _)| *chat != ADMIN) {
        let Some(kind) = KINDS.into_iter().find(|kind| text.contains(kind)) else { continue };
        let Some(dest) = text.split_once(" ke ").map(|(_, rest)| rest) else { continue };
        let dest: String = dest.chars().take_while(char::is_ascii_digit).collect();
        answers.entry((dest, kind)).or_default().push(call);
    }
}

fn answers(api: &BotApi) -> Answers {
    let mut answers = Answers::new();
    note_answers(&mut answers, api.texts_from(0));
    answers
}

fn has_any(answers: &Answers, dest: &str, kinds: &[&'static str]) -> bool {
    kinds.iter().any(|kind| answers.contains_key(&(dest.to_owned(), *kind)))
}

/// Waits until all that was written is acknowledged and each of these orders has one of these answers.
async fn answered(site: &Site, running: &Running, people: &Mutex<People>, wanted: &[String], kinds: &[&'static str]) {
    let last = people.lock().updates;
    let (mut seen, mut answers) = (0, Answers::new());
    let mut missing: Vec<String> = wanted.to_vec();
    let came = site
        .api
        .comes(PATIENCE, |api| {
            let now = api.calls_made();
            note_answers(&mut answers, api.texts_from(seen));
            seen = now;
            missing.retain(|dest| !has_any(&answers, dest, kinds));
            api.acknowledged() > last && missing.is_empty()
        })
        .await;
    let log = tail(&running.err());
    assert!(came, "acknowledged {} of {last}; without an answer: {missing:?}\n{log}", site.api.acknowledged());
}

/// The books of the stopped shop.
struct Books {
    store: Arc<dyn Store>,
    orders: BTreeMap<OrderId, Order>,
}

impl Books {
    async fn of(store: Arc<dyn Store>) -> Self {
        let mut orders = BTreeMap::new();
        for agent in store.agents(None, 1000).await.unwrap() {
            for order in store.orders_of(agent.id, None, None, 100_000).await.unwrap() {
                orders.insert(order.id, order);
            }
        }
        Self { store, orders }
    }

    /// Every message has been answered, each order message by exactly the orders it asks for.
    async fn check_messages(&self, written: &[(i64, i64)], ordered: &[Ordered]) {
        assert!(self.store.inbox().await.unwrap().is_empty(), "{:?}", self.store.inbox().await.unwrap());
        let key = |chat, message: i64| MessageKey::Chat { chat: ChatId::telegram(chat), message: message.to_string() };
        for &(chat, message) in written {
            let answered = self.store.answered(&key(chat, message)).await.unwrap();
            assert!(answered.is_some(), "message {message} of {chat} was acknowledged and never answered");
        }
        let mut accounted = BTreeSet::new();
        for Ordered { chat, message, dests } in ordered {
            let placed = self.store.answered(&key(*chat, *message)).await.unwrap().unwrap().orders;
            let placed_dests: Vec<&str> = placed.iter().map(|id| self.orders[id].dest.as_str()).collect();
            assert_eq!(placed_dests, *dests, "orders of message {message} of {chat}");
            accounted.extend(placed);
        }
        let all: BTreeSet<OrderId> = self.orders.keys().copied().collect();
        assert_eq!(all, accounted, "orders that no message, or more than one, stands for");
    }

    /// Nothing was delivered twice, and what was delivered is paid for or still held.
    fn check_deliveries(&self, simulators: &Simulators) -> usize {
        let by_dest: BTreeMap<&str, &Order> = self.orders.values().map(|order| (order.dest.as_str(), order)).collect();
        let mut delivered: BTreeMap<String, (Kind, String)> = BTreeMap::new();
        for bought in simulators.bought() {
            assert_eq!(bought.times_delivered, 1, "delivered twice: {bought:?}");
            let order = by_dest.get(bought.dest.as_str()).unwrap_or_else(|| panic!("nobody ordered {bought:?}"));
            assert!(!is_failed(order), "delivered and refunded: {bought:?}, {order:#?}");
            let earlier = delivered.insert(bought.dest.clone(), (bought.kind, bought.reference.clone()));
            assert!(earlier.is_none(), "delivered by two: {earlier:?}, {bought:?}, {order:#?}");
        }
        for order in self.orders.values().filter(|order| is_success(order)) {
            assert!(
                delivered.contains_key(&order.dest) || order.dest.ends_with("06"),
                "paid for and not delivered: {order:#?}"
            );
        }
        delivered.len()
    }

    /// Deposits were booked once, and nothing left but the prices of what succeeded or is held.
    async fn check_money(&self) {
        let agents = self.store.agents(None, 1000).await.unwrap();
        assert_eq!(agents.len(), usize::try_from(RESELLERS).unwrap());
        for agent in agents {
            let orders = self.orders.values().filter(|order| order.agent == agent.id && !is_failed(order));
            let spent: i64 = orders.map(|order| order.price.get()).sum();
            assert_eq!(self.available(agent.id).await, DEPOSIT - spent, "{}", agent.id);
        }
    }

    async fn available(&self, agent: AgentId) -> i64 {
        self.store.account(&AccountId::Agent(agent)).await.unwrap().available().get()
    }

    /// Final orders whose answer has not arrived; each must be waiting in the outbox.
    async fn unsaid(&self, answers: &Answers) -> Vec<String> {
        let mut waiting = Vec::new();
        for chat in FIRST_RESELLER..FIRST_RESELLER + RESELLERS {
            let rows = self.store.outbox(&ChatId::telegram(chat), 100_000).await.unwrap();
            for row in rows {
                if let Payload::Reply(reply) = row.payload {
                    waiting.push(format!("{reply:?}"));
                }
            }
        }
        let finals = self.orders.values().filter(|order| !order.is_open());
        let unsaid: Vec<String> =
            finals.map(|order| order.dest.clone()).filter(|dest| !has_any(answers, dest, &FINAL_KINDS)).collect();
        for dest in &unsaid {
            assert!(waiting.iter().any(|reply| reply.contains(dest)), "the answer about {dest} is lost: {waiting:#?}");
        }
        unsaid
    }

    fn count(&self, fits: impl Fn(&Order) -> bool) -> usize {
        self.orders.values().filter(|order| fits(order)).count()
    }
}

fn is_failed(order: &Order) -> bool {
    !order.is_open() && !order.takes_slot()
}

fn is_success(order: &Order) -> bool {
    matches!(&order.state, OrderState::Final(end) if end.failure.is_none())
}

/// The same answer twice is excused only by a kill between the two. Returns how many there were.
fn check_repetitions(site: &Site, answers: &Answers) -> usize {
    let mut repeated = 0;
    for ((dest, kind), calls) in answers {
        for pair in calls.windows(2) {
            assert!(site.restarted_between(pair[0], pair[1]), "{kind} about {dest} was said twice by one process");
            repeated += 1;
        }
    }
    repeated
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_buys_once_refunds_nothing_delivered_and_answers_everyone() {
    survive(KILLS, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_with_its_books_in_postgresql() {
    if let Some(database) = postgres::database().await {
        survive(KILLS_ON_POSTGRES, Some(database)).await;
    }
}

async fn survive(kills: u32, database: Option<Database>) {
    let kills = number_from("KONTER_TEST_KILLS").map_or(kills, |kills| u32::try_from(kills).unwrap());
    let seed = number_from("KONTER_TEST_SEED").unwrap_or_else(rand::random);
    eprintln!("seed {seed}, {kills} kills");
    let mut moments = StdRng::seed_from_u64(seed);
    let mut site = Site::new(database).await;
    let people = Arc::new(Mutex::new(People {
        api: site.api.clone(),
        choices: StdRng::seed_from_u64(seed),
        updates: 1,
        written: Vec::new(),
        ordered: Vec::new(),
    }));
    let enough = Arc::new(AtomicBool::new(false));
    let trading = tokio::spawn(trade(Arc::clone(&people), Arc::clone(&enough)));

    for kill in 1..=kills {
        let mut running = site.start();
        site.moment(&running, &mut moments).await;
        running.kill();
        if kill % AUDIT_EVERY == 0 {
            site.audit().await;
        }
    }

    let mut running = site.start();
    everyone_hears(&site.api, "Deposit masuk").await;
    enough.store(true, Ordering::Relaxed);
    trading.await.unwrap();
    for product in 1..5 {
        people.lock().order_these(&[product], FAILED_YET_DELIVERED);
    }
    let (written, ordered) = {
        let people = people.lock();
        (people.written.clone(), people.ordered.clone())
    };
    let all: Vec<String> = ordered.iter().flat_map(|ordered| ordered.dests.clone()).collect();
    let late: Vec<String> = all.iter().filter(|dest| dest.ends_with(FAILED_YET_DELIVERED)).cloned().collect();
    answered(&site, &running, &people, &all, &KINDS).await;
    answered(&site, &running, &people, &late, &["SUKSES (susulan)", "SUKSES"]).await;

    // Whatever was not yet said at a stop is said by the next start.
    let books = loop {
        assert_eq!(running.stop("TERM").await, Some(0), "{}", tail(&running.err()));
        let books = Books::of(site.store().await).await;
        let unsaid = books.unsaid(&answers(&site.api)).await;
        if unsaid.is_empty() {
            break books;
        }
        books.store.close().await.unwrap();
        running = site.start();
        answered(&site, &running, &people, &unsaid, &FINAL_KINDS).await;
    };
    books.check_messages(&written, &ordered).await;
    let delivered = books.check_deliveries(&site.simulators);
    books.check_money().await;
    let repeated = check_repetitions(&site, &answers(&site.api));
    books.store.close().await.unwrap();
    site.audit().await;
    eprintln!(
        "{kills} kills, {} orders: {} succeeded, {} failed, {} open; {delivered} delivered, none twice; \
         {repeated} answers said twice, all across a kill",
        books.orders.len(),
        books.count(is_success),
        books.count(is_failed),
        books.count(Order::is_open),
    );
}
