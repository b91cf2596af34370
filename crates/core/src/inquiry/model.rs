//! What an inquiry is, and what each answer makes of it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::agent::Locale;
use crate::catalog::{ProductKind, Route};
use crate::ids::{AgentId, ChatId, InquiryId, OrderId, ProductCode, Reference};
use crate::money::Rupiah;
use crate::outcome;
use crate::outcome::FailureKind;
use crate::pricing::Margin;

/// A reseller's question who a customer is, or what a bill comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inquiry {
    pub id: InquiryId,
    /// Counts the writes of this row; a commit names the one it has read.
    pub version: u32,
    pub agent: AgentId,
    /// Where it is answered, and whose buttons it has.
    pub chat: ChatId,
    /// The topic of that chat it was asked in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<i32>,
    pub locale: Locale,
    /// What was asked about, as replies call it: a product, or a word such as `PLN`.
    pub asked: String,
    /// The customer's number as the supplier is given it.
    pub customer: String,
    pub purpose: Purpose,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_reference: Option<String>,
    /// Who is being asked, or has answered.
    pub ask: Ask,
    /// What that question carries: no two questions share one.
    pub reference: Reference,
    /// Whom to ask next should this one not know, best first.
    pub untried: Vec<Ask>,
    /// The most telling refusal so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<FailureKind>,
    pub state: InquiryState,
    pub created_at: DateTime<Utc>,
}

/// Why it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    Look,
    /// A payment was asked for and nothing valid had been shown before: it is shown first.
    Pay,
}

/// One supplier's way of answering.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    pub product: ProductCode,
    pub product_name: String,
    pub kind: ProductKind,
    /// The shop's own fee on top of a bill; for a token its price.
    pub fee: Rupiah,
    /// The uplines' parts of the fee.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub margins: Vec<Margin>,
    pub route: Route,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InquiryState {
    /// The supplier has not answered yet.
    Asking,
    /// A bill that can be paid, once.
    Shown(Quote),
    /// Answered, with nothing to pay: a customer's data, or a refusal.
    Done,
    /// Taken back before it was paid.
    Cancelled,
    /// By this order, as it was shown.
    Paid { order: OrderId, quote: Quote },
}

/// What was shown of a bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub found: outcome::Inquiry,
    /// What the supplier takes: the bills with its admin fee.
    pub total: Rupiah,
    /// What the reseller pays: `total` and the shop's fee.
    pub price: Rupiah,
    pub expires_at: DateTime<Utc>,
}

/// What came of asking one supplier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Got {
    Found(outcome::Inquiry),
    Refused(FailureKind),
    /// It could not be asked, or its answer could not be read.
    Nothing,
}

/// What an inquiry becomes with an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// The next supplier is to be asked.
    AskOn(Inquiry),
    /// A bill that can be paid.
    Bill(Inquiry),
    /// A customer's data.
    Customer(Inquiry, outcome::Inquiry),
    /// Nobody knows; `None` when nobody even said why.
    Refused(Inquiry, Option<FailureKind>),
}

impl Inquiry {
    pub const fn is_asking(&self) -> bool {
        matches!(self.state, InquiryState::Asking)
    }

    /// What can be paid at this moment.
    pub fn payable(&self, now: DateTime<Utc>) -> Option<&Quote> {
        match &self.state {
            InquiryState::Shown(quote) if now < quote.expires_at => Some(quote),
            _ => None,
        }
    }

    /// The same row with another state.
    #[must_use]
    pub fn with(&self, state: InquiryState) -> Self {
        Self { state, version: self.version + 1, ..self.clone() }
    }

    /// Takes a supplier's answer. `expires_at` is until when a bill that was found may be paid.
    #[must_use]
    pub fn answered(&self, got: Got, expires_at: DateTime<Utc>) -> Answered {
        match got {
            Got::Found(found) if self.ask.kind != ProductKind::Bill => {
                Answered::Customer(self.with(InquiryState::Done), found)
            }
            Got::Found(found) => match quote(found, self.ask.fee, expires_at) {
                Some(quote) => Answered::Bill(self.with(InquiryState::Shown(quote))),
                None => self.not_known(None),
            },
            Got::Refused(kind) => self.not_known(Some(kind)),
            Got::Nothing => self.not_known(None),
        }
    }

    fn not_known(&self, kind: Option<FailureKind>) -> Answered {
        let mut after = self.with(InquiryState::Asking);
        after.refusal = more_telling(self.refusal, kind);
        if self.ask.kind == ProductKind::Bill && kind.is_some_and(settles_a_bill) {
            after.untried.retain(|ask| ask.kind != ProductKind::Bill);
        }
        if after.untried.is_empty() {
            after.state = InquiryState::Done;
            let refusal = after.refusal;
            Answered::Refused(after, refusal)
        } else {
            after.ask = after.untried.remove(0);
            Answered::AskOn(after)
        }
    }
}

/// Whether another supplier must not be asked for a bill after this refusal: it may be refused because it is paid, and
/// another supplier may not know that yet.
const fn settles_a_bill(kind: FailureKind) -> bool {
    kind.is_about_customer() || matches!(kind, FailureKind::Refused)
}

/// A refusal about the customer tells more than one about a supplier.
fn more_telling(before: Option<FailureKind>, now: Option<FailureKind>) -> Option<FailureKind> {
    match (before, now) {
        (Some(before), Some(now)) if now.is_about_customer() && !before.is_about_customer() => Some(now),
        (Some(before), _) => Some(before),
        (None, now) => now,
    }
}

/// `None` where the supplier's answer names no amount: such a bill cannot be paid.
fn quote(found: outcome::Inquiry, fee: Rupiah, expires_at: DateTime<Utc>) -> Option<Quote> {
    let total = found.total.filter(|total| total.is_positive())?;
    let price = total.checked_add(fee)?;
    Some(Quote { found, total, price, expires_at })
}

/// Until when a bill shown now may be paid: so long, and never past the shop's midnight, when bills change.
#[must_use]
pub fn expires_at(now: DateTime<Utc>, valid_for: TimeDelta, midnight: DateTime<Utc>) -> DateTime<Utc> {
    (now + valid_for).min(midnight)
}
