//! The log's files. A record is appended here and synced before anybody is answered; once its rows have settled in sled and
//! sled is synced, the file it is in goes.
//!
//! A file is named by the number of its first record. In it stands a frame for each: length and number of the record, a
//! checksum over both and the record, the record. Each is synced before the next is written, so a power cut leaves at most
//! one that is torn, and nothing behind it: it was never answered, and is cut off. Anything else that does not read is damage.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::StoreError;
use super::sled_faults::io;

const PREFIX: &str = "log.";
/// Length, number and checksum before each record.
const HEADER: usize = 4 + 8 + 4;

pub(super) struct LogFiles {
    folder: PathBuf,
    /// Oldest first.
    files: VecDeque<Named>,
    /// The last of them, once something was appended.
    current: Option<File>,
    /// After so many bytes the next record begins a new file.
    longest: u64,
    /// Held open, so that a new file's name can be made durable when no handle is to be had.
    names: File,
    make: Make,
    /// A new file could not be made: records go on into the last one, and each tries again.
    is_late: bool,
}

/// How a new file is made; tests run out of handles.
type Make = fn(&Path) -> std::io::Result<File>;

fn make(path: &Path) -> std::io::Result<File> {
    File::create_new(path)
}

struct Named {
    path: PathBuf,
    /// The number of its first record.
    first: u64,
    bytes: u64,
}

impl LogFiles {
    /// Reads the records behind `settled`, in order. What is torn at the end is cut off; what has settled goes.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when one of them is missing or damaged; whatever `give` says.
    pub(super) fn open(
        folder: &Path,
        longest: u64,
        settled: u64,
        mut give: impl FnMut(u64, &[u8]) -> Result<(), StoreError>,
    ) -> Result<Self, StoreError> {
        let mut log = Self {
            folder: folder.to_owned(),
            files: list(folder)?,
            current: None,
            longest,
            names: File::open(folder).map_err(|error| io("opening the log's folder", &error))?,
            make,
            is_late: false,
        };
        log.let_go(settled);
        if let Some(file) = log.files.front().filter(|file| file.first > settled + 1) {
            return Err(damaged(format!("the records before {} are missing", file.first)));
        }
        let mut next = log.files.front().map_or(settled + 1, |file| file.first);
        let last = log.files.len();
        for (place, file) in (1..).zip(&mut log.files) {
            if file.first != next {
                return Err(damaged(format!("the records from {next} to {} are missing", file.first)));
            }
            let bytes = fs::read(&file.path).map_err(|error| io("reading the log", &error))?;
            let mut frames = Frames { bytes: &bytes, at: 0, number: next };
            while let Some((number, record)) = frames.advance() {
                if number > settled {
                    give(number, record)?;
                }
            }
            next = frames.number;
            if frames.at < bytes.len() {
                if place < last || frames.go_on_behind() {
                    return Err(damaged(format!("record {next} does not read")));
                }
                tracing::warn!(record = next, "the log's end is torn: a commit that nobody was told of is not there");
            }
            file.bytes = frames.at as u64;
        }
        log.cut_off_end()?;
        // Of a log that ends before what has settled, nothing is of use, and what comes next would not go on from it.
        if next <= settled {
            log.files.drain(..).for_each(|file| remove(&file.path));
        }
        Ok(log)
    }

    /// Whether a folder has such files.
    pub(super) fn are_in(folder: &Path) -> Result<bool, StoreError> {
        Ok(!list(folder)?.is_empty())
    }

    fn cut_off_end(&mut self) -> Result<(), StoreError> {
        let failed = |error: std::io::Error| io("cutting off the log's torn end", &error);
        let Some(last) = self.files.back() else { return Ok(()) };
        if last.bytes == 0 {
            remove(&last.path);
            self.files.pop_back();
            return Ok(());
        }
        let file = File::options().write(true).open(&last.path).map_err(failed)?;
        if file.metadata().map_err(failed)?.len() > last.bytes {
            file.set_len(last.bytes).and_then(|()| file.sync_all()).map_err(failed)?;
        }
        Ok(())
    }

    /// Writes a record. It is durable once [`Self::current`] is synced.
    ///
    /// # Errors
    /// When the disk fails. Nothing may be appended after that before the log was opened again.
    pub(super) fn append(&mut self, number: u64, record: &[u8]) -> Result<(), StoreError> {
        let frame = frame(number, record)?;
        if self.current.is_none() || self.files.back().is_none_or(|file| file.bytes >= self.longest) {
            self.begin(number)?;
        }
        let (Some(mut current), Some(file)) = (self.current.as_ref(), self.files.back_mut()) else {
            return Err(StoreError::Unavailable("the log has no file".to_owned()));
        };
        current.write_all(&frame).map_err(|error| io("writing the log", &error))?;
        file.bytes += frame.len() as u64;
        Ok(())
    }

