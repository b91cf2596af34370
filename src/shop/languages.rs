//! The language that chats without an account have asked for, in memory: whoever registers takes it along.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

use konter_core::agent::Locale;
use konter_core::ids::ChatId;

/// Somebody who has not registered by then asks anew.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::hours(24);
/// More chats than ever think about it at once.
const MOST: usize = 10_000;

#[derive(Default)]
pub(super) struct Languages(Mutex<HashMap<ChatId, (Locale, DateTime<Utc>)>>);

impl Languages {
    pub fn of(&self, chat: &ChatId) -> Option<Locale> {
        self.0.lock().get(chat).map(|(locale, _)| *locale)
    }

    pub fn choose(&self, chat: &ChatId, locale: Locale, now: DateTime<Utc>) {
        let mut chats = self.0.lock();
        if chats.len() >= MOST {
            chats.retain(|_, (_, at)| now - *at < FORGOTTEN_AFTER);
        }
        if chats.len() < MOST || chats.contains_key(chat) {
            chats.insert(chat.clone(), (locale, now));
        }
    }
}
