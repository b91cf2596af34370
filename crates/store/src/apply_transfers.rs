//! Transfers between resellers: each moves its money once, and it goes back at most once, all of it.

use super::apply::{Stage, check_version, corrupt};
use super::kv::Kv;
use super::rows::encode;
use super::{Commit, CommitError, StoreError, Versioned, keys};
use konter_core::ledger::{Posting, Reason};
use konter_core::network::{Transfer, TransferState};

impl<K: Kv> Stage<'_, K> {
    pub(super) fn transfers(&mut self, commit: &Commit) -> Result<(), CommitError> {
        let mut back = 0;
        for Versioned { expected, row } in &commit.transfers {
            let key = keys::transfer(row.id);
            let stored: Option<Transfer> = self.row("transfer", &key)?;
            let version = stored.as_ref().map(|transfer| transfer.version);
            check_version(version, *expected, row.version, || format!("transfer {}", row.id))?;
            let due = due(stored.as_ref(), row).map_err(|problem| wrong(row, problem))?;
            back += usize::from(row.is_back());
            if due.is_some_and(|due| commit.postings.iter().filter(|posting| **posting == due).count() != 1) {
                return Err(wrong(row, "comes without its money").into());
            }
            self.put(key, encode("transfer", row)?);
        }
        let is_back = |posting: &&Posting| matches!(posting, Posting::Transfer { reason: Reason::TransferBack, .. });
        if commit.postings.iter().filter(is_back).count() != back {
            return Err(corrupt("commit", "it takes back money of no transfer".to_owned()).into());
        }
        Ok(())
    }
}

/// What must be posted with a transfer's new state.
fn due(stored: Option<&Transfer>, row: &Transfer) -> Result<Option<Posting>, &'static str> {
    let Some(stored) = stored else {
        return if row.state == TransferState::Sent { Ok(Some(row.posting())) } else { Err("begins in its middle") };
    };
    match (&stored.state, &row.state) {
        _ if !stored.is_same(row) => Err("became another one"),
        (TransferState::TakenBack { .. }, _) => Err("was taken back before"),
        (_, TransferState::TakenBack { .. }) => Ok(Some(row.posting_back())),
        (TransferState::Sent, TransferState::Asked { .. }) | (TransferState::Asked { .. }, TransferState::Kept) => {
            Ok(None)
        }
        _ => Err("is asked for again, or forgets what was said"),
    }
}

fn wrong(row: &Transfer, problem: &str) -> StoreError {
    corrupt("transfer", format!("transfer {} {problem}", row.id))
}
