//! The one thread that writes. It takes all commits that wait, applies them one after another, writes what they change
//! as one batch, makes that durable, and only then answers each. After a failure it never writes again: what the disk
//! has then is known only after a restart.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{mpsc, oneshot, watch};

use super::apply::{Group, Prepared, Tip};
use super::sled_kv::SledKv;
use super::{CommitError, Committed, StoreError};

/// Commits that may wait before `commit` itself waits.
pub(super) const QUEUE: usize = 4096;
/// Commits made durable together at most: bounds how long the first of them waits for the last.
const LARGEST_GROUP: usize = 512;

pub(super) type Answer = Result<Committed, CommitError>;

/// A commit with where its answer goes.
pub(super) struct Job {
    pub commit: Prepared,
    pub answer: oneshot::Sender<Answer>,
}

/// How far the writer is.
#[derive(Clone, Debug)]
pub(super) enum Progress {
    /// Number of the last durable group.
    Durable(u64),
    /// Nothing is sure any more.
    Failed(StoreError),
}

/// What readers need to know of the writer: a row can be seen before it is durable, and must not be told on until then.
pub(super) struct Watch {
    /// Number of the last group whose rows may be visible.
    begun: AtomicU64,
    progress: watch::Sender<Progress>,
}

impl Watch {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { begun: AtomicU64::new(0), progress: watch::Sender::new(Progress::Durable(0)) })
    }

    /// To be asked after reading: the group to wait for.
    pub(super) fn begun(&self) -> u64 {
        self.begun.load(Ordering::SeqCst)
    }

    /// Waits until a group is durable.
    pub(super) async fn durable(&self, group: u64) -> Result<(), StoreError> {
        let mut progress = self.progress.subscribe();
        let reached = progress.wait_for(|progress| match progress {
            Progress::Durable(last) => *last >= group,
            Progress::Failed(_) => true,
        });
        match reached.await.as_deref() {
            Ok(Progress::Durable(_)) => Ok(()),
            Ok(Progress::Failed(error)) => Err(error.clone()),
            Err(_) => Err(StoreError::Unavailable("the writer is gone".to_owned())),
        }
    }
}

/// The engine with what makes its file durable.
pub(super) struct Writer {
    pub kv: SledKv,
    pub tip: Tip,
    pub sync: Box<dyn Fn() -> std::io::Result<()> + Send>,
    pub watch: Arc<Watch>,
}

impl Writer {
    /// Works until every sender is gone and nothing waits.
    pub(super) fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let _alarm = Alarm(self.watch.clone());
        while let Some(first) = jobs.blocking_recv() {
            let mut waiting = Vec::with_capacity(LARGEST_GROUP);
            waiting.push(first);
            while waiting.len() < LARGEST_GROUP {
                match jobs.try_recv() {
                    Ok(job) => waiting.push(job),
                    Err(_) => break,
                }
            }
            if let Err(error) = self.group(waiting) {
                tracing::error!(%error, "the store failed; nothing is written until the next start");
                self.watch.progress.send_replace(Progress::Failed(error.clone()));
                refuse_all(jobs, &error);
                return;
            }
        }
    }

    /// # Errors
    /// Only when the store can no longer be trusted; everyone waiting has been told so.
    fn group(&mut self, waiting: Vec<Job>) -> Result<(), StoreError> {
        let mut group = Group::new(&self.kv, &mut self.tip);
        let mut answers = Vec::with_capacity(waiting.len());
        for job in waiting {
            let result = group.apply(job.commit);
            answers.push((job.answer, result));
        }
        let written = group.finish().and_then(|batch| {
            if batch.is_empty() {
                return Ok(());
            }
            let number = self.watch.begun.fetch_add(1, Ordering::SeqCst) + 1;
            self.kv.write(batch)?;
            self.kv.flush()?;
            (self.sync)().map_err(|error| StoreError::Unavailable(format!("syncing failed: {error}")))?;
            self.watch.progress.send_replace(Progress::Durable(number));
            Ok(())
        });
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
}

/// Tells waiting readers when the writer breaks down in the middle: sled has panics of its own.
struct Alarm(Arc<Watch>);

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let error = StoreError::Unavailable("the writer broke down".to_owned());
            self.0.progress.send_replace(Progress::Failed(error));
        }
    }
}

fn refuse_all(mut jobs: mpsc::Receiver<Job>, error: &StoreError) {
    while let Some(job) = jobs.blocking_recv() {
        let _ = job.answer.send(Err(error.clone().into()));
    }
}
