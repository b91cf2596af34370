//! The folder the automatic backups are kept in: their names, and which of them may go.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::BackupError;
use super::set::{Manifest, PARTS};

pub(super) const BEGIN: &str = "konter-";
/// Of one that is a file of its own.
const END: &str = ".backup";
/// Of one that is a list of parts.
const MANIFEST: &str = ".manifest";
/// Behind the name of an encrypted one.
const SEALED: &str = ".age";
const MOMENT: &str = "%Y%m%dT%H%M%SZ";
/// What a file is called at the end that is still being written.
pub(super) const UNFINISHED: &str = ".part";
/// Nobody writes at a backup for so long.
const LEFT_BEHIND: Duration = Duration::from_secs(24 * 3600);
/// A full disk stops the shop: some thousand orders' worth is left to it.
const LEFT_FREE: u64 = 64 << 20;
/// Every backup is kept so long; of what is older, the last of each day.
const ALL_OF: TimeDelta = TimeDelta::hours(24);

/// What a backup of a moment is called.
#[must_use]
pub fn name(at: DateTime<Utc>) -> String {
    format!("{BEGIN}{}{END}", at.format(MOMENT))
}

/// The same for one that is a list of parts.
#[must_use]
pub fn manifest_name(at: DateTime<Utc>) -> String {
    format!("{BEGIN}{}{MANIFEST}", at.format(MOMENT))
}

/// The same for an encrypted one.
#[must_use]
pub fn sealed_name(at: DateTime<Utc>) -> String {
    name(at) + SEALED
}

fn moment(name: &str) -> Option<DateTime<Utc>> {
    let name = name.strip_prefix(BEGIN)?;
    let moment = name.strip_suffix(END).or_else(|| name.strip_suffix(MANIFEST))?;
    NaiveDateTime::parse_from_str(moment, MOMENT).ok().map(|moment| moment.and_utc())
}

/// The backups in a folder by their moment, oldest first; `sealed` asks for the encrypted ones. Files of other names are
/// not ours. A folder that is not there has none.
///
/// # Errors
/// When the folder cannot be read.
pub fn backups(folder: &Path, sealed: bool) -> Result<BTreeMap<DateTime<Utc>, PathBuf>, BackupError> {
    let mut found = BTreeMap::new();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(found),
        Err(error) => return Err(BackupError::file(folder)(error)),
    };
    for entry in entries {
        let entry = entry.map_err(BackupError::file(folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let plain = if sealed { name.strip_suffix(SEALED) } else { Some(name.as_str()) };
        if let Some(at) = plain.and_then(moment) {
            found.insert(at, entry.path());
        }
    }
    Ok(found)
}

/// Whether a backup of a folder is a list of parts, by its name.
pub fn is_manifest(path: &Path) -> bool {
    path.to_string_lossy().ends_with(MANIFEST)
}

/// Lists of parts, and what each is, if it can be read.
pub type Lists = Vec<(PathBuf, Result<Manifest, BackupError>)>;

/// The lists of parts in a folder, oldest first.
///
/// # Errors
/// When the folder cannot be read.
pub fn manifests(folder: &Path) -> Result<Lists, BackupError> {
    let lists = backups(folder, false)?.into_values().filter(|path| is_manifest(path));
    Ok(lists.map(|path| (path.clone(), Manifest::read(&path))).collect())
}

/// Whose backups are a shop's own: a folder may have those of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Own {
    /// Lists of these books.
    Lists { books: String },
    /// Whole files, which tell nothing of whose they are.
    Files,
}

/// The newest backup of a shop. One from the future was made before the clock was set back, and says nothing about now.
///
/// # Errors
/// When the folder cannot be read.
pub fn newest(folder: &Path, own: &Own, now: DateTime<Utc>) -> Result<Option<(DateTime<Utc>, PathBuf)>, BackupError> {
    let is_own = |path: &Path| match own {
        Own::Lists { books } => is_manifest(path) && Manifest::read(path).is_ok_and(|list| list.of.books == *books),
        Own::Files => !is_manifest(path),
    };
    let mut found = backups(folder, false)?;
    found.retain(|at, _| *at <= now);
    Ok(found.into_iter().rfind(|(_, path)| is_own(path)))
}

