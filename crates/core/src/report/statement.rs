//! What a line of the journal means to the one whose statement it stands in.

use serde::{Deserialize, Serialize};

use crate::ledger::{AccountId, Entry, EntryKind, Reason};
use crate::money::Rupiah;

/// A change of what an account can spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Never zero; negative where it was taken.
    pub amount: Rupiah,
    /// What could be spent afterwards.
    pub balance: Rupiah,
    pub about: About,
}

/// Why it changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    Deposit,
    /// A deposit taken back.
    Withdrawal,
    /// An order was placed.
    Order,
    /// An order failed, and its price came back.
    Refund,
    /// A delivered order was taken back.
    Reversal,
    /// A refunded order was delivered after all.
    LateDelivery,
    /// Earned by a downline's order.
    Margin,
    /// A downline's order was taken back, and what it had earned with it.
    MarginReversal,
    /// Sent to a downline, or received from the upline.
    Transfer,
    /// A transfer that went back to its sender.
    TransferBack,
    Other,
}

/// What an entry does to an account's available balance; `None` for one that leaves it as it was, such as the capture
/// of what had been held before.
#[must_use]
pub fn movement(entry: &Entry, account: &AccountId) -> Option<Movement> {
    let is_debit = entry.debit == *account;
    if !is_debit && entry.credit != *account {
        return None;
    }
    let taken = || entry.amount.checked_neg();
    let amount = match (entry.kind, is_debit) {
        (EntryKind::Transfer | EntryKind::Hold, true) => taken()?,
        (EntryKind::Release, true) | (EntryKind::Transfer | EntryKind::Capture, false) => entry.amount,
        (EntryKind::Capture, true) | (EntryKind::Hold | EntryKind::Release, false) => return None,
    };
    let balance = if is_debit { entry.debit_available } else { entry.credit_available };
    let about = match entry.reason {
        Reason::Deposit | Reason::Correction if amount.is_negative() => About::Withdrawal,
        Reason::Deposit | Reason::Correction => About::Deposit,
        Reason::Order if entry.kind == EntryKind::Release => About::Refund,
        Reason::Order => About::Order,
        Reason::Reversal => About::Reversal,
        Reason::LateDelivery => About::LateDelivery,
        Reason::Margin => About::Margin,
        Reason::MarginReversal => About::MarginReversal,
        Reason::Transfer => About::Transfer,
        Reason::TransferBack => About::TransferBack,
        Reason::Cost | Reason::CostReversal | Reason::Withheld => About::Other,
    };
    Some(Movement { amount, balance, about })
}
