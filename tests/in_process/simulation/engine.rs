//! Where a run's rows are kept: in memory, or in sled in a folder of its own. Whatever it takes, no time passes in the
//! run meanwhile, so that the same seed is the same run.

use std::future::Future;
use std::sync::LazyLock;

use konter_store::Store;
use konter_store::memory::MemoryStore;
use konter_store::sled_store::{Limits, SledOptions, SledStore};
use parking_lot::Mutex;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// sled reads on threads of a runtime; that of the run stands still meanwhile, and does not live as long.
static BESIDE: LazyLock<Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap());

/// Waits for a store's answer without letting the run's time pass.
pub fn at_once<T>(future: impl Future<Output = T>) -> T {
    let _beside = BESIDE.enter();
    futures::executor::block_on(future)
}

/// What outlives the shop.
pub struct Engine {
    /// `None` only while it is opened again.
    store: Mutex<Option<Store>>,
    folder: Option<TempDir>,
}

impl Engine {
    pub fn in_memory() -> Self {
        Self { store: Mutex::new(Some(Store::new(MemoryStore::new()))), folder: None }
    }

    pub fn in_sled() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { store: Mutex::new(Some(open(&folder))), folder: Some(folder) }
    }

    pub fn store(&self) -> Store {
        self.store.lock().clone().expect("it is open")
    }

    /// The program has ended and starts again: what only the last one knew is gone.
    pub fn reopen(&self) {
        if let Some(folder) = &self.folder {
            let mut store = self.store.lock();
            // The folder is let go of before it is opened again.
            *store = None;
            *store = Some(open(folder));
        }
    }
}

fn open(folder: &TempDir) -> Store {
    // So little may wait that rows are applied during a run, and come from both layers.
    let limits = Limits { calm: 64 << 10, full: 256 << 10, segment: 64 << 10, base: 512 << 10 };
    let options = SledOptions { limits, cache: 1 << 20, ..SledOptions::default() };
    Store::new(SledStore::open(folder.path(), options).unwrap())
}
