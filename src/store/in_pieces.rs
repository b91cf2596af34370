//! Which keys have rows in pieces. They are found by a walk over all pieces, which takes as long as there is history; so it
//! goes on beside the work, and only whoever settles rows waits for it.

use std::collections::HashSet;
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};

use parking_lot::{Condvar, Mutex};

use super::StoreError;
use super::sled_kv::unavailable;

/// Keys between two looks whether anybody still wants to know.
const LOOK_EVERY: usize = 1_000;

type Keys = HashSet<Vec<u8>>;

#[derive(Clone)]
pub(super) struct InPieces(Arc<Walk>);

struct Walk {
    found: Mutex<Option<Result<Keys, StoreError>>>,
    done: Condvar,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Whoever closes the store may open it again at once: the walk must have let go of it by then.
impl Drop for Walk {
    fn drop(&mut self) {
        let thread = self.thread.get_mut().take().filter(|walker| walker.thread().id() != thread::current().id());
        if let Some(walker) = thread {
            let _ = walker.join();
        }
    }
}

impl InPieces {
    /// Begins the walk over the keys of pieces that `tree` has below `prefix`: each is a row's key and eight bytes more.
    pub(super) fn find(tree: sled::Db, prefix: u8) -> Result<Self, StoreError> {
        let walk = Arc::new(Walk { found: Mutex::new(None), done: Condvar::new(), thread: Mutex::new(None) });
        let wanted = Arc::downgrade(&walk);
        let thread = thread::Builder::new()
            .name("store-pieces".to_owned())
            .spawn(move || {
                let found = find(&tree, prefix, &wanted);
                // sled closes its files with the last handle: it is gone before anybody is told.
                drop(tree);
                if let Some(walk) = wanted.upgrade() {
                    *walk.found.lock() = Some(found);
                    walk.done.notify_all();
                }
            })
            .map_err(|error| StoreError::Unavailable(format!("looking for long rows failed: {error}")))?;
        *walk.thread.lock() = Some(thread);
        Ok(Self(walk))
    }

    /// Whether [`Self::with`] would not have to wait.
    pub(super) fn is_known(&self) -> bool {
        self.0.found.try_lock().is_some_and(|found| found.is_some())
    }

    /// Works on the keys; waits until all are found.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Keys) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut found = self.0.found.lock();
        loop {
            match &mut *found {
                Some(Ok(keys)) => return work(keys),
                Some(Err(error)) => return Err(error.clone()),
                None => self.0.done.wait(&mut found),
            }
        }
    }
}

fn find(tree: &sled::Db, prefix: u8, wanted: &Weak<Walk>) -> Result<Keys, StoreError> {
    let mut keys = Keys::new();
    for (count, key) in tree.scan_prefix([prefix]).keys().enumerate() {
        let key = key.map_err(|error| unavailable(&error))?;
        keys.extend(key.get(1..key.len().saturating_sub(8)).map(<[u8]>::to_vec));
        if count % LOOK_EVERY == 0 && wanted.strong_count() == 0 {
            break;
        }
    }
    Ok(keys)
}
