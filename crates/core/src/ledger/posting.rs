//! Postings: what may be done to the books, and what refuses it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::account::{Account, AccountId};
use super::digest::Digest;
use crate::ids::{AgentId, OrderId};
use crate::money::Rupiah;

/// A change of the books that a decision asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posting {
    /// Money moves at once.
    Transfer {
        debit: AccountId,
        credit: AccountId,
        amount: Rupiah,
        reason: Reason,
        order: Option<OrderId>,
        note: Option<String>,
        /// Only a correction of what already happened may take a reseller below zero.
        may_overdraw: bool,
    },
    /// An order reserves its price. An order has at most one hold at a time.
    Hold { order: OrderId, debit: AccountId, credit: AccountId, amount: Rupiah },
    /// The order's hold becomes a payment.
    Capture { order: OrderId },
    /// The order's hold is given back.
    Release { order: OrderId },
}

impl Posting {
    /// Money moves at once, for no order, as far as it is there.
    pub const fn transfer(
        debit: AccountId,
        credit: AccountId,
        amount: Rupiah,
        reason: Reason,
        note: Option<String>,
    ) -> Self {
        Self::Transfer { debit, credit, amount, reason, order: None, note, may_overdraw: false }
    }

    /// A reseller has paid in.
    pub const fn paid_in(agent: AgentId, amount: Rupiah, note: Option<String>) -> Self {
        Self::transfer(AccountId::Cash, AccountId::Agent(agent), amount, Reason::Deposit, note)
    }
}

/// Why money moved at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A reseller paid in (or was given back what it paid in).
    Deposit,
    /// An order: hold, capture or release.
    Order,
    /// What a delivered order cost us at the supplier.
    Cost,
    /// A supplier took a delivery back after it had been paid.
    Reversal,
    /// A supplier delivered after the order had been refunded.
    LateDelivery,
    /// A supplier's cost came back with a reversal.
    CostReversal,
    /// An admin took back what should not have been paid in, whatever was left of it.
    Correction,
    /// An upline's part of a delivered order.
    Margin,
    /// An upline's part taken back with a reversal.
    MarginReversal,
    /// A reseller sent balance to a downline.
    Transfer,
    /// A transfer went back to who had sent it.
    TransferBack,
    /// Money of an order is set aside until it can be paid out, or stops waiting.
    Withheld,
}

/// An open reservation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub order: OrderId,
    pub debit: AccountId,
    pub credit: AccountId,
    pub amount: Rupiah,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    Transfer,
    Hold,
    Capture,
    Release,
}

/// One line of the journal: what was done, and what both accounts had available afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Counts up from 1 without gaps.
    pub seq: u64,
    pub at: DateTime<Utc>,
    pub kind: EntryKind,
    pub reason: Reason,
    pub debit: AccountId,
    pub credit: AccountId,
    pub amount: Rupiah,
    pub debit_available: Rupiah,
    pub credit_available: Rupiah,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Chains this entry to everything before it; see [`super::seal`].
    #[serde(default)]
    pub digest: Digest,
}

/// Why the books refuse a posting. Nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{account} has {available} available, {needed} needed")]
    InsufficientFunds { account: AccountId, available: Rupiah, needed: Rupiah },
    #[error("an amount must be above zero, not {0}")]
    NotPositive(Rupiah),
    #[error("{0} on both sides")]
    SameAccount(AccountId),
    #[error("order {0} already has an open hold")]
    HoldOpen(OrderId),
    #[error("order {0} has no open hold")]
    NoHold(OrderId),
    #[error("a total of {0} would leave its range")]
    Overflow(AccountId),
}

/// What a posting does, worked out: new totals of both accounts, the hold's fate, the journal's line without its
/// number and digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    pub debit: Account,
    pub credit: Account,
    pub hold: HoldChange,
    pub entry: Entry,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldChange {
    None,
    Opened(Hold),
    Closed(OrderId),
}

/// Works out a posting. `open_hold` is the open hold of the posting's order, `account` reads current totals.
///
/// # Errors
/// A [`Refusal`] of the books, or whatever `account` fails with.
pub fn apply<E: From<Refusal>>(
    posting: &Posting,
    open_hold: Option<&Hold>,
    at: DateTime<Utc>,
    mut account: impl FnMut(&AccountId) -> Result<Account, E>,
) -> Result<Applied, E> {
    let line = Line::of(posting, open_hold)?;
    let (mut debit, mut credit) = (account(&line.debit)?, account(&line.credit)?);
    line.check_funds(&debit)?;
    move_totals(&line, &mut debit, &mut credit)?;
    let hold = match line.kind {
        EntryKind::Transfer => HoldChange::None,
        EntryKind::Hold => HoldChange::Opened(line.hold()?),
        EntryKind::Capture | EntryKind::Release => HoldChange::Closed(line.order_of_hold()?),
    };
    let entry = Entry {
        seq: 0,
        at,
        kind: line.kind,
        reason: line.reason,
        debit_available: debit.available(),
        credit_available: credit.available(),
        debit: line.debit,
        credit: line.credit,
        amount: line.amount,
        order: line.order,
        note: line.note,
        digest: Digest::default(),
    };
    Ok(Applied { debit, credit, hold, entry })
}

