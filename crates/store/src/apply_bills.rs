//! Inquiries, and which order pays which bill.

use std::ops::ControlFlow;

use chrono::{DateTime, TimeDelta, Utc};

use super::apply::Stage;
use super::kv::{Direction, Kv};
use super::rows::{InquiryHead, decode, encode};
use super::{CommitError, StoreError, Versioned, keys};
use konter_core::ids::{InquiryId, OrderId};
use konter_core::inquiry::Inquiry;
use konter_core::order::Order;

/// What is older is no use to anybody: nothing shown may be paid past its day.
const KEPT_FOR: TimeDelta = TimeDelta::days(2);
/// Old ones deleted with every new one: more than one, so that there are never many.
const DELETED_AT_ONCE: usize = 2;
/// Rows looked at for that: others of the same group may have deleted the first ones.
const LOOKED_AT: usize = 256;

impl<K: Kv> Stage<'_, K> {
    pub(super) fn inquiry(&mut self, inquiry: &Versioned<Inquiry>, at: DateTime<Utc>) -> Result<(), CommitError> {
        let Versioned { expected, row } = inquiry;
        let head = self.inquiry_head(row.id)?;
        let version = head.as_ref().map(|head| head.version);
        super::apply::check_version(version, *expected, row.version, || format!("inquiry {}", row.id))?;
        let index = keys::inquiry_of(row.agent, &row.customer, &row.ask.product);
        // It went on to another product.
        if let Some(head) = head.filter(|head| head.ask.product != row.ask.product) {
            self.drop_index(&head)?;
        }
        if expected.is_none() {
            self.drop_old_inquiries(at)?;
        }
        let before: Option<InquiryId> = self.row("inquiry's key", &index)?;
        match before.filter(|before| *before != row.id) {
            // A newer one is about the same: this one's answer comes too late to count.
            Some(newer) if newer > row.id => {}
            older => {
                if let Some(older) = older {
                    self.delete(keys::inquiry(older));
                    self.delete(keys::asking(older));
                }
                self.put(index, encode("inquiry's key", &row.id)?);
            }
        }
        if row.is_asking() {
            self.put(keys::asking(row.id), Vec::new());
        } else {
            self.delete(keys::asking(row.id));
        }
        self.put(keys::inquiry(row.id), encode("inquiry", row)?);
        Ok(())
    }

    fn inquiry_head(&self, id: InquiryId) -> Result<Option<InquiryHead>, StoreError> {
        self.row("inquiry", &keys::inquiry(id))
    }

    /// Numbers of inquiries are moments, so the oldest come first.
    fn drop_old_inquiries(&mut self, at: DateTime<Utc>) -> Result<(), StoreError> {
        let limit = u64::try_from((at - KEPT_FOR).timestamp_micros()).unwrap_or(0);
        let kv = self.kv();
        let mut old = Vec::new();
        let mut looked_at = 0;
        kv.scan(keys::inquiry(InquiryId(0))..keys::inquiry(InquiryId(limit)), Direction::Up, &mut |key, bytes| {
            looked_at += 1;
            // This very group may have deleted it already.
            if self.get(key)?.is_some() {
                old.push((key.to_vec(), decode("inquiry", bytes)?));
            }
            let enough = old.len() >= DELETED_AT_ONCE || looked_at >= LOOKED_AT;
            Ok(if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        for (key, head) in old {
            self.drop_index(&head)?;
            self.delete(keys::asking(head.id));
            self.delete(key);
        }
        Ok(())
    }

    /// Takes an inquiry out of the index, unless a newer one stands there.
    fn drop_index(&mut self, head: &InquiryHead) -> Result<(), StoreError> {
        let index = keys::inquiry_of(head.agent, &head.customer, &head.ask.product);
        let latest: Option<InquiryId> = self.row("inquiry's key", &index)?;
        if latest == Some(head.id) {
            self.delete(index);
        }
        Ok(())
    }

    /// Only placing an order competes for its bill. One that failed and was paid after all stands beside whoever claimed
    /// the bill meanwhile: the bill stays claimed until neither does any more.
    pub(super) fn order_bills(&mut self, order: &Order, is_new: bool) -> Result<(), CommitError> {
        for (bill, claims) in order.bill_keys() {
            let key = keys::bill(&bill);
            let stored: Option<Vec<OrderId>> = self.row("bill", &key)?;
            let mut payers = stored.unwrap_or_default();
            let before = payers.clone();
            if is_new && claims && !payers.is_empty() {
                return Err(CommitError::Conflict(format!("the bill of order {}", order.id)));
            }
            payers.retain(|payer| *payer != order.id);
            if claims {
                payers.push(order.id);
            }
            if payers.is_empty() {
                self.delete(key);
            } else if payers != before {
                self.put(key, encode("bill", &payers)?);
            }
        }
        Ok(())
    }
}
