//! A shop put back from a backup.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use super::{BackupError, making, set};
use konter_store::{Restored, fill};

/// Where the store is built, in the data dir itself: that may be a mount of its own, and may be all we can write to. As
/// long as this folder is there, what stands beside it is not to be opened.
pub const BUILT_IN: &str = "restoring";
/// Beside the shop in its data dir: the secret that a backup of the running shop is asked for with.
pub const TOKEN: &str = "backup.token";
/// The automatic backups, which stay where they are.
const BACKUPS: &str = "backups";

/// A restore before it counts: the rows are in a store of their own.
#[derive(Debug)]
pub struct Restoring {
    data: PathBuf,
    /// The backup that was read: of a folder, its newest.
    pub from: PathBuf,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Of the backups beside it the one that has come furthest, where that is another.
    pub newer: Option<(DateTime<Utc>, PathBuf)>,
    at: DateTime<Utc>,
}

/// Reads a backup into a store of its own below the data dir; nothing that was there is touched. Of a folder it is the newest
/// backup, or none: what happened after an older one is given up only by whoever names it.
///
/// # Errors
/// When the data dir is not empty and `over` is not said, or when the backup is not whole.
pub fn restore(
    from: &Path,
    data: &Path,
    over: bool,
    passphrase: Option<&SecretString>,
    at: DateTime<Utc>,
) -> Result<Restoring, BackupError> {
    // First all of it is read: a bad backup must not cost anything.
    let file =
        if from.is_dir() { newest_whole(from)? } else { read_whole(from, passphrase).map(|()| from.to_owned())? };
    if !over && !others(data)?.is_empty() {
        return Err(BackupError::NotEmpty(data.display().to_string()));
    }
    let mut opened = making::open(&file, passphrase)?;
    let (made_at, newer) = (opened.made_at, set::newer_beside(&file, opened.made_at));
    let restoring = Restoring { made_at, newer, from: file, ..Restoring::begin(data, at)? };
    let mut mark = Restored::new(Some(made_at), at);
    mark.newer = restoring.newer.as_ref().map(|(newer, _)| *newer);
    let filled = fill(&restoring.built_in(), || opened.page(), mark);
    if let Err(error) = filled {
        restoring.give_up();
        return Err(error);
    }
    Ok(restoring)
}

fn read_whole(file: &Path, passphrase: Option<&SecretString>) -> Result<(), BackupError> {
    let mut opened = making::open(file, passphrase)?;
    while !opened.page()?.is_empty() {}
    Ok(())
}

/// The newest backup of a folder, if it is whole.
fn newest_whole(folder: &Path) -> Result<PathBuf, BackupError> {
    let newest = set::newest(folder)?;
    let Err(problem) = read_whole(&newest, None) else { return Ok(newest) };
    let mut others = set::by_how_far(folder)?.into_iter().rev().map(|(_, path)| path).filter(|path| *path != newest);
    let whole = others.find(|path| read_whole(path, None).is_ok());
    Err(BackupError::NewestDamaged {
        newest: newest.display().to_string(),
        problem: Box::new(problem),
        whole: whole.map(|path| path.display().to_string()),
    })
}

impl Restoring {
    /// Makes the folder in which a store is to be built.
    ///
    /// # Errors
    /// When it cannot be made, or what an earlier restore left there cannot be moved aside.
    pub fn begin(data: &Path, at: DateTime<Utc>) -> Result<Self, BackupError> {
        let restoring = Self { data: data.to_owned(), from: PathBuf::new(), made_at: at, newer: None, at };
        let built_in = restoring.built_in();
        if built_in.exists() {
            let aside = restoring.aside()?;
            fs::rename(&built_in, aside.join(BUILT_IN)).map_err(BackupError::file(&built_in))?;
        }
        fs::create_dir_all(&built_in).map_err(BackupError::file(&built_in))?;
        Ok(restoring)
    }

    /// The folder of the new store.
    #[must_use]
    pub fn built_in(&self) -> PathBuf {
        self.data.join(BUILT_IN)
    }

    /// Puts it in the data dir's place. What was there goes into a folder beside it, which is given back.
    ///
    /// # Errors
    /// When files cannot be moved. Then the data dir is not opened before another restore.
    pub fn take_place(self) -> Result<Option<PathBuf>, BackupError> {
        let built_in = self.built_in();
        let others = others(&self.data)?;
        let aside = if others.is_empty() { None } else { Some(self.aside()?) };
        for name in others {
            let (from, to) = (self.data.join(&name), aside.as_ref().map(|aside| aside.join(&name)));
            if let Some(to) = to.filter(|to| to.parent() != Some(from.as_path())) {
                fs::rename(&from, to).map_err(BackupError::file(&from))?;
            }
        }
        for entry in fs::read_dir(&built_in).map_err(BackupError::file(&built_in))? {
            let entry = entry.map_err(BackupError::file(&built_in))?;
            fs::rename(entry.path(), self.data.join(entry.file_name())).map_err(BackupError::file(&entry.path()))?;
        }
        let sync = |folder: &Path| File::open(folder)?.sync_all();
        sync(&self.data).map_err(BackupError::file(&self.data))?;
        fs::remove_dir(&built_in).map_err(BackupError::file(&built_in))?;
        sync(&self.data).map_err(BackupError::file(&self.data))?;
        Ok(aside)
    }

    /// Takes away what was built.
    pub fn give_up(&self) {
        let _ = fs::remove_dir_all(self.built_in());
    }

    /// A new folder for what was there, named by the moment.
    fn aside(&self) -> Result<PathBuf, BackupError> {
        let first = self.data.join(format!("{ASIDE}{}", self.at.format("%Y%m%dT%H%M%SZ")));
        let (mut aside, mut nth) = (first.clone(), 1);
        loop {
            match fs::create_dir(&aside) {
                // Of the same second: what one has put there must not be met by the other.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => nth += 1,
                made => return made.map(|()| aside.clone()).map_err(BackupError::file(&aside)),
            }
            aside = PathBuf::from(format!("{}-{nth}", first.display()));
        }
    }
}

/// What earlier restores have moved aside begins so.
const ASIDE: &str = "before-restore-";

/// What a data dir holds of a shop: everything but its backups, earlier shops, and what is being built.
fn others(data: &Path) -> Result<Vec<std::ffi::OsString>, BackupError> {
    let entries = match fs::read_dir(data) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(BackupError::file(data)(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(BackupError::file(data))?.file_name();
        let shown = name.to_string_lossy();
        if shown != BACKUPS && shown != BUILT_IN && shown != TOKEN && !shown.starts_with(ASIDE) {
            names.push(name);
        }
    }
    Ok(names)
}
