//! What is being worked on, so that no two do the same thing at once.

use std::collections::HashSet;
use std::hash::Hash;

use parking_lot::Mutex;

/// The orders, or inquiries, something is being done for.
pub(super) struct InFlight<T>(Mutex<HashSet<T>>);

impl<T> Default for InFlight<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// Held while the work goes on; dropping it, also by a panic or a cancelled task, ends it.
pub(super) struct Shift<'a, T: Copy + Eq + Hash> {
    set: &'a InFlight<T>,
    id: T,
}

impl<T: Copy + Eq + Hash> InFlight<T> {
    /// Whether somebody is at it.
    pub fn is_at(&self, id: T) -> bool {
        self.0.lock().contains(&id)
    }

    /// Begins work on something; `None` when somebody already is at it.
    pub fn enter(&self, id: T) -> Option<Shift<'_, T>> {
        // The lock must be gone before a shift can be dropped, which takes it again.
        let is_free = self.0.lock().insert(id);
        is_free.then(|| Shift { set: self, id })
    }
}

impl<T: Copy + Eq + Hash> Drop for Shift<'_, T> {
    fn drop(&mut self) {
        self.set.0.lock().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use konter_core::ids::OrderId;

    #[test]
    fn an_order_has_one_worker_until_that_one_is_done() {
        let set = InFlight::default();
        let first = set.enter(OrderId(1));
        assert!(first.is_some());
        assert!(set.enter(OrderId(1)).is_none());
        assert!(set.enter(OrderId(1)).is_none(), "the one refused must not have ended the other's shift");
        assert!(set.enter(OrderId(2)).is_some());
        drop(first);
        assert!(set.enter(OrderId(1)).is_some());
    }
}
