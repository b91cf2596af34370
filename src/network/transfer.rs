//! Transfers of large sums: the name is shown first, and nothing moves until a yes.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, ChatId};
use crate::money::Rupiah;

/// Above it a transfer has to be confirmed: a slip would cost more than anybody likes to ask back.
pub const LARGE_TRANSFER: Rupiah = Rupiah::new(500_000);

/// The same sum to the same reseller within this time is asked back: it is rarely meant twice, and often typed twice
/// because an answer was late.
pub const SAME_AGAIN_WITHIN: TimeDelta = TimeDelta::minutes(10);

/// A reseller's latest question whether to send. There is one a reseller; asking anew takes its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingTransfer {
    /// Who sends.
    pub agent: AgentId,
    /// Counts the writes of this row; a commit names the one it has read.
    pub version: u32,
    /// Counts a reseller's questions: an old button never means a newer one.
    pub number: u32,
    /// Where it was asked, and the only place to say yes.
    pub chat: ChatId,
    pub to: AgentId,
    pub amount: Rupiah,
    pub expires_at: DateTime<Utc>,
    pub state: PendingState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingState {
    Asked,
    Sent,
    Cancelled,
}

impl PendingTransfer {
    /// Whoever still thinks about it after that has put the phone away.
    const VALID: TimeDelta = TimeDelta::minutes(5);

    /// A new question in the place of the one before.
    #[must_use]
    pub fn asked(
        before: Option<&Self>,
        (agent, chat): (AgentId, ChatId),
        (to, amount): (AgentId, Rupiah),
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            agent,
            version: before.map_or(1, |before| before.version.saturating_add(1)),
            number: before.map_or(1, |before| before.number.saturating_add(1)),
            chat,
            to,
            amount,
            expires_at: now + Self::VALID,
            state: PendingState::Asked,
        }
    }

    /// Whether a yes still counts.
    #[must_use]
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.state == PendingState::Asked && now < self.expires_at
    }

    #[must_use]
    pub fn with(&self, state: PendingState) -> Self {
        Self { state, version: self.version.saturating_add(1), ..self.clone() }
    }
}
