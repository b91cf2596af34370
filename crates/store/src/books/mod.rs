//! The books: append-only files of records, each the rows of one group of commits, synced before anybody is answered. They
//! alone are the truth; everything else of a store can be made of them again.
//!
//! A record torn at the very end was never answered and is cut off. Anything else that does not read is damage, and said.

mod as_of;
mod base;
mod copied;
mod cut;
mod files;
mod record;
mod rolling;
mod rows;
mod show;

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

pub use as_of::AsOf;
pub(super) use copied::{CopiedFile, Original, prove_base, prove_piece, rows_of, stands_in};
pub use files::{FOLDER, whose};
use files::{HEADER, Kind, Named, Segment, path_of};
use record::End;
pub use record::{Hash, Position, Record};
pub(super) use rolling::Rolling;
pub use rows::read as read_rows;
pub(super) use rows::write_row;
pub use show::{read_anything, show};

use super::StoreError;
use super::kv::Batch;
use super::sled_faults::io;
use super::snapshot::RawRow;
use as_of::{Held, OpenSegment};

/// Room is written with zeros so far ahead. A sync of bytes within a file's length takes two thirds of one that makes it
/// longer, and does not wait for what other files of the same disk have grown by.
const AHEAD: usize = 4 << 20;

/// What the folder holds, for whoever reads beside the writer.
pub(super) struct Contents {
    folder: PathBuf,
    /// A random number that no other shop's books have.
    id: Hash,
    base: Option<Named>,
    segments: Vec<Named>,
}

/// How a new file is made; tests run out of handles.
type Make = fn(&Path) -> std::io::Result<File>;

fn make(path: &Path) -> std::io::Result<File> {
    File::options().read(true).write(true).create_new(true).open(path)
}

/// The writer's side. There is one.
pub(super) struct Books {
    contents: Arc<Mutex<Contents>>,
    end: Position,
    current: File,
    /// Of the current file: bytes of records, and how long it is with the zeros behind them.
    written: u64,
    length: u64,
    /// After so many bytes the next record begins a new file.
    longest: u64,
    /// Held open, so that a new file's name can be made durable when no handle is to be had.
    names: File,
    make: Make,
    /// A new file could not be made: records go on into the last one, and each tries again.
    is_late: bool,
    /// A file has been begun since it was asked.
    has_begun: bool,
}

impl Contents {
    fn newest(&self) -> Option<&Named> {
        self.segments.last()
    }

    /// Opens everything that tells the rows as of a record. What is removed afterwards stays readable.
    pub(super) fn as_of(&self, to: Position) -> Result<AsOf, StoreError> {
        let base = self.base.as_ref().map(|base| base::Reader::open(&base.path)).transpose()?;
        if base.as_ref().is_some_and(|base| base.books != self.id) {
            let path = self.base.as_ref().map_or(self.folder.as_path(), |base| &base.path);
            return Err(files::damaged(path, "belongs to another shop's books"));
        }
        let begin = base.as_ref().map_or(0, |base| base.position.number);
        let mut segments = Vec::new();
        for (place, segment) in self.segments.iter().enumerate() {
            let is_in_base = self.segments.get(place + 1).is_some_and(|next| next.number <= begin + 1);
            if is_in_base || segment.number > to.number {
                continue;
            }
            let file = File::open(&segment.path);
            let file = file.map_err(|error| io(&format!("opening {}", files::shown(&segment.path)), &error))?;
            segments.push(OpenSegment { path: segment.path.clone(), first: segment.number, held: Held::Open(file) });
        }
        Ok(AsOf::new(self.id, base, segments, to))
    }

    /// The same files as they are, to be copied.
    pub(super) fn original(&self, to: Position) -> Result<Original, StoreError> {
        Original::of(self.id, to, self.as_of(to)?)
    }
}

/// Whether a folder has books in it.
fn are_in(folder: &Path) -> Result<bool, StoreError> {
    Ok(!files::list(folder, Kind::Book)?.is_empty() || !files::list(folder, Kind::Base)?.is_empty())
}

