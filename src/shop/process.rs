//! What all work of this process shares: the store and the clock, which part of the work is its own, and how its tasks
//! are started and stopped.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::broadcast::{self, error::RecvError};
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
    clock_set: broadcast::Sender<()>,
}

/// Word that the clock was set. Whoever waits for it is woken in the order in which they wait: a watch would draw lots, and
/// nothing that is played twice be the same.
pub(super) struct ClockSet(broadcast::Receiver<()>);

impl ClockSet {
    pub async fn changed(&mut self) {
        // Whoever is behind has missed the same word.
        if matches!(self.0.recv().await, Err(RecvError::Closed)) {
            std::future::pending::<()>().await;
        }
    }
}

impl Process {
    pub fn new(store: Store, clock: ShopClock) -> Self {
        Self {
            share: store.share(),
            store,
            clock,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            clock_set: broadcast::Sender::new(1),
        }
    }

    /// Tells everybody who waits for a moment that the clock was set.
    pub fn tell_clock_set(&self) {
        // Nobody may be waiting.
        let _ = self.clock_set.send(());
    }

    /// Hears from now on when the clock is set.
    pub fn clock_set(&self) -> ClockSet {
        ClockSet(self.clock_set.subscribe())
    }

    /// Waits until it is time for the next look, or the clock is set. `false`: the shop stops.
    pub async fn pause(&self, time: Duration, clock_set: &mut ClockSet) -> bool {
        tokio::select! {
            () = self.stop.cancelled() => false,
            () = clock_set.changed() => true,
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