    /// Begins a file. When none can be made, for want of a handle or of room, the last one gets longer than it should: that
    /// costs nothing but time at a start, and a shop that stands still costs more.
    fn begin(&mut self, first: u64) -> Result<(), StoreError> {
        let failed = |error: std::io::Error| io("beginning a file of the log", &error);
        let path = self.folder.join(format!("{PREFIX}{first:020}"));
        match (self.make)(&path) {
            Ok(file) => self.current = Some(file),
            // One of this name that stays would be read as a gap in the numbers.
            Err(error) if self.current.is_none() || error.kind() == std::io::ErrorKind::AlreadyExists => {
                return Err(failed(error));
            }
            Err(error) => {
                if !std::mem::replace(&mut self.is_late, true) {
                    tracing::warn!(%error, "a new file of the log cannot be made; the last one is written on, and it is tried again");
                }
                return Ok(());
            }
        }
        if std::mem::take(&mut self.is_late) {
            tracing::info!("a new file of the log could be made again");
        }
        // Its name must last as long as what is in it.
        self.names.sync_all().map_err(failed)?;
        self.files.push_back(Named { path, first, bytes: 0 });
        Ok(())
    }

    /// What has to be synced for the records appended last to be durable.
    pub(super) const fn current(&self) -> Option<&File> {
        self.current.as_ref()
    }

    /// Whether there are files whose records have all settled, those up to `settled`.
    pub(super) fn can_let_go(&self, settled: u64) -> bool {
        self.files.get(1).is_some_and(|next| next.first <= settled + 1)
    }

    /// Removes files whose records have all settled. Sled must be synced: nothing else has them then.
    pub(super) fn let_go(&mut self, settled: u64) {
        while self.can_let_go(settled) {
            if let Some(file) = self.files.pop_front() {
                remove(&file.path);
            }
        }
    }
}

/// A file that stays costs room and is passed over at the next start.
fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path) {
        tracing::warn!(%error, file = %path.display(), "a file of the log that is not needed any more cannot be removed");
    }
}

fn list(folder: &Path) -> Result<VecDeque<Named>, StoreError> {
    let failed = |error: std::io::Error| io("looking for the log", &error);
    let mut files = Vec::new();
    for file in fs::read_dir(folder).map_err(failed)? {
        let path = file.map_err(failed)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix(PREFIX));
        if let Some(first) = name.and_then(|number| number.parse().ok()) {
            files.push(Named { path, first, bytes: 0 });
        }
    }
    files.sort_unstable_by_key(|file| file.first);
    Ok(files.into())
}

fn damaged(problem: String) -> StoreError {
    StoreError::Corrupt { what: "log", problem }
}

fn checksum(head: &[u8], record: &[u8]) -> [u8; 4] {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(head);
    hasher.update(record);
    hasher.finalize().to_be_bytes()
}

fn frame(number: u64, record: &[u8]) -> Result<Vec<u8>, StoreError> {
    let length = u32::try_from(record.len());
    let length =
        length.map_err(|_| StoreError::Unavailable("a group of commits is too long for the log".to_owned()))?;
    let mut frame = Vec::with_capacity(HEADER + record.len());
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(&number.to_be_bytes());
    frame.extend_from_slice(&checksum(&frame, record));
    frame.extend_from_slice(record);
    Ok(frame)
}

/// The record at the beginning of `bytes`, if it has this number and is whole.
fn record_of(bytes: &[u8], number: u64) -> Option<&[u8]> {
    let (head, rest) = bytes.split_first_chunk::<12>()?;
    let (length, stored) = head.split_first_chunk::<4>()?;
    if stored != number.to_be_bytes() {
        return None;
    }
    let (sum, rest) = rest.split_first_chunk::<4>()?;
    let record = rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    (*sum == checksum(head, record)).then_some(record)
}

/// The records of one file.
struct Frames<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Of the record that should stand there.
    number: u64,
}

impl<'a> Frames<'a> {
    fn advance(&mut self) -> Option<(u64, &'a [u8])> {
        let (number, record) = (self.number, record_of(self.bytes.get(self.at..)?, self.number)?);
        self.at += HEADER + record.len();
        self.number += 1;
        Some((number, record))
    }

    /// Whether a later record stands somewhere behind the one that does not read. It was written after that one was synced.
    fn go_on_behind(&self) -> bool {
        /// More records than a file has.
        const FURTHER: u64 = 1_000_000;
        (self.at + 1..self.bytes.len()).any(|at| {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let number = rest.get(4..12).and_then(|number| number.try_into().ok()).map(u64::from_be_bytes);
            let number = number.filter(|number| (self.number + 1..self.number + FURTHER).contains(number));
            number.is_some_and(|number| record_of(rest, number).is_some())
        })
    }
}

#[cfg(test)]
mod tests;
