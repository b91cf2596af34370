//! Room on the disk, and what is left behind by a shop that ended because its store failed.

use std::fs;
use std::path::{Path, PathBuf};

use super::Failure;

/// What a start writes at most before it is at work, and the log's next files. With less, a store would fail as soon as it is
/// open; the service manager tries again until there is room.
const LEAST: u64 = 32 << 20;
/// In the data dir while the admins think that the shop stands still. Empty: it must be possible on a full disk.
const STOPPED: &str = "stopped-by-a-fault";

/// Whether there is room to start on.
///
/// # Errors
/// [`Failure::Fault`]; nothing was opened or written.
pub(super) fn to_start(dir: &Path) -> Result<(), Failure> {
    // The dir itself may have to be made yet.
    let Some(there) = dir.ancestors().find(|dir| dir.exists()) else { return Ok(()) };
    // What cannot be told is no reason to stay closed; what is no disk (`/proc`) has no room at all.
    let is_disk = fs2::total_space(there).is_ok_and(|total| total > 0);
    fs2::available_space(there).ok().filter(|_| is_disk).map_or(Ok(()), |free| enough(dir, free))
}

fn enough(dir: &Path, free: u64) -> Result<(), Failure> {
    if free >= LEAST {
        return Ok(());
    }
    let (free, least, dir) = (free >> 20, LEAST >> 20, dir.display());
    Err(Failure::Fault(format!(
        "{dir}: {free} MiB are free on this disk, a start needs {least}. Make room; nothing is lost, messages wait at Telegram"
    )))
}

/// The mark, by which the next start knows that the admins wait for good news.
pub(super) struct Stopped(PathBuf);

impl Stopped {
    pub(super) fn in_dir(dir: &Path) -> Self {
        Self(dir.join(STOPPED))
    }

    pub(super) fn is_set(&self) -> bool {
        self.0.exists()
    }

    /// Best effort: without it the admins only miss the good news.
    pub(super) fn set(&self) {
        if let Err(error) = fs::write(&self.0, "") {
            tracing::warn!(%error, "the admins will not be told when the shop works again");
        }
    }

    pub(super) fn clear(&self) {
        if let Err(error) = fs::remove_file(&self.0) {
            tracing::warn!(%error, file = %self.0.display(), "a mark cannot be removed; the admins are told again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_refused_before_the_disk_is_full() {
        let dir = Path::new("data");
        assert!(enough(dir, LEAST).is_ok());
        let refused = enough(dir, 5 << 20).unwrap_err();
        assert!(matches!(&refused, Failure::Fault(words) if words.contains("5 MiB")), "{refused}");
    }
}