/// Begins books in a folder that has none: the rows stand in a base. `next` gives them a page at a time, in order of their
/// keys, none at the end.
pub(super) fn begin_with<E: From<StoreError>>(
    folder: &Path,
    mut next: impl FnMut() -> Result<Vec<RawRow>, E>,
) -> Result<(), E> {
    fs::create_dir_all(folder).map_err(|error| io("making the books' folder", &error))?;
    if are_in(folder)? {
        return Err(StoreError::Unavailable("there is a store in this folder".to_owned()).into());
    }
    let id: Hash = rand::random();
    let mut base = base::Writer::begin(folder, id, Position { number: 0, hash: id })?;
    loop {
        let page = next()?;
        if page.is_empty() {
            return Ok(base.finish()?);
        }
        for (key, row) in page {
            base.row(&key, &row)?;
        }
    }
}

/// As much of damaged books as can be read.
pub(super) struct Readable {
    pub rows: AsOf,
    pub end: Position,
}

/// Reads books from their beginning to the first damage.
///
/// # Errors
/// When not even their beginning can be read.
pub(super) fn readable(folder: &Path) -> Result<Readable, StoreError> {
    let (base, segments) = (rolling::newest_base(folder)?, files::list(folder, Kind::Book)?);
    let reader = base.as_ref().map(|base| base::Reader::open(&base.path)).transpose()?;
    let mut end = reader.as_ref().map(|base| base.position);
    let mut id = reader.as_ref().map(|base| base.books);
    if let Some(reader) = reader {
        reader.prove()?;
    }
    for segment in &segments {
        let bytes = fs::read(&segment.path).map_err(|error| io("reading the books", &error))?;
        id = id.or_else(|| files::read_header(&bytes, Kind::Book));
        let before = end.or_else(|| id.map(|id| Position { number: 0, hash: id }));
        if before.is_none_or(|before| segment.number > before.number + 1) {
            break;
        }
        let reading = Segment { bytes: &bytes, file: &segment.path, first: segment.number };
        let last = before.filter(|before| before.number + 1 == segment.number);
        let Ok(read) = reading.read(id, last, &mut |_| Ok(())) else { break };
        end = read.last.filter(|read| before.is_none_or(|before| read.number > before.number)).or(before);
        if read.end != End::Clean {
            break;
        }
    }
    let begin = StoreError::Corrupt { what: "book", problem: "not even their beginning can be read".to_owned() };
    let (Some(id), Some(end)) = (id, end) else { return Err(begin) };
    let contents = Contents { folder: folder.to_owned(), id, base, segments };
    Ok(Readable { rows: contents.as_of(end)?, end })
}

/// Books that have been looked at and not touched.
pub(super) struct Found {
    contents: Contents,
    end: Position,
    /// Where the last record stands in the newest file; `None` when that has none.
    written: Option<Range<u64>>,
    /// Begun, and nothing written to it that was ever answered.
    empty: Vec<PathBuf>,
    is_torn: bool,
}

impl Found {
    /// Looks at the books in this folder; there may be none. Only their end is read here.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the end is damaged, or files are missing.
    pub(super) fn look(folder: &Path) -> Result<Self, StoreError> {
        let failed = |error: std::io::Error| io("opening the books", &error);
        let base = rolling::newest_base(folder)?;
        let reader = base.as_ref().map(|base| base::Reader::open(&base.path)).transpose()?;
        let mut segments = files::list(folder, Kind::Book)?;
        let mut id = reader.as_ref().map(|base| base.books);
        // A base ends where a file of records did. Those before it were removed, and a power cut can have brought some back.
        let covered = reader.as_ref().map_or(0, |base| base.position.number);
        let stale: Vec<PathBuf> =
            segments.extract_if(.., |segment| segment.number <= covered).map(|segment| segment.path).collect();
        let (mut found, mut empty, mut is_torn) = (None, Vec::new(), false);
        while let Some(segment) = segments.last() {
            let bytes = fs::read(&segment.path).map_err(failed)?;
            id = id.or_else(|| files::read_header(&bytes, Kind::Book));
            let reading = Segment { bytes: &bytes, file: &segment.path, first: segment.number };
            let mut length = 0;
            let read = reading.read(id, None, &mut |record| {
                length = record.bytes() as u64;
                Ok(())
            })?;
            match read.end {
                End::Damaged(record) => return Err(files::unreadable(&segment.path, record)),
                // Only the newest is ever being written.
                End::Torn if !empty.is_empty() => return Err(files::unreadable(&segment.path, segment.number)),
                End::Torn => is_torn = true,
                End::Clean => {}
            }
            if let Some(last) = read.last {
                found = Some((last, read.bytes - length..read.bytes));
                break;
            }
            empty.extend(segments.pop().map(|segment| segment.path));
        }
        empty.extend(stale);
        let id = id.unwrap_or_else(rand::random);
        let before = reader.map_or(Position { number: 0, hash: id }, |base| base.position);
        let end = found.as_ref().map_or(before, |(last, _)| *last);
        if let Some(first) = segments.first().filter(|first| first.number > before.number + 1) {
            return Err(files::missing(before.number + 1, first.number - 1));
        }
        if end.number < before.number {
            return Err(files::missing(end.number + 1, before.number));
        }
        let contents = Contents { folder: folder.to_owned(), id, base, segments };
        Ok(Self { contents, end, written: found.map(|(_, bytes)| bytes), empty, is_torn })
    }

