//! Rows on two layers. A group of commits becomes durable as one record of a log ([`super::log_files`]); its rows are kept
//! in memory as the young layer. Later, when the writer has time or memory must be freed, they settle: the rows of the
//! oldest records are written to sled, and with the last of them the number of the last of those records. A row that changed
//! or went again before it settled never costs sled anything. After a restart the records behind that number are read back.

use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::ops::{Bound, ControlFlow, Range};
use std::path::Path;
use std::sync::Arc;

use parking_lot::RwLock;

use super::days::is_closable;
use super::kv::{Batch, Direction, Kv, Visit};
use super::log_files::LogFiles;
use super::sled_handle::SledHandle;
use super::sled_kv::SledKv;
use super::{StoreError, log};

/// A row that has not settled, and the record it was last written in. Everything here is durable.
struct Young {
    row: Option<Vec<u8>>,
    record: u64,
}

/// A row's key is in the young layer and in every record that has written the row.
type Key = Arc<[u8]>;
type Rows = BTreeMap<Key, Young>;
/// Rows that had not settled when a copy began; `None` for one that was deleted.
pub(super) type Unsettled = BTreeMap<Key, Option<Vec<u8>>>;

/// What readers read: the young layer over sled.
#[derive(Clone)]
pub(super) struct Layers {
    disk: SledKv,
    young: Arc<RwLock<Rows>>,
}

impl Kv for Layers {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some(young) = self.young.read().get(key) {
            return Ok(young.row.clone());
        }
        // Rows are in sled before they leave the young layer, so what is not here is there.
        self.disk.get(key)
    }

    fn scan(&self, range: Range<Vec<u8>>, direction: Direction, visit: Visit<'_>) -> Result<(), StoreError> {
        if range.is_empty() {
            return Ok(());
        }
        // Held throughout: rows must not leave this layer behind the walk's back.
        let young = self.young.read();
        let rows = young.range::<[u8], _>(bounds(&range)).map(|(key, young)| (&**key, young.row.as_deref()));
        match direction {
            Direction::Up => merge(rows, &self.disk, range, direction, visit),
            Direction::Down => merge(rows.rev(), &self.disk, range, direction, visit),
        }
    }
}

/// The young layer alone: what it knows can be read without waiting for anything.
pub(super) struct Glance<'a> {
    young: &'a RwLock<Rows>,
    /// Something was asked that only the disk knows; what was answered means nothing then.
    fell_short: Cell<bool>,
}

impl Layers {
    /// The rows that have not settled, as they are now.
    pub(super) fn unsettled(&self) -> Unsettled {
        self.young.read().iter().map(|(key, young)| (key.clone(), young.row.clone())).collect()
    }

    /// Walks the rows as they stood when `unsettled` was taken. Only right as long as nothing has settled since.
    pub(super) fn scan_under(
        &self,
        unsettled: &Unsettled,
        range: Range<Vec<u8>>,
        visit: Visit<'_>,
    ) -> Result<(), StoreError> {
        if range.is_empty() {
            return Ok(());
        }
        let rows = unsettled.range::<[u8], _>(bounds(&range)).map(|(key, row)| (&**key, row.as_deref()));
        merge(rows, &self.disk, range, Direction::Up, visit)
    }

    pub(super) fn glance(&self) -> Glance<'_> {
        Glance { young: &self.young, fell_short: Cell::new(false) }
    }
}

impl Glance<'_> {
    /// Whether everything asked so far could be told.
    pub(super) fn was_enough(&self) -> bool {
        !self.fell_short.get()
    }
}

impl Kv for Glance<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        // A walk over the disk can hold the lock for long, so nobody waits for it here.
        let young = self.young.try_read();
        // A row that is gone may have gone to a closed day.
        let gone = |young: &&Young| young.row.is_some() || !key.first().is_some_and(|kind| is_closable(*kind));
        if let Some(young) = young.as_ref().and_then(|rows| rows.get(key)).filter(gone) {
            return Ok(young.row.clone());
        }
        self.fell_short.set(true);
        Ok(None)
    }

    fn scan(&self, _: Range<Vec<u8>>, _: Direction, _: Visit<'_>) -> Result<(), StoreError> {
        self.fell_short.set(true);
        Ok(())
    }
}

