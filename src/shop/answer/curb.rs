//! How much is said to whom: strangers, and chats for which too much waits, hear less.

use super::super::rate_limit::{Bears, Stranger};
use super::{Answer, Request, talk};
use konter_command::{Command, PreferenceCommand, Talk, Tap, Topic};
use konter_core::agent::AgentStatus;
use konter_core::order::refusal::Why;
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
/// The same to find so many that wait, and the sum of what was left out among the last of them.
const ALL_LOOKED_AT: usize = 4 * MOST_WAITING;

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
            let rows = if is_busy { self.shop.store.outbox(chat, ALL_LOOKED_AT).await? } else { Vec::new() };
            let waiting: Vec<&Outgoing> =
                rows.iter().filter(|row| matches!(row.payload, Payload::Reply(_))).skip(MOST_WAITING - 1).collect();
            if !waiting.is_empty() {
                self.sum_up(&waiting, answer);
                return Ok(());
            }
            Bears::Answer
        } else {
            self.shop.rate_limits.bears_stranger(chat, self.stranger(), self.at)
        };
        // Who is registered and may not order yet hears how that stands: to talk more seldom, to a complaint or an order always.
        let is_newcomer = self.agent.is_some() && (bears == Bears::Last || self.deserves_to_know(bears));
        if bears != Bears::Answer && !is_newcomer {
            tracing::debug!(%chat, "a message is not answered: enough has been said");
            answer.commit.outgoing.retain(|say| !is_talk(say));
        }
        if bears == Bears::Last && !is_newcomer {
            answer.reply(talk::talk(TalkReply::EnoughForNow));
        }
        Ok(())
    }

    /// In place of words that are left out: how many orders were not done. Nobody can tell an order that was refused in silence
    /// from one that is on its way. The sum takes the place of the one before, as long as that stands behind `waiting`
    /// replies, too far from being said to be said twice.
    fn sum_up(&self, waiting: &[&Outgoing], answer: &mut Answer) {
        let chat = &self.message.chat;
        let refused = |say: &Say| match &say.payload {
            Payload::Reply(reply) if say.chat == *chat => match &**reply {
                Reply::OrderRefused(refused) => Some(matches!(refused.why, Why::BalanceShort { .. })),
                _ => None,
            },
            _ => None,
        };
        let orders: Vec<bool> = answer.commit.outgoing.iter().filter_map(refused).collect();
        answer.commit.outgoing.retain(|say| say.chat != *chat || !matches!(say.payload, Payload::Reply(_)));
        if orders.is_empty() {
            tracing::debug!(%chat, "a message is not answered: enough waits");
            return;
        }
        let summed = waiting.iter().rev().find_map(|row| match &row.payload {
            Payload::Reply(reply) => match &**reply {
                Reply::Talk(talk) => match **talk {
                    TalkReply::OrdersNotDone { count, short } => Some((*row, count, short)),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        });
        let (mut count, mut short) = (orders.len(), orders.iter().all(|short| *short));
        if let Some((row, before, was_short)) = summed {
            (count, short) = (count + before, short && was_short);
            answer.commit.take_out(row, false);
        } else {
            tracing::warn!(%chat, "orders are refused faster than they can be answered: their number is told, not each of them");
        }
        answer.reply(talk::talk(TalkReply::OrdersNotDone { count, short }));
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

    /// Whether somebody who waits for the shop's yes, or was turned away, is told so once more.
    fn deserves_to_know(&self, bears: Bears) -> bool {
        let is_busy = || self.shop.rate_limits.is_busy(&self.message.chat, self.at);
        let asks =
            || matches!(konter_command::parse(&self.message.text), Command::Complaint { .. } | Command::Balance { .. });
        bears == Bears::Silence && (self.is_order() || asks()) && !is_busy()
    }

    fn stranger(&self) -> Stranger {
        if !self.message.private {
            return Stranger::IsGroup;
        }
        match konter_command::parse(&self.message.text) {
            _ if self.agent.is_some() => Stranger::Registers,
            // A name that was asked for is shown again before the PIN is.
            _ if self.is_registering() => Stranger::Registers,
            Command::Register { .. }
            | Command::Start { .. }
            | Command::Talk(Talk::WantsToJoin)
            | Command::Incomplete { topic: Topic::Register, .. }
            | Command::Preference(PreferenceCommand::Rename { .. }) => Stranger::Registers,
            // Who asks how it is done is no flood.
            Command::Help { .. } => Stranger::Asks,
            _ if konter_command::asked_by_newcomer(&self.message.text).is_some() => Stranger::Asks,
            _ => Stranger::Talks,
        }
    }
}
