//! What admins set for suppliers, and where alerts about orders stand.

use super::apply::{Stage, check_version};
use super::kv::{Direction, Kv, under};
use super::read::CONTINUE;
use super::rows::{decode, encode};
use super::{CommitError, RoutingRows, StoreError, keys};
use konter_core::ids::OrderId;
use konter_core::routing::Steering;

impl<K: Kv> Stage<'_, K> {
    pub(super) fn routing(&mut self, rows: &RoutingRows) -> Result<(), CommitError> {
        for steering in &rows.steering {
            let key = keys::steering(&steering.row.supplier);
            let stored: Option<Steering> = self.get(&key)?.map(|bytes| decode("steering", &bytes)).transpose()?;
            let name = || format!("what is set for supplier {}", steering.row.supplier);
            check_version(stored.map(|stored| stored.version), steering.expected, steering.row.version, name)?;
            self.put(key, encode("steering", &steering.row)?);
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
