//! A list and its parts read as one backup, and which of those in a folder is the newest.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::PARTS;
use super::manifest::{Listed, Manifest};
use crate::backup::folder::Lists;
use crate::backup::format::Summing;
use crate::backup::{BackupError, folder};
use konter_store::Snapshot;
use konter_store::parts::{Mark, Part, PartFile, books_in, rows_of_parts, went_through};

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
    Ok(rows_of_parts(books, end, &files(parts, folder))?)
}

fn files(parts: &[Listed], folder: &Path) -> Vec<PartFile> {
    parts.iter().map(|listed| PartFile { part: listed.part.clone(), path: listed.path(folder) }).collect()
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
/// When there is none, or when it cannot be told which one it is: shops that are not one another's past have put theirs there, or
/// one shop went on from an older copy of itself.
pub fn newest(folder: &Path) -> Result<PathBuf, BackupError> {
    let mut all = folder::backups(folder, false)?;
    let lists = folder::manifests(folder)?;
    // Whole files tell nothing of their books, nor do lists that cannot be read: they go by their name.
    let is_other = |path: &PathBuf| !lists.iter().any(|(list, read)| list == path && read.is_ok());
    all.retain(|_, path| is_other(path));
    let mut spans: Vec<Span<'_>> = spans_of(&lists).into_values().collect();
    spans.sort_unstable_by_key(Span::last);
    let file = all.iter().rfind(|(_, path)| !folder::is_manifest(path));
    if are_several_shops(&spans, file.map(|(at, _)| *at)) {
        let file = file.map(|(_, path)| path.display().to_string());
        let named: Vec<String> = file.into_iter().chain(spans.iter().map(|span| how_much(span.furthest))).collect();
        return Err(BackupError::SeveralShops(named.join(" or ")));
    }
    match (spans.pop(), all.pop_last()) {
        (Some(span), Some((at, path))) if at > span.last() => Ok(path),
        (Some(span), _) => span.furthest(folder),
        (None, Some((_, path))) => Ok(path),
        (None, None) => Err(none_in(folder)),
    }
}

/// All backups in a folder, the one that has come furthest last. Lists go by what they say themselves, whatever the clock was that
/// named them; of the same books by their records.
///
/// # Errors
/// When the folder cannot be read.
pub(in crate::backup) fn by_how_far(folder: &Path) -> Result<Vec<(DateTime<Utc>, PathBuf)>, BackupError> {
    let lists = folder::manifests(folder)?;
    let spans = spans_of(&lists);
    let how_far = |(at, path): &(DateTime<Utc>, PathBuf)| {
        let list = lists.iter().find(|(list, _)| list == path).and_then(|(_, list)| list.as_ref().ok());
        let listed = list.map(|list| {
            let until = spans.get(list.of.books.as_str()).map_or(list.of.made_at, Span::last);
            (until, list.of.end.record, list.of.made_at)
        });
        listed.unwrap_or((*at, 0, *at))
    };
    let mut all: Vec<(DateTime<Utc>, PathBuf)> = folder::backups(folder, false)?.into_iter().collect();
    all.sort_by_key(how_far);
    Ok(all)
}

/// Of the backups beside this one the one that has come furthest, where that is another. One by a name of its own, or encrypted,
/// goes by the clock.
pub(in crate::backup) fn newer_beside(file: &Path, made_at: DateTime<Utc>) -> Option<(DateTime<Utc>, PathBuf)> {
    let folder = file.parent().filter(|folder| *folder != Path::new("")).unwrap_or_else(|| Path::new("."));
    let mut all = by_how_far(folder).unwrap_or_default();
    let own = all.iter().position(|(_, path)| path.file_name() == file.file_name());
    if own.is_none() {
        all.extend(folder::backups(folder, true).unwrap_or_default());
        all.sort();
    }
    let furthest = all.len().checked_sub(1);
    all.pop().filter(|(at, _)| own.map_or(*at > made_at, |own| Some(own) != furthest))
}

/// Whether the last of these is not what became of those before. A shop that was restored has books of its own, which begin where
/// others have ended, with their rows. Two that go on side by side are two shops; so is one that began with nothing behind
/// others: its data dir was lost, or its settings do not name its database any more, whose backups are whole files.
fn are_several_shops(spans: &[Span<'_>], file: Option<DateTime<Utc>>) -> bool {
    let Some((last, before)) = spans.split_last() else { return false };
    let is_beside = before.last().is_some_and(|before| before.last() > last.first);
    is_beside || (last.is_born && (!before.is_empty() || file.is_some_and(|at| at < last.first)))
}

/// The same of these books, where the folder has backups of theirs: another shop's are not looked at.
///
/// # Errors
/// As [`newest`].
pub fn newest_of(books: &str, folder: &Path) -> Result<PathBuf, BackupError> {
    let lists = folder::manifests(folder)?;
    // One that cannot be read may be theirs.
    let all_read = lists.iter().all(|(_, list)| list.is_ok());
    match spans_of(&lists).remove(books).filter(|_| all_read) {
        Some(span) => span.furthest(folder),
        None => newest(folder),
    }
}

/// Whether a folder has backups, whosever they are. One that cannot be read tells of none.
pub fn are_in(backups: &Path) -> bool {
    [false, true].into_iter().any(|sealed| folder::backups(backups, sealed).is_ok_and(|found| !found.is_empty()))
}

/// The record that the books of a data dir had come to, by their newest backup in a folder. Where the data dir has no books, and the
/// folder backups, there was one. 0: nothing is known; a folder that cannot be read tells nothing.
#[must_use]
pub fn came_to(data: &Path, backups: &Path) -> u64 {
    let Some(books) = books_in(data) else { return u64::from(are_in(backups)) };
    let newest = folder::newest(backups, &folder::Own::Lists { books }, DateTime::<Utc>::MAX_UTC).ok().flatten();
    newest.and_then(|(_, list)| Manifest::read(&list).ok()).map_or(0, |list| list.of.end.record)
}

fn spans_of(lists: &Lists) -> BTreeMap<&str, Span<'_>> {
    let mut spans: BTreeMap<&str, Span<'_>> = BTreeMap::new();
    for (path, list) in lists.iter().filter_map(|(path, list)| Some((path, list.as_ref().ok()?))) {
        spans.entry(&list.of.books).and_modify(|span| span.add(path, list)).or_insert_with(|| Span::of(path, list));
    }
    spans
}

fn none_in(folder: &Path) -> BackupError {
    let sealed = folder::backups(folder, true).ok().and_then(|mut sealed| sealed.pop_last());
    let folder = folder.display().to_string();
    match sealed {
        Some((_, newest)) => BackupError::AllEncrypted { folder, newest: newest.display().to_string() },
        None => BackupError::NoneIn(folder),
    }
}

type List<'a> = (&'a Path, &'a Manifest);

/// Whoever has to choose sees the one that is empty. A restored shop has few records, and all else in its base.
fn how_much((path, list): List<'_>) -> String {
    format!("{} ({} records, {} bytes)", path.display(), list.of.end.record, list.bytes())
}

/// The backups of books in a folder: from when to when, and those that have come furthest.
struct Span<'a> {
    first: DateTime<Utc>,
    /// By the clock.
    latest: List<'a>,
    /// By records.
    furthest: List<'a>,
    /// These books began with nothing: others begin with a base.
    is_born: bool,
}

