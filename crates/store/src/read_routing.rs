//! Reads of what admins set for suppliers, and of where alerts about orders stand.

use super::kv::{Direction, Kv, under};
use super::read::{CONTINUE, Reader};
use super::rows::decode;
use super::{Shown, StoreError, keys};
use konter_core::ids::OrderId;
use konter_core::routing::Steering;

impl<K: Kv + ?Sized> Reader<'_, K> {
    pub(super) fn steerings(&self) -> Result<Vec<Steering>, StoreError> {
        self.under("steering", keys::steerings())
    }

    pub(super) fn shown(&self, order: OrderId) -> Result<Vec<Shown>, StoreError> {
        self.under("alert", keys::shown_of(order))
    }

    fn under<T: serde::de::DeserializeOwned>(&self, what: &'static str, prefix: Vec<u8>) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        self.0.scan(under(prefix), Direction::Up, &mut |_, bytes| {
            found.push(decode(what, bytes)?);
            Ok(CONTINUE)
        })?;
        Ok(found)
    }
}
