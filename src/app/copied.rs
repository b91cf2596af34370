//! Looking at a data dir that cannot be written: a copy on a read-only disk, or another user's. Opening a store writes, so a copy
//! of its books for the while is opened instead; sled's folder is made of them.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::Failure;
use super::open::MOVED;
use crate::backup::BUILT_IN;
use konter_store::{StoreError, is_in_use};

const BOOKS: &str = "books";
/// A store's books, and its closed days.
const FOLDERS: [&str; 2] = [BOOKS, "days"];
/// Locked by the process that has a store open.
const LOCK: &str = "lock";
/// Folders left by others with the same process number.
const MOST_LEFT: u32 = 100;

/// Gone when it is dropped.
pub(super) struct Copied(PathBuf);

impl Drop for Copied {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("warning: {} cannot be removed: {error}", self.0.display());
        }
    }
}

impl Copied {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// A copy of the store in this folder, when there is one that cannot be opened where it is.
    ///
    /// # Errors
    /// [`Failure::Fault`] when a shop is at work in it, or it cannot be copied.
    pub(super) fn where_needed(dir: &Path) -> Result<Option<Self>, Failure> {
        let is_shop = dir.join(BOOKS).exists() && !dir.join(MOVED).exists() && !dir.join(BUILT_IN).exists();
        if is_shop && !is_writable(dir) { Self::of(dir).map(Some) } else { Ok(None) }
    }

    fn of(dir: &Path) -> Result<Self, Failure> {
        let failed = |error: io::Error| {
            let temp = std::env::temp_dir();
            let words = "cannot be written, and copying it failed";
            Failure::Fault(format!("{} {words} (to {}; TMPDIR says where): {error}", dir.display(), temp.display()))
        };
        // A shop at work is not to be copied like this.
        if is_in_use(dir) {
            let in_use = StoreError::InUse(dir.display().to_string());
            return Err(Failure::Fault(format!("{}: {in_use}", dir.display())));
        }
        let copy = Self(new_folder().map_err(failed)?);
        eprintln!("{} cannot be written: a copy of it in {} is looked at", dir.display(), copy.0.display());
        copy.take(dir).map_err(failed)?;
        Ok(copy)
    }

    fn take(&self, dir: &Path) -> io::Result<()> {
        for (from, to) in FOLDERS.map(|folder| (dir.join(folder), self.0.join(folder))) {
            fs::create_dir(&to)?;
            if from.is_dir() {
                for entry in fs::read_dir(from)? {
                    let entry = entry?;
                    copy(&entry.path(), &to.join(entry.file_name()))?;
                }
            }
        }
        Ok(())
    }
}

fn is_writable(dir: &Path) -> bool {
    #[cfg(unix)]
    let may = rustix::fs::access(dir, rustix::fs::Access::WRITE_OK).is_ok();
    #[cfg(not(unix))]
    let may = true;
    let lock = dir.join(LOCK);
    may && (!lock.exists() || File::options().write(true).open(lock).is_ok())
}

fn new_folder() -> io::Result<PathBuf> {
    let name = |n: u32| std::env::temp_dir().join(format!("konter-look-{}-{n}", std::process::id()));
    let mut last = Err(io::Error::from(io::ErrorKind::AlreadyExists));
    for path in (0..MOST_LEFT).map(name) {
        // What is there already may be somebody's trap.
        last = fs::create_dir(&path).map(|()| path);
        if !last.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::AlreadyExists) {
            break;
        }
    }
    last
}

/// The content alone: the copy must be written, whatever the modes say of what was copied.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    io::copy(&mut File::open(from)?, &mut File::create_new(to)?).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use konter_store::Store;
    use konter_store::audit::audit;
    use konter_store::sled_store::{SledOptions, SledStore};

    #[tokio::test(flavor = "multi_thread")]
    async fn a_copy_is_audited_like_the_store_and_leaves_it_alone() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("data");
        let store = Store::new(SledStore::open(&dir, SledOptions::default()).unwrap());
        let busy = Copied::of(&dir).map(drop).unwrap_err();
        assert!(matches!(&busy, Failure::Fault(words) if words.contains("another process has")), "{busy}");
        let report = audit(&store).await.unwrap();
        drop(store);
        let listed = || fs::read_dir(dir.join(BOOKS)).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap());
        let before: Vec<_> = listed().collect();
        let copied = Copied::of(&dir).unwrap();
        let again = Store::new(SledStore::open(copied.path(), SledOptions::default()).unwrap());
        let path = copied.path().to_owned();
        assert_eq!(audit(&again).await.unwrap(), report);
        drop((again, copied));
        assert!(!path.exists(), "the copy is gone");
        assert!(listed().eq(before));
    }
}
