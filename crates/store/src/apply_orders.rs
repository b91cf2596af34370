//! Orders, and what only one of them may have: a slot, a reference, a serial number.

use super::apply::{Stage, check_version, corrupt};
use super::kv::Kv;
use super::rows::{OrderHead, SlotRow, decode, encode};
use super::{CommitError, Versioned, keys, slots};
use konter_core::ids::OrderId;
use konter_core::order::Order;

impl<K: Kv> Stage<'_, K> {
    pub(super) fn order(&mut self, order: &Versioned<Order>, bytes: Vec<u8>) -> Result<(), CommitError> {
        let Versioned { expected, row } = order;
        let key = keys::order(row.id);
        let stored = self.get_order(row.id)?;
        let stored: Option<OrderHead> = stored.map(|bytes| decode("order", &bytes)).transpose()?;
        let version = stored.as_ref().map(|head| head.version);
        check_version(version, *expected, row.version, || format!("order {}", row.id))?;
        match stored {
            None => self.put(keys::order_of_agent(row.agent, row.id), Vec::new()),
            Some(head) if !is_same_order(&head, row) => {
                return Err(corrupt("order", format!("order {} became another order", row.id)).into());
            }
            Some(_) => {}
        }
        self.order_slot(row, expected.is_none())?;
        self.order_bills(row, expected.is_none())?;
        self.order_references(row)?;
        self.order_serial(row)?;
        self.put(key, bytes);
        Ok(())
    }

    /// Only placing an order competes for a slot. One that failed and was delivered after all takes its slot back when
    /// it is free; when another order has it by now, what happened is recorded all the same.
    fn order_slot(&mut self, order: &Order, is_new: bool) -> Result<(), CommitError> {
        let key = keys::slot(&order.slot());
        if is_new && slots::in_the_way(&order.slot(), order.created_at, |key| self.get(key))?.is_some() {
            return Err(CommitError::Conflict(format!("the slot of order {}", order.id)));
        }
        let stored: Option<SlotRow> = self.row("slot", &key)?;
        let is_known = stored.is_some();
        let mut slot = stored.unwrap_or_default();
        let before = slot.taken_by;
        let is_others = before.is_some_and(|taker| taker != order.id);
        match (order.takes_slot(), is_others) {
            (_, true) => {}
            (true, false) => slot.taken_by = Some(order.id),
            (false, false) => slot.taken_by = None,
        }
        if is_new {
            slot.orders.push(order.id);
        }
        if is_new || !is_known || slot.taken_by != before {
            self.put(key, encode("slot", &slot)?);
        }
        self.open_slot(order)
    }

    /// Kept as long as the order is open.
    fn open_slot(&mut self, order: &Order) -> Result<(), CommitError> {
        let key = keys::open_slot(&order.slot());
        let stored: Option<SlotRow> = self.row("slot", &key)?;
        let taken_by = stored.and_then(|slot| slot.taken_by);
        if order.is_open() && taken_by.is_none() {
            self.put(key, encode("slot", &SlotRow { taken_by: Some(order.id), orders: Vec::new() })?);
        } else if !order.is_open() && taken_by == Some(order.id) {
            self.delete(key);
        }
        Ok(())
    }

    fn order_references(&mut self, order: &Order) -> Result<(), CommitError> {
        for attempt in &order.attempts {
            let key = keys::reference(&attempt.route.supplier, attempt.reference);
            let stored = self.get_reference(attempt.reference, &key)?;
            let owner: Option<OrderId> = stored.map(|bytes| decode("reference", &bytes)).transpose()?;
            match owner {
                None => self.put(key, encode("reference", &order.id)?),
                Some(owner) if owner != order.id => {
                    return Err(CommitError::Conflict(format!("reference {}", attempt.reference)));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// A serial number is one order's, whoever its reseller is, and stays it. What an admin says of an order stands all
    /// the same.
    fn order_serial(&mut self, order: &Order) -> Result<(), CommitError> {
        let Some(key) = order.serial_key().map(|key| keys::serial(&key)) else { return Ok(()) };
        let owner: Option<OrderId> = self.row("serial", &key)?;
        match owner {
            None => self.put(key, encode("serial", &order.id)?),
            Some(owner) if owner != order.id && order.is_decided_by_supplier() => {
                return Err(CommitError::Conflict(format!("the serial number of order {}", order.id)));
            }
            Some(_) => {}
        }
        Ok(())
    }
}

fn is_same_order(head: &OrderHead, order: &Order) -> bool {
    head.agent == order.agent
        && head.product == order.product
        && head.dest == order.dest
        && head.nth == order.nth
        && head.day == order.day
        && head.margins == order.margins
}
