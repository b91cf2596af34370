//! What a reseller is shown of the way its own program may order.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use konter_core::ids::AgentId;

/// No secret stands here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiCard {
    pub code: AgentId,
    pub state: ApiState,
    /// It may call from anywhere.
    pub anywhere: bool,
    pub addresses: Vec<String>,
    /// Where final words go.
    pub report: Option<String>,
    /// The password just given is one of those that are tried first.
    #[serde(default)]
    pub weak: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiState {
    Off,
    On,
    /// It was on before the shop was restored from a backup; what it ordered since that backup may be forgotten.
    Forgotten,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "problem", rename_all = "snake_case")]
#[strum(const_into_str, prefix = "api.", serialize_all = "snake_case")]
pub enum ApiProblem {
    /// It cannot be read as an address.
    NoAddress { text: String },
    /// More than are kept.
    TooManyAddresses { most: usize },
    /// Not the address of a web page.
    NoWebAddress,
    /// It lies in the shop's own network.
    PrivateReport,
}
