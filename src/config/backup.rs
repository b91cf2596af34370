//! How often the shop is copied, where to, and how long copies are kept.

use std::path::{Path, PathBuf};

use chrono::{NaiveTime, TimeDelta};
use secrecy::SecretString;

use super::source::{self, Source};

/// A passphrase is guessed at home, by whoever got hold of the file, as often as they like.
pub const SHORTEST_PASSPHRASE: usize = 12;
/// An hour's orders can be pieced together from the suppliers' lists; a day's hardly.
const DEFAULT_EVERY: u16 = 60;
/// A copy of a large shop takes a minute or so.
const SHORTEST_EVERY: u16 = 5;
const LONGEST_EVERY: u16 = 24 * 60;
const DEFAULT_DAYS: u16 = 7;
const MOST_DAYS: u16 = 3_650;
/// When a shop sleeps.
const DEFAULT_SEND_AT: Option<NaiveTime> = NaiveTime::from_hms_opt(2, 0, 0);
/// Below the data dir, unless told otherwise.
const FOLDER: &str = "backups";

/// What an operator can set about backups.
#[derive(Clone, Debug)]
pub struct BackupSettings {
    /// `None`: none is made by itself.
    pub every: Option<TimeDelta>,
    pub keep: TimeDelta,
    pub folder: PathBuf,
    /// With it, a backup is sent to the owners' chats once a day.
    pub passphrase: Option<SecretString>,
    /// When it is sent, by the shop's wall; `None`: never.
    pub send_at: Option<NaiveTime>,
}

pub(super) fn read(source: &Source<'_>, data_dir: &Path) -> BackupSettings {
    let default = Some(TimeDelta::minutes(DEFAULT_EVERY.into()));
    let days = source.value("KONTER_BACKUP_DAYS", "7", source::number(1, MOST_DAYS));
    BackupSettings {
        every: source.value("KONTER_BACKUP_EVERY", "60", every).unwrap_or(default),
        keep: TimeDelta::days(days.unwrap_or(DEFAULT_DAYS).into()),
        folder: source.path("KONTER_BACKUP_DIR").unwrap_or_else(|| data_dir.join(FOLDER)),
        passphrase: source.value("KONTER_BACKUP_PASSPHRASE", "\"several words only you know\"", passphrase),
        send_at: source.value("KONTER_BACKUP_SEND_AT", "02:00", super::time_or_off).unwrap_or(DEFAULT_SEND_AT),
    }
}

/// Minutes, or `off`.
fn every(text: &str) -> Result<Option<TimeDelta>, String> {
    if text.eq_ignore_ascii_case("off") {
        return Ok(None);
    }
    source::number(SHORTEST_EVERY, LONGEST_EVERY)(text).map(|minutes: u16| Some(TimeDelta::minutes(minutes.into())))
}

/// The value is never quoted.
fn passphrase(text: &str) -> Result<SecretString, String> {
    if text.chars().count() < SHORTEST_PASSPHRASE {
        return Err(format!("is shorter than {SHORTEST_PASSPHRASE} characters"));
    }
    Ok(text.into())
}
