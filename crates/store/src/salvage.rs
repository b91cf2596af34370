//! A store made of what can still be read of a damaged one: everything where the state has it all, else as much as books or
//! state have, and then marked as one that was restored: what happened afterwards is not in it.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::books::{self, Found, Position, Readable};
use super::days::{self, WithDays};
use super::kv::{Batch, Direction, Kv as _};
use super::layers::Layers;
use super::parts::{self, PartFile};
use super::read::{BREAK, CONTINUE, Reader};
use super::restored::RESTORED_NAME;
use super::rows::encode;
use super::sled_faults::Faults;
use super::sled_kv::{FOLDER, SledKv, WITNESS, Witness};
use super::sled_options::SledOptions;
use super::sled_store::{locked, write_into};
use super::snapshot::{PAGE, RawRow, RowSource};
use super::{Restored, StoreError, keys, rebuilding};

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Salvaged {
    /// Nothing is lost.
    Whole,
    /// What was written behind this record is lost.
    UpTo(u64),
}

/// Makes a store in the folder `into`, which has none, of what can be read in `data`, which nobody uses. Nothing in `data` is
/// changed.
///
/// # Errors
/// When neither books nor state can be read, or the disk fails.
pub fn salvage(data: &Path, into: &Path, at: DateTime<Utc>) -> Result<Salvaged, StoreError> {
    let _lock = locked(data)?;
    let (options, faults) = (SledOptions::default(), Arc::new(Faults::new(data)));
    let folder = data.join(books::FOLDER);
    let complete = Found::look(&folder).and_then(|found| rebuilding::served(data, &found, options, &faults));
    if let Ok(Some(layers)) = complete {
        make(data, into, Walk::over(layers), None)?;
        return Ok(Salvaged::Whole);
    }
    let readable = books::readable(&folder);
    let state = state(data, options, &faults);
    match (readable, state) {
        (Ok(books), state) if state.as_ref().is_none_or(|(_, witness)| witness.applied.number <= books.end.number) => {
            make(data, into, books.rows, Some(at))?;
            Ok(Salvaged::UpTo(books.end.number))
        }
        (_, Some((layers, witness))) => {
            make(data, into, Walk::over(layers), Some(at))?;
            Ok(Salvaged::UpTo(witness.applied.number))
        }
        (Err(error), None) => Err(error),
        (Ok(Readable { .. }), None) => Err(StoreError::Unavailable("nothing can be read".to_owned())),
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
    let found = Found::look(&data.join(books::FOLDER))?;
    let Some(layers) = rebuilding::served(data, &found, options, &faults)? else { return Ok(Vec::new()) };
    let lacking = days::lacking(data, &layers)?;
    Ok(lacking.into_iter().map(|day| PartFile { part: parts::day_of(&day), path: day.path }).collect())
}

/// What sled alone has.
fn state(data: &Path, options: SledOptions, faults: &Arc<Faults>) -> Option<(Layers, Witness)> {
    let folder = data.join(FOLDER);
    if !folder.join("db").exists() {
        return None;
    }
    let kv = SledKv::open(&folder, options, faults).ok()?;
    let witness = kv.witness().ok()??;
    let end: Position = witness.applied;
    Some((Layers::new(kv, end), witness))
}

/// `at`: something is lost, and this is the moment from which on the shop goes on.
fn make(data: &Path, into: &Path, mut rows: impl RowSource, at: Option<DateTime<Utc>>) -> Result<(), StoreError> {
    books::begin_with(&into.join(books::FOLDER), || rows.next_page())?;
    days::copy(data, into)?;
    write_into(into, |rows| at.map_or_else(|| Ok(Batch::new()), |at| mark(rows, at)))
}

fn mark(rows: &Reader<'_, WithDays<Layers>>, at: DateTime<Utc>) -> Result<Batch, StoreError> {
    let last = rows.pack_with(u64::MAX - 1)?;
    let last = last.and_then(|(_, pack)| super::rows::unpack(&pack).next_back()?.ok());
    let known_up_to = last.map_or(DateTime::UNIX_EPOCH, |line| line.at);
    let mark = Restored::new(known_up_to, at).after(rows.last_numbers()?);
    Ok(vec![(keys::meta(RESTORED_NAME), Some(encode("mark of a restore", &mark)?))])
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
        self.layers.scan(self.from.clone()..vec![WITNESS], Direction::Up, &mut |key, row| {
            page.push((key.to_vec(), row.to_vec()));
            bytes += key.len() + row.len();
            Ok(if bytes < PAGE { CONTINUE } else { BREAK })
        })?;
        if let Some((last, _)) = page.last() {
            self.from = last.iter().copied().chain([0]).collect();
        }
        Ok(page)
    }
}
