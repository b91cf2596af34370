//! Balances brought forward. Where a closed day's lines of the journal are lost for good, nobody can count from the first line
//! on any more: `rebuild --force` writes balances and open holds down as they are, and from there on the books are counted as
//! ever. What came before stays readable as far as it is there, and is not held against anything.
//!
//! One row says where; under the same kind stand copies of the accounts' and holds' rows of that moment, each under its whole
//! key. They sort before all that a census counts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::kv::{Batch, Kv};
use super::read::Reader;
use super::rows::{decode, encode, unpack};
use super::{StoreError, keys};
use konter_core::ledger::audit::Recount;
use konter_core::ledger::{AccountId, Digest};

const WHAT: &str = "balances brought forward";

/// Where the books are counted from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Opening {
    /// The last line of the journal before.
    pub line: u64,
    pub digest: Digest,
    /// No order before has a higher number.
    pub order: u64,
}

impl Opening {
    /// `None`: the row is none of this kind, or a balance.
    pub(super) fn of(key: &[u8], row: &[u8]) -> Result<Option<Self>, StoreError> {
        if key == [keys::OPENING] { decode(WHAT, row).map(Some) } else { Ok(None) }
    }
}

/// Lets a count begin with what such a row says. `false`: the row is none.
pub(super) fn bring_forward(count: &mut Recount, key: &[u8], row: &[u8]) -> Result<bool, StoreError> {
    let Some((&keys::OPENING, of)) = key.split_first() else { return Ok(false) };
    match of.split_first() {
        None => {
            let Opening { line, digest, .. } = decode(WHAT, row)?;
            count.begin_behind(line, digest);
        }
        Some((&keys::ACCOUNT, _)) => count.bring_account(account_id(of)?, &decode(WHAT, row)?),
        Some((&keys::HOLD, _)) => count.bring_hold(decode(WHAT, row)?),
        Some(_) => return Err(StoreError::Corrupt { what: WHAT, problem: "a row of another kind".to_owned() }),
    }
    Ok(true)
}

/// The account that a row's key names.
pub(super) fn account_id(key: &[u8]) -> Result<AccountId, StoreError> {
    let id = key.get(1..).and_then(|id| std::str::from_utf8(id).ok()).and_then(|id| id.parse().ok());
    id.ok_or_else(|| StoreError::Corrupt { what: "account", problem: "its name is none".to_owned() })
}

impl<K: Kv + ?Sized> Reader<'_, K> {
    /// The rows that bring forward what the store has now. `order`: no order had a higher number.
    pub(super) fn new_opening(&self, order: u64) -> Result<Batch, StoreError> {
        let last = self.pack_with(u64::MAX - 1)?.and_then(|(_, pack)| unpack(&pack).next_back()).transpose()?;
        let (line, digest) = last.map(|last| (last.seq, last.digest)).unwrap_or_default();
        // In place of an earlier one.
        let mut rows: BTreeMap<_, _> =
            self.raw(keys::all(keys::OPENING))?.into_iter().map(|(key, _)| (key, None)).collect();
        rows.insert(vec![keys::OPENING], Some(encode(WHAT, &Opening { line, digest, order })?));
        for kind in [keys::ACCOUNT, keys::HOLD] {
            rows.extend(
                self.raw(keys::all(kind))?
                    .into_iter()
                    .map(|(key, row)| ([&[keys::OPENING], &*key].concat(), Some(row))),
            );
        }
        Ok(rows.into_iter().collect())
    }
}
