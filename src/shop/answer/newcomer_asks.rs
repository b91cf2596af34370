//! What somebody asks who is no reseller yet: answered with what the shop knows, and with the next step.

use super::price_tab::shelves;
use super::talk::talk;
use super::{Answer, Request};
use crate::config::Registration;
use konter_command::{Command, MIN_TICKET, Newcomer, asked_by_newcomer};
use konter_core::agent::AgentStatus;
use konter_core::money::Rupiah;
use konter_reply::TalkReply;

impl Request<'_> {
    /// `false` where it is no such question, or its writer is known here.
    pub(super) fn newcomer_asks(&self, command: &Command, answer: &mut Answer) -> bool {
        const MOST_SHELVES: usize = 12;
        let registered = self.agent.as_ref().is_some_and(|agent| agent.status == AgentStatus::Active);
        let is_known = self.agent.is_some() || self.role().is_some();
        let may_ask = matches!(
            command,
            Command::Talk(_)
                | Command::Unknown { .. }
                | Command::Help { .. }
                | Command::Prices { .. }
                | Command::Wish(_)
                | Command::Balance { .. }
                | Command::Deposit { .. }
                | Command::Preference(_)
                | Command::Known(_)
                | Command::Orders(_)
                | Command::Report { .. }
                | Command::Network(_)
                | Command::Incomplete { .. }
        );
        let Some(asks) = asked_by_newcomer(&self.message.text).filter(|_| may_ask) else { return false };
        // `gratis gak?` of a reseller; what else those ask has answers of its own.
        let tries = self.message.text.to_lowercase().contains("coba");
        let is_free = registered && !tries && asks == Newcomer::Free && matches!(command, Command::Unknown { .. });
        if is_known && !is_free {
            return false;
        }
        let catalog = self.shop.catalog();
        let sold = shelves(catalog.iter().filter(|product| product.is_open()));
        let sold = sold.into_iter().take(MOST_SHELVES).map(|(name, _)| name.to_owned()).collect();
        let approved = self.shop.policy.registration == Registration::Approve;
        answer.reply(talk(TalkReply::Newcomer { asks, approved, least: Rupiah::new(MIN_TICKET), sold, registered }));
        true
    }
}