impl<'a> Span<'a> {
    fn of(path: &'a Path, list: &'a Manifest) -> Self {
        let both = (path, list);
        Self { first: list.of.made_at, latest: both, furthest: both, is_born: is_born(list) }
    }

    fn add(&mut self, path: &'a Path, list: &'a Manifest) {
        self.first = self.first.min(list.of.made_at);
        self.is_born |= is_born(list);
        if list.of.made_at >= self.last() {
            self.latest = (path, list);
        }
        // Not by the clock: that may have been set back. They come here by the clock, so of two alike the later.
        if list.of.end.record >= self.furthest.1.of.end.record {
            self.furthest = (path, list);
        }
    }

    const fn last(&self) -> DateTime<Utc> {
        self.latest.1.of.made_at
    }

    /// The list that has all the others have.
    fn furthest(&self, folder: &Path) -> Result<PathBuf, BackupError> {
        let ((path, furthest), (_, latest)) = (self.furthest, self.latest);
        // After a clock was set back the latest is the other's past. After a data dir was put back by copying it need not be. Where
        // the furthest cannot be read, that is said when it is put back.
        let end = &latest.of.end;
        if *end == furthest.of.end || went_through(end, &files(&furthest.parts, folder)).unwrap_or(true) {
            return Ok(path.to_owned());
        }
        Err(BackupError::Forked([self.furthest, self.latest].map(how_much).join(" or ")))
    }
}

fn is_born(list: &Manifest) -> bool {
    !list.parts.iter().any(|listed| matches!(listed.part, Part::Base { .. }))
}
