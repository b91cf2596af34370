//! What is said of a closed day's file that is not as it was written. No other file has its rows: only a backup does, which has
//! this very file.

use std::path::Path;

use super::super::StoreError;

/// What cannot be read then.
pub const CLOSED_DAY: &str = "closed day";
/// Days named where many are bad.
const MOST_NAMED: usize = 5;

fn corrupt(path: &Path, problem: &str) -> StoreError {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let help = format!(
        "put it back as it was (backups have it as parts/…-{name}-….day); where no copy of it is left, `konter rebuild --force` \
         goes on without it"
    );
    StoreError::Corrupt { what: CLOSED_DAY, problem: format!("{} {problem}; {help}", path.display()) }
}

/// All that are bad at once: whoever puts one back wants to know of the others.
pub(super) fn all(mut bad: Vec<StoreError>) -> Option<StoreError> {
    let more = bad.len().saturating_sub(MOST_NAMED);
    bad.truncate(MOST_NAMED);
    let mut said: Vec<String> = Vec::new();
    for error in bad {
        match error {
            StoreError::Corrupt { problem, .. } => said.push(problem),
            other => return Some(other),
        }
    }
    said.extend((more > 0).then(|| format!("{more} more closed days")));
    (!said.is_empty()).then(|| StoreError::Corrupt { what: CLOSED_DAY, problem: said.join("\n") })
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
