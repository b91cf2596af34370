//! Taking old records out of the books: when the files of records have grown past a limit, all rows as of the last of them are
//! written as a base, and then the files go. Made of the books alone, so that nothing that ever happened to sled gets into it.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use parking_lot::Mutex;

use super::files::{self, Kind, Named, Segment, path_of};
use super::record::Position;
use super::{Contents, base};
use crate::StoreError;
use crate::sled_faults::io;
use crate::snapshot::RowSource as _;

/// What must stay free on the disk beside a new base.
const ROOM_LEFT: u64 = 64 << 20;

/// The newest base, whole. A crash can have left the one before beside it: then it is read first, and the other goes.
pub(super) fn newest_base(folder: &Path) -> Result<Option<Named>, StoreError> {
    let mut bases = files::list(folder, Kind::Base)?;
    while bases.len() > 1 {
        let newest = bases.last().map(|base| base.path.clone()).unwrap_or_default();
        match base::Reader::open(&newest).and_then(base::Reader::prove) {
            Ok(()) => files::remove(&bases.remove(0).path),
            Err(error @ StoreError::Corrupt { .. }) => {
                // Aside, not gone: should the records before it be gone already, nothing else has its rows.
                tracing::warn!(%error, "a base is damaged and set aside; the one before it is there still");
                if let Err(error) = fs::rename(&newest, newest.with_extension("base-damaged")) {
                    return Err(io("setting a damaged base aside", &error));
                }
                bases.pop();
            }
            Err(error) => return Err(error),
        }
    }
    Ok(bases.pop())
}

/// Writes bases in the background, one at a time.
#[derive(Default)]
pub(crate) struct Rolling {
    under_way: Option<JoinHandle<()>>,
    stop: Arc<AtomicBool>,
}

impl Rolling {
    /// Begins a base when the records before the file that is written to take more than `least`, and more than twice the
    /// last base.
    pub(crate) fn begin_when_due(&mut self, contents: &Arc<Mutex<Contents>>, least: u64) {
        if self.under_way.as_ref().is_some_and(|thread| !thread.is_finished()) || !is_due(&contents.lock(), least) {
            return;
        }
        let (contents, stop) = (Arc::clone(contents), Arc::clone(&self.stop));
        let write = move || match roll(&contents, &stop) {
            Ok(()) => {}
            Err(error) => tracing::warn!(%error, "no new base could be written; the books keep their records"),
        };
        self.under_way = thread::Builder::new().name("store-base".to_owned()).spawn(write).ok();
    }

    #[cfg(test)]
    pub(super) fn wait(&mut self) {
        if let Some(thread) = self.under_way.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Rolling {
    /// What is half written is begun anew after the next start.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.under_way.take() {
            let _ = thread.join();
        }
    }
}

fn is_due(contents: &Contents, least: u64) -> bool {
    let closed: u64 = contents.segments.iter().rev().skip(1).map(|segment| segment.bytes).sum();
    let base = contents.base.as_ref().map_or(0, |base| base.bytes);
    closed > least.max(base.saturating_mul(2))
}

fn roll(contents: &Mutex<Contents>, stop: &AtomicBool) -> Result<(), StoreError> {
    let began = Instant::now();
    let (folder, id, to, mut rows, size) = {
        let contents = contents.lock();
        let Some(to) = end_of_closed(&contents)? else { return Ok(()) };
        let files = contents.segments.iter().chain(&contents.base);
        let size: u64 = files.map(|file| file.bytes).sum();
        (contents.folder.clone(), contents.id, to, contents.as_of(to)?, size)
    };
    // The shop's own records go first. What cannot be told is no reason to let them grow for ever.
    if fs2::available_space(&folder).is_ok_and(|free| free < size + ROOM_LEFT) {
        return Err(StoreError::Unavailable("there is too little room on the disk".to_owned()));
    }
    let path = path_of(&folder, Kind::Base, to.number);
    let written = (|| {
        let mut writer = base::Writer::begin(&folder, id, to)?;
        loop {
            let page_began = Instant::now();
            let page = rows.next_page()?;
            if page.is_empty() {
                return writer.finish();
            }
            for (key, row) in page {
                writer.row(&key, &row)?;
            }
            if stop.load(Ordering::Relaxed) {
                return Err(StoreError::Unavailable("the shop is closing".to_owned()));
            }
            // A quarter of the time: orders go on beside this.
            thread::sleep(page_began.elapsed() * 3);
        }
    })();
    if let Err(error) = written {
        let _ = fs::remove_file(path.with_extension("base-new"));
        return if stop.load(Ordering::Relaxed) { Ok(()) } else { Err(error) };
    }
    let bytes = fs::metadata(&path).map_err(|error| io("looking at a base", &error))?.len();
    let mut contents = contents.lock();
    let old = contents.base.replace(Named { path, number: to.number, bytes });
    let (gone, stay) = std::mem::take(&mut contents.segments).into_iter().partition(|file| file.number <= to.number);
    contents.segments = stay;
    drop(contents);
    let gone: Vec<Named> = gone;
    for file in old.iter().chain(&gone) {
        files::remove(&file.path);
    }
    tracing::debug!(record = to.number, bytes, took = ?began.elapsed(), "a new base of the books");
    Ok(())
}

/// The last record before the file that is written to.
fn end_of_closed(contents: &Contents) -> Result<Option<Position>, StoreError> {
    let Some(last) = contents.segments.iter().rev().nth(1) else { return Ok(None) };
    let bytes = fs::read(&last.path).map_err(|error| io("reading the books", &error))?;
    let reading = Segment { bytes: &bytes, file: &last.path, first: last.number };
    Ok(reading.read(Some(contents.id), None, &mut |_| Ok(()))?.last)
}