fn bounds(range: &Range<Vec<u8>>) -> (Bound<&[u8]>, Bound<&[u8]>) {
    (Bound::Included(&range.start), Bound::Excluded(&range.end))
}

/// Walks both layers side by side; where both have a key, the young one counts.
fn merge<'a>(
    young: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
    disk: &SledKv,
    range: Range<Vec<u8>>,
    direction: Direction,
    visit: Visit<'_>,
) -> Result<(), StoreError> {
    let mut young = young.peekable();
    let mut broken_off = false;
    disk.scan(range, direction, &mut |key, row| {
        while let Some(&(young_key, young_row)) = young.peek() {
            let order = match direction {
                Direction::Up => young_key.cmp(key),
                Direction::Down => key.cmp(young_key),
            };
            if order == Ordering::Greater {
                break;
            }
            young.next();
            if let Some(young_row) = young_row
                && visit(young_key, young_row)?.is_break()
            {
                broken_off = true;
                return Ok(ControlFlow::Break(()));
            }
            if order == Ordering::Equal {
                return Ok(ControlFlow::Continue(()));
            }
        }
        let flow = visit(key, row)?;
        broken_off = flow.is_break();
        Ok(flow)
    })?;
    if !broken_off {
        for (key, row) in young {
            if let Some(row) = row
                && visit(key, row)?.is_break()
            {
                break;
            }
        }
    }
    Ok(())
}

/// A record of the log whose rows have not settled.
struct Record {
    number: u64,
    bytes: usize,
    keys: Vec<Key>,
}

/// Records on their way to sled.
struct Settling {
    /// Of all their rows, in order.
    keys: Vec<Key>,
    /// Those before this one are there.
    next: usize,
    /// The last of the records.
    last: u64,
}

/// The writer's side of the layers. There is one.
pub(super) struct Log {
    layers: Layers,
    files: LogFiles,
    records: VecDeque<Record>,
    settling: Option<Settling>,
    last_number: u64,
    /// Of all records, about what their rows take in memory.
    bytes: usize,
}

impl Log {
    /// Reads the log in this folder back, whose rows settle in `disk`. `longest` is how many bytes a file of it may have.
    pub(super) fn open(disk: SledKv, folder: &Path, longest: u64) -> Result<Self, StoreError> {
        let settled = disk.settled()?;
        let (mut rows, mut records) = (Vec::new(), VecDeque::new());
        let files = LogFiles::open(folder, longest, settled, |number, record| {
            let first = rows.len();
            log::read(record, |key, row| {
                rows.push((Key::from(key), Young { row: row.map(<[u8]>::to_vec), record: number }));
            })?;
            let keys = rows.iter().skip(first).map(|(key, _)| Arc::clone(key)).collect();
            records.push_back(Record { number, bytes: record.len(), keys });
            Ok(())
        })?;
        // All at once: one after another they would take several times as long. Of one key the last row counts.
        let young = Arc::new(RwLock::new(rows.into_iter().collect()));
        let (last_number, bytes) =
            (records.back().map_or(settled, |last| last.number), records.iter().map(|record| record.bytes).sum());
        Ok(Self { layers: Layers { disk, young }, files, records, settling: None, last_number, bytes })
    }

    pub(super) const fn layers(&self) -> &Layers {
        &self.layers
    }

    /// About how many bytes wait to settle.
    pub(super) const fn waiting(&self) -> usize {
        self.bytes
    }

    /// Writes a group's rows, in order of their keys: so they are read back faster. They are in the log, not visible and
    /// not durable yet; see [`Self::publish`]. Gives the number of their bytes.
    pub(super) fn append(&mut self, rows: &mut Batch) -> Result<usize, StoreError> {
        rows.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let record = log::write(rows);
        self.files.append(self.last_number + 1, &record)?;
        Ok(record.len())
    }

