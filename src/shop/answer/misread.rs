//! What the reader of messages found wrong, as the replies tell it.

use super::super::rate_limit::Bears;
use super::pin_shown::is_a_pin_alone;
use super::talk::talk;
use super::{Answer, Request, fingerprint, kind_of};
use konter_command::{MAX_ORDERS_PER_MESSAGE, Problem, Topic, Typed};
use konter_core::destination::DestinationFault;
use konter_core::ids::{AgentId, ProductCode};
use konter_core::staff::Role;
use konter_reply::{Misread, Reply, TalkReply};
use konter_store::{Payload, Say, StoreError};

impl Request<'_> {
    /// How something is typed right; an order by what this shop sells.
    pub(super) fn example(&self, topic: Topic) -> String {
        let own = if topic == Topic::Order { self.order_example() } else { None };
        own.unwrap_or_else(|| topic.example().to_owned())
    }

    /// Whether a reseller could think that it bought something: it named a product, or was taken away with its PIN.
    fn may_seem_bought(&self, answer: &Answer) -> bool {
        let catalog = self.shop.catalog();
        let names = |word: &str| word.parse().is_ok_and(|code: ProductCode| catalog.get(&code).is_some());
        let is_gone = |say: &Say| matches!(say.payload, Payload::Forget { .. });
        self.agent.is_some()
            && (answer.commit.outgoing.iter().any(is_gone)
                || self.message.text.split(|c: char| !c.is_alphanumeric()).any(names))
    }

    /// A message that means nothing. A stranger is greeted; what had no digit was no order, and is not called a failed one.
    pub(super) async fn meant_nothing(&self, nearest: Topic, answer: &mut Answer) -> Result<(), StoreError> {
        let text = &self.message.text;
        let bears = match self.role() {
            // Nobody else would help those who work here.
            Some(_) => Bears::Answer,
            None => self.shop.rate_limits.bears(&self.message.chat, fingerprint(text), self.at),
        };
        let lone_pin = self.agent.is_some() && is_a_pin_alone(text);
        match bears {
            Bears::Answer => {}
            // What is taken away with a PIN is never left without a word.
            Bears::Last | Bears::Silence if lone_pin => {}
            Bears::Last | Bears::Silence if self.may_seem_bought(answer) => {
                answer.reply(talk(TalkReply::NothingBought));
                return Ok(());
            }
            Bears::Last => {
                answer.reply(talk(TalkReply::Enough));
                return Ok(());
            }
            Bears::Silence => return Ok(()),
        }
        if self.agent.is_none() && self.role().is_none() {
            // `kr0001`: an account there is; a second one is not what is wanted.
            let names_an_account = text.split_whitespace().any(|word| word.parse::<AgentId>().is_ok());
            return if names_an_account { self.lost_account(answer).await } else { self.welcome(answer).await };
        }
        if self.agent.is_some() && self.active_agent(answer).is_none() {
            return Ok(());
        }
        if lone_pin {
            return self.lone_pin(answer).await;
        }
        if let Some(meant) = self.slash_meant() {
            answer.reply(talk(meant));
            return Ok(());
        }
        let works_here = self.agent.is_none() && self.role().is_some();
        let is_theirs = |near: &Topic| near.needs().is_some() || !works_here;
        let near =
            Some(nearest).filter(|near| *near != Topic::Help && is_offered(*near, self.role()) && is_theirs(near));
        if near.is_none() && (works_here || !text.bytes().any(|b| b.is_ascii_digit())) {
            answer.reply(talk(if works_here { TalkReply::LostAtWork } else { TalkReply::Lost }));
            return Ok(());
        }
        // What resembles nothing was most likely to be an order.
        let near = near.unwrap_or(Topic::Order);
        let nearest = match near {
            Topic::Order => self.order_example().unwrap_or_else(|| Topic::Help.example().to_owned()),
            topic => topic.example().to_owned(),
        };
        self.not_understood(near, None, nearest, answer);
        Ok(())
    }

    /// Says that a message was not read as what it may have been. Where it was to be an order, it is said as an order's
    /// refusal: resellers' programs look for that.
    pub(super) fn not_understood(&self, topic: Topic, problem: Option<&Problem>, nearest: String, answer: &mut Answer) {
        let problem = problem.map(misread);
        let catalog = self.shop.catalog();
        let was_to_order =
            || konter_command::was_to_order(&self.message.text, &|code, named| kind_of(&catalog, code, named));
        if topic != Topic::Order || !was_to_order() {
            answer.reply(Reply::NotUnderstood { problem, nearest });
        } else if let Some(agent) = &self.agent {
            answer.reply_with_balance(agent, Reply::OrderNotUnderstood { problem, nearest });
        } else {
            answer.reply(Reply::OrderNotUnderstood { problem, nearest });
        }
    }

    /// `/pendng`: what it comes nearest to.
    pub(super) fn slash_meant(&self) -> Option<TalkReply> {
        konter_command::slash_meant(&self.message.text, self.role(), self.agent.is_some())
            .map(|line| TalkReply::SlashMeant { line })
    }
}

/// Whether it helps this reader to suggest a format.
fn is_offered(topic: Topic, role: Option<Role>) -> bool {
    topic.needs().is_none_or(|needs| role >= Some(needs))
}

pub(super) fn misread(problem: &Problem) -> Misread {
    match problem {
        Problem::Missing(part) => Misread::Missing { part: *part },
        Problem::Unfit(part, typed) => Misread::Unfit { part: *part, text: typed.to_string() },
        Problem::Destination(fault, typed) => destination(*fault, typed),
        Problem::Leftover(typed) => Misread::Leftover { text: typed.to_string() },
        Problem::Ambiguous => Misread::Ambiguous,
        Problem::DifferentPins => Misread::DifferentPins,
        Problem::RepeatsDisagree => Misread::RepeatsDisagree,
        Problem::SameOrderTwice => Misread::SameOrderTwice,
        Problem::TooManyOrders => Misread::TooManyOrders { most: MAX_ORDERS_PER_MESSAGE },
        Problem::ReferenceForSeveral => Misread::ReferenceForSeveral,
        Problem::NegativeAmount => Misread::NegativeAmount,
        Problem::DoubtfulAmount { less, more } => Misread::DoubtfulAmount { less: *less, more: *more },
        Problem::SeveralDeposits => Misread::SeveralDeposits,
    }
}

fn destination(fault: DestinationFault, typed: &Typed) -> Misread {
    let text = typed.to_string();
    match fault {
        DestinationFault::Letters => Misread::DestinationLetters { text },
        DestinationFault::Unreadable
        | DestinationFault::NotAPhone
        | DestinationFault::PhoneNotMeter
        | DestinationFault::LacksZero
        | DestinationFault::PhoneOrMeter
        | DestinationFault::NeedsZone
        | DestinationFault::TwoParts
        | DestinationFault::NotItsForm => Misread::DestinationUnreadable { text },
        DestinationFault::TooShort => Misread::DestinationTooShort { text },
        DestinationFault::TooLong => Misread::DestinationTooLong { text },
    }
}
