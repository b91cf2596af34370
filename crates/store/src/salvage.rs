//! A store made of what can still be read of a damaged one: everything where the state has it all, else as much as books or
//! state have, without the closed days whose files cannot be read. What has lost something is marked as one that was restored:
//! what was asked for before may have been done. Where the end is lost, what happened afterwards is not in it.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::books::{self, Position};
use super::days::{self, DayRow, WithDays};
use super::kv::{Batch, Direction, Kv as _, behind};
use super::layers::Layers;
use super::parts::{self, PartFile};
use super::read::{BREAK, CONTINUE, Reader};
use super::restored::RESTORED_NAME;
use super::rows::{decode, encode, unpack};
use super::sled_faults::Faults;
use super::sled_kv::{FOLDER, HIGH_WATER_MARK, HighWaterMark, SledKv};
use super::sled_options::SledOptions;
use super::sled_store::{locked, write_into};
use super::snapshot::{PAGE, RawRow, RowSource};
use super::{Restored, StoreError, keys, rebuilding};

/// What became of it. Both empty: nothing is lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Salvaged {
    /// What was written behind this record is lost.
    pub up_to: Option<u64>,
    /// Whatever is of these closed days is lost, but for balances.
    pub lost_days: Vec<NaiveDate>,
}

/// Makes a store in the folder `into`, which has none, of what can be read in `data`, which nobody uses. Nothing in `data` is
/// changed. `came_to`: see [`SledOptions`].
///
/// # Errors
/// When neither books nor state can be read, or the disk fails.
pub fn salvage(data: &Path, into: &Path, at: DateTime<Utc>, came_to: u64) -> Result<Salvaged, StoreError> {
    let _lock = locked(data)?;
    let (options, faults) = (SledOptions::default(), Arc::new(Faults::new(data)));
    let folder = data.join(books::FOLDER);
    let complete =
        rebuilding::look(data, came_to).and_then(|found| rebuilding::agreeing(data, &found, options, &faults));
    let salvaging = Salvaging { data, into, at };
    if let Ok(Ok((layers, _))) = complete {
        return salvaging.make(Walk::over(layers), None);
    }
    match (books::readable(&folder), state(data, options, &faults)) {
        (Ok(books), state) if state.as_ref().is_none_or(|(_, mark)| mark.applied.number <= books.end.number) => {
            salvaging.make(books.rows, Some(books.end.number))
        }
        (_, Some((layers, mark))) => salvaging.make(Walk::over(layers), Some(mark.applied.number)),
        (Err(error), None) => Err(error),
        (Ok(_), None) => Err(StoreError::Unavailable("nothing can be read".to_owned())),
    }
}

/// The closed days whose files a store that nobody uses lacks, or that are damaged there: each as it has to be, and where. None
/// where its books or its state have to be mended first.
///
/// # Errors
/// When it is in use, its books cannot be read, or the disk fails.
pub fn lacking_days(data: &Path) -> Result<Vec<PartFile>, StoreError> {
    let _lock = locked(data)?;
    let (options, faults) = (SledOptions::default(), Arc::new(Faults::new(data)));
    let found = rebuilding::look(data, 0)?;
    let Ok((layers, _)) = rebuilding::agreeing(data, &found, options, &faults)? else { return Ok(Vec::new()) };
    let lacking = days::lacking(data, &layers)?;
    Ok(lacking.iter().map(parts::file_of).collect())
}

/// What sled alone has.
fn state(data: &Path, options: SledOptions, faults: &Arc<Faults>) -> Option<(Layers, HighWaterMark)> {
    let folder = data.join(FOLDER);
    if !folder.join("db").exists() {
        return None;
    }
    let kv = SledKv::open(&folder, options, faults).ok()?;
    let mark = kv.mark().ok()??;
    let end: Position = mark.applied;
    Some((Layers::new(kv, end), mark))
}

struct Salvaging<'a> {
    data: &'a Path,
    into: &'a Path,
    /// The moment from which on the shop goes on.
    at: DateTime<Utc>,
}

impl Salvaging<'_> {
    /// `up_to`: what is behind this record is lost.
    fn make(&self, mut rows: impl RowSource, up_to: Option<u64>) -> Result<Salvaged, StoreError> {
        let mut lost = Vec::new();
        books::begin_with(&self.into.join(books::FOLDER), || {
            loop {
                let page = rows.next_page()?;
                let is_last = page.is_empty();
                let kept = self.whole(page, &mut lost)?;
                if is_last || !kept.is_empty() {
                    return Ok::<_, StoreError>(kept);
                }
            }
        })?;
        write_into(self.into, |rows| {
            let is_whole = up_to.is_none() && lost.is_empty();
            if is_whole { Ok(Batch::new()) } else { self.mark(rows, &lost, up_to.is_some()) }
        })?;
        Ok(Salvaged { up_to, lost_days: lost.iter().map(|day| day.day).collect() })
    }

    /// Copies the files of the closed days that these rows speak of. One that cannot be read is lost, and its row goes.
    fn whole(&self, page: Vec<RawRow>, lost: &mut Vec<DayRow>) -> Result<Vec<RawRow>, StoreError> {
        let mut kept = Vec::with_capacity(page.len());
        for (key, row) in page {
            if key.first() == Some(&keys::CLOSED_DAY) {
                let day: DayRow = decode("closed day", &row)?;
                match days::copy(self.data, &day, self.into) {
                    Err(StoreError::Corrupt { .. }) => {
                        lost.push(day);
                        continue;
                    }
                    copied => copied?,
                }
            }
            kept.push((key, row));
        }
        Ok(kept)
    }

    fn mark(
        &self,
        rows: &Reader<'_, WithDays<Layers>>,
        lost: &[DayRow],
        is_end_lost: bool,
    ) -> Result<Batch, StoreError> {
        let line = rows.pack_with(u64::MAX - 1)?.and_then(|(_, pack)| unpack(&pack).next_back()?.ok());
        // With no end lost, whatever followed the last line that is left is in the balances.
        let known_up_to = is_end_lost.then(|| line.map_or(DateTime::UNIX_EPOCH, |line| line.at));
        let mut highest = rows.last_numbers()?;
        highest.order = lost.iter().map(|day| day.last_order).fold(highest.order, u64::max);
        let mut mark = Restored::new(known_up_to, self.at).after(highest);
        mark.rebuilt = true;
        mark.lost_days = lost.iter().map(|day| day.day).collect();
        let mut batch = if lost.is_empty() { Batch::new() } else { rows.new_opening(highest.order)? };
        batch.push((keys::meta(RESTORED_NAME), Some(encode("mark of a restore", &mark)?)));
        Ok(batch)
    }
}

/// All rows of a store that stands still.
struct Walk {
    layers: Layers,
    from: Vec<u8>,
}

impl Walk {
    const fn over(layers: Layers) -> Self {
        Self { layers, from: Vec::new() }
    }
}

impl RowSource for Walk {
    fn next_page(&mut self) -> Result<Vec<RawRow>, StoreError> {
        let (mut page, mut bytes): (Vec<RawRow>, usize) = (Vec::new(), 0);
        self.layers.scan(self.from.clone()..vec![HIGH_WATER_MARK], Direction::Up, &mut |key, row| {
            page.push((key.to_vec(), row.to_vec()));
            bytes += key.len() + row.len();
            Ok(if bytes < PAGE { CONTINUE } else { BREAK })
        })?;
        if let Some((last, _)) = page.last() {
            self.from = behind(last);
        }
        Ok(page)
    }
}
