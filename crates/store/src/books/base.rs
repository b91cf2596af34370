//! A base: all rows as of one record, in order of their keys, compressed, with a checksum at its end. What the records up to
//! there say it says too, in far fewer bytes, so their files can go.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use sha2::{Digest as _, Sha256};

use super::files::{self, HEADER, Kind, path_of};
use super::record::{Hash, Position, half};
use super::rows::write_row;
use crate::StoreError;
use crate::rows::LONGEST_ROW;
use crate::sled_faults::io;
use crate::snapshot::RawRow;

/// Stands where a key's length would.
const END: u32 = u32::MAX;
const LONGEST_KEY: usize = 1 << 10;

/// Writes a base. It is none before [`Self::finish`].
pub(super) struct Writer {
    to: PathBuf,
    new: PathBuf,
    out: DeflateEncoder<BufWriter<File>>,
    hash: Sha256,
    last_key: Vec<u8>,
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
fn failed(error: std::io::Error) -> StoreError {
    io("writing a base", &error)
}

impl Writer {
    pub(super) fn begin(folder: &Path, books: Hash, position: Position) -> Result<Self, StoreError> {
        let to = path_of(folder, Kind::Base, position.number);
        let new = to.with_extension("base-new");
        let mut file = BufWriter::new(File::create(&new).map_err(failed)?);
        let head = [&files::header(Kind::Base, books)[..], &position.number.to_be_bytes(), &position.hash].concat();
        file.write_all(&head).map_err(failed)?;
        let hash = Sha256::new().chain_update(&head);
        Ok(Self { to, new, out: DeflateEncoder::new(file, Compression::fast()), hash, last_key: Vec::new() })
    }

    pub(super) fn row(&mut self, key: &[u8], row: &[u8]) -> Result<(), StoreError> {
        if key <= self.last_key.as_slice() || key.len() > LONGEST_KEY || row.len() > LONGEST_ROW {
            return Err(StoreError::Corrupt {
                what: "row",
                problem: "it is too long, or in the wrong place".to_owned(),
            });
        }
        key.clone_into(&mut self.last_key);
        let mut bytes = Vec::with_capacity(8 + key.len() + row.len());
        write_row(&mut bytes, key, Some(row));
        self.hash.update(&bytes);
        self.out.write_all(&bytes).map_err(failed)
    }

    /// Makes it durable, reads it again, and only then gives it its name.
    pub(super) fn finish(mut self) -> Result<(), StoreError> {
        self.out.write_all(&END.to_be_bytes()).map_err(failed)?;
        self.out.write_all(&half(self.hash)).map_err(failed)?;
        let file = self.out.finish().map_err(failed)?.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?;
        Reader::open(&self.new)?.prove()?;
        fs::rename(&self.new, &self.to).map_err(failed)?;
        let folder = self.to.parent().unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
    }
}

/// Reads a base row by row.
pub struct Reader {
    path: PathBuf,
    pub(super) books: Hash,
    pub(super) position: Position,
    from: DeflateDecoder<BufReader<File>>,
    hash: Sha256,
    last_key: Vec<u8>,
    is_done: bool,
    length: u64,
}

impl Reader {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let mut file = File::open(path).map_err(|error| io(&format!("opening {}", files::shown(path)), &error))?;
        let not_one = || files::damaged(path, "does not begin as a base does");
        let mut head = [0; HEADER + 24];
        file.read_exact(&mut head).map_err(|_| not_one())?;
        let books = files::read_header(&head, Kind::Base).ok_or_else(not_one)?;
        let (number, hash) = head.get(HEADER..).and_then(|rest| rest.split_first_chunk::<8>()).ok_or_else(not_one)?;
        let position = Position { number: u64::from_be_bytes(*number), hash: hash.try_into().map_err(|_| not_one())? };
        let length = file.metadata().map_or(0, |file| file.len());
        let from = DeflateDecoder::new(BufReader::with_capacity(64 << 10, file));
        let hash = Sha256::new().chain_update(head);
        Ok(Self { path: path.to_owned(), books, position, from, hash, last_key: Vec::new(), is_done: false, length })
    }

