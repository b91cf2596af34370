//! Transfers between resellers.

use super::kv::{Direction, Kv, under};
use super::read::{Reader, until};
use super::{StoreError, keys};

impl<K: Kv + ?Sized> Reader<'_, K> {
    pub(super) fn last_transfer(&self) -> Result<u64, StoreError> {
        let mut last = Vec::new();
        self.0.scan(under(keys::transfers()), Direction::Down, &mut |key, _| {
            last.extend(keys::last_number(key));
            Ok(until(&last, 1))
        })?;
        Ok(last.first().copied().unwrap_or(0))
    }
}
