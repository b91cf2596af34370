//! What the reader of messages found wrong, as the replies tell it.

use super::talk::talk;
use super::{Answer, Request, kind_of};
use konter_command::{Command, MAX_ORDERS_PER_MESSAGE, Problem, Talk, Topic, Typed};
use konter_core::destination::DestinationFault;
use konter_reply::{Misread, Reply, TalkReply};

impl Request<'_> {
    /// That a message was not read as what it may have been. Where it may have been an order, it says so as an order's
    /// refusal does: resellers' programs look for that. Without a number that something could go to it was none.
    pub(super) fn not_understood(&self, topic: Topic, problem: Option<&Problem>, nearest: String) -> Reply {
        let problem = problem.map(misread);
        if topic == Topic::Order && holds_a_number(&self.message.text) && !is_no_order(&self.message.text) {
            Reply::OrderNotUnderstood { problem, nearest }
        } else {
            Reply::NotUnderstood { problem, nearest }
        }
    }

    /// `isi saldo kr0001 100rb`, from somebody who only works here: what a reseller's command cannot do for them is shown
    /// as the command that does it. `false` where it is something of its own.
    pub(super) fn meant_at_the_desk(&self, command: &Command, answer: &mut Answer) -> bool {
        let asks_a_reseller = match command {
            Command::Unknown { .. }
            | Command::Incomplete { .. }
            | Command::Transfer(_)
            | Command::Network(_)
            | Command::Prices { .. }
            | Command::Help { topic: None }
            | Command::Known(_)
            | Command::Talk(Talk::NotArrived { dest: None } | Talk::Disturbance { .. } | Talk::Undo { dest: None }) => {
                true
            }
            Command::Order(request) => request.pin.is_none() && request.reference.is_none(),
            _ => false,
        };
        if !asks_a_reseller || self.agent.is_some() || self.role().is_none() || !self.message.private {
            return false;
        }
        let catalog = self.shop.catalog();
        let line = konter_command::desk_line(&self.message.text, &|code, named| kind_of(&catalog, code, named));
        if let Some(line) = line {
            answer.reply(talk(TalkReply::SlashMeant { line }));
            return true;
        }
        false
    }
}

/// A link, or so many words that it is a story, whatever numbers stand in it.
fn is_no_order(text: &str) -> bool {
    const MOST_WORDS: usize = 8;
    let is_word = |word: &&str| word.chars().filter(|c| c.is_alphabetic()).count() > 1;
    text.contains("://") || text.split_whitespace().filter(is_word).count() > MOST_WORDS
}

/// Whether digits that stand together are enough for a destination: with the PIN behind it, or cut short.
fn holds_a_number(text: &str) -> bool {
    const FEWEST: usize = 7;
    let mut run = 0;
    text.split(|c: char| c.is_whitespace() || matches!(c, '.' | '#' | '*' | ',' | ';' | '/' | ':' | '=' | '|' | '_'))
        .any(|piece| {
            let digits = piece.bytes().filter(u8::is_ascii_digit).count();
            let is_number = piece.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '('));
            run = if piece.is_empty() || is_number { run + digits } else { 0 };
            run >= FEWEST || digits >= FEWEST
        })
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
