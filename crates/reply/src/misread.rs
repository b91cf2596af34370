//! What can be wrong with a message, as replies tell it.

use serde::{Deserialize, Serialize};

use konter_command::Part;
use konter_core::money::Rupiah;

/// What is wrong with a message. `text` is what somebody typed there, with what could be a PIN already masked where
/// one may stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "misread", rename_all = "snake_case")]
pub enum Misread {
    /// Nothing stands where this part belongs.
    Missing { part: Part },
    /// Something else stands where this part belongs.
    Unfit { part: Part, text: String },
    /// Letters where digits belong.
    DestinationLetters { text: String },
    /// No number of any kind.
    DestinationUnreadable { text: String },
    /// Fewer digits than any number has.
    DestinationTooShort { text: String },
    /// More digits than any number has.
    DestinationTooLong { text: String },
    /// Understood up to here; the rest has no meaning.
    Leftover { text: String },
    /// Can be read as two different things.
    Ambiguous,
    /// Two PINs in one message.
    DifferentPins,
    /// The repeat number stands in two places, and they disagree.
    RepeatsDisagree,
    /// The same line stands there twice.
    SameOrderTwice,
    /// `most`: that one message may hold.
    TooManyOrders { most: usize },
    /// A machine client's reference names one order, and there are several.
    ReferenceForSeveral,
    /// A sum below zero.
    NegativeAmount,
    /// Its unit may be one too many.
    DoubtfulAmount { less: Rupiah, more: Rupiah },
    /// Two deposits in one line.
    SeveralDeposits,
}
