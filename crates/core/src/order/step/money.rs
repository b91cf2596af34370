//! What an order's end, and every correction of it, means in postings.

use super::{Notice, Stepper};
use crate::ledger::{AccountId, Posting, Reason};
use crate::money::Rupiah;
use crate::order::margins::{self, Stand};
use crate::order::model::{Decider, FailureReason, Final, OrderState};
use crate::order::notice::ResellerNotice;
use crate::order::{Order, view};
use crate::outcome::Details;

impl Stepper {
    pub(super) fn end_success(&mut self, sn: String, mut details: Details, by: Decider) {
        for (detail, value) in &self.order.customer {
            details.entry(*detail).or_insert_with(|| value.clone());
        }
        self.order.state = OrderState::Final(Final { failure: None, sn, details, by, at: self.at });
    }

    pub(super) fn end_failed(&mut self, reason: FailureReason, by: Decider) {
        self.postings.push(Posting::Release { order: self.order.id });
        self.end_failed_silently(reason, by);
        self.notices.push(Notice::Reseller(ResellerNotice::Failed(view::line(&self.order))));
    }

    pub(super) fn end_failed_silently(&mut self, reason: FailureReason, by: Decider) {
        self.order.state = OrderState::Final(Final {
            failure: Some(reason),
            sn: String::new(),
            details: Details::new(),
            by,
            at: self.at,
        });
    }

    pub(super) fn capture(&mut self) {
        self.postings.push(Posting::Capture { order: self.order.id });
        self.move_money(Stand::Delivered);
    }

    /// Charges a refunded order that was delivered after all; this may take a reseller below zero.
    pub(super) fn charge_again(&mut self) {
        self.move_money(Stand::Delivered);
    }

    /// Gives back the price of an order that was none after all, as far as it is there.
    pub(super) fn give_back(&mut self) {
        self.move_money(Stand::Undelivered);
    }

    /// Pays out what waits no more.
    pub(super) fn settle(&mut self) {
        let before = self.order.refund_withheld();
        self.move_money(Stand::of(&self.order.state));
        let left = self.order.refund_withheld();
        let amount = before.checked_sub(left).unwrap_or_default();
        if amount.is_positive() {
            let paid = ResellerNotice::WithheldPaid { order: self.order.id, amount, left };
            self.notices.push(Notice::Reseller(paid));
        }
    }

    /// A refund that had not all come back is not all charged again.
    pub(super) fn say_what_is_charged_again(&mut self, before: &Order) {
        for notice in &mut self.notices {
            if let Notice::Reseller(ResellerNotice::DeliveredLate(line)) = notice {
                line.withheld = before.refund_withheld();
            }
        }
    }

    fn move_money(&mut self, now: Stand) {
        let (withheld, postings) = margins::moved(&self.order, now, &self.funds);
        self.order.withheld = withheld;
        self.postings.extend(postings);
    }

    pub(super) fn post_cost(&mut self, index: usize, cost: Rupiah, reason: Reason) {
        let supplier = AccountId::Supplier(self.order.attempts[index].route.supplier.clone());
        let (debit, credit) = match reason {
            Reason::CostReversal => (supplier, AccountId::Cost),
            _ => (AccountId::Cost, supplier),
        };
        if cost.is_positive() {
            self.order.attempts[index].charged = Some(cost);
            self.postings.push(Posting::Transfer {
                debit,
                credit,
                amount: cost,
                reason,
                order: Some(self.order.id),
                note: None,
                may_overdraw: false,
            });
        }
    }

    pub(super) fn take_cost_back(&mut self, index: usize) {
        if let Some(cost) = self.order.attempts[index].charged {
            self.post_cost(index, cost, Reason::CostReversal);
        }
    }
}
