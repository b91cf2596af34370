//! Samples of what could not be read in a message.

use super::samples::every;
use super::says::{Misread, PartName};

pub(super) fn misreads() -> Vec<Misread> {
    let text = || "12 cepat".to_owned();
    every! { Misread:
        Misread::Missing { .. } => part_names().into_iter().map(|part| Misread::Missing { part }).collect::<Vec<_>>(),
        Misread::Unfit { .. } => [Misread::Unfit { part: PartName::Amount, text: text() }],
        Misread::DestinationUnreadable { .. } => [Misread::DestinationUnreadable { text: text() }],
        Misread::DestinationLetters { .. } => [Misread::DestinationLetters { text: text() }],
        Misread::DestinationTooShort { .. } => [Misread::DestinationTooShort { text: "0812345".to_owned() }],
        Misread::DestinationTooLong { .. } => [Misread::DestinationTooLong { text: "08123456789012345".to_owned() }],
        Misread::Leftover { .. } => [Misread::Leftover { text: text() }],
        Misread::Ambiguous => [Misread::Ambiguous],
        Misread::DifferentPins => [Misread::DifferentPins],
        Misread::RepeatsDisagree => [Misread::RepeatsDisagree],
        Misread::SameOrderTwice => [Misread::SameOrderTwice],
        Misread::TooManyOrders { .. } => [Misread::TooManyOrders { most: 10 }],
        Misread::ReferenceForSeveral => [Misread::ReferenceForSeveral],
        Misread::NegativeAmount => [Misread::NegativeAmount],
    }
}

pub(super) fn part_names() -> Vec<PartName> {
    every! { PartName:
        PartName::Product => [PartName::Product],
        PartName::Destination => [PartName::Destination],
        PartName::Customer => [PartName::Customer],
        PartName::Pin => [PartName::Pin],
        PartName::NewPin => [PartName::NewPin],
        PartName::Amount => [PartName::Amount],
        PartName::Price => [PartName::Price],
        PartName::Agent => [PartName::Agent],
        PartName::Name => [PartName::Name],
        PartName::Text => [PartName::Text],
        PartName::Date => [PartName::Date],
        PartName::OrderNumber => [PartName::OrderNumber],
        PartName::Ticket => [PartName::Ticket],
        PartName::SerialNumber => [PartName::SerialNumber],
        PartName::Reason => [PartName::Reason],
        PartName::Language => [PartName::Language],
        PartName::Number => [PartName::Number],
        PartName::Role => [PartName::Role],
    }
}
