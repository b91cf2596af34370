//! A whole shop in one test: memory store, the simulators, a clock that stands still until told otherwise, and a
//! transcript of everything said.
#![allow(dead_code, reason = "every test file uses a part of it")]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Asia::Jakarta;
use konter::attachment::{Marked, edit_id};
use konter::clock::{Clock, ShopClock};
use konter::config::{Policy, PriceLists, Registration, Settings};
use konter::http::{CallbackAuth, Callers, Entry, Http, Limits, router_within, serve};
use konter::shop::pins::Pepper;
use konter::shop::suppliers::{Supplier, Suppliers};
use konter::shop::{ChatService, NoChatService, Parts, Shop};
use konter_core::agent::{Agent, Locale, PinState};
use konter_core::catalog::{Catalog, Product, parse_catalog};
use konter_core::ids::{AgentId, ChatId};
use konter_core::ledger::{AccountId, Posting};
use konter_core::money::Rupiah;
use konter_core::phone::PrefixTable;
use konter_reply::{Reply, Texts};
use konter_simulator::{Kind, Pace, SimulatorConfig, Simulators};
use konter_store::memory::MemoryStore;
use konter_store::{Commit, InboxMessage, Outgoing, Payload, Sequence, Store, Versioned};
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The PIN of every test reseller.
pub const PIN: &str = "1234";
/// How long anything is waited for before a test gives up and shows what it has: long, for a busy machine is no fault.
const PATIENCE: Duration = Duration::from_secs(60);
/// Noon in Jakarta on a day that is nobody's deadline.
pub fn noon() -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(2026, 11, 21).unwrap().and_hms_opt(5, 0, 0).unwrap().and_utc()
}

/// A clock that a test moves.
pub struct TestClock(Mutex<DateTime<Utc>>);

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock()
    }
}

/// What a test can choose.
pub struct Setup {
    pub registration: Registration,
    pub balance: i64,
    pub start: DateTime<Utc>,
    pub locale: Locale,
    /// Supplier settings in place of the simulators' own, by name.
    pub overrides: Vec<(String, String)>,
    /// Callbacks wait at the door until [`TestShop::let_callbacks_in`].
    pub hold_callbacks: bool,
    pub trusted_proxies: Vec<ipnet::IpNet>,
    pub catalog: Vec<Product>,
    pub metrics: Option<Arc<konter::telemetry::Figures>>,
    pub backup_token: Option<secrecy::SecretString>,
    /// How long nothing is said of an order that takes long: longer than any busy machine takes, but where that is what is looked
    /// at.
    pub announce_after: Duration,
    /// How long one request to the shop may take.
    pub request_limit: Duration,
    pub deposits: konter_core::deposit::Terms,
    pub contact: Option<String>,
    /// Admins besides [`admin`].
    pub more_admins: Vec<ChatId>,
    /// When the admins are told the day's figures.
    pub summary_at: Option<NaiveTime>,
    pub price_lists: PriceLists,
    /// What the shop's chat service is; without one it has neither name nor files.
    pub chats: Arc<dyn ChatService>,
    pub pepper: Option<Pepper>,
    /// Our deposit at kiosampm when the shop starts, in whole rupiah, where it is not the simulators' own.
    pub kios_deposit: Option<i64>,
    /// Suppliers besides the simulated ones.
    pub peers: Vec<Supplier>,
}

impl Setup {
    /// On a chat service where the bot is called `konter_bot`.
    pub fn with_bot_name() -> Self {
        Self { chats: Arc::new(NamedBot), ..Self::default() }
    }

    /// With a supplier's setting of its own.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.overrides.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// A chat service that knows the bot's name.
struct NamedBot;

#[async_trait]
impl ChatService for NamedBot {
    fn bot_name(&self) -> Option<String> {
        Some("konter_bot".to_owned())
    }

    async fn fetch(&self, _: &str, _: usize) -> Option<Vec<u8>> {
        None
    }

