//! Everything in memory: for tests and the demo. The same rules as any other store, nothing kept.

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use parking_lot::Mutex;

use super::apply::{Group, Prepared, Tip};
use super::cut::{Cut, RawRow, RowSource};
use super::kv::{Batch, Direction, Kv, Visit};
use super::read::Reader;
use super::reads::{Sequences, store_with_reads};
use super::{
    Act, Answered, Commit, CommitError, Committed, InboxMessage, MessageKey, Outgoing, Sequence, Store, StoreError,
};
use konter_core::agent::Agent;
use konter_core::catalog::Product;
use konter_core::ids::{AgentId, ChatId, InquiryId, OrderId, ProductCode, Reference, SupplierId};
use konter_core::inquiry::Inquiry;
use konter_core::ledger::{Account, AccountId, Entry, Hold};
use konter_core::network::{InviteCode, Invited};
use konter_core::order::{BillKey, Order, SerialKey, SlotKey};
use konter_core::pricing::{GroupName, PriceGroup};
use konter_core::question::Question;

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
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    #[allow(clippy::unused_async)] // the same shape as a store that has to wait
    async fn read<T>(&self, read: impl FnOnce(&Reader<'_, Rows>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        read(&Reader(&self.state.lock().rows))
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
        let rows = self.range(range);
        let mut walk = |(key, row): (&Vec<u8>, &Vec<u8>)| visit(key, row);
        match direction {
            Direction::Up => take(rows, &mut walk),
            Direction::Down => take(rows.rev(), &mut walk),
        }
    }
}

fn take<T>(
    rows: impl Iterator<Item = T>,
    visit: &mut dyn FnMut(T) -> Result<ControlFlow<()>, StoreError>,
) -> Result<(), StoreError> {
    for row in rows {
        if visit(row)?.is_break() {
            break;
        }
    }
    Ok(())
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

store_with_reads! {
impl MemoryStore {
    async fn commit(&self, commit: Commit) -> Result<Committed, CommitError> {
        let prepared = Prepared::new(commit)?;
        let State { rows, tip } = &mut *self.state.lock();
        let mut group = Group::new(&*rows, tip);
        let committed = group.apply(prepared)?;
        let batch = group.finish()?;
        write(rows, batch);
        Ok(committed)
    }

    async fn cut(&self) -> Result<Cut, StoreError> {
        let rows: Vec<RawRow> = self.state.lock().rows.clone().into_iter().collect();
        Ok(Cut::new(InMemory(rows.into_iter())))
    }

    async fn close(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
}
