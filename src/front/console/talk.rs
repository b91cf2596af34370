//! What is typed, as messages.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use parking_lot::Mutex;

use super::offers::{Offers, Press};
use super::{admin, reseller};
use crate::front::Button;
use konter_core::ids::ChatId;
use konter_store::InboxMessage;

/// Words that end a conversation.
const LAST_WORDS: [&str; 2] = ["exit", "keluar"];

/// A conversation on a terminal.
pub struct Talk {
    /// Numbers lines, so that each is a message of its own also in a later run on the same data.
    next: AtomicU64,
    offers: Mutex<Offers>,
}

/// What a typed line is.
#[derive(Debug)]
pub enum Entered {
    Nothing,
    /// Its writer wants no more.
    End,
    Message(InboxMessage),
}

impl Talk {
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            next: AtomicU64::new(u64::try_from(now.timestamp_micros()).unwrap_or_default()),
            offers: Mutex::default(),
        }
    }

    /// Takes a typed line.
    pub fn typed(&self, line: &str, now: DateTime<Utc>) -> Entered {
        let text = line.trim();
        if text.is_empty() {
            return Entered::Nothing;
        }
        if LAST_WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) {
            return Entered::End;
        }
        let mut offers = self.offers.lock();
        let (chat, text, tapped) = match offers.pressed(text) {
            Some(Press { chat, under, tap }) => (chat, tap, Some(under)),
            None => (if text.starts_with('/') { admin() } else { reseller() }, text.to_owned(), None),
        };
        offers.withdraw(&chat);
        Entered::Message(InboxMessage {
            sender: "demo".to_owned(),
            tapped,
            ..InboxMessage::new(chat, self.next.fetch_add(1, Ordering::Relaxed).to_string(), text, now)
        })
    }

    /// A reply was said; gives the lines that show its buttons.
    pub(super) fn told(&self, chat: &ChatId, under: String, buttons: Vec<Vec<Button>>) -> Vec<String> {
        self.offers.lock().told(chat, under, buttons)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(talk: &Talk, line: &str) -> InboxMessage {
        match talk.typed(line, Utc::now()) {
            Entered::Message(message) => message,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn a_line_is_the_reseller_s_or_the_admin_s_or_the_last() {
        let talk = Talk::new(Utc::now());
        assert_eq!(message(&talk, " SAL\n").text, "SAL");
        assert_eq!(message(&talk, "SAL").chat, reseller());
        assert_eq!(message(&talk, "/pending").chat, admin());
        assert!(matches!(talk.typed(" \n", Utc::now()), Entered::Nothing));
        for line in ["exit", " Keluar\n"] {
            assert!(matches!(talk.typed(line, Utc::now()), Entered::End), "{line}");
        }
        assert_ne!(message(&talk, "SAL").message, message(&talk, "SAL").message);
    }

    #[test]
    fn a_button_is_pressed_once_and_in_its_own_chat() {
        let talk = Talk::new(Utc::now());
        let yes = vec![vec![Button { label: "Ya".to_owned(), tap: "!yes 1".to_owned() }]];
        talk.told(&admin(), "9".to_owned(), yes);
        let pressed = message(&talk, "1");
        assert_eq!((pressed.chat, pressed.text.as_str(), pressed.tapped.as_deref()), (admin(), "!yes 1", Some("9")));
        let again = message(&talk, "1");
        assert_eq!((again.chat, again.text.as_str(), again.tapped), (reseller(), "1", None));
    }

    #[test]
    fn other_words_in_a_chat_take_its_buttons_away() {
        let talk = Talk::new(Utc::now());
        let pay = || vec![vec![Button { label: "Bayar".to_owned(), tap: "!pay 1".to_owned() }]];
        talk.told(&reseller(), "9".to_owned(), pay());
        message(&talk, "/pending");
        assert!(message(&talk, "1").tapped.is_some(), "the admin spoke, not the reseller");
        talk.told(&reseller(), "9".to_owned(), pay());
        message(&talk, "SAL");
        assert_eq!(message(&talk, "1").tapped, None);
    }
}
