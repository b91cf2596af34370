//! What replies about deposit tickets hold.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use konter_core::ids::{AgentId, TicketId};
use konter_core::money::Rupiah;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "says", rename_all = "snake_case")]
#[strum(const_into_str, prefix = "deposit.", serialize_all = "snake_case")]
pub enum TicketSays {
    // To the reseller.
    /// What is to be transferred, and where to.
    /// `banks`: the shop's accounts, best first. `again`: it was open already.
    Opened { card: TicketCard, banks: Vec<String>, again: bool },
    /// How to add balance.
    HowTo { banks: Vec<String>, open: Vec<TicketCard>, least: Rupiah, most: Rupiah },
    /// The text is that of the reason.
    Refused { why: TicketRefusal },
    /// An admin has decided.
    Decided { card: TicketCard },
    /// The admins have the proof.
    ProofTaken { card: TicketCard },
    /// There is no ticket the proof could be for.
    ProofWithoutTicket,

    // To admins.
    /// A ticket in full, with its buttons while it is undecided.
    Card { card: TicketCard, why: TicketWhy },
    /// In one line, what was decided.
    Settled { card: TicketCard },
    /// Everybody's tickets that wait for a decision, newest first.
    AllOpen { open: Vec<TicketCard>, left_out: usize },
}

/// Why a ticket is shown to admins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketWhy {
    /// It has just been opened.
    New,
    /// The reseller says that it has paid; `others` are its other tickets that may be meant.
    /// `follows`: a picture or a file follows.
    Proof { words: Option<String>, follows: bool, others: Vec<TicketCard> },
    /// Its card shows who has decided, and how.
    Decided,
}

/// Why there is no ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(const_into_str, prefix = "deposit.", serialize_all = "snake_case")]
pub enum TicketRefusal {
    /// For one ticket.
    TooMuch { most: Rupiah },
    /// The reseller has so many open.
    TooMany { most: usize, open: Vec<TicketCard> },
    /// Every amount near it is another ticket's.
    NoneFree,
}

/// Why an admin's word about a ticket changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(const_into_str, prefix = "deposit.", serialize_all = "snake_case")]
pub enum TicketProblem {
    /// `asked`: as the admin named it.
    NoSuchTicket { asked: String },
    /// It stays as it was decided.
    AlreadyDecided { card: Box<TicketCard> },
    /// The number is one ticket's, and the amount of another.
    Ambiguous { by_number: Box<TicketCard>, by_amount: Box<TicketCard> },
    /// It has run out, and the same amount is expected from somebody else by now, or has come from them.
    AmountTaken { card: Box<TicketCard>, other: Box<TicketCard> },
    /// It ran out so long ago that its number may be meant as another's amount.
    LongOver { card: Box<TicketCard> },
}

/// A ticket as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketCard {
    pub ticket: TicketId,
    pub agent: AgentId,
    /// The reseller's name.
    pub name: String,
    /// What was asked for.
    pub amount: Rupiah,
    /// What is to be transferred.
    pub pay: Rupiah,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// Its time is over, or was when it was decided.
    pub late: bool,
    pub stage: TicketStage,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketStage {
    Undecided,
    Accepted { by: String, at: DateTime<Utc>, credited: Rupiah },
    Refused { by: String, at: DateTime<Utc>, reason: Option<String> },
}
