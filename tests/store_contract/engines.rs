//! The engines the contract runs on.

use std::path::Path;
use std::sync::Arc;

use konter::store::Store;
use konter::store::memory::MemoryStore;
use konter::store::sled_store::{SledOptions, SledStore};

pub trait Engine: Sized {
    fn new() -> Self;
    fn store(&self) -> Arc<dyn Store>;
    /// The same store after a restart. Nothing else may hold it.
    fn reopen(self) -> Self;
}

pub struct Memory(Arc<MemoryStore>);

impl Engine for Memory {
    fn new() -> Self {
        Self(Arc::new(MemoryStore::new()))
    }

    fn store(&self) -> Arc<dyn Store> {
        self.0.clone()
    }

    fn reopen(self) -> Self {
        self
    }
}

pub struct Sled {
    store: Option<Arc<SledStore>>,
    folder: tempfile::TempDir,
}

impl Sled {
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

pub fn open(path: &Path) -> Arc<SledStore> {
    Arc::new(SledStore::open(path, SledOptions::default()).unwrap())
}

impl Engine for Sled {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { store: Some(open(folder.path())), folder }
    }

    fn store(&self) -> Arc<dyn Store> {
        self.store.clone().unwrap()
    }

    fn reopen(mut self) -> Self {
        let store = Arc::into_inner(self.store.take().unwrap()).expect("nothing else holds the store");
        drop(store);
        self.store = Some(open(self.folder.path()));
        self
    }
}
