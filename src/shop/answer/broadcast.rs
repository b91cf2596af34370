//! Announcements: shown with the number of chats, sent after a yes. From then on `shop::announcing` shows how far it is.

use super::super::sources::Waits;
use super::admin::AGENTS_AT_ONCE;
use super::staff::desk;
use super::{Answer, Request};
use crate::shop::announcing;
use crate::shop::outbox::say;
use konter_core::agent::{AgentStatus, Locale};
use konter_core::broadcast::{Broadcast, BroadcastState, Sending, Tally};
use konter_core::ids::{BroadcastId, ChatId};
use konter_reply::{BroadcastCard, DeskReply, Reply};
use konter_store::{Act, Payload, Say, Sequence, StoreError, Versioned};

impl Request<'_> {
    /// Asks whether to send.
    pub(super) async fn broadcast(&self, text: String, answer: &mut Answer) -> Result<(), StoreError> {
        let id = BroadcastId(self.shop.store.next(Sequence::Broadcast).await?);
        let broadcast = Broadcast::asked(id, (self.message.chat.clone(), answer.locale), text, self.at);
        let chats = self.audience().await?.len();
        let card = BroadcastCard { chats, ..announcing::card(&broadcast, Tally::default()) };
        self.shop.dialogs.guides.note_announcement(&self.message.chat, id);
        // A yes that follows is to this.
        self.cancel_question(answer).await?;
        self.leads_to(Waits::Announcement(id));
        // Nothing is done yet: the yes is recorded.
        answer.commit.acts.clear();
        answer.reply(desk(DeskReply::Broadcast(card)));
        answer.commit.desk.broadcasts.push(Versioned { expected: None, row: broadcast });
        Ok(())
    }

    /// The announcement that was shown here last, where it waits for a yes.
    pub(super) async fn open_announcement(&self) -> Result<Option<Broadcast>, StoreError> {
        let Some(id) = self.shop.dialogs.guides.latest_announcement(&self.message.chat) else { return Ok(None) };
        Ok(self.shop.store.broadcast(id).await?.filter(|asked| asked.is_open_question(self.at)))
    }

    /// What was shown is not sent, and its card says so.
    pub(super) async fn cancel_announcement(&self, id: BroadcastId, answer: &mut Answer) -> Result<(), StoreError> {
        let asked = self.shop.store.broadcast(id).await?;
        let Some(asked) = asked.filter(|asked| asked.is_open_question(self.at)) else { return Ok(()) };
        let row = asked.with(BroadcastState::Cancelled);
        let reply = desk(DeskReply::Broadcast(announcing::card(&row, Tally::default())));
        self.show_under(Waits::Announcement(id), reply, answer);
        answer.commit.desk.broadcasts.push(Versioned { expected: Some(asked.version), row });
        Ok(())
    }

    /// A button below the question.
    pub(super) async fn tapped_broadcast(
        &self,
        id: BroadcastId,
        send: bool,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let what = format!("{} {id}", if send { "/kirimsiaran" } else { "/batalsiaran" });
        answer.commit.acts.push(Act { at: self.at, by: self.message.chat.clone(), what });
        self.decide_broadcast(id, send, answer).await
    }

    /// The yes or no of whoever was asked. The row's version lets one of many through.
    pub(super) async fn decide_broadcast(
        &self,
        id: BroadcastId,
        send: bool,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let asked = self.shop.store.broadcast(id).await?.filter(|asked| asked.by == self.message.chat);
        let Some(asked) = asked.filter(|asked| asked.is_open_question(self.at)) else {
            // Nothing was done, so there is nothing to record.
            answer.commit.acts.clear();
            answer.reply(desk(DeskReply::BroadcastGone));
            return Ok(());
        };
        let row = if send {
            let audience = self.audience().await?;
            let sending = Sending { chats: audience.len(), card: self.message.tapped.clone(), since: self.at };
            answer.note(format_args!("{} chat: {}", sending.chats, asked.text));
            for (chat, locale) in audience {
                let reply = Reply::Announcement { text: asked.text.clone(), broadcast: Some(id) };
                answer.commit.outgoing.push(say(&chat, locale, reply));
            }
            asked.with(BroadcastState::Sending(sending))
        } else {
            asked.with(BroadcastState::Cancelled)
        };
        self.show(&row, answer);
        answer.commit.desk.broadcasts.push(Versioned { expected: Some(asked.version), row });
        Ok(())
    }

    /// In place of the question where a button was pressed.
    fn show(&self, row: &Broadcast, answer: &mut Answer) {
        let reply = desk(DeskReply::Broadcast(announcing::card(row, Tally::default())));
        let Some(message) = self.message.tapped.clone() else {
            answer.reply(reply);
            return;
        };
        let payload = Payload::Edit { message, reply: Box::new(reply) };
        let (chat, locale) = (row.by.clone(), row.locale);
        answer.commit.outgoing.push(Say::new(chat, locale, payload));
    }

    /// Every chat of every reseller that was let in and is not blocked, in its language.
    async fn audience(&self) -> Result<Vec<(ChatId, Locale)>, StoreError> {
        let (mut after, mut chats) = (None, Vec::new());
        loop {
            let agents = self.shop.store.agents(after, AGENTS_AT_ONCE).await?;
            let Some(last) = agents.last() else { return Ok(chats) };
            after = Some(last.id);
            for agent in agents.into_iter().filter(|agent| agent.status == AgentStatus::Active) {
                let locale = agent.locale;
                chats.extend(agent.chats.into_iter().map(|chat| (chat, locale)));
            }
        }
    }
}