/// A posting with its hold looked up: every kind in one shape.
struct Line {
    kind: EntryKind,
    reason: Reason,
    debit: AccountId,
    credit: AccountId,
    amount: Rupiah,
    order: Option<OrderId>,
    note: Option<String>,
    may_overdraw: bool,
}

impl Line {
    fn of(posting: &Posting, open_hold: Option<&Hold>) -> Result<Self, Refusal> {
        let line = match posting {
            Posting::Transfer { debit, credit, amount, reason, order, note, may_overdraw } => Self {
                kind: EntryKind::Transfer,
                reason: *reason,
                debit: debit.clone(),
                credit: credit.clone(),
                amount: *amount,
                order: *order,
                note: note.clone(),
                may_overdraw: *may_overdraw,
            },
            Posting::Hold { order, debit, credit, amount } => {
                if open_hold.is_some() {
                    return Err(Refusal::HoldOpen(*order));
                }
                Self::of_hold(
                    EntryKind::Hold,
                    &Hold { order: *order, debit: debit.clone(), credit: credit.clone(), amount: *amount },
                )
            }
            Posting::Capture { order } => Self::of_hold(EntryKind::Capture, open_hold.ok_or(Refusal::NoHold(*order))?),
            Posting::Release { order } => Self::of_hold(EntryKind::Release, open_hold.ok_or(Refusal::NoHold(*order))?),
        };
        if !line.amount.is_positive() {
            return Err(Refusal::NotPositive(line.amount));
        }
        if line.debit == line.credit {
            return Err(Refusal::SameAccount(line.debit));
        }
        Ok(line)
    }

    fn of_hold(kind: EntryKind, hold: &Hold) -> Self {
        Self {
            kind,
            reason: Reason::Order,
            debit: hold.debit.clone(),
            credit: hold.credit.clone(),
            amount: hold.amount,
            order: Some(hold.order),
            note: None,
            may_overdraw: false,
        }
    }

    fn order_of_hold(&self) -> Result<OrderId, Refusal> {
        self.order.ok_or(Refusal::NoHold(OrderId(0)))
    }

    fn hold(&self) -> Result<Hold, Refusal> {
        Ok(Hold {
            order: self.order_of_hold()?,
            debit: self.debit.clone(),
            credit: self.credit.clone(),
            amount: self.amount,
        })
    }

    /// Only new money is checked: a capture was reserved when it was held.
    fn check_funds(&self, debit: &Account) -> Result<(), Refusal> {
        let takes_new_money = matches!(self.kind, EntryKind::Transfer | EntryKind::Hold);
        if takes_new_money && self.debit.is_limited() && !self.may_overdraw && debit.available() < self.amount {
            return Err(Refusal::InsufficientFunds {
                account: self.debit.clone(),
                available: debit.available(),
                needed: self.amount,
            });
        }
        Ok(())
    }
}

fn move_totals(line: &Line, debit: &mut Account, credit: &mut Account) -> Result<(), Refusal> {
    let grow = |total: &mut Rupiah, id: &AccountId| {
        *total = total.checked_add(line.amount).ok_or_else(|| Refusal::Overflow(id.clone()))?;
        Ok(())
    };
    let shrink = |total: &mut Rupiah, id: &AccountId| {
        let less = total.checked_sub(line.amount).filter(|total| !total.is_negative());
        *total = less.ok_or_else(|| Refusal::Overflow(id.clone()))?;
        Ok(())
    };
    match line.kind {
        EntryKind::Hold => {
            grow(&mut debit.pending_debits, &line.debit)?;
            grow(&mut credit.pending_credits, &line.credit)?;
        }
        EntryKind::Capture | EntryKind::Release => {
            shrink(&mut debit.pending_debits, &line.debit)?;
            shrink(&mut credit.pending_credits, &line.credit)?;
        }
        EntryKind::Transfer => {}
    }
    if matches!(line.kind, EntryKind::Transfer | EntryKind::Capture) {
        grow(&mut debit.debits, &line.debit)?;
        grow(&mut credit.credits, &line.credit)?;
    }
    Ok(())
}
