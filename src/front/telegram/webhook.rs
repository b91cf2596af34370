//! Receiving by being called. Telegram repeats an update until it gets a 200, so a 200 means: stored.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use chrono::Utc;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use teloxide::payloads::SetWebhook;

use super::ids::MessageIds;
use super::taps::Held;
use super::update::{self, Incoming};
use super::{ALLOWED, Api, ApiError, Stopped, TELEGRAM, Timing, insist, tell_broken};
use crate::front::Inbox;
use crate::log_throttle::LOG;

const NO_JSON: &str = "an update is not JSON and is left out";
const NOT_STORED: &str = "a message from Telegram is not stored; Telegram will bring it again";
const HEADER: &str = "x-telegram-bot-api-secret-token";
/// One update, quoted messages included, is some ten KiB at most.
const LONGEST_BODY: usize = 1 << 20;

/// What only Telegram and the shop know: halves of a hash of the token, one in the address, one in a header (addresses
/// end up in the logs of proxies, headers rarely do).
struct Secrets {
    path: String,
    header: String,
}

impl Secrets {
    fn new(token: &SecretString) -> Self {
        let hash = Sha256::digest(token.expose_secret());
        let (path, header) = hash.split_at(hash.len() / 2);
        Self { path: hex(path), header: hex(header) }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn same(given: &[u8], secret: &str) -> bool {
    given.ct_eq(secret.as_bytes()).into()
}

/// `POST /telegram/<secret>`.
pub(super) fn router(token: &SecretString, inbox: Arc<dyn Inbox>, held: Arc<Held>) -> Router {
    let state = Arc::new(Hook { secrets: Secrets::new(token), ids: MessageIds::of(token), inbox, held });
    Router::new().route("/telegram/{secret}", post(take)).with_state(state)
}

struct Hook {
    secrets: Secrets,
    ids: MessageIds,
    inbox: Arc<dyn Inbox>,
    held: Arc<Held>,
}

async fn take(
    State(hook): State<Arc<Hook>>,
    Path(path): Path<String>,
    headers: HeaderMap,
    request: Request<Body>,
) -> Response {
    if !same(path.as_bytes(), &hook.secrets.path) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let given = headers.get(HEADER).map_or(&b""[..], |value| value.as_bytes());
    if !same(given, &hook.secrets.header) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let Ok(body) = to_bytes(request.into_body(), LONGEST_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    match serde_json::from_slice::<Value>(&body) {
        Ok(update) => hook.keep(&update).await,
        // Refusing it would only bring it back, and hold up what comes after it.
        Err(error) => {
            if LOG.is_due(TELEGRAM, NO_JSON, None) {
                tracing::warn!(line = error.line(), column = error.column(), "{NO_JSON}");
            }
            StatusCode::OK.into_response()
        }
    }
}

impl Hook {
    async fn keep(&self, update: &Value) -> Response {
        let answer = |tap: &str, words: Option<String>| {
            let answer = match words {
                None => json!({"method": "answerCallbackQuery", "callback_query_id": tap}),
                Some(words) => json!({"method": "answerCallbackQuery", "callback_query_id": tap, "text": words}),
            };
            Json(answer).into_response()
        };
        let (mut message, tap) = match update::read(update, Utc::now()) {
            Incoming::Message(message) => (message, None),
            Incoming::Tap { message, tap } => (message, Some(tap)),
            Incoming::ForeignTap { tap } => return answer(&tap, None),
            Incoming::Ignored => return StatusCode::OK.into_response(),
            Incoming::Broken => {
                tell_broken(update);
                return StatusCode::OK.into_response();
            }
        };
        self.ids.store(&mut message);
        // The shop may be done with a tap as soon as it is stored.
        let said = tap.as_deref().map(|tap| self.held.respond_to(tap));
        if let Err(error) = self.inbox.receive(vec![message]).await {
            if let Some(tap) = &tap {
                self.held.forget(tap);
            }
            if LOG.is_due(TELEGRAM, NOT_STORED, None) {
                tracing::error!(%error, "{NOT_STORED}");
            }
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        match tap.zip(said) {
            Some((tap, said)) => answer(&tap, self.held.words(&tap, said).await),
            None => StatusCode::OK.into_response(),
        }
    }
}

/// Tells Telegram where to call. `base` is the public address in front of [`router`].
pub(super) async fn register(api: &Api, base: &Url, timing: &Timing) -> Result<(), Stopped> {
    let secrets = Secrets::new(api.token());
    let mut address = base.clone();
    let path = format!("{}/telegram/{}", base.path().trim_end_matches('/'), secrets.path);
    address.set_path(&path);
    let mut method = SetWebhook::new(address);
    method.allowed_updates = Some(ALLOWED.to_vec());
    method.secret_token = Some(secrets.header);
    loop {
        match insist(api, &method, timing).await {
            Ok(_) => {
                tracing::info!("Telegram will call the webhook");
                return Ok(());
            }
            Err(ApiError::BadToken(401)) => return Err(Stopped::BadToken),
            // Such as a host name that does not resolve yet: the operator may be mending it.
            Err(error) => {
                tracing::error!(%error, "Telegram does not take TELEGRAM_WEBHOOK_URL; no message is received");
                tokio::time::sleep(timing.backoff.longest).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secrets_are_halves_of_one_hash() {
        let secrets = Secrets::new(&"abc".into());
        // sha256("abc")
        assert_eq!(secrets.path, "ba7816bf8f01cfea414140de5dae2223");
        assert_eq!(secrets.header, "b00361a396177a9cb410ff61f20015ad");
    }
}
