//! What a ticket is, and what becomes of it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::agent::Locale;
use crate::ids::{AgentId, ChatId, TicketId};
use crate::money::Rupiah;

/// Most a ticket may be for, in rupiah: more is a slip, or is talked about with the admins first.
pub const MAX_TICKET: i64 = 100_000_000;
/// Most that is booked at once, in rupiah: more than any shop turns over in a day; more is a slip with the zeros.
pub const MOST_BOOKED: i64 = 1_000_000_000;
/// What is booked without asking where nothing is set: resellers pay in some hundred thousand to a few million, so ten
/// million is a large deposit of a large one, or one zero too many.
pub const USUAL_DEPOSIT: i64 = 10_000_000;
/// Tickets a reseller may have open at once: nobody pays more transfers at a time, and the amounts are everybody's.
pub const MAX_OPEN: usize = 5;
/// A transfer made in time may be proven later, also after the ticket ran out at midnight.
pub const PROOF_TAKEN_FOR: TimeDelta = TimeDelta::hours(24);

/// What the operator has set about deposits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Bank accounts, each as the operator wrote it.
    pub banks: Vec<String>,
    /// How long a ticket is open; `None`: to the end of the shop's day.
    pub valid_for: Option<TimeDelta>,
    /// A larger sum that somebody types, or takes back, is asked back first.
    pub ask_above: Rupiah,
    /// What one who works at the shop without being an owner may add to accounts in a day; `None`: as much as comes.
    pub operator_daily: Option<Rupiah>,
}

impl Default for Terms {
    fn default() -> Self {
        Self { banks: Vec::new(), valid_for: None, ask_above: Rupiah::new(USUAL_DEPOSIT), operator_daily: None }
    }
}

/// A reseller's reserved amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    pub id: TicketId,
    /// Counts the writes of this row; a commit names the one it has read.
    pub version: u32,
    pub agent: AgentId,
    /// Where it was asked for.
    pub chat: ChatId,
    /// The topic of that chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<i32>,
    pub locale: Locale,
    /// What the reseller asked for.
    pub amount: Rupiah,
    /// What it is to transfer: unlike any other open ticket's.
    pub pay: Rupiah,
    pub state: TicketState,
    pub created_at: DateTime<Utc>,
    /// From then on its amount may be given to another ticket. Never written later: time alone changes no row.
    pub expires_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketState {
    /// Nobody has decided.
    Open,
    /// The money has come; `credited` is what the reseller was given for it.
    Accepted { by: Decider, at: DateTime<Utc>, credited: Rupiah },
    /// No money is given for it.
    Refused {
        by: Decider,
        at: DateTime<Utc>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

/// The admin who decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decider {
    pub chat: ChatId,
    /// What they call themself.
    #[serde(default)]
    pub name: String,
}

/// That an amount belongs to a ticket until a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    pub amount: Rupiah,
    pub ticket: TicketId,
    pub until: DateTime<Utc>,
}

impl Claim {
    /// Whether the amount is still the ticket's own.
    #[must_use]
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        now < self.until
    }
}

impl Ticket {
    /// Nobody has decided about it. Its time may be over all the same.
    pub const fn is_undecided(&self) -> bool {
        matches!(self.state, TicketState::Open)
    }

    pub fn has_expired(&self, now: DateTime<Utc>) -> bool {
        now >= self.expires_at
    }

    /// Whether its money is expected.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.is_undecided() && !self.has_expired(now)
    }

    /// Whether a proof of payment may be about it.
    #[must_use]
    pub fn takes_proof(&self, now: DateTime<Utc>) -> bool {
        self.is_undecided() && now < self.expires_at + PROOF_TAKEN_FOR
    }

    /// Its hold on the amount to pay.
    #[must_use]
    pub const fn claim_of_pay(&self) -> Claim {
        Claim { amount: self.pay, ticket: self.id, until: self.expires_at }
    }

    /// Its hold on the amount asked for, among its reseller's own.
    #[must_use]
    pub const fn claim_of_amount(&self) -> Claim {
        Claim { amount: self.amount, ticket: self.id, until: self.expires_at }
    }

    /// The ticket with its decision. `None` when it has one: that stands.
    #[must_use]
    pub fn decided(&self, state: TicketState) -> Option<Self> {
        self.is_undecided().then(|| Self { state, version: self.version + 1, ..self.clone() })
    }
}

/// Until when a ticket is open: so long, or else to the end of the shop's day.
#[must_use]
pub fn expires_at(now: DateTime<Utc>, terms: &Terms, midnight: DateTime<Utc>) -> DateTime<Utc> {
    terms.valid_for.map_or(midnight, |valid_for| now + valid_for)
}

const NOTE: &str = "tiket #";

/// What the journal says about a ticket's money.
#[must_use]
pub fn note(ticket: TicketId) -> String {
    format!("{NOTE}{ticket}")
}

/// The ticket that a line of the journal is about.
#[must_use]
pub fn ticket_of_note(note: &str) -> Option<TicketId> {
    note.strip_prefix(NOTE)?.parse().ok().map(TicketId)
}
