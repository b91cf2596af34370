//! Closed days: rows of days that are over and settled, in one compact file a day that is never written again. Readers see
//! them below the engine's own rows, as if they had never left ([`WithDays`]). What changes one of those rows later (a
//! report that comes after months) is written to the engine, and counts there.
//!
//! Here lives: the files, how they are read as rows, how a day's rows are chosen. Not here: when a day is closed (the shop's
//! clock and setting), and taking the rows out of the engine (its writer).

mod choose;
mod close;
mod copied;
mod damage;
mod file;
mod filter;
mod merged;
mod place;
mod walk;
mod write;

use std::collections::VecDeque;
use std::fs;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use parking_lot::{Mutex, RwLock};
use tokio::sync::Notify;

use choose::choose;
pub(super) use choose::first_left;
pub(super) use close::{Closed, close, closed_last};
pub(super) use copied::{Copied, copy, lacking, prove, walk_copied};
pub use damage::CLOSED_DAY;
use file::{Block, DayFile, Sought};
pub(super) use merged::Merged;
pub(super) use place::is_closable;
use walk::Walk;
use write::write;

use super::keys;
use super::kv::{Direction, Kv, Visit, last_by_walk, under};
use super::read::{CONTINUE, Reader};
use super::sled_faults::io;
use super::{RawRow, StoreError};
pub(super) use file::DayRow;

/// Blocks kept unpacked: what one answer reads again and again. A block is some 64 KiB.
const BLOCKS_KEPT: usize = 16;
/// Own rows fetched at once in a walk: few at first, as most walks end soon.
const FIRST_OWN_ROWS: usize = 4;
const MOST_OWN_ROWS: usize = 256;
pub(super) const FOLDER: &str = "days";
const ENDING: &str = "day";

/// The files of all closed days, oldest first.
type Files = Vec<Arc<DayFile>>;

/// The closed days of one folder.
pub(super) struct Days {
    folder: PathBuf,
    files: RwLock<Files>,
    blocks: Arc<Blocks>,
}

/// The blocks read last, and word of one that could not be.
#[derive(Default)]
struct Blocks {
    kept: Mutex<VecDeque<(NaiveDate, usize, Arc<Block>)>>,
    damaged: Notify,
}

impl Blocks {
    fn get(&self, file: &DayFile, number: usize) -> Result<Arc<Block>, StoreError> {
        let mut kept = self.kept.lock();
        if let Some(at) = kept.iter().position(|(day, kept, _)| *day == file.day() && *kept == number)
            && let Some(found) = kept.remove(at)
        {
            let block = Arc::clone(&found.2);
            kept.push_front(found);
            return Ok(block);
        }
        drop(kept);
        let block = Arc::new(file.block(number).inspect_err(|_| self.damaged.notify_one())?);
        let mut kept = self.kept.lock();
        kept.push_front((file.day(), number, Arc::clone(&block)));
        kept.truncate(BLOCKS_KEPT);
        Ok(block)
    }
}

impl Days {
    /// The closed days of a data folder, each as the engine's rows say it was closed.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when one is missing, damaged, or another than was closed.
    pub(super) fn open(data: &Path, rows: &dyn Kv) -> Result<Self, StoreError> {
        let folder = data.join(FOLDER);
        let (mut files, mut bad) = (Files::new(), Vec::new());
        for closed in Reader(rows).under::<DayRow>("closed day", keys::all(keys::CLOSED_DAY))? {
            match DayFile::open(&path_of(&folder, closed.day)) {
                Ok(file) if file.row() == &closed => files.push(Arc::new(file)),
                Ok(file) => bad.push(damage::another(file.path())),
                Err(error) => bad.push(error),
            }
        }
        damage::all(bad).map_or(Ok(()), Err)?;
        set_aside_others(&folder, &files)?;
        Ok(Self { folder, files: RwLock::new(files), blocks: Arc::default() })
    }

    /// The data folder they are in.
    fn data(&self) -> &Path {
        self.folder.parent().unwrap_or(&self.folder)
    }

    pub(super) fn path_of(&self, day: NaiveDate) -> PathBuf {
        path_of(&self.folder, day)
    }

    /// Shows a day's rows from now on, also beside those the engine still has. Waits for whoever reads without them.
    pub(super) fn add(&self, path: &Path) -> Result<DayRow, StoreError> {
        let file = DayFile::open(path)?;
        let row = file.row().clone();
        self.files.write().push(Arc::new(file));
        Ok(row)
    }

    /// Returns once a file could not be read.
    pub(super) async fn damaged(&self) {
        self.blocks.damaged.notified().await;
    }

    /// The last day, if any is closed.
    pub(super) fn last(&self) -> Option<DayRow> {
        self.files.read_recursive().last().map(|file| file.row().clone())
    }

    /// Every row of every closed day, in order of the keys.
    pub(super) fn walk_all(&self) -> Walk {
        Walk::new(&self.files.read_recursive(), &self.blocks, &(Vec::new()..vec![u8::MAX; 2]), Direction::Up)
    }

    /// The closed days' files, with something that is looked at while no day is added.
    pub(super) fn with<T>(&self, look: impl FnOnce() -> T) -> (Vec<Copied>, T) {
        let files = self.files.read_recursive();
        (files.iter().map(|file| Copied { row: file.row().clone(), path: file.path().to_owned() }).collect(), look())
    }

