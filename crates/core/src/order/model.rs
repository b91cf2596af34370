//! What an order is.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::agent::Locale;
use crate::catalog::{ProductKind, Route};
use crate::ids::{AgentId, ChatId, OrderId, ProductCode, Reference};
use crate::money::Rupiah;
use crate::outcome::{Details, FailureKind, FirstSending, Outcome};
use crate::pricing::Margin;

use super::bill::{BillKey, OrderBill, Period};
use super::dest::same_dest;
use super::heard::{self, Heard};
use super::withheld::Withheld;

/// A reseller's order, from the moment its price is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub id: OrderId,
    /// Counts the writes of this row; a commit names the one it has read.
    pub version: u32,
    pub agent: AgentId,
    /// Where its replies go.
    pub chat: ChatId,
    /// The topic of that chat it was asked for in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<i32>,
    /// The language of its replies.
    #[serde(default)]
    pub locale: Locale,
    pub product: ProductCode,
    pub product_name: String,
    pub kind: ProductKind,
    /// Phone in national form, meter or customer number.
    pub dest: String,
    /// 1 for the first order of this product to this number today, 2 for the second, and so on.
    pub nth: u8,
    /// The shop's day it was placed on.
    pub day: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer_phone: Option<String>,
    /// The reference a machine client gave its order (`R#…`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_reference: Option<String>,
    /// What the reseller pays.
    pub price: Rupiah,
    /// The parts of it that are its uplines', as they were when it was accepted; paid as long as it is a success.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub margins: Vec<Margin>,
    /// What of its money waits until somebody else is not below zero any more; only what was corrected has any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<Withheld>,
    /// For a bill: what is being paid for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<OrderBill>,
    /// Who the customer is, as far as an inquiry told.
    #[serde(default, skip_serializing_if = "Details::is_empty")]
    pub customer: Details,
    /// Ways of buying it not tried yet, best first.
    pub untried: Vec<Route>,
    /// Every try, the current one last; never empty.
    pub attempts: Vec<Attempt>,
    pub state: OrderState,
    /// Nothing is sent before this: its suppliers are in their nightly break, and the reseller lets orders wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_until: Option<DateTime<Utc>>,
    /// Whether the reseller has been told that it is being processed.
    #[serde(default)]
    pub announced: bool,
    /// Whether the admins have been told that it needs a person.
    #[serde(default)]
    pub escalated: bool,
    /// Whether a supplier's word has overturned how it ended once. It does not a second time: from then on whatever
    /// contradicts the books is a person's to decide.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub corrected: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Order {
    pub const fn is_open(&self) -> bool {
        matches!(self.state, OrderState::Open)
    }

    /// What keeps the same order from being placed twice by mistake; a failed order frees it.
    #[must_use]
    pub fn slot(&self) -> SlotKey {
        SlotKey::new(self.agent, self.day, self.product.clone(), &self.dest, self.nth)
    }

    /// Whether it was delivered, as far as is known.
    pub const fn is_success(&self) -> bool {
        self.state.is_success()
    }

    /// Whether it ended as it did by its supplier's word.
    pub const fn is_decided_by_supplier(&self) -> bool {
        matches!(self.state, OrderState::Final(Final { by: Decider::Supplier, .. }))
    }

    /// Whether the slot is taken by this order.
    #[must_use]
    pub const fn takes_slot(&self) -> bool {
        !matches!(self.state, OrderState::Final(Final { failure: Some(_), .. }))
    }

    /// What no other order may pay, each with whether this one claims it as it is now.
    pub fn bill_keys(&self) -> impl Iterator<Item = (BillKey, bool)> + '_ {
        let key = |period| BillKey::new(&self.product, &self.dest, period);
        self.bill.iter().flat_map(move |bill| {
            let claims = bill.claims.iter().map(move |claim| (key(Period::Claim(claim.clone())), self.takes_slot()));
            std::iter::once((key(Period::Any), self.is_open())).chain(claims)
        })
    }

    /// What no other order to the same destination may show as its serial number. `None` while this one shows none that
    /// could tell them apart; a bill's may be a name and an amount, the same every month.
    #[must_use]
    pub fn serial_key(&self) -> Option<SerialKey> {
        match &self.state {
            OrderState::Final(Final { failure: None, sn, .. }) => self.serial_key_of(sn),
            OrderState::Final(_) | OrderState::Open => None,
        }
    }

    /// The same for a serial number that it is said to have.
    #[must_use]
    pub fn serial_key_of(&self, sn: &str) -> Option<SerialKey> {
        let serial = heard::comparable(sn, &self.dest).filter(|_| self.bill.is_none())?;
        Some(SerialKey { dest: self.dest.clone(), serial })
    }

    /// What an attempt costs us if its supplier does not say otherwise.
    #[must_use]
    pub fn expected_cost(&self, attempt: &Attempt) -> Rupiah {
        self.cost_by(&attempt.route)
    }

    /// What it costs us by a route.
    #[must_use]
    pub fn cost_by(&self, route: &Route) -> Rupiah {
        let bill = self.bill.as_ref().map_or(Rupiah::ZERO, |bill| bill.total);
        route.cost.checked_add(bill).unwrap_or(bill)
    }

    /// What is left of the price when its uplines have their parts.
    pub fn kept_by_shop(&self) -> Rupiah {
        let margins = self.margins.iter().try_fold(Rupiah::ZERO, |sum, margin| sum.checked_add(margin.amount));
        margins.and_then(|margins| self.price.checked_sub(margins)).unwrap_or(Rupiah::ZERO)
    }

    /// The most an attempt may cost before the shop loses on it. What is sold below its cost was accepted so. Of a bill the
    /// amount was shown and is compared by itself.
    #[must_use]
    pub fn most_it_may_cost(&self, attempt: &Attempt) -> Option<Rupiah> {
        let most = self.kept_by_shop().max(attempt.route.cost);
        Some(most).filter(|most| most.is_positive() && self.bill.is_none() && self.kind != ProductKind::Bill)
    }

    /// Whether its purchase is on its way at this moment: nobody can know or decide anything yet.
    pub fn is_in_flight(&self) -> bool {
        self.is_open() && self.current().is_some_and(|a| a.step == AttemptStep::Sent && a.outcome.is_none())
    }

    /// Whether it waits to be bought, and no supplier has ever been sent it.
    pub fn was_never_sent(&self) -> bool {
        self.is_open() && self.attempts.iter().all(|attempt| attempt.sent_at.is_none())
    }

    /// Since when it could be bought: what waits for the end of a break does not grow old meanwhile.
    pub fn ripe_since(&self) -> DateTime<Utc> {
        self.waits_until.map_or(self.created_at, |until| until.max(self.created_at))
    }

    /// Whether it waits for the end of a break and nothing of it has ever left: its reseller may take it back.
    pub fn is_queued(&self) -> bool {
        self.is_open()
            && self.waits_until.is_some()
            && self.attempts.iter().all(|attempt| attempt.step != AttemptStep::Sent)
            && self.current().is_some_and(|attempt| attempt.step == AttemptStep::Ready)
    }

    /// The attempt that counts.
    pub fn current(&self) -> Option<&Attempt> {
        self.attempts.last()
    }
}

