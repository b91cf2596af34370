//! Copies of a whole shop, in one file or in parts that several share (`set`), and shops out of them. Here are files and bytes; what a row means is the
//! store's business, when a copy is made the shop's. Everything here blocks on the disk: not for a thread that serves
//! others.

mod age;
pub mod folder;
mod format;
mod making;
mod restore;
pub mod seal;
pub mod set;

use std::io;

pub use format::{Header, Reader, Writer};
use making::census;
pub use making::{Made, Opened, Unfinished, hand_out, keep, make, open, verify};
pub use restore::{BUILT_IN, Restoring, TOKEN, restore};

use konter_store::StoreError;

/// Why a backup could not be made, read or put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("this is not a backup of konter's")]
    NotABackup,
    #[error("it was written by a newer konter")]
    Newer,
    /// The file ends too early: a copy that was broken off.
    #[error("it is cut off: the end is missing")]
    CutOff,
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
    /// Parts of it, and what is wrong with each.
    #[error("it is not whole: {0}")]
    Parts(String),
    /// A file of the data dir, which was to be copied.
    #[error("the data dir's own {0} is damaged")]
    Own(String),
    #[error("there is no backup in {0}")]
    NoneIn(String),
    #[error("several shops have put their backups there, say which one: {0}")]
    SeveralShops(String),
    /// Of one shop, whose data dir was put back by copying.
    #[error("the shop went on from an older copy of its data dir there, or its clock was set back; say which one: {0}")]
    Forked(String),
    #[error("all backups in {folder} are encrypted: set KONTER_BACKUP_PASSPHRASE and name the newest: {newest}")]
    AllEncrypted { folder: String, newest: String },
    /// The newest of a folder; what is older was not asked for.
    #[error("{newest}, the newest backup there: {problem}\n{}", instead(.whole.as_deref()))]
    NewestDamaged { newest: String, problem: Box<BackupError>, whole: Option<String> },
    #[error("it is encrypted: set KONTER_BACKUP_PASSPHRASE")]
    Encrypted,
    #[error("it cannot be decrypted with KONTER_BACKUP_PASSPHRASE")]
    WrongPassphrase,
    #[error("the books do not add up: {0}")]
    Books(String),
    /// Less than a backup may need; what is left belongs to the shop.
    #[error("no room in {folder}: {free} bytes free, {wanted} wanted")]
    NoRoom { folder: String, free: u64, wanted: u64 },
    #[error("{0} exists")]
    Exists(String),
    #[error("the data dir {0} is not empty")]
    NotEmpty(String),
    #[error("{0}: {1}")]
    File(String, io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl BackupError {
    /// Whether the disk is full, or nearly so.
    #[must_use]
    pub fn is_for_want_of_room(&self) -> bool {
        match self {
            Self::NoRoom { .. } => true,
            Self::File(_, problem) => problem.kind() == io::ErrorKind::StorageFull,
            _ => false,
        }
    }
}

fn instead(whole: Option<&str>) -> String {
    match whole {
        Some(path) => format!(
            "The newest one that is whole is {path}. Whatever happened after that one is lost with it; to put it back, name it: \
             konter restore {path}"
        ),
        None => "None of those there is whole. Look for another copy: on other disks, in the owners' chats".to_owned(),
    }
}

impl BackupError {
    pub(crate) fn file(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let name = path.display().to_string();
        move |error| Self::File(name, error)
    }
}

#[cfg(test)]
mod tests;