    /// What to sync before publishing.
    pub(super) const fn file(&self) -> Option<&File> {
        self.files.current()
    }

    /// Shows a group's rows to readers. Only to be called once the file is synced.
    pub(super) fn publish(&mut self, rows: Batch, bytes: usize) {
        let number = self.last_number + 1;
        let rows: Vec<(Key, Option<Vec<u8>>)> = rows.into_iter().map(|(key, row)| (key.into(), row)).collect();
        let keys = rows.iter().map(|(key, _)| Arc::clone(key)).collect();
        let mut young = self.layers.young.write();
        young.extend(rows.into_iter().map(|(key, row)| (key, Young { row, record: number })));
        drop(young);
        self.records.push_back(Record { number, bytes, keys });
        self.last_number = number;
        self.bytes += bytes;
    }

    /// Goes on settling: about `step` bytes of rows are written to sled. `sweep` is about how many bytes of records, the
    /// oldest, are taken together when the ones before are done, at least one record: rows that stand side by side are
    /// written together, so the more the better. A record has settled once all of its sweep is in sled; until then the log
    /// keeps it, and after a crash all of it is young again.
    pub(super) fn settle(&mut self, step: usize, sweep: usize) -> Result<(), StoreError> {
        let Some(mut settling) = self.settling.take().or_else(|| self.begin_to_settle(sweep)) else { return Ok(()) };
        let rows = self.next_rows(&mut settling, step);
        let keys: Vec<Vec<u8>> = rows.iter().map(|(key, _)| key.clone()).collect();
        let is_done = settling.next == settling.keys.len();
        if is_done {
            self.layers.disk.settle(rows, settling.last)?;
        } else {
            self.layers.disk.write(rows)?;
        }
        let mut young = self.layers.young.write();
        for key in &keys {
            young.remove(key.as_slice());
        }
        drop(young);
        if !is_done {
            self.settling = Some(settling);
            return Ok(());
        }
        while let Some(record) = self.records.front().filter(|record| record.number <= settling.last) {
            self.bytes = self.bytes.saturating_sub(record.bytes);
            self.records.pop_front();
        }
        Ok(())
    }

    fn begin_to_settle(&self, sweep: usize) -> Option<Settling> {
        let (mut last, mut bytes, mut keys) = (None, 0, Vec::new());
        for record in &self.records {
            if bytes >= sweep && last.is_some() {
                break;
            }
            bytes += record.bytes;
            last = Some(record.number);
            keys.extend(record.keys.iter().cloned());
        }
        // Those of each record are in order: that is quick.
        keys.sort();
        keys.dedup();
        Some(Settling { keys, next: 0, last: last? })
    }

    /// The next rows to settle that no record behind them has written again.
    fn next_rows(&self, settling: &mut Settling, step: usize) -> Batch {
        let young = self.layers.young.read();
        let (mut rows, mut bytes) = (Batch::new(), 0);
        while let Some(key) = settling.keys.get(settling.next).filter(|_| bytes < step.max(1)) {
            settling.next += 1;
            if let Some(young) = young.get(key).filter(|young| young.record <= settling.last) {
                bytes += key.len() + young.row.as_ref().map_or(0, Vec::len);
                rows.push((key.to_vec(), young.row.clone()));
            }
        }
        rows
    }

    /// The last record that has settled.
    fn settled(&self) -> u64 {
        self.records.front().map_or(self.last_number, |record| record.number - 1)
    }

    /// Whether files of the log could go, were sled synced.
    pub(super) fn can_let_go(&self) -> bool {
        self.files.can_let_go(self.settled())
    }

    /// Lets files of the log go whose rows have all settled. Only to be called once sled is flushed and synced.
    pub(super) fn let_go(&mut self) {
        self.files.let_go(self.settled());
    }

    pub(super) const fn sled(&self) -> &SledHandle {
        self.layers.disk.sled()
    }
}

#[cfg(test)]
mod tests;
