//! What somebody asks for one below that only the one below can do, or the shop: a lost PIN, another name.

use super::shared::network;
use super::talk::talk;
use super::transfer::typed;
use super::{Answer, Request};
use konter_command::AgentRef;
use konter_core::agent::{Agent, AgentStatus};
use konter_core::ids::AgentId;
use konter_core::staff::Role;
use konter_reply::{NetworkReply, OfDownline, Reply, TalkReply};
use konter_store::StoreError;

impl Request<'_> {
    /// The one below whom this message names, by its code or by its name.
    pub(super) async fn downline_spoken_of(&self) -> Result<Option<Agent>, StoreError> {
        let Some(agent) = self.agent.as_ref().filter(|agent| agent.status == AgentStatus::Active) else {
            return Ok(None);
        };
        let text = &self.message.text;
        let mut codes = text.split(|c: char| !c.is_alphanumeric()).filter_map(|word| word.parse::<AgentId>().ok());
        match codes.next_back() {
            Some(code) => self.below(agent, &AgentRef::Code(code)).await,
            None => self.below_by_name(agent, text).await,
        }
    }

    /// `ani lupa pin`: the shop resets it. `false` where nobody below is spoken of.
    pub(super) async fn pin_of_a_downline(&self, answer: &mut Answer) -> Result<bool, StoreError> {
        let downline = self.downline_spoken_of().await?;
        let is_one = downline.is_some();
        if let Some(downline) = downline {
            answer.reply(of_downline(downline, OfDownline::Pin));
        }
        Ok(is_one)
    }

    /// `ganti nama kr0002 jadi Budi`: never the sender's own name. `false` where the sender is meant after all.
    pub(super) async fn name_of_another(
        &self,
        agent: &Agent,
        whom: &AgentRef,
        name: &str,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        if *whom == AgentRef::Code(agent.id) {
            return Ok(false);
        }
        if let AgentRef::Code(code) = whom
            && self.role() >= Some(Role::Operator)
        {
            answer.reply(talk(TalkReply::SlashMeant { line: format!("/nama {code} {name}") }));
            return Ok(true);
        }
        let found = match whom {
            AgentRef::Other(word) => self.below_by_name(agent, word).await?,
            whom => self.below(agent, whom).await?,
        };
        match (found, whom) {
            (Some(downline), _) => answer.reply(of_downline(downline, OfDownline::Name)),
            // Who that is nobody knows; it may be the shop's old name.
            (None, AgentRef::Other(_)) => self.ask_pin_for_line(format!("NAMA.{name}.PIN"), None, answer),
            (None, whom) => answer.reply(network(NetworkReply::NoSuchDownline { name: typed(whom) })),
        }
        Ok(true)
    }
}

pub(super) fn of_downline(downline: Agent, what: OfDownline) -> Reply {
    talk(TalkReply::OfDownline { code: downline.id, name: downline.name, what })
}
