//! The one thread that writes. It takes all commits that wait, applies them one after another, writes what they change
//! as one record of the log, makes that durable, shows it to readers, and only then answers each. After a failure it
//! never writes again: what the disk has then is known only after a restart.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::apply::{Group, Prepared, Tip};
use super::layers::Log;
use super::{CommitError, Committed, StoreError};

/// Commits made durable together at most: bounds how long the first of them waits for the last.
const LARGEST_GROUP: usize = 512;
/// Without a commit for so long, what may not wait settles, one group at a time.
const IDLE: Duration = Duration::from_millis(5);

pub(super) type Answer = Result<Committed, CommitError>;

/// A commit with where its answer goes.
pub(super) struct Job {
    pub commit: Prepared,
    pub answer: oneshot::Sender<Answer>,
}

/// How much of the log may wait to settle, in bytes. In memory it takes about twice that.
#[derive(Clone, Copy, Debug)]
pub struct LogLimits {
    /// So much may wait for good: what changes or goes again meanwhile never costs sled a write.
    pub calm: usize,
    /// With more than this, each group has to settle as much as it adds. It bounds memory, and the time a restart takes
    /// to read the log back; until it is reached, orders are taken at full speed.
    pub full: usize,
}

impl Default for LogLimits {
    fn default() -> Self {
        Self { calm: 16 << 20, full: 256 << 20 }
    }
}

pub(super) struct Writer {
    pub log: Log,
    pub tip: Tip,
    pub limits: LogLimits,
    /// Makes durable what sled has flushed.
    pub sync: Box<dyn Fn() -> std::io::Result<()> + Send>,
}

impl Writer {
    /// Works until every sender is gone and nothing waits.
    pub(super) fn run(mut self, jobs: &Receiver<Job>) {
        if let Err(error) = self.work(jobs) {
            tracing::error!(%error, "the store failed; nothing is written until the next start");
            for job in jobs {
                let _ = job.answer.send(Err(error.clone().into()));
            }
        }
    }

    fn work(&mut self, jobs: &Receiver<Job>) -> Result<(), StoreError> {
        loop {
            let first = if self.log.waiting() > self.limits.calm {
                jobs.recv_timeout(IDLE)
            } else {
                jobs.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            match first {
                Ok(first) => {
                    let mut waiting = vec![first];
                    waiting.extend(jobs.try_iter().take(LARGEST_GROUP - 1));
                    self.group(waiting)?;
                }
                Err(RecvTimeoutError::Timeout) if self.log.settles_at_once() => drop(self.log.settle_one()?),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    }

    /// # Errors
    /// Only when the store can no longer be trusted; everyone waiting has been told so.
    fn group(&mut self, waiting: Vec<Job>) -> Result<(), StoreError> {
        let mut group = Group::new(self.log.layers(), &mut self.tip);
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
    fn make_durable(&mut self, batch: super::kv::Batch) -> Result<usize, StoreError> {
        if batch.is_empty() {
            return Ok(0);
        }
        let before = self.log.waiting();
        let record = self.log.append(&batch)?;
        (self.sync)().map_err(|error| StoreError::Unavailable(format!("syncing failed: {error}")))?;
        self.log.publish(batch, &record);
        Ok(self.log.waiting() - before)
    }

    fn make_room(&mut self, added: usize) -> Result<(), StoreError> {
        let mut settled = 0;
        while self.log.waiting() > self.limits.full && settled <= added {
            settled += self.log.settle_one()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
