//! The chats of one reseller. A number proves nothing about who writes, so another chat joins by a code that only
//! somebody with the reseller's PIN could ask for.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::ChatId;
use crate::network::InviteCode;

/// Chats of one reseller: a counter, its owner and some helpers. Each of them can see the balance.
pub const MOST_CHATS: usize = 5;
/// Phone numbers a reseller is known by.
pub const MOST_PHONES: usize = 5;

/// What a reseller calls its chats, and the one that is to join.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Identities {
    /// The phone number, or another name, that a chat was added as.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    names: BTreeMap<ChatId, String>,
    /// One at a time: asking again takes its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joining: Option<Joining>,
    /// The topic it last wrote in, and that topic's chat. What it is told there without having asked stands in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<(ChatId, i32)>,
}

/// A chat that may join.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joining {
    /// What the chat sends. It works once.
    pub code: InviteCode,
    /// What the chat will be called; empty when nothing was said.
    pub name: String,
    /// Whether the name is a phone number, in national form.
    pub is_phone: bool,
    /// Gives up its place when the chat joins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<ChatId>,
    pub until: DateTime<Utc>,
}

impl Joining {
    /// Long enough to take the other phone out of the drawer.
    pub const VALID: TimeDelta = TimeDelta::days(1);

    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        now < self.until
    }
}

impl Identities {
    /// Whether a row can leave it out.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    pub fn name_of(&self, chat: &ChatId) -> Option<&str> {
        self.names.get(chat).map(String::as_str)
    }

    /// The chat of a name; letter case does not matter.
    pub fn chat_of(&self, name: &str) -> Option<&ChatId> {
        self.names.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(chat, _)| chat)
    }

    pub fn call(&mut self, chat: ChatId, name: String) {
        if !name.is_empty() {
            self.names.insert(chat, name);
        }
    }

    /// What the chat was called.
    pub fn forget(&mut self, chat: &ChatId) -> Option<String> {
        self.topic.take_if(|(known, _)| known == chat);
        self.names.remove(chat)
    }

    /// Takes note of a message in a chat, perhaps in a topic.
    #[must_use]
    pub fn writing_in(self, chat: &ChatId, topic: Option<i32>) -> Self {
        let elsewhere = self.topic.filter(|(known, _)| known != chat);
        Self { topic: topic.map(|topic| (chat.clone(), topic)).or(elsewhere), ..self }
    }

    /// Where in a chat its reseller is told what it has not asked for just now.
    #[must_use]
    pub fn topic_of(&self, chat: &ChatId) -> Option<i32> {
        self.topic.as_ref().filter(|(known, _)| known == chat).map(|(_, topic)| *topic)
    }
}
