//! What admins set for suppliers, what is known of their price lists, and where alerts about orders stand.

use super::apply::Stage;
use super::kv::Kv;
use super::read::Reader;
use super::rows::encode;
use super::{CommitError, RoutingRows, StoreError, keys};
use konter_core::ids::OrderId;

impl<K: Kv> Stage<'_, K> {
    pub(super) fn routing(&mut self, rows: &RoutingRows) -> Result<(), CommitError> {
        for supplier_overrides in &rows.supplier_overrides {
            let supplier = &supplier_overrides.row.supplier;
            let (key, name) = (keys::supplier_overrides(supplier), || format!("what is set for supplier {supplier}"));
            self.versioned("supplier_overrides", key, supplier_overrides, supplier_overrides.row.version, name)?;
        }
        for list in &rows.price_lists {
            let supplier = &list.row.supplier;
            let (key, name) = (keys::price_list(supplier), || format!("the price list of {supplier}"));
            self.versioned("price list", key, list, list.row.version, name)?;
        }
        if let Some(margins) = &rows.margins {
            self.versioned("margins", keys::margins(), margins, margins.row.version, || "the margins".to_owned())?;
        }
        for shown in &rows.shown {
            self.put(keys::shown(shown.order, &shown.chat), encode("alert", shown)?);
        }
        for order in &rows.unshown {
            self.forget_alerts(*order)?;
        }
        Ok(())
    }

    /// An alert that this very moment is being noted may stay behind; it is a small row that nobody looks at.
    fn forget_alerts(&mut self, order: OrderId) -> Result<(), StoreError> {
        for (key, _) in Reader(self.kv()).raw(keys::shown_of(order))? {
            self.delete(key);
        }
        Ok(())
    }
}
