//! A shop's busy day for tests that do bad things to it meanwhile: people who order without end, and what must be true of
//! books, suppliers and answers when it is over.
#![allow(dead_code, reason = "not every test needs all of it")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::Utc;
use konter_core::ids::{AgentId, ChatId, OrderId};
use konter_core::ledger::AccountId;
use konter_core::order::{Order, OrderState};
use konter_simulator::{Kind, Simulators};
use konter_store::{MessageKey, Payload, Store};
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::bot_api::{self, BotApi, TOKEN};

pub use super::site::{ADMIN, PATIENCE};
pub const FIRST_RESELLER: i64 = 2001;
pub const RESELLERS: i64 = 16;
pub const PIN: &str = "739154";
/// Whole rupiah; nobody runs out of it.
pub const DEPOSIT: i64 = 5_000_000;
/// What stands under a reply that may have been said before.
pub const MARK: &str = "(Pesan ini mungkin sudah pernah dikirim sebelumnya.)";

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
pub const FAILED_YET_DELIVERED: &str = "07";

/// Begins every number that is only asked about.
const ASKED: &str = "085599";

#[derive(Clone)]
pub struct Ordered {
    pub chat: i64,
    /// As Telegram numbers it.
    pub message: i64,
    pub dests: Vec<String>,
}

/// Everyone who writes to the bot.
pub struct People {
    pub api: BotApi,
    choices: StdRng,
    pub updates: i64,
    pub written: Vec<(i64, i64)>,
    pub ordered: Vec<Ordered>,
    /// Questions whose answers tell them apart, so many.
    pub asked: u32,
}

impl People {
    pub fn new(api: &BotApi, seed: u64) -> Arc<Mutex<Self>> {
        let choices = StdRng::seed_from_u64(seed);
        let (written, ordered) = (Vec::new(), Vec::new());
        Arc::new(Mutex::new(Self { api: api.clone(), choices, updates: 1, written, ordered, asked: 0 }))
    }

