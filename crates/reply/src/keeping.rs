//! What is said about backups and restores, and when the store fails.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "keeping", rename_all = "snake_case")]
#[strum(const_into_str, prefix = "keeping.", serialize_all = "snake_case")]
pub enum KeepingReply {
    /// To admins: the automatic backup failed. Said once, not each time.
    /// `last`: when the last good one was made. `full`: for want of room.
    BackupFailed {
        problem: String,
        #[serde(default)]
        full: bool,
        last: Option<DateTime<Utc>>,
    },
    /// To admins: it works again.
    BackupWorks { at: DateTime<Utc> },
    /// To admins: the day's backup, encrypted. The file is read when it is sent.
    BackupSent(BackupFile),
    /// To admins: it cannot be sent.
    /// `path`: where it lies.
    BackupTooLarge { bytes: u64, path: String },
    /// To admins: the shop came out of a backup, or was `rebuilt` by `konter rebuild --force`. `made_at`: it has nothing that happened
    /// afterwards; `None`: it has lost but days. `in_doubt`: open orders nobody will ask about. `lost`: closed days that were given up.
    Restored {
        made_at: Option<DateTime<Utc>>,
        /// When the furthest backup beside that one was made, where that had come further.
        #[serde(default)]
        newer: Option<DateTime<Utc>>,
        at: DateTime<Utc>,
        #[serde(default)]
        rebuilt: bool,
        in_doubt: usize,
        /// Open, and as certain as before: their suppliers had taken them, and they could go nowhere else.
        #[serde(default)]
        waiting: usize,
        #[serde(default)]
        lost: Option<DayList>,
    },
    /// Below what may have been said before.
    SaidBefore,
    /// To anyone, past the outbox: nothing can be stored.
    TryLater,
    /// To admins, past the outbox: nothing can be stored.
    StoreFailed { problem: String },
    /// To admins: after that, the shop is at work again.
    StoreWorks { at: DateTime<Utc> },
    /// To owners: files of closed days were damaged, and were put back out of the backups.
    DaysPutBack(DayList),
    /// To owners: files of closed days are damaged, and no backup has them.
    DaysDamaged(DayList),
    /// To admins: our clock and Telegram's do not agree.
    ClockWrong { minutes: i64, ahead: bool },
    /// To admins: they agree again.
    ClockRight,
}

/// Some days by name, and how many more there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayList {
    pub days: Vec<NaiveDate>,
    pub more: usize,
}

impl DayList {
    /// As many as anybody reads.
    const MOST: usize = 10;

    pub fn of(days: &[NaiveDate]) -> Self {
        Self { days: days.iter().copied().take(Self::MOST).collect(), more: days.len().saturating_sub(Self::MOST) }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupFile {
    pub name: String,
    pub made_at: DateTime<Utc>,
    pub bytes: u64,
}
