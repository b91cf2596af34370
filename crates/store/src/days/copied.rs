//! Closed days' files wherever they were copied to.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::StoreError;
use super::super::kv::Direction;
use super::file::DayFile;
use super::{DayRow, Walk, damage};

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

/// Reads a copied day to its end.
pub(in super::super) fn prove(path: &Path, day: chrono::NaiveDate, sha256: &str) -> Result<(), StoreError> {
    let file = DayFile::open(path)?;
    if file.day() != day || file.row().sha256 != sha256 {
        return Err(damage::another(path));
    }
    file.prove()
}
