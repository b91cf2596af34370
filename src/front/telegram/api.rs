//! One call to the Bot API. Methods and types are teloxide's, the transport is ours: teloxide's own sleeps ten seconds
//! inside a call after a 5xx, takes a message that was sent but whose echo it cannot read for a failure, and puts raw
//! replies, which hold what people typed, into its errors.

use std::error::Error as _;
use std::fmt;
use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::Duration;

use chrono::DateTime;
use reqwest::header::{CONTENT_TYPE, DATE, RETRY_AFTER};
use reqwest::multipart::Form;
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;
use teloxide::payloads::GetFile;
use teloxide::requests::Payload;
use teloxide::types::FileId;

use super::ids::MessageIds;
use crate::clock::Elsewhere;

const TELEGRAM: &str = "https://api.telegram.org";
/// A connection that is not there by then will not come.
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// A hundred updates with quoted messages stay far below; a reply without end must not fill the memory.
const LONGEST_ANSWER: usize = 16 << 20;
/// Of Telegram's own words in an error.
const LONGEST_DESCRIPTION: usize = 200;
/// When Telegram says "too many requests" and not how long to wait.
const DEFAULT_WAIT: Duration = Duration::from_secs(5);

/// Longer than this is no pause but a fault; the chat is tried again by then.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

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
        Ok(Self { client, base, token, ids, hears_time: OnceLock::new() })
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
    pub async fn call<P>(&self, method: &P, patience: Duration) -> Result<Value, ApiError>
    where
        P: Payload + Serialize,
    {
        let body = serde_json::to_vec(method)
            .map_err(|error| ApiError::Refused { code: 0, description: format!("not sent, {error}") })?;
        let request = self.post(P::NAME).header(CONTENT_TYPE, "application/json").body(body);
        counted(P::NAME, self.ask(request.timeout(patience)).await)
    }

    /// Calls a method that takes a file, and returns its `result`; gives up after `patience`.
    pub async fn upload(&self, method: &str, form: Form, patience: Duration) -> Result<Value, ApiError> {
        counted(method, self.ask(self.post(method).multipart(form).timeout(patience)).await)
    }

    fn post(&self, method: &str) -> RequestBuilder {
        self.client.post(format!("{}/bot{}/{method}", self.base, self.token.expose_secret()))
    }

    async fn ask(&self, request: RequestBuilder) -> Result<Value, ApiError> {
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
        let known = self.call(&GetFile::new(FileId(file.to_owned())), patience).await?;
        let Some(path) = known.get("file_path").and_then(Value::as_str) else {
            return Err(ApiError::Refused { code: 0, description: "the file has no path".to_owned() });
        };
        let address = format!("{}/file/bot{}/{path}", self.base, self.token.expose_secret());
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

/// Reads an answer's envelope. What is no envelope comes from something else than Telegram.
fn judge(status: StatusCode, wait: Option<Duration>, body: &[u8]) -> Result<Value, ApiError> {
    let down = || ApiError::Down(status.as_u16());
    let Ok(Value::Object(mut answer)) = serde_json::from_slice(body) else {
        return Err(match status {
            StatusCode::TOO_MANY_REQUESTS => too_many(wait),
            // Said by the server in front of Telegram: the same again would never pass it.
            StatusCode::PAYLOAD_TOO_LARGE => {
                ApiError::Refused { code: status.as_u16(), description: "the file is too big".to_owned() }
            }
            _ => down(),
        });
    };
    match answer.get("ok").and_then(Value::as_bool) {
        Some(true) if status.is_success() => return Ok(answer.remove("result").unwrap_or(Value::Null)),
        Some(false) => {}
        _ => return Err(down()),
    }
    let said = answer.get("error_code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    let code = said.unwrap_or(status.as_u16());
    let description: String = answer
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or("no reason given")
        .chars()
        .take(LONGEST_DESCRIPTION)
        .collect();
    let told = answer.get("parameters").and_then(|more| more.get("retry_after")).and_then(Value::as_u64);
    Err(match (code, told.map(Duration::from_secs)) {
        (_, Some(told)) => ApiError::RetryAfter(told.min(LONGEST_WAIT)),
        (429, None) => too_many(wait),
        // Telegram answers 404 to a token that has not even the form of one.
        (401 | 404, None) => ApiError::BadToken(code),
        (409, None) => ApiError::Conflict(description),
        (500.., None) => ApiError::Down(code),
        (_, None) => ApiError::Refused { code, description },
    })
}

fn too_many(wait: Option<Duration>) -> ApiError {
    ApiError::RetryAfter(wait.unwrap_or(DEFAULT_WAIT).min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, body: &str, expected: &Result<Value, ApiError>) {
        assert_eq!(&judge(StatusCode::from_u16(status).unwrap(), None, body.as_bytes()), expected, "{status} {body}");
    }

    #[test]
    fn an_answer_is_read_by_its_envelope() {
        let refused = |code, text: &str| Err(ApiError::Refused { code, description: text.to_owned() });
        let wait = |seconds| Err(ApiError::RetryAfter(Duration::from_secs(seconds)));
        check(200, r#"{"ok":true,"result":[1]}"#, &Ok(serde_json::json!([1])));
        check(200, r#"{"ok":true}"#, &Ok(Value::Null));
        check(200, "<html>", &Err(ApiError::Down(200)));
        check(200, "", &Err(ApiError::Down(200)));
        check(200, "[]", &Err(ApiError::Down(200)));
        check(502, "<html>Bad Gateway", &Err(ApiError::Down(502)));
        check(500, r#"{"ok":false,"error_code":500,"description":"Internal"}"#, &Err(ApiError::Down(500)));
        check(400, r#"{"ok":false,"error_code":400,"description":"x"}"#, &refused(400, "x"));
        check(403, r#"{"ok":false}"#, &refused(403, "no reason given"));
        check(401, r#"{"ok":false,"error_code":401}"#, &Err(ApiError::BadToken(401)));
        // A proxy's own 404 says nothing about the token.
        check(404, "not here", &Err(ApiError::Down(404)));
        check(409, r#"{"ok":false,"description":"Conflict"}"#, &Err(ApiError::Conflict("Conflict".into())));
        check(429, r#"{"ok":false,"error_code":429,"parameters":{"retry_after":7}}"#, &wait(7));
        check(429, r#"{"ok":false,"error_code":429}"#, &wait(5));
        check(429, "slow down", &wait(5));
        let endless = r#"{"ok":false,"error_code":429,"parameters":{"retry_after":18446744073709551615}}"#;
        check(429, endless, &wait(3600));
        check(413, "<html>Request Entity Too Large", &refused(413, "the file is too big"));
    }

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
