//! sled's folder: opened where it agrees with the books, made anew from them where it does not. What lay there is removed once
//! the new one stands, and not before: it holds nothing that the books do not have, and until they have been read to their
//! end it might be the better copy.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::books::{self, Found, Position, read_rows};
use super::kv::Batch;
use super::layers::{self, Layers};
use super::sled_faults::{Faults, io, is_marked, unmark};
use super::sled_kv::{FOLDER, HIGH_WATER_MARK, HighWaterMark, SledKv, Unopened};
use super::sled_options::SledOptions;
use super::snapshot::RowSource as _;
use super::{StoreError, books_end, days};

/// Where it is made, beside the old one.
const NEW: &str = "state.new";
const OLD: &str = "state.old";
/// What a small one is taken for, and one that was never made from the books.
const LARGE: u64 = 256 << 20;
/// Its files may be so many times as long as when it was made.
const GROWN: u64 = 4;
/// Bytes of rows written at once.
const AT_ONCE: usize = 1 << 20;
const SAY_EVERY: Duration = Duration::from_secs(2);

/// The books of a data dir, where they are all that was kept in it. Nothing is written. `came_to`: see [`SledOptions`].
///
/// # Errors
/// When they are gone, emptied, end too early, or their end cannot be read.
pub(super) fn look(data: &Path, came_to: u64) -> Result<Found, StoreError> {
    let found = Found::look(&data.join(books::FOLDER))?;
    let (noted, has_days) = (books_end::known(data), days::any_in(data));
    if found.are_none() {
        let was_kept = has_state(data) || has_days || came_to > 0 || noted.is_some_and(|known| known.record > 0);
        return if was_kept { Err(gone()) } else { Ok(found) };
    }
    // Books that were emptied have no number of their own any more.
    let noted = noted.filter(|known| known.books == found.id() || found.are_new());
    let came_to = noted.map_or(0, |known| known.record).max(came_to);
    if came_to > found.end().number {
        return Err(lost(came_to, found.end()));
    }
    if found.are_new() && has_days {
        return Err(if has_state(data) { emptied() } else { gone() });
    }
    Ok(found)
}

fn has_state(data: &Path) -> bool {
    data.join(FOLDER).join("db").exists()
}

/// Opens sled with all rows of the books, those it does not have yet in memory.
pub(super) fn open(
    data: &Path,
    books: &Found,
    options: SledOptions,
) -> Result<(Layers, HighWaterMark, Arc<Faults>), StoreError> {
    let faults = Arc::new(Faults::new(data));
    let why = match agreeing(data, books, options, &faults)? {
        Ok((layers, mark)) => return Ok((layers, mark, faults)),
        Err(why) => why,
    };
    tracing::warn!(why, "the state is made anew from the books");
    // What was wrong with the old one is no fault of the new one.
    let faults = Arc::new(Faults::new(data));
    rebuild(data, books, options, &faults)?;
    match agreeing(data, books, options, &faults)? {
        Ok((layers, mark)) => Ok((layers, mark, faults)),
        Err(why) => {
            let problem = format!("made anew from the books, it is not usable: {why}");
            Err(StoreError::Corrupt { what: "state", problem })
        }
    }
}

/// A state, or why it has to be made anew.
type Agreeing = Result<(Layers, HighWaterMark), String>;

/// Opens sled where it agrees with the books.
///
/// # Errors
/// When the books are not what they were when sled saw them last.
pub(super) fn agreeing(
    data: &Path,
    books: &Found,
    options: SledOptions,
    faults: &Arc<Faults>,
) -> Result<Agreeing, StoreError> {
    let folder = data.join(FOLDER);
    let is_new = !has_state(data);
    if is_new && !books.are_new() {
        return Ok(Err("it is missing".to_owned()));
    }
    // Emptied books are no new shop's: what else lies here is all that is left, and nothing is made anew of nothing.
    let only_for_books = |why: String| if books.are_new() && !is_new { Err(emptied()) } else { Ok(Err(why)) };
    if is_marked(data) {
        return only_for_books("it was found broken while the shop was at work".to_owned());
    }
    let kv = match SledKv::open(&folder, options, faults) {
        Ok(kv) => kv,
        Err(Unopened::Locked) => return Err(StoreError::InUse(data.display().to_string())),
        Err(Unopened::Failed(error)) => return Err(error),
        Err(Unopened::Damaged(problem)) => return only_for_books(problem),
    };
    if is_new {
        kv.write(&Batch::new(), Some(&HighWaterMark::new(books.id(), books.end(), 0)))?;
    }
    let Ok(Some(mark)) = kv.mark() else {
        return only_for_books("it does not say which record it has come to".to_owned());
    };
    if mark.books != books.id() {
        // A power cut at a shop's very first start leaves books without a number of their own.
        if books.are_new() && mark.seen.number > 0 {
            return Err(lost(mark.seen.number, books.end()));
        }
        return Ok(Err("it was made of other books".to_owned()));
    }
    if mark.seen.number > books.end().number {
        return Err(lost(mark.seen.number, books.end()));
    }
    let Ok(bytes) = kv.bytes() else { return Ok(Err("its files cannot be looked at".to_owned())) };
    if bytes > GROWN * mark.made_with.max(LARGE) {
        return Ok(Err(format!("its files have grown to {} MiB", bytes >> 20)));
    }
    let layers = Layers::new(kv, mark.applied);
    if !read_back(books, &mark, &layers)? {
        return Ok(Err(format!("it ends at record {}, and the books begin later", mark.applied.number)));
    }
    Ok(Ok((layers, mark)))
}

