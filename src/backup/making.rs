//! Backups being written, and read again to prove them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use super::folder::UNFINISHED;
use super::{BackupError, Header, Reader, Writer, seal, set};
use konter_core::ledger::audit::AuditReport;
use konter_store::census::Census;
use konter_store::{RawRow, Snapshot};

/// A backup that was read again to its end.
#[derive(Debug)]
pub struct Made {
    pub made_at: DateTime<Utc>,
    pub rows: u64,
    /// Of the file, or of all parts.
    pub bytes: u64,
    pub report: AuditReport,
}

/// Writes a snapshot as a backup in one file.
///
/// # Errors
/// When the store or `out` fails; what was written is no backup then.
pub fn hand_out<W: Write>(mut snapshot: Snapshot, made_at: DateTime<Utc>, out: W) -> Result<W, BackupError> {
    pack(|| Ok(snapshot.next_page()?), made_at, out)
}

fn pack<W: Write>(
    mut next: impl FnMut() -> Result<Vec<RawRow>, BackupError>,
    made_at: DateTime<Utc>,
    out: W,
) -> Result<W, BackupError> {
    let lost = |error| BackupError::File("writing the backup".to_owned(), error);
    let mut writer = Writer::new(out, &Header::new(made_at)).map_err(lost)?;
    loop {
        let page = next()?;
        if page.is_empty() {
            return writer.finish().map_err(lost);
        }
        for (key, row) in page {
            writer.row(&key, &row).map_err(lost)?;
        }
    }
}

/// Makes a backup of a snapshot: written under another name, read again, and only then there.
///
/// # Errors
/// When it exists and `over` is not said, when it cannot be written, or when it does not read back whole. Whether the
/// shop's books add up stands in the report: a shop with a mistake in its books needs its backups more than any other.
pub fn make(snapshot: Snapshot, made_at: DateTime<Utc>, path: &Path, over: bool) -> Result<Made, BackupError> {
    keep(path, over, |file| {
        let out = hand_out(snapshot, made_at, BufWriter::new(file))?;
        out.into_inner().map(drop).map_err(|error| BackupError::File(path.display().to_string(), error.into_error()))
    })
}

/// The same for a backup that `write` brings.
///
/// # Errors
/// As [`make`], and what `write` says.
pub fn keep(path: &Path, over: bool, write: impl FnOnce(File) -> Result<(), BackupError>) -> Result<Made, BackupError> {
    let unwanted = || (!over && path.exists()).then(|| BackupError::Exists(path.display().to_string()));
    unwanted().map_or(Ok(()), Err)?;
    let unfinished = Unfinished::beside(path)?;
    write(unfinished.create()?)?;
    let made = verify(unfinished.path(), None)?;
    unwanted().map_or(Ok(()), Err)?;
    unfinished.becomes(path)?;
    Ok(made)
}

/// A file under its first name; gone again unless it becomes what it should.
pub struct Unfinished(PathBuf);

impl Unfinished {
    /// In the same folder, so that it can be renamed.
    ///
    /// # Errors
    /// When the path names no file.
    pub fn beside(path: &Path) -> Result<Self, BackupError> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name =
            name.ok_or_else(|| BackupError::File(path.display().to_string(), io::ErrorKind::InvalidInput.into()))?;
        Ok(Self(path.with_file_name(format!(".{name}.{}{UNFINISHED}", std::process::id()))))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Creates it, for nobody else's eyes: a backup holds what the data dir holds.
    ///
    /// # Errors
    /// What the disk says.
    pub fn create(&self) -> Result<File, BackupError> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // Its first name is nobody's business: what refuses it is the folder.
        let folder = self.0.parent().filter(|folder| !folder.as_os_str().is_empty());
        options.open(&self.0).map_err(BackupError::file(folder.unwrap_or_else(|| Path::new("."))))
    }

    /// Durable, then renamed, then the name durable.
    ///
    /// # Errors
    /// What the disk says.
    pub fn becomes(self, path: &Path) -> Result<(), BackupError> {
        let finish = || {
            File::open(&self.0)?.sync_all()?;
            fs::rename(&self.0, path)?;
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
        };
        finish().map_err(BackupError::file(path))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A backup that is read, whatever it is read from.
pub struct Opened {
    /// When its rows stood like this.
    pub made_at: DateTime<Utc>,
    /// Of the file, or of all parts.
    pub bytes: u64,
    from: From,
}

enum From {
    File(Box<Reader<Box<dyn BufRead + Send>>>),
    Parts(Snapshot),
}

impl Opened {
    /// The next rows; none at the end.
    ///
    /// # Errors
    /// When it is cut off or damaged; then nothing that came before may be relied on either.
    pub fn page(&mut self) -> Result<Vec<RawRow>, BackupError> {
        match &mut self.from {
            From::File(reader) => reader.page(),
            From::Parts(rows) => Ok(rows.next_page()?),
        }
    }

    /// Writes it as one file.
    ///
    /// # Errors
    /// When it cannot be read, or `out` fails.
    pub fn pack<W: Write>(mut self, out: W) -> Result<W, BackupError> {
        let made_at = self.made_at;
        pack(|| self.page(), made_at, out)
    }
}

/// Opens a backup: a list of parts, or a file, encrypted or not. Of a list every part has been proven to be what was written.
///
/// # Errors
/// When it cannot be read, is no backup, is not whole, or is encrypted with another passphrase than this.
pub fn open(path: &Path, passphrase: Option<&SecretString>) -> Result<Opened, BackupError> {
    let file = File::open(path).map_err(BackupError::file(path))?;
    let bytes = file.metadata().map_err(BackupError::file(path))?.len();
    let mut input = BufReader::with_capacity(64 << 10, file);
    let begin = input.fill_buf().map_err(BackupError::file(path))?;
    if set::is_manifest(begin) {
        let (list, rows) = set::open(path)?;
        return Ok(Opened { made_at: list.of.made_at, bytes: list.bytes(), from: From::Parts(rows) });
    }
    let is_sealed = seal::is_sealed(begin);
    let input: Box<dyn BufRead + Send> = match (is_sealed, passphrase) {
        (false, _) => Box::new(input),
        (true, None) => return Err(BackupError::Encrypted),
        (true, Some(passphrase)) => Box::new(BufReader::new(seal::unseal(input, passphrase)?)),
    };
    let reader = Reader::new(input)?;
    Ok(Opened { made_at: reader.header.made_at, bytes, from: From::File(Box::new(reader)) })
}

/// Reads a backup to its end, with its checksums and its books.
///
/// # Errors
/// When it is not whole. Whether its books add up stands in the report.
pub fn verify(path: &Path, passphrase: Option<&SecretString>) -> Result<Made, BackupError> {
    let mut opened = open(path, passphrase)?;
    let (rows, report) = census(|| opened.page())?;
    Ok(Made { made_at: opened.made_at, rows, bytes: opened.bytes, report })
}

/// How many rows there are, and what they add up to.
pub(super) fn census(
    mut next: impl FnMut() -> Result<Vec<RawRow>, BackupError>,
) -> Result<(u64, AuditReport), BackupError> {
    let (mut census, mut rows) = (Census::default(), 0);
    loop {
        let page = next()?;
        if page.is_empty() {
            return Ok((rows, census.finish()));
        }
        rows += page.len() as u64;
        for (key, row) in &page {
            census.row(key, row)?;
        }
    }
}