/// Deletes what need not be kept any more: everything older than `keep`, and of what is older than a day all but each
/// day's last. The newest always stays. Books of which there are lists are looked at by themselves: another shop's, and what this
/// one's were before it was restored, keep their newest too. Then the parts go that no list names.
///
/// # Errors
/// When the folder cannot be read, or a file not be deleted.
pub fn prune(folder: &Path, now: DateTime<Utc>, keep: TimeDelta) -> Result<usize, BackupError> {
    let lists = manifests(folder)?;
    let books_of = |path: &Path| {
        let list = lists.iter().find(|(list, _)| list == path).and_then(|(_, list)| list.as_ref().ok());
        list.map(|list| list.of.books.clone())
    };
    let found = backups(folder, false)?;
    // What tells nothing of its books counts as theirs that were copied last.
    let last = found.values().rev().find_map(|path| books_of(path));
    let mut of_books: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (at, path) in &found {
        of_books.entry(books_of(path).or_else(|| last.clone())).or_default().push(*at);
    }
    let mut gone = BTreeSet::new();
    for at in of_books.into_values().flat_map(|moments| needless(moments.into_iter(), now, keep)) {
        if let Some(path) = found.get(&at) {
            fs::remove_file(path).map_err(BackupError::file(path))?;
            gone.insert(path);
        }
    }
    // One that was sent lies in the chats; the latest stays until then.
    let sealed = backups(folder, true)?;
    for path in sealed.values().rev().skip(1) {
        fs::remove_file(path).map_err(BackupError::file(path))?;
    }
    sweep(folder, |name| name.starts_with(&format!(".{BEGIN}")) && name.ends_with(UNFINISHED))?;
    let left = lists.into_iter().filter(|(path, _)| !gone.contains(path)).map(|(_, list)| list);
    // One that cannot be read may be mended by hand: until it goes, so may no part.
    if let Ok(left) = left.collect::<Result<Vec<_>, _>>()
        && folder.join(PARTS).exists()
    {
        let named: BTreeSet<String> = left.into_iter().flat_map(|list| list.parts).map(|part| part.file).collect();
        sweep(&folder.join(PARTS), |name| !named.contains(name))?;
    }
    Ok(gone.len())
}

/// Clears away what nobody needs: what a process left behind that was killed over it, and parts of no backup any more. Not
/// what is young: a backup that is being made names its parts last.
fn sweep(folder: &Path, is_needless: impl Fn(&str) -> bool) -> Result<(), BackupError> {
    for entry in fs::read_dir(folder).map_err(BackupError::file(folder))? {
        let entry = entry.map_err(BackupError::file(folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let written = entry.metadata().and_then(|file| file.modified()).ok();
        let is_old = written.and_then(|at| at.elapsed().ok()).is_some_and(|age| age > LEFT_BEHIND);
        if is_old && is_needless(&name) {
            fs::remove_file(entry.path()).map_err(BackupError::file(&entry.path()))?;
        }
    }
    Ok(())
}

/// Whether a file of about so many bytes can be written without taking the room the shop itself needs.
///
/// # Errors
/// [`BackupError::NoRoom`], or what the disk says.
pub fn has_room(folder: &Path, bytes: u64) -> Result<(), BackupError> {
    let free = fs2::available_space(folder).map_err(BackupError::file(folder))?;
    let wanted = bytes.saturating_add(bytes / 2).saturating_add(LEFT_FREE);
    if free >= wanted {
        return Ok(());
    }
    Err(BackupError::NoRoom { folder: folder.display().to_string(), free, wanted })
}

fn needless(
    moments: impl DoubleEndedIterator<Item = DateTime<Utc>>,
    now: DateTime<Utc>,
    keep: TimeDelta,
) -> Vec<DateTime<Utc>> {
    let mut day_kept = None;
    let mut newest = true;
    let mut needless = Vec::new();
    for at in moments.rev() {
        let age = now - at;
        let is_wanted = if age <= ALL_OF {
            age <= keep || newest
        } else {
            (age <= keep || newest) && day_kept != Some(at.date_naive())
        };
        if age > ALL_OF && is_wanted {
            day_kept = Some(at.date_naive());
        }
        if !is_wanted {
            needless.push(at);
        }
        newest = false;
    }
    needless
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn every_backup_of_a_day_is_kept_then_each_days_last_then_none() {
        let now = at("2026-11-21T10:30:00Z");
        let hourly = (0..24 * 10).map(|hours| now - TimeDelta::hours(hours));
        let mut all: Vec<_> = hourly.collect();
        all.reverse();
        let gone = needless(all.iter().copied(), now, TimeDelta::days(3));
        let kept: Vec<String> =
            all.iter().filter(|at| !gone.contains(at)).map(|at| at.format("%d %H").to_string()).collect();
        assert_eq!(kept.first().map(String::as_str), Some("18 23"), "{kept:?}");
        assert_eq!(kept[1], "19 23");
        assert_eq!(kept[2], "20 09", "of yesterday what is older than a day, but for the last of that");
        assert_eq!(kept.len(), 3 + 25, "{kept:?}");
    }

    #[test]
    fn the_only_backup_stays_however_old() {
        let now = at("2026-11-21T10:30:00Z");
        assert!(needless([at("2020-01-01T00:00:00Z")].into_iter(), now, TimeDelta::days(3)).is_empty());
    }

    #[test]
    fn other_files_are_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let now = at("2026-11-21T10:30:00Z");
        let old = now - TimeDelta::days(30);
        for name in ["konter-old.backup", "notes.txt", &name(old), &name(old - TimeDelta::days(1)), &sealed_name(old)] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        assert_eq!(prune(folder.path(), now, TimeDelta::days(7)).unwrap(), 1);
        let mut left: Vec<String> =
            fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        left.sort();
        let sealed = sealed_name(old);
        assert_eq!(left, [name(old).as_str(), sealed.as_str(), "konter-old.backup", "notes.txt"]);
    }
}
