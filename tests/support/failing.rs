//! A store that takes no commit while it is told to fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::{self, BoxFuture, FutureExt as _};
use konter_store::{Commit, CommitError, Committed, Engine, Found, Read, Sequence, Snapshot, Store, StoreError};

#[derive(Clone)]
pub struct Failing {
    engine: Arc<dyn Engine>,
    fails: Arc<AtomicBool>,
}

impl Failing {
    pub fn over(engine: impl Engine) -> Self {
        Self { engine: Arc::new(engine), fails: Arc::default() }
    }

    pub fn store(&self) -> Store {
        Store::new(self.clone())
    }

    pub fn fail(&self, fails: bool) {
        self.fails.store(fails, Ordering::SeqCst);
    }
}

impl Engine for Failing {
    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, CommitError>> {
        if self.fails.load(Ordering::SeqCst) {
            return future::ready(Err(StoreError::Unavailable("the disk is full".to_owned()).into())).boxed();
        }
        self.engine.commit(commit)
    }

    fn read(&self, read: Read) -> BoxFuture<'_, Result<Found, StoreError>> {
        self.engine.read(read)
    }

    fn next(&self, sequence: Sequence, above: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.engine.next(sequence, above)
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        self.engine.snapshot()
    }

    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        self.engine.close()
    }
}
