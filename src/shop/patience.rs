//! The same wrong text again and again, from a program gone astray or another bot, is not answered for ever.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

use crate::ids::ChatId;

/// Answers to the same wrong text: a person reads the first, and perhaps the second.
const ANSWERS: u32 = 3;
/// After this long it is answered anew.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::minutes(10);

/// What each chat said last that meant nothing.
#[derive(Default)]
pub(super) struct Patience(Mutex<HashMap<ChatId, Nonsense>>);

struct Nonsense {
    /// A fingerprint of it.
    text: u64,
    times: u32,
    first: DateTime<Utc>,
}

impl Patience {
    /// Whether a text that means nothing is to be answered.
    pub fn bears(&self, chat: &ChatId, text: u64, now: DateTime<Utc>) -> bool {
        let mut last = self.0.lock();
        last.retain(|_, nonsense| (now - nonsense.first).abs() < FORGOTTEN_AFTER);
        let said = last.entry(chat.clone()).or_insert(Nonsense { text, times: 0, first: now });
        if said.text != text {
            *said = Nonsense { text, times: 0, first: now };
        }
        said.times = said.times.saturating_add(1);
        said.times <= ANSWERS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_nonsense_is_answered_three_times_and_later_again() {
        let (patience, chat) = (Patience::default(), ChatId::telegram(1));
        let at = |minutes| DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        let answered: Vec<bool> = (0..5).map(|_| patience.bears(&chat, 7, at(0))).collect();
        assert_eq!(answered, [true, true, true, false, false]);
        assert!(patience.bears(&ChatId::telegram(2), 7, at(0)), "another chat is another matter");
        assert!(patience.bears(&chat, 8, at(1)), "another text as well");
        assert!(patience.bears(&chat, 7, at(2)));
        assert!((0..2).all(|_| patience.bears(&chat, 7, at(2))));
        assert!(!patience.bears(&chat, 7, at(2)));
        assert!(patience.bears(&chat, 7, at(13)));
    }
}
