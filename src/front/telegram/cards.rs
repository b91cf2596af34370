//! Which message of a chat shows what: whoever types names no message, and whoever replies names one by its number only. In
//! memory: losing it costs an edit, and a reply to what stood there means nothing.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, Utc};
use parking_lot::Mutex;

use konter_core::ids::ChatId;

/// Messages remembered of each chat: so many under which something may wait, and as many others.
const KEPT: usize = 8;
/// Chats that are remembered, some 6 MB: more than a shop has resellers awake. Strangers would make any number of them.
const MOST_CHATS: usize = 4_000;

#[derive(Default)]
pub(super) struct Cards(Mutex<HashMap<ChatId, VecDeque<Card>>>);

struct Card {
    message: String,
    /// What it is called, where something may wait under it.
    name: Option<String>,
    /// When what it says was decided.
    at: DateTime<Utc>,
}

impl Cards {
    pub fn note(&self, chat: &ChatId, message: &str, name: Option<String>, at: DateTime<Utc>) {
        let mut chats = self.0.lock();
        if chats.len() >= MOST_CHATS && !chats.contains_key(chat) {
            let quiet_longest = chats.iter().min_by_key(|(_, cards)| cards.back().map(|card| card.at));
            let quiet_longest = quiet_longest.map(|(chat, _)| chat.clone());
            quiet_longest.and_then(|chat| chats.remove(&chat));
        }
        let cards = chats.entry(chat.clone()).or_default();
        let is_named = name.is_some();
        cards.push_back(Card { message: message.to_owned(), name, at });
        let is_alike = |card: &Card| card.name.is_some() == is_named;
        if cards.iter().filter(|card| is_alike(card)).count() > KEPT
            && let Some(oldest) = cards.iter().position(is_alike)
        {
            cards.remove(oldest);
        }
    }

    /// The latest message that is called so.
    pub fn message_of(&self, chat: &ChatId, name: &str) -> Option<String> {
        let chats = self.0.lock();
        let mut cards = chats.get(chat)?.iter().rev();
        cards.find(|card| card.name.as_deref() == Some(name)).map(|card| card.message.clone())
    }

    /// What a message is called, and when what it says was decided.
    pub fn shown(&self, chat: &ChatId, message: &str) -> Option<(Option<String>, DateTime<Utc>)> {
        let chats = self.0.lock();
        let mut cards = chats.get(chat)?.iter().rev();
        cards.find(|card| card.message == message).map(|card| (card.name.clone(), card.at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_push_no_card_out_and_the_oldest_card_goes_first() {
        let (cards, chat) = (Cards::default(), ChatId::telegram(1));
        let at = DateTime::UNIX_EPOCH;
        for n in 0..=KEPT {
            cards.note(&chat, &format!("card{n}"), Some(format!("pad:{n}")), at);
        }
        for n in 0..100 {
            cards.note(&chat, &format!("result{n}"), None, at);
        }
        assert_eq!((cards.message_of(&chat, "pad:0"), cards.shown(&chat, "card0")), (None, None));
        assert_eq!(cards.message_of(&chat, "pad:1").as_deref(), Some("card1"));
        assert_eq!(cards.shown(&chat, "card8"), Some((Some("pad:8".to_owned()), at)));
        assert_eq!((cards.shown(&chat, "result91"), cards.shown(&chat, "result92")), (None, Some((None, at))));
        assert_eq!(cards.shown(&ChatId::telegram(2), "card8"), None);
    }

    #[test]
    fn the_chat_that_was_quiet_longest_is_forgotten() {
        let cards = Cards::default();
        let card = |n: usize| {
            (
                ChatId::telegram(i64::try_from(n).unwrap()),
                DateTime::from_timestamp(i64::try_from(n).unwrap(), 0).unwrap(),
            )
        };
        for n in (0..=MOST_CHATS).rev() {
            let (chat, at) = card(n);
            cards.note(&chat, "1", None, at);
        }
        assert_eq!(cards.0.lock().len(), MOST_CHATS);
        assert_eq!(cards.shown(&card(1).0, "1"), None);
        assert!(cards.shown(&card(0).0, "1").is_some());
    }
}
