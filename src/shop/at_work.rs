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
        // The lock must be gone before a shift can be dropped, which takes it again.
        let is_free = self.0.lock().insert(id);
        is_free.then(|| Shift { set: self, id })
    }
}

impl Drop for Shift<'_> {
    fn drop(&mut self) {
        self.set.0.lock().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_has_one_worker_until_that_one_is_done() {
        let set = AtWork::default();
        let first = set.enter(OrderId(1));
        assert!(first.is_some());
        assert!(set.enter(OrderId(1)).is_none());
        assert!(set.enter(OrderId(1)).is_none(), "the one refused must not have ended the other's shift");
        assert!(set.enter(OrderId(2)).is_some());
        drop(first);
        assert!(set.enter(OrderId(1)).is_some());
    }
}
