//! The one HTTP client that talks to suppliers. It decides a single thing: whether a request may have left.

use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt as _;
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};

use super::protocol::{Method, Request, Response};
use konter_core::outcome::{Doubt, KEPT_REPLY};

/// How long to wait for a connection: a supplier that cannot be reached in this time is tried elsewhere.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Idle connections are dropped sooner than any server does: an order sent into a connection the other side is just
/// closing would end in doubt.
const IDLE_CONNECTION: Duration = Duration::from_secs(1);

/// What became of a request that got no usable answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// No byte of it can have reached the supplier.
    #[error("could not connect: {0}")]
    NotSent(String),
    /// It may have arrived; nothing is known.
    #[error("no usable answer: {1}")]
    MaybeSent(Doubt, String),
}

impl SendError {
    /// What it means, by the texts' name for it. What the system says is only told apart by its words.
    pub fn trouble(&self) -> &'static str {
        let said = self.to_string().to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
        match self {
            Self::MaybeSent(Doubt::HttpStatus(_), _) => "status",
            Self::MaybeSent(Doubt::Timeout, _) => "timeout",
            Self::MaybeSent(Doubt::TooLarge, _) => "too_large",
            _ if has(&["certificate", "tls", "ssl", "handshake"]) => "tls",
            Self::MaybeSent(..) => "broken",
            Self::NotSent(_) if has(&["dns", "lookup", "resolve"]) => "dns",
            Self::NotSent(_) if has(&["refused"]) => "refused",
            Self::NotSent(_) => "unreachable",
        }
    }
}

/// What carries requests to one supplier: the HTTP client, or in a test whatever plays a supplier.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Carries a request there and the whole answer back.
    ///
    /// # Errors
    /// See [`SendError`].
    async fn send(&self, request: &Request) -> Result<Response, SendError>;
}

/// A supplier's address and the patience it is given.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    timeout: Duration,
}

impl Client {
    /// `base` has no trailing slash.
    ///
    /// # Errors
    /// When the TLS machinery cannot be set up.
    pub fn new(base: &str, timeout: Duration) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            // A followed redirect would send the order a second time, to who knows whom.
            .redirect(reqwest::redirect::Policy::none())
            // Suppliers know us by our address; a proxy from the environment would order under another.
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT.min(timeout))
            .pool_idle_timeout(IDLE_CONNECTION)
            // One commit, one sending: nothing may repeat a request behind our back.
            .http1_only()
            .retry(reqwest::retry::never())
            .user_agent(concat!("konter/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { http, base: base.to_owned(), timeout })
    }

    async fn exchange(&self, request: &Request) -> Result<Response, SendError> {
        let answer = self.build(request).send().await.map_err(classify)?;
        let status = answer.status();
        if !status.is_success() && !request.accepts.contains(&status.as_u16()) {
            let doubt = Doubt::HttpStatus(status.as_u16());
            return Err(SendError::MaybeSent(doubt, format!("HTTP status {status}")));
        }
        let content_type =
            answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
        let body = read_bounded(answer, request.largest).await?;
        Ok(Response { content_type, body })
    }

    fn build(&self, request: &Request) -> reqwest::RequestBuilder {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
        };
        // A supplier may have a second server, which its settings name whole.
        let is_whole = request.path.starts_with("https://") || request.path.starts_with("http://");
        let base = if is_whole { "" } else { self.base.as_str() };
        let mut builder = self.http.request(method, format!("{base}{}", request.path));
        if !request.query.is_empty() {
            builder = builder.query(&request.query);
        }
        for (name, value) in &request.headers {
            builder = builder.header(name.as_ref(), value);
        }
        match &request.body {
            Some(body) => builder.header(CONTENT_TYPE, body.content_type).body(body.text.clone()),
            None => builder,
        }
    }
}

#[async_trait]
impl Transport for Client {
    /// No error text holds a secret: the request's address is left out of all of them.
    async fn send(&self, request: &Request) -> Result<Response, SendError> {
        tokio::time::timeout(self.timeout, self.exchange(request))
            .await
            .unwrap_or_else(|_| Err(SendError::MaybeSent(Doubt::Timeout, format!("none in {:?}", self.timeout))))
    }
}

