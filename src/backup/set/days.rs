//! Closed days' files that a data dir has lost, put back out of its backups: those have the very same files.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::parts_of;
use crate::backup::{BackupError, Unfinished};
use konter_store::lacking_days;
use konter_store::parts::{Part, PartFile, books_in};

/// Puts back what the backups in a folder have of the closed days that a data dir lacks, or whose files are damaged there; those
/// are set aside. Gives what was put back. Nobody may use the data dir meanwhile.
///
/// # Errors
/// When the books cannot be read, or the disk fails.
pub fn put_days_back(data: &Path, backups: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let Some(books) = books_in(data) else { return Ok(Vec::new()) };
    let mut back = Vec::new();
    for day in lacking_days(data)? {
        if put_day_back(&day, &books, backups)? {
            back.push(day.path);
        }
    }
    Ok(back)
}

/// Puts back one day of these books, and sets aside what is damaged. The data dir may be in use: whoever reads the day meanwhile
/// finds the one file or the other. `false`: the backups have no whole copy of it.
///
/// # Errors
/// When the disk fails.
pub fn put_day_back(day: &PartFile, books: &str, backups: &Path) -> Result<bool, BackupError> {
    let path = &day.path;
    let Some(copy) = copy_of(&day.part, books, backups)? else { return Ok(false) };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(BackupError::file(folder))?;
    }
    let unfinished = Unfinished::beside(path)?;
    let copied = io::copy(&mut File::open(&copy).map_err(BackupError::file(&copy))?, &mut unfinished.create()?);
    copied.map_err(BackupError::file(path))?;
    if path.exists() {
        let aside = path.with_extension("damaged");
        let _ = fs::remove_file(&aside);
        // A disk that knows no links has the day away for a moment.
        fs::hard_link(path, &aside).or_else(|_| fs::rename(path, &aside)).map_err(BackupError::file(path))?;
    }
    unfinished.becomes(path)?;
    tracing::warn!(file = %path.display(), copy = %copy.display(), "a closed day was missing or damaged, and is put back");
    Ok(true)
}

/// Proven to be that very day.
fn copy_of(part: &Part, books: &str, backups: &Path) -> Result<Option<PathBuf>, BackupError> {
    let (Part::Day { day, .. }, folder) = (part, parts_of(backups)) else { return Ok(None) };
    if !folder.exists() {
        return Ok(None);
    }
    let named = format!("-{day}-");
    for entry in fs::read_dir(&folder).map_err(BackupError::file(&folder))? {
        let path = entry.map_err(BackupError::file(&folder))?.path();
        let may_be = path.extension().is_some_and(|ending| ending == "day")
            && path.file_name().is_some_and(|name| name.to_string_lossy().contains(&named));
        if may_be && (PartFile { part: part.clone(), path: path.clone() }).prove(books).is_ok() {
            return Ok(Some(path));
        }
    }
    Ok(None)
}