    async fn tell(&self, _: &ChatId, _: Locale, _: Reply) {}
}

/// What messages of the bot's show, by chat and number.
type Cards = Arc<Mutex<HashMap<(ChatId, String), (Option<String>, DateTime<Utc>)>>>;

/// A chat service that knows besides what its messages show.
struct Remembering {
    inner: Arc<dyn ChatService>,
    cards: Cards,
}

#[async_trait]
impl ChatService for Remembering {
    fn bot_name(&self) -> Option<String> {
        self.inner.bot_name()
    }

    async fn fetch(&self, id: &str, limit: usize) -> Option<Vec<u8>> {
        self.inner.fetch(id, limit).await
    }

    async fn tell(&self, chat: &ChatId, locale: Locale, reply: Reply) {
        self.inner.tell(chat, locale, reply).await;
    }

    fn shown(&self, chat: &ChatId, message: &str) -> Option<(Option<String>, DateTime<Utc>)> {
        self.cards.lock().get(&(chat.clone(), message.to_owned())).cloned()
    }

    fn shows_toast(&self, tap: &str) -> bool {
        self.inner.shows_toast(tap)
    }

    fn answer_tap(&self, tap: &str, locale: Locale, toast: Option<Reply>) {
        self.inner.answer_tap(tap, locale, toast);
    }
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            registration: Registration::Approve,
            balance: 100_000,
            start: noon(),
            locale: Locale::Id,
            overrides: Vec::new(),
            hold_callbacks: false,
            trusted_proxies: Vec::new(),
            catalog: catalog(),
            metrics: None,
            backup_token: None,
            announce_after: PATIENCE,
            request_limit: Duration::from_secs(10),
            deposits: konter_core::deposit::Terms::default(),
            contact: None,
            more_admins: Vec::new(),
            summary_at: None,
            price_lists: PriceLists::default(),
            chats: Arc::new(NoChatService),
            pepper: None,
            kios_deposit: None,
            peers: Vec::new(),
        }
    }
}

pub struct TestShop {
    pub shop: Arc<Shop>,
    pub store: Store,
    pub simulators: Simulators,
    /// Where callbacks go.
    pub address: SocketAddr,
    door: watch::Sender<bool>,
    clock: Arc<TestClock>,
    texts: Texts,
    messages: AtomicU64,
    transcript: Mutex<String>,
    /// Chats that take nothing any more.
    pub unreachable: Mutex<Vec<ChatId>>,
    /// The buttons each chat saw last: the message they stand under, label and data.
    buttons: Mutex<HashMap<ChatId, Seen>>,
    /// The keyboard that stays below each chat.
    keyboards: Mutex<HashMap<ChatId, Vec<Vec<String>>>>,
    cards: Cards,
}

/// A message, and the labels and data of the buttons below it.
type Seen = (String, Vec<(String, String)>);

pub fn reseller() -> ChatId {
    ChatId::telegram(2001)
}

pub fn admin() -> ChatId {
    ChatId::telegram(1001)
}

/// The sample catalog.
pub fn catalog() -> Vec<Product> {
    parse_catalog(konter_core::catalog::SAMPLE, None, &|_| false).unwrap()
}

impl TestShop {
    pub async fn open() -> Self {
        Self::with(Setup::default()).await
    }

    pub async fn with(setup: Setup) -> Self {
        Self::on(Store::new(MemoryStore::new()), setup).await
    }

    pub async fn on(store: Store, setup: Setup) -> Self {
        let simulators = konter_simulator::start(SimulatorConfig::loopback(Pace::Instant)).await.unwrap();
        Self::beside(simulators, store, setup).await
    }

    /// The same shop after a restart: its store and its suppliers are what they were.
    pub async fn reopen(self, setup: Setup) -> Self {
        self.shop.stop(Duration::from_secs(5)).await;
        let start = self.now();
        let again = Self::beside(self.simulators, self.store, Setup { start, ..setup }).await;
        again.messages.store(self.messages.load(Ordering::Relaxed), Ordering::Relaxed);
        again.shop.recover().await.unwrap();
        again.shop.recover_inbox().await.unwrap();
        again
    }