/// A reply that is longer is no answer, and is not read to its end.
async fn read_bounded(answer: reqwest::Response, largest: usize) -> Result<Vec<u8>, SendError> {
    let mut body = Vec::new();
    let mut chunks = answer.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| SendError::MaybeSent(Doubt::ConnectionLost, describe(error)))?;
        if body.len() + chunk.len() > largest {
            return Err(SendError::MaybeSent(Doubt::TooLarge, format!("a reply over {largest} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Only what happens before a connection stands is certain; a request that cannot be built never left either.
fn classify(error: reqwest::Error) -> SendError {
    if error.is_connect() || error.is_builder() {
        SendError::NotSent(describe(error))
    } else if error.is_timeout() {
        SendError::MaybeSent(Doubt::Timeout, describe(error))
    } else {
        SendError::MaybeSent(Doubt::ConnectionLost, describe(error))
    }
}

/// The error and its causes without the address, whose query can hold a PIN.
fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

/// A supplier's reply as it may be kept: secrets masked, control characters shown as such, shortened.
#[must_use]
pub fn masked(reply: &str, secrets: &[&SecretString]) -> String {
    /// Shorter secrets (a four-digit PIN) stand in amounts and numbers by chance; masking those would garble evidence
    /// without hiding anything, so only whole words are masked.
    const SHORT: usize = 6;
    let mut text: String = reply.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    for secret in secrets.iter().map(|secret| secret.expose_secret()).filter(|secret| !secret.is_empty()) {
        text = if secret.chars().count() > SHORT { text.replace(secret, "***") } else { mask_words(&text, secret) };
    }
    // Only now: a cut could leave a piece of a secret.
    text.chars().take(KEPT_REPLY).collect()
}

fn mask_words(text: &str, word: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        let joined = before.ends_with(char::is_alphanumeric) || after.starts_with(char::is_alphanumeric);
        out.push_str(before);
        out.push_str(if joined { word } else { "***" });
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_and_numbers_that_only_contain_them_are_not() {
        let (pin, password) = (SecretString::from("1234"), SecretString::from("kata-sandi"));
        let masked = masked("pin 1234, SN 9912345, #kata-sandi#\n", &[&pin, &password]);
        assert_eq!(masked, "pin ***, SN 9912345, #***# ");
    }

    #[test]
    fn a_long_reply_is_kept_whole_and_no_cut_leaves_a_piece_of_a_secret() {
        let password = SecretString::from("kata-sandi");
        let receipt = "x".repeat(9_000) + " token 6722 0840 8781 8481 1234";
        assert_eq!(masked(&receipt, &[&password]), receipt);
        let text = "x".repeat(KEPT_REPLY - 4) + "kata-sandi";
        assert_eq!(masked(&text, &[&password]), "x".repeat(KEPT_REPLY - 4) + "***");
        assert_eq!(masked(&"y".repeat(KEPT_REPLY * 2), &[&password]).len(), KEPT_REPLY);
    }

    #[tokio::test]
    async fn a_refused_connection_is_not_sent_and_says_no_address() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let client = Client::new(&format!("http://{free}"), Duration::from_secs(5)).unwrap();
        let request = Request::get("/trx", vec![("pin", "987654".to_owned())]);
        let error = client.send(&request).await.unwrap_err();
        assert!(matches!(error, SendError::NotSent(_)), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("987654"));
        assert_eq!(error.trouble(), "refused");
    }

    #[test]
    fn what_an_error_means_is_told_by_its_kind() {
        let not_sent = |text: &str| SendError::NotSent(text.to_owned());
        for (error, trouble) in [
            (not_sent("client error (Connect): dns error: failed to lookup address information"), "dns"),
            (not_sent("client error (Connect): tcp connect error: Connection refused (os error 111)"), "refused"),
            (not_sent("client error (Connect): invalid peer certificate: Expired"), "tls"),
            (
                not_sent("client error (Connect): tcp connect error: Network is unreachable (os error 101)"),
                "unreachable",
            ),
            (SendError::MaybeSent(Doubt::Timeout, "none in 60s".to_owned()), "timeout"),
            (SendError::MaybeSent(Doubt::HttpStatus(502), "HTTP status 502 Bad Gateway".to_owned()), "status"),
            (SendError::MaybeSent(Doubt::ConnectionLost, "connection closed".to_owned()), "broken"),
        ] {
            assert_eq!(error.trouble(), trouble, "{error}");
        }
    }

    /// What comes of a reply of so many bytes to a request that takes so many.
    async fn answered(bytes: usize, largest: usize) -> Result<usize, SendError> {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let _ = socket.read(&mut [0; 1024]).await;
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {bytes}\r\n\r\n");
            let _ = socket.write_all(head.as_bytes()).await;
            // The client may hang up in the middle, and that is right.
            let _ = socket.write_all(&vec![b'x'; bytes]).await;
        });
        let client = Client::new(&format!("http://{address}"), Duration::from_secs(20)).unwrap();
        let request = Request { largest, ..Request::get("/trx", vec![]) };
        client.send(&request).await.map(|response| response.body.len())
    }

    /// Ten megabytes of anything are no answer: a doubt, and not read to the end.
    #[tokio::test]
    async fn a_reply_beyond_the_limit_is_a_doubt() {
        use crate::protocol::{LARGEST_LIST, LARGEST_REPLY};
        assert_eq!(answered(1_000_000, LARGEST_LIST).await, Ok(1_000_000), "a price list is longer");
        for (bytes, largest) in [(1_000_000, LARGEST_REPLY), (10_000_000, LARGEST_LIST)] {
            let error = answered(bytes, largest).await.unwrap_err();
            assert!(matches!(error, SendError::MaybeSent(Doubt::TooLarge, _)), "{error:?}");
        }
    }
}
