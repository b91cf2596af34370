//! Balance sent to a downline, and how it comes back: with the receiver's consent, or by somebody who works at the shop.
//! What comes back is a posting of its own, of exactly the same sum, and at most one a transfer.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::deposit::Decider;
use crate::ids::{AgentId, TransferId};
use crate::ledger::{AccountId, Posting, Reason};
use crate::money::Rupiah;

/// Above it a transfer has to be confirmed: a slip would cost more than anybody likes to ask back.
pub const LARGE_TRANSFER: Rupiah = Rupiah::new(500_000);

/// Whoever has mistyped a transfer sees it at once. Later the receiver has passed it on, or given cash for it.
pub const ASKED_WITHIN: TimeDelta = TimeDelta::minutes(15);
/// Afterwards a button that was forgotten under an old message moves nothing any more.
const ANSWERED_WITHIN: TimeDelta = TimeDelta::hours(1);
/// The shop may, also without consent: long enough for a weekend, too short for settling old scores.
pub const TAKEN_BY_SHOP_WITHIN: TimeDelta = TimeDelta::days(3);

/// A transfer, and what has become of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    pub id: TransferId,
    /// Counts the writes of this row; a commit names the one it has read.
    pub version: u32,
    pub from: AgentId,
    pub to: AgentId,
    pub amount: Rupiah,
    pub at: DateTime<Utc>,
    pub state: TransferState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TransferState {
    Sent,
    /// The sender has asked for it. It asks once: whoever was asked has heard it.
    Asked {
        until: DateTime<Utc>,
    },
    /// The receiver has said no.
    Kept,
    /// It is the sender's again. `by`: who at the shop did it; `None` where the receiver gave it back.
    TakenBack {
        at: DateTime<Utc>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Decider>,
    },
}

impl Transfer {
    pub const fn new(id: TransferId, from: AgentId, to: AgentId, amount: Rupiah, at: DateTime<Utc>) -> Self {
        Self { id, version: 1, from, to, amount, at, state: TransferState::Sent }
    }

    #[must_use]
    pub fn with(&self, state: TransferState) -> Self {
        Self { state, version: self.version.saturating_add(1), ..self.clone() }
    }

    /// Whether it is young enough for its sender to ask for it. A clock that was put back since makes it no younger.
    pub fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        (now - self.at).abs() <= ASKED_WITHIN
    }

    /// As it is once its sender asks for it; `None` where it was asked for, or is back.
    #[must_use]
    pub fn asked(&self, now: DateTime<Utc>) -> Option<Self> {
        let is_new = self.state == TransferState::Sent;
        is_new.then(|| self.with(TransferState::Asked { until: now + ANSWERED_WITHIN }))
    }

    /// Until when the receiver may answer; `None` where nobody asks any more. Hardly longer than it was given, also when the
    /// clock has been put back since: by as much as would still be taken for fresh.
    #[must_use]
    pub fn open_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.state {
            TransferState::Asked { until } if now < until && until - now <= ANSWERED_WITHIN + ASKED_WITHIN => {
                Some(until)
            }
            _ => None,
        }
    }

    pub const fn is_back(&self) -> bool {
        matches!(self.state, TransferState::TakenBack { .. })
    }

    /// Whether the shop may still take it back.
    pub fn is_within_shops_reach(&self, now: DateTime<Utc>) -> bool {
        (now - self.at).abs() <= TAKEN_BY_SHOP_WITHIN
    }

    /// The posting that sends it; each side's statement shows the other by it.
    #[must_use]
    pub fn posting(&self) -> Posting {
        self.moved((self.from, self.to), Reason::Transfer)
    }

    /// The posting that brings it back. Whole or not at all: the receiver must have all of it, free of holds.
    #[must_use]
    pub fn posting_back(&self) -> Posting {
        self.moved((self.to, self.from), Reason::TransferBack)
    }

    fn moved(&self, (from, to): (AgentId, AgentId), reason: Reason) -> Posting {
        Posting::transfer(
            AccountId::Agent(from),
            AccountId::Agent(to),
            self.amount,
            reason,
            Some(format!("{from} - {to}{NUMBER}{}", self.id)),
        )
    }

    /// Whether both are the same transfer, whatever has become of it.
    pub fn is_same(&self, other: &Self) -> bool {
        let parts = |transfer: &Self| (transfer.id, transfer.from, transfer.to, transfer.amount, transfer.at);
        parts(self) == parts(other)
    }
}

/// What a transfer's number stands behind in the journal.
const NUMBER: &str = " #";

/// The transfer that a line of the journal is about.
#[must_use]
pub fn transfer_of_note(note: &str) -> Option<TransferId> {
    let (_, number) = note.rsplit_once(NUMBER)?;
    number.parse().ok().map(TransferId)
}

/// Who sent and who received, by a line of the journal.
#[must_use]
pub fn sides_of_note(note: &str) -> Option<(AgentId, AgentId)> {
    let (from, rest) = note.split_once(" - ")?;
    let to = rest.split(NUMBER).next()?;
    Some((from.parse().ok()?, to.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent() -> Transfer {
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        Transfer::new(TransferId(12), AgentId(1), AgentId(2), Rupiah::new(50_000), at)
    }

    #[test]
    fn it_is_asked_for_within_minutes_once_and_answered_within_the_hour() {
        let (sent, minutes) = (sent(), TimeDelta::minutes);
        for (after, fresh) in [(0, true), (15, true), (16, false), (-15, true), (-16, false)] {
            assert_eq!(sent.is_fresh(sent.at + minutes(after)), fresh, "{after} minutes");
        }
        let asked = sent.asked(sent.at).unwrap();
        assert_eq!(asked.asked(sent.at), None, "whoever was asked has heard it");
        for (after, open) in [(0, true), (59, true), (60, false), (-15, true), (-16, false)] {
            assert_eq!(asked.open_until(sent.at + minutes(after)).is_some(), open, "{after} minutes");
        }
        assert_eq!(asked.with(TransferState::Kept).open_until(sent.at), None);
        assert_eq!(sent.open_until(sent.at), None);
        assert!(sent.is_within_shops_reach(sent.at + TimeDelta::days(3)));
        assert!(!sent.is_within_shops_reach(sent.at + TimeDelta::days(3) + minutes(1)));
    }

    #[test]
    fn both_postings_name_it_and_are_each_other_s_reverse() {
        let note = |posting| match posting {
            Posting::Transfer { note, .. } => note.unwrap(),
            other => panic!("{other:?}"),
        };
        assert_eq!(note(sent().posting()), "KR0001 - KR0002 #12");
        assert_eq!(note(sent().posting_back()), "KR0002 - KR0001 #12");
        assert_eq!(sides_of_note("KR0001 - KR0002 #12"), Some((AgentId(1), AgentId(2))));
        assert_eq!(sides_of_note("KR0001 - KR0002"), Some((AgentId(1), AgentId(2))));
        assert_eq!(sides_of_note("transfer BCA - Budi"), None);
        for (text, id) in [("KR0001 - KR0002 #12", Some(12)), ("KR0001 - KR0002", None), ("tiket #x", None)] {
            assert_eq!(transfer_of_note(text), id.map(TransferId), "{text}");
        }
    }
}
