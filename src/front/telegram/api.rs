//! One call to the Bot API: the transport under teloxide's methods. Why it is not teloxide's stands in the folder's
//! `mod.rs`.

use std::error::Error as _;
use std::fmt;
use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{CONTENT_TYPE, DATE, RETRY_AFTER};
use reqwest::multipart::Form;
use reqwest::{Client, RequestBuilder, Response, Url, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use teloxide::payloads::GetFile;
use teloxide::requests::Payload;
use teloxide::types::{File, FileId};

use super::answer::{Answer, judge};
use super::ids::MessageIds;
use super::link::{Link, LinkState};
use crate::clock::Elsewhere;

const TELEGRAM: &str = "https://api.telegram.org";
/// A connection that is not there by then will not come.
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// A hundred updates with quoted messages stay far below; a reply without end must not fill the memory.
const LONGEST_ANSWER: usize = 16 << 20;

/// Why the Bot API cannot be used at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    #[error("TELOXIDE_TOKEN is not a bot token")]
    Token,
    #[error("TELOXIDE_API_URL is not an http or https address")]
    ApiUrl,
    #[error("TELEGRAM_WEBHOOK_URL is not an https address")]
    WebhookUrl,
    #[error("no HTTP client can be made: {0}")]
    Client(String),
}

/// Why a call has no result. No variant holds the token, an address or what someone wrote.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// Too much was asked of Telegram: come back after that long.
    #[error("Telegram asks to wait {} s", .0.as_secs())]
    RetryAfter(Duration),
    /// Telegram does not know this bot. Nothing will work until the setting is changed.
    #[error("Telegram does not accept TELOXIDE_TOKEN ({0})")]
    BadToken(u16),
    /// Another program receives this bot's updates, or a webhook does.
    #[error("another program is receiving this bot's messages: {0}")]
    Conflict(String),
    /// Telegram understood and refuses.
    #[error("Telegram refuses ({code}): {description}")]
    Refused { code: u16, description: String },
    /// A 5xx, or something between us and Telegram that does not speak its language.
    #[error("Telegram is out of order (HTTP {0})")]
    Down(u16),
    /// Nothing, or no whole answer, came back: it may or may not have arrived.
    #[error("Telegram cannot be reached: {0}")]
    Network(String),
}

/// The Bot API of one bot.
pub struct Api {
    client: Client,
    base: String,
    token: SecretString,
    ids: MessageIds,
    /// Who is told what time Telegram says it is.
    hears_time: OnceLock<HearsTime>,
    link: Link,
}

/// Whoever compares clocks.
pub type HearsTime = Box<dyn Fn(Elsewhere) + Send + Sync>;

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").finish_non_exhaustive()
    }
}

