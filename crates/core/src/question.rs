//! Questions before something is done: what a yes would do is kept in a row, so that the yes works once, only where it
//! was asked, and for a few minutes. Pure data and rules.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, ChatId, OrderId, ProductCode, TicketId, TransferId};
use crate::money::Rupiah;
use crate::order::AdminVerdict;
use crate::pricing::PriceStep;
use crate::staff::Role;

/// The same sum booked to the same reseller within this time is asked back, whoever booked it and however: it is rarely
/// meant twice, and often typed twice because an answer was late.
pub const SAME_AGAIN_WITHIN: TimeDelta = TimeDelta::minutes(10);

/// A chat's latest question. There is one a chat; asking anew takes its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Where it was asked, and the only place to say yes.
    pub chat: ChatId,
    /// Counts the writes of this row; a commit names the one it has read.
    pub version: u32,
    /// Counts a chat's questions: an old button never means a newer one.
    pub number: u32,
    pub asks: Asks,
    /// The last line of the account's statement that whoever was asked could know of: a yes does not cover what was
    /// booked afterwards.
    #[serde(default)]
    pub seen: u64,
    pub expires_at: DateTime<Utc>,
    pub state: QuestionState,
}

/// What a yes does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "asks", rename_all = "snake_case")]
pub enum Asks {
    /// A large one, or one that is in doubt.
    Transfer { from: AgentId, to: AgentId, amount: Rupiah },
    /// `/deposit`; negative takes back.
    Deposit {
        agent: AgentId,
        amount: Rupiah,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        forced: bool,
    },
    /// `/acc`, with what has come where it was named.
    Accept {
        ticket: TicketId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        came: Option<Rupiah>,
    },
    /// Tickets whose payments a bank's statement shows; each only as long as nothing about it is in doubt.
    AcceptAll { tickets: Vec<TicketId> },
    /// `/tariktransfer`: a transfer goes back without its receiver's consent.
    TakeBack { transfer: TransferId, reason: String },
    /// Another end for an order that has one, or a serial number that may be none. Only as long as the order is as it
    /// was shown.
    Decide { order: OrderId, version: u32, verdict: AdminVerdict },
    /// A selling price. Only as long as it is `before`.
    Price { product: ProductCode, before: Rupiah, price: Rupiah },
    /// The selling prices of a category. Only as long as all of them are as they were.
    Prices { category: String, step: PriceStep, moves: Vec<PriceMove> },
    /// `/peran` for a chat that nobody here knows.
    Role { chat: ChatId, role: Role },
}

/// A selling price, as it was and as it is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceMove {
    pub product: ProductCode,
    pub before: Rupiah,
    pub after: Rupiah,
}

impl PriceMove {
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self { product: self.product.clone(), before: self.after, after: self.before }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionState {
    Asked,
    /// Yes.
    Done,
    /// No.
    Cancelled,
}

impl Question {
    /// Whoever still thinks about it after that has put the phone away.
    const VALID: TimeDelta = TimeDelta::minutes(5);

    /// A new question in the place of the one before.
    pub fn asked(before: Option<&Self>, chat: ChatId, asks: Asks, seen: u64, now: DateTime<Utc>) -> Self {
        Self {
            chat,
            version: before.map_or(1, |before| before.version.saturating_add(1)),
            number: before.map_or(1, |before| before.number.saturating_add(1)),
            asks,
            seen,
            expires_at: now + Self::VALID,
            state: QuestionState::Asked,
        }
    }

    /// Whether a yes still counts. Never longer than it was given, also when the clock has been put back since.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.state == QuestionState::Asked && now < self.expires_at && self.expires_at - now <= Self::VALID
    }

    #[must_use]
    pub fn with(&self, state: QuestionState) -> Self {
        Self { state, version: self.version.saturating_add(1), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yes_counts_for_five_minutes_and_once() {
        let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(1);
        let asks = Asks::Transfer { from: AgentId(1), to: AgentId(2), amount: Rupiah::new(600_000) };
        let asked = Question::asked(None, ChatId::telegram(1), asks.clone(), 0, now);
        assert!(asked.is_open(now) && asked.is_open(now + TimeDelta::seconds(299)));
        assert!(!asked.is_open(now + TimeDelta::minutes(5)));
        assert!(!asked.is_open(now - TimeDelta::hours(1)), "a clock put back makes it last no longer");
        assert!(!asked.with(QuestionState::Done).is_open(now) && !asked.with(QuestionState::Cancelled).is_open(now));
        let next = Question::asked(Some(&asked), ChatId::telegram(1), asks, 0, now);
        assert_eq!((next.number, next.version), (2, 2));
    }
}
