//! Invitations.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ids::{AgentId, ChatId};

/// What an invitation's link ends with: sixteen letters and digits nobody can guess. It opens an account that nobody
/// uses yet, so it prints, but does not show up in `Debug`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct InviteCode(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an invitation is {} letters and digits", InviteCode::LENGTH)]
pub struct BadInviteCode;

impl InviteCode {
    pub const LENGTH: usize = 16;

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InviteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for InviteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl FromStr for InviteCode {
    type Err = BadInviteCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = text.len() == Self::LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if fits { Ok(Self(text.to_owned())) } else { Err(BadInviteCode) }
    }
}

impl Serialize for InviteCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for InviteCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A chat that came by somebody's link and has yet to register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    pub chat: ChatId,
    pub upline: AgentId,
    pub until: DateTime<Utc>,
}

impl Invited {
    /// How long a chat's link is remembered: people look for a pen first, but not for days.
    const REMEMBERED: TimeDelta = TimeDelta::days(1);

    pub fn new(chat: ChatId, upline: AgentId, now: DateTime<Utc>) -> Self {
        Self { chat, upline, until: now + Self::REMEMBERED }
    }
}
