//! Closing a day: choosing its rows, writing its file, showing it. Taking the rows out of the engine comes after.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::super::kv::Kv;
use super::super::rows::encode;
use super::super::{RawRow, StoreError, keys};
use super::file::DayFile;
use super::{DayRow, WithDays, choose, write};

/// Rows that leave the engine together at most: bounds how long a commit waits for them.
const ROWS_AT_ONCE: usize = 1_000;

/// What must stay free on the disk: the shop's own records go first.
const ROOM_LEFT: u64 = 64 << 20;

/// A day whose file stands and is shown.
pub(in super::super) struct Closed {
    row: DayRow,
    file: DayFile,
}

impl Closed {
    /// What the engine is to keep of the day.
    pub(in super::super) fn row(&self) -> Result<RawRow, StoreError> {
        Ok((keys::closed_day(self.row.day), encode("closed day", &self.row)?))
    }

    pub(in super::super) const fn rows(&self) -> u64 {
        self.row.rows
    }

    pub(in super::super) fn pages(self) -> Pages {
        Pages { file: self.file, block: 0, waiting: Vec::new() }
    }
}

/// A day's rows a page at a time.
pub(in super::super) struct Pages {
    file: DayFile,
    block: usize,
    waiting: Vec<RawRow>,
}

impl Pages {
    /// The next rows; none when that was all. Blocks on the disk.
    pub(in super::super) fn next(&mut self) -> Result<Vec<RawRow>, StoreError> {
        if self.waiting.is_empty() && self.block < self.file.blocks() {
            let block = self.file.block(self.block)?;
            self.block += 1;
            let rows = (0..block.len()).filter_map(|row| block.entry(row));
            self.waiting = rows.map(|(key, row)| (key.to_vec(), row.to_vec())).collect();
        }
        let rest = self.waiting.split_off(self.waiting.len().min(ROWS_AT_ONCE));
        Ok(std::mem::replace(&mut self.waiting, rest))
    }
}

/// Puts the rows of the days that ended at `ends` into the file of `day`, and shows it. `None`: there is none to be closed.
///
/// # Errors
/// When it cannot be written, or a row cannot be read; nothing has changed then.
pub(in super::super) fn close<K: Kv>(
    rows: &WithDays<K>,
    day: NaiveDate,
    ends: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Option<Closed>, StoreError> {
    let (upper, days) = (rows.upper(), rows.days());
    let last = days.last();
    // A clock or a zone that was set back can bring the same day again: then its rows get the next one's name.
    let day = last.as_ref().and_then(|last| last.day.succ_opt()).map_or(day, |next| next.max(day));
    if fs2::available_space(days.data()).is_ok_and(|free| free < ROOM_LEFT) {
        return Err(StoreError::Unavailable("there is too little room on the disk to close a day".to_owned()));
    }
    let chosen = choose(upper, last.as_ref(), ends, now)?;
    if chosen.is_empty() {
        return Ok(None);
    }
    let path = days.path_of(day);
    write(&path, day, last.as_ref(), &chosen, upper)?;
    let row = days.add(&path)?;
    Ok(Some(Closed { row, file: DayFile::open(&path)? }))
}

/// The day that was closed last, for what may not have left the engine because the program ended.
pub(in super::super) fn closed_last(days: &Arc<super::Days>) -> Result<Option<Closed>, StoreError> {
    let Some(row) = days.last() else { return Ok(None) };
    let file = DayFile::open(&days.path_of(row.day))?;
    Ok(Some(Closed { row, file }))
}
