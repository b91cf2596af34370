//! Reads of deposit tickets.

use super::StoreError;
use super::kv::{Direction, Kv, after_prefix, under};
use super::read::{CONTINUE, Reader};
use super::rows::decode;
use super::{keys, read};
use konter_core::deposit::{Claim, Ticket};
use konter_core::ids::{AgentId, TicketId};
use konter_core::money::Rupiah;

impl<K: Kv + ?Sized> Reader<'_, K> {
    pub(super) fn last_ticket(&self) -> Result<u64, StoreError> {
        let mut last = Vec::new();
        self.0.scan(under(keys::tickets()), Direction::Down, &mut |key, _| {
            last.extend(keys::last_number(key));
            Ok(read::until(&last, 1))
        })?;
        Ok(last.first().copied().unwrap_or(0))
    }

    pub(super) fn ticket(&self, id: TicketId) -> Result<Option<Ticket>, StoreError> {
        self.row("ticket", &keys::ticket(id))
    }

    pub(super) fn undecided_tickets(&self, agent: AgentId) -> Result<Vec<Ticket>, StoreError> {
        let mut claims: Vec<Claim> = Vec::new();
        self.0.scan(under(keys::tickets_of(agent)), Direction::Up, &mut |_, bytes| {
            claims.push(decode("ticket's amount", bytes)?);
            Ok(CONTINUE)
        })?;
        claims.sort_by_key(|claim| std::cmp::Reverse(claim.ticket));
        let tickets = claims.into_iter().filter_map(|claim| self.ticket(claim.ticket).transpose());
        // One may have been decided since its claim was read.
        tickets.filter(|ticket| ticket.as_ref().map_or(true, Ticket::is_undecided)).collect()
    }

    pub(super) fn pays_taken(&self, from: Rupiah, to: Rupiah) -> Result<Vec<Claim>, StoreError> {
        let range = keys::ticket_of_pay(from)..after_prefix(&keys::ticket_of_pay(to));
        let mut claims = Vec::new();
        self.0.scan(range, Direction::Up, &mut |_, bytes| {
            claims.push(decode("ticket's amount", bytes)?);
            Ok(CONTINUE)
        })?;
        Ok(claims)
    }
}
