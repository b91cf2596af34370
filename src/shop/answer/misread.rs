//! What the reader of messages found wrong, as the replies tell it.

use super::talk::talk;
use super::{Answer, Request, kind_of};
use konter_command::{Command, MAX_ORDERS_PER_MESSAGE, Problem, Talk, Topic, Typed};
use konter_core::destination::DestinationFault;
use konter_reply::{Misread, Reply, TalkReply};

impl Request<'_> {
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

    /// `/order abc`, `/deposit 50000 kr0001`, from somebody who works here: how it is typed. `false` where it is read, or
    /// nothing of the kind.
    fn misspelt_at_work(&self, command: &Command, answer: &mut Answer) -> bool {
        let text = self.message.text.trim();
        let is_read = match command {
            Command::Unknown { .. } | Command::Incomplete { .. } | Command::BadOrder(_) => false,
            Command::Order(_) | Command::Wish(_) => self.agent.is_some(),
            _ => true,
        };
        let word = text.split(char::is_whitespace).next().unwrap_or_default();
        if is_read || self.role().is_none() || !self.message.private || !word.starts_with('/') {
            return false;
        }
        if let Some(line) = konter_command::slash_line(text) {
            answer.reply(talk(TalkReply::SlashMeant { line }));
            return true;
        }
        let is_its_own = matches!(command, Command::Incomplete { topic, .. } if topic.needs().is_some());
        match konter_command::staff_topic(word).filter(|_| !is_its_own && self.agent.is_none()) {
            Some(topic) => {
                self.not_understood(topic, None, topic.example().to_owned(), answer);
                true
            }
            None => false,
        }
    }

    /// `isi saldo kr0001 100rb`, from somebody who only works here: what a reseller's command cannot do for them is shown
    /// as the command that does it. `false` where it is something of its own.
    pub(super) fn meant_at_the_desk(&self, command: &Command, answer: &mut Answer) -> bool {
        if self.misspelt_at_work(command, answer) {
            return true;
        }
        let asks_a_reseller = match command {
            Command::Unknown { .. }
            | Command::Incomplete { .. }
            | Command::Transfer(_)
            | Command::Network(_)
            | Command::Preference(_)
            | Command::Prices { .. }
            | Command::Help { topic: None }
            | Command::Known(_)
            | Command::Orders(_)
            | Command::Talk(Talk::NotArrived { dest: None } | Talk::Disturbance { .. } | Talk::Undo { dest: None }) => {
                true
            }
            Command::Order(request) => request.pin.is_none() && request.reference.is_none(),
            _ => false,
        };
        if !asks_a_reseller || self.agent.is_some() || self.role().is_none() || !self.message.private {
            return false;
        }
        let has_slash = self.message.text.trim_start().starts_with('/');
        // Its own mistake is told better than what else it may have been.
        if has_slash && matches!(command, Command::Incomplete { topic, .. } if topic.needs().is_some()) {
            return false;
        }
        let catalog = self.shop.catalog();
        let line = konter_command::desk_line(&self.message.text, &|code, named| kind_of(&catalog, code, named));
        let reply = match line {
            Some(line) => TalkReply::SlashMeant { line },
            None if has_slash && matches!(command, Command::Unknown { .. }) => TalkReply::LostAtWork,
            None => return false,
        };
        answer.reply(talk(reply));
        true
    }
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
