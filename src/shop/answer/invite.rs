//! Invitations: a link that brings somebody below who shares it, and the one that joins a chat to the account that was
//! registered for it.

use rand::RngExt as _;

use super::shared::network;
use super::{Answer, Request};
use konter_core::agent::{Agent, AgentStatus};
use konter_core::network::{InviteCode, Invited};
use konter_reply::{InviteLink, NetworkReply, Reply};
use konter_store::StoreError;

impl Request<'_> {
    /// `/start`, alone or with what a link ends with.
    pub(super) async fn start(&self, payload: Option<&str>, answer: &mut Answer) -> Result<(), StoreError> {
        let code = payload.and_then(|payload| payload.parse().ok());
        if let Some(code) = &code
            && let Some(owner) = self.shop.store.agent_of_joining(code).await?
        {
            return self.join_as_another(&owner, code, answer).await;
        }
        match (code, &self.agent) {
            (Some(code), None) => self.came_by(&code, answer).await?,
            _ => self.welcome(answer).await?,
        }
        Ok(())
    }

    async fn came_by(&self, code: &InviteCode, answer: &mut Answer) -> Result<(), StoreError> {
        let chat = &self.message.chat;
        match self.shop.store.agent_of_invite(code).await? {
            Some(owner) if owner.chats.is_empty() => self.join(&owner, answer),
            Some(owner) if owner.status == AgentStatus::Active => {
                answer.commit.network.invited.push(Invited::new(chat.clone(), owner.id, self.at));
                answer.reply(network(NetworkReply::Invited { upline: owner.name }));
            }
            _ => answer.reply(network(NetworkReply::InvitationUnknown)),
        }
        Ok(())
    }

    /// The account was waiting for its chat. Its link has done its work: from now on nobody gets in by it.
    fn join(&self, owner: &Agent, answer: &mut Answer) {
        let chat = self.message.chat.clone();
        answer.locale = owner.locale;
        answer.commit.network.uninvited.push(chat.clone());
        answer.alter_agent(owner, |after| {
            after.chats.push(chat);
            after.network.invite = None;
        });
        if owner.status == AgentStatus::Blocked {
            answer.reply(Reply::AgentBlocked { code: owner.id, order: false });
        } else {
            let joined = NetworkReply::ChatJoined { code: owner.id, name: owner.name.clone() };
            answer.reply_with_balance(owner, network(joined));
        }
    }

    /// The reseller's own invitation, made when it is first asked for.
    pub(super) fn invite(&self, renew: bool, answer: &mut Answer) {
        let Some(agent) = self.active_agent(answer) else { return };
        let known = agent.network.invite.clone().filter(|_| !renew);
        let Some(code) = known.clone().or_else(random_code) else {
            answer.reply(Reply::TryAgain { order: false });
            return;
        };
        let renewed = renew && agent.network.invite.is_some();
        answer.reply(network(NetworkReply::Invitation { link: self.link(code.clone()), renewed }));
        if known.is_none() {
            answer.alter_agent(&agent, |after| after.network.invite = Some(code));
        }
    }

    pub(super) fn link(&self, code: InviteCode) -> InviteLink {
        InviteLink { bot: self.shop.chats.bot_name(), code }
    }

    /// Whose link this chat came by, as long as that is remembered and counts.
    pub(super) async fn inviter(&self) -> Result<Option<Agent>, StoreError> {
        let invited = self.shop.store.invited(&self.message.chat).await?;
        let Some(invited) = invited.filter(|invited| self.at < invited.until) else { return Ok(None) };
        let upline = self.shop.store.agent(invited.upline).await?;
        Ok(upline.filter(|upline| upline.status == AgentStatus::Active))
    }
}

/// A code nobody can guess.
pub(super) fn random_code() -> Option<InviteCode> {
    let letters = rand::rng().sample_iter(rand::distr::Alphanumeric).take(InviteCode::LENGTH);
    letters.map(char::from).collect::<String>().parse().ok()
}
