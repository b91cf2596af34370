//! The Telegram front: messages come in by long polling or webhook and are stored before they are acknowledged; the
//! outbox goes out in order, as fast as Telegram allows. What messages mean and what replies say is decided elsewhere.
//!
//! Methods, their fields, ids and what is read of results are teloxide's types. What is ours beside them, and why
//! (teloxide 0.17, measured on loopback):
//!
//! - `api`, `answer`: sending a method and reading its envelope. `Bot` sleeps 10 s inside a call after a 5xx; takes in an
//!   answer of any length (440 MiB in a second; here 16 MiB at most); keeps no code beside a refusal, so a 500 looks like a
//!   400 and would cost the reply; drops the `Date` that our clock is compared with; and its errors hold the raw answer, in
//!   which people's words stand.
//! - `post::form`: files. `Bot`'s forms do not name a file's type.
//! - `update`: what came in. One mark of a kind that teloxide does not know leaves its `Message` without text: an order
//!   would be lost without a trace (`update::tests` holds this against the next version).
//! - `poll`, `webhook`: receiving. The `Dispatcher` and its listeners confirm updates that are only in memory.
//! - `queue`, `pace`, `allowance`: how fast. `Throttle` keeps the messages themselves in memory and knows no classes.
//! - `verdict`: what a refusal means. teloxide's `ApiError` knows whole sentences, hardly any about files and rights, and the
//!   decision needs only families of them.
//! - `menu`: `BotCommands` knows one language and no roles.

mod allowance;
mod answer;
mod api;
mod batch;
mod cards;
mod deliver;
mod forget;
mod ids;
mod link;
mod menu;
mod pace;
mod poll;
mod post;
mod progress;
mod queue;
mod send;
mod taps;
mod text;
mod update;
mod verdict;
mod webhook;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use chrono::{DateTime, Utc};
use reqwest::Url;
use secrecy::SecretString;
use serde::Serialize;
use teloxide::payloads::GetMe;
use teloxide::requests::Payload;
use teloxide::types::{AllowedUpdate, InlineKeyboardMarkup, User};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use answer::Answer;
pub use api::{Api, ApiError, HearsTime, SetupError};
pub use link::LinkState;
pub use pace::{Backoff, Rate};
pub use send::{Pump, Waker};

use self::cards::Cards;
use self::taps::Held;
use crate::front::{Inbox, Text, Wording};
use crate::log_throttle::LOG;
use konter_core::agent::Locale;
use konter_core::ids::ChatId;
use konter_core::staff::Roster;
use konter_store::Outbox;

/// Letters of a word shown where a button was tapped.
const LONGEST_TOAST: usize = 200;

/// Whose log lines these are, where those of suppliers are counted.
const TELEGRAM: &str = "telegram";

/// What the operator sets.
pub struct Settings {
    pub token: SecretString,
    /// Telegram's own address when absent.
    pub api_url: Option<String>,
    /// The public https address under which [`Telegram::webhook_router`] is reached; absent: long polling.
    pub webhook_url: Option<String>,
    /// The language of menus for people whose own is none of ours.
    pub locale: Locale,
    pub timing: Timing,
}

/// How fast and how patient; the defaults suit Telegram, tests are in more of a hurry.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// How long Telegram holds a question for updates open when there are none. Whole seconds.
    pub poll: Duration,
    /// How long any other call may take.
    pub call: Duration,
    /// How long a call with a file may take: a reseller's picture goes up over the shop's own line.
    pub upload: Duration,
    /// How long the deletion of a message may take: a reply can wait behind its first try.
    pub forget: Duration,
    pub backoff: Backoff,
    /// To one chat: Telegram allows about one message per second, and short bursts.
    pub chat: Rate,
    /// To all chats: Telegram allows about 30 per second.
    pub overall: Rate,
    /// Deletions. Telegram does not count them among messages, as far as is known.
    pub deletions: Rate,
    /// A chat is behind when something has waited for so long: from then on it is told what waits in one message.
    pub behind: Duration,
    /// To all chats together that are nobody's: however many write, the others keep the rest.
    pub strangers: Rate,
    /// How often the outbox is searched for chats nobody named.
    pub rescan: Duration,
    /// How long before a menu that Telegram refused is offered again: whoever has never written to the bot is a chat
    /// Telegram does not know, until they do.
    pub menu: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            poll: Duration::from_secs(50),
            call: Duration::from_secs(20),
            upload: Duration::from_secs(60),
            forget: Duration::from_secs(3),
            backoff: Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(30) },
            chat: Rate { interval: Duration::from_secs(1), burst: 3 },
            // Never more than 30 within any second, the burst included.
            overall: Rate { interval: Duration::from_millis(36), burst: 2 },
            deletions: Rate { interval: Duration::from_millis(36), burst: 5 },
            behind: Duration::from_millis(500),
            strangers: Rate { interval: Duration::from_millis(200), burst: 3 },
            rescan: Duration::from_secs(60),
            menu: Duration::from_secs(600),
        }
    }
}