/// Reads what sled does not have yet. `false`: the books do not have all of it one by one any more.
fn read_back(books: &Found, mark: &HighWaterMark, layers: &Layers) -> Result<bool, StoreError> {
    let (mut rows, mut records) = (Vec::new(), VecDeque::new());
    let is_all = books.replay(mark.applied, |record| {
        let position = Position { number: record.number, hash: record.hash };
        if record.number == mark.seen.number && position != mark.seen {
            return Err(super::books::forked(record.number));
        }
        let mut bytes = 0;
        read_rows(record.payload, |key, row| {
            bytes += layers::size(key, row);
            rows.push((key.to_vec(), row.map(<[u8]>::to_vec), record.number));
        })?;
        records.push_back((position, bytes));
        Ok(())
    })?;
    layers.load(rows, records);
    Ok(is_all)
}

fn gone() -> StoreError {
    let problem = "they are gone, and a shop was kept here. Put a backup back with `konter restore`".to_owned();
    StoreError::Corrupt { what: "book", problem }
}

fn emptied() -> StoreError {
    let problem = "nothing is in them, and a shop was kept here. Save what the state still has with `konter rebuild --force`, or put a \
                   backup back with `konter restore`";
    StoreError::Corrupt { what: "book", problem: problem.to_owned() }
}

fn lost(came_to: u64, end: Position) -> StoreError {
    let problem = format!(
        "they end at record {}, and the shop had come to record {came_to}: their end is lost. Put a backup back with `konter restore`, or \
         go on without what is lost with `konter rebuild --force`",
        end.number
    );
    StoreError::Corrupt { what: "book", problem }
}

/// Makes sled's folder anew from the books.
///
/// # Errors
/// When the books cannot be read to their end, or the disk fails; then the old one is still there.
pub(super) fn rebuild(
    data: &Path,
    books: &Found,
    options: SledOptions,
    faults: &Arc<Faults>,
) -> Result<(), StoreError> {
    let failed = |error: std::io::Error| io("making the state anew", &error);
    let (state, new, old) = (data.join(FOLDER), data.join(NEW), data.join(OLD));
    for left in [&new, &old] {
        if left.exists() {
            fs::remove_dir_all(left).map_err(failed)?;
        }
    }
    let unopened = |error| match error {
        Unopened::Failed(error) => error,
        Unopened::Locked => StoreError::InUse(new.display().to_string()),
        Unopened::Damaged(problem) => StoreError::Corrupt { what: "state", problem },
    };
    let kv = SledKv::open(&new, options, faults).map_err(unopened)?;
    fill(&kv, books)?;
    kv.write(&Batch::new(), Some(&HighWaterMark::new(books.id(), books.end(), kv.bytes()?)))?;
    kv.flush()?;
    drop(kv);
    for name in ["conf", "db", "blobs", "."] {
        File::open(new.join(name)).and_then(|file| file.sync_all()).map_err(failed)?;
    }
    if state.exists() {
        fs::rename(&state, &old).map_err(failed)?;
    }
    fs::rename(&new, &state).map_err(failed)?;
    unmark(data);
    File::open(data).and_then(|data| data.sync_all()).map_err(failed)?;
    if old.exists()
        && let Err(error) = fs::remove_dir_all(&old)
    {
        tracing::warn!(%error, folder = %old.display(), "the old state cannot be removed");
    }
    Ok(())
}

fn fill(kv: &SledKv, books: &Found) -> Result<(), StoreError> {
    let (began, mut said, mut count) = (Instant::now(), Instant::now(), 0_u64);
    let (mut rows, mut batch, mut bytes) = (books.rows()?, Batch::new(), 0);
    loop {
        let page = rows.next_page()?;
        let is_last = page.is_empty();
        for (key, row) in page {
            if key.first().is_none_or(|&kind| kind >= HIGH_WATER_MARK) {
                return Err(StoreError::Corrupt { what: "book", problem: "a row in it is no shop's".to_owned() });
            }
            bytes += key.len() + row.len();
            count += 1;
            batch.push((key, Some(row)));
        }
        if is_last || bytes > AT_ONCE {
            kv.write(&batch, None)?;
            batch.clear();
            bytes = 0;
        }
        if is_last {
            break;
        }
        if said.elapsed() > SAY_EVERY {
            said = Instant::now();
            tracing::info!(rows = count, percent = rows.percent(), "making the state anew from the books");
        }
    }
    if count > 0 {
        tracing::info!(rows = count, took = ?began.elapsed(), "the state is made from the books");
    }
    Ok(())
}
