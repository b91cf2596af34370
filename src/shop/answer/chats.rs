//! A reseller's chats. Another one joins by a code that somebody with the PIN asked for; whatever changes is told to all
//! of them, and the last one cannot go.

use super::invite::random_code;
use super::register::LONGEST_NAME;
use super::{Answer, Request};
use konter_command::{AgentRef, ChatName, Pin};
use konter_core::agent::{Agent, AgentStatus};
use konter_core::ids::{AgentId, ChatId};
use konter_core::network::InviteCode;
use konter_core::preferences::{Joining, MOST_CHATS, MOST_PHONES};
use konter_reply::{ChatLine, ChatProblem, PreferenceReply, Reply};
use konter_store::StoreError;

use super::preference::says;
use crate::shop::outbox::say;

/// Something in the list of chats.
enum Listed {
    Chat(ChatId),
    /// A number without a chat.
    Phone(String),
    /// The one that may join.
    Waiting,
}

impl Request<'_> {
    /// A code for another chat. It takes the place of the code before.
    pub(super) async fn add_chat(
        &self,
        name: &ChatName,
        instead_of: Option<ChatId>,
        pin: Option<&Pin>,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let (called, is_phone) = called(name);
        let Some(pin) = pin else {
            let shown = if called.is_empty() { String::new() } else { format!("{called}.") };
            self.ask_pin_for_line(format!("TAMBAH.{shown}PIN"), None, answer);
            return Ok(());
        };
        if !self.pin_fits(&agent, pin, answer).await {
            return Ok(());
        }
        if let Err(problem) = self.has_room_for(&agent, &called, is_phone, instead_of.as_ref()).await? {
            refuse(problem, answer);
            return Ok(());
        }
        let Some(code) = random_code() else {
            answer.reply(Reply::TryAgain { order: false });
            return Ok(());
        };
        let until = self.at + Joining::VALID;
        let name = Some(called.clone()).filter(|name| !name.is_empty());
        answer.reply(says(PreferenceReply::ChatCode { link: self.link(code.clone()), name, until }));
        let joining = Joining { code, name: called, is_phone, instead_of, until };
        answer.alter_agent(&agent, |after| after.identities.joining = Some(joining));
        Ok(())
    }

    /// Whether one more fits in, now.
    async fn has_room_for(
        &self,
        agent: &Agent,
        name: &str,
        is_phone: bool,
        instead_of: Option<&ChatId>,
    ) -> Result<Result<(), ChatProblem>, StoreError> {
        let goes = |chat: &&ChatId| instead_of == Some(*chat);
        if agent.chats.len() - agent.chats.iter().filter(goes).count() >= MOST_CHATS {
            return Ok(Err(ChatProblem::TooMany { most: MOST_CHATS }));
        }
        let known = agent.identities.chat_of(name).filter(|chat| !goes(chat));
        if known.is_some() && !name.is_empty() {
            return Ok(Err(ChatProblem::NameTaken { name: name.to_owned() }));
        }
        if !is_phone || agent.phones.iter().any(|phone| phone == name) {
            return Ok(Ok(()));
        }
        if self.shop.store.agent_of_phone(name).await?.is_some_and(|owner| owner.id != agent.id) {
            return Ok(Err(ChatProblem::PhoneTaken { phone: name.to_owned() }));
        }
        let fits = agent.phones.len() < MOST_PHONES;
        Ok(if fits { Ok(()) } else { Err(ChatProblem::TooMany { most: MOST_PHONES }) })
    }

    /// `/start` with the code of a reseller whose chat this may become.
    pub(super) async fn join_as_another(
        &self,
        owner: &Agent,
        code: &InviteCode,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let joining = owner.identities.joining.clone();
        let Some(joining) = joining.filter(|joining| joining.code == *code && joining.is_open(self.at)) else {
            refuse(ChatProblem::CodeOver, answer);
            return Ok(());
        };
        if let Some(here) = &self.agent {
            // Also its own: the code stays for the other chat it was asked for.
            refuse(ChatProblem::ChatTaken { code: here.id }, answer);
            return Ok(());
        }
        if owner.status == AgentStatus::Blocked {
            answer.reply(Reply::AgentBlocked { code: owner.id, order: false });
            return Ok(());
        }
        let Joining { name, is_phone, instead_of, .. } = joining;
        if let Err(problem) = self.has_room_for(owner, &name, is_phone, instead_of.as_ref()).await? {
            refuse(problem, answer);
            return Ok(());
        }
        let chat = self.message.chat.clone();
        let called = Some(name.clone()).filter(|name| !name.is_empty());
        let mut staying = owner.clone();
        if let Some(old) = &instead_of {
            take_out(&mut staying, old);
            tell_gone(owner, old, answer);
        }
        answer.tell(&staying, &says(PreferenceReply::ChatAdded { chat: chat.to_string(), name: called }));
        answer.locale = owner.locale;
        answer.commit.network.uninvited.push(chat.clone());
        answer.alter_agent(owner, |after| {
            // In the old one's place: a helper's chat does not become the main one by that.
            let old = instead_of.as_ref().and_then(|old| after.chats.iter().position(|chat| chat == old));
            if let Some(old) = &instead_of {
                take_out(after, old);
            }
            if is_phone && !after.phones.contains(&name) {
                after.phones.push(name.clone());
            }
            after.chats.insert(old.unwrap_or(after.chats.len()), chat.clone());
            after.identities.call(chat, name);
            after.identities.joining = None;
        });
        answer
            .reply_with_balance(owner, says(PreferenceReply::ChatJoined { code: owner.id, name: owner.name.clone() }));
        self.drop_roles(owner, answer).await
    }

    pub(super) async fn chats(&self, pin: Option<&Pin>, answer: &mut Answer) {
        let Some(agent) = self.active_agent(answer) else { return };
        if let Some(pin) = pin
            && !self.pin_fits(&agent, pin, answer).await
        {
            return;
        }
        let line = |listed: Listed| match listed {
            Listed::Chat(chat) => Some(ChatLine {
                chat: Some(chat.to_string()),
                name: agent.identities.name_of(&chat).map(str::to_owned),
                here: chat == self.message.chat,
            }),
            Listed::Phone(phone) => Some(ChatLine { chat: None, name: Some(phone), here: false }),
            Listed::Waiting => None,
        };
        let waiting = agent.identities.joining.as_ref().filter(|joining| joining.is_open(self.at));
        answer.reply(says(PreferenceReply::Chats {
            lines: listed(&agent).into_iter().filter_map(line).collect(),
            waiting_until: waiting.map(|joining| joining.until),
            most: MOST_CHATS,
        }));
    }

    pub(super) async fn remove_chat(&self, which: &ChatName, sure: bool, pin: Option<&Pin>, answer: &mut Answer) {
        let Some(agent) = self.active_agent(answer) else { return };
        let shown = match which {
            ChatName::Place(place) => place.to_string(),
            other => called(other).0,
        };
        let Some(pin) = pin else {
            let sure = if sure { "YA." } else { "" };
            self.ask_pin_for_line(format!("HAPUS.{shown}.{sure}PIN"), None, answer);
            return;
        };
        if !self.pin_fits(&agent, pin, answer).await {
            return;
        }
        match find(&agent, which) {
            None => refuse(ChatProblem::NoSuch { name: shown }, answer),
            Some(Listed::Waiting) => {
                answer.alter_agent(&agent, |after| after.identities.joining = None);
                answer.reply(says(PreferenceReply::ChatRemoved { name: shown }));
            }
            Some(Listed::Phone(phone)) => {
                answer.alter_agent(&agent, |after| after.phones.retain(|known| *known != phone));
                answer.reply(says(PreferenceReply::ChatRemoved { name: phone }));
            }
            Some(Listed::Chat(_)) if agent.chats.len() <= 1 => refuse(ChatProblem::Last, answer),
            Some(Listed::Chat(chat)) if chat == self.message.chat && !sure => {
                refuse(ChatProblem::Here { example: format!("HAPUS.{shown}.YA.PIN") }, answer);
            }
            Some(Listed::Chat(chat)) => remove(&agent, &chat, answer),
        }
    }

    /// The new one's code; the old one goes when it is used.
    pub(super) async fn replace_chat(
        &self,
        old: &ChatName,
        new: &ChatName,
        pin: Option<&Pin>,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        match find(&agent, old) {
            Some(Listed::Chat(chat)) => self.add_chat(new, Some(chat), pin, answer).await?,
            _ => refuse(ChatProblem::NoSuch { name: called(old).0 }, answer),
        }
        Ok(())
    }

    /// The reseller's own name.
    pub(super) async fn rename_oneself(
        &self,
        of: Option<&AgentRef>,
        name: &str,
        pin: Option<&Pin>,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let name = name.trim();
        if let Some(whom) = of
            && self.name_of_another(&agent, whom, name, answer).await?
        {
            return Ok(());
        }
        if let Some(code) = code_in(name) {
            answer.reply(says(PreferenceReply::NameIsACode { code, name: agent.name }));
            return Ok(());
        }
        let Some(pin) = pin else {
            self.ask_pin_for_line(format!("NAMA.{name}.PIN"), None, answer);
            return Ok(());
        };
        if !self.pin_fits(&agent, pin, answer).await {
            return Ok(());
        }
        if name.chars().count() > LONGEST_NAME {
            answer.reply(says(PreferenceReply::NameTooLong { most: LONGEST_NAME }));
            return Ok(());
        }
        answer.reply(says(PreferenceReply::Renamed { before: agent.name.clone(), name: name.to_owned() }));
        if name != agent.name {
            answer.alter_agent(&agent, |after| name.clone_into(&mut after.name));
        }
        Ok(())
    }
}

