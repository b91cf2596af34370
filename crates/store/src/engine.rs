//! What keeps the rows. An engine commits, and shows its rows to whoever reads; the rules (`apply`) and the reads
//! (`Reader`) are the same over all of them. Object-safe, so that one [`Store`](super::Store) stands for any engine.

use std::any::Any;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use futures::future::{self, BoxFuture, FutureExt as _};
use tokio::sync::mpsc::UnboundedReceiver;

use super::kv::Kv;
use super::parts::Parts;
use super::read::Reader;
use super::{Commit, CommitError, Committed, Leases, Notification, Sequence, Snapshot, StoreError, Word};
use konter_core::ids::SupplierId;

/// What a read found, of the type its caller asked for.
pub type Found = Box<dyn Any + Send>;
/// The rows of an engine, whichever it is.
pub(super) type Rows<'a> = Reader<'a, dyn Kv + 'a>;
type Run = Box<dyn Fn(&Rows<'_>) -> Result<Found, StoreError> + Send + Sync>;

/// One read. An engine may run it more than once, and gives what it found when all rows it asked for were there.
pub struct Read {
    name: &'static str,
    run: Run,
}

impl Read {
    pub(super) fn new<T: Send + 'static>(
        name: &'static str,
        read: impl Fn(&Rows<'_>) -> Result<T, StoreError> + Send + Sync + 'static,
    ) -> Self {
        Self { name, run: Box::new(move |rows| Ok(Box::new(read(rows)?))) }
    }

    /// The method of [`Store`](super::Store) it is.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn run(&self, rows: &dyn Kv) -> Result<Found, StoreError> {
        (self.run)(&Reader(rows))
    }
}

pub trait Engine: Send + Sync + 'static {
    /// Applies a decision atomically: all of it is durable when this returns, or none of it happened.
    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, CommitError>>;

    /// Shows its rows, as of one moment between two commits.
    fn read(&self, read: Read) -> BoxFuture<'_, Result<Found, StoreError>>;

    /// The next number of a sequence, above `above`.
    fn next(&self, sequence: Sequence, above: u64) -> BoxFuture<'_, Result<u64, StoreError>>;

    /// All rows as they stand between two commits; the shop goes on meanwhile. One at a time.
    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, StoreError>>;

    /// The same as files that never change once written, of which a copy takes only the new ones; `None`: the engine has none.
    fn parts(&self) -> BoxFuture<'_, Result<Option<Parts>, StoreError>> {
        future::ready(Ok(None)).boxed()
    }

    /// When the first line of the journal was made that no closed day has; `None`: there is none, or the engine closes no days.
    /// What was made after `now` was made by a clock that was wrong, and tells nothing.
    fn first_unclosed(&self, _now: DateTime<Utc>) -> BoxFuture<'_, Result<Option<DateTime<Utc>>, StoreError>> {
        future::ready(Ok(None)).boxed()
    }

    /// Moves what is settled of the days that ended at `ends` to where it takes little room, under the name of the last of
    /// them; what a wrong clock made after `now` goes along with what follows it. Readers notice nothing. Gives the number of rows moved; 0 also where the engine closes no days.
    fn close_day(
        &self,
        _day: NaiveDate,
        _ends: DateTime<Utc>,
        _now: DateTime<Utc>,
    ) -> BoxFuture<'_, Result<u64, StoreError>> {
        future::ready(Ok(0)).boxed()
    }

    /// Returns once a closed day could not be read since this was asked last. For ever where none is closed.
    fn day_damaged(&self) -> BoxFuture<'_, ()> {
        future::pending().boxed()
    }

    /// Returns once the rows with a number up to this one are durable, if any can have been read.
    fn settled(&self, _number: u64) -> BoxFuture<'_, Result<(), StoreError>> {
        future::ready(Ok(())).boxed()
    }

    /// Waits until the engine has failed for good: nothing is written any more before it is opened anew. For ever where a
    /// failure passes by itself.
    fn failed(&self) -> BoxFuture<'_, StoreError> {
        future::pending().boxed()
    }

    /// How the work is shared out, where several processes use the same rows.
    fn shared(&self) -> Option<&dyn Shared> {
        None
    }

    /// Makes everything durable and lets go of the files.
    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>>;
}

/// An engine that several processes use at the same time.
pub trait Shared: Send + Sync {
    /// What of the work is this process's.
    fn share(&self) -> Arc<Leases>;
    /// What this process is told about its part of the work, once; `None` when all of it is its own.
    fn words(&self) -> Option<UnboundedReceiver<Word>>;
    /// Tells the other processes something that no commit of this one tells them.
    fn notify_others(&self, notification: Notification) -> BoxFuture<'_, Result<(), StoreError>>;
    /// Takes one of so many places for requests at a supplier, among all processes; `None` while all are taken.
    fn take_place<'a>(&'a self, supplier: &'a SupplierId, of: u16) -> BoxFuture<'a, Result<Option<u16>, StoreError>>;
    fn free_place<'a>(&'a self, supplier: &'a SupplierId, place: u16) -> BoxFuture<'a, Result<(), StoreError>>;
    /// This process is about to stop: what it holds goes to the others, as it becomes idle.
    fn retire(&self);
}