    pub(super) const fn end(&self) -> Position {
        self.end
    }

    pub(super) const fn id(&self) -> Hash {
        self.contents.id
    }

    /// Nothing was ever written in them.
    pub(super) const fn are_new(&self) -> bool {
        self.end.number == 0 && self.contents.base.is_none()
    }

    /// Not a file is there.
    pub(super) const fn are_none(&self) -> bool {
        self.contents.base.is_none() && self.contents.segments.is_empty() && self.empty.is_empty()
    }

    /// All rows as of the end.
    pub(super) fn rows(&self) -> Result<AsOf, StoreError> {
        self.contents.as_of(self.end)
    }

    /// Makes them ready to be written on: what is torn is cut off.
    pub(super) fn write_on(self, longest: u64) -> Result<Books, StoreError> {
        let failed = |error: std::io::Error| io("opening the books", &error);
        let Self { contents, end, written, empty, is_torn } = self;
        if is_torn {
            tracing::warn!("the books' end is torn: a commit that nobody was told of is not there");
        }
        fs::create_dir_all(&contents.folder).map_err(failed)?;
        for folder in contents.folder.canonicalize().map_err(failed)?.ancestors().skip(1).take(2) {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        }
        let names = File::open(&contents.folder).map_err(failed)?;
        for path in empty {
            fs::remove_file(path).map_err(failed)?;
        }
        let newest = contents.newest().cloned();
        let contents = Arc::new(Mutex::new(contents));
        let (current, written) = match newest.zip(written) {
            Some((newest, written)) => {
                let mut current = File::options().read(true).write(true).open(&newest.path).map_err(failed)?;
                current.set_len(written.end).map_err(failed)?;
                write_again(&mut current, &written).map_err(failed)?;
                current.sync_all().map_err(failed)?;
                (current, written.end)
            }
            None => (begin_file(make, &names, &contents, end.number + 1).map_err(failed)?, HEADER as u64),
        };
        Ok(Books {
            contents,
            end,
            current,
            written,
            length: written,
            longest,
            names,
            make,
            is_late: false,
            has_begun: true,
        })
    }

    /// Gives the records behind one, in order. `false`: the books do not have them all any more, only their rows in a base.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when one of them is missing or damaged, or does not go on from `after`; whatever `give` says.
    pub(super) fn replay(
        &self,
        after: Position,
        mut give: impl FnMut(Record<'_>) -> Result<(), StoreError>,
    ) -> Result<bool, StoreError> {
        let contents = &self.contents;
        let begins = contents.segments.iter().rposition(|segment| segment.number <= after.number + 1);
        let Some(begins) = begins else { return Ok(after.number == self.end.number) };
        let mut last = None;
        for segment in contents.segments.iter().skip(begins) {
            let bytes = fs::read(&segment.path).map_err(|error| io("reading the books", &error))?;
            let reading = Segment { bytes: &bytes, file: &segment.path, first: segment.number };
            let before = last.or_else(|| (segment.number == after.number + 1).then_some(after));
            let read = reading.read(Some(contents.id), before, &mut |record| {
                if record.number == after.number && record.hash != after.hash {
                    return Err(forked(after.number));
                }
                if record.number > after.number { give(record) } else { Ok(()) }
            })?;
            let next = read.last.map_or(segment.number, |last| last.number + 1);
            if read.end != End::Clean && next <= self.end.number {
                return Err(files::unreadable(&segment.path, next));
            }
            last = read.last.or(last);
        }
        let reached = last.map_or(after.number, |last| last.number);
        if reached != self.end.number {
            return Err(files::missing(reached + 1, self.end.number));
        }
        Ok(true)
    }
}

impl Books {
    pub(super) const fn end(&self) -> Position {
        self.end
    }

