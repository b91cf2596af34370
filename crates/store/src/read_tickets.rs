//! Reads of deposit tickets.

use super::kv::{Direction, Kv, after_prefix};
use super::read::Reader;
use super::rows::decode;
use super::{StoreError, keys};
use konter_core::deposit::{Claim, Ticket};
use konter_core::ids::{AgentId, TicketId};
use konter_core::money::Rupiah;

impl<K: Kv + ?Sized> Reader<'_, K> {
    pub(super) fn ticket(&self, id: TicketId) -> Result<Option<Ticket>, StoreError> {
        self.row("ticket", &keys::ticket(id))
    }

    pub(super) fn undecided_tickets(&self, agent: AgentId) -> Result<Vec<Ticket>, StoreError> {
        let mut claims: Vec<Claim> = self.under("ticket's amount", keys::tickets_of(agent))?;
        claims.sort_by_key(|claim| std::cmp::Reverse(claim.ticket));
        let tickets = claims.into_iter().filter_map(|claim| self.ticket(claim.ticket).transpose());
        // One may have been decided since its claim was read.
        tickets.filter(|ticket| ticket.as_ref().map_or(true, Ticket::is_undecided)).collect()
    }

    pub(super) fn pays_taken(&self, from: Rupiah, to: Rupiah) -> Result<Vec<Claim>, StoreError> {
        let range = keys::ticket_of_pay(from)..after_prefix(&keys::ticket_of_pay(to));
        self.gather(range, Direction::Up, usize::MAX, |_, row| decode("ticket's amount", row).map(Some))
    }
}
