//! Who is at work on which order, so that no two do the same thing at once.

use std::collections::HashSet;

use parking_lot::Mutex;

use crate::ids::OrderId;

/// The orders something is being done for.
#[derive(Default)]
pub(super) struct AtWork(Mutex<HashSet<OrderId>>);

/// Held while the work goes on; dropping it, also by a panic or a cancelled task, ends it.
pub(super) struct Shift<'a> {
    set: &'a AtWork,
    id: OrderId,
}

impl AtWork {
    /// Begins work on an order; `None` when somebody already is at it.
    pub fn enter(&self, id: OrderId) -> Option<Shift<'_>> {
        self.0.lock().insert(id).then_some(Shift { set: self, id })
    }
}

impl Drop for Shift<'_> {
    fn drop(&mut self) {
        self.set.0.lock().remove(&self.id);
    }
}
