//! One more backup: the parts that are new, and the list of all.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};

use super::manifest::{Listed, Manifest, Of};
use super::{DAMAGED, parts_of, reading};
use crate::backup::format::Summing;
use crate::backup::{BackupError, Unfinished, census, folder};
use konter_core::ledger::audit::AuditReport;
use konter_store::StoreError;
use konter_store::parts::{Part, PartFile, Parts};

/// Each part is proven when it is written. All of a backup is read again so often: what a disk has lost meanwhile comes out
/// while the shop still has it.
const PROVE_ALL_EVERY: TimeDelta = TimeDelta::hours(24);

/// How much is read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// What is new, and once a day all.
    WhenDue,
    /// All: something was found damaged.
    All,
}

/// What became of it.
#[derive(Debug)]
pub struct Copied {
    pub made_at: DateTime<Utc>,
    /// Written now, the list with them.
    pub new_bytes: u64,
    /// Of all parts.
    pub bytes: u64,
    /// What the books add up to, where all was read again.
    pub report: Option<AuditReport>,
}

/// Adds a backup to those in a folder.
///
/// # Errors
/// When a part cannot be read, written or proven, or when there is no room: then there is no such backup. Whether the books add
/// up stands in the report.
pub fn make(parts: &Parts, made_at: DateTime<Utc>, backups: &Path, proof: Proof) -> Result<Copied, BackupError> {
    let list = backups.join(folder::manifest_name(made_at));
    if list.exists() {
        return Err(BackupError::Exists(list.display().to_string()));
    }
    let folder = parts_of(backups);
    fs::create_dir_all(&folder).map_err(BackupError::file(&folder))?;
    let before = latest(parts, backups)?;
    let earlier = before.as_ref().map_or(&[][..], |before| &before.parts);
    let mut copy = Copy { parts, backups, listed: Vec::new(), new_bytes: 0 };
    copy.take(earlier)?;
    let proven_at = before.and_then(|before| before.of.proven_at);
    // A clock that was set back puts nothing off.
    let is_due = proven_at.is_none_or(|at| at > made_at || made_at - at >= PROVE_ALL_EVERY);
    let report = if is_due || proof == Proof::All { Some(copy.prove()?) } else { None };
    // Books that do not add up are looked at each time, until they do.
    let proven_at = report.as_ref().map_or(proven_at, |report| report.is_clean().then_some(made_at));
    let of = Of {
        made_at,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        books: parts.books(),
        end: parts.end(),
        proven_at,
        parts: copy.listed.len(),
    };
    let manifest = Manifest { of, parts: copy.listed };
    let new_bytes = copy.new_bytes + manifest.write(&list)?;
    Ok(Copied { made_at, new_bytes, bytes: manifest.bytes(), report })
}

/// The list that has come furthest with these books, whatever the clock said.
fn latest(parts: &Parts, backups: &Path) -> Result<Option<Manifest>, BackupError> {
    let (books, end) = (parts.books(), parts.end().record);
    // One that cannot be read costs nothing but room: its parts are written once more.
    let lists = folder::manifests(backups)?.into_iter().filter_map(|(_, list)| list.ok());
    let ours = lists.filter(|list| list.of.books == books && list.of.end.record <= end);
    Ok(ours.max_by_key(|list| (list.of.end.record, list.of.made_at)))
}

struct Copy<'a> {
    parts: &'a Parts,
    backups: &'a Path,
    listed: Vec<Listed>,
    new_bytes: u64,
}

