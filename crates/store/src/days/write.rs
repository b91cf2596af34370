//! Writing a closed day: a file of its own, synced and read back whole before any row leaves the engine.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use chrono::NaiveDate;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use sha2::{Digest as _, Sha256};

use super::super::StoreError;
use super::super::hex::hex;
use super::super::keys;
use super::super::kv::{Kv, under};
use super::super::rows::unpack;
use super::super::sled_faults::io;
use super::file::{BLOCK, BlockAt, DayFile, DayRow, ENTRY, Index, MAGIC, Part};
use super::filter::{Filter, Hash};
use super::{damage, place};
use konter_core::ledger::Digest;

/// Sits between `6` and the slowest: the last percents cost more time than they are worth in the background.
const LEVEL: u32 = 7;

#[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
fn failed(error: std::io::Error) -> StoreError {
    io("writing a closed day", &error)
}

/// Writes the rows of these keys that `rows` has. When this returns, the file is on the disk under its name and has been
/// read back; before, there is none of that name.
///
/// # Errors
/// When it cannot be written, or does not read back as it was written.
pub(in super::super) fn write(
    path: &Path,
    day: NaiveDate,
    before: Option<&DayRow>,
    chosen: &BTreeSet<Vec<u8>>,
    rows: &dyn Kv,
) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    let unfinished = path.with_extension("unfinished");
    let written =
        write_rows(&unfinished, day, before, chosen, rows).and_then(|()| read_back(&unfinished, chosen, rows));
    if let Err(error) = written {
        // On a full disk it would take the room that the books need.
        let _ = fs::remove_file(&unfinished);
        return Err(error);
    }
    fs::rename(&unfinished, path).map_err(failed)?;
    // The file's name, and the folder's own.
    for folder in folder.canonicalize().map_err(failed)?.ancestors().take(2) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    }
    Ok(())
}

fn write_rows(
    path: &Path,
    day: NaiveDate,
    before: Option<&DayRow>,
    chosen: &BTreeSet<Vec<u8>>,
    rows: &dyn Kv,
) -> Result<(), StoreError> {
    let mut writer = Writer::new(BufWriter::new(File::create(path).map_err(failed)?)).map_err(failed)?;
    for key in chosen {
        if let Some(row) = rows.get(key)? {
            writer.row(key, &row).map_err(failed)?;
        }
    }
    let pack =
        chosen.range(under(keys::all(keys::JOURNAL))).next_back().map(|key| rows.get(key)).transpose()?.flatten();
    let last = pack.and_then(|pack| unpack(&pack).next_back()?.ok()).map(|last| (last.seq, last.digest));
    writer.finish(day, before, last.or(before.and_then(|before| before.journal_end))).map_err(failed)
}

/// Every row must read back as it is.
fn read_back(path: &Path, chosen: &BTreeSet<Vec<u8>>, rows: &dyn Kv) -> Result<(), StoreError> {
    let file = DayFile::open(path)?;
    let mut chosen = chosen.iter();
    for number in 0..file.blocks() {
        let block = file.block(number)?;
        for (key, row) in (0..block.len()).filter_map(|entry| block.entry(entry)) {
            // Chosen keys without a row have none in the file either.
            if !chosen.any(|chosen| chosen == key) {
                return Err(damage::unreadable(path, "it does not read back as it was written"));
            }
            // Its block has the right checksum, so it is the engine's row that is another one now.
            if rows.get(key)?.as_deref() != Some(row) {
                return Err(StoreError::Busy("a row of the day was corrected while it was being closed"));
            }
        }
    }
    Ok(())
}

struct Writer {
    file: BufWriter<File>,
    at: u64,
    block: Vec<u8>,
    first: Vec<u8>,
    last: Vec<u8>,
    blocks: Vec<BlockAt>,
    numbers: BTreeMap<u8, (u64, u64)>,
    hashes: Vec<Hash>,
    digest: Sha256,
    rows: u64,
}

