//! The one thread that writes. It takes all commits that wait, applies them one after another, writes what they change
//! as one record of the log, makes that durable, shows it to readers, and only then answers each. After a failure it
//! never writes again: what the disk has then is known only after a restart.

use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use tokio::sync::{oneshot, watch};

use super::apply::{Group, Prepared, Tip};
use super::days::{Days, WithDays};
use super::high_water_mark::HighWaterMark;
use super::kv::Kv as _;
use super::layers::{Log, Unsettled};
use super::sled_faults::unavailable;
use super::sled_options::{LogLimits, ReopenLimits, SledOptions};
use super::{CommitError, Committed, RawRow, StoreError};

/// Commits made durable together at most: bounds how long the first of them waits for the last.
const LARGEST_GROUP: usize = 512;
/// Without a commit for so long, what may not wait settles, a step at a time.
const IDLE: Duration = Duration::from_millis(5);
/// Of the log settled together, a step at a time: rows that stand side by side are written once.
const SWEEP: usize = 8 << 20;
/// Of it settled at once: no commit waits for long.
const STEP: usize = 1 << 20;
/// Without a commit for so long, sled may be opened again: it takes longer than settling, and whoever comes waits.
const QUIET: Duration = Duration::from_millis(250);
/// Somebody was reading when sled should have been opened again.
const TRY_AGAIN: Duration = Duration::from_secs(5);
/// Opening it again at a stop saves the next start reading so many bytes; below that it is not worth the while.
const WORTH_AT_STOP: u64 = 4 << 20;
/// How often it is looked whether a copy has come to its end.
const WHILE_COPIED: Duration = Duration::from_millis(100);

pub(super) type Answer = Result<Committed, CommitError>;

/// How a file is made durable.
pub(super) type Syncing = Box<dyn Fn(Synced, &File) -> std::io::Result<()> + Send>;

/// Whose file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Synced {
    Log,
    /// sled's own flush is `sync_file_range`, which neither waits for the disk's cache nor writes the file's length.
    Sled,
}

/// A commit with where its answer goes.
pub(super) struct Job {
    pub commit: Prepared,
    pub answer: oneshot::Sender<Answer>,
}

#[expect(clippy::large_enum_variant, reason = "nearly all of them are commits")]
pub(super) enum Work {
    Commit(Job),
    /// Rows that a closed day has leave the engine, unless they changed since. The first of them come with the day's own row.
    Forget {
        rows: Vec<RawRow>,
        closed: Option<RawRow>,
        answer: oneshot::Sender<Result<(), StoreError>>,
    },
    /// A copy of all rows is to be taken.
    Snapshot(oneshot::Sender<Result<Begun, StoreError>>),
}

/// The beginning of a copy: what only memory had. The rest stays as it is in sled while this lives.
pub(super) struct Begun {
    pub unsettled: Unsettled,
    pub copying: Arc<Copying>,
}

/// A copy under way.
#[derive(Default)]
pub(super) struct Copying {
    /// Rows have begun to settle under it.
    spoilt: AtomicBool,
}

impl Copying {
    /// To be asked after reading: what was read before the first row settled is right.
    pub(super) fn is_spoilt(&self) -> bool {
        self.spoilt.load(Ordering::SeqCst)
    }
}

pub(super) struct Writer {
    log: Log,
    days: Arc<Days>,
    tip: Tip,
    limits: LogLimits,
    reopen: ReopenLimits,
    /// Before this, opening sled again is not tried.
    reopen_from: Instant,
    sync: Syncing,
    /// sled's file.
    sled: File,
    high_water_mark: Option<HighWaterMark>,
    copying: Weak<Copying>,
    /// More than this may not wait to settle, copy or no copy.
    copy_limit: usize,
}

/// What is done when no commit comes.
#[derive(Clone, Copy)]
enum Chore {
    Settle,
    Reopen,
}

impl Writer {
    pub(super) fn new(
        log: Log,
        days: Arc<Days>,
        sled: File,
        tip: Tip,
        options: SledOptions,
        sync: Syncing,
        high_water_mark: Option<HighWaterMark>,
    ) -> Self {
        let SledOptions { log: limits, reopen, .. } = options;
        let (copying, reopen_from) = (Weak::new(), Instant::now());
        Self { log, days, tip, limits, reopen, reopen_from, sync, sled, high_water_mark, copying, copy_limit: 0 }
    }

