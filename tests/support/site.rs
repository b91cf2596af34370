//! Where a test of the real program begins: its settings, what it talks to, and people who write to it.
#![allow(dead_code, reason = "not every test needs all of it")]

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use konter_simulator::{Pace, SimulatorConfig, Simulators};
use tempfile::TempDir;

use super::bot_api::{self, BotApi, TOKEN};
use super::program::{Ended, Running, Settings, free_port, tail};

pub const ADMIN: i64 = 1001;
/// The first reseller.
pub const BUDI: i64 = 2001;
/// For what takes seconds on an idle machine.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// Suppliers that answer at once.
pub async fn suppliers() -> Simulators {
    konter_simulator::start(SimulatorConfig::loopback(Pace::Instant)).await.unwrap()
}

impl Settings {
    /// This Bot API, one admin, and anybody may register.
    pub fn chat(self, api: &BotApi) -> Self {
        self.set("TELOXIDE_TOKEN", TOKEN)
            .set("TELOXIDE_API_URL", &api.url)
            .set("KONTER_ADMINS", format!("telegram:{ADMIN}"))
            .set("KONTER_REGISTRATION", "open")
    }

    /// A port of its own.
    pub fn listening(self) -> Self {
        self.set("KONTER_LISTEN", format!("127.0.0.1:{}", free_port()))
    }

    /// All but where its books are: the repository's catalog, these suppliers, whose reports come to it, and this chat.
    pub fn shop(api: &BotApi, simulators: &Simulators) -> Self {
        let settings = Self::new().catalog().simulators(simulators).chat(api).listening();
        simulators.set_callback_base(settings.url(""));
        settings
    }

    /// An address of the running program.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.get("KONTER_LISTEN"))
    }
}

/// A shop in a folder of its own, not started yet.
pub struct Site {
    pub folder: TempDir,
    pub api: BotApi,
    pub simulators: Simulators,
    pub settings: Settings,
}

impl Site {
    pub async fn new() -> Self {
        let (api, simulators, folder) = (BotApi::start().await, suppliers().await, tempfile::tempdir().unwrap());
        let data = folder.path().join("data");
        let settings = Settings::shop(&api, &simulators).set("KONTER_DATA_DIR", data.display());
        Self { folder, api, simulators, settings }
    }

    /// With a setting of its own.
    pub fn set(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.settings = self.settings.set(name, value);
        self
    }

    pub fn start(&self) -> Running {
        self.settings.start(self.folder.path(), &["run"])
    }

    pub async fn run(&self, settings: &Settings, arguments: &[&str]) -> Ended {
        settings.run(self.folder.path(), arguments).await
    }

    pub async fn audit(&self) {
        let audit = self.run(&self.settings, &["audit"]).await;
        assert_eq!(audit.code, Some(0), "{audit:?}");
    }
}

/// Someone writes.
pub fn write(api: &BotApi, chat: i64, text: &str) {
    write_at(api, chat, text, Utc::now());
}

/// The same, as if at another time.
pub fn write_at(api: &BotApi, chat: i64, text: &str, at: DateTime<Utc>) {
    static UPDATES: AtomicI64 = AtomicI64::new(1);
    let mut update = bot_api::message(UPDATES.fetch_add(1, Ordering::Relaxed), chat, text);
    update["message"]["date"] = at.timestamp().into();
    api.push([update]);
}

/// Someone writes, and somebody is told something with these words in it, now or before.
pub async fn say(api: &BotApi, chat: i64, text: &str, hears: (i64, &str)) {
    write(api, chat, text);
    let came = api.comes(PATIENCE, |api| api.said(hears.0).iter().any(|said| said.contains(hears.1))).await;
    assert!(came, "{text:?} never leads to {hears:?}: {:#?}", api.said(hears.0));
}

/// Waits until a chat has heard all of these words in one message, among what was said from `since` on.
pub async fn hears(api: &BotApi, running: &Running, chat: i64, since: usize, words: &[&str]) {
    let heard =
        |api: &BotApi| api.said(chat).iter().skip(since).any(|said| words.iter().all(|word| said.contains(word)));
    let came = api.comes(PATIENCE, heard).await;
    assert!(came, "{chat} never hears {words:?}: {:#?}\n{}", api.said(chat), tail(&running.err()));
}
