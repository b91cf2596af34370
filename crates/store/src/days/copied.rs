//! Closed days' files wherever they were copied to.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::kv::{Direction, Kv};
use super::super::read::Reader;
use super::super::sled_faults::io;
use super::super::{StoreError, keys};
use super::file::DayFile;
use super::{DayRow, FOLDER, Walk, damage, path_of};

/// A day's file and what it has to be.
pub(in super::super) struct Copied {
    pub row: DayRow,
    pub path: PathBuf,
}

/// Every row of copied days, oldest day first, in order of the keys.
pub(in super::super) fn walk_copied(paths: &[&Path]) -> Result<Walk, StoreError> {
    let files = paths.iter().map(|path| DayFile::open(path).map(Arc::new)).collect::<Result<Vec<_>, _>>()?;
    Ok(Walk::new(&files, &Arc::default(), &(Vec::new()..vec![u8::MAX; 2]), Direction::Up))
}

/// The days that the engine's rows speak of and that are not there as they were closed, each with what it has to be. All of each
/// is read.
pub(in super::super) fn lacking(data: &Path, rows: &dyn Kv) -> Result<Vec<Copied>, StoreError> {
    let mut lacking = Vec::new();
    for row in Reader(rows).under::<DayRow>("closed day", keys::all(keys::CLOSED_DAY))? {
        let path = path_of(&data.join(FOLDER), row.day);
        match prove(&path, row.day, &row.sha256) {
            Err(StoreError::Corrupt { .. }) => lacking.push(Copied { row, path }),
            proven => proven?,
        }
    }
    Ok(lacking)
}

/// Copies a closed day from one data folder into another.
///
/// # Errors
/// [`StoreError::Corrupt`] when it is not there as it was closed; when the disk fails.
pub(in super::super) fn copy(from: &Path, row: &DayRow, into: &Path) -> Result<(), StoreError> {
    let failed = |error: std::io::Error| io("copying a closed day", &error);
    let [from, into] = [from, into].map(|data| data.join(FOLDER));
    let [from, copied] = [&from, &into].map(|folder| path_of(folder, row.day));
    prove(&from, row.day, &row.sha256)?;
    fs::create_dir_all(&into).map_err(failed)?;
    fs::copy(from, &copied).and_then(|_| File::open(&copied)?.sync_all()).map_err(failed)?;
    File::open(&into).and_then(|folder| folder.sync_all()).map_err(failed)
}

/// Reads a copied day to its end.
pub(in super::super) fn prove(path: &Path, day: chrono::NaiveDate, sha256: &str) -> Result<(), StoreError> {
    let file = DayFile::open(path)?;
    if file.day() != day || file.row().sha256 != sha256 {
        return Err(damage::another(path));
    }
    file.prove()
}
