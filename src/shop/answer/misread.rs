//! What the reader of messages found wrong, as the replies tell it.

use konter_command::{MAX_ORDERS_PER_MESSAGE, Part, Problem, Typed};
use konter_core::destination::DestinationFault;
use konter_reply::{Misread, PartName};

pub(super) fn misread(problem: &Problem) -> Misread {
    match problem {
        Problem::Missing(part) => Misread::Missing { part: part_name(*part) },
        Problem::Unfit(part, typed) => Misread::Unfit { part: part_name(*part), text: typed.to_string() },
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

const fn part_name(part: Part) -> PartName {
    match part {
        Part::Product => PartName::Product,
        Part::Destination => PartName::Destination,
        Part::Customer => PartName::Customer,
        Part::Pin => PartName::Pin,
        Part::NewPin => PartName::NewPin,
        Part::Amount => PartName::Amount,
        Part::Price => PartName::Price,
        Part::Agent => PartName::Agent,
        Part::Name => PartName::Name,
        Part::Text => PartName::Text,
        Part::Date => PartName::Date,
        Part::OrderNumber => PartName::OrderNumber,
        Part::Ticket => PartName::Ticket,
        Part::SerialNumber => PartName::SerialNumber,
        Part::Reason => PartName::Reason,
        Part::Language => PartName::Language,
        Part::Number => PartName::Number,
        Part::Role => PartName::Role,
    }
}
