//! The real program with suppliers and a Bot API that keeps Telegram's limits, and a shop that is at work already.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use konter_simulator::{Pace, SimulatorConfig, Simulators};
use serde_json::Value;

use crate::bot_api::{self, BotApi, Mishap, TOKEN};
use crate::limits::Limits;
use crate::program::{self, Running, Settings, free_port};

pub const ADMIN: i64 = 1001;
/// The one whose orders are watched is the first.
pub const RESELLER: i64 = 5_001;
const PIN: &str = "739154";
const REGISTRATIONS: usize = 50;
const PATIENCE: Duration = Duration::from_secs(60);
/// How often file handles are counted.
const LOOK_EVERY: Duration = Duration::from_millis(20);

pub struct Site {
    settings: Settings,
    folder: PathBuf,
    shop: Running,
    handles: Handles,
    api: BotApi,
    _simulators: Simulators,
    refused: Arc<AtomicU64>,
    updates: i64,
    orders: u32,
}

/// Something a chat is to hear.
pub struct Awaited {
    pub chat: i64,
    pub words: String,
}

impl Site {
    /// With so many resellers.
    pub async fn open(folder: &Path, resellers: i64, mut limits: Limits) -> Self {
        let api = BotApi::start().await;
        let refused = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&refused);
        api.guard(move |method, chat| {
            let wait = limits.take(method, chat, Instant::now()).err()?;
            count.fetch_add(1, Ordering::Relaxed);
            Some(Mishap::Flood(wait))
        });
        let simulators = konter_simulator::start(SimulatorConfig::loopback(Pace::Instant)).await.expect("simulators");
        let listen = format!("127.0.0.1:{}", free_port());
        let settings = Settings::new()
            .catalog()
            .simulators(&simulators)
            .set("TELOXIDE_TOKEN", TOKEN)
            .set("TELOXIDE_API_URL", &api.url)
            .set("KONTER_ADMINS", format!("telegram:{ADMIN}"))
            .set("KONTER_REGISTRATION", "open")
            .set("KONTER_DATA_DIR", folder.join("data").display())
            .set("KONTER_LISTEN", &listen);
        let shop = settings.start(folder, &["run"]);
        let (folder, handles) = (folder.to_owned(), Handles::watch(shop.pid()));
        let mut site =
            Self { settings, folder, shop, handles, api, _simulators: simulators, refused, updates: 0, orders: 0 };
        site.begin(resellers).await;
        site
    }

    /// Resellers register, are paid in for and order.
    async fn begin(&mut self, resellers: i64) {
        let resellers = || RESELLER..RESELLER + resellers;
        // More at once are told to come again.
        for first in resellers().step_by(REGISTRATIONS) {
            let some = resellers().skip_while(|chat| *chat < first).take(REGISTRATIONS);
            self.heard_by(some, "Pendaftaran diterima", |chat| format!("DAFTAR.Konter {chat}.{PIN}")).await;
        }
        for reseller in resellers() {
            self.write(ADMIN, &format!("/deposit telegram:{reseller} 1000000"));
        }
        self.heard_by(resellers(), "Deposit masuk", |_| String::new()).await;
        let orders: HashMap<i64, String> = resellers().map(|chat| (chat, self.order())).collect();
        self.heard_by(resellers(), "SUKSES", |chat| orders.get(&chat).cloned().unwrap_or_default()).await;
        // Until the admin's chat has rested.
        tokio::time::sleep(Duration::from_secs(10)).await;
    }

    /// Each of them writes something, or nothing, and hears this.
    async fn heard_by(&mut self, chats: impl Iterator<Item = i64> + Clone, words: &str, write: impl Fn(i64) -> String) {
        for chat in chats.clone() {
            let text = write(chat);
            if !text.is_empty() {
                self.write(chat, &text);
            }
        }
        let all = chats.map(|chat| Awaited { chat, words: words.to_owned() }).collect::<Vec<_>>();
        let heard = self.hear(0, &all).await;
        let missing = heard.iter().filter(|heard| heard.is_none()).count();
        assert!(missing == 0, "{missing} never heard {words:?}; it said: {}", program::tail(&self.shop.err()));
    }

    /// An order that was not placed before; the suppliers do as they are asked for numbers that end in 00.
    pub fn order(&mut self) -> String {
        self.orders += 1;
        format!("S10.0812{:06}00.{PIN}", self.orders)
    }

    /// The same, and the number it goes to; every fifth is a token.
    pub fn order_to(&mut self) -> (String, String) {
        self.orders += 1;
        let (product, dest) = match self.orders % 5 {
            0 => ("PLN20", format!("86{:07}00", self.orders)),
            _ => ("S10", format!("0812{:06}00", self.orders)),
        };
        (format!("{product}.{dest}.{PIN}"), dest)
    }

    /// How many messages have been deleted, and how often that was refused.
    pub fn deletions(&self) -> (usize, usize) {
        let calls = self.api.calls("deletemessage");
        let made = calls.iter().filter(|call| call.fine).count();
        (made, calls.len() - made)
    }

    /// What arrived in any chat from this call on.
    pub fn texts_from(&self, call: usize) -> Vec<(usize, i64, String)> {
        self.api.texts_from(call)
    }

    /// Waits until it is so, or nobody would wait any longer.
    pub async fn comes(&self, mut so: impl FnMut(&Self) -> bool) -> bool {
        self.api.comes(PATIENCE, |_| so(self)).await
    }

    /// How many calls there have been.
    pub fn calls(&self) -> usize {
        self.api.calls_made()
    }

    /// Waits until all of it has been heard in calls from this one on, or nobody would wait any longer; when each was.
    pub async fn hear(&self, mut from: usize, all: &[Awaited]) -> Vec<Option<Instant>> {
        let mut heard = vec![None; all.len()];
        let look = |api: &BotApi| {
            for (place, chat, text) in api.texts_from(from) {
                from = from.max(place + 1);
                for (heard, awaited) in heard.iter_mut().zip(all) {
                    if awaited.chat == chat && text.contains(&awaited.words) {
                        heard.get_or_insert_with(Instant::now);
                    }
                }
            }
            heard.iter().all(Option::is_some)
        };
        self.api.comes(PATIENCE, look).await;
        heard
    }

    /// Someone writes to the bot.
    pub fn write(&mut self, chat: i64, text: &str) {
        let message = self.message(chat, text);
        self.api.push([message]);
    }

    /// Many write at once.
    pub fn push(&self, updates: Vec<Value>) {
        self.api.push(updates);
    }

    pub fn message(&mut self, chat: i64, text: &str) -> Value {
        self.updates += 1;
        let mut update = bot_api::message(self.updates, chat, text);
        update["message"]["date"] = chrono::Utc::now().timestamp().into();
        update
    }

    /// The same in a group.
    pub fn in_group(&mut self, group: i64, from: i64, text: &str) -> Value {
        let mut update = self.message(from, text);
        update["message"]["chat"] = serde_json::json!({"id": group, "type": "supergroup", "title": "Grup"});
        update
    }

    /// A button tapped in a private chat.
    pub fn tap(&mut self, chat: i64, data: &str) -> Value {
        let mut update = self.message(chat, "");
        let message = update["message"].take();
        let query = serde_json::json!({"id": self.updates.to_string(), "from": message["from"], "message": message, "data": data});
        serde_json::json!({"update_id": self.updates, "callback_query": query})
    }

    /// Waits until the shop has taken in all that was written.
    pub async fn taken_in(&self) -> bool {
        self.api.comes(PATIENCE, |api| api.acknowledged() > self.updates).await
    }

    /// How many messages were refused for being too many.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// MiB that the program takes now, and that it has taken at most.
    pub fn memory(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.shop.pid())).unwrap_or_default();
        let mib = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
            line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) >> 10
        };
        (mib("VmRSS:"), mib("VmHWM:"))
    }

    /// The most file handles it has had.
    pub fn handles(&self) -> usize {
        self.handles.most.load(Ordering::Relaxed)
    }

    /// Stops the shop and proves its books.
    pub async fn close(mut self) {
        assert_eq!(self.shop.stop("TERM").await, Some(0), "a clean stop");
        let audit = self.settings.run(&self.folder, &["audit"]).await;
        assert_eq!(audit.code, Some(0), "the audit said: {}{}", audit.out, audit.err);
    }
}

/// Counts a program's file handles, again and again.
struct Handles {
    most: Arc<AtomicUsize>,
}

impl Handles {
    /// Until the program has ended.
    fn watch(pid: u32) -> Self {
        let most = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&most);
        std::thread::spawn(move || {
            while let Ok(open) = std::fs::read_dir(format!("/proc/{pid}/fd")) {
                counted.fetch_max(open.count(), Ordering::Relaxed);
                std::thread::sleep(LOOK_EVERY);
            }
        });
        Self { most }
    }
}
