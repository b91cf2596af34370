//! Rows on two layers. What a group of commits changed is in the books first; its rows are then kept in memory, in the
//! memtable, and later applied to sled ([`super::applier`]). A row that changed or went again before that never costs sled
//! anything. Readers see only what is durable: the memtable first, then sled.

use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque, btree_map};
use std::ops::{Bound, ControlFlow, Range};
use std::sync::Arc;

use parking_lot::{Mutex, RwLock, RwLockReadGuard};

use super::StoreError;
use super::books::Position;
use super::keys;
use super::kv::{Batch, Direction, Kv, Visit};
use super::sled_kv::SledKv;

/// A row that is not in sled, and the record it was last written in. `None` for one that was deleted.
struct Entry {
    row: Option<Vec<u8>>,
    record: u64,
    /// The record it came in, where sled had no row of this key before; 0: it may have had one.
    born: u64,
}

struct Memtable {
    rows: BTreeMap<Vec<u8>, Entry>,
    /// The last record of which rows may be in sled.
    sweeping: u64,
    /// Of all its rows.
    bytes: usize,
    /// Records whose rows are not all in sled yet, and their bytes.
    records: VecDeque<(Position, usize)>,
    waiting: usize,
    end: Position,
}

impl Memtable {
    /// A row that goes again before sled can have had it leaves no trace.
    fn put(&mut self, key: Vec<u8>, row: Option<Vec<u8>>, record: u64) {
        let added = size(&key, row.as_deref());
        match self.rows.entry(key) {
            btree_map::Entry::Vacant(place) => {
                let born = if keys::is_never_written_over(place.key()) { record } else { 0 };
                place.insert(Entry { row, record, born });
            }
            btree_map::Entry::Occupied(mut place) => {
                let old = place.get();
                self.bytes -= size(place.key(), old.row.as_deref());
                let born = if old.row.is_some() { old.born } else { 0 };
                if row.is_none() && born > self.sweeping {
                    place.remove();
                    return;
                }
                place.insert(Entry { row, record, born });
            }
        }
        self.bytes += added;
    }
}

/// How much is not in sled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Waiting {
    /// Of records that a start would read back.
    pub records: usize,
    /// Of rows in memory.
    pub rows: usize,
}

#[derive(Clone)]
pub(super) struct Layers {
    disk: SledKv,
    /// Rows are read within walks: never wait for a writer who waits for the walk.
    memtable: Arc<RwLock<Memtable>>,
    /// Each walk holds a clone of it.
    walks: Arc<Mutex<Arc<()>>>,
}

/// What a row takes in memory beside its bytes: its place in the map, and what the allocator adds to its two blocks.
const A_ROW: usize = 100;

/// What a row takes in memory, about.
pub(super) fn size(key: &[u8], row: Option<&[u8]>) -> usize {
    A_ROW + key.len() + row.map_or(0, <[u8]>::len)
}

impl Layers {
    /// `end` is as far as sled has come.
    pub(super) fn new(disk: SledKv, end: Position) -> Self {
        let memtable = Memtable {
            rows: BTreeMap::new(),
            sweeping: end.number,
            bytes: 0,
            records: VecDeque::new(),
            waiting: 0,
            end,
        };
        Self { disk, memtable: Arc::new(RwLock::new(memtable)), walks: Arc::default() }
    }

    pub(super) const fn disk(&self) -> &SledKv {
        &self.disk
    }

    /// The last record whose rows can be read.
    pub(super) fn end(&self) -> Position {
        self.memtable.read().end
    }

    pub(super) fn waiting(&self) -> Waiting {
        let memtable = self.memtable.read();
        Waiting { records: memtable.waiting, rows: memtable.bytes }
    }

    /// Shows a record's rows to readers. It must be durable.
    pub(super) fn publish(&self, rows: Batch, end: Position) {
        let mut memtable = self.memtable.write();
        let mut bytes = 0;
        for (key, row) in rows {
            bytes += size(&key, row.as_deref());
            memtable.put(key, row, end.number);
        }
        memtable.records.push_back((end, bytes));
        memtable.waiting += bytes;
        memtable.end = end;
    }

