//! A message's answer in the making.

use chrono::{DateTime, Utc};

use super::fingerprint;
use crate::shop::buying::Asker;
use crate::shop::outbox::say;
use konter_core::agent::{Agent, Locale};
use konter_core::ids::{ChatId, InquiryId, OrderId, SupplierId};
use konter_core::ledger::AccountId;
use konter_reply::Reply;
use konter_store::{Commit, InboxMessage, Versioned};

/// Stands in an act between what was typed and what it changed.
pub(super) const NOTED: &str = " ⇒ ";

/// A message's answer: everything to be committed with it, and what to do once it is.
pub(in crate::shop) struct Answer {
    pub commit: Commit,
    pub buy: Vec<OrderId>,
    pub check: Vec<(OrderId, Asker)>,
    pub inquire: Vec<InquiryId>,
    /// A supplier whose price list is asked for.
    pub price_list: Option<SupplierId>,
    /// Shown for a moment where a button was tapped, in place of a message.
    pub toast: Option<Reply>,
    /// Whoever wrote, and in which language.
    pub chat: ChatId,
    pub locale: Locale,
}

impl Answer {
    pub(super) fn new(message: &InboxMessage, locale: Locale, at: DateTime<Utc>) -> Self {
        let mut commit = Commit::new(at);
        commit.answers = Some((message.key(), fingerprint(&message.text)));
        commit.topic = message.topic.map(|topic| (message.chat.clone(), topic));
        let (buy, check, inquire) = (Vec::new(), Vec::new(), Vec::new());
        Self { commit, buy, check, inquire, price_list: None, toast: None, chat: message.chat.clone(), locale }
    }

    /// One reply and nothing else.
    pub(in crate::shop) fn of(message: &InboxMessage, locale: Locale, reply: Reply) -> Self {
        let mut answer = Self::new(message, locale, message.sent_at);
        answer.reply(reply);
        answer
    }

    /// Says something to whoever wrote.
    pub(super) fn reply(&mut self, reply: Reply) {
        self.commit.outgoing.push(say(&self.chat, self.locale, reply));
    }

    /// Says something with a reseller's balance, as this very commit leaves it.
    pub(super) fn reply_with_balance(&mut self, agent: &Agent, reply: Reply) {
        let mut say = say(&self.chat, self.locale, reply);
        say.balance_of = Some(AccountId::Agent(agent.id));
        self.commit.outgoing.push(say);
    }

    /// Says something to a reseller in all its chats.
    pub(super) fn tell(&mut self, agent: &Agent, reply: &Reply) {
        self.tell_in(None, agent, reply);
    }

    /// The same, about what was asked for in a topic.
    pub(super) fn tell_in(&mut self, asked: Option<(&ChatId, i32)>, agent: &Agent, reply: &Reply) {
        for chat in &agent.chats {
            let mut say = say(chat, agent.locale, reply.clone());
            say.balance_of = Some(AccountId::Agent(agent.id));
            let asked = asked.filter(|(asked, _)| *asked == chat).map(|(_, topic)| topic);
            // Whoever has just written is answered where that was.
            let latest = || agent.identities.topic_of(chat).filter(|_| *chat != self.chat);
            say.topic = asked.or_else(latest);
            self.commit.outgoing.push(say);
        }
    }

    /// Adds to the act what it changes, from what to what.
    pub(super) fn note(&mut self, change: std::fmt::Arguments<'_>) {
        if let Some(act) = self.commit.acts.last_mut() {
            let between = if act.what.contains(NOTED) { ", " } else { NOTED };
            act.what = format!("{}{between}{change}", act.what);
        }
    }

    /// Takes note that something is booked to a reseller whose lines have been looked through: whoever looked at the same
    /// moment decides anew.
    pub(super) fn book(&mut self, agent: &Agent) {
        self.alter_agent(agent, |_| ());
    }

    pub(super) fn write_agent(&mut self, before: &Agent, mut after: Agent) {
        after.version = before.version + 1;
        self.commit.agents.push(Versioned { expected: Some(before.version), row: after });
    }
}
