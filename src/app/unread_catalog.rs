//! The catalog's file beside a shop that has products: it may have been edited in the belief that a start reads it. Which
//! file was read is remembered in the data dir, so that nobody is told of one that has not changed since.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::open::cannot_be_ordered;
use konter_core::catalog::{Catalog, read_catalog};
use konter_documents::workbook::table;
use sha2::{Digest as _, Sha256};

/// In the data dir: what the file was that is known.
const KNOWN: &str = "catalog.read";

/// Remembers the file as one that has been read, or told of. Best effort: without it somebody is told once more.
pub(super) fn note_known(dir: &Path, path: &Path) {
    if let Some(print) = print_of(path)
        && let Err(error) = fs::write(dir.join(KNOWN), print)
    {
        tracing::debug!(%error, "which catalog file was read is not remembered");
    }
}

/// Whether it is remembered which file was read.
pub(super) fn is_any_known(dir: &Path) -> bool {
    dir.join(KNOWN).exists()
}

/// What to say of a file that has changed since it was read.
pub(super) fn unread_catalog(dir: &Path, path: &Path) -> Option<String> {
    let words = "has changed since it was read, and is read only by the first start; the shop sells what its store has. To \
                 take over what is in the file, send it to the bot from an owner's chat";
    let known = fs::read_to_string(dir.join(KNOWN)).ok();
    (print_of(path)? != known.unwrap_or_default()).then(|| format!("catalog: {} {words}", path.display()))
}

/// Whether the shop sells all of the file just as it says, whoever took it over.
pub(super) fn is_sold_as_it_says(path: &Path, sold: &Catalog) -> bool {
    let products = fs::read(path).ok().and_then(|bytes| read_catalog(&table(&bytes), None, &cannot_be_ordered).ok());
    products.is_some_and(|products| products.iter().all(|product| sold.get(&product.code) == Some(product)))
}

/// What the file is told by from another one.
fn print_of(path: &Path) -> Option<String> {
    let bytes = fs::read(path).ok()?;
    let mut print = String::new();
    for byte in Sha256::digest(bytes) {
        let _ = write!(print, "{byte:02x}");
    }
    Some(print)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_that_has_changed_since_is_told_of() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("catalog.csv");
        assert_eq!(unread_catalog(dir.path(), &file), None, "there is none");
        fs::write(&file, konter_core::catalog::SAMPLE).unwrap();
        assert!(unread_catalog(dir.path(), &file).is_some(), "nobody knows whether it was read");
        note_known(dir.path(), &file);
        assert_eq!(unread_catalog(dir.path(), &file), None);
        fs::write(&file, konter_core::catalog::SAMPLE.replace("10500", "10600")).unwrap();
        let told = unread_catalog(dir.path(), &file).unwrap();
        assert!(told.contains("has changed") && told.contains("catalog.csv"), "{told}");
    }
}
