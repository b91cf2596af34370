//! How rows look inside: JSON, so that fields can be added and a person can read them. What a row is called in an
//! error never includes its content.

use chrono::{DateTime, NaiveDate, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{InboxMessage, StoreError};
use konter_core::ids::{AgentId, InquiryId, OrderId, ProductCode};
use konter_core::ledger::{AccountId, Entry};
use konter_core::pricing::Margin;

/// Raised when rows change so that another program would read them wrongly.
pub(super) const SCHEMA: u32 = 2;
pub(super) const SCHEMA_NAME: &str = "schema";
pub(super) const COUNTER_NAME: &str = "counter";
/// The last day the owners were told the figures of.
pub(super) const SUMMARY_NAME: &str = "summary";

/// # Errors
/// [`StoreError::Unavailable`] when rows of this version cannot be read here.
pub(super) fn check_schema(version: u32) -> Result<(), StoreError> {
    if version == SCHEMA {
        return Ok(());
    }
    let whose = if version > SCHEMA { "a newer" } else { "an older" };
    Err(StoreError::Unavailable(format!(
        "it was written by {whose} konter (schema {version}, this one knows {SCHEMA})"
    )))
}

/// No row this program writes comes near; a longer one is a mistake, not data.
pub(super) const LONGEST_ROW: usize = 1 << 20;

pub(super) fn encode<T: Serialize>(what: &'static str, row: &T) -> Result<Vec<u8>, StoreError> {
    // Most rows fit without growing the buffer.
    let mut bytes = Vec::with_capacity(512);
    serde_json::to_writer(&mut bytes, row).map_err(|error| unreadable(what, &error))?;
    if bytes.len() > LONGEST_ROW {
        return Err(StoreError::Corrupt {
            what,
            problem: format!("{} bytes are more than a row may have", bytes.len()),
        });
    }
    // It stays in memory for a while; most rows are far shorter than the buffer.
    Ok(bytes.as_slice().to_vec())
}

pub(super) fn decode<T: DeserializeOwned>(what: &'static str, bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|error| unreadable(what, &error))
}

/// Where it is wrong but not what stands there: that could be a PIN.
fn unreadable(what: &'static str, error: &serde_json::Error) -> StoreError {
    StoreError::Corrupt { what, problem: format!("{:?} error at byte {}", error.classify(), error.column()) }
}

/// Orders that were placed in one slot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SlotRow {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_by: Option<OrderId>,
    /// All of them, failed ones included.
    pub orders: Vec<OrderId>,
}

/// A message of the inbox with its place in the line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct InboxRow {
    pub seq: u64,
    pub message: InboxMessage,
}

/// The part of an order that a commit compares: its version, and what must never change because indexes rest on it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct OrderHead {
    pub version: u32,
    pub agent: AgentId,
    pub product: ProductCode,
    pub dest: String,
    pub nth: u8,
    pub day: NaiveDate,
    #[serde(default)]
    pub margins: Vec<Margin>,
}

/// The part of an inquiry that a commit compares, and what its index is made of.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct InquiryHead {
    pub id: InquiryId,
    pub version: u32,
    pub agent: AgentId,
    pub customer: String,
    pub ask: AskHead,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct AskHead {
    pub product: ProductCode,
}

/// Which resellers the latest cards of a chat are about, oldest first. One row, so that there are never many.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct CardsOf(Vec<(String, AgentId)>);

impl CardsOf {
    /// More than anybody scrolls back through to answer.
    const MOST: usize = 200;

    /// A channel that counts its messages anew (another bot) has the same number for another message: the newer card counts.
    pub(super) fn with(mut self, message: &str, agent: AgentId) -> Self {
        self.0.retain(|(known, _)| known != message);
        self.0.push((message.to_owned(), agent));
        let too_many = self.0.len().saturating_sub(Self::MOST);
        self.0.drain(..too_many);
        self
    }

    pub(super) fn agent_of(&self, message: &str) -> Option<AgentId> {
        self.0.iter().find(|(known, _)| known == message).map(|(_, agent)| *agent)
    }
}

/// When a row was made: an order, or a line of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Moment {
    #[serde(alias = "created_at")]
    pub at: DateTime<Utc>,
}

/// Lines of the journal that share one row, newline between them. A row per line would cost a fifth of the writer's
/// time.
const LONGEST_PACK: usize = 3 << 10;

/// Packs consecutive lines; gives the number of each pack's first line with it.
pub(super) fn pack(first: u64, lines: &[Vec<u8>]) -> Vec<(u64, Vec<u8>)> {
    let mut packs: Vec<(u64, Vec<u8>)> = Vec::new();
    for (seq, line) in (first..).zip(lines) {
        match packs.last_mut() {
            Some((_, pack)) if pack.len() + line.len() < LONGEST_PACK => {
                pack.push(b'\n');
                pack.extend_from_slice(line);
            }
            _ => packs.push((seq, line.clone())),
        }
    }
    for (_, pack) in &mut packs {
        pack.shrink_to_fit();
    }
    packs
}

/// The lines of a pack in order.
pub(super) fn unpack(pack: &[u8]) -> impl DoubleEndedIterator<Item = Result<Entry, StoreError>> + '_ {
    pack.split(|&byte| byte == b'\n').map(|line| decode("journal entry", line))
}

/// Whether an account's lines have an index. Sales stands in nearly every line, and nobody asks for them one by one.
pub(super) const fn has_lines(account: &AccountId) -> bool {
    !matches!(account, AccountId::Sales)
}

/// # Errors
/// Where there is no index of the account's lines.
pub(super) fn must_have_lines(account: &AccountId) -> Result<(), StoreError> {
    let none = || StoreError::Unavailable(format!("there are no statements of {account}"));
    has_lines(account).then_some(()).ok_or_else(none)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_stays_in_memory_has_no_room_left_over() {
        let row = encode("number", &7).unwrap();
        assert_eq!((row.len(), row.capacity()), (1, 1));
        for (_, pack) in pack(1, &std::iter::repeat_n(row, 100).collect::<Vec<_>>()) {
            assert_eq!(pack.capacity(), pack.len());
        }
    }
}
