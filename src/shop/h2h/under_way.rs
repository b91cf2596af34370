//! References that requests are at work on: what one of them is about to decide, another must not call unknown. Of what
//! other processes are at work on nothing is known here; `GAGAL` is only said of what a commit has kept.

use std::collections::HashMap;

use parking_lot::Mutex;

use konter_core::ids::AgentId;

pub(super) type Key = (AgentId, String);

/// How many requests are at each.
#[derive(Default)]
pub(super) struct UnderWay(Mutex<HashMap<Key, usize>>);

/// Held while a request is at work; dropping it ends that.
pub(super) struct Working<'a> {
    under_way: &'a UnderWay,
    key: Key,
}

impl UnderWay {
    pub fn is_at(&self, key: &Key) -> bool {
        self.0.lock().contains_key(key)
    }

    pub fn enter(&self, key: Key) -> Working<'_> {
        *self.0.lock().entry(key.clone()).or_default() += 1;
        Working { under_way: self, key }
    }
}

impl Drop for Working<'_> {
    fn drop(&mut self) {
        let mut working = self.under_way.0.lock();
        if let Some(count) = working.get_mut(&self.key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                working.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_under_way_until_the_last_request_is_done_with_it() {
        let (under_way, key) = (UnderWay::default(), (AgentId(1), "a".to_owned()));
        let (one, other) = (under_way.enter(key.clone()), under_way.enter(key.clone()));
        assert!(under_way.is_at(&key) && !under_way.is_at(&(AgentId(2), "a".to_owned())));
        drop(one);
        assert!(under_way.is_at(&key));
        drop(other);
        assert!(!under_way.is_at(&key));
    }
}
