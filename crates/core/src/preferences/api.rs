//! How a reseller's own program may order: what it proves itself by, where it may call from, where it is told how an
//! order ended.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Addresses and ranges one reseller's program may call from.
pub const MOST_API_ADDRESSES: usize = 8;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApiAccess {
    /// Its PIN and password, sealed: a signature is made of both, so both must be had to check one. `None`: switched off,
    /// or the PIN is another one since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secrets: Option<String>,
    /// When it was last switched on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "ApiAddresses::is_none")]
    pub addresses: ApiAddresses,
    /// Where final words go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
}

/// Where a program may call from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiAddresses {
    /// The reseller has said so.
    Any,
    /// Addresses and ranges; from nowhere when there are none.
    Only(Vec<String>),
}

impl Default for ApiAddresses {
    fn default() -> Self {
        Self::Only(Vec::new())
    }
}

/// There is no room for another address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no more than {MOST_API_ADDRESSES} addresses")]
pub struct TooManyAddresses;

impl ApiAddresses {
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Lets one more in, if it is not yet.
    ///
    /// # Errors
    /// When there are as many as may be.
    pub fn add(&mut self, address: String) -> Result<(), TooManyAddresses> {
        match self {
            Self::Any => *self = Self::Only(vec![address]),
            Self::Only(known) if known.contains(&address) => {}
            Self::Only(known) if known.len() >= MOST_API_ADDRESSES => return Err(TooManyAddresses),
            Self::Only(known) => known.push(address),
        }
        Ok(())
    }
}

impl ApiAccess {
    /// Whether a row can leave it out.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}