    /// Works until every sender is gone and nothing waits.
    pub(super) fn run(mut self, jobs: &Receiver<Work>, failed: &watch::Sender<Option<StoreError>>) {
        if let Err(error) = self.work(jobs) {
            tracing::error!(%error, "the store failed; nothing is written until the next start");
            failed.send_replace(Some(error.clone()));
            for job in jobs {
                match job {
                    Work::Commit(job) => drop(job.answer.send(Err(error.clone().into()))),
                    Work::Forget { answer, .. } => drop(answer.send(Err(error.clone()))),
                    Work::Snapshot(answer) => drop(answer.send(Err(error.clone()))),
                }
            }
            return;
        }
        if let Some(high_water_mark) = &mut self.high_water_mark {
            high_water_mark.note(&self.tip);
        }
        if self.log.sled().written() > WORTH_AT_STOP
            && let Err(error) = self.open_again()
        {
            tracing::warn!(%error, "the next start will take longer");
        }
    }

    fn work(&mut self, jobs: &Receiver<Work>) -> Result<(), StoreError> {
        loop {
            let chore = self.chore();
            let first = match chore {
                Some((_, pause)) => jobs.recv_timeout(pause),
                None => jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match first {
                Ok(first) => {
                    let mut waiting = vec![first];
                    waiting.extend(jobs.try_iter().take(LARGEST_GROUP - 1));
                    self.take_up(waiting)?;
                    if self.must_open_again() {
                        self.open_again()?;
                    }
                }
                Err(RecvTimeoutError::Timeout) => match chore {
                    Some((Chore::Settle, _)) if self.may_settle() => self.settle(self.step())?,
                    Some((Chore::Reopen, _)) => self.open_again()?,
                    Some((Chore::Settle, _)) | None => {}
                },
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    }

    /// How much settles at once. Of a log that must stay small, a small part.
    fn step(&self) -> usize {
        STEP.min(self.limits.full / 4)
    }

    /// What is to be done when no commit comes for a while.
    fn chore(&self) -> Option<(Chore, Duration)> {
        // Settling writes too, and much at a time.
        if self.must_open_again() {
            return Some((Chore::Reopen, IDLE));
        }
        if self.log.waiting() > self.limits.calm.saturating_add(self.step().min(self.limits.calm)) {
            return Some((Chore::Settle, if self.is_copied() { WHILE_COPIED } else { IDLE }));
        }
        if self.log.sled().written() > self.reopen.calm {
            let not_before = self.reopen_from.saturating_duration_since(Instant::now());
            return Some((Chore::Reopen, QUIET.max(not_before)));
        }
        None
    }

    fn must_open_again(&self) -> bool {
        self.log.sled().written() > self.reopen.full && self.reopen_from <= Instant::now()
    }

    /// Opens sled again, so that the next start need not read what was written. Not being able to is a fault like a sync
    /// that fails: what the disk has then is known only after a restart.
    fn open_again(&mut self) -> Result<(), StoreError> {
        self.sync_sled()?;
        if !self.log.sled().reopen()? {
            self.reopen_from = Instant::now() + TRY_AGAIN;
        }
        Ok(())
    }

    fn sync_sled(&self) -> Result<(), StoreError> {
        self.log.sled().with(|sled| sled.flush().map_err(|error| unavailable(&error)))?;
        (self.sync)(Synced::Sled, &self.sled).map_err(|error| sync_failed(&error))
    }

    /// Settles about so many bytes of the log. What sled has for good the log need not keep.
    fn settle(&mut self, bytes: usize) -> Result<(), StoreError> {
        let more_than_calm = self.log.waiting().saturating_sub(self.limits.calm);
        self.log.settle(bytes, more_than_calm.min(SWEEP))?;
        if self.log.can_let_go() {
            self.sync_sled()?;
            self.log.let_go();
        }
        Ok(())
    }

    fn take_up(&mut self, waiting: Vec<Work>) -> Result<(), StoreError> {
        let (mut commits, mut cuts) = (Vec::with_capacity(waiting.len()), Vec::new());
        for work in waiting {
            match work {
                Work::Commit(job) => commits.push(job),
                // Rows of settled days: no commit that waits beside them asks whether they are here or there.
                Work::Forget { rows, closed, answer } => {
                    let done = self.forget(rows, closed);
                    let _ = answer.send(done.clone());
                    done?;
                }
                Work::Snapshot(answer) => cuts.push(answer),
            }
        }
        let done = if commits.is_empty() { Ok(()) } else { self.group(commits) };
        for answer in cuts {
            let begun = done.clone().and_then(|()| self.begin_copy());
            let _ = answer.send(begun);
        }
        if let Some(high_water_mark) = &mut self.high_water_mark {
            high_water_mark.note_at_times(&self.tip);
        }
        done
    }

    fn forget(&mut self, rows: Vec<RawRow>, closed: Option<RawRow>) -> Result<(), StoreError> {
        let mut batch: super::kv::Batch = Vec::with_capacity(rows.len() + 1);
        for (key, row) in rows {
            if self.log.layers().get(&key)?.as_ref() == Some(&row) {
                batch.push((key, None));
            }
        }
        batch.extend(closed.map(|(key, row)| (key, Some(row))));
        let added = self.make_durable(batch)?;
        self.make_room(added)
    }

    fn is_copied(&self) -> bool {
        self.copying.strong_count() > 0
    }

    fn begin_copy(&mut self) -> Result<Begun, StoreError> {
        if self.is_copied() {
            return Err(StoreError::Busy("another copy is being taken"));
        }
        let copying = Arc::new(Copying::default());
        self.copying = Arc::downgrade(&copying);
        self.copy_limit = self.log.waiting().max(self.limits.calm).saturating_add(self.limits.full);
        Ok(Begun { unsettled: self.log.layers().unsettled(), copying })
    }

    /// Nothing settles under a copy, until too much waits: then the copy is given up, not the shop.
    fn may_settle(&mut self) -> bool {
        let Some(copying) = self.copying.upgrade() else { return true };
        if self.log.waiting() <= self.copy_limit {
            return false;
        }
        copying.spoilt.store(true, Ordering::SeqCst);
        self.copying = Weak::new();
        true
    }

    /// # Errors
    /// Only when the store can no longer be trusted; everyone waiting has been told so.
    fn group(&mut self, waiting: Vec<Job>) -> Result<(), StoreError> {
        let rows = WithDays::new(self.log.layers().clone(), Arc::clone(&self.days));
        let mut group = Group::new(&rows, &mut self.tip);
        let mut answers = Vec::with_capacity(waiting.len());
        for job in waiting {
            let result = group.apply(job.commit);
            answers.push((job.answer, result));
        }
        let batch = group.finish();
        let written = batch.and_then(|batch| self.make_durable(batch));
        for (answer, result) in answers {
            let result = match &written {
                Ok(_) => result,
                Err(error) => Err(error.clone().into()),
            };
            // Whoever asked may have gone; what was decided stands.
            let _ = answer.send(result);
        }
        self.make_room(written?)
    }

    /// Gives how many bytes were added to the log.
    fn make_durable(&mut self, mut batch: super::kv::Batch) -> Result<usize, StoreError> {
        if batch.is_empty() {
            return Ok(0);
        }
        let before = self.log.waiting();
        let bytes = self.log.append(&mut batch)?;
        if let Some(file) = self.log.file() {
            (self.sync)(Synced::Log, file).map_err(|error| sync_failed(&error))?;
        }
        self.log.publish(batch, bytes);
        Ok(self.log.waiting() - before)
    }

    fn make_room(&mut self, added: usize) -> Result<(), StoreError> {
        // One step a group at most, so that none waits long; it makes room for many more.
        if self.log.waiting() > self.limits.full && self.may_settle() {
            self.settle(self.step().max(added))?;
        }
        Ok(())
    }
}

fn sync_failed(error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("syncing failed: {error}"))
}

#[cfg(test)]
mod tests;
