//! The catalog that is being sold from, in memory beside the store. One change of products after the other, so that what is
//! in memory is never older than what is stored.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use tokio::sync::MutexGuard;

use super::answer::Import;
use konter_core::catalog::{Catalog, Product};
use konter_core::ids::ChatId;
use konter_store::{Store, StoreError};

pub(super) struct Stock {
    store: Store,
    catalog: RwLock<Arc<Catalog>>,
    /// Catalogs sent by chat that wait for their button, the latest of each admin.
    pub imports: Mutex<HashMap<ChatId, Import>>,
    changing: tokio::sync::Mutex<()>,
}

/// Held by whoever changes products, from before the commit until the catalog in memory has them.
pub(super) struct Change<'a> {
    stock: &'a Stock,
    _held: MutexGuard<'a, ()>,
}

impl Stock {
    pub fn new(store: Store, catalog: Catalog) -> Self {
        let (imports, changing) = (Mutex::default(), tokio::sync::Mutex::default());
        Self { store, catalog: RwLock::new(Arc::new(catalog)), imports, changing }
    }

    /// The catalog as it is now.
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog.read())
    }

    /// Waits for earlier changes of products.
    pub async fn change(&self) -> Change<'_> {
        Change { stock: self, _held: self.changing.lock().await }
    }
}

impl Change<'_> {
    /// Takes over products that have been stored.
    pub fn take(&self, products: Vec<Product>) {
        if products.is_empty() {
            return;
        }
        // A file that waits for its button was compared with what is not on sale any more.
        self.stock.imports.lock().clear();
        let mut catalog = self.stock.catalog.write();
        let mut changed = Catalog::clone(&catalog);
        for product in products {
            changed.put(product);
        }
        *catalog = Arc::new(changed);
    }

    /// Takes over what others have made of the products.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reload(&self) -> Result<(), StoreError> {
        let products = self.stock.store.products().await?;
        let catalog = self.stock.catalog();
        self.take(products.into_iter().filter(|product| catalog.get(&product.code) != Some(product)).collect());
        Ok(())
    }
}
