//! How much waits.

use super::kv::{Direction, Kv, under};
use super::read::Reader;
use super::{StoreError, keys};

/// Rows that wait to be handled or said. Counting them costs what waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depths {
    pub inbox: usize,
    pub outbox: usize,
}

impl<K: Kv + ?Sized> Reader<'_, K> {
    pub(super) fn depths(&self) -> Result<Depths, StoreError> {
        Ok(Depths { inbox: self.count(keys::all(keys::INBOX))?, outbox: self.count(keys::all(keys::OUTBOX))? })
    }

    /// How many rows there are under a prefix.
    pub(super) fn count(&self, prefix: Vec<u8>) -> Result<usize, StoreError> {
        self.gather(under(prefix), Direction::Up, usize::MAX, |_, _| Ok(Some(()))).map(|rows| rows.len())
    }
}
