//! What can be wrong with a message, as replies tell it.

use serde::{Deserialize, Serialize};

/// What is wrong with a message. `text` is what somebody typed there, with what could be a PIN already masked where
/// one may stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "misread", rename_all = "snake_case")]
pub enum Misread {
    Missing {
        part: PartName,
    },
    /// Something else stands where this part belongs.
    Unfit {
        part: PartName,
        text: String,
    },
    /// Letters where digits belong.
    DestinationLetters {
        text: String,
    },
    DestinationUnreadable {
        text: String,
    },
    DestinationTooShort {
        text: String,
    },
    DestinationTooLong {
        text: String,
    },
    /// Understood up to here; the rest has no meaning.
    Leftover {
        text: String,
    },
    /// Can be read as two different things.
    Ambiguous,
    DifferentPins,
    /// The repeat number stands in two places, and they disagree.
    RepeatsDisagree,
    SameOrderTwice,
    TooManyOrders {
        most: usize,
    },
    /// A machine client's reference names one order, and there are several.
    ReferenceForSeveral,
    NegativeAmount,
}

/// A part of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartName {
    Product,
    Destination,
    Customer,
    Pin,
    NewPin,
    Amount,
    Price,
    Agent,
    Name,
    Text,
    Date,
    OrderNumber,
    Ticket,
    SerialNumber,
    Reason,
    Language,
    /// Of a question.
    Number,
    /// Of somebody who works at the shop.
    Role,
}