/// Why the front stopped by itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    #[error("Telegram does not accept TELOXIDE_TOKEN; take the one that BotFather shows")]
    BadToken,
}

/// The kinds of update the shop asks for. An edit never orders: whoever edits is told so.
const ALLOWED: [AllowedUpdate; 3] =
    [AllowedUpdate::Message, AllowedUpdate::EditedMessage, AllowedUpdate::CallbackQuery];

/// The bot.
pub struct Telegram {
    api: Arc<Api>,
    webhook_url: Option<Url>,
    locale: Locale,
    timing: Timing,
    name: OnceLock<String>,
    held: Arc<Held>,
    cards: Arc<Cards>,
}

impl Telegram {
    pub fn new(settings: Settings) -> Result<Self, SetupError> {
        let webhook_url = settings.webhook_url.as_deref().map(webhook_base).transpose()?;
        Ok(Self {
            api: Arc::new(Api::new(settings.token, settings.api_url.as_deref())?),
            webhook_url,
            locale: settings.locale,
            timing: settings.timing,
            name: OnceLock::new(),
            held: Arc::default(),
            cards: Arc::default(),
        })
    }

    /// The bot's name without `@`, once Telegram has told it.
    pub fn bot_name(&self) -> Option<&str> {
        self.name.get().map(String::as_str)
    }

    /// What a message of the bot's is called, where something may wait under it, and when what it says was decided.
    pub fn shown(&self, chat: &ChatId, message: &str) -> Option<(Option<String>, DateTime<Utc>)> {
        self.cards.shown(chat, message)
    }

    /// How Telegram is reached, as its last answers tell.
    pub fn link(&self) -> LinkState {
        self.api.link()
    }

    /// Asks Telegram for the bot's name without `@`, once.
    pub async fn who_am_i(&self, patience: Duration) -> Result<Option<String>, ApiError> {
        let answer = self.api.call(&GetMe::new(), patience).await?;
        Ok(answer.read::<User>().and_then(|me| me.username))
    }

    /// Fetches a file an [`Attachment`](crate::attachment::Attachment) names, at most `limit` bytes.
    pub async fn download(&self, file_id: &str, limit: usize) -> Result<Vec<u8>, ApiError> {
        self.api.download(file_id, limit, self.timing.call).await
    }

    /// Says something at once, past the outbox: for when there is none. One try.
    pub async fn tell(&self, chat: &ChatId, words: &Text) -> Result<(), ApiError> {
        let Some(peer) = deliver::peer(chat) else { return Ok(()) };
        for part in text::parts(words, text::LONGEST) {
            let message = post::message(peer, part, InlineKeyboardMarkup::default());
            self.api.call(&message, self.timing.call).await?;
        }
        Ok(())
    }

    /// Whether this process can still answer a tap. `tap` is the number of the message it came as.
    pub fn holds_tap(&self, tap: &str) -> bool {
        self.api.ids().tap(tap).is_some_and(|id| self.held.holds(id))
    }

    /// Stops a tapped button's hourglass, with a word for a moment if there is one. `false` when it has been stopped before:
    /// then nothing is shown. `tap` is the number of the message the tap came as.
    pub fn answer_tap(&self, tap: &str, toast: Option<&Text>) -> bool {
        let words = toast.map(|words| words.body.chars().take(LONGEST_TOAST).collect());
        self.api.ids().tap(tap).is_some_and(|id| self.held.answer(id, words))
    }

    /// Who is told what time Telegram says it is; once known it stays.
    pub fn learn_clock(&self, hears: HearsTime) {
        self.api.learn_clock(hears);
    }

    /// What Telegram posts updates to; `None` when the shop polls.
    pub fn webhook_router(&self, inbox: Arc<dyn Inbox>) -> Option<Router> {
        self.webhook_url.as_ref().map(|_| webhook::router(self.api.token(), inbox, Arc::clone(&self.held)))
    }

    /// What carries the outbox to Telegram; `waker` is how it hears of new rows.
    pub fn pump(&self, store: Arc<dyn Outbox>, wording: Arc<dyn Wording>, waker: Waker) -> Pump {
        Pump::new(store, Arc::clone(&self.api), wording, waker, self.timing, Arc::clone(&self.cards))
    }

