//! The routes.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get, post};
use ipnet::IpNet;
use metrics_exporter_prometheus::PrometheusHandle;

use super::address::believed_address;
use super::callback::Doorkeeper;
use crate::ids::SupplierId;
use crate::shop::{CallbackFate, Shop};
use crate::supplier::Callback;

/// The largest callback read: the documents' own are under 2 KiB.
const LARGEST_CALLBACK: usize = 64 * 1024;
/// How long one request may take in all; a sender that dribbles is cut off.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// What the routes need.
#[derive(Clone)]
pub struct Http {
    pub shop: Arc<Shop>,
    pub door: Arc<Doorkeeper>,
    pub trusted_proxies: Arc<Vec<IpNet>>,
    pub metrics: Option<PrometheusHandle>,
}

/// Callbacks, health and metrics. Serve it with connection info, or nobody is believed.
pub fn router(http: Http) -> Router {
    router_within(REQUEST_TIMEOUT, http)
}

/// The same, with another limit to how long one request may take.
pub fn router_within(limit: Duration, http: Http) -> Router {
    Router::new()
        .route("/callback/{supplier}", any(plain_callback))
        .route("/callback/{supplier}/{secret}", any(secret_callback))
        .route("/health", get(health))
        .route("/metrics", get(metrics))
        .route("/backup", post(super::backup::backup))
        .layer(DefaultBodyLimit::max(LARGEST_CALLBACK))
        .layer(axum::middleware::from_fn(move |request, next| with_timeout(limit, request, next)))
        .with_state(http)
}

async fn with_timeout(limit: Duration, request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    tokio::time::timeout(limit, next.run(request))
        .await
        .unwrap_or_else(|_| (StatusCode::REQUEST_TIMEOUT, "too slow\n").into_response())
}

async fn plain_callback(
    State(http): State<Http>,
    Path(supplier): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    take_callback(&http, &supplier, None, sender(&http, peer.ip(), &headers), query, &body).await
}

async fn secret_callback(
    State(http): State<Http>,
    Path((supplier, secret)): Path<(String, String)>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    take_callback(&http, &supplier, Some(&secret), sender(&http, peer.ip(), &headers), query, &body).await
}

fn sender(http: &Http, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    // Several headers of the name are one list, in the order they came.
    let forwarded: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect();
    let forwarded = (!forwarded.is_empty()).then(|| forwarded.join(","));
    believed_address(peer, forwarded.as_deref(), &http.trusted_proxies)
}

async fn take_callback(
    http: &Http,
    supplier: &str,
    secret: Option<&str>,
    from: IpAddr,
    query: Option<String>,
    body: &Bytes,
) -> Response {
    let Ok(supplier) = supplier.parse::<SupplierId>() else {
        return (StatusCode::NOT_FOUND, "no such supplier\n").into_response();
    };
    let believed = http.door.believes(&supplier, from, secret);
    let raw_query = query.unwrap_or_default();
    let pairs = reqwest::Url::parse(&format!("http://callback/?{raw_query}"))
        .map(|url| url.query_pairs().into_owned().collect())
        .unwrap_or_default();
    let callback = Callback { raw_query, query: pairs, body: body.to_vec() };
    let fate = http.shop.callback(supplier.clone(), believed, callback).await;
    let label = fate.as_ref().map_or("store_failed", |fate| label_of(*fate));
    metrics::counter!("konter_callbacks_total", "supplier" => supplier.to_string(), "fate" => label).increment(1);
    match fate {
        Ok(CallbackFate::Taken | CallbackFate::NotUnderstood) => (StatusCode::OK, "OK\n").into_response(),
        Ok(CallbackFate::NotBelieved) => {
            tracing::warn!(%supplier, %from, "callback from an address or with a secret that is not believed");
            (StatusCode::FORBIDDEN, "forbidden\n").into_response()
        }
        Ok(CallbackFate::NoSuchSupplier) => (StatusCode::NOT_FOUND, "no such supplier\n").into_response(),
        Ok(CallbackFate::NoSuchOrder) => {
            tracing::warn!(%supplier, %from, "callback that names no order of ours");
            (StatusCode::NOT_FOUND, "no such order\n").into_response()
        }
        Err(error) => {
            tracing::error!(%supplier, %error, "callback not stored");
            (StatusCode::SERVICE_UNAVAILABLE, "try again\n").into_response()
        }
    }
}

fn label_of(fate: CallbackFate) -> &'static str {
    match fate {
        CallbackFate::Taken => "taken",
        CallbackFate::NotBelieved => "not_believed",
        CallbackFate::NoSuchSupplier => "no_such_supplier",
        CallbackFate::NoSuchOrder => "no_such_order",
        CallbackFate::NotUnderstood => "not_understood",
    }
}

async fn health(State(http): State<Http>) -> Response {
    match http.shop.health().await {
        Ok(health) => axum::Json(health).into_response(),
        Err(reason) => {
            let body = serde_json::json!({ "status": "unavailable", "reason": reason });
            (StatusCode::SERVICE_UNAVAILABLE, axum::Json(body)).into_response()
        }
    }
}

async fn metrics(State(http): State<Http>) -> Response {
    match &http.metrics {
        Some(handle) => {
            http.shop.measure().await;
            ([("content-type", "text/plain; version=0.0.4")], handle.render()).into_response()
        }
        None => (StatusCode::NOT_FOUND, "metrics are off\n").into_response(),
    }
}
