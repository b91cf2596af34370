//! Fetching ahead for a decision (`store::sitting`): what decisions of the same chat asked for before, most likely this one
//! asks for too. Nothing rests on it: what is missing costs a round trip more, and what is too much a few bytes.

use std::collections::{BTreeSet, HashMap};

use parking_lot::Mutex;

use super::fetch::{Fetched, Wanted};
use crate::keys;
use crate::sitting::Sitting;
use konter_core::ids::ChatId;

/// Chats remembered, in each of two generations.
const CHATS: usize = 4_096;
/// More keys than this are no habit of a chat's; what it asks for is learnt anew.
const KEYS: usize = 24;

/// What was read for one decision so far.
#[derive(Default)]
pub(super) struct Reading {
    pub fetched: Fetched,
    has_asked: bool,
    /// A number of an order, drawn along with the look at its slot.
    number: Option<u64>,
}

impl Reading {
    /// What this decision has read so far; a copy that belongs to the caller until [`Self::put_back`].
    pub(super) fn of(sitting: &Sitting) -> Self {
        let kept = sitting.kept.lock().take();
        kept.and_then(|kept| kept.downcast::<Self>().ok()).map(|reading| *reading).unwrap_or_default()
    }

    pub(super) fn put_back(self, sitting: &Sitting) {
        *sitting.kept.lock() = Some(Box::new(self));
    }

    /// An order's number drawn before, once.
    pub(super) fn take_number(sitting: &Sitting) -> Option<u64> {
        let mut reading = Self::of(sitting);
        let number = reading.number.take();
        reading.put_back(sitting);
        number
    }

    pub(super) fn draws(&self, missed: &Wanted) -> bool {
        self.number.is_none() && missed.has_kind(keys::SLOT)
    }

    pub(super) fn drawn(&mut self, number: Option<u64>) {
        self.number = self.number.or(number);
    }
}

/// What decisions of each chat ask for.
#[derive(Default)]
pub(super) struct Habits {
    chats: Mutex<[HashMap<ChatId, BTreeSet<Vec<u8>>>; 2]>,
}

impl Habits {
    /// Adds to what a decision missed what it will most likely ask for next, the first time.
    pub(super) fn add_to(&self, wanted: &mut Wanted, about: &ChatId, reading: &mut Reading) {
        if std::mem::replace(&mut reading.has_asked, true) {
            return;
        }
        let mut chats = self.chats.lock();
        let [young, old] = &mut *chats;
        if let Some((chat, keys)) = old.remove_entry(about) {
            young.entry(chat).or_insert(keys);
        }
        if let Some(keys) = young.get(about) {
            wanted.add_keys(keys.iter().cloned());
        }
    }

    /// Learns what a decision has asked for.
    pub(super) fn learn(&self, about: &ChatId, missed: &Wanted) {
        let lasting: Vec<&Vec<u8>> = missed.keys().filter(|key| is_lasting(key)).collect();
        if lasting.is_empty() {
            return;
        }
        let mut chats = self.chats.lock();
        let [young, old] = &mut *chats;
        let known = young.entry(about.clone()).or_default();
        known.extend(lasting.into_iter().cloned());
        if known.len() > KEYS {
            known.clear();
        }
        if young.len() > CHATS {
            *old = std::mem::take(young);
        }
    }
}

/// Whether a row will be there to be asked for next time, rather than belong to one message or one order.
fn is_lasting(key: &[u8]) -> bool {
    let passing = [
        keys::ANSWERED,
        keys::SLOT,
        keys::ORDER,
        keys::REFERENCE,
        keys::HOLD,
        keys::INBOX,
        keys::OUTBOX,
        keys::BILL,
        keys::INQUIRY,
    ];
    !key.first().is_some_and(|kind| passing.contains(kind))
}
