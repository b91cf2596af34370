//! What the engine below must be able to do: read one key, walk a range. Writes go through a [`Batch`], all or nothing.

use std::ops::{ControlFlow, Range};

use super::StoreError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Down,
}

/// Called for each row of a walk, until it breaks off.
pub(super) type Visit<'a> = &'a mut dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, StoreError>;

/// Keys in byte order with their values.
pub(super) trait Kv {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Visits the rows of a range in order of their keys, or against it.
    fn scan(&self, range: Range<Vec<u8>>, direction: Direction, visit: Visit<'_>) -> Result<(), StoreError>;
}

/// Rows to write; `None` deletes. No key stands in it twice.
pub(super) type Batch = Vec<(Vec<u8>, Option<Vec<u8>>)>;

/// Every key that starts with `prefix`.
pub(super) fn under(prefix: Vec<u8>) -> Range<Vec<u8>> {
    let end = after_prefix(&prefix);
    prefix..end
}

/// The first key behind all that start with `prefix`.
pub(super) fn after_prefix(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return end;
        }
    }
    // Nothing but 0xff: no key this store writes is behind it.
    vec![u8::MAX; prefix.len() + 1]
}