    pub(super) fn id(&self) -> Hash {
        self.contents.lock().id
    }

    pub(super) const fn contents(&self) -> &Arc<Mutex<Contents>> {
        &self.contents
    }

    /// Writes a group's rows, in order of their keys. They are durable once [`Self::file`] is synced.
    ///
    /// # Errors
    /// When the disk fails. Nothing may be appended after that before the books were opened again.
    pub(super) fn append(&mut self, rows: &mut Batch) -> Result<Position, StoreError> {
        rows.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let failed = |error: std::io::Error| io("writing the books", &error);
        let (frame, end) = record::frame(self.end, &rows::write(rows))?;
        if self.written >= self.longest && self.written > HEADER as u64 {
            self.begin_next()?;
        }
        let to = self.written + frame.len() as u64;
        self.current.seek(SeekFrom::Start(self.written)).map_err(failed)?;
        self.current.write_all(&frame).map_err(failed)?;
        if to > self.length {
            self.length = to;
            // A disk that has no room for them may have some for records.
            let room = usize::try_from(self.longest).map_or(AHEAD, |longest| AHEAD.min(longest));
            if self.current.write_all(&vec![0; room]).is_ok() {
                self.length += room as u64;
            }
        }
        (self.written, self.end) = (to, end);
        Ok(end)
    }

    /// Begins a file. When none can be made, for want of a handle or of room, the last one gets longer than it should: that
    /// costs nothing but time at a start, and a shop that stands still costs more.
    fn begin_next(&mut self) -> Result<(), StoreError> {
        let failed = |error: std::io::Error| io("beginning a file of the books", &error);
        match begin_file(self.make, &self.names, &self.contents, self.end.number + 1) {
            Ok(file) => {
                // The zeros behind its last record would be read at every rebuild.
                self.current.set_len(self.written).map_err(failed)?;
                if let Some(file) = self.contents.lock().segments.iter_mut().rev().nth(1) {
                    file.bytes = self.written;
                }
                (self.current, self.written, self.length) = (file, HEADER as u64, HEADER as u64);
                self.has_begun = true;
            }
            // One of this name that stays would be read as a gap in the numbers.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Err(failed(error)),
            Err(error) => {
                if !std::mem::replace(&mut self.is_late, true) {
                    tracing::warn!(%error, "a new file of the books cannot be made; the last one is written on, and it is tried again");
                }
                return Ok(());
            }
        }
        if std::mem::take(&mut self.is_late) {
            tracing::info!("a new file of the books could be made again");
        }
        Ok(())
    }

    /// Whether a file has been begun since this was asked last.
    pub(super) const fn has_begun(&mut self) -> bool {
        std::mem::replace(&mut self.has_begun, false)
    }

    /// What has to be synced for the records appended last to be durable.
    pub(super) const fn file(&self) -> &File {
        &self.current
    }
}

/// The last sync may have failed before this start. Then the system takes its bytes for written, though the disk need not
/// have them, and would not write them at the next sync either.
fn write_again(file: &mut File, record: &Range<u64>) -> std::io::Result<()> {
    // The file's beginning goes to the disk with its first record.
    let begin = if record.start == HEADER as u64 { 0 } else { record.start };
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(begin))?;
    (&*file).take(record.end - begin).read_to_end(&mut bytes)?;
    file.seek(SeekFrom::Start(begin))?;
    file.write_all(&bytes)
}

fn begin_file(make: Make, names: &File, contents: &Mutex<Contents>, first: u64) -> std::io::Result<File> {
    let mut contents = contents.lock();
    let path = path_of(&contents.folder, Kind::Book, first);
    let mut file = make(&path)?;
    // A file that cannot be begun must not stay: its name would be read as a gap in the numbers.
    let begun = file.write_all(&files::header(Kind::Book, contents.id)).and_then(|()| names.sync_all());
    if let Err(error) = begun {
        files::remove(&path);
        return Err(error);
    }
    contents.segments.push(Named { path, number: first, bytes: HEADER as u64 });
    Ok(file)
}

/// The books are not the ones that a state was made of.
pub(super) fn forked(record: u64) -> StoreError {
    let problem = format!(
        "record {record} is not the one that stood there before: these books are not the ones the shop went on with"
    );
    StoreError::Corrupt { what: "book", problem }
}

#[cfg(test)]
mod tests;
