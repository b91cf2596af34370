//! What sled and the disk say when something is wrong, as the store's errors; and what is done about a sled that is broken:
//! nothing more is written, and the next start makes it anew from the books.

use std::fs;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use tokio::sync::watch;

use super::StoreError;

/// In the data dir: why the next start has to make sled's folder anew.
const MARK: &str = "state-is-broken";

pub(super) fn io(what: &str, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("{what} failed: {error}"))
}

pub(super) fn closed() -> StoreError {
    StoreError::Unavailable("it is closed".to_owned())
}

/// Whether an error says that what lies in sled's folder is not what it wrote.
pub(super) fn is_damage(error: &sled::Error) -> bool {
    match error {
        sled::Error::Io(error) => {
            matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidData | ErrorKind::UnexpectedEof)
        }
        sled::Error::Corruption { .. } | sled::Error::ReportableBug(_) | sled::Error::CollectionNotFound(_) => true,
        sled::Error::Unsupported(_) => false,
    }
}

/// sled panics over some damage instead of giving an error.
pub(super) fn unless_sled_panics<T>(work: impl FnOnce() -> Result<T, sled::Error>) -> Result<T, sled::Error> {
    let bug = |_| sled::Error::ReportableBug("sled broke down over its files".to_owned());
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(bug(panic)))
}

/// The end of a store, told to whoever waits for it.
pub(super) struct Faults {
    mark: PathBuf,
    telling: watch::Sender<Option<StoreError>>,
}

impl Faults {
    pub(super) fn new(data: &Path) -> Self {
        Self { mark: data.join(MARK), telling: watch::Sender::new(None) }
    }

    pub(super) fn listen(&self) -> watch::Receiver<Option<StoreError>> {
        self.telling.subscribe()
    }

    /// What has ended the store, if anything has.
    pub(super) fn error(&self) -> Option<StoreError> {
        self.telling.borrow().clone()
    }

    /// Ends the store: the first reason counts.
    pub(super) fn fail(&self, error: &StoreError) {
        self.telling.send_if_modified(|told| {
            let is_first = told.is_none();
            if is_first {
                tracing::error!(%error, "the store failed; nothing is written until the next start");
                *told = Some(error.clone());
            }
            is_first
        });
    }

    /// What an error of sled's means while the store is at work.
    pub(super) fn of(&self, error: &sled::Error) -> StoreError {
        if !is_damage(error) {
            return StoreError::Unavailable(error.to_string());
        }
        let problem = format!("{error}; the next start makes it anew from the books");
        // Without the mark sled is opened, and found broken again.
        if let Err(error) = fs::write(&self.mark, format!("{problem}\n")) {
            tracing::warn!(%error, "the broken state cannot be marked");
        }
        let error = StoreError::Corrupt { what: "state", problem };
        self.fail(&error);
        error
    }
}

/// Whether sled was found broken while the shop was at work.
pub(super) fn is_marked(data: &Path) -> bool {
    data.join(MARK).exists()
}

pub(super) fn unmark(data: &Path) {
    if is_marked(data)
        && let Err(error) = fs::remove_file(data.join(MARK))
    {
        tracing::warn!(%error, "a mark cannot be removed; the next start makes the state anew once more");
    }
}
