//! The button under an order that is still under way: it has not arrived, and the admins are told so.

use super::register::card;
use super::{Answer, Request};
use crate::shop::rate_limit::AdminMessage;
use konter_core::ids::OrderId;
use konter_core::ledger::AccountId;
use konter_core::order::card::Verdict;
use konter_core::order::view;
use konter_reply::{ComplaintCard, Reply};
use konter_store::StoreError;

impl Request<'_> {
    /// Told once a while; an order that has failed is shown instead, with its reason.
    pub(super) async fn tapped_complaint(&self, id: OrderId, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let Some(order) = self.shop.store.order(id).await?.filter(|order| order.agent == agent.id) else {
            self.stale(answer);
            return Ok(());
        };
        let line = view::line(&order);
        if line.verdict == Verdict::Failed {
            answer.reply_with_balance(&agent, Reply::Orders { lines: vec![line], dest: None });
            return Ok(());
        }
        if !self.shop.rate_limits.is_new_complaint(id, &self.message.message, self.at) {
            self.toast(Reply::ComplaintWaits { order: id }, answer);
            return Ok(());
        }
        if !self.may_message_admins(&agent, AdminMessage::Complaint, answer) {
            return Ok(());
        }
        let account = self.shop.store.account(&AccountId::Agent(agent.id)).await?;
        let complaint = ComplaintCard {
            agent: card(&agent, account.available(), account.pending_debits, self.at),
            text: format!("trx #{id} belum masuk"),
            orders: vec![line],
        };
        answer.commit.outgoing.extend(self.shop.alerts.to_admins(&Reply::AlertComplaint(Box::new(complaint))));
        answer.reply(Reply::ComplaintTaken);
        Ok(())
    }
}
