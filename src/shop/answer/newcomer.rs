//! The buttons under a new reseller's card: let in, or turned away.

use super::shared::shown_decider;
use super::staff::desk;
use super::{Answer, Request};
use konter_core::agent::{Agent, AgentStatus};
use konter_core::deposit::Decider;
use konter_core::ids::AgentId;
use konter_reply::{AgentDecided, DeskReply, Reply};
use konter_store::{Act, Payload, Say, StoreError};

impl Request<'_> {
    pub(super) async fn tapped_newcomer(
        &self,
        id: AgentId,
        approved: bool,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(agent) = self.shop.store.agent(id).await? else {
            self.stale(answer);
            return Ok(());
        };
        if agent.status != AgentStatus::Waiting {
            // Another admin was faster: the card shows how it stands.
            self.stale(answer);
            let card = self.card_of(&agent).await?;
            self.edit_card(Reply::AdminAgent(card), answer);
            return Ok(());
        }
        let (verb, status, told) = if approved {
            ("/setujui", AgentStatus::Active, Reply::Approved { code: agent.id, name: agent.name.clone() })
        } else {
            ("/blokir", AgentStatus::Blocked, Reply::TurnedAway { code: agent.id, order: false })
        };
        let what = format!("{verb} {id}");
        answer.commit.acts.push(Act { at: self.at, by: self.message.chat.clone(), what });
        let after = Agent { status, turned_away: !approved, ..agent.clone() };
        super::admin::note_status(&agent, &after, answer);
        answer.tell(&agent, &told);
        answer.write_agent(&agent, after);
        let by = Decider { chat: self.message.chat.clone(), name: self.message.sender.clone() };
        let (code, name, by, at) = (agent.id, agent.name, shown_decider(&by), self.at);
        self.edit_card(desk(DeskReply::AgentDecided(Box::new(AgentDecided { code, name, approved, by, at }))), answer);
        Ok(())
    }

    /// Puts something else in the place of the card that was tapped.
    fn edit_card(&self, reply: Reply, answer: &mut Answer) {
        let Some(message) = self.message.tapped.clone() else { return };
        let payload = Payload::Edit { message, reply: Box::new(reply) };
        let (chat, locale) = (self.message.chat.clone(), self.shop.policy.locale);
        answer.commit.outgoing.push(Say::new(chat, locale, payload));
    }
}
