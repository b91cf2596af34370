//! A closed day's file, read. Blocks of rows in order of their keys, each deflated and with its checksum; a filter; an
//! index of all that, as JSON; at the end where the index stands. Every part is checked when it is read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use flate2::read::DeflateDecoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::super::StoreError;
use super::super::hex::hex;
use super::super::rows::LONGEST_ROW;
use super::super::sled_faults::io as unavailable;
use super::filter::{Filter, Hash};
use super::{damage, place};
use konter_core::ledger::Digest;

pub(super) const MAGIC: &[u8; 8] = b"konday1\n";
/// What stands at the end of a file: place, length and checksum of the index, and the magic again.
pub(super) const TRAILER: usize = 8 + 4 + 4 + 8;
/// A block ends with the row that makes it this long.
pub(super) const BLOCK: usize = 64 << 10;
/// No block is longer unpacked, whatever a damaged one claims.
const LONGEST_BLOCK: usize = BLOCK + LONGEST_ROW + ENTRY + LONGEST_KEY;
/// Keys are hashed when they are long.
const LONGEST_KEY: usize = u16::MAX as usize;
/// Before each row: the lengths of its key and of itself.
pub(super) const ENTRY: usize = 2 + 4;
/// An index is some 60 bytes a block; a gibibyte of rows has 16,384 blocks.
const LONGEST_INDEX: u64 = 64 << 20;
/// What Unix says of a sector that cannot be read.
const EIO: i32 = 5;

/// What the engine's rows say of a closed day: so that a file is missed, or known for another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct DayRow {
    pub day: NaiveDate,
    pub rows: u64,
    /// Number of the last order and of the journal's last row, of this day or before.
    pub last_order: u64,
    pub last_line: u64,
    /// The journal's last line with its digest: a start need not read it. Files made by an earlier program do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal_end: Option<(u64, Digest)>,
    /// SHA-256 of the blocks, in hexadecimal digits.
    pub sha256: String,
}

/// Where a part of the file stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    pub at: u64,
    pub bytes: u32,
    pub crc: u32,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct BlockAt {
    #[serde(flatten)]
    pub part: Part,
    /// Its first key, in hexadecimal digits.
    #[serde(with = "crate::hex")]
    pub first: Vec<u8>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Index {
    pub closed: DayRow,
    pub blocks: Vec<BlockAt>,
    #[serde(with = "crate::hex")]
    pub last_key: Vec<u8>,
    /// Of each kind of row: the lowest and the highest of the numbers that grow with time.
    pub numbers: BTreeMap<u8, (u64, u64)>,
    pub filter: Part,
}

/// What tells of a key whether a day can have it; worked out once for all days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sought {
    Hash(Hash),
    Number(u8, u64),
}

impl Sought {
    /// `None`: no day has such a key.
    pub(super) fn of(key: &[u8]) -> Option<Self> {
        let kind = *key.first()?;
        if place::needs_filter(kind) {
            return Some(Self::Hash(Hash::of(key)));
        }
        place::number(key).map(|number| Self::Number(kind, number))
    }
}

/// A closed day. The file is opened for each look: a shop has more days than a process has handles.
#[derive(Debug)]
pub(super) struct DayFile {
    path: PathBuf,
    index: Index,
    filter: Filter,
}

impl DayFile {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let mut file = open(path)?;
        let torn = || damage::unreadable(path, "its end");
        let length = file.metadata().map_err(|error| unread(path, &error))?.len();
        let trailer_at = length.checked_sub(TRAILER as u64).ok_or_else(torn)?;
        let trailer = read_at(&mut file, path, trailer_at, TRAILER)?;
        let part = trailer_part(&trailer).filter(|part| u64::from(part.bytes) <= LONGEST_INDEX).ok_or_else(torn)?;
        let index = checked(&mut file, path, part, "its index")?;
        let index: Index = serde_json::from_slice(&index).map_err(|_| damage::unreadable(path, "its index"))?;
        let filter = Filter::from_bytes(checked(&mut file, path, index.filter, "its filter")?);
        Ok(Self { path: path.to_owned(), index, filter })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) const fn day(&self) -> NaiveDate {
        self.index.closed.day
    }

    pub(super) const fn row(&self) -> &DayRow {
        &self.index.closed
    }

    pub(super) fn blocks(&self) -> usize {
        self.index.blocks.len()
    }

    pub(super) fn first_key(&self) -> &[u8] {
        self.index.blocks.first().map_or(&[], |block| &block.first)
    }

    pub(super) fn last_key(&self) -> &[u8] {
        &self.index.last_key
    }

    /// The lowest and the highest number of a kind's keys here; `None`: none grows, or there is none.
    pub(super) fn numbers(&self, kind: u8) -> Option<(u64, u64)> {
        self.index.numbers.get(&kind).copied()
    }

    /// Whether a row can be here, as far as can be told without reading.
    pub(super) fn may_have(&self, sought: Sought) -> bool {
        match sought {
            Sought::Hash(hash) => self.filter.may_have(hash),
            Sought::Number(kind, number) => {
                self.numbers(kind).is_some_and(|(first, last)| (first..=last).contains(&number))
            }
        }
    }

    /// The block a row would be in.
    pub(super) fn block_of(&self, key: &[u8]) -> Option<usize> {
        self.index.blocks.partition_point(|block| block.first.as_slice() <= key).checked_sub(1)
    }

    pub(super) fn block(&self, number: usize) -> Result<Block, StoreError> {
        Block::unpack(&self.packed(number)?).ok_or_else(|| damage::unreadable(&self.path, &format!("block {number}")))
    }

    fn packed(&self, number: usize) -> Result<Vec<u8>, StoreError> {
        let place = || format!("block {number}");
        let at = self.index.blocks.get(number).ok_or_else(|| damage::unreadable(&self.path, &place()))?;
        let mut file = open(&self.path)?;
        checked(&mut file, &self.path, at.part, &place())
    }

    /// Reads all of it: whether it is the day that was closed. That one was unpacked when it was written.
    pub(super) fn prove(&self) -> Result<(), StoreError> {
        let mut digest = Sha256::new();
        for number in 0..self.blocks() {
            digest.update(&self.packed(number)?);
        }
        if hex(&digest.finalize()) == self.row().sha256 { Ok(()) } else { Err(damage::another(&self.path)) }
    }
}