    /// Writes a message; its number.
    pub fn write(&mut self, chat: i64, text: &str) -> i64 {
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

    /// Someone asks about a number nobody has: the answers of a chat must come in the order of its questions.
    fn ask(&mut self) {
        self.asked += 1;
        let chat = FIRST_RESELLER + self.choices.random_range(0..RESELLERS);
        self.write(chat, &format!("CEK.{ASKED}{:06}", self.asked));
    }

    /// Someone orders something, sometimes two things at once; sometimes Telegram hands the message out twice.
    fn order(&mut self) {
        let lines = if self.choices.random_bool(0.1) { 2 } else { 1 };
        let products: Vec<usize> = (0..lines).map(|_| self.choices.random_range(0..PRODUCTS.len())).collect();
        let ending = ENDINGS[self.choices.random_range(0..ENDINGS.len())];
        self.order_these(&products, ending);
    }

    pub fn order_these(&mut self, products: &[usize], ending: &str) {
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

pub fn number_from(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{variable} is not a number")))
}

/// Registers everyone, gives everyone a deposit, then orders without end until told to stop.
pub async fn trade(people: Arc<Mutex<People>>, order_every: Duration, enough: Arc<AtomicBool>) {
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
        if people.lock().choices.random_bool(0.3) {
            people.lock().ask();
        }
        tokio::time::sleep(order_every).await;
    }
}

pub async fn everyone_hears(api: &BotApi, words: &str) {
    let heard = |api: &BotApi| -> BTreeSet<i64> {
        let texts = api.texts_from(0).into_iter().filter(|(_, chat, text)| *chat != ADMIN && text.contains(words));
        texts.map(|(_, chat, _)| chat).collect()
    };
    let all = usize::try_from(RESELLERS).unwrap();
    let came = api.comes(PATIENCE, |api| heard(api).len() == all).await;
    assert!(came, "only {:?} heard {words:?}", heard(api));
}

/// The answers about orders so far: (destination, kind of answer) and the calls that carried it.
pub type Answers = BTreeMap<(String, &'static str), Vec<usize>>;

/// The kinds of answer; what comes first is looked for first.
pub const KINDS: [&str; 5] = ["SUKSES (susulan)", "GAGAL (dibatalkan)", "SUKSES", "GAGAL", "diproses"];
pub const FINAL_KINDS: [&str; 4] = ["SUKSES (susulan)", "GAGAL (dibatalkan)", "SUKSES", "GAGAL"];

pub fn note_answers(answers: &mut Answers, texts: Vec<(usize, i64, String)>) {
    for (call, _, text) in texts.into_iter().filter(|(_, chat, _)| *chat != ADMIN) {
        // Who is behind is told of several orders in one message.
        for about in text.split("\n\n") {
            let Some(kind) = KINDS.into_iter().find(|kind| about.contains(kind)) else { continue };
            let Some(dest) = about.split_once(" ke ").map(|(_, rest)| rest) else { continue };
            let dest: String = dest.chars().take_while(char::is_ascii_digit).collect();
            answers.entry((dest, kind)).or_default().push(call);
        }
    }
}

pub fn answers(api: &BotApi) -> Answers {
    let mut answers = Answers::new();
    note_answers(&mut answers, api.texts_from(0));
    answers
}

pub fn has_any(answers: &Answers, dest: &str, kinds: &[&'static str]) -> bool {
    kinds.iter().any(|kind| answers.contains_key(&(dest.to_owned(), *kind)))
}

/// Each reseller's answers to what it asked come in the order of the questions; one that comes twice says so. Returns
/// how many questions were answered.
pub fn check_order_of_answers(api: &BotApi) -> usize {
    let mut heard: BTreeMap<i64, Vec<(u32, bool)>> = BTreeMap::new();
    for (_, chat, text) in api.texts_from(0) {
        let is_marked = text.contains(MARK);
        for (_, rest) in text.split("\n\n").filter_map(|about| about.split_once(ASKED)) {
            let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
            let number = number.parse().unwrap();
            let told = heard.entry(chat).or_default();
            if let Some((_, was_marked)) = told.iter().find(|(known, _)| *known == number) {
                assert!(is_marked || *was_marked, "{chat} hears twice of {number}, and nothing says so: {told:?}");
            } else {
                assert!(told.last().is_none_or(|(last, _)| *last < number), "{chat} hears of {number} after {told:?}");
                told.push((number, is_marked));
            }
        }
    }
    heard.values().map(Vec::len).sum()
}

/// Answers about orders that came more than once: how many came again, and those of which neither says so.
pub fn repeated(api: &BotApi) -> (usize, Vec<(String, &'static str)>) {
    let texts: BTreeMap<usize, String> = api.texts_from(0).into_iter().map(|(call, _, text)| (call, text)).collect();
    let (mut again, mut unmarked) = (0, Vec::new());
    for (about, calls) in answers(api) {
        again += calls.len() - 1;
        let marked = calls.iter().filter(|call| texts[*call].contains(MARK)).count();
        if marked + 1 < calls.len() {
            unmarked.push(about);
        }
    }
    (again, unmarked)
}

/// Waits until all that was written is acknowledged and each of these orders has one of these answers.
pub async fn answered(
    api: &BotApi,
    people: &Mutex<People>,
    wanted: &[String],
    kinds: &[&'static str],
    log: impl Fn() -> String,
) {
    /// Telegram takes one message a second for a chat: in a long run replies gather.
    const FOR_EACH: Duration = Duration::from_millis(200);
    let last = people.lock().updates;
    let (mut seen, mut answers) = (0, Answers::new());
    let mut missing: Vec<String> = wanted.to_vec();
    let patience = PATIENCE + FOR_EACH * u32::try_from(wanted.len()).unwrap();
    let came = api
        .comes(patience, |api| {
            let now = api.calls_made();
            note_answers(&mut answers, api.texts_from(seen));
            seen = now;
            missing.retain(|dest| !has_any(&answers, dest, kinds));
            api.acknowledged() > last && missing.is_empty()
        })
        .await;
    assert!(came, "acknowledged {} of {last}; without an answer: {missing:?}\n{}", api.acknowledged(), log());
}

/// The books of the stopped shop.
pub struct Books {
    pub store: Store,
    pub orders: BTreeMap<OrderId, Order>,
}

impl Books {
    pub async fn of(store: Store) -> Self {
        let mut orders = BTreeMap::new();
        for agent in store.agents(None, 1000).await.unwrap() {
            for order in store.orders_of(agent.id, None, None, 100_000).await.unwrap() {
                orders.insert(order.id, order);
            }
        }
        Self { store, orders }
    }

    /// Every message has been answered, each order message by exactly the orders it asks for.
    pub async fn check_messages(&self, written: &[(i64, i64)], ordered: &[Ordered]) {
        assert!(self.store.inbox().await.unwrap().is_empty(), "{:?}", self.store.inbox().await.unwrap());
        // A message's number is only this bot's.
        let bot = TOKEN.split(':').next().unwrap();
        let key =
            |chat, message: i64| MessageKey::Chat { chat: ChatId::telegram(chat), message: format!("{bot}.{message}") };
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
    pub fn check_deliveries(&self, simulators: &Simulators) -> usize {
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
    pub async fn check_money(&self) {
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
    pub async fn unsaid(&self, answers: &Answers) -> Vec<String> {
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

    pub fn count(&self, fits: impl Fn(&Order) -> bool) -> usize {
        self.orders.values().filter(|order| fits(order)).count()
    }
}

pub fn is_failed(order: &Order) -> bool {
    !order.is_open() && !order.takes_slot()
}

pub fn is_success(order: &Order) -> bool {
    matches!(&order.state, OrderState::Final(end) if end.failure.is_none())
}
