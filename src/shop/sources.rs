//! Which messages led to what waits in a chat: whoever edits one takes that back, and whoever replies to one means it. In
//! memory; what was sent before a restart is answered as if it had led to nothing.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

use super::keypad::PadId;
use konter_core::ids::{BroadcastId, ChatId, InquiryId};
use konter_reply::{pad_of_announcement, pad_of_bill, pad_of_line, pad_of_offer, pad_of_question};

/// Nothing waits for longer.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::hours(1);
/// Of one chat.
const KEPT: usize = 32;

/// Something that one more message, or a tap, can complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waits {
    /// An offer for a number, chosen from or not.
    Order(u64),
    /// Several orders of one message.
    Several(u64),
    /// A command that was typed without its PIN.
    Line(u64),
    Bill(InquiryId),
    /// The number, or the product, that was asked for.
    Answer,
    /// By the chat's number of it.
    Question(u32),
    Announcement(BroadcastId),
}

impl Waits {
    /// What its message is called, where it has one of its own.
    pub fn card(self) -> Option<String> {
        match self {
            Self::Order(id) | Self::Several(id) => Some(pad_of_offer(id)),
            Self::Line(id) => Some(pad_of_line(id)),
            Self::Bill(id) => Some(pad_of_bill(id)),
            Self::Answer => None,
            Self::Question(number) => Some(pad_of_question(number)),
            Self::Announcement(id) => Some(pad_of_announcement(id)),
        }
    }

    /// Its keypad.
    pub const fn pad(self) -> Option<PadId> {
        match self {
            Self::Order(id) => Some(PadId::Order(id)),
            Self::Several(id) => Some(PadId::Several(id)),
            Self::Line(id) => Some(PadId::Line(id)),
            Self::Bill(id) => Some(PadId::Bill(id)),
            Self::Answer | Self::Question(_) | Self::Announcement(_) => None,
        }
    }
}

impl From<PadId> for Waits {
    fn from(pad: PadId) -> Self {
        match pad {
            PadId::Order(id) => Self::Order(id),
            PadId::Several(id) => Self::Several(id),
            PadId::Line(id) => Self::Line(id),
            PadId::Bill(id) => Self::Bill(id),
        }
    }
}

#[derive(Default)]
pub(super) struct Sources(Mutex<HashMap<ChatId, Chat>>);

#[derive(Default)]
struct Chat {
    sources: Vec<Source>,
    /// A message that answers what others have led to being asked: what it leads to came of those as well.
    answered: Option<(String, Vec<String>)>,
}

struct Source {
    message: String,
    led_to: Waits,
    at: DateTime<Utc>,
}

impl Sources {
    /// A message has led to this.
    pub fn note(&self, chat: &ChatId, message: &str, led_to: Waits, now: DateTime<Utc>) {
        let mut chats = self.0.lock();
        chats.retain(|_, chat| {
            chat.sources.retain(|source| now - source.at < FORGOTTEN_AFTER);
            !chat.sources.is_empty()
        });
        let Chat { sources, answered } = chats.entry(chat.clone()).or_default();
        // One answer is waited for at a time.
        sources.retain(|source| led_to != Waits::Answer || source.led_to != Waits::Answer);
        let before = answered.as_ref().filter(|(by, _)| by == message).map(|(_, before)| before.as_slice());
        let before = before.unwrap_or_default().iter().map(String::as_str);
        for message in before.chain([message]) {
            sources.push(Source { message: message.to_owned(), led_to, at: now });
        }
        let surplus = sources.len().saturating_sub(KEPT);
        sources.drain(..surplus);
    }

    /// This message is the answer that was waited for.
    pub fn answers(&self, chat: &ChatId, message: &str) {
        if let Some(chat) = self.0.lock().get_mut(chat) {
            let asked = chat.sources.iter().filter(|source| source.led_to == Waits::Answer);
            chat.answered = Some((message.to_owned(), asked.map(|source| source.message.clone()).collect()));
        }
    }

    /// Whether this message led to it.
    pub fn led_to(&self, chat: &ChatId, message: &str, waits: Waits) -> bool {
        self.has(chat, |source| source.message == message && is_same(source.led_to, waits))
    }

    /// Whether it began to wait at that very moment: what was said then is about it.
    pub fn began_at(&self, chat: &ChatId, waits: Waits, at: DateTime<Utc>) -> bool {
        self.has(chat, |source| source.at == at && is_same(source.led_to, waits))
    }

    /// The one of these that a message has led to last.
    pub fn newest(&self, chat: &ChatId, among: &[Waits]) -> Option<Waits> {
        let chats = self.0.lock();
        let led_to = |source: &Source| among.iter().find(|waits| is_same(source.led_to, **waits)).copied();
        chats.get(chat).and_then(|chat| chat.sources.iter().rev().find_map(led_to))
    }

    fn has(&self, chat: &ChatId, is_it: impl Fn(&Source) -> bool) -> bool {
        self.0.lock().get(chat).is_some_and(|chat| chat.sources.iter().any(is_it))
    }
}

/// What is offered with a meter's owner has the number of the question who that is.
fn is_same(led_to: Waits, waits: Waits) -> bool {
    led_to == waits || matches!((led_to, waits), (Waits::Bill(inquiry), Waits::Order(offer)) if inquiry.0 == offer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_answers_a_question_came_of_whatever_asked_it() {
        let (sources, chat, at) = (Sources::default(), ChatId::telegram(1), DateTime::UNIX_EPOCH);
        sources.note(&chat, "s10", Waits::Answer, at);
        sources.answers(&chat, "0812");
        sources.note(&chat, "0812", Waits::Order(7), at);
        assert!(["s10", "0812"].iter().all(|message| sources.led_to(&chat, message, Waits::Order(7))));
        sources.note(&chat, "x5", Waits::Order(8), at);
        assert!(!sources.led_to(&chat, "s10", Waits::Order(8)) && sources.led_to(&chat, "x5", Waits::Order(8)));
        sources.note(&chat, "cek", Waits::Bill(InquiryId(9)), at + TimeDelta::hours(1));
        assert!(sources.led_to(&chat, "cek", Waits::Order(9)) && !sources.led_to(&chat, "s10", Waits::Order(7)));
    }
}
