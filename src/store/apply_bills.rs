//! Inquiries, and which order pays which bill.

use std::ops::ControlFlow;

use chrono::{DateTime, TimeDelta, Utc};

use super::apply::Stage;
use super::kv::{Direction, Kv, under};
use super::rows::{InquiryHead, decode, encode};
use super::{CommitError, StoreError, Versioned, keys};
use crate::ids::{InquiryId, OrderId};
use crate::inquiry::Inquiry;
use crate::order::Order;

/// What is older is no use to anybody: nothing shown may be paid past its day.
const KEPT_FOR: TimeDelta = TimeDelta::days(2);
/// Old ones deleted with every new one: more than one, so that there are never many.
const DELETED_AT_ONCE: usize = 2;

impl<K: Kv> Stage<'_, K> {
    pub(super) fn inquiry(&mut self, inquiry: &Versioned<Inquiry>, at: DateTime<Utc>) -> Result<(), CommitError> {
        let Versioned { expected, row } = inquiry;
        let head = self.inquiry_head(row.id)?;
        let version = head.map(|head| head.version);
        super::apply::check_version(version, *expected, row.version, || format!("inquiry {}", row.id))?;
        let index = keys::inquiry_of(row.agent, &row.customer, &row.ask.product);
        if expected.is_none() {
            self.drop_old_inquiries(at)?;
        }
        let before: Option<InquiryId> = self.get(&index)?.map(|bytes| decode("inquiry's key", &bytes)).transpose()?;
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
        self.get(&keys::inquiry(id))?.map(|bytes| decode("inquiry", &bytes)).transpose()
    }

    /// Numbers of inquiries are moments, so the oldest come first.
    fn drop_old_inquiries(&mut self, at: DateTime<Utc>) -> Result<(), StoreError> {
        let limit = u64::try_from((at - KEPT_FOR).timestamp_micros()).unwrap_or(0);
        let mut old = Vec::new();
        let range = keys::inquiry(InquiryId(0))..keys::inquiry(InquiryId(limit));
        debug_assert!(range.end < under(keys::all(keys::INQUIRY)).end, "the range stays among inquiries");
        self.kv().scan(range, Direction::Up, &mut |key, bytes| {
            let head: InquiryHead = decode("inquiry", bytes)?;
            old.push((key.to_vec(), head));
            Ok(if old.len() < DELETED_AT_ONCE { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        for (key, head) in old {
            let index = keys::inquiry_of(head.agent, &head.customer, &head.ask.product);
            let latest: Option<InquiryId> =
                self.get(&index)?.map(|bytes| decode("inquiry's key", &bytes)).transpose()?;
            if latest == Some(head.id) {
                self.delete(index);
            }
            self.delete(keys::asking(head.id));
            self.delete(key);
        }
        Ok(())
    }

    /// Only placing an order competes for its bill's periods. One that failed and was paid after all takes them back
    /// where they are free; where another order has them by now, what happened is recorded all the same.
    pub(super) fn order_bills(&mut self, order: &Order, is_new: bool) -> Result<(), CommitError> {
        for bill in order.bill_keys() {
            let key = keys::bill(&bill);
            let owner: Option<OrderId> = self.get(&key)?.map(|bytes| decode("bill", &bytes)).transpose()?;
            let is_others = owner.is_some_and(|owner| owner != order.id);
            match (order.takes_slot(), is_others) {
                (true, true) if is_new => {
                    return Err(CommitError::Conflict(format!("the bill of order {}", order.id)));
                }
                (_, true) => {}
                (true, false) => self.put(key, encode("bill", &order.id)?),
                (false, false) => self.delete(key),
            }
        }
        Ok(())
    }
}
