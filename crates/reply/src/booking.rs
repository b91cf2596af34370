//! What replies about bookings hold: questions before money moves, and what is told of it afterwards.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::deposit::TicketCard;
use super::desk::{BelowCost, PriceChange};
use konter_core::ids::{AgentId, ChatId, OrderId, ProductCode, TicketId, TransferId};
use konter_core::money::Rupiah;
use konter_core::order::card::OrderLine;
use konter_core::staff::Role;

/// All of it is for those who work here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "booking", rename_all = "snake_case")]
#[strum(const_into_str, prefix = "booking.", serialize_all = "snake_case")]
pub enum BookingReply {
    /// The text is that of what is asked.
    Ask(AskCard),
    /// No question of this number waits for an answer.
    #[strum(serialize = "nothing")]
    NothingToConfirm,
    /// A bank's statement has no payment of an open ticket that is beyond doubt.
    NoMatch(BankStatement),
    /// A reseller's own words are no bank's.
    NotABank { agent: AgentId, name: String },
    /// So many tickets were accepted at once. `skipped`: these were in doubt by then.
    AcceptedAll { count: usize, total: Rupiah, skipped: Vec<TicketId> },
    /// To owners: somebody may not book so much; what an owner types who will.
    OwnerNeeded { by: String, agent: AgentId, name: String, amount: Rupiah, command: String },
    /// To owners: somebody else booked this.
    Booked { by: String, agent: AgentId, name: String, amount: Rupiah, note: Option<String> },
    /// To whoever took a transfer back, and to owners.
    TookBack(TookBack),
    /// To owners: somebody else gave an order that had ended another end, and its price moved with it.
    Corrected { by: String, line: Box<OrderLine>, agent: AgentId },
}

/// A question, and what has become of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskCard {
    pub number: u32,
    pub until: DateTime<Utc>,
    pub stage: AskStage,
    pub what: AskWhat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskStage {
    Asked,
    Done,
    Cancelled,
    Expired,
    /// Another question stands below it by now.
    Replaced,
}

/// What a yes would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(const_into_str, prefix = "booking.ask_", serialize_all = "snake_case")]
pub enum AskWhat {
    /// A booking by hand.
    Deposit { agent: AgentId, name: String, amount: Rupiah, note: Option<String>, doubts: Doubts },
    /// A ticket, for what has come.
    Accept { card: Box<TicketCard>, credited: Rupiah, doubts: Doubts },
    /// All payments that are beyond doubt.
    AcceptAll(BankStatement),
    /// A transfer, to be taken from its receiver without consent. `there`: what the receiver has; `kept`: it has said no.
    TakeBack { line: Box<TookBack>, at: DateTime<Utc>, there: Rupiah, kept: bool },
    /// The order as it stands, and what it is to become: delivered with this serial number, or failed for this reason.
    Decide {
        line: Box<OrderLine>,
        agent: AgentId,
        delivered: bool,
        words: String,
        /// Another order that has this serial number.
        #[serde(default)]
        same_as: Option<OrderId>,
        /// It waits to be sent, and never was.
        #[serde(default)]
        unsent: bool,
    },
    /// A selling price.
    Price {
        code: ProductCode,
        name: String,
        before: Rupiah,
        after: Rupiah,
        /// The cost it would be below.
        below: Option<Rupiah>,
        /// It is far from what it was: a zero too many, or one too few.
        #[serde(default)]
        odd: bool,
        /// It was changed by just as much a moment ago.
        changed_at: Option<DateTime<Utc>>,
    },
    /// A role for a chat that nobody here knows; `name` as it calls itself, where it has written.
    Role { chat: ChatId, name: Option<String>, role: Role },
    /// The prices of a category: the first of them, and the first that would be below their cost.
    Prices {
        category: String,
        /// As it is typed.
        change: String,
        count: usize,
        lines: Vec<PriceChange>,
        more: usize,
        below: Vec<BelowCost>,
        more_below: usize,
    },
}

/// A transfer that the shop takes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TookBack {
    pub transfer: TransferId,
    pub from: AgentId,
    pub from_name: String,
    pub to: AgentId,
    pub to_name: String,
    pub amount: Rupiah,
    pub reason: String,
    pub by: String,
}

/// What a bank's statement shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankStatement {
    /// Payments of open tickets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matches: Vec<MutationLine>,
    /// Those accepted before.
    pub accepted: Vec<MutationLine>,
    /// Those a person must look at.
    pub unclear: Vec<MutationLine>,
    /// What has no ticket of its own.
    pub others: Vec<MutationLine>,
    pub left_out: usize,
    /// Lines looked at, where there are more.
    #[serde(default)]
    pub cut: Option<usize>,
}

/// A line of a bank's statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MutationLine {
    pub amount: Rupiah,
    pub ticket: Option<TicketId>,
    pub agent: Option<AgentId>,
    pub name: Option<String>,
    pub why: Option<MutationWhy>,
    pub line: String,
    /// The word that leaves the direction in doubt.
    #[serde(default)]
    pub word: Option<String>,
}

/// Why a payment is not simply its ticket's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MutationWhy {
    Accepted,
    Refused,
    /// Nothing says whether it came or went.
    Direction,
    /// No bank writes so.
    Unlike,
    /// Passed on, and nobody here knows who wrote it.
    Hidden,
    /// Of a day before the ticket was asked for.
    Older,
    /// Of a day that is to come.
    ToCome,
    /// The amount stands there more than once.
    Twice,
    /// Accepting it would be asked back.
    NeedsLook,
    /// More than are accepted at once.
    TooMany,
}

/// Why a booking is asked back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Doubts {
    /// The same sum came to the same reseller a moment ago.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub booked: Option<BookedBefore>,
    /// It is more than what is booked without asking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub above: Option<Rupiah>,
    /// It is less than anybody books: thousands may be meant, or another sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<Rupiah>,
    /// What the ticket waits for, where something else is said to have come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waited: Option<Rupiah>,
    /// What the note says may mean something else.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub odd_note: bool,
    /// The reseller was named by this number, which nobody has proven to be its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The sum is the one this ticket waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_ticket: Option<TicketId>,
}

impl Doubts {
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookedBefore {
    pub at: DateTime<Utc>,
    pub minutes: i64,
    /// Negative was taken back.
    pub amount: Rupiah,
    pub how: BookedHow,
    /// Who did it, for those who work here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BookedHow {
    Deposit,
    Ticket(TicketId),
    Transfer(AgentId),
}