    async fn beside(simulators: Simulators, store: Store, setup: Setup) -> Self {
        if let Some(rupiah) = setup.kios_deposit {
            simulators.set_balance(Kind::Kiosampm, rupiah);
        }
        let clock = Arc::new(TestClock(Mutex::new(setup.start)));
        let settings = Settings::read(&|name| setting(&simulators, &setup.overrides, name)).unwrap();
        let mut door = CallbackAuth::default();
        for peer in &setup.peers {
            let addresses = vec!["127.0.0.1/32".parse().unwrap()];
            door.0.insert(peer.id.clone(), Entry { addresses, secret: None });
        }
        let suppliers = settings
            .suppliers
            .into_iter()
            .map(|s| {
                door.0.insert(s.id.clone(), Entry { addresses: s.callback_ips, secret: s.callback_secret });
                let limits = s.limits;
                let supplier = Supplier::new(s.id, s.kind, s.protocol, s.url.as_str(), s.timeout, s.cutoff).unwrap();
                supplier.within(limits).parting_zones_by(s.zone_separator)
            })
            .chain(setup.peers)
            .collect();
        let policy = Policy {
            admins: std::iter::once(admin()).chain(setup.more_admins).collect(),
            locale: setup.locale,
            registration: setup.registration,
            margin_cap: konter_core::pricing::MarginCap::default(),
            stale_after: TimeDelta::minutes(30),
            announce_after: setup.announce_after,
            inquiry_valid_for: TimeDelta::minutes(15),
            deposits: setup.deposits,
            summary_at: setup.summary_at,
            price_lists: setup.price_lists,
            close_days_after: 40,
            private_reports: true,
            contact: setup.contact,
        };
        let cards = Cards::default();
        let parts = Parts {
            store: store.clone(),
            clock: ShopClock::new(clock.clone(), Jakarta),
            policy,
            prefixes: PrefixTable::default(),
            suppliers: Suppliers::new(suppliers),
            catalog: Catalog::new(setup.catalog),
            chats: Arc::new(Remembering { inner: setup.chats, cards: Arc::clone(&cards) }),
            pepper: setup.pepper,
            seal: None,
        };
        let (shop, _) = Shop::open(parts).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let callers = Callers::new(&door, &setup.trusted_proxies);
        let http = Http {
            shop: Arc::clone(&shop),
            door: Arc::new(door),
            trusted_proxies: Arc::new(setup.trusted_proxies),
            metrics: setup.metrics,
            backup_token: setup.backup_token,
        };
        let gate = watch::Sender::new(!setup.hold_callbacks);
        let wait = gate.clone();
        let held = axum::middleware::from_fn(move |request: axum::extract::Request, next: axum::middleware::Next| {
            let mut open = wait.subscribe();
            async move {
                // Resellers' programs come by the same door.
                if !request.uri().path().starts_with("/h2h/") {
                    let _ = open.wait_for(|open| *open).await;
                }
                next.run(request).await
            }
        });
        let routes = router_within(setup.request_limit, http).layer(held);
        tokio::spawn(serve(listener, routes, callers, Limits::default(), CancellationToken::new()));
        simulators.set_callback_base(format!("http://{address}"));
        shop.load_supplier_overrides().await.unwrap();
        shop.start();
        let test = Self {
            shop,
            store,
            simulators,
            address,
            door: gate,
            clock,
            texts: Texts::builtin(Jakarta),
            messages: AtomicU64::new(1),
            transcript: Mutex::default(),
            unreachable: Mutex::default(),
            buttons: Mutex::default(),
            keyboards: Mutex::default(),
            cards,
        };
        if test.store.agent_of_chat(&reseller()).await.unwrap().is_none() {
            test.add_agent(reseller(), setup.balance, setup.locale).await;
        }
        test
    }