    /// Takes in what a start has read back: rows with the record each stands in, and the records. All at once, as one after
    /// another takes several times as long; of one key the last row counts.
    pub(super) fn load(&self, rows: Vec<(Vec<u8>, Option<Vec<u8>>, u64)>, records: VecDeque<(Position, usize)>) {
        let rows: BTreeMap<_, _> =
            rows.into_iter().map(|(key, row, record)| (key, Entry { row, record, born: 0 })).collect();
        let mut memtable = self.memtable.write();
        memtable.bytes = rows.iter().map(|(key, entry)| size(key, entry.row.as_deref())).sum();
        memtable.waiting = records.iter().map(|(_, bytes)| bytes).sum();
        memtable.end = records.back().map_or(memtable.end, |(end, _)| *end);
        (memtable.rows, memtable.records) = (rows, records);
    }

    /// The last of the oldest records that hold so many bytes together, at least one.
    pub(super) fn oldest(&self, bytes: usize) -> Option<Position> {
        let memtable = self.memtable.read();
        let mut sum = 0;
        let enough = memtable.records.iter().find(|(_, record)| {
            sum += record;
            sum >= bytes
        });
        enough.or_else(|| memtable.records.back()).map(|(position, _)| *position)
    }

    /// Returns once no walk is under way that began before this: from then on, rows up to the last record that is readable
    /// now may be written to sled under those that go on.
    pub(super) fn wait_for_walks(&self) {
        const PAUSE: std::time::Duration = std::time::Duration::from_millis(1);
        let before = std::mem::take(&mut *self.walks.lock());
        while Arc::strong_count(&before) > 1 {
            std::thread::sleep(PAUSE);
        }
    }

    /// Rows from a key on that were last written up to a record, in order, to be written to sled: so many, or so many bytes; none when that was all.
    pub(super) fn rows_up_to(&self, record: u64, from: &[u8], most: usize, bytes: usize) -> Batch {
        {
            let mut memtable = self.memtable.write();
            memtable.sweeping = memtable.sweeping.max(record);
        }
        let (mut rows, mut left) = (Batch::new(), bytes);
        for (key, entry) in self.memtable.read().rows.range::<[u8], _>((Bound::Included(from), Bound::Unbounded)) {
            if left == 0 || rows.len() == most {
                break;
            }
            if entry.record <= record {
                left = left.saturating_sub(size(key, entry.row.as_deref()));
                rows.push((key.clone(), entry.row.clone()));
            }
        }
        rows
    }

    /// Lets go of rows that sled has, unless they have been written again.
    pub(super) fn evict(&self, rows: &Batch, record: u64) {
        let mut memtable = self.memtable.write();
        for (key, _) in rows {
            if memtable.rows.get(key).is_some_and(|entry| entry.record <= record)
                && let Some(entry) = memtable.rows.remove(key)
            {
                memtable.bytes -= size(key, entry.row.as_deref());
            }
        }
    }

    /// All rows of the records up to this one are in sled.
    pub(super) fn applied(&self, record: u64) {
        let mut memtable = self.memtable.write();
        while let Some((_, bytes)) = memtable.records.front().copied().filter(|(position, _)| position.number <= record)
        {
            memtable.records.pop_front();
            memtable.waiting -= bytes;
        }
    }
}

impl Kv for Layers {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some(entry) = self.memtable.read_recursive().rows.get(key) {
            return Ok(entry.row.clone());
        }
        // Rows are in sled before they leave the memtable, so what is not here is there.
        self.disk.get(key)
    }

    fn scan(&self, range: Range<Vec<u8>>, direction: Direction, visit: Visit<'_>) -> Result<(), StoreError> {
        if range.is_empty() {
            return Ok(());
        }
        // Before the memtable is looked at: see `wait_for_walks`.
        let _walk = Arc::clone(&self.walks.lock());
        merge(View::new(self.memtable.read_recursive(), range.clone(), direction), &self.disk, range, direction, visit)
    }
}

/// The memtable's rows of a range, as they are when the walk begins. While few are visited the layer is held; a walk that
/// gets long takes the rest with it, so that nobody waits to write.
struct View<'a> {
    memtable: Option<RwLockReadGuard<'a, Memtable>>,
    rows: VecDeque<(Vec<u8>, Option<Vec<u8>>)>,
    /// What of the range has not been taken.
    rest: Range<Vec<u8>>,
    direction: Direction,
    chunk: usize,
    visited: usize,
}

impl<'a> View<'a> {
    const FIRST: usize = 4;
    /// A walk is long from here on.
    const LONG: usize = 64;

    const fn new(memtable: RwLockReadGuard<'a, Memtable>, range: Range<Vec<u8>>, direction: Direction) -> Self {
        Self { memtable: Some(memtable), rows: VecDeque::new(), rest: range, direction, chunk: Self::FIRST, visited: 0 }
    }

