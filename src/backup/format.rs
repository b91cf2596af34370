//! What a backup looks like inside. A line that names it and its version; then, compressed (gzip), a header and all rows
//! in order of their keys; then the SHA-256 of everything before. It is written and read in one go, never held in
//! memory, and a file without its right end is none.
//!
//! | part | bytes |
//! |---|---|
//! | `konter backup 1\n` | 16 |
//! | gzip of: length of the header (u32), the header (JSON) | |
//! | of each row: length of its key (u32, 1 to 1024), of the row (u32, at most 1 MiB), key, row | |
//! | 0 (u32), number of rows (u64) | |
//! | SHA-256 | 32 |
//!
//! Numbers are big-endian.

use std::io::{self, BufRead, Read, Write};

use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::BackupError;
use konter_store::RawRow;

/// What every version begins with.
const NAME: &[u8] = b"konter backup ";
/// This version's first line.
const MAGIC: &[u8] = b"konter backup 1\n";
const LONGEST_HEADER: u32 = 64 << 10;
/// Keys are short by design: long texts stand in them as hashes.
const LONGEST_KEY: u32 = 1 << 10;
/// As long as the store lets a row get.
const LONGEST_ROW: u32 = 1 << 20;
/// Rows read at once.
const PAGE_ROWS: usize = 1_000;
const PAGE_BYTES: usize = 1 << 20;

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// When its rows stood like this.
    pub made_at: DateTime<Utc>,
    /// The version of the program that wrote it.
    pub program: String,
}

impl Header {
    pub fn new(made_at: DateTime<Utc>) -> Self {
        Self { made_at, program: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// Writes a backup.
pub struct Writer<W: Write> {
    out: GzEncoder<Summing<W>>,
    rows: u64,
}

impl<W: Write> Writer<W> {
    pub fn new(out: W, header: &Header) -> io::Result<Self> {
        let mut out = Summing::over(out);
        out.write_all(MAGIC)?;
        // The rows of an hour are many and alike: the fastest way shrinks them to a tenth.
        let mut out = GzEncoder::new(out, Compression::fast());
        let header = serde_json::to_vec(header)?;
        out.write_all(&length(header.len())?)?;
        out.write_all(&header)?;
        Ok(Self { out, rows: 0 })
    }

    pub fn row(&mut self, key: &[u8], row: &[u8]) -> io::Result<()> {
        self.out.write_all(&length(key.len())?)?;
        self.out.write_all(&length(row.len())?)?;
        self.out.write_all(key)?;
        self.out.write_all(row)?;
        self.rows += 1;
        Ok(())
    }

    /// Writes the end; without it, it is no backup.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.write_all(&0_u32.to_be_bytes())?;
        self.out.write_all(&self.rows.to_be_bytes())?;
        let Summing { mut inner, sum } = self.out.finish()?;
        inner.write_all(&sum.finalize())?;
        inner.flush()?;
        Ok(inner)
    }
}

fn length(length: usize) -> io::Result<[u8; 4]> {
    u32::try_from(length).map(u32::to_be_bytes).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))
}

/// Adds up what goes through.
pub(super) struct Summing<T> {
    inner: T,
    sum: Sha256,
}

impl<T> Summing<T> {
    pub(super) fn over(inner: T) -> Self {
        Self { inner, sum: Sha256::new() }
    }

    /// The sum in hexadecimal digits.
    pub(super) fn hex(self) -> String {
        hex(self.sum.finalize().as_ref())
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl<W: Write> Write for Summing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.sum.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: BufRead> Read for Summing<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut bytes = self.fill_buf()?;
        let read = bytes.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Summing<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        let taken = self.inner.fill_buf().ok().and_then(|bytes| bytes.get(..amount));
        self.sum.update(taken.unwrap_or_default());
        self.inner.consume(amount);
    }
}

/// Reads a backup to its end, and only then knows that all of it was right.
pub struct Reader<R: BufRead> {
    /// `None` once the end has been read.
    input: Option<GzDecoder<Summing<R>>>,
    pub header: Header,
    rows: u64,
}

impl<R: BufRead> Reader<R> {
    /// # Errors
    /// When it does not begin like a backup that this program can read.
    pub fn new(input: R) -> Result<Self, BackupError> {
        let mut input = Summing::over(input);
        let mut magic = [0; MAGIC.len()];
        input.read_exact(&mut magic).map_err(|_| BackupError::NotABackup)?;
        if magic != MAGIC {
            return Err(if magic.starts_with(NAME) { BackupError::Newer } else { BackupError::NotABackup });
        }
        let mut input = GzDecoder::new(input);
        let length = u32::from_be_bytes(array(&mut input)?);
        let header = block(&mut input, length, LONGEST_HEADER)?;
        let header = serde_json::from_slice(&header).map_err(|_| BackupError::Damaged("its header cannot be read"))?;
        Ok(Self { input: Some(input), header, rows: 0 })
    }

    /// The next rows; none at the end.
    ///
    /// # Errors
    /// When it is cut off or damaged; then nothing that came before may be relied on either.
    pub fn page(&mut self) -> Result<Vec<RawRow>, BackupError> {
        let (mut page, mut bytes) = (Vec::new(), 0);
        while let Some(input) = &mut self.input {
            let key = u32::from_be_bytes(array(input)?);
            if key == 0 {
                self.end()?;
                break;
            }
            let row = u32::from_be_bytes(array(input)?);
            let row = (block(input, key, LONGEST_KEY)?, block(input, row, LONGEST_ROW)?);
            self.rows += 1;
            bytes += row.0.len() + row.1.len();
            page.push(row);
            if page.len() >= PAGE_ROWS || bytes >= PAGE_BYTES {
                break;
            }
        }
        Ok(page)
    }

    fn end(&mut self) -> Result<(), BackupError> {
        let Some(mut input) = self.input.take() else { return Ok(()) };
        if u64::from_be_bytes(array(&mut input)?) != self.rows {
            return Err(BackupError::Damaged("it says another number of rows"));
        }
        // Reads on to the end of what was compressed, whose own checksum counts too.
        if input.read(&mut [0]).map_err(unread)? != 0 {
            return Err(BackupError::Damaged("something stands behind its rows"));
        }
        let Summing { inner: mut input, sum } = input.into_inner();
        let stored: [u8; 32] = array(&mut input)?;
        if stored != <[u8; 32]>::from(sum.finalize()) {
            return Err(BackupError::Damaged("its checksum is another"));
        }
        if input.read(&mut [0]).map_err(unread)? != 0 {
            return Err(BackupError::Damaged("something stands behind its end"));
        }
        Ok(())
    }
}

fn array<const N: usize>(input: &mut impl Read) -> Result<[u8; N], BackupError> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes).map_err(unread)?;
    Ok(bytes)
}

fn block(input: &mut impl Read, length: u32, longest: u32) -> Result<Vec<u8>, BackupError> {
    if length > longest {
        return Err(BackupError::Damaged("a part of it is longer than any can be"));
    }
    let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
    input.read_exact(&mut bytes).map_err(unread)?;
    Ok(bytes)
}

fn unread(error: io::Error) -> BackupError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => BackupError::CutOff,
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => BackupError::Damaged("it does not unpack"),
        _ => BackupError::File("the backup".to_owned(), error),
    }
}

#[cfg(test)]
impl Writer<Vec<u8>> {
    /// Bytes as they are.
    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.out.write_all(bytes).unwrap();
    }
}
