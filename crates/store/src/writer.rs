//! The one thread that writes. It takes all commits that wait, applies them one after another, writes what they change
//! as one record of the books, makes that durable, shows it to readers, and only then answers each. After a failure it
//! never writes again: what the disk has then is known only after a restart.

use std::fs::File;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use tokio::sync::oneshot;

use super::applier::Flow;
use super::apply::{Group, Prepared, Tip};
use super::books::{Books, Rolling};
use super::books_end::BooksEnd;
use super::days::WithDays;
use super::kv::{Batch, Kv as _};
use super::layers::Layers;
use super::sled_faults::{Faults, io};
use super::sled_options::Limits;
use super::{CommitError, Committed, RawRow, StoreError};

/// Commits made durable together at most: bounds how long the first of them waits for the last.
const LARGEST_GROUP: usize = 512;

pub(super) type Answer = Result<Committed, CommitError>;

/// How a file is made durable.
pub(super) type Syncing = Arc<dyn Fn(Synced, &File) -> std::io::Result<()> + Send + Sync>;

/// Whose file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Synced {
    Books,
    State,
}

/// A commit with where its answer goes.
pub(super) struct Job {
    pub commit: Prepared,
    pub answer: oneshot::Sender<Answer>,
}

#[expect(clippy::large_enum_variant, reason = "nearly all of them are commits")]
pub(super) enum Work {
    /// From whoever waits for its answer.
    Commit(Job),
    /// Rows that a closed day has leave the engine, unless they changed since; the first of them with the day's own row.
    Forget { rows: Vec<RawRow>, closed: Option<RawRow>, answer: oneshot::Sender<Result<(), StoreError>> },
}

impl Work {
    fn refuse(self, error: &StoreError) {
        match self {
            Self::Commit(job) => drop(job.answer.send(Err(error.clone().into()))),
            Self::Forget { answer, .. } => drop(answer.send(Err(error.clone()))),
        }
    }
}

pub(super) struct Writer {
    pub books: Books,
    pub rows: WithDays<Layers>,
    pub tip: Tip,
    pub limits: Limits,
    pub sync: Syncing,
    pub flow: Arc<Flow>,
    pub faults: Arc<Faults>,
    pub rolling: Rolling,
    pub end: BooksEnd,
}

impl Writer {
    /// Works until every sender is gone and nothing waits.
    pub(super) fn run(mut self, jobs: &Receiver<Work>) {
        while let Ok(first) = jobs.recv() {
            let mut waiting = vec![first];
            waiting.extend(jobs.try_iter().take(LARGEST_GROUP - 1));
            if let Err(error) = self.take_up(waiting) {
                self.faults.fail(&error);
                for work in jobs {
                    work.refuse(&error);
                }
                return;
            }
        }
    }

    /// # Errors
    /// Only when the store can no longer be trusted; everyone waiting has been told so.
    fn take_up(&mut self, waiting: Vec<Work>) -> Result<(), StoreError> {
        let (mut commits, mut forgotten) = (Vec::with_capacity(waiting.len()), Vec::new());
        for work in waiting {
            match work {
                Work::Commit(job) => commits.push(job),
                // Readers find these rows in their day's file as well, so it does not matter what comes first.
                Work::Forget { rows, closed, answer } => forgotten.push((rows, closed, answer)),
            }
        }
        let mut done = if commits.is_empty() { Ok(()) } else { self.group(commits) };
        for (rows, closed, answer) in forgotten {
            done = done.and_then(|()| self.forget(rows, closed));
            let _ = answer.send(done.clone());
        }
        done
    }

    fn forget(&mut self, rows: Vec<RawRow>, closed: Option<RawRow>) -> Result<(), StoreError> {
        self.flow.wait_for_room(self.limits.full);
        self.faults.error().map_or(Ok(()), Err)?;
        let mut batch = Batch::with_capacity(rows.len() + 1);
        for (key, row) in rows {
            if self.rows.upper().get(&key)?.as_ref() == Some(&row) {
                batch.push((key, None));
            }
        }
        if let Some((key, row)) = closed
            && self.rows.upper().get(&key)?.as_ref() != Some(&row)
        {
            batch.push((key, Some(row)));
        }
        self.make_durable(batch)
    }

    /// # Errors
    /// Only when the store can no longer be trusted; everyone waiting has been told so.
    fn group(&mut self, waiting: Vec<Job>) -> Result<(), StoreError> {
        self.flow.wait_for_room(self.limits.full);
        let broken = self.faults.error().map_or(Ok(()), Err);
        let mut group = Group::new(&self.rows, &mut self.tip);
        let mut answers = Vec::with_capacity(waiting.len());
        for job in waiting {
            let result = group.apply(job.commit);
            answers.push((job.answer, result));
        }
        let batch = group.finish();
        let written = broken.and(batch).and_then(|batch| self.make_durable(batch));
        for (answer, result) in answers {
            let result = match &written {
                Ok(()) => result,
                Err(error) => Err(error.clone().into()),
            };
            // Whoever asked may have gone; what was decided stands.
            let _ = answer.send(result);
        }
        written
    }

    fn make_durable(&mut self, mut batch: Batch) -> Result<(), StoreError> {
        if batch.is_empty() {
            return Ok(());
        }
        let end = self.books.append(&mut batch)?;
        (self.sync)(Synced::Books, self.books.file()).map_err(|error| io("syncing the books", &error))?;
        self.end.note(end.number);
        self.rows.upper().publish(batch, end);
        self.flow.changed(self.rows.upper());
        if self.books.has_begun() {
            self.rolling.begin_when_due(self.books.contents(), self.limits.base);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