/// (reseller, day, product, destination, repeat number): at most one order that did not fail. Whatever the day, at most one
/// that is open.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SlotKey {
    pub agent: AgentId,
    pub day: NaiveDate,
    pub product: ProductCode,
    pub dest: String,
    pub nth: u8,
}

/// (destination, serial number): one order, whoever its reseller is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SerialKey {
    pub dest: String,
    pub serial: String,
}

impl SlotKey {
    /// The same on the day before.
    #[must_use]
    pub fn day_before(&self) -> Option<Self> {
        Some(Self { day: self.day.pred_opt()?, ..self.clone() })
    }
}

impl SlotKey {
    pub fn new(agent: AgentId, day: NaiveDate, product: ProductCode, dest: &str, nth: u8) -> Self {
        Self { agent, day, product, dest: same_dest(dest), nth }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Its price is held; the last attempt tells how far it got.
    Open,
    Final(Final),
}

impl OrderState {
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Final(Final { failure: None, .. }))
    }
}

/// How an order ended, as far as is known: a later word can still contradict it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Final {
    /// `None` for success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureReason>,
    /// Serial number, voucher code or token; empty when it failed or none was given.
    #[serde(default)]
    pub sn: String,
    #[serde(default)]
    pub details: Details,
    pub by: Decider,
    pub at: DateTime<Utc>,
}

/// Who said how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decider {
    Supplier,
    /// The shop itself: nothing could be sent.
    Shop,
    Admin(ChatId),
}

/// Why an order failed, as the reseller may know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    /// The supplier's word for it.
    Supplier(FailureKind),
    /// No supplier could be reached; nothing was sent.
    Unreachable,
    /// The bill is not the one that was shown any more; nothing was sent.
    BillChanged,
    /// Its reseller took it back while it waited; nothing was sent.
    Cancelled,
    /// It was closed before it could be bought; nothing was sent.
    Closed,
    /// Its price, or what it costs the shop, rose before it could be bought; nothing was sent. `now` is the reseller's
    /// price, where that has risen.
    PriceChanged { now: Option<Rupiah> },
    /// An admin's own words.
    Admin(String),
}

/// One try at one supplier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub reference: Reference,
    pub route: Route,
    pub step: AttemptStep,
    /// What an inquiry gave us to quote in the payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// When the purchase left, or may have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<DateTime<Utc>>,
    /// Status checks made, and when the last one was.
    #[serde(default)]
    pub checks: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<DateTime<Utc>>,
    /// How its first sending was answered.
    #[serde(default, skip_serializing_if = "is_unanswered")]
    pub first: FirstSending,
    /// The supplier's last word that changed anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Its supplier has said success, with another order's serial number: no failure of it is the whole truth any more, whatever
    /// is thought of it meanwhile.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anothers_success: bool,
    /// Every different final word heard of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heard: Vec<Heard>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplier_trx: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charged: Option<Rupiah>,
    /// Our deposit with the supplier before and after, where it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance_before: Option<Rupiah>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance_after: Option<Rupiah>,
    /// What the supplier said, secrets masked; the first and the latest few.
    #[serde(default)]
    pub replies: Vec<RawReply>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_unanswered(first: &FirstSending) -> bool {
    *first == FirstSending::Unanswered
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptStep {
    /// Nothing that moves money has left.
    Ready,
    /// The purchase left, or may have.
    Sent,
    /// It provably never left, or was refused before any money could move.
    NotSent,
}

/// A supplier's reply as kept for disputes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawReply {
    pub at: DateTime<Utc>,
    /// `purchase`, `status`, `inquiry` or `callback`.
    pub to: String,
    pub text: String,
    /// Its code and message picked out of the format around them; empty where they could not be.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub gist: String,
}
