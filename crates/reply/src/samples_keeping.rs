//! Samples of what is said about backups, restores, and a store that fails.

use super::samples::at;
use super::says::Reply;
use super::says_keeping::{BackupFile, KeepingReply};

pub(super) fn keeping() -> Vec<Reply> {
    let file = BackupFile { name: "konter-20261121T190000Z.backup.age".to_owned(), made_at: at(0), bytes: 4_200_000 };
    let problem = || "./data/backups: No space left on device (os error 28)".to_owned();
    [
        KeepingReply::BackupFailed { problem: problem(), last: Some(at(0)) },
        KeepingReply::BackupFailed { problem: problem(), last: None },
        KeepingReply::BackupWorks { at: at(5) },
        KeepingReply::BackupSent(file),
        KeepingReply::BackupTooLarge { bytes: 73_000_000, path: "./data/backups/konter.backup".to_owned() },
        KeepingReply::Restored { made_at: at(0), at: at(5), in_doubt: 3 },
        KeepingReply::Restored { made_at: at(0), at: at(5), in_doubt: 0 },
        KeepingReply::SaidBefore,
        KeepingReply::TryLater,
        KeepingReply::StoreFailed { problem: problem() },
        KeepingReply::StoreWorks { at: at(5) },
        KeepingReply::ClockWrong { minutes: 62, ahead: true },
        KeepingReply::ClockWrong { minutes: 3, ahead: false },
        KeepingReply::ClockRight,
    ]
    .map(Reply::Keeping)
    .to_vec()
}
