//! Orders by buttons: a number was sent alone, its products are offered, one is chosen, the PIN is tapped. What is
//! under way lives in memory; after a restart the number is simply sent again.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

use crate::ids::{ChatId, ProductCode};

/// Nobody looks for a product that long; prices may have changed by then.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::minutes(10);

/// One offer a chat: another number takes its place.
#[derive(Default)]
pub(super) struct Guides(Mutex<HashMap<ChatId, Guide>>);

/// What was offered for a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Guide {
    /// What its buttons are about.
    pub id: u64,
    pub dest: String,
    pub products: Vec<ProductCode>,
    /// Which of them was chosen.
    pub chosen: Option<usize>,
    pub at: DateTime<Utc>,
}

impl Guides {
    pub fn offer(&self, chat: &ChatId, guide: Guide) {
        let mut guides = self.0.lock();
        guides.retain(|_, known| guide.at - known.at < FORGOTTEN_AFTER);
        guides.insert(chat.clone(), guide);
    }

    /// The offer of this number, if it is still the chat's.
    pub fn get(&self, chat: &ChatId, id: u64, now: DateTime<Utc>) -> Option<Guide> {
        let guides = self.0.lock();
        guides.get(chat).filter(|guide| guide.id == id && now - guide.at < FORGOTTEN_AFTER).cloned()
    }

    /// Notes the choice; `None` when there is no such offer or no such product in it.
    pub fn choose(&self, chat: &ChatId, id: u64, index: usize, now: DateTime<Utc>) -> Option<Guide> {
        let mut guides = self.0.lock();
        let guide = guides.get_mut(chat).filter(|guide| guide.id == id && now - guide.at < FORGOTTEN_AFTER)?;
        guide.products.get(index)?;
        guide.chosen = Some(index);
        Some(guide.clone())
    }

    pub fn forget(&self, chat: &ChatId, id: u64) {
        let mut guides = self.0.lock();
        if guides.get(chat).is_some_and(|guide| guide.id == id) {
            guides.remove(chat);
        }
    }
}
