//! The Telegram front in a hurry, between a Bot API double, a inbox that takes notes and an outbox.
#![allow(dead_code, reason = "not every test needs all of it")]

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use konter::front::telegram::{Backoff, Rate, Settings, Stopped, Telegram, Timing, Waker};
use konter::front::{File, Inbox, Text, Wording};
use konter_core::agent::Locale;
use konter_core::ids::ChatId;
use konter_core::staff::Roster;
use konter_reply::{Reply, Texts};
use konter_store::{InboxMessage, Leases, Outgoing, Payload, StoreError};
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::bot_api::{BotApi, TOKEN};
use super::outbox::Outbox;

pub const BUDI: i64 = 1001;
pub const SITI: i64 = 1002;

/// In a hurry, but for what Telegram counts in whole seconds.
pub const HURRY: Timing = Timing {
    poll: Duration::from_secs(50),
    call: Duration::from_secs(2),
    upload: Duration::from_secs(2),
    forget: Duration::from_millis(200),
    backoff: Backoff { first: Duration::from_millis(5), longest: Duration::from_millis(20) },
    chat: Rate { interval: Duration::from_millis(1), burst: 5 },
    overall: Rate { interval: Duration::from_micros(100), burst: 5 },
    deletions: Rate { interval: Duration::from_micros(100), burst: 5 },
    // Never: each reply is a message.
    behind: Duration::from_secs(3600),
    strangers: Rate { interval: Duration::from_millis(1), burst: 5 },
    rescan: Duration::from_secs(600),
    menu: Duration::from_millis(20),
};

/// The texts as the program tells them.
pub struct Words(Texts);

impl Words {
    pub fn builtin() -> Self {
        Self(Texts::builtin(chrono_tz::Asia::Jakarta))
    }
}

fn reply_of(row: &Outgoing) -> Option<&Reply> {
    match &row.payload {
        Payload::Reply(reply) | Payload::Edit { reply, .. } => Some(reply),
        Payload::Forget { .. } | Payload::Copy { .. } => None,
    }
}

impl Wording for Words {
    fn render(&self, row: &Outgoing) -> Text {
        reply_of(row).map(|reply| self.0.render(row.locale, reply, row.balance)).unwrap_or_default()
    }

    fn file(&self, row: &Outgoing) -> Option<File> {
        self.0.file(row.locale, reply_of(row)?)
    }
}

pub fn telegram(api: &BotApi) -> Telegram {
    Telegram::new(settings(api)).unwrap()
}

/// One owner.
pub fn staff() -> watch::Sender<Roster> {
    watch::Sender::new(Roster::new(vec![ChatId::telegram(9)]))
}

pub fn settings(api: &BotApi) -> Settings {
    Settings {
        token: TOKEN.into(),
        api_url: Some(api.url.clone()),
        webhook_url: None,
        locale: Locale::Id,
        timing: HURRY,
    }
}

/// Keeps what it is given, and what Telegram took for acknowledged at that moment.
pub struct Notes {
    api: BotApi,
    pub kept: Mutex<Vec<(InboxMessage, i64)>>,
    /// Failures to come.
    pub broken: Mutex<VecDeque<StoreError>>,
}

impl Notes {
    pub fn new(api: &BotApi) -> Arc<Self> {
        Arc::new(Self { api: api.clone(), kept: Mutex::default(), broken: Mutex::default() })
    }

    pub fn fail(&self, times: usize) {
        self.broken.lock().extend((0..times).map(|_| StoreError::Unavailable("disk full".into())));
    }

    pub fn texts(&self) -> Vec<String> {
        self.kept.lock().iter().map(|(message, _)| message.text.clone()).collect()
    }

    pub async fn until_kept(&self, count: usize) {
        self.api.until("messages", |_| self.kept.lock().len() >= count).await;
    }
}

#[async_trait]
impl Inbox for Notes {
    async fn receive(&self, messages: Vec<InboxMessage>) -> Result<(), StoreError> {
        let failure = self.broken.lock().pop_front();
        self.api.changed();
        if let Some(error) = failure {
            return Err(error);
        }
        let acknowledged = self.api.acknowledged();
        self.kept.lock().extend(messages.into_iter().map(|message| (message, acknowledged)));
        self.api.changed();
        Ok(())
    }
}

pub struct Running<T> {
    pub task: JoinHandle<T>,
    cancel: CancellationToken,
}

impl<T> Running<T> {
    pub async fn stop(self) -> T {
        self.cancel.cancel();
        tokio::time::timeout(Duration::from_secs(2), self.task).await.expect("it stops promptly").unwrap()
    }
}

pub fn receive(telegram: Telegram, inbox: &Arc<Notes>) -> Running<Result<(), Stopped>> {
    let (cancel, inbox) = (CancellationToken::new(), Arc::clone(inbox));
    let token = cancel.clone();
    Running {
        task: tokio::spawn(async move {
            telegram.run(&*inbox, staff().subscribe(), Leases::alone().leading(), &token).await
        }),
        cancel,
    }
}

pub fn deliver(telegram: &Telegram, outbox: &Arc<Outbox>, waker: &Waker, wording: impl Wording) -> Running<()> {
    let cancel = CancellationToken::new();
    let pump = telegram.pump(Arc::clone(outbox) as _, Arc::new(wording), waker.clone());
    Running { task: tokio::spawn(pump.run(cancel.clone())), cancel }
}

/// A pump over an outbox.
pub async fn sender(wording: impl Wording) -> (BotApi, Arc<Outbox>, Waker, Running<()>) {
    let api = BotApi::start().await;
    let outbox = Arc::new(Outbox::new(&api));
    let waker = Waker::default();
    let pump = deliver(&telegram(&api), &outbox, &waker, wording);
    (api, outbox, waker, pump)
}

pub async fn until_empty(api: &BotApi, outbox: &Outbox) {
    api.until("an empty outbox", |_| outbox.is_empty()).await;
}

pub fn numbered(count: usize) -> Vec<String> {
    (1..=count).map(|n| format!("balasan {n}")).collect()
}

/// The front behind a port of its own; the address below it and the header it expects, as told to Telegram.
pub async fn webhook(api: &BotApi, inbox: &Arc<Notes>) -> (String, String, Running<Result<(), Stopped>>) {
    let public = Settings { webhook_url: Some("https://konter.example/shop/".into()), ..settings(api) };
    let telegram = Telegram::new(public).unwrap();
    let router = telegram.webhook_router(Arc::clone(inbox) as _).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let local = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let running = receive(telegram, inbox);
    api.until("the registration", |api| api.calls("setwebhook").iter().any(|call| call.fine)).await;
    let told = api.calls("setwebhook").pop().unwrap().body;
    let path = told["url"].as_str().unwrap().strip_prefix("https://konter.example/shop").unwrap().to_owned();
    (local + &path, told["secret_token"].as_str().unwrap().to_owned(), running)
}

pub async fn post(address: &str, header: &str, body: String) -> u16 {
    let (status, _) = ask(address, header, body).await;
    status
}

/// Posts an update; the status and what is said back.
pub async fn ask(address: &str, header: &str, body: String) -> (u16, String) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.post(address).header("X-Telegram-Bot-Api-Secret-Token", header).body(body);
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}
