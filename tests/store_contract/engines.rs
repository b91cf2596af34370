//! The engines the contract runs on.

use std::path::Path;

use konter_store::Store;
use konter_store::memory::MemoryStore;
use konter_store::sled_store::{Limits, SledOptions, SledStore};

use crate::postgres::{self, Database};

pub trait Engine: Sized {
    fn new() -> Self;
    fn store(&self) -> Store;
    /// The same store after a restart. Nothing else may hold it.
    fn reopen(self) -> Self;
}

pub struct Memory(Store);

impl Engine for Memory {
    fn new() -> Self {
        Self(Store::new(MemoryStore::new()))
    }

    fn store(&self) -> Store {
        self.0.clone()
    }

    fn reopen(self) -> Self {
        self
    }
}

/// A folder, with its rows in memory or in sled as the limits say.
pub struct Sled {
    store: Option<Store>,
    folder: tempfile::TempDir,
    options: SledOptions,
}

impl Sled {
    pub fn with(limits: Limits) -> Self {
        let (folder, options) = (tempfile::tempdir().unwrap(), SledOptions { limits, ..SledOptions::default() });
        Self { store: Some(open(folder.path(), options)), folder, options }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

pub fn open(path: &Path, options: SledOptions) -> Store {
    Store::new(SledStore::open(path, options).unwrap())
}

impl Engine for Sled {
    fn new() -> Self {
        Self::with(Limits::default())
    }

    fn store(&self) -> Store {
        self.store.clone().unwrap()
    }

    fn reopen(mut self) -> Self {
        // Refused while something else holds the store.
        drop(self.store.take());
        self.store = Some(open(self.folder.path(), self.options));
        self
    }
}

/// A folder with few rows in memory, the others in sled, and old records in a base.
pub struct Settling(Sled);

impl Engine for Settling {
    fn new() -> Self {
        Self(Sled::with(Limits { calm: 0, full: 3_000, segment: 2_000, base: 10_000 }))
    }

    fn store(&self) -> Store {
        self.0.store()
    }

    fn reopen(self) -> Self {
        Self(self.0.reopen())
    }
}

/// PostgreSQL, a database for each test.
pub struct Postgres {
    store: Store,
    database: Database,
}

impl Postgres {
    /// `None`: there is no PostgreSQL here.
    pub async fn start() -> Option<Self> {
        let database = postgres::database().await?;
        Some(Self { store: database.open().await, database })
    }

    pub fn database(&self) -> &Database {
        &self.database
    }
}

impl Engine for Postgres {
    fn new() -> Self {
        wait_for(Self::start()).expect("there is PostgreSQL")
    }

    fn store(&self) -> Store {
        self.store.clone()
    }

    fn reopen(self) -> Self {
        let Self { store, database } = self;
        let store = wait_for(async {
            store.close().await.unwrap();
            drop(store);
            database.open().await
        });
        Self { store, database }
    }
}

fn wait_for<T>(future: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(future))
}