fn open(path: &Path) -> Result<File, StoreError> {
    File::open(path).map_err(|error| unread(path, &error))
}

/// A bad sector is damage like a wrong checksum: the file has to be put back. Anything else may be over in a moment.
fn unread(path: &Path, error: &io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::NotFound => damage::missing(path),
        ErrorKind::UnexpectedEof => damage::unreadable(path, "its length"),
        _ if cfg!(unix) && error.raw_os_error() == Some(EIO) => damage::unreadable(path, "the disk cannot read it"),
        _ => unavailable("reading a closed day", error),
    }
}

fn trailer_part(trailer: &[u8]) -> Option<Part> {
    let (at, rest) = trailer.split_first_chunk::<8>()?;
    let (bytes, rest) = rest.split_first_chunk::<4>()?;
    let (crc, magic) = rest.split_first_chunk::<4>()?;
    let part = Part { at: u64::from_be_bytes(*at), bytes: u32::from_be_bytes(*bytes), crc: u32::from_be_bytes(*crc) };
    (magic == MAGIC).then_some(part)
}

pub(super) fn read_at(
    file: &mut (impl Read + Seek),
    path: &Path,
    at: u64,
    bytes: usize,
) -> Result<Vec<u8>, StoreError> {
    let mut read = vec![0; bytes];
    let done = file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(&mut read));
    done.map(|()| read).map_err(|error| unread(path, &error))
}

fn checked(file: &mut File, path: &Path, part: Part, what: &str) -> Result<Vec<u8>, StoreError> {
    let length = file.metadata().map_err(|error| unread(path, &error))?.len();
    let end = part.at.checked_add(u64::from(part.bytes));
    // Before as much memory is taken as a damaged index asks for.
    if end.is_none_or(|end| end > length) {
        return Err(damage::unreadable(path, what));
    }
    let bytes = read_at(file, path, part.at, usize::try_from(part.bytes).unwrap_or(usize::MAX))?;
    if crc32fast::hash(&bytes) != part.crc {
        return Err(damage::unreadable(path, what));
    }
    Ok(bytes)
}

/// Rows side by side, unpacked.
#[derive(Debug)]
pub(super) struct Block {
    bytes: Vec<u8>,
    /// Where each row's entry begins.
    entries: Vec<usize>,
}

impl Block {
    fn unpack(packed: &[u8]) -> Option<Self> {
        let mut bytes = Vec::with_capacity(BLOCK + 4_096);
        DeflateDecoder::new(packed).take(LONGEST_BLOCK as u64 + 1).read_to_end(&mut bytes).ok()?;
        if bytes.len() > LONGEST_BLOCK {
            return None;
        }
        let (mut entries, mut at) = (Vec::new(), 0);
        while at < bytes.len() {
            entries.push(at);
            let (key, row) = entry(&bytes, at)?;
            at += ENTRY + key.len() + row.len();
        }
        Some(Self { bytes, entries })
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn entry(&self, number: usize) -> Option<(&[u8], &[u8])> {
        entry(&self.bytes, *self.entries.get(number)?)
    }

    /// How many rows stand before a key.
    pub(super) fn before(&self, key: &[u8]) -> usize {
        self.entries.partition_point(|at| entry(&self.bytes, *at).is_some_and(|(found, _)| found < key))
    }

    pub(super) fn find(&self, key: &[u8]) -> Option<&[u8]> {
        let (found, row) = self.entry(self.before(key))?;
        (found == key).then_some(row)
    }
}

fn entry(bytes: &[u8], at: usize) -> Option<(&[u8], &[u8])> {
    let (key, rest) = bytes.get(at..)?.split_first_chunk::<2>()?;
    let (row, rest) = rest.split_first_chunk::<4>()?;
    let (key, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*key)))?;
    let row = rest.get(..usize::try_from(u32::from_be_bytes(*row)).ok()?)?;
    Some((key, row))
}
