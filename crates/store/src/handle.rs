//! The store as everybody else knows it: any engine behind one handle.

use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;

use super::engine::{Engine, Read, Rows, Shared};
use super::{Leases, Notification, Sequence, StoreError, Word};
use konter_core::ids::{Reference, SupplierId};

/// What a shop keeps: an engine, with the reads that are the same over all of them (`reads`). Clones are the same store.
#[derive(Clone)]
pub struct Store(Arc<dyn Engine>);

impl Deref for Store {
    type Target = dyn Engine;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl Store {
    pub fn new(engine: impl Engine) -> Self {
        Self(Arc::new(engine))
    }

    /// A store over an engine that somebody else speaks to as well.
    pub fn over(engine: Arc<dyn Engine>) -> Self {
        Self(engine)
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        name: &'static str,
        read: impl Fn(&Rows<'_>) -> Result<T, StoreError> + Send + Sync + 'static,
    ) -> Result<T, StoreError> {
        let found = self.0.read(Read::new(name, read)).await?;
        let other =
            |_| StoreError::Corrupt { what: "read", problem: format!("{name} was answered with something else") };
        found.downcast().map(|found| *found).map_err(other)
    }

    /// The next number of a sequence.
    pub async fn next(&self, sequence: Sequence) -> Result<u64, StoreError> {
        self.0.next(sequence, 0).await
    }

    /// A reference no attempt has had, larger than `floor` (microseconds of the clock) and than any before it.
    pub async fn next_reference(&self, floor: u64) -> Result<Reference, StoreError> {
        self.0.next(Sequence::Reference, floor).await.map(Reference)
    }

    /// Returns once everything is durable that can have been read so far. Whoever tells somebody outside what it has read,
    /// without a commit of its own, waits for this; [`Self::outbox`] does so itself.
    pub async fn settled(&self) -> Result<(), StoreError> {
        self.0.settled(u64::MAX).await
    }
}

/// Several processes; a store that is not shared is wholly this one's.
impl Store {
    /// What of the work is this process's.
    #[must_use]
    pub fn share(&self) -> Arc<Leases> {
        self.0.shared().map_or_else(Leases::alone, Shared::share)
    }

    /// What this process is told about its part of the work, once; `None` when all of it is its own.
    #[must_use]
    pub fn words(&self) -> Option<UnboundedReceiver<Word>> {
        self.0.shared()?.words()
    }

    /// Tells the other processes something that no commit of this one tells them.
    pub async fn notify_others(&self, notification: Notification) -> Result<(), StoreError> {
        match self.0.shared() {
            Some(shared) => shared.notify_others(notification).await,
            None => Ok(()),
        }
    }

    /// Takes one of so many places for requests at a supplier, among all processes; `None` while all are taken.
    pub async fn take_place(&self, supplier: &SupplierId, of: u16) -> Result<Option<u16>, StoreError> {
        match self.0.shared() {
            Some(shared) => shared.take_place(supplier, of).await,
            None => Ok(Some(0)),
        }
    }

    /// Gives it back; one that is not given back runs out by itself.
    pub async fn free_place(&self, supplier: &SupplierId, place: u16) -> Result<(), StoreError> {
        match self.0.shared() {
            Some(shared) => shared.free_place(supplier, place).await,
            None => Ok(()),
        }
    }

    /// This process is about to stop: what it holds goes to the others, as it becomes idle.
    pub fn retire(&self) {
        if let Some(shared) = self.0.shared() {
            shared.retire();
        }
    }
}