    /// A reseller with a balance.
    pub async fn add_agent(&self, chat: ChatId, balance: i64, locale: Locale) {
        let number = u32::try_from(self.store.next(Sequence::Agent).await.unwrap()).unwrap();
        let id = AgentId(number);
        let pin = PinState::new(cheap_hash(PIN), PIN.len());
        let row = Agent { locale, ..Agent::new(id, format!("Konter {number}"), pin, vec![chat], self.now()) };
        let mut commit = Commit::new(self.now());
        commit.agents.push(Versioned { expected: None, row });
        if balance > 0 {
            commit.postings.push(Posting::paid_in(id, Rupiah::new(balance), None));
        }
        self.store.commit(commit).await.unwrap();
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Moves the clock on; whatever becomes due is done.
    pub fn pass(&self, time: TimeDelta) {
        *self.clock.0.lock() += time;
        self.shop.look_again();
    }

    /// Opens the door to callbacks that were held back, for good.
    pub fn open_door(&self) {
        self.door.send_replace(true);
    }

    /// Opens the door to callbacks that were held back, until so many replies have come of them.
    pub async fn let_callbacks_in(&self, replies: usize) {
        self.door.send_replace(true);
        self.hear(replies).await;
        self.door.send_replace(false);
    }

    pub fn message(&self, chat: &ChatId, text: &str) -> InboxMessage {
        InboxMessage {
            sender: "Budi".to_owned(),
            ..InboxMessage::new(
                chat.clone(),
                self.messages.fetch_add(1, Ordering::Relaxed).to_string(),
                text.to_owned(),
                self.now(),
            )
        }
    }

    /// Sends a message and waits until so many replies have been given, to whomever; they go into the transcript.
    pub async fn say(&self, chat: &ChatId, text: &str, replies: usize) -> Vec<String> {
        self.receive(self.message(chat, text), replies).await
    }

    pub async fn receive(&self, message: InboxMessage, replies: usize) -> Vec<String> {
        self.note(&format!("{} {}> {}", self.time(), who(&message.chat), shortened(&message.text)));
        self.pass(TimeDelta::seconds(1));
        self.shop.receive(vec![message]).await.unwrap();
        self.hear(replies).await
    }

    /// The number of the latest message that the chat was sent under which something may wait.
    pub fn card(&self, chat: &ChatId) -> String {
        let cards = self.cards.lock();
        let own = cards.iter().filter(|((of, _), (name, _))| of == chat && name.is_some());
        own.map(|((_, number), _)| number.parse::<u64>().unwrap()).max().expect("a card was shown").to_string()
    }

    /// The number of the latest message that the chat was sent.
    pub fn latest(&self, chat: &ChatId) -> String {
        let cards = self.cards.lock();
        let own = cards.keys().filter(|(of, _)| of == chat);
        own.map(|(_, number)| number.parse::<u64>().unwrap()).max().expect("something was said").to_string()
    }

    /// Says something in reply to a message.
    pub async fn reply(&self, chat: &ChatId, to: &str, text: &str, replies: usize) -> Vec<String> {
        let message = InboxMessage { replies_to: Some(to.to_owned()), ..self.message(chat, text) };
        self.receive(message, replies).await
    }

    /// Changes what was sent; all that is said and shown because of it.
    pub async fn edit(&self, first: &InboxMessage, words: &str) -> (String, Vec<Reply>) {
        let second = self.messages.fetch_add(1, Ordering::Relaxed);
        let message = edit_id(first.message.parse().unwrap(), i64::try_from(second).unwrap());
        let text = Marked::Edited { words }.to_text();
        self.pass(TimeDelta::seconds(1));
        self.shop.receive(vec![InboxMessage { message, text, ..first.clone() }]).await.unwrap();
        self.answers_all().await;
        let rows = self.store.outbox(&first.chat, 100).await.unwrap();
        let edits = rows.into_iter().filter_map(|row| match row.payload {
            Payload::Edit { reply, .. } => Some(*reply),
            _ => None,
        });
        let before = self.transcript().len();
        self.hear_all().await;
        (self.transcript().split_off(before), edits.collect())
    }

    /// Waits until this holds.
    pub async fn becomes(&self, what: &str, holds: impl AsyncFn() -> bool) {
        let started = Instant::now();
        while !holds().await {
            if started.elapsed() >= PATIENCE {
                let open = self.store.open_orders().await.unwrap();
                panic!("never {what}\n{}\n{open:#?}", self.transcript());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until every message that has come is answered.
    pub async fn answers_all(&self) {
        self.becomes("all answered", async || self.store.inbox().await.unwrap().is_empty()).await;
    }

    /// Waits for replies that come by themselves. Orders of one message are bought side by side and may end in any
    /// order; the transcript has them by their numbers.
    pub async fn hear(&self, replies: usize) -> Vec<String> {
        let started = Instant::now();
        let mut heard = Vec::new();
        loop {
            self.take_replies(&mut heard).await;
            let idle = self.store.inbox().await.unwrap().is_empty();
            if heard.len() >= replies && idle {
                self.take_replies(&mut heard).await;
                break;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "wanted {replies} replies, have {heard:#?}\n{}",
                self.transcript.lock()
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        heard.sort_by_key(|(_, body)| order_number(body));
        for (chat, body) in &heard {
            self.note(&format!("    to {}: {}", who(chat), body.replace('\n', "\n        ")));
        }
        assert_eq!(heard.len(), replies, "{heard:#?}\n{}", self.transcript.lock());
        heard.into_iter().map(|(_, body)| body).collect()
    }

    /// Receives it, and what its chat is told then, whatever else is said.
    pub async fn receive_quietly(&self, message: InboxMessage) -> String {
        let chat = message.chat.clone();
        self.note(&format!("{} {}> {}", self.time(), who(&chat), shortened(&message.text)));
        self.pass(TimeDelta::seconds(1));
        self.shop.receive(vec![message]).await.unwrap();
        let mut said = self.hear_all().await;
        // An order's end follows its answer.
        let started = Instant::now();
        while !self.store.open_orders().await.unwrap().is_empty() {
            assert!(started.elapsed() < PATIENCE, "an order stays open: {said:#?}\n{}", self.transcript());
            tokio::time::sleep(Duration::from_millis(2)).await;
            said.extend(self.hear_all().await);
        }
        said.extend(self.hear_all().await);
        let own = said.into_iter().filter(|(to, _)| *to == chat);
        own.map(|(_, body)| body).collect::<Vec<_>>().join("\n")
    }

    /// Whatever has been said once every message is answered, for tests that look at what was done.
    pub async fn hear_all(&self) -> Vec<(ChatId, String)> {
        self.answers_all().await;
        let mut heard = Vec::new();
        self.take_replies(&mut heard).await;
        for (chat, body) in &heard {
            self.note(&format!("    to {}: {}", who(chat), body.replace('\n', "\n        ")));
        }
        heard
    }

    async fn take_replies(&self, heard: &mut Vec<(ChatId, String)>) {
        let mut rows: Vec<Outgoing> = Vec::new();
        // What waits for programs is no chat's.
        let chats = self.store.waiting_chats().await.unwrap();
        for chat in chats.into_iter().filter(|chat| chat.program_of().is_none()) {
            rows.extend(self.store.outbox(&chat, 100).await.unwrap());
        }
        rows.sort_by_key(Outgoing::number);
        let mut commit = Commit::new(self.now());
        for row in &rows {
            commit.take_out(row, !self.unreachable.lock().contains(&row.chat));
            commit.note_shown(row, &row.number().to_string());
        }
        if !rows.is_empty() {
            self.store.commit(commit).await.unwrap();
        }
        for row in rows {
            match &row.payload {
                Payload::Reply(reply) => {
                    let rendered = self.texts.render(row.locale, reply, row.balance);
                    let number = row.number().to_string();
                    self.cards.lock().insert((row.chat.clone(), number.clone()), (reply.pad(), row.at));
                    let below = self.see_buttons(&row.chat, number, &rendered.buttons);
                    self.see_keyboard(&row.chat, rendered.keyboard);
                    heard.push((row.chat.clone(), rendered.body + &below));
                }
                // Which message a PIN was typed beside, only a front knows.
                Payload::Edit { message, .. } if konter_reply::is_pad(message) => {}
                Payload::Edit { message, reply } => {
                    let rendered = self.texts.render(row.locale, reply, row.balance);
                    let below = self.see_buttons(&row.chat, message.clone(), &rendered.buttons);
                    // Of a statement all changes; of other replies, their end.
                    if matches!(**reply, Reply::Statement(_)) {
                        let now = (rendered.body + &below).replace('\n', "\n        ");
                        self.note(&format!("    (the message now says: {now})"));
                        continue;
                    }
                    let last = rendered.body.lines().last().unwrap_or_default().to_owned();
                    self.note(&format!("    (the bill now ends: {last}{})", below.replace('\n', " ")));
                }
                Payload::Forget { .. } => self.note("    (the message is deleted)"),
                Payload::Copy { from, .. } => {
                    self.note(&format!("    (to {}: the message of {} is shown)", who(&row.chat), who(from)));
                }
            }
        }
    }

    /// Remembers the buttons for [`TestShop::tap`]; gives them as the transcript shows them.
    fn see_buttons(&self, chat: &ChatId, message: String, rows: &[Vec<konter_reply::Button>]) -> String {
        let seen = rows.iter().flatten().map(|button| (button.label.clone(), button.tap.clone())).collect();
        if !rows.is_empty() {
            self.buttons.lock().insert(chat.clone(), (message, seen));
        }
        let row = |row: &Vec<konter_reply::Button>| {
            let labels: Vec<String> = row.iter().map(|button| format!("[{}]", button.label)).collect();
            format!("\n{}", labels.join(" "))
        };
        rows.iter().map(row).collect()
    }

    /// Remembers the keyboard for [`TestShop::press`]; the transcript has it when it changes.
    fn see_keyboard(&self, chat: &ChatId, keyboard: Vec<Vec<String>>) {
        if keyboard.is_empty() || self.keyboards.lock().get(chat) == Some(&keyboard) {
            return;
        }
        let rows: Vec<String> = keyboard.iter().map(|row| row.join(" | ")).collect();
        self.note(&format!("    (the keyboard of {} is now: {})", who(chat), rows.join(" / ")));
        self.keyboards.lock().insert(chat.clone(), keyboard);
    }

    /// Presses a key of the chat's keyboard, which says its label.
    pub async fn press(&self, chat: &ChatId, label: &str, replies: usize) -> Vec<String> {
        let keyboard = self.keyboards.lock().get(chat).cloned().unwrap_or_default();
        assert!(keyboard.iter().flatten().any(|key| key == label), "no key {label}: {keyboard:?}");
        self.say(chat, label, replies).await
    }

    /// The tap on a button the chat saw last, as the front would deliver it.
    pub fn tap_on(&self, chat: &ChatId, label: &str) -> InboxMessage {
        let buttons = self.buttons.lock();
        let (message, seen) = buttons.get(chat).expect("the chat has seen buttons");
        let (_, data) = seen.iter().find(|(known, _)| known == label).expect("a button of that label");
        let number = self.messages.fetch_add(1, Ordering::Relaxed);
        InboxMessage {
            message: format!("tap{number}"),
            tapped: Some(message.clone()),
            text: data.clone(),
            ..self.message(chat, "")
        }
    }

    /// Taps, and waits until so many replies have been given; edits are none.
    pub async fn tap(&self, chat: &ChatId, label: &str, replies: usize) -> Vec<String> {
        let tap = self.tap_on(chat, label);
        self.note(&format!("{} {}> taps [{label}]", self.time(), who(chat)));
        self.pass(TimeDelta::seconds(1));
        self.shop.receive(vec![tap]).await.unwrap();
        self.hear(replies).await
    }

    fn time(&self) -> String {
        self.now().with_timezone(&Jakarta).format("%H:%M:%S").to_string()
    }

    /// A remark in the transcript.
    pub fn note(&self, line: &str) {
        let mut transcript = self.transcript.lock();
        transcript.push_str(line);
        transcript.push('\n');
    }

    pub fn transcript(&self) -> String {
        self.transcript.lock().clone()
    }

    pub async fn available(&self, number: u32) -> i64 {
        self.store.account(&AccountId::Agent(AgentId(number))).await.unwrap().available().get()
    }

    /// The books, proven.
    pub async fn audit(&self) {
        let report = konter_store::audit::audit(&self.store).await.unwrap();
        assert!(report.is_clean(), "{report}");
    }

    /// Every end of a test: the books are sound, and no supplier delivered one order twice.
    pub async fn close(self) -> String {
        self.audit().await;
        for bought in self.simulators.bought() {
            assert!(bought.times_delivered <= 1, "{bought:?}");
        }
        self.shop.stop(Duration::from_secs(5)).await;
        masked(&self.transcript())
    }
}

/// A transcript without what depends on the machine's own clock: the simulators' times and numbers.
fn masked(transcript: &str) -> String {
    static MASKS: std::sync::LazyLock<Vec<(regex::Regex, &str)>> = std::sync::LazyLock::new(|| {
        let mask = |pattern, by| (regex::Regex::new(pattern).unwrap(), by);
        vec![
            mask(
                r"(> (?:purchase|status|callback|inquiry|waktu beli|waktu dicek|cek tagihan|laporan): .*?)\b\d\d:\d\d:\d\d\b",
                "${1}HH:MM:SS",
            ),
            mask(r"HH:MM:SS\.\d+", "HH:MM:SS"),
            // Simulators live in real days.
            mask(r"\b[\d/-]{8,10} HH:MM:SS", "DATE HH:MM:SS"),
            mask(r"#\d{13}#", "#NUMBER#"),
            mask(r"\bID=\d{13}\b", "ID=NUMBER"),
            // Its form takes turns by such a number.
            mask(r"(> (?:callback|laporan): ).*", "${1}(a report)"),
            mask(r"SN: \d{4}(-\d{4}){4}", "SN: (a token)"),
            mask(r"\b[0-9A-F]{32}\b", "(a reference)"),
            mask(r"\bAPL\d+", "(a reference)"),
            // On a supplier's own receipt.
            mask(r"(?m)^( *)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$", "${1}(a time)"),
            mask(r"(?m)^( *CA\|\w+\|)\d{14}\n( *)[0-9a-f]{32}$", "${1}(a time)\n${2}(a hash)"),
            mask(r"(?m)^( *)\d{4}( \d{4}){4}$", "${1}(a token)"),
            mask(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
        ]
    });
    MASKS.iter().fold(transcript.to_owned(), |text, (mask, by)| mask.replace_all(&text, *by).into_owned())
}

/// The first `#…` in a reply.
fn order_number(body: &str) -> Option<u64> {
    let rest = body.split_once('#')?.1;
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
}

fn who(chat: &ChatId) -> String {
    if *chat == admin() {
        "admin".to_owned()
    } else if *chat == reseller() {
        "reseller".to_owned()
    } else {
        chat.to_string()
    }
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 120;
    let shown: String = text.chars().take(SHOWN).collect();
    let shown = shown.escape_debug().to_string();
    if text.chars().count() > SHOWN { format!("{shown}… ({} characters)", text.chars().count()) } else { shown }
}

fn setting(simulators: &Simulators, overrides: &[(String, String)], name: &str) -> Option<String> {
    if let Some((_, value)) = overrides.iter().find(|(n, _)| n == name) {
        return Some(value.clone());
    }
    if name == "KONTER_SUPPLIERS" {
        return Some(Kind::ALL.map(Kind::supplier_id).join(","));
    }
    Kind::every().find_map(|kind| {
        let suffix = name.strip_prefix(&format!("SUPPLIER_{}_", kind.supplier_id().to_uppercase()))?;
        match suffix {
            "URL" => Some(simulators.url(kind)),
            "CALLBACK_IPS" => Some("127.0.0.1".to_owned()),
            "CUTOFF" => Some("none".to_owned()),
            _ => {
                let mut known = kind.protocol().into_iter().chain(kind.credentials().iter().copied());
                known.find(|(n, _)| *n == suffix).map(|(_, value)| value.to_owned())
            }
        }
    })
}

/// A hash that costs nothing to check: what is tested with it is the shop, not argon2.
pub fn cheap_hash(pin: &str) -> String {
    use argon2::PasswordHasher as _;
    let params = argon2::Params::new(8, 1, 1, None).unwrap();
    let argon = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    argon.hash_password_with_salt(pin.as_bytes(), b"not so secret").unwrap().to_string()
}
