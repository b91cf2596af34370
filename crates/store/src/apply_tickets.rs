//! Deposit tickets: whose amount is whose, and that the money of one comes with its acceptance, once.

use chrono::{DateTime, Utc};

use super::apply::{Stage, check_version, corrupt};
use super::kv::{Direction, Kv, under};
use super::rows::{decode, encode};
use super::{Commit, CommitError, StoreError, Versioned, keys};
use konter_core::deposit::{Claim, PROOF_TAKEN_FOR, Ticket, TicketState};
use konter_core::ids::AgentId;
use konter_core::ledger::{AccountId, Posting, Reason};

/// A reseller's old claims deleted with every new one: more than one, so that there are never many.
const DELETED_AT_ONCE: usize = 2;

impl<K: Kv> Stage<'_, K> {
    pub(super) fn ticket(&mut self, ticket: &Versioned<Ticket>, commit: &Commit) -> Result<(), CommitError> {
        let Versioned { expected, row } = ticket;
        let key = keys::ticket(row.id);
        let stored: Option<Ticket> = self.row("ticket", &key)?;
        let version = stored.as_ref().map(|ticket| ticket.version);
        check_version(version, *expected, row.version, || format!("ticket {}", row.id))?;
        if let Some(stored) = stored
            && let Some(problem) = forbidden(&stored, row)
        {
            return Err(corrupt("ticket", format!("ticket {} {problem}", row.id)).into());
        }
        check_money(row, commit)?;
        let (pay, amount) = (keys::ticket_of_pay(row.pay), keys::ticket_of_amount(row.agent, row.amount));
        if row.is_undecided() {
            self.drop_old_claims(row.agent, commit.at)?;
            self.take_amount(pay, &row.claim_of_pay(), commit.at)?;
            self.take_amount(amount, &row.claim_of_amount(), commit.at)?;
        } else {
            self.give_up_pay(pay, &Claim { until: commit.at, ..row.claim_of_pay() })?;
            self.give_up_amount(amount, &row.claim_of_amount())?;
        }
        self.put(key, encode("ticket", row)?);
        Ok(())
    }

    /// An amount is one ticket's until that ticket is decided or its time is over.
    fn take_amount(&mut self, key: Vec<u8>, claim: &Claim, at: DateTime<Utc>) -> Result<(), CommitError> {
        if self.claim_at(&key)?.is_some_and(|owner| owner.ticket != claim.ticket && owner.holds(at)) {
            return Err(CommitError::Conflict(format!("the amount of ticket {}", claim.ticket)));
        }
        self.put(key, encode("ticket's amount", claim)?);
        Ok(())
    }

    /// The amount is free, and its last ticket still found by it, unless another ticket has it by now.
    fn give_up_pay(&mut self, key: Vec<u8>, over: &Claim) -> Result<(), StoreError> {
        if let Some(claim) = self.claim_at(&key)?.filter(|claim| claim.ticket == over.ticket) {
            let until = claim.until.min(over.until);
            self.put(key, encode("ticket's amount", &Claim { until, ..claim })?);
        }
        Ok(())
    }

    /// Unless another ticket has it by now.
    fn give_up_amount(&mut self, key: Vec<u8>, claim: &Claim) -> Result<(), StoreError> {
        if self.claim_at(&key)?.is_some_and(|owner| owner.ticket == claim.ticket) {
            self.delete(key);
        }
        Ok(())
    }

    fn claim_at(&self, key: &[u8]) -> Result<Option<Claim>, StoreError> {
        self.row("ticket's amount", key)
    }

    fn drop_old_claims(&mut self, agent: AgentId, at: DateTime<Utc>) -> Result<(), StoreError> {
        let is_old = |claim: &Claim| !claim.holds(at - PROOF_TAKEN_FOR);
        let mut old = Vec::new();
        self.kv().scan(under(keys::tickets_of(agent)), Direction::Up, &mut |key, bytes| {
            if is_old(&decode("ticket's amount", bytes)?) {
                old.push(key.to_vec());
            }
            Ok(super::read::until(&old, DELETED_AT_ONCE))
        })?;
        for key in old {
            // A commit before this one may have given the amount to a new ticket.
            if self.claim_at(&key)?.as_ref().is_some_and(is_old) {
                self.delete(key);
            }
        }
        Ok(())
    }
}

/// What no later version of a ticket may have changed.
fn forbidden(stored: &Ticket, new: &Ticket) -> Option<&'static str> {
    let same = stored.agent == new.agent
        && stored.amount == new.amount
        && stored.pay == new.pay
        && stored.expires_at == new.expires_at;
    if !same {
        return Some("became another ticket");
    }
    (!stored.is_undecided()).then_some("was decided before")
}

/// A ticket is accepted together with its money, and any other commit about it moves none.
fn check_money(ticket: &Ticket, commit: &Commit) -> Result<(), StoreError> {
    let TicketState::Accepted { credited, .. } = &ticket.state else { return Ok(()) };
    let is_its = |posting: &&Posting| {
        matches!(posting, Posting::Transfer { debit: AccountId::Cash, credit, amount, reason: Reason::Deposit, .. }
            if *credit == AccountId::Agent(ticket.agent) && amount == credited)
    };
    if commit.postings.iter().filter(is_its).count() == 1 {
        return Ok(());
    }
    Err(corrupt("commit", format!("it accepts ticket {} without its {credited}", ticket.id)))
}
