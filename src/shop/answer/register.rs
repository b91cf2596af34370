//! Becoming a reseller.

use super::super::pins::TooMany;
use super::chats::code_in;
use super::shared::network;
use super::{Answer, Request};
use crate::config::Registration;
use konter_command::{Pin, PinFault, powers, shop_name};
use konter_core::agent::{Agent, AgentStatus, PinState};
use konter_core::ids::AgentId;
use konter_core::money::Rupiah;
use konter_core::network::Network;
use konter_core::preferences::Identities;
use konter_reply::{AgentCard, NetworkReply, RegisterProblem, Reply, TalkReply};
use konter_store::{Payload, Sequence, StoreError, Versioned};

/// The longest name kept: it stands in replies and lists.
pub(super) const LONGEST_NAME: usize = 40;

impl Request<'_> {
    pub(super) async fn register(&self, name: &str, pin: &Pin, answer: &mut Answer) -> Result<(), StoreError> {
        let name = &*shop_name(name);
        if let Some(agent) = self.agent.as_ref().filter(|agent| agent.turned_away) {
            answer.reply(Reply::TurnedAway { code: agent.id, order: false });
            return Ok(());
        }
        if let Err(problem) = self.may_register(name, pin) {
            answer.reply(Reply::RegisterRefused { problem });
            return Ok(());
        }
        let upline = self.inviter().await?;
        if let Some(upline) = &upline
            && let Err(problem) = self.has_room_below(upline).await?
        {
            answer.reply(network(NetworkReply::DownlineRefused { problem }));
            return Ok(());
        }
        let hash = match self.shop.pins.hash_for_registration(pin.expose()).await {
            Ok(Some(hash)) => hash,
            Ok(None) => {
                answer.reply(Reply::TryAgain { order: false });
                return Ok(());
            }
            Err(TooMany) => {
                answer.reply(Reply::RegisterRefused { problem: RegisterProblem::Busy });
                return Ok(());
            }
        };
        let number = self.shop.store.next(Sequence::Agent).await?;
        let waiting = self.shop.policy.registration == Registration::Approve && self.role() < Some(powers::APPROVED);
        let id = AgentId(u32::try_from(number).unwrap_or(u32::MAX));
        let (state, chat) = (PinState::new(hash, pin.digits()), self.message.chat.clone());
        let agent = Agent {
            status: if waiting { AgentStatus::Waiting } else { AgentStatus::Active },
            locale: answer.locale,
            network: Network { upline: upline.as_ref().map(|upline| upline.id), ..Network::default() },
            identities: Identities::default().writing_in(&chat, self.message.topic),
            ..Agent::new(id, name.to_owned(), state, vec![chat], self.at)
        };
        let easy_pin = pin.is_a_run();
        answer.reply(Reply::Registered { code: agent.id, name: agent.name.clone(), waiting, easy_pin });
        if let Some(upline) = &upline {
            let joined = NetworkReply::DownlineJoined { code: agent.id, name: agent.name.clone(), waiting };
            answer.tell(upline, &network(joined));
            answer.commit.network.uninvited.push(self.message.chat.clone());
        }
        let sender = Some(self.message.sender.trim().to_owned()).filter(|sender| !sender.is_empty());
        let card = AgentCard { sender, ..card(&agent, Rupiah::ZERO, Rupiah::ZERO, self.at) };
        answer.commit.outgoing.extend(self.shop.alerts.to_admins(&Reply::AlertNewAgent(card)));
        answer.commit.agents.push(Versioned { expected: None, row: agent });
        Ok(())
    }

    /// Where nobody may register by themselves, nobody is invited to either.
    pub(super) fn withhold_invitations(&self, answer: &mut Answer) {
        let may = self.shop.policy.registration != Registration::Closed || self.role().is_some();
        if may || self.agent.is_some() {
            return;
        }
        for say in &mut answer.commit.outgoing {
            if let Payload::Reply(reply) = &mut say.payload
                && say.chat == self.message.chat
                && invites(reply)
            {
                **reply = Reply::RegisterRefused { problem: RegisterProblem::Closed };
            }
        }
    }

    fn may_register(&self, name: &str, pin: &Pin) -> Result<(), RegisterProblem> {
        if let Some(agent) = &self.agent {
            return Err(RegisterProblem::Already { code: agent.id });
        }
        if self.shop.policy.registration == Registration::Closed && self.role() < Some(powers::APPROVED) {
            return Err(RegisterProblem::Closed);
        }
        if name.is_empty() {
            return Err(RegisterProblem::NameMissing);
        }
        if let Some(code) = code_in(name) {
            return Err(RegisterProblem::NameIsACode { code });
        }
        if name.chars().count() > LONGEST_NAME {
            return Err(RegisterProblem::NameTooLong);
        }
        pin.fit_as_new().map_err(|fault| match fault {
            PinFault::Length => RegisterProblem::PinUnfit,
            PinFault::EqualDigits => RegisterProblem::PinEqualDigits,
        })
    }
}

/// Whether a reply to a stranger says how to register.
fn invites(reply: &Reply) -> bool {
    match reply {
        Reply::Welcome { registered: false, .. } | Reply::NotRegistered => true,
        Reply::RegisterRefused { problem } => *problem != RegisterProblem::Closed,
        Reply::Talk(talk) => {
            matches!(
                **talk,
                TalkReply::JoinForPrices
                    | TalkReply::AskTheOwner
                    | TalkReply::EnoughForNow
                    | TalkReply::Newcomer { .. }
                    | TalkReply::ShopName
                    | TalkReply::ShopPin { .. }
            )
        }
        _ => false,
    }
}

/// A reseller as admins see it.
pub(super) fn card(agent: &Agent, balance: Rupiah, held: Rupiah, now: chrono::DateTime<chrono::Utc>) -> AgentCard {
    AgentCard {
        code: agent.id,
        name: agent.name.clone(),
        status: agent.status,
        balance,
        held,
        chats: agent.chats.iter().map(ToString::to_string).collect(),
        phones: agent.phones.clone(),
        sender: None,
        upline: agent.network.upline,
        since: agent.created_at,
        locked_until: agent.pin.locked(now),
    }
}
