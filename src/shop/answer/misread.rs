//! What the reader of messages found wrong, as the replies tell it.

use super::Request;
use konter_command::{MAX_ORDERS_PER_MESSAGE, Problem, Topic, Typed};
use konter_core::destination::DestinationFault;
use konter_reply::{Misread, Reply};

impl Request<'_> {
    /// That a message was not read as what it may have been. Where it may have been an order, it says so as an order's
    /// refusal does: resellers' programs look for that. Without a digit it was none.
    pub(super) fn not_understood(&self, topic: Topic, problem: Option<&Problem>, nearest: String) -> Reply {
        let problem = problem.map(misread);
        if topic == Topic::Order && self.message.text.bytes().any(|b| b.is_ascii_digit()) {
            Reply::OrderNotUnderstood { problem, nearest }
        } else {
            Reply::NotUnderstood { problem, nearest }
        }
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
