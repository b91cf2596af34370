//! What the engine below must be able to do: read one key, walk a range. Writes go through a [`Batch`], all or nothing.

use std::cmp::Ordering;
use std::ops::{ControlFlow, Range};

use chrono::{DateTime, Utc};

use super::StoreError;
use konter_core::ids::AgentId;
use konter_core::ledger::AccountId;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Down,
}

impl Direction {
    /// Which of two keys a walk comes to first.
    pub(super) fn order(self, one: &[u8], other: &[u8]) -> Ordering {
        match self {
            Self::Up => one.cmp(other),
            Self::Down => other.cmp(one),
        }
    }

    /// Where a walk over a range begins.
    pub(super) const fn begin(self, range: &Range<Vec<u8>>) -> &Vec<u8> {
        match self {
            Self::Up => &range.start,
            Self::Down => &range.end,
        }
    }

    /// Takes out of a range what a walk has seen of it when it has come to a key.
    pub(super) fn pass(self, range: &mut Range<Vec<u8>>, key: &[u8]) {
        match self {
            Self::Up => range.start = behind(key),
            Self::Down => range.end = key.to_vec(),
        }
    }

    /// The next of what stands in order.
    pub(super) fn next<T>(self, from: &mut impl DoubleEndedIterator<Item = T>) -> Option<T> {
        match self {
            Self::Up => from.next(),
            Self::Down => from.next_back(),
        }
    }
}

/// Called for each row of a walk, until it breaks off.
pub(super) type Visit<'a> = &'a mut dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, StoreError>;

/// Keys in byte order with their values.
pub(super) trait Kv {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Visits the rows of a range in order of their keys, or against it.
    fn scan(&self, range: Range<Vec<u8>>, direction: Direction, visit: Visit<'_>) -> Result<(), StoreError>;

    /// The highest key under a prefix, if any. Where only its number is known, the key ends with that.
    fn last_key(&self, prefix: Vec<u8>) -> Result<Option<Vec<u8>>, StoreError> {
        last_by_walk(self, prefix)
    }

    /// What an index of the engine's own says, each row as JSON; `None`: it has none, and the keys tell.
    fn query(&self, _: &Query) -> Result<Option<Vec<Vec<u8>>>, StoreError> {
        Ok(None)
    }
}

/// The highest key under a prefix, read as a row.
pub(super) fn last_by_walk<K: Kv + ?Sized>(rows: &K, prefix: Vec<u8>) -> Result<Option<Vec<u8>>, StoreError> {
    let mut last = None;
    rows.scan(under(prefix), Direction::Down, &mut |key, _| {
        last = Some(key.to_vec());
        Ok(ControlFlow::Break(()))
    })?;
    Ok(last)
}

/// Questions that a database's indexes answer at once, and keys only one row after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Query {
    /// Lines of the journal after a number.
    Journal { after: u64, limit: usize },
    /// An account's lines before a number, newest first.
    LinesBefore { account: AccountId, before: u64, limit: usize },
    /// An account's lines after a number, oldest first.
    LinesAfter { account: AccountId, after: u64, limit: usize },
    /// A reseller's orders before a number, newest first.
    OrdersOf { agent: AgentId, dest: Option<String>, before: u64, limit: usize },
    /// The number of the first order of a moment or later.
    FirstOrder(DateTime<Utc>),
    /// The number of the first line of the journal of a moment or later.
    FirstLine(DateTime<Utc>),
    /// The chats of rows in the outbox.
    WaitingChats,
}

/// Rows to write; `None` deletes. No key stands in it twice.
pub(super) type Batch = Vec<(Vec<u8>, Option<Vec<u8>>)>;

/// Every key that starts with `prefix`.
pub(super) fn under(prefix: Vec<u8>) -> Range<Vec<u8>> {
    let end = after_prefix(&prefix);
    prefix..end
}

/// The first key behind another.
pub(super) fn behind(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
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
