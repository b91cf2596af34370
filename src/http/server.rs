//! The routes.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequest as _, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get, post};
use ipnet::IpNet;
use secrecy::SecretString;

use super::address::{believed_address, came_through};
use super::callback::CallbackAuth;
use super::request_line::{CUT, TOO_LONG};
use crate::log_throttle::{LOG, NOBODY};
use crate::shop::{CallbackFate, Shop};
use crate::telemetry::Figures;
use konter_core::ids::SupplierId;
use konter_reply::UnreadWhy;
use konter_store::StoreError;
use konter_suppliers::{Callback, percent_decoded};

/// The largest callback read: the documents' own are under 2 KiB.
const LARGEST_CALLBACK: usize = 64 * 1024;
/// How long one request may take in all; a sender that dribbles is cut off.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// What the routes need.
#[derive(Clone)]
pub struct Http {
    pub shop: Arc<Shop>,
    pub door: Arc<CallbackAuth>,
    pub trusted_proxies: Arc<Vec<IpNet>>,
    pub metrics: Option<Arc<Figures>>,
    /// What a backup must be asked for with; without one, none is handed out.
    pub backup_token: Option<SecretString>,
}

/// Callbacks, health and metrics. Serve it with connection info, or nobody is believed.
pub fn router(http: Http) -> Router {
    router_within(REQUEST_TIMEOUT, http)
}

/// The same, with another limit to how long one request may take.
pub fn router_within(limit: Duration, http: Http) -> Router {
    let routes = Router::new()
        .route("/callback/{*address}", any(callback))
        .route("/health", get(super::health::health))
        .route("/h2h/trx", get(super::h2h::trade).post(super::h2h::trade))
        .route("/h2h/balance", get(super::h2h::balance).post(super::h2h::balance))
        .route("/metrics", get(metrics))
        .route("/backup", post(super::backup::backup))
        .layer(DefaultBodyLimit::max(LARGEST_CALLBACK))
        .with_state(http);
    within(limit, routes)
}

/// Routes whose every request is cut off after so long.
pub fn within(limit: Duration, routes: Router) -> Router {
    routes.layer(axum::middleware::from_fn(move |request, next| with_timeout(limit, request, next)))
}

async fn with_timeout(limit: Duration, request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    tokio::time::timeout(limit, next.run(request))
        .await
        .unwrap_or_else(|_| (StatusCode::REQUEST_TIMEOUT, "too slow\n").into_response())
}

pub(super) fn sender(http: &Http, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    // Several headers of the name are one list, in the order they came.
    let forwarded: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect();
    let forwarded = (!forwarded.is_empty()).then(|| forwarded.join(","));
    believed_address(peer, forwarded.as_deref(), &http.trusted_proxies)
}

/// A report from the moment its address is known; if it ends before it has come whole, that is told.
struct Coming {
    shop: Arc<Shop>,
    supplier: SupplierId,
    from: IpAddr,
    is_believed: bool,
    query: String,
    is_whole: bool,
}

impl Coming {
    /// It stays unread, having said this.
    fn unread(&self, why: UnreadWhy, said: &str) {
        self.shop.unread(Some(&self.supplier), why, self.from, self.is_believed.then_some(said));
    }

    /// A report whose content is not what was sent.
    fn lost(&self, why: UnreadWhy, said: &str) {
        self.count(if why == UnreadWhy::Broken { "broken" } else { "cut" });
        self.unread(why, said);
    }

    fn count(&self, fate: &'static str) {
        let supplier = if fate == NO_SUCH_SUPPLIER { "unknown".to_owned() } else { self.supplier.to_string() };
        metrics::counter!("konter_callbacks_total", "supplier" => supplier, "fate" => fate).increment(1);
    }
}

impl Drop for Coming {
    /// The time was up, or its sender hung up.
    fn drop(&mut self) {
        if !self.is_whole {
            self.lost(UnreadWhy::Broken, &self.query);
        }
    }
}

async fn callback(State(http): State<Http>, ConnectInfo(peer): ConnectInfo<SocketAddr>, request: Request) -> Response {
    let from = sender(&http, peer.ip(), request.headers());
    let (id, secret) = address_of(request.uri().path());
    let Some(supplier) = id.and_then(|id| id.parse::<SupplierId>().ok()) else {
        http.shop.unread(None, UnreadWhy::NoSuchSupplier, from, None);
        return (StatusCode::NOT_FOUND, "no such supplier\n").into_response();
    };
    let is_believed = http.door.believes(&supplier, from, secret.as_deref());
    let query = request.uri().query().unwrap_or_default().to_owned();
    let cut = request.headers().get(CUT).map(|cut| String::from_utf8_lossy(cut.as_bytes()).into_owned());
    let mut coming = Coming { shop: http.shop, supplier, from, is_believed, query, is_whole: false };
    let headers: Vec<(String, String)> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let body = Bytes::from_request(request, &()).await;
    coming.is_whole = true;
    let body = match body {
        Ok(body) => body,
        Err(refused) => {
            let is_large = refused.status() == StatusCode::PAYLOAD_TOO_LARGE;
            coming.lost(if is_large { UnreadWhy::TooLarge } else { UnreadWhy::Broken }, &coming.query);
            return refused.into_response();
        }
    };
    let callback = Callback::read(coming.query.clone(), &body).with_headers(headers.into_iter());
    // Carried through, also when the sender hangs up or the store is slow: what becomes of it is told all the same.
    let taking = tokio::spawn(async move {
        match cut {
            Some(cut) => take_cut(&coming, callback, &cut).await,
            None => take_callback(&coming, callback).await,
        }
    });
    taking.await.unwrap_or_else(|_| (StatusCode::SERVICE_UNAVAILABLE, "try again\n").into_response())
}

