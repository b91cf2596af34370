//! Where resellers' own programs order, as at any `OtomaX` server: fields in the address or as a form, one line of text
//! back, always with status 200. Programs read the line; many take another status for a failed order.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest as _, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::address::came_through;
use super::allowed;
use super::server::{Http, sender};
use crate::shop::h2h::{Caller, Query, text};

/// Bytes of a form. A request has a dozen short fields.
const LARGEST_FORM: usize = 8 * 1024;
/// How long a program waits for its line. What has begun by then is carried through.
const PATIENCE: Duration = Duration::from_secs(8);

/// What is asked.
#[derive(Clone, Copy)]
enum Asked {
    Trade,
    Balance,
}

pub(super) async fn trade(http: State<Http>, peer: ConnectInfo<SocketAddr>, request: Request) -> Response {
    answer(http, peer, request, Asked::Trade).await
}

pub(super) async fn balance(http: State<Http>, peer: ConnectInfo<SocketAddr>, request: Request) -> Response {
    answer(http, peer, request, Asked::Balance).await
}

async fn answer(
    State(http): State<Http>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    asked: Asked,
) -> Response {
    // What only looks whether there is something buys nothing.
    if request.method() == Method::HEAD {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let from = caller(&http, peer, &request);
    let query = request.uri().query().unwrap_or_default().to_owned();
    let form = match Bytes::from_request(request, &()).await {
        Ok(form) if form.len() <= LARGEST_FORM => form,
        // Nothing of it was looked at.
        Ok(_) => return line("GAGAL. Permintaan terlalu besar.".to_owned()),
        Err(refused) => return refused.into_response(),
    };
    let query = Query::read(&[&query, String::from_utf8_lossy(&form).trim()]);
    let (shop, asking) = (http.shop, query.clone());
    // Carried through, also when the program hangs up or does not wait: what it ordered is ordered, and told when it
    // asks again.
    let work = tokio::spawn(async move {
        match asked {
            Asked::Trade => shop.program_trades(&asking, from).await,
            Asked::Balance => shop.program_balance(&asking, from).await,
        }
    });
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(Ok(text)) => line(text),
        Ok(Err(_)) | Err(_) => line(text::slow(&query)),
    }
}

/// Whose request it is to be judged as. A proxy that the settings do not name may stand for anybody.
fn caller(http: &Http, peer: SocketAddr, request: &Request) -> Caller {
    let peer = peer.ip();
    if came_through(request.headers()) && !allowed(peer, &http.trusted_proxies) {
        return Caller::Behind(peer);
    }
    Caller::Address(sender(http, peer, request.headers()))
}

fn line(text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, text).into_response()
}
