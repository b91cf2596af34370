//! What can be wrong with a message.

use serde::{Deserialize, Serialize};

use super::redact::redact;
use super::typed::Typed;
use konter_core::destination::DestinationFault;
use konter_core::money::Rupiah;

/// A part of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
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
    /// Of a question that was asked.
    Number,
    /// Of somebody who works at the shop.
    Role,
}

/// What is wrong; the words for it are the replies'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    Missing(Part),
    /// Something else stands where this part belongs.
    Unfit(Part, Typed),
    Destination(DestinationFault, Typed),
    /// Understood up to here; the rest has no meaning.
    Leftover(Typed),
    /// The words can be read as two different orders, or two different transfers.
    Ambiguous,
    DifferentPins,
    /// The repeat number stands in two places, and they disagree.
    RepeatsDisagree,
    /// The message holds the same order twice.
    SameOrderTwice,
    TooManyOrders,
    /// A machine client's reference names one order, and there are several.
    ReferenceForSeveral,
    NegativeAmount,
    /// `50000 rb`: the unit may be one too many.
    DoubtfulAmount {
        less: Rupiah,
        more: Rupiah,
    },
    /// Two deposits in one line.
    SeveralDeposits,
}

impl Problem {
    /// What is left over is where a PIN too many ends up: it is masked before it can be shown to anybody.
    pub fn leftover(text: &str) -> Self {
        Self::Leftover(Typed::new(&redact(text)))
    }

    /// The same in what only those who work here type: no PIN stands there, so it is shown as it is.
    pub fn unfit_at_work(part: Part, text: &str) -> Self {
        Self::Unfit(part, Typed::new(text))
    }

    /// Something else stands where `part` belongs.
    pub fn unfit(part: Part, text: &str) -> Self {
        Self::Unfit(part, Typed::new(&redact(text)))
    }
}