impl Copy<'_> {
    /// Takes over what is there of an earlier backup, and writes the rest.
    fn take(&mut self, earlier: &[Listed]) -> Result<(), BackupError> {
        let is_there = |listed: &&Listed| {
            fs::metadata(listed.path(self.backups)).is_ok_and(|file| file.is_file() && file.len() == listed.bytes)
        };
        let there: Vec<&Listed> = earlier.iter().filter(is_there).collect();
        let parts: Vec<Part> = there.iter().map(|listed| listed.part.clone()).collect();
        let new = self.parts.against(&parts)?;
        folder::has_room(self.backups, new.bytes())?;
        self.listed = there.into_iter().filter(|listed| new.knows(&listed.part)).cloned().collect();
        new.copy(&mut |part, from| {
            let listed = write(self.backups, &self.parts.books(), part, from)?;
            self.new_bytes += listed.bytes;
            self.listed.push(listed);
            Ok(())
        })
    }

    /// Reads all of it again. What is damaged is written anew from the shop, which has all of it still.
    fn prove(&mut self) -> Result<AuditReport, BackupError> {
        let damaged: Vec<Listed> =
            self.listed.iter().filter(|part| reading::is_whole(part, self.backups).is_err()).cloned().collect();
        if !damaged.is_empty() {
            for part in &damaged {
                let path = part.path(self.backups);
                tracing::warn!(file = %path.display(), "a part of the backups is damaged; it is set aside and written anew");
                set_aside(&path)?;
            }
            let left: Vec<Listed> = self.listed.iter().filter(|part| !damaged.contains(part)).cloned().collect();
            self.take(&left)?;
            let whole = self.listed.iter().try_for_each(|part| reading::is_whole(part, self.backups));
            whole.map_err(BackupError::Parts)?;
        }
        let mut rows = reading::rows(&self.parts.books(), &self.parts.end(), &self.listed, self.backups)?;
        Ok(census(|| Ok(rows.next_page()?))?.1)
    }
}

/// It stays for a day, for whoever wants to see what the disk has done.
fn set_aside(path: &Path) -> Result<(), BackupError> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(DAMAGED);
    match fs::rename(path, &aside) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        renamed => renamed.map_err(BackupError::file(path))?,
    }
    // Else it goes sooner.
    let _ = File::options().append(true).open(&aside).and_then(|file| file.set_modified(SystemTime::now()));
    Ok(())
}

/// Writes a part: under another name first, read again, and only then there.
fn write(backups: &Path, books: &str, part: Part, from: &mut dyn Read) -> Result<Listed, BackupError> {
    let folder = parts_of(backups);
    // Processes of two containers may have one number, but not one shop's books.
    let unfinished = Unfinished::beside(&folder.join(format!("{}{books}", folder::BEGIN)))?;
    let mut out = Summing::over(unfinished.create()?);
    let bytes = io::copy(from, &mut out).map_err(BackupError::file(&folder))?;
    let sha256 = out.hex();
    let file = file_name(books, &part, &sha256);
    let listed = Listed { part, file, bytes, sha256 };
    let written = PartFile { part: listed.part.clone(), path: unfinished.path().to_owned() };
    reading::is_as_listed(&listed, &written.path).map_err(BackupError::Parts)?;
    // It is what was read, so what is wrong with it is wrong there.
    written.prove(books).map_err(|error| match error {
        StoreError::Corrupt { .. } => BackupError::Own(own_name(&listed.part)),
        other => other.into(),
    })?;
    unfinished.becomes(&listed.path(backups))?;
    Ok(listed)
}

/// What a part is a copy of, in the data dir.
fn own_name(part: &Part) -> String {
    match part {
        Part::Base { at } => format!("books/{:020}.base", at.record),
        Part::Book { first, .. } => format!("books (record {first})"),
        Part::Day { day, .. } => format!("days/{day}.day"),
    }
}

/// The beginning says whose it is, the end what it holds: no two parts of one name differ.
fn file_name(books: &str, part: &Part, sha256: &str) -> String {
    let (whose, sum) = (books.get(..8).unwrap_or(books), sha256.get(..16).unwrap_or(sha256));
    match part {
        Part::Base { at } => format!("{whose}-{:012}-{sum}.base", at.record),
        Part::Book { first, last, .. } => format!("{whose}-{first:012}-{:012}-{sum}.book.gz", last.record),
        Part::Day { day, .. } => format!("{whose}-{day}-{sum}.day"),
    }
}