    fn get(&self, files: &Files, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(sought) = Sought::of(key) else { return Ok(None) };
        // The newest first: it is the one that is asked for most.
        for file in files.iter().rev().filter(|file| file.may_have(sought)) {
            if let Some(block) = file.block_of(key)
                && let Some(row) = self.blocks.get(file, block)?.find(key)
            {
                return Ok(Some(row.to_vec()));
            }
        }
        Ok(None)
    }
}

fn path_of(folder: &Path, day: NaiveDate) -> PathBuf {
    folder.join(format!("{day}.{ENDING}"))
}

/// Whether files of closed days lie in this data dir.
pub(super) fn any_in(data: &Path) -> bool {
    fs::read_dir(data.join(FOLDER)).into_iter().flatten().flatten().any(|entry| is_day(&entry.path()))
}

fn is_day(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == ENDING)
}

/// A file that the rows do not speak of was being closed when the program ended: its rows are all with the engine still. Days
/// are closed one at a time, so more of them are days whose rows the books have lost.
fn set_aside_others(folder: &Path, files: &Files) -> Result<(), StoreError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(io("reading the closed days", &error)),
    };
    let mut unknown = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| io("reading the closed days", &error))?.path();
        if is_day(&path) && !files.iter().any(|file| file.path() == path) {
            unknown.push(path);
        }
    }
    if let [_, _, ..] = unknown.as_slice() {
        let problem = format!(
            "they know nothing of {} closed days in {}: their end is lost. Put a backup back with `konter restore`, or go on \
             without what is lost with `konter rebuild --force`",
            unknown.len(),
            folder.display()
        );
        return Err(StoreError::Corrupt { what: "book", problem });
    }
    for path in unknown {
        let aside = path.with_extension("unused");
        tracing::warn!(file = %path.display(), "a day's file that was not finished is set aside");
        fs::rename(&path, aside).map_err(|error| io("setting an unfinished day aside", &error))?;
    }
    Ok(())
}

/// An engine's own rows over those of the closed days.
#[derive(Clone)]
pub(super) struct WithDays<K> {
    upper: K,
    days: Arc<Days>,
}

impl<K: Kv> WithDays<K> {
    pub(super) const fn new(upper: K, days: Arc<Days>) -> Self {
        Self { upper, days }
    }

    /// The engine's own rows alone.
    pub(super) const fn upper(&self) -> &K {
        &self.upper
    }

    pub(super) const fn days(&self) -> &Arc<Days> {
        &self.days
    }
}

impl<K: Kv> Kv for WithDays<K> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if !key.first().is_some_and(|kind| is_closable(*kind)) {
            return self.upper.get(key);
        }
        // Held over both looks: a day is added before its rows leave the engine, and not while somebody reads.
        let files = self.days.files.read_recursive();
        match self.upper.get(key)? {
            Some(row) => Ok(Some(row)),
            None => self.days.get(&files, key),
        }
    }

    /// A start asks for it. The files' indexes know the number: none of their blocks, which may be damaged, is read for that.
    fn last_key(&self, prefix: Vec<u8>) -> Result<Option<Vec<u8>>, StoreError> {
        let &[kind] = prefix.as_slice() else { return last_by_walk(self, prefix) };
        if !place::begins_with_number(kind) {
            return last_by_walk(self, prefix);
        }
        let files = self.days.files.read_recursive();
        let own = self.upper.last_key(prefix)?;
        let highest = files.iter().filter_map(|file| file.numbers(kind)).map(|(_, last)| last).max();
        Ok(own.max(highest.map(|last| [&[kind], last.to_be_bytes().as_slice()].concat())))
    }

    fn scan(&self, range: Range<Vec<u8>>, direction: Direction, visit: Visit<'_>) -> Result<(), StoreError> {
        let is_one_kind = |kind: &u8| range.end <= under(vec![*kind]).end;
        if range.start.first().is_some_and(|kind| is_one_kind(kind) && !is_closable(*kind)) {
            return self.upper.scan(range, direction, visit);
        }
        let files = self.days.files.read_recursive();
        let mut closed = Walk::new(&files, &self.days.blocks, &range, direction);
        let (mut range, mut most) = (range, FIRST_OWN_ROWS);
        loop {
            // Own rows are fetched before any is shown: days are read from files meanwhile, and no commit may wait for that.
            let mut own: Vec<RawRow> = Vec::new();
            self.upper.scan(range.clone(), direction, &mut |key, row| {
                own.push((key.to_vec(), row.to_vec()));
                Ok(if own.len() < most { CONTINUE } else { ControlFlow::Break(()) })
            })?;
            for (key, row) in &own {
                if closed.before(key, visit)?.is_break() || visit(key, row)?.is_break() {
                    return Ok(());
                }
            }
            let Some((last, _)) = own.pop().filter(|_| own.len() + 1 >= most) else { break };
            direction.pass(&mut range, &last);
            most = (most * 2).min(MOST_OWN_ROWS);
        }
        closed.rest(visit).map(drop)
    }
}

#[cfg(test)]
mod tests;
