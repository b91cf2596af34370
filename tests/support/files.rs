//! The repository's files, and others.

use std::fs;
use std::path::{Path, PathBuf};

/// A place in the repository.
pub fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every file under a folder; a file is itself.
pub fn files(under: &Path) -> Vec<PathBuf> {
    if under.is_file() {
        return vec![under.to_owned()];
    }
    fs::read_dir(under).unwrap().flat_map(|entry| files(&entry.unwrap().path())).collect()
}

/// Those of them that are Rust.
pub fn sources(under: &Path) -> Vec<PathBuf> {
    files(under).into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}