/// A name with somebody's code in it would be taken for that account.
pub(super) fn code_in(name: &str) -> Option<AgentId> {
    name.split(|c: char| !c.is_alphanumeric()).find_map(|word| word.parse().ok())
}

fn refuse(problem: ChatProblem, answer: &mut Answer) {
    answer.reply(says(PreferenceReply::ChatRefused { problem }));
}

/// A name as it is kept, and whether it is a phone number.
fn called(name: &ChatName) -> (String, bool) {
    match name {
        ChatName::Any | ChatName::Place(_) => (String::new(), false),
        ChatName::Phone(phone) => (phone.to_string(), true),
        ChatName::Other(name) => (name.clone(), false),
    }
}

/// The chats, then the numbers without one: what a place in the list counts.
fn listed(agent: &Agent) -> Vec<Listed> {
    let bare = |phone: &&String| agent.identities.chat_of(phone).is_none();
    let phones = agent.phones.iter().filter(bare).cloned().map(Listed::Phone);
    agent.chats.iter().cloned().map(Listed::Chat).chain(phones).collect()
}

fn find(agent: &Agent, which: &ChatName) -> Option<Listed> {
    let (name, is_phone) = called(which);
    if let ChatName::Place(place) = which {
        return listed(agent).into_iter().nth(place.checked_sub(1)?);
    }
    if name.is_empty() {
        return None;
    }
    let by_itself = agent.chats.iter().find(|chat| chat.to_string() == name);
    if let Some(chat) = by_itself.or_else(|| agent.identities.chat_of(&name)) {
        return Some(Listed::Chat(chat.clone()));
    }
    if is_phone && agent.phones.contains(&name) {
        return Some(Listed::Phone(name));
    }
    let waits = agent.identities.joining.as_ref().is_some_and(|joining| joining.name.eq_ignore_ascii_case(&name));
    waits.then_some(Listed::Waiting)
}

/// Without the chat, and the number it was added as.
fn take_out(agent: &mut Agent, chat: &ChatId) {
    agent.chats.retain(|known| known != chat);
    if let Some(name) = agent.identities.forget(chat) {
        agent.phones.retain(|phone| *phone != name);
    }
}

/// All are told, the one that goes too.
fn remove(agent: &Agent, chat: &ChatId, answer: &mut Answer) {
    let mut rest = agent.clone();
    take_out(&mut rest, chat);
    let name = agent.identities.name_of(chat).map_or_else(|| chat.to_string(), str::to_owned);
    answer.tell(&rest, &says(PreferenceReply::ChatRemoved { name }));
    tell_gone(agent, chat, answer);
    answer.alter_agent(agent, |after| take_out(after, chat));
}

/// To the chat that goes: if it still is one.
fn tell_gone(agent: &Agent, chat: &ChatId, answer: &mut Answer) {
    if agent.chats.contains(chat) {
        let gone = says(PreferenceReply::ChatGone { code: agent.id });
        answer.commit.outgoing.push(say(chat, agent.locale, gone));
    }
}