impl Writer {
    fn new(mut file: BufWriter<File>) -> std::io::Result<Self> {
        file.write_all(MAGIC)?;
        Ok(Self {
            file,
            at: MAGIC.len() as u64,
            block: Vec::new(),
            first: Vec::new(),
            last: Vec::new(),
            blocks: Vec::new(),
            numbers: BTreeMap::new(),
            hashes: Vec::new(),
            digest: Sha256::new(),
            rows: 0,
        })
    }

    fn row(&mut self, key: &[u8], row: &[u8]) -> std::io::Result<()> {
        let too_long = || std::io::Error::other("a row is too long for a closed day");
        if self.block.is_empty() {
            key.clone_into(&mut self.first);
        }
        self.block.reserve(ENTRY + key.len() + row.len());
        self.block.extend_from_slice(&u16::try_from(key.len()).map_err(|_| too_long())?.to_be_bytes());
        self.block.extend_from_slice(&u32::try_from(row.len()).map_err(|_| too_long())?.to_be_bytes());
        self.block.extend_from_slice(key);
        self.block.extend_from_slice(row);
        key.clone_into(&mut self.last);
        self.rows += 1;
        let kind = key.first().copied().unwrap_or_default();
        if let Some(number) = place::number(key) {
            let (first, last) = self.numbers.entry(kind).or_insert((number, number));
            (*first, *last) = ((*first).min(number), (*last).max(number));
        }
        if place::needs_filter(kind) {
            self.hashes.push(Hash::of(key));
        }
        if self.block.len() >= BLOCK { self.end_block() } else { Ok(()) }
    }

    fn end_block(&mut self) -> std::io::Result<()> {
        let mut packed = DeflateEncoder::new(Vec::with_capacity(BLOCK / 4), Compression::new(LEVEL));
        packed.write_all(&self.block)?;
        let packed = packed.finish()?;
        self.digest.update(&packed);
        let part = self.part(&packed)?;
        self.blocks.push(BlockAt { part, first: std::mem::take(&mut self.first) });
        self.block.clear();
        Ok(())
    }

    fn part(&mut self, bytes: &[u8]) -> std::io::Result<Part> {
        let length = u32::try_from(bytes.len()).map_err(|_| std::io::Error::other("a closed day is too long"))?;
        let part = Part { at: self.at, bytes: length, crc: crc32fast::hash(bytes) };
        self.file.write_all(bytes)?;
        self.at += u64::from(length);
        Ok(part)
    }

    fn finish(
        mut self,
        day: NaiveDate,
        before: Option<&DayRow>,
        journal_end: Option<(u64, Digest)>,
    ) -> std::io::Result<()> {
        if !self.block.is_empty() {
            self.end_block()?;
        }
        let last = |kind, before: Option<u64>| {
            self.numbers.get(&kind).map_or(0, |(_, last)| *last).max(before.unwrap_or_default())
        };
        let closed = DayRow {
            day,
            rows: self.rows,
            last_order: last(keys::ORDER, before.map(|row| row.last_order)),
            last_line: last(keys::JOURNAL, before.map(|row| row.last_line)),
            journal_end,
            sha256: hex(&self.digest.clone().finalize()),
        };
        let filter = Filter::new(&self.hashes);
        let filter = self.part(filter.bytes())?;
        let (blocks, last_key) = (std::mem::take(&mut self.blocks), std::mem::take(&mut self.last));
        let index = Index { closed, blocks, last_key, numbers: std::mem::take(&mut self.numbers), filter };
        let index = self.part(&serde_json::to_vec(&index)?)?;
        self.file.write_all(&index.at.to_be_bytes())?;
        self.file.write_all(&index.bytes.to_be_bytes())?;
        self.file.write_all(&index.crc.to_be_bytes())?;
        self.file.write_all(MAGIC)?;
        let file = self.file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.sync_all()
    }
}