impl Api {
    /// `base` is Telegram's own address when absent.
    pub fn new(token: SecretString, base: Option<&str>) -> Result<Self, SetupError> {
        let base = base.unwrap_or(TELEGRAM).trim_end_matches('/').to_owned();
        let url = Url::parse(&base).map_err(|_| SetupError::ApiUrl)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(SetupError::ApiUrl);
        }
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-');
        let text = token.expose_secret();
        if text.is_empty() || !text.bytes().all(fits) {
            return Err(SetupError::Token);
        }
        // A redirect would carry the token, which stands in the path, to wherever it points.
        let mut client = Client::builder().connect_timeout(CONNECT_PATIENCE).redirect(redirect::Policy::none());
        if is_loopback(&url) {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|error| SetupError::Client(error.without_url().to_string()))?;
        let ids = MessageIds::of(&token);
        Ok(Self { client, base, token, ids, hears_time: OnceLock::new(), link: Link::default() })
    }

    pub(super) fn learn_clock(&self, hears: HearsTime) {
        let _ = self.hears_time.set(hears);
    }

    pub(super) fn tells_time(&self, said: Elsewhere) {
        if let Some(hears) = self.hears_time.get() {
            hears(said);
        }
    }

    /// How the store knows this bot's messages.
    pub(super) const fn ids(&self) -> &MessageIds {
        &self.ids
    }

    pub(super) const fn token(&self) -> &SecretString {
        &self.token
    }

    /// Calls a method and returns its `result`; gives up after `patience`.
    pub async fn call<P>(&self, method: &P, patience: Duration) -> Result<Answer, ApiError>
    where
        P: Payload + Serialize,
    {
        let body = serde_json::to_vec(method)
            .map_err(|error| ApiError::Refused { code: 0, description: format!("not sent, {error}") })?;
        let request = self.post(P::NAME).header(CONTENT_TYPE, "application/json").body(body);
        self.counted(P::NAME, self.ask(request.timeout(patience)).await)
    }

    /// Calls a method that takes a file, and returns its `result`; gives up after `patience`.
    pub async fn upload(&self, method: &str, form: Form, patience: Duration) -> Result<Answer, ApiError> {
        self.counted(method, self.ask(self.post(method).multipart(form).timeout(patience)).await)
    }

    /// Remembers how a call ended, and counts it.
    fn counted<T>(&self, method: &str, result: Result<T, ApiError>) -> Result<T, ApiError> {
        self.link.saw(method, result.as_ref().err(), Utc::now());
        counted(method, result)
    }

    /// How Telegram is reached, as its last answers tell.
    pub fn link(&self) -> LinkState {
        self.link.state()
    }

    fn post(&self, method: &str) -> RequestBuilder {
        self.client.post(format!("{}/bot{}/{method}", self.base, self.token.expose_secret()))
    }

    async fn ask(&self, request: RequestBuilder) -> Result<Answer, ApiError> {
        let response = request.send().await.map_err(|error| self.unreachable(error))?;
        let status = response.status();
        let wait = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let date =
            response.headers().get(DATE).and_then(|value| DateTime::parse_from_rfc2822(value.to_str().ok()?).ok());
        let body = self.read(response, LONGEST_ANSWER).await?;
        let judged = judge(status, wait.map(Duration::from_secs), &body);
        // Only of what was Telegram's own answer.
        if let (Ok(_), Some(date)) = (&judged, date) {
            self.tells_time(Elsewhere::Now(date.to_utc()));
        }
        judged
    }

    /// The content of a file someone sent, at most `limit` bytes long.
    pub async fn download(&self, file: &str, limit: usize, patience: Duration) -> Result<Vec<u8>, ApiError> {
        let answer = self.call(&GetFile::new(FileId(file.to_owned())), patience).await?;
        let Some(known) = answer.read::<File>() else {
            return Err(ApiError::Refused { code: 0, description: "the file has no path".to_owned() });
        };
        let address = format!("{}/file/bot{}/{}", self.base, self.token.expose_secret(), known.path);
        let sent = self.client.get(address).timeout(patience).send().await;
        let response = sent.map_err(|error| self.unreachable(error))?;
        if !response.status().is_success() {
            return Err(ApiError::Down(response.status().as_u16()));
        }
        self.read(response, limit).await
    }

    async fn read(&self, mut response: Response, limit: usize) -> Result<Vec<u8>, ApiError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(error))? {
            if body.len() + chunk.len() > limit {
                return Err(ApiError::Network(format!("the answer is longer than {limit} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// The error with its causes, without the address: the token stands in it.
    fn unreachable(&self, error: reqwest::Error) -> ApiError {
        let error = error.without_url();
        let mut words = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            words.push_str(": ");
            words.push_str(&inner.to_string());
            cause = inner.source();
        }
        ApiError::Network(words.replace(self.token.expose_secret(), "[token]"))
    }
}

/// Counts a call by how it ended.
fn counted<T>(method: &str, result: Result<T, ApiError>) -> Result<T, ApiError> {
    let outcome = match &result {
        Ok(_) => "done",
        Err(ApiError::RetryAfter(_)) => "flooded",
        Err(ApiError::BadToken(_)) => "bad_token",
        Err(ApiError::Conflict(_)) => "conflict",
        Err(ApiError::Refused { .. }) => "refused",
        Err(ApiError::Down(_)) => "down",
        Err(ApiError::Network(_)) => "unreachable",
    };
    let labels = [("method", method.to_owned()), ("outcome", outcome.to_owned())];
    metrics::counter!("konter_telegram_calls_total", &labels).increment(1);
    result
}

/// Whether an address is on this machine: a proxy could not reach it.
fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_cannot_work_are_named_and_never_shown() {
        let new = |token: &str, base| Api::new(token.into(), base).err();
        assert_eq!(new("12:ab-_C", None), None);
        assert_eq!(new("", None), Some(SetupError::Token));
        assert_eq!(new("12:a/b", None), Some(SetupError::Token));
        assert_eq!(new("12:ab", Some("telegram")), Some(SetupError::ApiUrl));
        assert_eq!(new("12:ab", Some("ftp://x")), Some(SetupError::ApiUrl));
        let api = Api::new("12:geheim".into(), None).unwrap();
        assert!(!format!("{api:?}").contains("geheim"));
    }
}
