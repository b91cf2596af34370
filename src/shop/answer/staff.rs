//! Who works here: roles are given and taken by owners. Those of the settings are not changed by chat.

use super::desk::ACTS_LOOKED_AT;
use super::shared::booking;
use super::{Answer, Request};
use crate::shop::outbox::say;
use konter_command::{AdminDesk, AgentRef};
use konter_core::agent::Agent;
use konter_core::ids::{AgentId, ChatId};
use konter_core::question::Asks;
use konter_core::staff::{Role, Roster, Staff};
use konter_reply::{AdminProblem, AskWhat, DeskReply, Reply, RoleProblem, StaffLine};
use konter_store::{StoreError, Versioned};

/// Acts about one reseller shown at once.
const ACTS_SHOWN: usize = 20;

/// A reply about the desk.
pub(super) fn desk(reply: DeskReply) -> Reply {
    Reply::Desk(Box::new(reply))
}

impl Request<'_> {
    pub(super) fn role(&self) -> Option<Role> {
        self.shop.staff.role_of(&self.message.chat)
    }

    /// Whether whoever speaks may do what needs this role, at this moment; otherwise the answer says who may.
    pub(super) fn may(&self, needs: Role, answer: &mut Answer) -> bool {
        match self.role() {
            Some(role) if role >= needs => return true,
            Some(has) => answer.reply(desk(DeskReply::RoleNeeded { needs, has })),
            None => answer.reply(Reply::NotAdmin),
        }
        false
    }

    pub(super) async fn admin_desk(&self, command: AdminDesk, answer: &mut Answer) -> Result<(), StoreError> {
        match command {
            AdminDesk::Staff => self.list_staff(answer).await,
            AdminDesk::SetRole { who, role } => self.set_role(&who, role, answer).await,
            AdminDesk::SetLimit { who, limit } => self.set_limit(&who, limit, answer).await,
            AdminDesk::TakeBack { transfer, reason } => self.take_back(transfer, reason, answer).await,
            AdminDesk::Find { text } => self.find(&text, answer).await,
            AdminDesk::OrdersTo { dest } => self.orders_to_number(dest.as_str(), answer).await,
            AdminDesk::Rename { agent, name } => self.rename(&agent, &name, answer).await,
            AdminDesk::SetCategory { name, open } => {
                self.set_category(&name, open, answer);
                Ok(())
            }
            AdminDesk::Reprice { name, step } => self.reprice(&name, step, answer).await,
            AdminDesk::CatalogWorkbook => {
                self.export_catalog(true, answer);
                Ok(())
            }
            AdminDesk::RestorePrices => self.restore_prices(answer).await,
            AdminDesk::LogOf { agent } => self.log_of(agent, answer).await,
            AdminDesk::DecideBroadcast { id, send } => self.decide_broadcast(id, send, answer).await,
        }
    }

    async fn list_staff(&self, answer: &mut Answer) -> Result<(), StoreError> {
        let roster = self.stored_roster().await?;
        let mut lines = Vec::new();
        for (chat, _) in roster.all() {
            lines.push(self.staff_line(&roster, chat).await?);
        }
        lines.sort_by_key(|line| std::cmp::Reverse(line.role));
        answer.reply(desk(DeskReply::Staff { lines }));
        Ok(())
    }

    /// As it is stored now: what is changed must be what was read.
    pub(super) async fn stored_roster(&self) -> Result<Roster, StoreError> {
        let mut roster = Roster::new(self.shop.policy.admins.clone());
        self.shop.store.staff().await?.into_iter().for_each(|row| roster.learn(row));
        Ok(roster)
    }

    pub(super) async fn staff_line(&self, roster: &Roster, chat: &ChatId) -> Result<StaffLine, StoreError> {
        let agent = self.shop.store.agent_of_chat(chat).await?;
        Ok(StaffLine {
            daily: self.daily_of(chat, agent.as_ref()).await?,
            chat: chat.clone(),
            role: roster.role(chat),
            configured: roster.is_configured(chat),
            agent: agent.as_ref().map(|agent| agent.id),
            name: agent.map(|agent| agent.name).or_else(|| self.shop.staff.name_of(chat)),
        })
    }

    async fn set_role(&self, who: &AgentRef, role: Option<Role>, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(chats) = self.chats_named(who, answer).await? else { return Ok(()) };
        if let Some(chat) = chats.iter().find(|chat| role.is_some() && !chat.is_person()) {
            refuse(RoleProblem::NoPerson { chat: chat.clone() }, answer);
            return Ok(());
        }
        if let (AgentRef::Chat(chat), Some(role)) = (who, role)
            && self.stored_roster().await?.row(chat).is_none()
            && self.shop.store.agent_of_chat(chat).await?.is_none()
        {
            let asks = Asks::Role { chat: chat.clone(), role };
            let asked = self.ask((asks, 0), self.role_asked(chat, role), answer).await?;
            answer.reply(booking(asked));
            return Ok(());
        }
        self.give_role(&chats, role, answer).await.map(drop)
    }

    pub(super) fn role_asked(&self, chat: &ChatId, role: Role) -> AskWhat {
        AskWhat::Role { chat: chat.clone(), name: self.shop.staff.name_of(chat), role }
    }

    /// Whether it was changed.
    pub(super) async fn give_role(
        &self,
        chats: &[ChatId],
        role: Option<Role>,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        let mut roster = self.stored_roster().await?;
        let rows = match self.change(&roster, chats, role) {
            Ok(rows) => rows,
            Err(problem) => {
                refuse(problem, answer);
                return Ok(false);
            }
        };
        let mut lines = Vec::new();
        for row in rows {
            let (chat, before) = (row.chat.clone(), roster.row(&row.chat).map(|before| before.version));
            let was = roster.role(&chat);
            roster.learn(row.clone());
            let line = self.staff_line(&roster, &chat).await?;
            let whose = line.agent.map(|agent| format!(" ({agent})")).unwrap_or_default();
            answer.note(format_args!("{chat}{whose} {} → {}", word(was), word(role)));
            lines.push(line);
            if chat != self.message.chat {
                let yours = desk(DeskReply::YourRole { role });
                answer.commit.outgoing.push(say(&chat, self.shop.policy.locale, yours));
            }
            answer.commit.desk.staff.push(Versioned { expected: before, row });
        }
        answer.reply(desk(DeskReply::RoleSet { lines, role }));
        Ok(true)
    }

    /// A chat that this commit takes from its reseller keeps no role: limits, and which account is one's own, go by the reseller.
    pub(super) async fn drop_roles(&self, before: &Agent, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(after) = answer.commit.agents.iter().find(|one| one.row.id == before.id) else { return Ok(()) };
        let is_gone = |chat: &&ChatId| !after.row.chats.contains(chat);
        let gone: Vec<ChatId> = before.chats.iter().filter(is_gone).cloned().collect();
        if gone.is_empty() {
            return Ok(());
        }
        let mut roster = self.stored_roster().await?;
        for chat in gone {
            let Some(known) = roster.row(&chat).filter(|row| row.role.is_some()).cloned() else { continue };
            let (by, at, version) = (self.message.chat.clone(), self.at, known.version + 1);
            let row = Staff { chat: chat.clone(), version, role: None, by, at };
            roster.learn(row.clone());
            // The last owner stays one.
            if roster.at_least(Role::Owner).next().is_none() {
                return Ok(());
            }
            let told = desk(DeskReply::YourRole { role: None });
            answer.commit.outgoing.push(say(&chat, self.shop.policy.locale, told));
            answer.commit.desk.staff.push(Versioned { expected: Some(known.version), row });
        }
        Ok(())
    }

    /// The chats of somebody who works here, or is to; otherwise the answer says why there are none.
    pub(super) async fn chats_named(
        &self,
        who: &AgentRef,
        answer: &mut Answer,
    ) -> Result<Option<Vec<ChatId>>, StoreError> {
        if let AgentRef::Chat(chat) = who {
            return Ok(Some(vec![chat.clone()]));
        }
        let Some(agent) = self.find_agent(who, answer).await? else { return Ok(None) };
        if agent.chats.is_empty() {
            refuse(RoleProblem::NoChat { agent: agent.id }, answer);
            return Ok(None);
        }
        Ok(Some(agent.chats))
    }

    /// The rows that give chats a role, or take theirs away.
    fn change(&self, roster: &Roster, chats: &[ChatId], role: Option<Role>) -> Result<Vec<Staff>, RoleProblem> {
        if chats.iter().all(|chat| roster.role(chat) == role) {
            return Err(RoleProblem::Same { role });
        }
        if let Some(chat) = chats.iter().find(|chat| roster.is_configured(chat)) {
            return Err(RoleProblem::Configured { chat: chat.clone() });
        }
        let changed = chats.iter().filter(|chat| roster.role(chat) != role);
        let rows: Vec<Staff> = changed
            .map(|chat| Staff {
                chat: chat.clone(),
                version: roster.row(chat).map_or(1, |row| row.version + 1),
                role,
                by: self.message.chat.clone(),
                at: self.at,
            })
            .collect();
        let mut after = roster.clone();
        for row in &rows {
            after.learn(row.clone());
        }
        if after.at_least(Role::Owner).next().is_none() { Err(RoleProblem::LastOwner) } else { Ok(rows) }
    }

    /// What was done about one reseller. Every act about one names its code.
    async fn log_of(&self, id: AgentId, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.shop.store.agent(id).await? else {
            Self::admin_refused(answer, AdminProblem::NoSuchAgent { name: id.to_string() });
            return Ok(());
        };
        self.show_acts(|act| is_about(&act.what, &agent), (ACTS_LOOKED_AT, ACTS_SHOWN), answer).await
    }
}

pub(super) fn refuse(problem: RoleProblem, answer: &mut Answer) {
    // Nothing was done, so there is nothing to record.
    answer.commit.acts.clear();
    answer.reply(desk(DeskReply::RoleRefused { problem }));
}

fn word(role: Option<Role>) -> &'static str {
    role.map_or("tanpa peran", Role::name)
}

fn is_about(what: &str, agent: &Agent) -> bool {
    let mut words = what.split(|c: char| !c.is_alphanumeric());
    words.any(|word| word.parse::<AgentId>().is_ok_and(|named| named == agent.id))
}
