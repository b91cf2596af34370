//! What admins set for suppliers, what is known of their price lists, and where alerts about orders stand.

use super::apply::{Stage, check_version};
use super::kv::{Direction, Kv, under};
use super::read::CONTINUE;
use super::rows::{decode, encode};
use super::{CommitError, RoutingRows, StoreError, keys};
use konter_core::ids::OrderId;
use konter_core::price_list::{Margins, PriceListRow};
use konter_core::routing::SupplierOverrides;

impl<K: Kv> Stage<'_, K> {
    pub(super) fn routing(&mut self, rows: &RoutingRows) -> Result<(), CommitError> {
        for supplier_overrides in &rows.supplier_overrides {
            let key = keys::supplier_overrides(&supplier_overrides.row.supplier);
            let stored: Option<SupplierOverrides> =
                self.get(&key)?.map(|bytes| decode("supplier_overrides", &bytes)).transpose()?;
            let name = || format!("what is set for supplier {}", supplier_overrides.row.supplier);
            check_version(
                stored.map(|stored| stored.version),
                supplier_overrides.expected,
                supplier_overrides.row.version,
                name,
            )?;
            self.put(key, encode("supplier_overrides", &supplier_overrides.row)?);
        }
        for list in &rows.price_lists {
            let key = keys::price_list(&list.row.supplier);
            let stored: Option<PriceListRow> = self.get(&key)?.map(|bytes| decode("price list", &bytes)).transpose()?;
            let name = || format!("the price list of {}", list.row.supplier);
            check_version(stored.map(|stored| stored.version), list.expected, list.row.version, name)?;
            self.put(key, encode("price list", &list.row)?);
        }
        if let Some(margins) = &rows.margins {
            let stored: Option<Margins> =
                self.get(&keys::margins())?.map(|bytes| decode("margins", &bytes)).transpose()?;
            let name = || "the margins".to_owned();
            check_version(stored.map(|stored| stored.version), margins.expected, margins.row.version, name)?;
            self.put(keys::margins(), encode("margins", &margins.row)?);
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
        let mut found = Vec::new();
        self.kv().scan(under(keys::shown_of(order)), Direction::Up, &mut |key, _| {
            found.push(key.to_vec());
            Ok(CONTINUE)
        })?;
        for key in found {
            self.delete(key);
        }
        Ok(())
    }
}
