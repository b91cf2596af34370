//! What all work of this process shares: the store and the clock, which part of the work is its own, and how its tasks
//! are started and stopped.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::ShopClock;
use konter_core::ids::Reference;
use konter_store::{Leases, Store, StoreError};

/// Clones are the same process.
#[derive(Clone)]
pub(super) struct Process {
    pub store: Store,
    pub clock: ShopClock,
    /// What of the work is this process's.
    pub share: Arc<Leases>,
    pub tasks: TaskTracker,
    pub stop: CancellationToken,
    clock_set: watch::Sender<()>,
}

impl Process {
    pub fn new(store: Store, clock: ShopClock) -> Self {
        Self {
            share: store.share(),
            store,
            clock,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            clock_set: watch::Sender::new(()),
        }
    }

    /// Tells everybody who waits for a moment that the clock was set.
    pub fn tell_clock_set(&self) {
        self.clock_set.send_replace(());
    }

    /// Hears from now on when the clock is set.
    pub fn clock_set(&self) -> watch::Receiver<()> {
        self.clock_set.subscribe()
    }

    /// Waits until it is time for the next look, or the clock is set. `false`: the shop stops.
    pub async fn pause(&self, time: Duration, clock_set: &mut watch::Receiver<()>) -> bool {
        tokio::select! {
            () = self.stop.cancelled() => false,
            _ = clock_set.changed() => true,
            () = tokio::time::sleep(time) => true,
        }
    }

    pub async fn fresh_reference(&self, at: DateTime<Utc>) -> Result<Reference, StoreError> {
        fresh_reference(&self.store, at).await
    }
}

/// A reference that no supplier has seen. It grows with the clock, so that a restored backup repeats none.
pub(super) async fn fresh_reference(store: &Store, at: DateTime<Utc>) -> Result<Reference, StoreError> {
    store.next_reference(u64::try_from(at.timestamp_micros()).unwrap_or_default()).await
}
