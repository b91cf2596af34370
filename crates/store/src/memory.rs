//! Everything in memory: for tests and the demo. The same rules as any other store, nothing kept.

use std::collections::BTreeMap;
use std::ops::Range;

use futures::future::{self, BoxFuture, FutureExt as _};
use parking_lot::Mutex;

use super::apply::{Group, Prepared, Tip};
use super::engine::{Engine, Found, Read};
use super::kv::{Batch, Direction, Kv, Visit};
use super::sequences::Sequences;
use super::snapshot::{RawRow, RowSource, Snapshot};
use super::{Commit, CommitError, Committed, Sequence, StoreError};

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
    sequences: Sequences,
}

#[derive(Debug, Default)]
struct State {
    rows: Rows,
    tip: Tip,
}

impl MemoryStore {
    pub fn new() -> Self {
        Self::default()
    }

    fn write(&self, commit: Commit) -> Result<Committed, CommitError> {
        let prepared = Prepared::new(commit)?;
        let State { rows, tip } = &mut *self.state.lock();
        let mut group = Group::new(&*rows, tip);
        let committed = group.apply(prepared)?;
        let batch = group.finish()?;
        write(rows, batch);
        Ok(committed)
    }
}

impl Kv for Rows {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(BTreeMap::get(self, key).cloned())
    }

    fn scan(&self, range: Range<Vec<u8>>, direction: Direction, visit: Visit<'_>) -> Result<(), StoreError> {
        // A map refuses a range whose end comes first.
        if range.is_empty() {
            return Ok(());
        }
        let mut rows = self.range(range);
        while let Some((key, row)) = direction.next(&mut rows) {
            if visit(key, row)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

fn write(rows: &mut Rows, batch: Batch) {
    for (key, row) in batch {
        match row {
            Some(row) => rows.insert(key, row),
            None => rows.remove(&key),
        };
    }
}

struct InMemory(std::vec::IntoIter<RawRow>);

impl RowSource for InMemory {
    fn next_page(&mut self) -> Result<Vec<RawRow>, StoreError> {
        Ok(self.0.by_ref().take(500).collect())
    }
}

impl Engine for MemoryStore {
    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, CommitError>> {
        async { self.write(commit) }.boxed()
    }

    fn read(&self, read: Read) -> BoxFuture<'_, Result<Found, StoreError>> {
        async move { read.run(&self.state.lock().rows) }.boxed()
    }

    fn next(&self, sequence: Sequence, above: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        future::ready(Ok(self.sequences.next(sequence, above))).boxed()
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        let rows: Vec<RawRow> = self.state.lock().rows.clone().into_iter().collect();
        future::ready(Ok(Snapshot::new(InMemory(rows.into_iter())))).boxed()
    }

    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        future::ready(Ok(())).boxed()
    }
}
