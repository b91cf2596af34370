//! A list and its parts read as one backup, and which of those in a folder is the newest.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::PARTS;
use super::manifest::{Listed, Manifest};
use crate::backup::format::Summing;
use crate::backup::{BackupError, folder};
use konter_store::Snapshot;
use konter_store::parts::{Mark, PartFile, rows_of_parts};

/// Parts named where many are bad.
const MOST_NAMED: usize = 5;

/// Opens the backup that a list is, with every part of it proven to be what is listed.
pub(in crate::backup) fn open(list: &Path) -> Result<(Manifest, Snapshot), BackupError> {
    let (manifest, folder) = (Manifest::read(list)?, list.parent().unwrap_or_else(|| Path::new(".")));
    let mut bad: Vec<String> = manifest.parts.iter().filter_map(|listed| is_whole(listed, folder).err()).collect();
    if !bad.is_empty() {
        let more = bad.len().saturating_sub(MOST_NAMED);
        bad.truncate(MOST_NAMED);
        bad.extend((more > 0).then(|| format!("and {more} more")));
        return Err(BackupError::Parts(bad.join("; ")));
    }
    let rows = rows(&manifest.of.books, &manifest.of.end, &manifest.parts, folder)?;
    Ok((manifest, rows))
}

pub(super) fn rows(books: &str, end: &Mark, parts: &[Listed], folder: &Path) -> Result<Snapshot, BackupError> {
    let files: Vec<PartFile> =
        parts.iter().map(|listed| PartFile { part: listed.part.clone(), path: listed.path(folder) }).collect();
    Ok(rows_of_parts(books, end, &files)?)
}

/// Whether a part is there and is what was written; else what is wrong with it.
pub(super) fn is_whole(listed: &Listed, folder: &Path) -> Result<(), String> {
    is_as_listed(listed, &listed.path(folder))
}

pub(super) fn is_as_listed(listed: &Listed, path: &Path) -> Result<(), String> {
    let bad = |problem: &str| Err(format!("{PARTS}/{} {problem}", listed.file));
    let unread = |error: io::Error| bad(&format!("cannot be read: {error}"));
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return bad("is missing"),
        Err(error) => return unread(error),
    };
    let mut sum = Summing::over(io::sink());
    // No further than it should go: it may have grown into anything.
    let bytes = match io::copy(&mut file.take(listed.bytes.saturating_add(1)), &mut sum) {
        Ok(bytes) => bytes,
        Err(error) => return unread(error),
    };
    if bytes < listed.bytes {
        return bad("is cut off");
    }
    if bytes > listed.bytes || sum.hex() != listed.sha256 {
        return bad("is damaged");
    }
    Ok(())
}

/// The backup in a folder that has come furthest, whole or not.
///
/// # Errors
/// When there is none, or when shops that are not one another's past have put theirs there.
pub fn newest(folder: &Path) -> Result<PathBuf, BackupError> {
    let mut all = folder::backups(folder, false)?;
    let lists = folder::manifests(folder)?;
    let mut shops: BTreeMap<&str, Span<'_>> = BTreeMap::new();
    for (path, list) in lists.iter().filter_map(|(path, list)| Some((path, list.as_ref().ok()?))) {
        shops.entry(&list.of.books).or_insert_with(|| Span::of(list, path)).add(list, path);
    }
    // A shop that was restored has books of its own, which begin where those before have ended. Two that go on side by side are
    // two shops.
    let mut spans: Vec<Span<'_>> = shops.into_values().collect();
    spans.sort_unstable_by_key(|span| span.last);
    if let [.., before, last] = spans.as_slice()
        && before.last > last.first
    {
        let named = [before, last].map(|span| span.path.display().to_string());
        return Err(BackupError::TwoShops(named.join(" or ")));
    }
    // Whole files tell nothing of their books, nor do lists that cannot be read: they go by their name.
    let is_other = |path: &PathBuf| !lists.iter().any(|(list, read)| list == path && read.is_ok());
    all.retain(|_, path| is_other(path));
    let (span, other) = (spans.pop(), all.pop_last());
    let later = other.filter(|(at, _)| span.as_ref().is_none_or(|span| *at > span.last)).map(|(_, path)| path);
    later
        .or_else(|| span.map(|span| span.path.to_owned()))
        .ok_or_else(|| BackupError::NoneIn(folder.display().to_string()))
}

/// From when to when books have backups, and the one of these that has come furthest.
struct Span<'a> {
    first: DateTime<Utc>,
    last: DateTime<Utc>,
    furthest: u64,
    path: &'a Path,
}

impl<'a> Span<'a> {
    fn of(list: &Manifest, path: &'a Path) -> Self {
        let at = list.of.made_at;
        Self { first: at, last: at, furthest: list.of.end.record, path }
    }

    fn add(&mut self, list: &Manifest, path: &'a Path) {
        let at = list.of.made_at;
        (self.first, self.last) = (self.first.min(at), self.last.max(at));
        // By records, not by the clock: that may have been set back. They come here by the clock, so of two alike the later.
        if list.of.end.record >= self.furthest {
            (self.furthest, self.path) = (list.of.end.record, path);
        }
    }
}
