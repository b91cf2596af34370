//! What the owner's people set for one supplier. It is a row: a restart must not start sending again what somebody has
//! stopped.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{ChatId, SupplierId};

/// Characters of a reason.
const LONGEST_REASON: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplierOverrides {
    pub supplier: SupplierId,
    /// Counts the writes of this row; a commit names the one it has read.
    pub version: u32,
    /// Nothing new is sent there; what is under way goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<Pause>,
    /// Takes the place of the catalog's priority on all its routes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,
    /// The owners know that the deposit there is low; they are told again only after it has risen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub told_low: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    pub by: ChatId,
    pub at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl SupplierOverrides {
    /// Nothing set.
    pub const fn of(supplier: SupplierId) -> Self {
        Self { supplier, version: 0, paused: None, priority: None, told_low: false }
    }

    /// The same as its next version.
    #[must_use]
    pub fn next(&self) -> Self {
        Self { version: self.version + 1, ..self.clone() }
    }
}

/// Longer than it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a reason has at most {LONGEST_REASON} characters")]
pub struct LongReason;

/// A reason as it is kept; empty is none.
///
/// # Errors
/// When it is too long.
pub fn reason(text: &str) -> Result<Option<String>, LongReason> {
    let text = text.trim();
    match text.chars().count() {
        0 => Ok(None),
        n if n <= LONGEST_REASON => Ok(Some(text.to_owned())),
        _ => Err(LongReason),
    }
}
