//! Bills: which order pays one, until when one may be paid as it was shown, and how it is shown.

use chrono::{DateTime, TimeDelta, Utc};

use super::apply_event::TRIES;
use super::outbox::{Outbox, say};
use super::process::fresh_reference;
use crate::clock::ShopClock;
use konter_core::agent::Agent;
use konter_core::ids::{AgentId, InquiryId, OrderId, ProductCode};
use konter_core::inquiry::{Answered, Got, Inquiry, InquiryState, Quote, expires_at};
use konter_core::order::card::Verdict;
use konter_core::order::refusal::Why;
use konter_core::order::{BillKey, FailureReason, Final, Order, OrderState, Period, claims, of_customer, view};
use konter_core::outcome;
use konter_reply::{BillCard, BillStage, ReceiptForm, Reply, ShownBecause};
use konter_store::{Commit, Say, Store, StoreError, Versioned};

/// Who pays a bill.
pub(super) enum Payer {
    Nobody,
    Order(Box<Order>),
    /// An order of a closed day that is lost or damaged.
    Unread,
}

pub(super) struct Bills {
    pub store: Store,
    pub clock: ShopClock,
    pub outbox: Outbox,
    /// How long a bill that was shown may be paid, at most to the end of its day.
    pub valid_for: TimeDelta,
}

impl Bills {
    /// Until when what is shown now may be paid.
    pub fn expire_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        expires_at(now, self.valid_for, self.clock.next_midnight(now))
    }

    /// Who pays one of a bill's periods, or has paid it.
    pub async fn payer_of(&self, product: &ProductCode, customer: &str, quote: &Quote) -> Result<Payer, StoreError> {
        let day = self.clock.day_of(self.clock.utc());
        let claims = claims(&quote.found.bills, quote.total, day).into_iter().map(Period::Claim);
        for period in std::iter::once(Period::Any).chain(claims) {
            let key = BillKey::new(product, customer, period);
            match self.store.order_of_bill(&key).await {
                Ok(None) => {}
                Ok(Some(order)) => return Ok(Payer::Order(Box::new(order))),
                Err(StoreError::Corrupt { what, problem }) => {
                    tracing::error!(%product, what, %problem, "a bill's payer cannot be read; it counts as paid");
                    return Ok(Payer::Unread);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Payer::Nobody)
    }

    /// A payment was stopped because the bill has changed: it is shown as it is now, to be paid anew.
    pub async fn show_changed(&self, order: &Order, found: outcome::Inquiry) -> Result<(), StoreError> {
        let stopped =
            matches!(&order.state, OrderState::Final(Final { failure: Some(FailureReason::BillChanged), .. }));
        let Some(bill) = order.bill.as_ref().filter(|_| stopped) else { return Ok(()) };
        let Some(paid) = self.store.inquiry(bill.inquiry).await? else { return Ok(()) };
        for _ in 0..TRIES {
            let now = self.clock.utc();
            let id = InquiryId(fresh_reference(&self.store, now).await?.0);
            let anew = Inquiry {
                id,
                version: 0,
                chat: order.chat.clone(),
                topic: order.topic,
                reference: id.reference(),
                state: InquiryState::Asking,
                untried: Vec::new(),
                created_at: now,
                ..paid.clone()
            };
            let Answered::Bill(row) = anew.answered(Got::Found(found.clone()), self.expire_at(now)) else {
                return Ok(());
            };
            let InquiryState::Shown(quote) = &row.state else { return Ok(()) };
            let mut commit = Commit::new(now);
            commit.outgoing.push(shown(&row, quote, BillStage::Payable(ShownBecause::Changed)));
            commit.inquiries.push(Versioned { expected: None, row });
            if self.outbox.say_unless_changed(commit).await? {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// What answers an inquiry, as a row of the outbox: it stands where it was asked.
pub(super) fn said(inquiry: &Inquiry, reply: Reply) -> Say {
    Say { topic: inquiry.topic, ..say(&inquiry.chat, inquiry.locale, reply) }
}

/// A bill as a row of the outbox.
pub(super) fn shown(inquiry: &Inquiry, quote: &Quote, stage: BillStage) -> Say {
    said(inquiry, Reply::Bill(Box::new(bill_card(inquiry, quote, stage))))
}

/// A bill as replies show it.
pub(super) fn bill_card(inquiry: &Inquiry, quote: &Quote, stage: BillStage) -> BillCard {
    BillCard {
        inquiry: inquiry.id,
        product: inquiry.ask.product.clone(),
        product_name: inquiry.ask.product_name.clone(),
        customer: inquiry.customer.clone(),
        details: of_customer(quote.found.details.clone()),
        bills: quote.found.bills.clone(),
        total: quote.total,
        fee: quote.price.checked_sub(quote.total).unwrap_or(quote.price),
        price: quote.price,
        expires_at: quote.expires_at,
        client_reference: inquiry.client_reference.clone(),
        stage,
    }
}

/// The stage a bill is at, for a button tapped under it.
pub(super) fn stage_of(inquiry: &Inquiry, now: DateTime<Utc>) -> Option<(&Quote, BillStage)> {
    match &inquiry.state {
        InquiryState::Shown(quote) if now < quote.expires_at => Some((quote, BillStage::Payable(ShownBecause::Asked))),
        InquiryState::Shown(quote) => Some((quote, BillStage::Expired)),
        InquiryState::Paid { order, quote } => Some((quote, BillStage::Paying { order: *order })),
        InquiryState::Asking | InquiryState::Done | InquiryState::Cancelled => None,
    }
}

/// The order an inquiry led to.
pub(super) const fn order_of(inquiry: &Inquiry) -> Option<OrderId> {
    match &inquiry.state {
        InquiryState::Paid { order, .. } => Some(*order),
        _ => None,
    }
}

/// What a reseller may know of an order that pays a bill already: all of its own, nothing of another's.
pub(super) fn paid_before(earlier: &Order, agent: AgentId) -> Why {
    if earlier.agent == agent {
        Why::BillPaidBefore { earlier: Box::new(view::line(earlier)) }
    } else {
        Why::BillPaidElsewhere
    }
}

/// The receipt of a bill that its reseller wanted to pay once more.
pub(super) fn again(agent: &Agent, earlier: &Order) -> Option<Reply> {
    let paid = earlier.agent == agent.id && view::line(earlier).verdict == Verdict::Success;
    paid.then(|| {
        let card = Box::new(super::answer::receipt_card(agent, earlier, None));
        Reply::Receipt { form: ReceiptForm::Text, card }
    })
}
