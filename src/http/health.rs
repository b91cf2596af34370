//! `/health`: whether orders can be taken, and for those who look after the program, which one this is.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use serde_json::Value;

use super::address::came_through;
use super::server::Http;
use crate::shop::Health;

/// The program that answers.
#[derive(Clone, Debug, Serialize)]
pub struct About {
    pub version: &'static str,
    /// `folder` or `database`.
    pub store: &'static str,
    pub data_dir: String,
    pub time_zone: String,
    pub owners: usize,
}

/// What `/health` tells besides the shop's own state; a layer of the router.
#[derive(Clone)]
pub struct Program {
    pub about: About,
    /// How the chat service is reached, as it stands now.
    pub telegram: Arc<dyn Fn() -> Value + Send + Sync>,
}

#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    health: Standing,
    #[serde(flatten)]
    about: Option<About>,
    #[serde(skip_serializing_if = "Option::is_none")]
    telegram: Option<Value>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Standing {
    Well(Health),
    Unavailable { reason: String, status: &'static str },
}

/// What a proxy brings hears no more than whether the shop is open: paths and versions are its operator's business.
pub(super) async fn health(
    State(http): State<Http>,
    program: Option<Extension<Program>>,
    headers: HeaderMap,
) -> Response {
    let (status, health) = match http.shop.health().await {
        _ if http.shop.is_stopping() => {
            let reason = "no new order is taken, what is under way is finished".to_owned();
            (StatusCode::SERVICE_UNAVAILABLE, Standing::Unavailable { reason, status: "stopping" })
        }
        Ok(health) => (StatusCode::OK, Standing::Well(health)),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, Standing::Unavailable { reason, status: "unavailable" }),
    };
    let program = program.filter(|_| !came_through(&headers)).map(|Extension(program)| program);
    let telegram = program.as_ref().map(|program| (program.telegram)());
    let told = Told { health, about: program.map(|program| program.about), telegram };
    (status, axum::Json(told)).into_response()
}
