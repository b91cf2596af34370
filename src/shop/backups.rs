//! The automatic backups: made on time, proven, kept, sent; and the owners told when that fails.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use secrecy::SecretString;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use super::alerts::Alerts;
use super::process::{ClockSet, Process};
use crate::backup::folder::{self, Own};
use crate::backup::set::{self, Proof};
use crate::backup::{self, BackupError, seal};
use crate::clock::ShopClock;
use crate::config::BackupSettings;
use konter_core::ledger::audit::AuditReport;
use konter_core::staff::Role;
use konter_reply::{BackupFile, KeepingReply, Reply};
use konter_store::parts::Parts;
use konter_store::{Leases, Snapshot, Store, StoreError};

/// Time between looks at the clock: it may be set, and nobody minds half a minute.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// After a failure: soon enough not to lose much, not so soon as to keep a full disk busy.
const TRY_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(5);
/// A busy moment is no failure; so many of them are.
const BUSY_MOMENTS: u32 = 3;
/// Telegram takes files of bots up to 50 MB; with a little room for what goes around it.
const LARGEST_SENT: u64 = 49_000_000;

/// Makes them, keeps them and sends them. Of the shop it knows its store, its clock and whom to tell.
pub(super) struct Backups {
    store: Store,
    clock: ShopClock,
    leases: Arc<Leases>,
    alerts: Arc<Alerts>,
    stop: CancellationToken,
    clock_set: ClockSet,
    settings: BackupSettings,
    every: TimeDelta,
    /// After a failure.
    not_before: Option<DateTime<Utc>>,
    failures: u32,
    /// `None` until it was asked for first.
    own: Option<Own>,
    /// How much the next one is to read again.
    proof: Proof,
    /// The owners know that it fails.
    told: bool,
    /// The owners know that it is too large to be sent.
    large: bool,
}

impl Backups {
    /// `None` where none are wanted.
    pub fn new(process: &Process, alerts: Arc<Alerts>, settings: BackupSettings) -> Option<Self> {
        Some(Self {
            every: settings.every?,
            store: process.store.clone(),
            clock: process.clock.clone(),
            leases: Arc::clone(&process.share),
            alerts,
            stop: process.stop.clone(),
            clock_set: process.clock_set(),
            settings,
            not_before: None,
            failures: 0,
            own: None,
            proof: Proof::WhenDue,
            told: false,
            large: false,
        })
    }