    /// Receives until `cancel`: polls, or keeps the webhook registered. Also asks Telegram for the bot's name and tells it
    /// the menus, those of everybody in `roster` as it is now and as it changes. Of several processes one polls at a time:
    /// that for which `leading` holds.
    pub async fn run(
        &self,
        inbox: &dyn Inbox,
        roster: watch::Receiver<Roster>,
        leading: watch::Receiver<bool>,
        cancel: &CancellationToken,
    ) -> Result<(), Stopped> {
        let introduced = async {
            self.introduce(roster).await;
            std::future::pending().await
        };
        let received = tokio::select! {
            received = self.receive(inbox, leading, cancel) => received,
            never = introduced => never,
        };
        received
    }

    async fn receive(
        &self,
        inbox: &dyn Inbox,
        leading: watch::Receiver<bool>,
        cancel: &CancellationToken,
    ) -> Result<(), Stopped> {
        match &self.webhook_url {
            None => self.poll_while(inbox, leading, cancel).await,
            Some(base) => {
                let registering = webhook::register(&self.api, base, &self.timing);
                match cancel.run_until_cancelled(registering).await {
                    Some(Err(stopped)) => Err(stopped),
                    Some(Ok(())) => {
                        cancel.cancelled().await;
                        Ok(())
                    }
                    None => Ok(()),
                }
            }
        }
    }

    /// Polls while nobody else does.
    async fn poll_while(
        &self,
        inbox: &dyn Inbox,
        mut leading: watch::Receiver<bool>,
        cancel: &CancellationToken,
    ) -> Result<(), Stopped> {
        // An error means that whoever leads is not told of any more: the shop is being taken down.
        loop {
            let is_turn = cancel.run_until_cancelled(leading.wait_for(|leads| *leads)).await;
            if is_turn.is_none_or(|turn| turn.is_err()) {
                return Ok(());
            }
            tracing::info!("this process asks Telegram for messages");
            let turn = cancel.child_token();
            let polling = poll::poll(&self.api, inbox, &self.held, &self.timing, &turn);
            tokio::pin!(polling);
            tokio::select! {
                ended = &mut polling => return ended,
                Ok(_) = leading.wait_for(|leads| !*leads) => {}
            }
            // What has been received is stored whole.
            turn.cancel();
            polling.await?;
            tracing::info!("another process asks Telegram for messages from now on");
        }
    }

    async fn introduce(&self, roster: watch::Receiver<Roster>) {
        match insist(&self.api, &GetMe::new(), &self.timing).await {
            Ok(answer) => {
                if let Some(name) = answer.read::<User>().and_then(|me| me.username) {
                    tracing::info!(bot = name, "Telegram knows this bot");
                    // Already set: it was told before, and it is the same name.
                    let _ = self.name.set(name);
                }
            }
            Err(error) => tracing::warn!(%error, "the bot's own name is not known"),
        }
        menu::keep(&self.api, self.locale, roster, &self.timing).await;
    }
}

fn webhook_base(text: &str) -> Result<Url, SetupError> {
    let url = Url::parse(text).map_err(|_| SetupError::WebhookUrl)?;
    if url.scheme() == "https" && url.host_str().is_some() { Ok(url) } else { Err(SetupError::WebhookUrl) }
}

/// Calls until Telegram has an answer: only a refusal is given back.
async fn insist<P>(api: &Api, method: &P, timing: &Timing) -> Result<Answer, ApiError>
where
    P: Payload + Serialize,
{
    let mut failures = 0;
    loop {
        let error = match api.call(method, timing.call).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        failures += 1;
        let wait = match &error {
            ApiError::RetryAfter(wait) => *wait,
            ApiError::Down(_) | ApiError::Network(_) => timing.backoff.wait(failures),
            ApiError::BadToken(_) | ApiError::Conflict(_) | ApiError::Refused { .. } => return Err(error),
        };
        tracing::warn!(method = P::NAME, %error, "Telegram will be asked again");
        tokio::time::sleep(wait).await;
    }
}

/// Of an update that cannot be read only the number is told: its content can hold a PIN. Anybody who writes to the bot
/// may be able to cause one.
fn tell_broken(update: &serde_json::Value) {
    const WHAT: &str = "an update cannot be read and is left out";
    if LOG.is_due(TELEGRAM, WHAT, None) {
        tracing::warn!(update = update::number(update), "{WHAT}");
    }
}
