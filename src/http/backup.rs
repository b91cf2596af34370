//! `POST /backup`: the whole shop, to whoever sits at this machine and can read the data dir.

use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::Http;
use super::address::came_through;
use crate::backup::{TOKEN, hand_out};
use crate::log_throttle::{LOG, NOBODY};
use konter_store::StoreError;

/// Sent at once.
const CHUNK: usize = 64 << 10;
/// Chunks that may wait for a slow reader: all that is held of a backup in memory.
const WAITING: usize = 8;
/// Whoever takes nothing for so long gets no more: the store keeps rows in memory while it is copied.
const STALL: Duration = Duration::from_secs(30);
pub(super) async fn backup(
    State(http): State<Http>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    if !is_from_here(peer.ip(), &headers) {
        LOG.say(NOBODY, "a backup was asked for from elsewhere", peer.ip());
        return (StatusCode::FORBIDDEN, "only from this machine itself\n").into_response();
    }
    if !knows_token(&headers, http.backup_token.as_ref()) {
        LOG.say(NOBODY, "a backup was asked for without its secret", peer.ip());
        let needed = format!("send the secret in {TOKEN} of the data dir: Authorization: Bearer …\n");
        return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")], needed).into_response();
    }
    let made_at = http.shop.clock.utc();
    let snapshot = match http.shop.store.snapshot().await {
        Ok(snapshot) => snapshot,
        Err(error) => {
            let busy = matches!(error, StoreError::Busy(_));
            tracing::warn!(%error, busy, "a backup that was asked for cannot be made");
            return (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response();
        }
    };
    let (to, from) = mpsc::channel(WAITING);
    let out = Chunks { to, gathered: Vec::with_capacity(CHUNK), runtime: Handle::current() };
    tokio::task::spawn_blocking(move || {
        let to = out.to.clone();
        match hand_out(snapshot, made_at, out) {
            Ok(_) => tracing::info!("a backup was handed out"),
            Err(error) => {
                tracing::warn!(%error, "a backup was broken off");
                // Without the end of the body nobody takes it for whole.
                let _ = to.try_send(Err(io::Error::other("broken off")));
            }
        }
    });
    let body = futures::stream::unfold(from, |mut from| async { from.recv().await.map(|chunk| (chunk, from)) });
    let name = format!("attachment; filename=\"{}\"", crate::backup::folder::name(made_at));
    let headers = [(header::CONTENT_TYPE, "application/octet-stream".to_owned()), (header::CONTENT_DISPOSITION, name)];
    (headers, Body::from_stream(body)).into_response()
}

/// What a browser adds does not come from here either, whatever its address says.
fn is_from_here(peer: IpAddr, headers: &HeaderMap) -> bool {
    peer.to_canonical().is_loopback() && !came_through(headers) && !headers.contains_key(header::ORIGIN)
}

/// Who sits at this machine may still be anybody: the secret is in a file that only the shop's owner can read.
fn knows_token(headers: &HeaderMap, token: Option<&SecretString>) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    let (Some(token), Some(given)) = (token, given) else { return false };
    token.expose_secret().as_bytes().ct_eq(given.trim_ascii()).into()
}

/// What is written goes out in chunks; whoever writes waits for whoever reads.
struct Chunks {
    to: mpsc::Sender<io::Result<Bytes>>,
    gathered: Vec<u8>,
    runtime: Handle,
}

impl Chunks {
    fn send(&mut self) -> io::Result<()> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let chunk = Bytes::from(std::mem::replace(&mut self.gathered, Vec::with_capacity(CHUNK)));
        let sending = self.to.send_timeout(Ok(chunk), STALL);
        self.runtime.block_on(sending).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= CHUNK {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_sits_here_is_given_a_backup() {
        let asked = |peer: &str, header: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.extend(header.map(|name| (name.parse::<header::HeaderName>().unwrap(), "x".parse().unwrap())));
            is_from_here(peer.parse().unwrap(), &headers)
        };
        for (peer, header, given) in [
            ("127.0.0.1", None, true),
            ("::1", None, true),
            ("::ffff:127.0.0.1", None, true),
            ("127.0.0.1", Some("accept"), true),
            ("192.168.1.5", None, false),
            ("127.0.0.1", Some("X-Forwarded-For"), false),
            ("127.0.0.1", Some("origin"), false),
        ] {
            assert_eq!(asked(peer, header), given, "{peer} {header:?}");
        }
    }

    #[test]
    fn a_backup_needs_its_secret() {
        let secret: SecretString = "0123456789abcdef".into();
        for (header, token, given) in [
            (Some("Bearer 0123456789abcdef"), Some(&secret), true),
            (Some("Bearer 0123456789abcdef "), Some(&secret), true),
            (Some("Bearer 0123456789abcdeF"), Some(&secret), false),
            (Some("Bearer 0123456789abcde"), Some(&secret), false),
            (Some("Bearer "), Some(&secret), false),
            (Some("0123456789abcdef"), Some(&secret), false),
            (None, Some(&secret), false),
            (Some("Bearer "), None, false),
            (Some("Bearer 0123456789abcdef"), None, false),
        ] {
            let headers = header.map(|value| (header::AUTHORIZATION, value.parse().unwrap()));
            assert_eq!(knows_token(&headers.into_iter().collect(), token), given, "{header:?}");
        }
    }
}
