//! Announcements to every reseller: asked about, sent, counted until the last chat has it or cannot have it. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::agent::Locale;
use crate::ids::{BroadcastId, ChatId};

/// A question older than this is asked anew: the text may be yesterday's news.
pub const ASKED_FOR: TimeDelta = TimeDelta::minutes(30);

/// After that nobody looks at how far it has come any more: what is not said by then waits for a chat service that has
/// been away for a day.
pub const WATCHED_FOR: TimeDelta = TimeDelta::hours(24);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broadcast {
    pub id: BroadcastId,
    /// Counts the writes of this row; a commit names the one it has read.
    pub version: u32,
    pub by: ChatId,
    /// Of what is shown to whoever sends it.
    pub locale: Locale,
    pub text: String,
    pub asked_at: DateTime<Utc>,
    pub state: BroadcastState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BroadcastState {
    Asked,
    Cancelled,
    Sending(Sending),
    Done { sending: Sending, tally: Tally, at: DateTime<Utc> },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sending {
    /// To how many chats.
    pub chats: usize,
    /// The message of the sender's that shows how far it is; where none does, the end is told in a message of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<String>,
    pub since: DateTime<Utc>,
}

/// What has become of the messages of one announcement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub reached: usize,
    /// The bot is blocked there, the account is deleted, and the like.
    pub unreachable: usize,
}

impl Tally {
    pub const fn counted(self) -> usize {
        self.reached.saturating_add(self.unreachable)
    }

    /// With one more message whose fate is known.
    #[must_use]
    pub const fn with(self, reached: bool) -> Self {
        if reached {
            Self { reached: self.reached.saturating_add(1), ..self }
        } else {
            Self { unreachable: self.unreachable.saturating_add(1), ..self }
        }
    }
}

impl Broadcast {
    pub fn asked(id: BroadcastId, (by, locale): (ChatId, Locale), text: String, at: DateTime<Utc>) -> Self {
        Self { id, version: 1, by, locale, text, asked_at: at, state: BroadcastState::Asked }
    }

    /// Whether a yes or no still counts.
    pub fn is_open_question(&self, now: DateTime<Utc>) -> bool {
        self.state == BroadcastState::Asked && now - self.asked_at < ASKED_FOR
    }

    /// The next version, in another state.
    #[must_use]
    pub fn with(&self, state: BroadcastState) -> Self {
        Self { version: self.version.saturating_add(1), state, ..self.clone() }
    }

    /// As it ends by now, if it does: every chat is counted, or it has been watched long enough.
    #[must_use]
    pub fn ended(&self, tally: Tally, now: DateTime<Utc>) -> Option<Self> {
        let BroadcastState::Sending(sending) = &self.state else { return None };
        let over = tally.counted() >= sending.chats || now - sending.since >= WATCHED_FOR;
        over.then(|| self.with(BroadcastState::Done { sending: sending.clone(), tally, at: now }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_when_every_chat_is_counted_or_nobody_watches_any_more() {
        let start = DateTime::UNIX_EPOCH;
        let asked = Broadcast::asked(BroadcastId(1), (ChatId::telegram(1), Locale::Id), "halo".to_owned(), start);
        assert!(asked.is_open_question(start) && !asked.is_open_question(start + ASKED_FOR));
        assert_eq!(asked.ended(Tally::default(), start + WATCHED_FOR), None);
        let sending = asked.with(BroadcastState::Sending(Sending { chats: 3, card: None, since: start }));
        assert!(!sending.is_open_question(start));
        let two = Tally::default().with(true).with(false);
        assert_eq!(two, Tally { reached: 1, unreachable: 1 });
        assert_eq!(sending.ended(two, start), None);
        for (tally, at) in [(two.with(true), start), (two, start + WATCHED_FOR)] {
            let done = sending.ended(tally, at).unwrap();
            assert_eq!(done.version, 3);
            assert!(matches!(done.state, BroadcastState::Done { tally: counted, .. } if counted == tally));
        }
    }
}
