//! Orders as this process last knew them. Whoever takes an order a step further has most likely just written it; what it
//! does with what it finds here is guarded by the order's version.

use std::collections::HashMap;

use parking_lot::Mutex;

use crate::keys;
use crate::kv::Batch;
use crate::rows::decode;
use konter_core::ids::OrderId;
use konter_core::order::Order;

/// Orders in each of two generations.
const ORDERS: usize = 4_096;

#[derive(Default)]
pub(super) struct Known(Mutex<[HashMap<u64, Vec<u8>>; 2]>);

impl Known {
    /// Takes the orders that a group has written.
    pub(super) fn wrote(&self, batch: &Batch) {
        let orders = batch.iter().filter(|(key, _)| key.first() == Some(&keys::ORDER));
        let orders: Vec<_> = orders.filter_map(|(key, row)| Some((keys::number_at(key, 1)?, row.clone()?))).collect();
        if orders.is_empty() {
            return;
        }
        let mut generations = self.0.lock();
        let [young, old] = &mut *generations;
        young.extend(orders);
        if young.len() > ORDERS {
            *old = std::mem::take(young);
        }
    }

    /// It was read anew: what was known of it is not believed any longer.
    pub(super) fn forget(&self, id: OrderId) {
        self.0.lock().iter_mut().for_each(|generation| drop(generation.remove(&id.0)));
    }

    pub(super) fn order(&self, id: OrderId) -> Option<Order> {
        let generations = self.0.lock();
        let row = generations.iter().find_map(|generation| generation.get(&id.0))?;
        decode("order", row).ok()
    }
}
