//! The store as the shop sees it: every word to it takes a while, so that others come in between and a crash finds any
//! moment; after every commit the books are looked at. What is in it outlives the shop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use futures::future::{BoxFuture, FutureExt as _};
use konter_store::{Commit, CommitError, Committed, Engine, Found, Read, Sequence, Snapshot, StoreError};

use super::engine::at_once;
use super::sabotage::{Sabotage, found, spoil};
use super::stage::Stage;

/// Milliseconds one word to the store takes: mostly, and now and then, when others overtake.
const MOSTLY: u64 = 6;
const AT_TIMES: u64 = 300;

pub struct SlowStore {
    stage: Arc<Stage>,
    /// The disk is full, or gone: nothing can be written until the next start.
    broken: AtomicBool,
    /// Whether the first write that fails has been made all the same; nobody can know.
    failures: AtomicU8,
}

impl SlowStore {
    pub fn new(stage: &Arc<Stage>) -> Self {
        Self { stage: Arc::clone(stage), broken: AtomicBool::new(false), failures: AtomicU8::new(0) }
    }

    pub fn break_disk(&self) {
        self.broken.store(true, Ordering::Relaxed);
    }

    async fn takes_a_while(&self) {
        let slowest = if self.stage.world.fault(8) { AT_TIMES } else { MOSTLY };
        self.stage.world.pause(1, slowest).await;
    }

    fn write(&self, commit: Commit) -> Result<Committed, CommitError> {
        write(&self.stage, commit)
    }

    fn log(&self, commit: &Commit) {
        let orders: Vec<String> = commit
            .orders
            .iter()
            .map(|o| format!("#{} v{} {:?}", o.row.id.0, o.row.version, o.row.current().map(|a| (a.step, &a.outcome))))
            .collect();
        let answers = commit.answers.as_ref().map(|(key, _)| key.to_string()).unwrap_or_default();
        self.stage.world.log(format_args!(
            "commit [{answers}] {} postings, {} says {}",
            commit.postings.len(),
            commit.outgoing.len(),
            orders.join(", ")
        ));
    }

    /// Whether it says that a purchase is about to leave.
    fn sends(commit: &Commit) -> bool {
        commit.answers.is_none() && commit.orders.iter().any(|order| order.row.is_in_flight())
    }
}

/// Writes, and looks at what came of it.
pub fn write(stage: &Stage, mut commit: Commit) -> Result<Committed, CommitError> {
    let meant = commit.clone();
    let beside = stage.pay_withheld(&commit);
    spoil(stage, &mut commit);
    let result = at_once(stage.store().commit(commit));
    match &result {
        Ok(Committed::Done) => {
            stage.books.lock().committed(stage, &meant);
            if !beside.postings.is_empty() {
                write(stage, beside)?;
            }
        }
        Ok(Committed::Repeated(_)) => {
            let mut books = stage.books.lock();
            books.saw("a message answered before".to_owned());
            books.refused(stage, &meant);
        }
        Err(error) => {
            if matches!(error, CommitError::Conflict(_)) {
                stage.books.lock().saw("a conflict".to_owned());
            }
            stage.world.log(format_args!("refused: {error}"));
            if matches!(error, CommitError::Store(_)) {
                stage.world.violated(format!("the shop and its books disagree: {error}"));
            }
            stage.books.lock().refused(stage, &meant);
        }
    }
    result
}

impl Engine for SlowStore {
    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, CommitError>> {
        async move {
            self.takes_a_while().await;
            self.log(&commit);
            if self.broken.load(Ordering::Relaxed) {
                let first = self.failures.swap(1, Ordering::Relaxed) == 0;
                if first && self.stage.world.percent(50) {
                    let _ = self.write(commit);
                }
                return Err(StoreError::Unavailable("no space left on device".to_owned()).into());
            }
            if self.stage.world.does(Sabotage::SendsBeforeDurable) && Self::sends(&commit) {
                let stage = Arc::clone(&self.stage);
                tokio::spawn(async move {
                    stage.world.pause(1, 60).await;
                    let _ = write(&stage, commit);
                });
                return Ok(Committed::Done);
            }
            let result = self.write(commit);
            // Durable, and nobody has heard of it yet.
            self.takes_a_while().await;
            result
        }
        .boxed()
    }

    fn read(&self, read: Read) -> BoxFuture<'_, Result<Found, StoreError>> {
        async move {
            self.takes_a_while().await;
            let name = read.name();
            let mut read = at_once((*self.stage.store()).read(read))?;
            found(&self.stage, name, &mut *read);
            Ok(read)
        }
        .boxed()
    }

    fn next(&self, sequence: Sequence, above: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        async move {
            self.takes_a_while().await;
            at_once((*self.stage.store()).next(sequence, above))
        }
        .boxed()
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        async move {
            self.takes_a_while().await;
            at_once(self.stage.store().snapshot())
        }
        .boxed()
    }

    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        async move {
            self.takes_a_while().await;
            at_once(self.stage.store().close())
        }
        .boxed()
    }
}
