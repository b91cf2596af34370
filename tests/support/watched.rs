//! A store that says what was committed, takes no commit while it is told to fail, and whose readers, and bookings, can be made
//! to wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures::future::{self, BoxFuture, FutureExt as _};
use konter_store::{Commit, CommitError, Committed, Engine, Found, Read, Sequence, Snapshot, Store, StoreError};
use parking_lot::Mutex;
use tokio::sync::watch;

/// What a commit did with messages and orders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    pub received: Vec<String>,
    pub answered: bool,
    /// New ones.
    pub orders: usize,
    /// Rows of orders, and how many of them say that a request is under way.
    pub written: usize,
    pub leaving: usize,
}

#[derive(Clone)]
pub struct Watched {
    engine: Arc<dyn Engine>,
    commits: Arc<Mutex<Vec<Noted>>>,
    fails: Arc<AtomicBool>,
    reads: Arc<watch::Sender<bool>>,
    books: Arc<watch::Sender<bool>>,
    held: Arc<AtomicUsize>,
}

impl Watched {
    pub fn over(engine: impl Engine) -> Self {
        let open = || Arc::new(watch::Sender::new(true));
        let (commits, fails, held) = (Arc::default(), Arc::default(), Arc::default());
        Self { engine: Arc::new(engine), commits, fails, reads: open(), books: open(), held }
    }

    pub fn store(&self) -> Store {
        Store::new(self.clone())
    }

    pub fn fail(&self, fails: bool) {
        self.fails.store(fails, Ordering::SeqCst);
    }

    pub fn let_read(&self, may: bool) {
        self.reads.send_replace(may);
    }

    /// What moves money waits before it is decided upon, so that several are decided on the same rows.
    pub fn let_book(&self, may: bool) {
        self.books.send_replace(may);
    }

    /// How many have waited for that.
    pub fn held(&self) -> usize {
        self.held.load(Ordering::SeqCst)
    }

    pub fn commits(&self) -> Vec<Noted> {
        self.commits.lock().clone()
    }

    pub fn forget(&self) {
        self.commits.lock().clear();
    }

    /// What messages came to, in order; other commits left out.
    pub fn of_messages(&self) -> Vec<Noted> {
        let mut commits = self.commits();
        commits.retain(|noted| noted.answered || !noted.received.is_empty());
        commits
    }
}

impl Engine for Watched {
    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, CommitError>> {
        if self.fails.load(Ordering::SeqCst) {
            return future::ready(Err(StoreError::Unavailable("the disk is full".to_owned()).into())).boxed();
        }
        self.commits.lock().push(Noted {
            received: commit.received.iter().map(|message| message.text.clone()).collect(),
            answered: commit.handled.is_some(),
            orders: commit.orders.iter().filter(|order| order.expected.is_none()).count(),
            written: commit.orders.len(),
            leaving: commit.orders.iter().filter(|order| order.row.is_in_flight()).count(),
        });
        let mut may_book = self.books.subscribe();
        if commit.postings.is_empty() || *may_book.borrow() {
            return self.engine.commit(commit);
        }
        self.held.fetch_add(1, Ordering::SeqCst);
        async move {
            let _ = may_book.wait_for(|open| *open).await;
            self.engine.commit(commit).await
        }
        .boxed()
    }

    fn read(&self, read: Read) -> BoxFuture<'_, Result<Found, StoreError>> {
        let mut may_read = self.reads.subscribe();
        async move {
            let _ = may_read.wait_for(|open| *open).await;
            self.engine.read(read).await
        }
        .boxed()
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