/// The supplier's id and the secret behind it, decoded.
fn address_of(path: &str) -> (Option<String>, Option<String>) {
    let mut parts = path.split('/').skip(2).map(|part| percent_decoded(part, b'+'));
    match (parts.next(), parts.next(), parts.next()) {
        (id, secret, None) => (id, secret),
        (_, _, Some(_)) => (None, None),
    }
}

/// A report that lost something on its way is not believed: what is left could say something else. It makes us ask.
async fn take_cut(coming: &Coming, callback: Callback, cut: &str) -> Response {
    let is_long = cut == TOO_LONG;
    let said = if is_long { callback.raw() } else { format!("{}{cut}", callback.raw()) };
    let asked = coming.shop.callback(coming.supplier.clone(), false, callback).await;
    if !coming.is_believed {
        answer(coming, &asked, &said)
    } else if is_long {
        coming.lost(UnreadWhy::TooLarge, &said);
        (StatusCode::URI_TOO_LONG, "too long\n").into_response()
    } else {
        coming.lost(UnreadWhy::Cut, &said);
        (StatusCode::NOT_FOUND, "cut off at a bare #\n").into_response()
    }
}

async fn take_callback(coming: &Coming, callback: Callback) -> Response {
    let said = callback.raw();
    let fate = coming.shop.callback(coming.supplier.clone(), coming.is_believed, callback).await;
    answer(coming, &fate, &said)
}

fn answer(coming: &Coming, fate: &Result<CallbackFate, StoreError>, said: &str) -> Response {
    let fate = match fate {
        Ok(fate) => *fate,
        Err(error) => {
            coming.count("store_failed");
            let name =
                if coming.shop.suppliers.get(&coming.supplier).is_some() { coming.supplier.as_str() } else { NOBODY };
            if LOG.is_due(name, NOT_STORED, Some(coming.from)) {
                tracing::error!(supplier = name, from = %coming.from, %error, "{NOT_STORED}");
            }
            return (StatusCode::SERVICE_UNAVAILABLE, "try again\n").into_response();
        }
    };
    coming.count(label_of(fate));
    let (why, status, text) = match fate {
        CallbackFate::Taken => (None, StatusCode::OK, "OK\n"),
        CallbackFate::NotUnderstood => (Some(UnreadWhy::NotUnderstood), StatusCode::OK, "OK\n"),
        CallbackFate::NotBelieved => (Some(UnreadWhy::NotBelieved), StatusCode::FORBIDDEN, "forbidden\n"),
        CallbackFate::NoSuchSupplier => (Some(UnreadWhy::NoSuchSupplier), StatusCode::NOT_FOUND, "no such supplier\n"),
        CallbackFate::NoSuchOrder => (Some(UnreadWhy::NoSuchOrder), StatusCode::NOT_FOUND, "no such order\n"),
    };
    if let Some(why) = why {
        coming.unread(why, said);
    }
    (status, text).into_response()
}

const NOT_STORED: &str = "callback not stored";
const NO_SUCH_SUPPLIER: &str = "no_such_supplier";

fn label_of(fate: CallbackFate) -> &'static str {
    match fate {
        CallbackFate::Taken => "taken",
        CallbackFate::NotBelieved => "not_believed",
        CallbackFate::NoSuchSupplier => NO_SUCH_SUPPLIER,
        CallbackFate::NoSuchOrder => "no_such_order",
        CallbackFate::NotUnderstood => "not_understood",
    }
}

/// For this shop's own monitoring: what a proxy brings is refused, so that one that passes on everything shows nobody
/// the shop's figures.
async fn metrics(State(http): State<Http>, headers: HeaderMap) -> Response {
    if came_through(&headers) {
        return (StatusCode::FORBIDDEN, "not through a proxy\n").into_response();
    }
    match &http.metrics {
        Some(handle) => {
            http.shop.measure().await;
            ([("content-type", "text/plain; version=0.0.4")], handle.render()).into_response()
        }
        None => (StatusCode::NOT_FOUND, "metrics are off\n").into_response(),
    }
}
