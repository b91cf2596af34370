//! Why an order is not accepted. No money has moved.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::card::OrderLine;
use crate::destination::DestinationFault;
use crate::ids::ProductCode;
use crate::money::Rupiah;
use crate::outcome::FailureKind;

/// An order that was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// What was asked for: a product code or a nominal.
    pub product: String,
    pub dest: String,
    pub why: Why,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    /// No product is called so.
    UnknownProduct { near: Vec<Near> },
    /// The product is not sold now.
    Closed,
    /// The number is of `of`, the product for `wants`.
    OtherOperator { of: Vec<String>, wants: String },
    /// No operator has this prefix.
    UnknownPrefix,
    /// The destination has too few digits.
    TooShort,
    /// The destination has too many digits.
    TooLong,
    /// The destination cannot be read as a number.
    Unreadable,
    /// It is not what the product goes to; `example` is what it would be.
    NotItsDestination { fault: DestinationFault, example: String },
    /// The operator has no product of this face value.
    NoProductForNominal { nominal: Rupiah, near: Vec<Near> },
    /// More than the reseller has.
    BalanceShort { price: Rupiah, missing: Rupiah },
    /// The same was ordered before; `again` is the text that orders it once more.
    AlreadyOrdered {
        earlier: Box<OrderLine>,
        again: String,
        /// Not on the shop's day.
        #[serde(default)]
        another_day: bool,
    },
    /// It was offered at another price; the new one is shown.
    PriceChanged { shown: Rupiah, price: Rupiah },
    /// The message waited too long.
    Stale { minutes: i64 },
    /// It seems so, but our clock is wrong.
    StaleByWrongClock,
    /// A bill is looked up first.
    BillNeedsInquiry { example: String },
    /// It is no bill; `example` orders it.
    NotABill { example: String },
    /// The suppliers asked do not tell; `None` when none could be asked.
    InquiryRefused { kind: Option<FailureKind> },
    /// It is still being looked up.
    InquiryRunning,
    /// What was shown is not valid any more; `example` looks it up again.
    InquiryExpired { example: String },
    /// The reseller has paid it before.
    BillPaidBefore { earlier: Box<OrderLine> },
    /// It is paid, or being paid, by somebody else.
    BillPaidElsewhere,
    /// Its amount comes from the supplier and cannot be chosen.
    AmountNotChosen { example: String },
    /// Every supplier of it is in its nightly break.
    CutOff {
        /// When the first of them is back, where that is known.
        #[serde(default)]
        until: Option<DateTime<Utc>>,
    },
    /// No supplier of it is set up.
    NoSupplier,
    /// Its suppliers are paused, out of order, or our deposit there does not cover it.
    SuppliersRest,
    /// Something stands beside the order that means nothing; `example` is the order alone.
    Leftover { text: String, example: String },
    /// The order names no PIN; `example` is one that does.
    PinMissing { example: String },
    /// Another PIN than the reseller's.
    PinWrong { tries_left: u8 },
    /// Too many wrong PINs.
    PinLocked { until: DateTime<Utc> },
    /// Not tried, so not counted.
    PinOtherLength,
    /// A program's request that can be no order, in the words it was told: its reference has them for good. No chat is told.
    Program { words: String },
    /// By an admin.
    PinReset {
        /// The time for choosing another one is over.
        over: bool,
        /// It is chosen from the reseller's main chat, not from here.
        #[serde(default)]
        elsewhere: bool,
    },
}

impl Why {
    /// What is wrong with the destination of a product; `example` is what it would be.
    #[must_use]
    pub fn of_destination(fault: DestinationFault, example: impl FnOnce() -> String) -> Self {
        match fault {
            DestinationFault::TooShort => Self::TooShort,
            DestinationFault::TooLong => Self::TooLong,
            DestinationFault::Unreadable => Self::Unreadable,
            fault => Self::NotItsDestination { fault, example: example() },
        }
    }
}

/// A product close to what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Near {
    pub code: ProductCode,
    pub name: String,
}
