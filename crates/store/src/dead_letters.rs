//! Rows of the outbox that cannot be said: written by a newer program, damaged, or impossible to put into words. They are
//! set aside, kept and counted, so that what waits behind them is said.

use super::apply::Stage;
use super::kv::{Direction, Kv, under};
use super::read::Reader;
use super::rows::decode;
use super::{Outgoing, StoreError, keys};
use konter_core::ids::ChatId;

/// A row of the outbox, whatever stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow(Vec<u8>);

impl OutboxRow {
    pub fn of(chat: &ChatId, seq: u64) -> Self {
        Self(keys::outbox(chat, seq))
    }
}

/// Rows to set aside.
#[derive(Clone, Debug, Default)]
pub struct DeadLetters {
    pub rows: Vec<OutboxRow>,
    /// The admins are told of all there are, by this very commit.
    pub told: bool,
}

/// How many rows have been set aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeadLetterCount {
    /// The admins know of these.
    pub told: usize,
    pub untold: usize,
}

impl<K: Kv + ?Sized> Reader<'_, K> {
    /// Rows of the outbox that cannot be read.
    pub(super) fn unreadable_outbox(&self) -> Result<Vec<OutboxRow>, StoreError> {
        self.gather(under(keys::all(keys::OUTBOX)), Direction::Up, usize::MAX, |key, row| {
            let is_unreadable = decode::<Outgoing>("outgoing message", row).is_err();
            Ok(is_unreadable.then(|| OutboxRow(key.to_vec())))
        })
    }

    pub(super) fn dead_letter_count(&self) -> Result<DeadLetterCount, StoreError> {
        Ok(DeadLetterCount {
            told: self.count(keys::dead_letter(true))?,
            untold: self.count(keys::dead_letter(false))?,
        })
    }
}

impl<K: Kv> Stage<'_, K> {
    pub(super) fn take_dead_letters(&mut self, letters: &DeadLetters) -> Result<(), StoreError> {
        for OutboxRow(key) in &letters.rows {
            // Gone meanwhile: it was said after all.
            if let Some(row) = self.get(key)? {
                self.put([keys::dead_letter(letters.told), key.clone()].concat(), row);
                self.delete(key.clone());
            }
        }
        if letters.told {
            for (key, row) in Reader(self.kv()).raw(keys::dead_letter(false))? {
                let name = key.get(keys::dead_letter(false).len()..).unwrap_or_default();
                self.put([&keys::dead_letter(true), name].concat(), row);
                self.delete(key);
            }
        }
        Ok(())
    }
}
