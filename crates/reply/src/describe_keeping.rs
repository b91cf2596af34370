//! The same for backups, restores, and a store that fails.

use super::describe::Described;
use super::fields::Fields;
use super::says_keeping::KeepingReply;
use konter_core::clean::SENTENCE;

/// Errors name paths; more than this is no help in a chat.
const PROBLEM: usize = 300;

pub(super) fn describe(reply: &KeepingReply) -> Described {
    let none = Fields::new();
    match reply {
        KeepingReply::BackupFailed { problem, last } => {
            ("keeping.backup_failed", none.text("problem", problem, PROBLEM).time("last", *last))
        }
        KeepingReply::BackupWorks { at } => ("keeping.backup_works", none.time("at", *at)),
        KeepingReply::BackupSent(file) => {
            ("keeping.backup_sent", none.time("made_at", file.made_at).set("size", size(file.bytes)))
        }
        KeepingReply::BackupTooLarge { bytes, path } => {
            ("keeping.backup_too_large", none.set("size", size(*bytes)).text("path", path, SENTENCE))
        }
        KeepingReply::Restored { made_at, at, in_doubt } => {
            ("keeping.restored", none.time("made_at", *made_at).time("at", *at).set("in_doubt", *in_doubt))
        }
        KeepingReply::SaidBefore => ("keeping.said_before", none),
        KeepingReply::TryLater => ("keeping.try_later", none),
        KeepingReply::StoreFailed { problem } => ("keeping.store_failed", none.text("problem", problem, PROBLEM)),
        KeepingReply::StoreWorks { at } => ("keeping.store_works", none.time("at", *at)),
        KeepingReply::ClockWrong { minutes, ahead } => {
            ("keeping.clock_wrong", none.set("minutes", *minutes).set("ahead", *ahead))
        }
        KeepingReply::ClockRight => ("keeping.clock_right", none),
    }
}

/// In megabytes, one decimal, as both languages write it closely enough.
fn size(bytes: u64) -> String {
    let tenths = bytes.div_ceil(100_000);
    format!("{},{} MB", tenths / 10, tenths % 10)
}
