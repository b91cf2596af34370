//! An order as it is shown: to its reseller as a line, to admins as a card with every attempt.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{FailureReason, Withheld};
use crate::catalog::ProductKind;
use crate::ids::{AgentId, OrderId, ProductCode, SupplierId};
use crate::money::Rupiah;
use crate::outcome::{Details, Doubt};

/// An order as its reseller sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    pub order: OrderId,
    pub product: ProductCode,
    pub product_name: String,
    #[serde(default = "topup")]
    pub kind: ProductKind,
    pub dest: String,
    pub nth: u8,
    pub price: Rupiah,
    pub verdict: Verdict,
    /// Serial number or token; empty when there is none.
    pub sn: String,
    /// Fields read from the supplier's reply.
    pub details: Details,
    pub reason: Option<FailureReason>,
    pub at: DateTime<Utc>,
    /// The reference a machine client gave.
    pub client_reference: Option<String>,
    /// What of the price has not come back with the refund.
    #[serde(default)]
    pub withheld: Rupiah,
}

/// For rows of the outbox written before the kind was kept.
const fn topup() -> ProductKind {
    ProductKind::Topup
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Open,
    Success,
    Failed,
}

/// What has been done to the books about a supplier's word that contradicts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContradictionEffect {
    /// They follow it: the one correction that is made by itself.
    Corrected,
    /// Nothing: it may be older than what they rest on, or they have been corrected before.
    Nothing,
    /// Nothing: it was heard before.
    Repeated,
    /// The serial number an admin had typed is its supplier's now.
    Serial,
}

/// An order as admins see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCard {
    pub line: OrderLine,
    pub agent: AgentId,
    /// When it was placed; of one that has ended, `line.at` is its end.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
    pub minutes_open: i64,
    pub attempts: Vec<AttemptCard>,
    /// What of its money waits, for whom and until whose balance is not below zero any more.
    #[serde(default)]
    pub withheld: Vec<Withheld>,
    /// Who decided how it ended, where a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptCard {
    pub supplier: SupplierId,
    pub sku: String,
    pub reference: String,
    /// `belum dikirim`, `menunggu`, …: see the texts.
    pub verdict: Option<Verdict>,
    pub sent: bool,
    pub doubt: Option<Doubt>,
    pub sent_at: Option<DateTime<Utc>>,
    pub checks: u16,
    pub balance_before: Option<Rupiah>,
    pub balance_after: Option<Rupiah>,
    /// What it should cost us, and what the supplier says it took.
    #[serde(default)]
    pub expected: Rupiah,
    #[serde(default)]
    pub charged: Option<Rupiah>,
    /// What the supplier said, in short, secrets masked, newest last.
    pub replies: Vec<String>,
}

/// A supplier's reply as it was kept, secrets masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawLine {
    pub supplier: SupplierId,
    pub reference: String,
    /// What it answered; see [`crate::order::RawReply`].
    pub to: String,
    pub at: DateTime<Utc>,
    pub text: String,
}
