//! What is said of a closed day's file that is not as it was written. No other file has its rows: only a backup does.

use std::path::Path;

use super::super::StoreError;

const HELP: &str = "put this file back as it was, or restore the last backup";

fn corrupt(path: &Path, problem: &str) -> StoreError {
    StoreError::Corrupt { what: "closed day", problem: format!("{} {problem}; {HELP}", path.display()) }
}

pub(super) fn missing(path: &Path) -> StoreError {
    corrupt(path, "is missing")
}

/// It is whole, but not the one that was closed here.
pub(super) fn another(path: &Path) -> StoreError {
    corrupt(path, "belongs to another shop or another time")
}

pub(super) fn unreadable(path: &Path, at: &str) -> StoreError {
    corrupt(path, &format!("is damaged ({at})"))
}
