//! What is said about an order, and to whom: notices of a step as rows for the outbox, and its alerts put right where they
//! stand.

use std::sync::Arc;

use super::alerts::Alerts;
use super::outbox::say;
use crate::clock::ShopClock;
use konter_core::ids::{ChatId, OrderId};
use konter_core::ledger::{AccountId, Posting, Reason};
use konter_core::order::{AdminNotice, Notice, Order, ResellerNotice, view};
use konter_reply::{NetworkReply, OverdueCard, OverdueStage, Reply};
use konter_store::{Payload, Say, Store, StoreError};

pub(super) struct Notices {
    pub store: Store,
    pub clock: ShopClock,
    pub alerts: Arc<Alerts>,
}

impl Notices {
    /// Notices as rows for the outbox.
    pub async fn says_of(&self, order: &Order, notices: Vec<Notice>) -> Result<Vec<Say>, StoreError> {
        let mut says = Vec::new();
        for notice in notices {
            match notice {
                Notice::Reseller(notice) => {
                    for chat in self.chats_for(order, &notice).await? {
                        let mut said = say(&chat, order.locale, notice.clone().into());
                        said.balance_of = Some(AccountId::Agent(order.agent));
                        said.topic = order.topic.filter(|_| chat == order.chat);
                        says.push(said);
                    }
                }
                Notice::Admins(notice) => says.extend(self.alerts.to_admins(&notice.into())),
            }
        }
        Ok(says)
    }

    /// Where a notice goes. A program hears how its orders end; of what takes back an end it was told, and of money that
    /// moves later, a person hears as well.
    async fn chats_for(&self, order: &Order, notice: &ResellerNotice) -> Result<Vec<ChatId>, StoreError> {
        if order.chat.program_of().is_none() {
            return Ok(vec![self.chat_for(order).await?]);
        }
        Ok(match notice {
            // The answer to its request has said so.
            ResellerNotice::Pending(_) => Vec::new(),
            ResellerNotice::Success(_) | ResellerNotice::Failed(_) => vec![order.chat.clone()],
            ResellerNotice::Reversed(_) | ResellerNotice::DeliveredLate(_) => {
                vec![order.chat.clone(), self.chat_for(order).await?]
            }
            ResellerNotice::WithheldPaid { .. } => vec![self.chat_for(order).await?],
        })
    }

    /// Where an order is answered: where it was asked for. A chat that has left the reseller since hears nothing more,
    /// least of all a token.
    async fn chat_for(&self, order: &Order) -> Result<ChatId, StoreError> {
        let agent = self.store.agent(order.agent).await?;
        let chats = agent.map(|agent| agent.chats).unwrap_or_default();
        let left = !chats.contains(&order.chat);
        Ok(chats.into_iter().next().filter(|_| left).unwrap_or_else(|| order.chat.clone()))
    }

    /// What the admins are told when margins taken back leave an upline below zero.
    pub async fn overdrawn_uplines(&self, order: &Order, postings: &[Posting]) -> Result<Vec<Say>, StoreError> {
        let mut says = Vec::new();
        for posting in postings {
            let Posting::Transfer { debit, amount, reason: Reason::MarginReversal, .. } = posting else { continue };
            let AccountId::Agent(agent) = *debit else { continue };
            if self.store.account(debit).await?.available() < *amount {
                let alert = NetworkReply::AlertUplineOverdrawn { agent, order: order.id, amount: *amount };
                says.extend(self.alerts.to_admins(&Reply::Network(Box::new(alert))));
            }
        }
        Ok(says)
    }

    /// Once an order needs nobody any more, its alerts say so, and their buttons go. With them: the order whose alerts need
    /// not be found any more.
    pub async fn settle_alerts(
        &self,
        before: &Order,
        after: &Order,
    ) -> Result<Option<(Vec<Say>, OrderId)>, StoreError> {
        let moved_on = !after.is_open() || after.attempts.len() > before.attempts.len();
        if !before.escalated || !before.is_open() || !moved_on {
            return Ok(None);
        }
        let card = OverdueCard { card: view::card(after, self.clock.utc()), stage: OverdueStage::Done };
        let shown = self.store.shown(after.id).await?;
        let edit = |shown: konter_store::Shown| {
            let reply = Box::new(Reply::AlertOverdue(Box::new(card.clone())));
            Say::new(shown.chat, self.alerts.locale, Payload::Edit { message: shown.message, reply })
        };
        Ok(Some((shown.into_iter().map(edit).collect(), after.id)))
    }

    /// Notices of a step, where a late delivery takes more than its reseller has: the admins' say so.
    pub async fn mark_overdrawn(
        &self,
        order: &Order,
        postings: &[Posting],
        notices: &mut [Notice],
    ) -> Result<(), StoreError> {
        let charged = postings.iter().find_map(|posting| match posting {
            Posting::Transfer { reason: Reason::LateDelivery, amount, .. } => Some(*amount),
            _ => None,
        });
        if let Some(charged) = charged
            && self.store.account(&AccountId::Agent(order.agent)).await?.available() < charged
        {
            for notice in notices {
                if let Notice::Admins(AdminNotice::Contradiction { overdrawn, .. }) = notice {
                    *overdrawn = true;
                }
            }
        }
        Ok(())
    }
}