    fn damaged(&self) -> StoreError {
        files::damaged(&self.path, "is damaged")
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        let mut bytes = [0; N];
        self.from.read_exact(&mut bytes).map_err(|_| self.damaged())?;
        Ok(bytes)
    }

    /// The next row, `None` behind the last one. Right only once that has come: the checksum stands at the end.
    pub fn next_row(&mut self) -> Result<Option<RawRow>, StoreError> {
        if self.is_done {
            return Ok(None);
        }
        let key_length = self.bytes::<4>()?;
        if u32::from_be_bytes(key_length) == END {
            let (hash, stored) = (half(self.hash.clone()), self.bytes::<16>()?);
            self.is_done = true;
            // The compressed stream has an end of its own.
            let is_whole = hash == stored && matches!(self.from.read(&mut [0]), Ok(0));
            return if is_whole { Ok(None) } else { Err(self.damaged()) };
        }
        let row_length = self.bytes::<4>()?;
        let (key, row) = (self.part(key_length, LONGEST_KEY)?, self.part(row_length, LONGEST_ROW)?);
        if key <= self.last_key {
            return Err(self.damaged());
        }
        self.hash.update([key_length, row_length].concat());
        self.hash.update(&key);
        self.hash.update(&row);
        key.clone_into(&mut self.last_key);
        Ok(Some((key, row)))
    }

    fn part(&mut self, length: [u8; 4], longest: usize) -> Result<Vec<u8>, StoreError> {
        let length = usize::try_from(u32::from_be_bytes(length)).ok().filter(|length| *length <= longest);
        let mut part = vec![0; length.ok_or_else(|| self.damaged())?];
        self.from.read_exact(&mut part).map_err(|_| self.damaged())?;
        Ok(part)
    }

    pub(super) fn into_path(self) -> PathBuf {
        self.path
    }

    pub(super) fn percent(&self) -> u64 {
        (self.from.total_in() * 100).checked_div(self.length).unwrap_or(0)
    }

    /// Reads all of it.
    pub(super) fn prove(mut self) -> Result<(), StoreError> {
        while self.next_row()?.is_some() {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSITION: Position = Position { number: 7, hash: [3; 16] };

    fn write(folder: &Path, rows: &[RawRow]) -> Result<(), StoreError> {
        let mut writer = Writer::begin(folder, [1; 16], POSITION)?;
        rows.iter().try_for_each(|(key, row)| writer.row(key, row))?;
        writer.finish()
    }

    fn read(path: &Path) -> Result<Vec<RawRow>, StoreError> {
        let mut reader = Reader::open(path)?;
        let mut rows = Vec::new();
        while let Some(row) = reader.next_row()? {
            rows.push(row);
        }
        assert_eq!((reader.books, reader.position), ([1; 16], POSITION));
        Ok(rows)
    }

    #[test]
    fn rows_come_back_and_whatever_is_changed_or_cut_off_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let rows: Vec<RawRow> = (0..200_u8).map(|n| (vec![n + 1, 7], vec![n; usize::from(n) * 3])).collect();
        write(folder.path(), &rows).unwrap();
        let path = path_of(folder.path(), Kind::Base, 7);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing half-made is left");
        assert_eq!(read(&path).unwrap(), rows);
        let whole = fs::read(&path).unwrap();
        for end in 0..whole.len() {
            fs::write(&path, &whole[..end]).unwrap();
            assert!(read(&path).is_err(), "cut at {end}");
        }
        for place in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[place] ^= 0x10;
            fs::write(&path, &flipped).unwrap();
            // The same rows can be compressed in other ways.
            assert!(read(&path).is_ok_and(|found| found == rows) || read(&path).is_err(), "flipped at {place}");
        }
    }

    #[test]
    fn rows_out_of_order_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for keys in [["b", "a"], ["a", "a"]] {
            let rows: Vec<RawRow> = keys.map(|key| (key.as_bytes().to_vec(), Vec::new())).into();
            assert!(write(folder.path(), &rows).is_err());
        }
    }
}