    fn take(&mut self, most: usize) {
        let Some(memtable) = &self.memtable else { return };
        let range = (Bound::Included(self.rest.start.as_slice()), Bound::Excluded(self.rest.end.as_slice()));
        let rows = memtable.rows.range::<[u8], _>(range).map(|(key, entry)| (key.clone(), entry.row.clone()));
        let before = self.rows.len();
        match self.direction {
            Direction::Up => self.rows.extend(rows.take(most)),
            Direction::Down => self.rows.extend(rows.rev().take(most)),
        }
        if self.rows.len() - before < most {
            self.memtable = None;
        } else if let Some((last, _)) = self.rows.back() {
            self.direction.pass(&mut self.rest, last);
            if self.rest.is_empty() {
                self.memtable = None;
            }
        }
    }

    fn visited(&mut self) {
        self.visited += 1;
        if self.visited >= Self::LONG {
            self.take(usize::MAX);
        }
    }

    /// The next row, if it stands before a key, or is its.
    fn next_up_to(&mut self, key: &[u8]) -> Option<(Ordering, Vec<u8>, Option<Vec<u8>>)> {
        self.fill();
        let (first, _) = self.rows.front()?;
        let order = self.direction.order(first, key);
        if order == Ordering::Greater {
            return None;
        }
        self.next().map(|(key, row)| (order, key, row))
    }

    fn next(&mut self) -> Option<(Vec<u8>, Option<Vec<u8>>)> {
        self.fill();
        self.visited();
        self.rows.pop_front()
    }

    fn fill(&mut self) {
        if self.rows.is_empty() && self.memtable.is_some() {
            self.take(self.chunk);
            self.chunk *= 2;
        }
    }
}

/// Walks both layers side by side; where both have a key, the memtable's counts.
fn merge(
    mut view: View<'_>,
    disk: &SledKv,
    range: Range<Vec<u8>>,
    direction: Direction,
    visit: Visit<'_>,
) -> Result<(), StoreError> {
    let mut broken_off = false;
    disk.scan(range, direction, &mut |key, row| {
        while let Some((order, new_key, new_row)) = view.next_up_to(key) {
            if let Some(new_row) = new_row
                && visit(&new_key, &new_row)?.is_break()
            {
                broken_off = true;
                return Ok(ControlFlow::Break(()));
            }
            if order == Ordering::Equal {
                return Ok(ControlFlow::Continue(()));
            }
        }
        view.visited();
        let flow = visit(key, row)?;
        broken_off = flow.is_break();
        Ok(flow)
    })?;
    if broken_off {
        return Ok(());
    }
    while let Some((key, row)) = view.next() {
        if let Some(row) = row
            && visit(&key, &row)?.is_break()
        {
            break;
        }
    }
    Ok(())
}

/// The rows for a read that is done where it is asked for, not on a thread that may block: looking a few rows up takes less
/// than going there and back. A read that turns out to be long falls short; what it found means nothing then.
pub(super) struct Nearby<'a, K> {
    rows: &'a K,
    left: Cell<u32>,
    fell_short: Cell<bool>,
}

/// Rows that a read may look at where it is asked for.
const MOST_NEARBY: u32 = 64;

impl<'a, K: Kv> Nearby<'a, K> {
    pub(super) const fn over(rows: &'a K) -> Self {
        Self { rows, left: Cell::new(MOST_NEARBY), fell_short: Cell::new(false) }
    }

    /// Whether everything asked could be told.
    pub(super) fn was_enough(&self) -> bool {
        !self.fell_short.get()
    }

    fn may_look(&self) -> bool {
        let left = self.left.get().checked_sub(1);
        self.left.set(left.unwrap_or(0));
        self.fell_short.set(self.fell_short.get() || left.is_none());
        left.is_some()
    }
}

impl<K: Kv> Kv for Nearby<'_, K> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if self.may_look() { self.rows.get(key) } else { Ok(None) }
    }

    fn scan(&self, range: Range<Vec<u8>>, direction: Direction, visit: Visit<'_>) -> Result<(), StoreError> {
        if !self.may_look() {
            return Ok(());
        }
        self.rows.scan(range, direction, &mut |key, row| {
            if self.may_look() { visit(key, row) } else { Ok(ControlFlow::Break(())) }
        })
    }
}

#[cfg(test)]
mod tests;
