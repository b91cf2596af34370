//! The greeting: a reseller's; a stranger's; and for those who work here the steps a new shop still needs, or how the shop
//! stands.

use super::admin::AGENTS_AT_ONCE;
use super::staff::desk;
use super::{Answer, Request};
use konter_core::agent::AgentStatus;
use konter_core::deposit::{MAX_TICKET, MOST_ADDED};
use konter_core::ids::AgentId;
use konter_core::ledger::AccountId;
use konter_core::money::Rupiah;
use konter_core::staff::Role;
use konter_reply::{DeskReply, FirstSteps, Reply, SupplierStep};
use konter_store::StoreError;

/// Tickets looked at for the count.
const TICKETS_COUNTED: usize = 100;

impl Request<'_> {
    pub(super) async fn welcome(&self, answer: &mut Answer) -> Result<(), StoreError> {
        match (&self.agent, self.role()) {
            (None, Some(role)) => {
                let steps = self.first_steps(role, None).await?;
                answer.reply(steps);
            }
            (None, None) => {
                answer.reply(Reply::Welcome { registered: false, name: self.message.sender.clone(), role: None });
            }
            (Some(_), role) => {
                let Some(agent) = self.active_agent(answer) else { return Ok(()) };
                // Whoever sells as well works here first.
                let welcome = match role {
                    Some(role) => self.first_steps(role, Some(agent.id)).await?,
                    None => Reply::Welcome { registered: true, name: agent.name.clone(), role: None },
                };
                answer.reply_with_balance(&agent, welcome);
            }
        }
        Ok(())
    }

    async fn first_steps(&self, role: Role, own: Option<AgentId>) -> Result<Reply, StoreError> {
        let store = &self.shop.store;
        let agents = store.agents(None, AGENTS_AT_ONCE).await?;
        let deposit = |supplier: &crate::shop::suppliers::Supplier| SupplierStep {
            supplier: supplier.id.clone(),
            deposit: supplier.balance().map(|(balance, _)| balance),
        };
        let steps = FirstSteps {
            name: self.message.sender.clone(),
            role,
            bot: self.shop.chats.bot_name(),
            suppliers: self.shop.trade.suppliers.iter().map(deposit).collect(),
            products: self.shop.catalog().len(),
            resellers: agents.len(),
            waiting: agents.iter().filter(|agent| agent.status == AgentStatus::Waiting).count(),
            paid_in: store.account(&AccountId::Cash).await?.debits.is_positive(),
            open_orders: store.open_orders().await?.len(),
            tickets: self.waiting_tickets().await?,
            own,
        };
        Ok(desk(DeskReply::Welcome(Box::new(steps))))
    }

    async fn waiting_tickets(&self) -> Result<usize, StoreError> {
        let claims = self.shop.store.pays_taken(Rupiah::ZERO, Rupiah::new(MAX_TICKET + MOST_ADDED)).await?;
        let mut waiting = 0;
        for claim in claims.iter().rev().take(TICKETS_COUNTED) {
            let ticket = self.shop.store.ticket(claim.ticket).await?;
            waiting += usize::from(ticket.is_some_and(|ticket| ticket.takes_proof(self.at)));
        }
        Ok(waiting)
    }
}
