//! How much is said to whom: strangers, and chats for which too much waits, hear less.

use super::super::rate_limit::{Bears, Stranger};
use super::{Answer, Request, talk};
use konter_command::{Command, Talk, Tap, Topic};
use konter_core::agent::AgentStatus;
use konter_reply::{Reply, TalkReply};
use konter_store::{Class, Outgoing, Payload, Say, StoreError};

/// Replies that may wait for one chat before words alone are left out: what a minute of Telegram's pace brings there. A
/// person reads a few of them, a program none.
const MOST_WAITING: usize = 60;
/// Where so many wait, a tap would be answered long after its finger: each is a message of its own, of which Telegram takes
/// one a second.
const WAITING_FOR_TAPS: usize = 3;
/// Rows looked at to find them behind deletions.
const LOOKED_AT: usize = 12;

impl Request<'_> {
    /// Whether whoever writes has business here: a reseller who may order, or one of the staff.
    fn is_known(&self) -> bool {
        let is_active = self.agent.as_ref().is_some_and(|agent| agent.status == AgentStatus::Active);
        self.message.private && (is_active || self.role().is_some())
    }

    /// Says less where more would serve nobody: to strangers, and to a chat for which too much waits. What an answer
    /// does is never left out, only words that go with nothing.
    pub(super) async fn curb(&self, answer: &mut Answer) -> Result<(), StoreError> {
        let chat = &self.message.chat;
        let is_known = self.is_known();
        answer.commit.stranger = (!is_known).then(|| chat.clone());
        let is_talk = |say: &Say| say.chat == *chat && matches!(say.payload, Payload::Reply(_));
        if !answer.commit.only_says() || !answer.commit.outgoing.iter().any(is_talk) {
            return Ok(());
        }
        // Nobody knows any more which button "this button" was.
        let is_of_a_tap = |say: &Say| matches!(&say.payload, Payload::Reply(reply) if **reply == Reply::ButtonTooOld);
        if self.message.tapped.is_some() && answer.commit.outgoing.iter().all(is_of_a_tap) && self.is_behind().await? {
            answer.commit.outgoing.clear();
            return Ok(());
        }
        let bears = if is_known {
            let is_busy = self.shop.rate_limits.is_busy(chat, self.at);
            let is_enough = is_busy && self.shop.store.outbox(chat, MOST_WAITING).await?.len() >= MOST_WAITING;
            if is_enough { Bears::Silence } else { Bears::Answer }
        } else {
            self.shop.rate_limits.bears_stranger(chat, self.stranger(), self.at)
        };
        if bears != Bears::Answer {
            tracing::debug!(%chat, is_known, "a message is not answered: enough has been said, or waits");
            answer.commit.outgoing.retain(|say| !is_talk(say));
        }
        if bears == Bears::Last {
            answer.reply(talk::talk(TalkReply::EnoughForNow));
        }
        Ok(())
    }

    /// Whether a tap that only shows something is left undone, because what was asked for before is still on its way.
    pub(super) async fn is_too_soon(&self, tap: &Tap, answer: &mut Answer) -> Result<bool, StoreError> {
        let edits_in_place = matches!(tap, Tap::Prices(_) | Tap::Shelf(..));
        if !tap.only_shows() || edits_in_place || !self.is_behind().await? {
            return Ok(false);
        }
        if self.shop.chats.shows_toast(&self.message.message) {
            answer.toast = Some(Reply::TapAgainLater);
        }
        Ok(true)
    }

    /// Whether several answers wait for this chat.
    async fn is_behind(&self) -> Result<bool, StoreError> {
        let rows = self.shop.store.outbox(&self.message.chat, LOOKED_AT).await?;
        let is_answer = |row: &&Outgoing| row.class <= Class::Answer && matches!(row.payload, Payload::Reply(_));
        Ok(rows.iter().filter(is_answer).count() >= WAITING_FOR_TAPS)
    }

    fn stranger(&self) -> Stranger {
        if !self.message.private {
            return Stranger::IsGroup;
        }
        match konter_command::parse(&self.message.text) {
            _ if self.agent.is_some() => Stranger::Registers,
            Command::Register { .. }
            | Command::Start { .. }
            | Command::Talk(Talk::WantsToJoin)
            | Command::Incomplete { topic: Topic::Register, .. } => Stranger::Registers,
            _ => Stranger::Talks,
        }
    }
}