    /// Makes backups by itself, until the shop stops.
    pub async fn run(mut self) {
        loop {
            let now = self.clock.utc();
            // A clock that was set back does not keep it waiting.
            let waits = self.not_before.is_some_and(|at| now < at && at - now <= TRY_AGAIN_AFTER);
            // One of several processes makes them; they lie where that one runs.
            if !waits && self.leases.leads() {
                let stop = self.stop.clone();
                let looked = tokio::select! {
                    // A stop does not wait for a copy; what there is of it is no backup.
                    () = stop.cancelled() => return,
                    looked = self.look(now) => looked,
                };
                self.note(looked, now).await;
            }
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.clock_set.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Whose backups are ours.
    async fn own(&mut self) -> Result<Own, BackupError> {
        if let Some(own) = &self.own {
            return Ok(own.clone());
        }
        let parts = self.store.parts().await?;
        Ok(self.own.insert(parts.map_or(Own::Files, |parts| Own::Lists { books: parts.books() })).clone())
    }

    async fn newest(&mut self, now: DateTime<Utc>) -> Result<Option<(DateTime<Utc>, PathBuf)>, BackupError> {
        let (own, folder) = (self.own().await?, self.settings.folder.clone());
        blocking(move || folder::newest(&folder, &own, now)).await
    }

    /// Does what is due.
    async fn look(&mut self, now: DateTime<Utc>) -> Result<bool, BackupError> {
        let (own, folder) = (self.own().await?, self.settings.folder.clone());
        let found = move || {
            let plain = folder::newest(&folder, &own, now)?;
            if let Some((at, path)) = &plain {
                measure(*at, size(path));
            }
            let sealed = folder::backups(&folder, true)?.into_keys().rfind(|at| *at <= now);
            Ok((plain, sealed))
        };
        let (plain, sealed) = blocking(found).await?;
        let mut done = false;
        let is_due = plain.as_ref().is_none_or(|(last, _)| now - *last >= self.every);
        if is_due || self.proof == Proof::All {
            let report = self.make(plain.as_ref().map(|(_, path)| path.clone()), now).await?;
            if let Some(report) = report.filter(|report| !report.is_clean()) {
                return Err(BackupError::Books(report.differences.join("; ")));
            }
            done = true;
        }
        if let (Some(passphrase), Some(hour)) = (self.settings.passphrase.clone(), self.settings.send_at)
            && sealed.is_none_or(|last| last < self.due(hour, now))
        {
            self.send(passphrase, now).await?;
        }
        Ok(done)
    }

    /// Makes one, and clears away what is not kept any more. Gives what the books add up to, where all of it was read again.
    async fn make(&self, last: Option<PathBuf>, now: DateTime<Utc>) -> Result<Option<AuditReport>, BackupError> {
        let (folder, keep) = (self.settings.folder.clone(), self.settings.keep);
        let prepared = folder.clone();
        blocking(move || std::fs::create_dir_all(&prepared).map_err(BackupError::file(&prepared))).await?;
        let copy = match self.store.parts().await? {
            Some(parts) => Copy::New(parts),
            None => Copy::All(self.store.snapshot().await?),
        };
        let proof = self.proof;
        blocking(move || {
            let report = copy.into_folder(&folder, last.as_deref(), now, proof)?;
            if let Err(error) = folder::prune(&folder, now, keep) {
                tracing::warn!(%error, "old backups cannot be cleared away");
            }
            Ok(report)
        })
        .await
    }

    /// The last moment a backup should have been sent.
    fn due(&self, hour: NaiveTime, now: DateTime<Utc>) -> DateTime<Utc> {
        let local = self.clock.local(now);
        let day = if local.time() >= hour { Some(local.date()) } else { local.date().pred_opt() };
        let midnight = day.and_then(|day| self.clock.start_of(day));
        midnight.map_or(now, |midnight| midnight + (hour - NaiveTime::MIN))
    }

    /// Hands the newest backup to the owners' chats. That it was done is told by its file, which stays.
    async fn send(&mut self, passphrase: SecretString, now: DateTime<Utc>) -> Result<(), BackupError> {
        let folder = self.settings.folder.clone();
        let Some((made_at, from)) = self.newest(now).await? else { return Ok(()) };
        let (name, to) = (folder::sealed_name(now), folder.join(folder::sealed_name(now)));
        let path = to.clone();
        let bytes = blocking(move || sealed(&from, &to, &passphrase)).await?;
        let reply = if bytes <= LARGEST_SENT {
            KeepingReply::BackupSent(BackupFile { name, made_at, bytes })
        } else if std::mem::replace(&mut self.large, true) {
            return Ok(());
        } else {
            KeepingReply::BackupTooLarge { bytes, path: path.display().to_string() }
        };
        if let Err(error) = self.tell(reply).await {
            let _ = std::fs::remove_file(&path);
            return Err(error.into());
        }
        Ok(())
    }

    /// Keeps count of what fails, and tells the owners once; and once more when it works again.
    async fn note(&mut self, looked: Result<bool, BackupError>, now: DateTime<Utc>) {
        let (error, busy, full) = match looked {
            Ok(done) => {
                (self.not_before, self.failures) = (None, 0);
                if done {
                    self.proof = Proof::WhenDue;
                }
                if done && self.told {
                    self.told = self.tell(KeepingReply::BackupWorks { at: now }).await.is_err();
                }
                return;
            }
            Err(BackupError::Store(StoreError::Busy(problem))) => (problem.to_owned(), true, false),
            Err(error) => {
                // A new one mends it.
                if matches!(error, BackupError::Parts(_)) {
                    self.proof = Proof::All;
                }
                (error.to_string(), false, error.is_for_want_of_room())
            }
        };
        self.failures = self.failures.saturating_add(1);
        self.not_before = Some(now + TRY_AGAIN_AFTER);
        metrics::counter!("konter_backup_failures_total").increment(1);
        tracing::error!(error, failures = self.failures, "the backup failed; trying again in a while");
        if !self.told && (!busy || self.failures >= BUSY_MOMENTS) {
            let last = self.newest(now).await.ok().flatten().map(|(at, _)| at);
            self.told = self.tell(KeepingReply::BackupFailed { problem: error, full, last }).await.is_ok();
        }
    }

    async fn tell(&self, reply: KeepingReply) -> Result<(), StoreError> {
        // A backup holds everything, so it is for owners alone.
        self.alerts.tell(Role::Owner, &Reply::Keeping(reply)).await
    }
}

/// What a backup is made of.
enum Copy {
    /// Of a store in a folder, what no earlier backup has.
    New(Parts),
    All(Snapshot),
}

impl Copy {
    fn into_folder(
        self,
        folder: &Path,
        last: Option<&Path>,
        now: DateTime<Utc>,
        proof: Proof,
    ) -> Result<Option<AuditReport>, BackupError> {
        match self {
            Self::New(parts) => {
                let made = set::make(&parts, now, folder, proof)?;
                let is_proven = made.report.is_some();
                tracing::info!(new_bytes = made.new_bytes, bytes = made.bytes, is_proven, "backup made");
                measure(now, made.bytes);
                Ok(made.report)
            }
            Self::All(snapshot) => {
                folder::has_room(folder, last.map_or(0, size))?;
                let made = backup::make(snapshot, now, &folder.join(folder::name(now)), false)?;
                tracing::info!(rows = made.rows, bytes = made.bytes, "backup made");
                measure(now, made.bytes);
                Ok(Some(made.report))
            }
        }
    }
}

/// Encrypts a backup and proves that it can be read again; its size.
fn sealed(from: &Path, to: &Path, passphrase: &SecretString) -> Result<u64, BackupError> {
    let plain = backup::open(from, None)?;
    folder::has_room(to.parent().unwrap_or(to), plain.bytes)?;
    let unfinished = backup::Unfinished::beside(to)?;
    let out = io::BufWriter::new(unfinished.create()?);
    let mut unread = None;
    let out = seal::seal(out, passphrase, |out| {
        plain.pack(out).map(drop).map_err(|error| io::Error::other(unread.insert(error).to_string()))
    });
    // What could not be read is named by itself, not as what was to be written.
    unread.map_or(Ok(()), Err)?;
    out.and_then(|out| out.into_inner().map_err(io::IntoInnerError::into_error)).map_err(BackupError::file(to))?;
    let made = backup::verify(unfinished.path(), Some(passphrase))?;
    unfinished.becomes(to)?;
    Ok(made.bytes)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    let broken_off = |_| BackupError::Store(StoreError::Unavailable("it was broken off".to_owned()));
    spawn_blocking(work).await.unwrap_or_else(|error| Err(broken_off(error)))
}

/// Of all that a backup holds. One that cannot be read has none.
fn size(path: &Path) -> u64 {
    if folder::is_manifest(path) {
        return set::Manifest::read(path).map_or(0, |list| list.bytes());
    }
    std::fs::metadata(path).map_or(0, |file| file.len())
}

fn measure(at: DateTime<Utc>, bytes: u64) {
    // Whole seconds and bytes far below 2^53: nothing is lost.
    #[expect(clippy::cast_precision_loss, reason = "metrics are floats")]
    let (at, bytes) = (at.timestamp() as f64, bytes as f64);
    metrics::gauge!("konter_backup_last_timestamp_seconds").set(at);
    metrics::gauge!("konter_backup_bytes").set(bytes);
}
